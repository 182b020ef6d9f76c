"""What the appliance makes of trouble: marks, comparisons, crashes, damaged logs (domain §3)."""

import pytest

from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.subject import FaultKind
from siteproof.model.nouns.vocabulary import (
    Direction,
    Health,
    Place,
    Protection,
    Resync,
    ResyncReason,
    Verb,
    WriteOrderMode,
)
from tests.reference.bench import BLOCKS, Bench

MARKING = [
    (FaultKind.FORCED_SHUTDOWN, ResyncReason.FORCED_SHUTDOWN),
    (FaultKind.AGENT_CRASH, ResyncReason.FORCED_SHUTDOWN),
    (FaultKind.LOW_MEMORY, ResyncReason.LOW_MEMORY),
    (FaultKind.LOG_CORRUPT, ResyncReason.CORRUPT_LOG),
    (FaultKind.LOG_TRUNCATED, ResyncReason.CORRUPT_LOG),
]


def cut_off(bench: Bench) -> None:
    """Lose the link with data on the way, until the machine is marked."""
    bench.fault(FaultKind.LINK_DOWN)
    bench.write(5, 6)
    bench.minutes(1)


@pytest.mark.parametrize(("kind", "reason"), MARKING)
def test_a_fault_that_loses_track_marks_the_machine_and_a_comparison_mends_it(
    bench: Bench, kind: FaultKind, reason: ResyncReason
) -> None:
    """Marked with its reason, protection unmoved; after the comparison points hold everything again."""
    bench.write(1, 2)
    bench.protected()
    bench.write(3)
    bench.subject.settle()
    bench.fault(kind)
    seen = bench.seen
    assert (seen.regions.protection, seen.regions.resync) == (Protection.PROTECTED, Resync.REQUIRED)
    assert seen.resync_reason is reason
    bench.write(4)
    seen = bench.do(Verb.RESYNCHRONIZE)
    assert (seen.regions.resync, seen.resync_reason) == (Resync.NONE, None)
    seen = bench.minutes(5)
    assert bench.restored(seen.points[-1].name) == bench.image()


def test_a_dead_link_marks_only_when_data_had_to_travel(bench: Bench) -> None:
    """An idle machine is not marked; a write that meets the dead link is."""
    bench.protected()
    bench.fault(FaultKind.LINK_DOWN)
    assert bench.minutes(30).regions.resync is Resync.NONE
    bench.write(1)
    seen = bench.minutes(1)
    assert (seen.regions.resync, seen.resync_reason) == (Resync.REQUIRED, ResyncReason.LINK_FAILURE)


def test_a_short_break_without_an_attempt_to_send_is_no_break(bench: Bench) -> None:
    """The write stays dirty and travels when the link is back."""
    bench.protected()
    bench.fault(FaultKind.LINK_DOWN)
    bench.write(1)
    bench.fault(FaultKind.LINK_UP)
    seen = bench.minutes(5)
    assert seen.regions.resync is Resync.NONE
    assert bench.restored(seen.points[-1].name) == bench.image()


def test_a_mark_outlives_the_return_of_the_link(bench: Bench) -> None:
    """Link up alone clears nothing, and no new point is made."""
    points = bench.protected().points
    cut_off(bench)
    bench.fault(FaultKind.LINK_UP)
    seen = bench.minutes(30)
    assert seen.regions.resync is Resync.REQUIRED
    assert seen.points == points
    assert seen.disks[0].mode is WriteOrderMode.BITMAP


def test_older_points_stay_restorable_while_marked_and_while_comparing(bench: Bench) -> None:
    """The image of an older point never changes."""
    bench.write(5, 6)
    bench.protected()
    older, name = bench.image(), bench.seen.points[-1].name
    cut_off(bench)
    assert bench.restored(name) == older
    bench.fault(FaultKind.LINK_UP)
    bench.start(Verb.RESYNCHRONIZE)
    bench.subject.advance(1000)
    assert bench.seen.regions.resync is Resync.RUNNING
    assert bench.restored(name) == older
    bench.subject.settle()
    assert bench.restored(name) == older


def test_a_comparison_without_a_link_fails_and_can_be_repeated(bench: Bench) -> None:
    """Failed, with an event; a second one over a mended link ends it."""
    bench.protected()
    cut_off(bench)
    seen = bench.do(Verb.RESYNCHRONIZE)
    assert seen.regions.resync is Resync.FAILED
    assert seen.events[-1].code is ErrorCode.NO_RESYNC_PROGRESS
    assert seen.health is Health.CRITICAL
    bench.fault(FaultKind.LINK_UP)
    assert bench.do(Verb.RESYNCHRONIZE).regions.resync is Resync.NONE


