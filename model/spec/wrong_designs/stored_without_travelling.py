"""B3: a shutdown stores the marks and forgets the blocks that were on their way."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.bitmap import SPEC, Copy, Host, Power
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("BMP-8")
def store_bitmap(h: Host, c: Copy) -> Step:
    """The marks are stored as they are in memory."""
    stopped = h.power == Power.STOPPING
    return given(h.agent_up & h.power.is_in(Power.ON, Power.STOPPING)).then(
        h.power.becomes(stopped.if_else(Power.STORED, h.power)),
        *(c.marks[b].becomes(h.memory[b]) for b in h.blocks),
    )


EXHIBIT = WrongDesign(
    SPEC.but("stored_without_travelling", "What travels at the shutdown is in no bitmap.", store_bitmap),
    breaks="BMP-18",
    bug_class="B3",
    happened_in="Linux DRBD fix 6719fb036c",
    right="bitmap",
)
