"""B2: a mark is taken back when its block is read, and nothing brings it back when the block gets lost."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.bitmap import NOTHING, SPEC, Host
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("BMP-4", block="blocks")
def block_gets_lost(h: Host, block: int) -> Step:
    """The link loses the block, and its mark went when it was read."""
    return given(h.travelling[block] != NOTHING).then(h.travelling[block].becomes(NOTHING))


EXHIBIT = WrongDesign(
    SPEC.but("cleared_at_read", "A lost block is not marked again.", block_gets_lost),
    breaks="BMP-17",
    bug_class="B2",
    happened_in="DRBD #145",
    right="bitmap",
)