def test_a_comparison_sends_what_differs_and_little_else(bench: Bench) -> None:
    """Ten differing blocks of 4096 half random ones: their bytes and the digests, not the disk."""
    bench.reset(blocks=4096)
    bench.write(*range(4096))
    bench.protected()
    bench.fault(FaultKind.LINK_DOWN)
    bench.write(*range(1000, 1010))
    bench.minutes(1)
    bench.fault(FaultKind.LINK_UP)
    before = bench.seen.bytes_sent
    sent = bench.do(Verb.RESYNCHRONIZE).bytes_sent - before
    assert 10 * 2048 < sent < 10 * 4096


def test_writes_during_a_comparison_travel_afterwards(bench: Bench) -> None:
    """Whatever the step in which it lands, a write is at the other side in the end."""
    bench.write(*range(64))
    bench.protected()
    for step in range(6):
        bench.fault(FaultKind.FORCED_SHUTDOWN)
        bench.write(100 + step)
        bench.start(Verb.RESYNCHRONIZE)
        for _ in range(step):
            bench.subject.advance(1000)
        bench.write(100 + step, 200 + step)
        bench.subject.settle()
        seen = bench.minutes(5)
        assert seen.regions.resync is Resync.NONE
        assert bench.restored(seen.points[-1].name) == bench.image(), step


def test_no_point_is_made_inside_a_comparison(bench: Bench) -> None:
    """A failover during it takes an older point, and that image is the older one."""
    bench.protected()
    older, points = bench.image(), bench.seen.points
    bench.fault(FaultKind.FORCED_SHUTDOWN)
    bench.write(1)
    bench.start(Verb.RESYNCHRONIZE)
    bench.subject.advance(1000)
    seen = bench.do(Verb.FAIL_OVER)
    assert [point.name for point in seen.points] == [point.name for point in points]
    assert bench.image(Place.RECOVERY) == older


def test_what_was_received_before_the_mark_is_not_lost_by_a_failover(bench: Bench) -> None:
    """Received data is a clean cut until a comparison begins: latest makes a point of it."""
    bench.protected()
    bench.write(1)
    bench.subject.settle()
    received = bench.image()
    cut_off(bench)
    bench.do(Verb.FAIL_OVER)
    assert bench.image(Place.RECOVERY) == received


def test_a_marked_machine_is_compared_by_itself_outside_office_hours(bench: Bench) -> None:
    """Nothing happens during the day; after 18:00 the machine is well again."""
    bench.protected()
    bench.fault(FaultKind.FORCED_SHUTDOWN)
    bench.write(1)
    assert bench.minutes(8 * 60).regions.resync is Resync.REQUIRED
    seen = bench.minutes(70)
    assert seen.regions.resync is Resync.NONE
    assert bench.restored(seen.points[-1].name) == bench.image()


def test_a_failed_automatic_comparison_waits_for_an_operator(bench: Bench) -> None:
    """It raises an error on the machine and is not repeated by itself."""
    bench.protected()
    cut_off(bench)
    bench.minutes(10 * 60)
    bench.fault(FaultKind.LINK_UP)
    seen = bench.minutes(24 * 60)
    assert seen.regions.resync is Resync.FAILED
    assert [event.code for event in seen.events].count(ErrorCode.NO_RESYNC_PROGRESS) == 1


def test_a_service_that_dies_loses_nothing_that_was_acknowledged(bench: Bench) -> None:
    """Data in the cache that was not yet applied is in the next point."""
    bench.protected()
    bench.write(1, 2)
    bench.subject.advance(1000)
    marks = bench.seen.disks[0].watermarks
    assert marks.cached == 2 > marks.applied
    bench.fault(FaultKind.TARGET_CRASH)
    bench.do(Verb.FAIL_OVER)
    assert bench.image(Place.RECOVERY) == bench.image(Place.PRIMARY)


def test_a_service_that_dies_in_a_comparison_makes_it_fail(bench: Bench) -> None:
    """The mark stays, and a new comparison mends it."""
    bench.protected()
    bench.fault(FaultKind.FORCED_SHUTDOWN)
    bench.write(1)
    bench.start(Verb.RESYNCHRONIZE)
    bench.subject.advance(1000)
    bench.fault(FaultKind.TARGET_CRASH)
    assert bench.seen.regions.resync is Resync.FAILED
    bench.do(Verb.RESYNCHRONIZE)
    seen = bench.minutes(5)
    assert bench.restored(seen.points[-1].name) == bench.image()


def test_a_damaged_log_never_becomes_a_point(bench: Bench) -> None:
    """What was received behind the damage is given up, latest takes the newest intact point."""
    bench.protected()
    at_point = bench.image()
    bench.write(1, 2)
    bench.subject.advance(1000)
    bench.fault(FaultKind.LOG_CORRUPT)
    assert bench.seen.events[-1].code is ErrorCode.CORRUPT_LOG_RECORD
    bench.do(Verb.FAIL_OVER)
    assert bench.image(Place.RECOVERY) == at_point


