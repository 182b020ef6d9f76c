"""Members trust their coordinator: one that died between the hold and the release stops every workload of the group."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.groups import SPEC, Group, Round
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("GRP-6", member="members")
def hold_times_out(g: Group, member: int) -> Step:
    """A member's time runs from the call for markers on; one that is never called waits without an end."""
    m = g.members[member]
    return given(m.held & (g.round == Round.MARKING)).then(m.held.becomes(False))


EXHIBIT = WrongDesign(
    SPEC.but("held_for_ever", "A member that holds waits for its coordinator, dead or alive.", hold_times_out),
    breaks="GRP-17",
    bug_class="",
    happened_in="no public report",
    right="groups",
)
