"""What the capture promises: pressure that is over leaves no disk in a coarser mode, and points go on."""

from siteproof.model.language import after, eventually
from siteproof.model.language.promise import Leads
from siteproof.model.spec.capture import (
    DATA,
    Captured,
    back_to_data_mode,
    compare_disks,
    disks_agree,
    memory_runs_low,
    memory_runs_out,
    send_any,
    send_cut,
    send_in_order,
)


@eventually(
    "CAP-16",
    why="a disk that never returns to data mode holds back every point of its machine (B30)",
    fair=(send_cut, send_in_order, send_any, back_to_data_mode, compare_disks, disks_agree),
    ceases=(memory_runs_low, memory_runs_out),
    disk="disks",
)
def a_disk_returns_to_data_mode(c: Captured, disk: int) -> Leads:
    """When there is room again, a disk in a coarser mode is captured with its data again."""
    return after(c.disks[disk].mode != DATA).comes(c.disks[disk].mode == DATA)
