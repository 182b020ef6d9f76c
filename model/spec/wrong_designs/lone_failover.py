"""B16: one member of a group is failed over alone, and the others go on answering what it has abandoned."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.groups import SPEC, Group, end_round, failed_over
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("GRP-11", member="members")
def fail_over_group(g: Group, member: int) -> Step:
    """The member that was named fails over to its part of the shared point."""
    m = g.members[member]
    return given(g.listed & ~failed_over(g)).then(
        m.over.becomes(True),
        m.written.becomes(m.image),
        *(each.held.becomes(False) for each in g.members),
        *end_round(g),
    )


EXHIBIT = WrongDesign(
    SPEC.but("lone_failover", "A single member of a group fails over.", fail_over_group),
    breaks="GRP-14",
    bug_class="B16",
    happened_in="ceph #71031",
    right="groups",
)
