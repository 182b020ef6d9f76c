"""A resync leaves the mark on the block that it has sent, and sends it again, and again: busy, and never done."""

from siteproof.model.language import Step, action, given
from siteproof.model.nouns.vocabulary import Resync
from siteproof.model.spec.data_plane.machine import Link, Machine, compares, log_is_empty
from siteproof.model.spec.data_plane.spec import SPEC
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("REP-4", block="blocks")
def copy_block(m: Machine, link: Link, block: int) -> Step:
    """A marked block travels; the initial copy takes its mark away, the resynchronisation forgets to."""
    return given(compares(m) & link.up & log_is_empty(m) & m.dirty[block]).then(
        m.log[block].becomes(m.sender[block]),
        m.dirty[block].becomes(m.resync == Resync.RUNNING),
    )


EXHIBIT = WrongDesign(
    SPEC.but("sent_again", "A resync sends what differs again and again.", copy_block),
    breaks="RES-31",
    bug_class="",
    happened_in="no public report",
)
