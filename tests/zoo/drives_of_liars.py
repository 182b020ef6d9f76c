"""Drives that show a liar's lie.

Rule: see drives.py.
"""

from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.subject import DiskAddress, FaultKind, ImageKind, Unsupported
from siteproof.model.nouns.vocabulary import Place, Resync, Selection, Verb
from tests.reference.bench import Bench
from tests.zoo.drives import compared, cut_and_mended, next_point_differs, shows


@shows("L1")
def holds_no_data(bench: Bench) -> bool:
    """Restore a written block and count what is not zero."""
    bench.write(1)
    point = bench.protected().points[-1].name
    image = bench.subject.restore("web", point)[0]
    return image.kind is ImageKind.INLINE and len(image.data.rstrip(b"\0")) < 2 * 4096


@shows("L2")
def restores_the_present(bench: Bench) -> bool:
    """Write behind a point and restore it."""
    point = bench.protected().points[-1].name
    before = bench.restored(point)
    bench.write(1)
    return bench.restored(point) != before


@shows("L3")
def denies_what_it_claims(bench: Bench) -> bool:
    """Discard a block."""
    try:
        bench.subject.discard(DiskAddress("web", "sda"), 1, 1)
    except Unsupported:
        return True
    return False


@shows("L4")
def has_one_point_only(bench: Bench) -> bool:
    """Restore an old point after a write and a newer one."""
    point = bench.protected().points[-1].name
    before = bench.restored(point)
    bench.write(1)
    bench.minutes(5)
    return bench.restored(point) != before


@shows("L5")
def changes_words(bench: Bench) -> bool:
    """Fail over, and change to the point before the last write."""
    older = bench.protected().points[-1].name
    before = bench.image()
    bench.write(1)
    bench.minutes(5)
    bench.do(Verb.FAIL_OVER)
    bench.do(Verb.CHANGE_RECOVERY_POINT, selection=Selection.CUSTOM, point=older)
    return bench.image() != before


@shows("L6")
def counts_what_was_not_sent(bench: Bench) -> bool:
    """Write while the link is down."""
    bench.protected()
    bench.fault(FaultKind.LINK_DOWN)
    before = bench.seen.bytes_sent
    bench.write(1, 2)
    return bench.seen.bytes_sent != before


@shows("L7")
def shows_the_past(bench: Bench) -> bool:
    """Write while the link is down and look at the watermark of what was written."""
    before = bench.protected().disks[0].watermarks.written
    bench.fault(FaultKind.LINK_DOWN)
    bench.write(1)
    return bench.seen.disks[0].watermarks.written == before


@shows("L8")
def lets_no_time_pass(bench: Bench) -> bool:
    """Wait an hour for twelve points."""
    bench.protected()
    known = len(bench.seen.points)
    return len(bench.minutes(60).points) - known < 12


@shows("L9")
def is_always_well(bench: Bench) -> bool:
    """Write while the link is down and look at what is dirty."""
    bench.protected()
    bench.fault(FaultKind.LINK_DOWN)
    bench.write(1)
    return bench.minutes(30).disks[0].dirty_blocks == 0


@shows("L10")
def cannot_crash(bench: Bench) -> bool:
    """Crash the agent."""
    bench.protected()
    bench.fault(FaultKind.AGENT_CRASH)
    return bench.seen.regions.resync is Resync.NONE


@shows("L11")
def still_has_what_was_pruned(bench: Bench) -> bool:
    """Restore a point that is no longer listed."""
    bench.protected()
    gone = bench.minutes(10).points[1].name
    listed = {point.name for point in bench.minutes(3 * 60).points}
    try:
        bench.restored(gone)
    except Refused:
        return False
    return gone not in listed


@shows("L12")
def restores_another_disk_of_now(bench: Bench) -> bool:
    """Write to the second disk behind a point and restore it."""
    bench.reset(disks=2)
    point = bench.protected().points[-1].name
    before = bench.restored(point, "sdb")
    bench.write(1, disk="sdb")
    return bench.restored(point, "sdb") != before


@shows("L13")
def tells_what_did_not_happen(bench: Bench) -> bool:
    """Look for the event of a resize that was none."""
    return ErrorCode.DISK_RESIZED in {event.code for event in bench.protected().events}


@shows("L14")
def compares_one_disk(bench: Bench) -> bool:
    """Cut the link with a write to the second disk on its way."""
    bench.reset(disks=2)
    bench.protected()
    bench.fault(FaultKind.LINK_DOWN)
    bench.write(1, disk="sdb")
    cut_and_mended(bench, 1)
    compared(bench)
    return next_point_differs(bench, "sda", "sdb")


@shows("L15")
def keeps_nothing_of_a_drill(bench: Bench) -> bool:
    """Write in a drill and read."""
    bench.protected()
    bench.do(Verb.TEST_FAILOVER)
    before = bench.image(Place.TEST)
    bench.write(1, place=Place.TEST)
    return bench.image(Place.TEST) == before
