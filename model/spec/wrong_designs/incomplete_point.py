"""B17: the shared point is listed with the first part that arrives, and some member has none."""

from siteproof.model.language import Step, action, exists, given
from siteproof.model.spec.groups import SPEC, Group, Round, end_round
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("GRP-9")
def list_shared_point(g: Group) -> Step:
    """Whatever has arrived is listed."""
    return given((g.round == Round.DELIVERING) & exists(g.members, lambda m: m.arrived)).then(
        g.listed.becomes(True),
        *(m.image.becomes(m.marker) for m in g.members),
        *end_round(g),
    )


EXHIBIT = WrongDesign(
    SPEC.but("incomplete_point", "A shared point is listed before all its parts are there.", list_shared_point),
    breaks="GRP-13",
    bug_class="B17",
    happened_in="ceph #71553",
    right="groups",
)
