"""Drives of exhibits whose points are lost, wrong, or not there when they are needed.

Rule: see drives.py.
"""

from siteproof.model.nouns.errors import Refused
from siteproof.model.nouns.policy import ReplicationPolicy
from siteproof.model.nouns.subject import FaultKind
from siteproof.model.nouns.vocabulary import Place, Selection, Verb
from tests.reference.bench import Bench
from tests.zoo.drives import compared, cut_and_mended, shows

HOUR_MS = 60 * 60_000


@shows("B11")
def prunes_what_a_drill_stands_on(bench: Bench) -> bool:
    """Restart the service during a drill, and let the drill's point grow older than the retention."""
    bench.reset(policy=ReplicationPolicy(retention_minutes=180))
    bench.protected()
    used = bench.do(Verb.TEST_FAILOVER).points[-1].name
    bench.fault(FaultKind.TARGET_CRASH)
    return used not in {point.name for point in bench.minutes(4 * 60).points}


@shows("B13")
def takes_data_of_an_older_point(bench: Bench) -> bool:
    """Write one block between points and look at an old point before and after thinning."""
    bench.protected()
    return _history_changes(bench)


def _history_changes(bench: Bench, *, crash: bool = False) -> bool:
    held: dict[str, bytes] = {}
    for block in range(4 * 12 + 1):
        bench.write(block)
        point = bench.minutes(5).points[-1].name
        held[point] = bench.restored(point)
    if crash:
        bench.fault(FaultKind.TARGET_CRASH)
    return any(bench.restored(point.name) != held.get(point.name) for point in bench.seen.points[1:])


@shows("B14")
def shows_an_old_time(bench: Bench) -> bool:
    """Write a dozen blocks right before a point."""
    bench.protected()
    bench.subject.advance(299_500)
    bench.write(*range(12))
    points = bench.minutes(0.01).points
    return points[-1].taken_at_ms == points[-2].taken_at_ms


@shows("B17")
def offers_half_a_comparison(bench: Bench) -> bool:
    """Interrupt a comparison of two disks and fail over to the latest state."""
    bench.reset(disks=2)
    bench.protected()
    cut_and_mended(bench, 1)
    bench.start(Verb.RESYNCHRONIZE)
    bench.subject.advance(2500)
    bench.fault(FaultKind.LINK_DOWN)
    known = {point.name for point in bench.minutes(1).points}
    return not {point.name for point in bench.do(Verb.FAIL_OVER).points} <= known


@shows("B20")
def follows_a_source_that_went_back(bench: Bench) -> bool:
    """The machine starts again with an earlier clock."""
    bench.protected()
    known = {point.name for point in bench.minutes(60).points}
    bench.fault(FaultKind.CLOCK_JUMP, -HOUR_MS)
    bench.fault(FaultKind.FORCED_SHUTDOWN)
    return not known <= {point.name for point in compared(bench).points}


@shows("B21")
def deletes_what_the_source_does_not_know(bench: Bench) -> bool:
    """A drill of the latest state makes a point; clean up and wait for the next one."""
    bench.protected()
    bench.write(1)
    bench.subject.advance(3000)
    made = bench.do(Verb.TEST_FAILOVER).points[-1].name
    bench.do(Verb.CLEAN_UP_TEST)
    return made not in {point.name for point in bench.minutes(5).points}


@shows("B22")
def forgets_what_is_beyond_the_journal(bench: Bench) -> bool:
    """Write much within a quarter of an hour."""
    bench.protected()
    for _ in range(3):
        bench.write(*range(500))
        bench.minutes(5)
    return len(bench.seen.points) < 4


@shows("B23")
def loses_data_of_an_older_point_in_a_crash(bench: Bench) -> bool:
    """Thin a history and crash the target right behind a point."""
    bench.protected()
    return _history_changes(bench, crash=True)


@shows("B24")
def restores_another_disk(bench: Bench) -> bool:
    """Fail over to an older point of a machine with two disks."""
    bench.reset(disks=2)
    bench.protected()
    bench.write(1, disk="sdb")
    older = bench.minutes(5).points[-1].name
    wanted = bench.image(disk="sdb")
    bench.write(1, disk="sdb")
    bench.minutes(5)
    bench.do(Verb.FAIL_OVER, selection=Selection.CUSTOM, point=older)
    return bench.image(disk="sdb") != wanted


@shows("B25")
def starts_with_a_leftover(bench: Bench) -> bool:
    """Write in a drill, clean up, and fail over to the same point."""
    bench.write(1)
    point = bench.protected().points[-1].name
    wanted = bench.image()
    _drilled(bench, point)
    bench.do(Verb.FAIL_OVER, selection=Selection.CUSTOM, point=point)
    return bench.image() != wanted


def _drilled(bench: Bench, point: str) -> None:
    bench.do(Verb.TEST_FAILOVER, selection=Selection.CUSTOM, point=point)
    bench.write(5, place=Place.TEST)
    bench.do(Verb.CLEAN_UP_TEST)


@shows("B26")
def lists_a_point_that_is_gone(bench: Bench) -> bool:
    """Let points age beyond the fine tier and restore everything that is listed."""
    bench.protected()
    seen = bench.minutes(4 * 60)
    try:
        for point in seen.points:
            bench.restored(point.name)
    except Refused:
        return True
    return False


@shows("B30")
def offers_gaps(bench: Bench) -> bool:
    """Let the agent run out of memory, and wait."""
    bench.protected()
    bench.fault(FaultKind.LOW_MEMORY)
    known = len(bench.seen.points)
    bench.write(1)
    return len(bench.minutes(15).points) > known


@shows("B32")
def prunes_by_the_wall_clock(bench: Bench) -> bool:
    """The clock jumps half a day ahead."""
    bench.protected()
    known = {point.name for point in bench.minutes(60).points}
    bench.fault(FaultKind.CLOCK_JUMP, 12 * HOUR_MS)
    return not known <= {point.name for point in bench.minutes(5).points}


@shows("B34")
def collapses_history(bench: Bench) -> bool:
    """After eight hours nothing older than three hours is left."""
    bench.protected()
    seen = bench.minutes(8 * 60)
    return seen.time_ms - seen.points[0].taken_at_ms < 3 * HOUR_MS


@shows("B37")
def lists_half_an_increment(bench: Bench) -> bool:
    """A resynchronisation fails by itself."""
    bench.protected()
    cut_and_mended(bench, 1, 2)
    known = len(bench.seen.points)
    bench.fault(FaultKind.JOB_FAILS)
    return len(compared(bench).points) > known


@shows("B38")
def has_nothing_left(bench: Bench) -> bool:
    """The link is down for longer than the retention."""
    bench.reset(policy=ReplicationPolicy(retention_minutes=180))
    bench.protected()
    bench.fault(FaultKind.LINK_DOWN)
    return not bench.minutes(4 * 60).points


@shows("B39")
def writes_into_its_point(bench: Bench) -> bool:
    """Write in a drill and restore the point that it was made from."""
    point = bench.protected().points[-1].name
    wanted = bench.restored(point)
    _drilled(bench, point)
    return bench.restored(point) != wanted


@shows("B40")
def pauses_for_a_drill(bench: Bench) -> bool:
    """Drill an older point and wait for the next one."""
    older = bench.protected().points[-1].name
    bench.write(1)
    bench.minutes(5)
    known = len(bench.do(Verb.TEST_FAILOVER, selection=Selection.CUSTOM, point=older).points)
    return len(bench.minutes(10).points) == known
