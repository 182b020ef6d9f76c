"""B3: memory for the bitmap runs out, its marks are dropped, and replication goes on."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.capture import BITMAP, SPEC, Captured
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("CAP-6", disk="disks")
def memory_runs_out(c: Captured, disk: int) -> Step:
    """The marks are gone and nobody is told."""
    d = c.disks[disk]
    return given(d.mode == BITMAP).then(*(record.becomes(False) for record in d.recorded))


EXHIBIT = WrongDesign(
    SPEC.but("lost_quietly", "Marks are dropped for want of memory, and no comparison is asked for.", memory_runs_out),
    breaks="CAP-11",
    bug_class="B3",
    happened_in="Linux DRBD fix 6719fb036c",
    right="capture",
)
