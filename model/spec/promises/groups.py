"""What a replication group promises its workload: no member is held for ever, whoever else has died."""

from siteproof.model.language import after, eventually
from siteproof.model.language.promise import Leads
from siteproof.model.spec.groups import Group, hold_times_out


@eventually(
    "GRP-17",
    why="a workload that waits for a coordinator that died is an outage made by its own protection",
    fair=(hold_times_out,),
    member="members",
)
def a_hold_ends(g: Group, member: int) -> Leads:
    """A member whose writes are held writes again, although nobody but its own clock can be counted on."""
    return after(g.members[member].held).comes(~g.members[member].held)
