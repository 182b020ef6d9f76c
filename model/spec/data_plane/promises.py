"""What the data plane promises while the link and the agent stay up: what was written arrives, and marks go away."""

from siteproof.model.language import after, eventually
from siteproof.model.language.promise import Leads
from siteproof.model.nouns.vocabulary import Resync
from siteproof.model.spec.data_plane.drill import clean_up_test
from siteproof.model.spec.data_plane.machine import Link, Machine, caught_up, delta_flows
from siteproof.model.spec.data_plane.replication import apply, complete_resync, copy_block, receive, ship, start_resync


@eventually(
    "REP-16",
    why="a replica that falls behind for ever is found out at the failover",
    fair=(ship, receive, apply),
    needs={"versions": 2},
)
def what_is_written_arrives(m: Machine, link: Link) -> Leads:
    """While changes flow over a link that stays up, everything written is applied in the end."""
    return after(delta_flows(m) & ~caught_up(m)).comes(caught_up(m), unless=~delta_flows(m) | ~link.up)


@eventually(
    "RES-31",
    why="a resynchronisation that is armed and never starts leaves the machine without new points (B6)",
    fair=(copy_block, receive, apply, complete_resync, clean_up_test),
    strong=(start_resync,),
)
def a_marked_machine_gets_in_sync(m: Machine, link: Link) -> Leads:
    """While the link and the agent stay up and drills are cleaned up, the mark of a machine goes away.

    Between two drills the resynchronisation has its chance, and has to take it: drills without end would starve it.
    """
    return after(m.resync != Resync.NONE).comes(m.resync == Resync.NONE, unless=~link.up | ~m.agent_up)
