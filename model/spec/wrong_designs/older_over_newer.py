"""B4: a write passes by the older content of its block that is on its way, and the resync writes that over it."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.resync_protocol import SPEC, Receiver, Sender, Sends, in_session
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("RES-6", block="blocks")
def write_beside_resync(s: Sender, r: Receiver, block: int) -> Step:
    """Once the block was read, the workload's write is mirrored at once, so that it need not be marked."""
    tracked = in_session(s) | (s.at == Sends.COMPLETED)
    mirrored = (s.at == Sends.COPYING) & ~s.dirty[block]
    return given(s.disk[block] < s.last_version).then(
        s.disk[block].becomes(s.disk[block] + 1),
        s.dirty[block].becomes(s.dirty[block] | (tracked & ~mirrored)),
        s.quiet.becomes(False),
        r.disk[block].becomes(mirrored.if_else(s.disk[block] + 1, r.disk[block])),
    )


EXHIBIT = WrongDesign(
    SPEC.but("older_over_newer", "A resync writes over newer data what it read before.", write_beside_resync),
    breaks="RES-26",
    bug_class="B4",
    happened_in="LINBIT design note",
    right="resync_protocol",
)
