"""A machine is powered on after its siblings are prepared: one that was left off keeps the rest of them waiting."""

from siteproof.model.language import Step, action, exists, given
from siteproof.model.spec.plans import SPEC, BootStage, Plan, has_its_turn
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("PLN-12", group="groups", machine="machines")
def power_on(p: Plan, group: int, machine: int) -> Step:
    """A prepared machine is powered on, unless one beside it was left off: that one is waited for."""
    m, left = (
        p.groups[group].machines[machine],
        exists(p.groups[group].machines, lambda m: m.stage == BootStage.LEFT_OFF),
    )
    return given(has_its_turn(p, group) & (m.stage == BootStage.READY) & ~left).then(m.stage.becomes(BootStage.UP))


EXHIBIT = WrongDesign(
    SPEC.but("waits_for_the_dead", "A boot group waits for a machine that was left off.", power_on),
    breaks="PLN-23",
    bug_class="",
    happened_in="no public report",
    right="plans",
)
