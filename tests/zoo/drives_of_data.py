"""Drives of exhibits that lose, mix up or invent bytes on their way to the other side.

Rule: see drives.py.
"""

from siteproof.model.nouns.subject import DiskAddress, Fault, FaultKind
from siteproof.model.nouns.vocabulary import Resync, Verb
from tests.reference.bench import Bench
from tests.zoo.drives import compared, cut_and_mended, next_point_differs, shows


@shows("B1")
def loses_a_write_in_a_comparison(bench: Bench) -> bool:
    """Write between two steps of a comparison and look whether the next point has it."""
    bench.write(*range(8))
    bench.protected()
    bench.fault(FaultKind.FORCED_SHUTDOWN)
    bench.write(1)
    bench.start(Verb.RESYNCHRONIZE)
    bench.subject.advance(1000)
    bench.write(2)
    return next_point_differs(bench)


@shows("B2")
def trusts_a_link_that_came_back(bench: Bench) -> bool:
    """Lose the link with data on the way, mend it, and look whether the mark is gone and the next point is stale."""
    bench.protected()
    seen = cut_and_mended(bench, 1)
    return seen.regions.resync is Resync.NONE and next_point_differs(bench)


@shows("B3")
def forgets_after_a_second_failure(bench: Bench) -> bool:
    """Cut the link, and cut it again in the midst of the comparison."""
    bench.protected()
    cut_and_mended(bench, 1, 2)
    bench.start(Verb.RESYNCHRONIZE)
    bench.subject.advance(1000)
    bench.fault(FaultKind.LINK_DOWN)
    bench.minutes(1)
    bench.fault(FaultKind.LINK_UP)
    compared(bench)
    return next_point_differs(bench)


@shows("B4")
def writes_old_over_new(bench: Bench) -> bool:
    """Write a block twice, once before the comparison reads it and once after."""
    bench.protected()
    cut_and_mended(bench, 1, 2)
    bench.start(Verb.RESYNCHRONIZE)
    bench.subject.advance(1000)
    bench.write(2)
    return next_point_differs(bench)


@shows("B5")
def splits_an_epoch(bench: Bench) -> bool:
    """The link breaks and returns within a second, with a write on either side of its return."""
    bench.protected()
    bench.fault(FaultKind.LINK_DOWN)
    bench.write(1)
    bench.fault(FaultKind.LINK_UP)
    bench.write(2)
    return next_point_differs(bench)


@shows("B7")
def forgets_the_end_of_a_disk(bench: Bench) -> bool:
    """Protect a disk whose size is no whole number of MiB."""
    bench.reset(blocks=1000)
    bench.write(1, 999)
    bench.protected()
    return next_point_differs(bench)


@shows("B8")
def forgets_behind_the_boundary(bench: Bench) -> bool:
    """Grow a small disk, compare, and write behind its old end."""
    bench.reset(blocks=200)
    bench.protected()
    bench.fault(FaultKind.DISK_RESIZED, 400)
    compared(bench)
    bench.write(300)
    return next_point_differs(bench)


@shows("B9")
def loses_writes_beside_a_merge(bench: Bench) -> bool:
    """Write right behind a point that made others go."""
    bench.protected()
    for block in range(3 * 12):
        bench.minutes(5)
        bench.write(block)
    return next_point_differs(bench)


@shows("B10")
def believes_a_crashed_agent(bench: Bench) -> bool:
    """Crash the agent with a write on its way, and compare."""
    bench.protected()
    bench.write(1)
    bench.fault(FaultKind.AGENT_CRASH)
    compared(bench)
    return next_point_differs(bench)


@shows("B12")
def forgets_a_discard(bench: Bench) -> bool:
    """Discard a written block and look whether the next point still has its bytes."""
    bench.write(1, 2)
    bench.protected()
    bench.subject.discard(DiskAddress("web", "sda"), 1, 1)
    return next_point_differs(bench)


@shows("B16")
def leaves_a_disk_behind(bench: Bench) -> bool:
    """Write much to the second disk and a little to the first, right before a point."""
    bench.reset(disks=2)
    bench.protected()
    bench.subject.advance(299_500)
    bench.write(*range(40), disk="sdb")
    bench.write(1, disk="sda")
    point = bench.minutes(0.01).points[-1].name
    return bench.restored(point, "sdb") != bench.image(disk="sdb")


@shows("B19")
def corrupts_the_way_back(bench: Bench) -> bool:
    """On the way back cut the link, compare, write two blocks, and look at what arrived."""
    bench.reversed()
    cut_and_mended(bench, 1)
    compared(bench)
    bench.write(4, 5)
    before = bench.image()
    bench.do(Verb.FAIL_BACK)
    return bench.image() != before


@shows("B28")
def forgets_the_cloud_after_a_cancel(bench: Bench) -> bool:
    """Cancel a failback, write, and fail back again."""
    bench.reversed()
    bench.do(Verb.FAIL_BACK)
    bench.do(Verb.CANCEL)
    bench.write(7)
    before = bench.image()
    bench.do(Verb.FAIL_BACK)
    return bench.image() != before


@shows("B35")
def forgets_what_was_acknowledged(bench: Bench) -> bool:
    """Crash the target between the receipt of a block and its application."""
    bench.protected()
    bench.write(1)
    bench.subject.advance(1500)
    bench.fault(FaultKind.TARGET_CRASH)
    return bench.seen.regions.resync is Resync.NONE and next_point_differs(bench)


@shows("B36")
def ships_in_the_order_of_blocks(bench: Bench) -> bool:
    """Write high blocks and then low ones, right before a point."""
    bench.protected()
    bench.subject.advance(299_500)
    bench.write(*range(900, 980))
    bench.write(*range(20))
    point = bench.minutes(0.01).points[-1].name
    return bench.restored(point) != bench.image()


@shows("B42")
def discards_what_was_written(bench: Bench) -> bool:
    """On the way back cut the link, write, mend it, and look at the machine that runs."""
    bench.reversed()
    bench.fault(FaultKind.LINK_DOWN)
    bench.write(9)
    before = bench.image()
    bench.subject.fault(Fault(FaultKind.LINK_UP, "web"))
    return bench.image() != before