def test_a_resized_disk_is_compared_and_grows_at_the_other_side(bench: Bench) -> None:
    """Older points keep their size, newer ones have the new one."""
    older = bench.protected().points[-1].name
    bench.fault(FaultKind.DISK_RESIZED, 2 * BLOCKS)
    assert bench.seen.resync_reason is ResyncReason.DISK_RESIZED
    bench.write(2 * BLOCKS - 1)
    bench.do(Verb.RESYNCHRONIZE)
    newer = bench.minutes(5).points[-1].name
    assert bench.restored(newer) == bench.image()
    assert len(bench.restored(older)) == BLOCKS * 4096


def test_a_site_that_is_gone_can_be_failed_over_and_stays_fenced(bench: Bench) -> None:
    """The machine of the site that comes back stays off."""
    bench.protected()
    bench.write(1)
    bench.subject.settle()
    bench.fault(FaultKind.SITE_DOWN)
    assert bench.seen.running == ()
    assert bench.do(Verb.FAIL_OVER).running == (Place.RECOVERY,)
    bench.fault(FaultKind.SITE_UP)
    seen = bench.seen
    assert (seen.running, seen.link_up) == ((Place.RECOVERY,), True)
    assert bench.image(Place.RECOVERY) == bench.image(Place.PRIMARY)


def test_a_site_that_comes_back_before_a_failover_needs_a_comparison(bench: Bench) -> None:
    """Losing power loses the agent's memory, as a forced shutdown does."""
    bench.protected()
    bench.fault(FaultKind.SITE_DOWN)
    bench.fault(FaultKind.SITE_UP)
    seen = bench.seen
    assert (seen.running, seen.resync_reason) == ((Place.PRIMARY,), ResyncReason.FORCED_SHUTDOWN)


def test_an_enable_over_a_dead_link_fails_in_its_initial_copy(bench: Bench) -> None:
    """Only a disable leads on, and no replica is left."""
    bench.fault(FaultKind.LINK_DOWN)
    seen = bench.do(Verb.ENABLE)
    assert seen.regions.protection is Protection.INITIAL_REPLICATION_FAILED
    assert seen.events[-1].code is ErrorCode.INITIAL_REPLICATION_STALLED
    assert bench.do(Verb.DISABLE).allowed == (Verb.ENABLE,)


def test_a_reprotect_without_a_way_to_the_site_fails_and_can_be_repeated(bench: Bench) -> None:
    """The machine keeps running in the cloud meanwhile."""
    bench.failed_over()
    bench.fault(FaultKind.SITE_DOWN)
    seen = bench.do(Verb.REPROTECT)
    assert (seen.regions.protection, seen.regions.direction) == (Protection.REPROTECT_FAILED, Direction.FORWARD)
    assert seen.events[-1].code is ErrorCode.REPROTECT_TARGET_UNREACHABLE
    bench.fault(FaultKind.SITE_UP)
    assert bench.do(Verb.REPROTECT).regions.direction is Direction.REVERSE


def test_a_failback_that_cannot_catch_up_cancels_itself(bench: Bench) -> None:
    """The cloud machine runs on, reverse protected, and everything can be tried again."""
    bench.reversed()
    bench.write(9)
    bench.fault(FaultKind.LINK_DOWN)
    seen = bench.do(Verb.FAIL_BACK)
    assert (seen.regions.protection, seen.running) == (Protection.PROTECTED, (Place.RECOVERY,))
    bench.fault(FaultKind.LINK_UP)
    cloud = bench.image(Place.RECOVERY)
    if bench.seen.regions.resync is not Resync.NONE:
        bench.do(Verb.RESYNCHRONIZE)
    bench.do(Verb.FAIL_BACK)
    assert bench.image(Place.PRIMARY) == cloud


def test_a_failback_of_a_marked_machine_compares_first(bench: Bench) -> None:
    """Nothing is lost although deltas were not trusted."""
    bench.reversed()
    bench.fault(FaultKind.FORCED_SHUTDOWN)
    bench.write(9)
    cloud = bench.image(Place.RECOVERY)
    assert bench.do(Verb.FAIL_BACK).regions.resync is Resync.NONE
    assert bench.image(Place.PRIMARY) == cloud


def test_a_listed_point_survives_damage_of_the_log_that_carried_its_bookmark(bench: Bench) -> None:
    """A point once listed stays restorable, whatever happens to the records after it."""
    bench.protected()
    bench.write(1)
    seen, at_point = bench.minutes(5), bench.image()
    bench.write(2)
    bench.subject.advance(1000)
    bench.fault(FaultKind.LOG_CORRUPT)
    assert bench.seen.points == seen.points
    assert bench.restored(seen.points[-1].name) == at_point
