"""B36: in metadata mode records are sent as they come to hand, so that newer writes overtake older ones."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.capture import METADATA, SPEC, Captured, records_count
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("CAP-3", disk="disks", block="blocks")
def send_in_order(c: Captured, disk: int, block: int) -> Step:
    """Any record is sent."""
    d = c.disks[disk]
    return given(records_count(c) & (d.mode == METADATA) & d.recorded[block]).then(
        c.whole.becomes(False),
        d.replica[block].becomes(d.source[block]),
        d.recorded[block].becomes(False),
    )


EXHIBIT = WrongDesign(
    SPEC.but("unordered_metadata", "Metadata mode keeps no order.", send_in_order),
    breaks="CAP-15",
    bug_class="B36",
    happened_in="QEMU 7.2 mirror",
    right="capture",
)
