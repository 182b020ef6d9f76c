"""B31: the turn of a boot group ends with its first machine that is up, and the next group starts too early."""

from siteproof.model.language import Step, action, exists, given
from siteproof.model.spec.plans import SPEC, Phase, Plan, has_its_turn, is_given_up, is_up
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("PLN-16", group="groups")
def end_group(p: Plan, group: int) -> Step:
    """Some machine of the group is up or given up."""
    over = exists(p.groups[group].machines, lambda m: is_up(m) | is_given_up(m))
    return given(has_its_turn(p, group) & over).then(p.phase.becomes(Phase.PROMPTING))


EXHIBIT = WrongDesign(
    SPEC.but("impatient_group", "The next boot group starts before the one before it is up.", end_group),
    breaks="PLN-18",
    bug_class="B31",
    happened_in="no public report",
    right="plans",
)
