"""B3: when the link breaks during a resynchronisation, the blocks that still had to travel are forgotten."""

from siteproof.model.language import Step, action, given
from siteproof.model.nouns.vocabulary import Protection, Resync
from siteproof.model.spec.data_plane.machine import Link, Machine, in_flight, something_dirty, tracks
from siteproof.model.spec.data_plane.replication import clear_bitmap, clear_log
from siteproof.model.spec.data_plane.spec import SPEC
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("RES-2")
def data_meets_dead_link(m: Machine, link: Link) -> Step:
    """The first failure marks the machine, a second one takes the mark away."""
    waiting = in_flight(m) | something_dirty(m)
    running = m.resync == Resync.RUNNING
    protected = tracks(m) & (m.protection == Protection.PROTECTED) & m.resync.is_in(Resync.NONE, Resync.RUNNING)
    return given(protected & ~link.up & waiting).then(
        m.resync.becomes(running.if_else(Resync.NONE, Resync.REQUIRED)),
        *clear_bitmap(m),
        *clear_log(m),
    )


EXHIBIT = WrongDesign(
    SPEC.but("double_failure", "A second link failure forgets what had to be resynchronised.", data_meets_dead_link),
    breaks="REP-13",
    bug_class="B3",
    happened_in="Linux DRBD fix 6719fb036c",
)
