"""B36: a cut of the disks in data mode is called one of the machine, although another disk lags behind."""

from siteproof.model.language import Step, action, exists, given
from siteproof.model.spec.capture import DATA, SPEC, Captured, is_caught_up, records_count, send_exactly
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("CAP-2")
def send_cut(c: Captured) -> Step:
    """Every batch counts as a whole cut."""
    waits = exists(c.disks, lambda d: (d.mode == DATA) & ~is_caught_up(d))
    return given(records_count(c) & (waits | ~c.whole)).then(
        c.whole.becomes(True),
        *(effect for d in c.disks for b in d.blocks for effect in send_exactly(d, b)),
    )


EXHIBIT = WrongDesign(
    SPEC.but("partial_cut", "A batch of some disks counts as a cut of the machine.", send_cut),
    breaks="CAP-13",
    bug_class="B36",
    happened_in="QEMU 7.2 mirror",
    right="capture",
)
