"""The whole way there and back, one rule of the lifecycle at a time (domain §1)."""

import pytest

from siteproof.model.nouns.commands import Command, Refusal
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.policy import ReplicationPolicy
from siteproof.model.nouns.scenario import DiskSpec, MachineSpec, Scenario
from siteproof.model.nouns.subject import FaultKind
from siteproof.model.nouns.vocabulary import (
    Consistency,
    Direction,
    Location,
    Place,
    Protection,
    Selection,
    Site,
    TestFailover,
    Verb,
)
from tests.reference.bench import Bench


def test_enable_ends_protected_with_every_block_copied_and_a_first_point(bench: Bench) -> None:
    """What was on the disk at enable is in the first point."""
    bench.write(0, 7, 1023)
    seen = bench.protected()
    assert seen.regions == Regions(Protection.PROTECTED)
    assert [point.consistency for point in seen.points] == [Consistency.CRASH]
    assert bench.restored(seen.points[0].name) == bench.image()


def test_the_phases_of_an_enable_are_seen_between_do_and_settle(bench: Bench) -> None:
    """Enabling, then the initial copy, one phase a second; a write in between is not lost."""
    bench.start(Verb.ENABLE)
    seen = [bench.seen.regions.protection]
    bench.subject.advance(1000)
    seen.append(bench.seen.regions.protection)
    bench.write(5)
    bench.subject.settle()
    seen.append(bench.seen.regions.protection)
    assert seen == [Protection.ENABLING, Protection.INITIAL_REPLICATION, Protection.PROTECTED]
    assert bench.restored(bench.seen.points[-1].name) == bench.image()


def test_an_initial_copy_can_be_disabled(bench: Bench) -> None:
    """Disable during the initial copy ends unprotected and leaves no replica."""
    bench.start(Verb.ENABLE)
    bench.subject.advance(1000)
    assert bench.do(Verb.DISABLE).regions == Regions()
    jobs = bench.subject.appliance.vault.index()["jobs"]
    assert [(job["verb"], job["state"]) for job in jobs] == [("enable", "failed"), ("disable", "succeeded")]
    assert not list((bench.subject.appliance.stores.root / "cloud").rglob("*.raw"))


def test_a_point_every_five_minutes_restores_what_was_written_before_it(bench: Bench) -> None:
    """Three points, three different images, each equal byte for byte to the disk at its moment."""
    bench.protected()
    images = {}
    for block in (3, 4, 3):
        bench.write(block)
        seen = bench.minutes(5)
        images[seen.points[-1].name] = bench.image()
    assert len(images) == 3
    assert all(bench.restored(name) == image for name, image in images.items())


def test_an_app_consistent_point_holds_what_the_application_flushed_for_it(bench: Bench) -> None:
    """The writer is called before the cut, so its memory is in the point."""
    bench.reset(policy=ReplicationPolicy(app_consistent_minutes=60))
    bench.subject.register_writer("web", lambda: bench.write(900))
    bench.protected()
    seen = bench.minutes(60)
    point = next(point for point in seen.points if point.consistency is Consistency.APP)
    assert bench.restored(point.name)[900 * 4096 : 901 * 4096] != bytes(4096)
    assert bench.restored(point.name) == bench.image()


def test_an_application_that_cannot_flush_costs_the_app_consistent_point_only(bench: Bench) -> None:
    """The event names the failure; crash-consistent points go on."""

    def broken() -> None:
        raise OSError("the service hangs")

    bench.reset(policy=ReplicationPolicy(app_consistent_minutes=60))
    bench.subject.register_writer("web", broken)
    bench.protected()
    seen = bench.minutes(60)
    assert {point.consistency for point in seen.points} == {Consistency.CRASH}
    assert [event.code for event in seen.events] == [ErrorCode.APP_WRITER_FAILURE]


def test_all_disks_of_a_machine_share_a_point(bench: Bench) -> None:
    """One name restores both disks as of one moment."""
    bench.reset(disks=2)
    bench.protected()
    bench.write(1, disk="sda")
    bench.write(2, disk="sdb")
    name = bench.minutes(5).points[-1].name
    assert bench.restored(name, "sda") == bench.image(disk="sda")
    assert bench.restored(name, "sdb") == bench.image(disk="sdb")


def test_latest_processes_what_was_received_into_a_new_point(bench: Bench) -> None:
    """Nothing that was received is lost, and the new point is the one in use."""
    bench.protected()
    bench.write(9)
    bench.subject.settle()
    before, source = bench.seen.points, bench.image()
    seen = bench.do(Verb.FAIL_OVER)
    assert len(seen.points) == len(before) + 1
    assert seen.points[-1].pinned
    assert bench.image(Place.RECOVERY) == source


def test_latest_makes_no_new_point_when_nothing_waits(bench: Bench) -> None:
    """The newest point is used as it is."""
    before = bench.protected().points
    assert [point.name for point in bench.do(Verb.FAIL_OVER).points] == [point.name for point in before]


@pytest.mark.parametrize("selection", [Selection.LATEST_PROCESSED, Selection.LATEST_CRASH_CONSISTENT])
def test_the_other_selections_take_a_listed_point(bench: Bench, selection: Selection) -> None:
    """What was received beyond the newest point is left out."""
    bench.protected()
    at_point = bench.image()
    bench.write(9)
    bench.subject.settle()
    bench.do(Verb.FAIL_OVER, selection=selection)
    assert bench.image() == at_point


def test_a_failover_shuts_the_source_down_and_raises_the_generation(bench: Bench) -> None:
    """Production runs at the recovery side only."""
    seen = bench.failed_over()
    assert seen.running == (Place.RECOVERY,)
    assert seen.generation == 1
    assert (seen.regions.protection, seen.regions.active) == (Protection.FAILED_OVER, Site.RECOVERY)


def test_an_old_side_that_keeps_running_is_fenced_and_reported(bench: Bench) -> None:
    """Both sides are shown as running, an event names it, and what the old side writes goes nowhere."""
    bench.protected()
    seen = bench.do(Verb.FAIL_OVER, shutdown=False)
    assert seen.running == (Place.PRIMARY, Place.RECOVERY)
    assert [event.code for event in seen.events] == [ErrorCode.STALE_GENERATION]
    cloud, sent = bench.image(Place.RECOVERY), seen.bytes_sent
    bench.write(11, place=Place.PRIMARY)
    bench.minutes(10)
    assert bench.image(Place.RECOVERY) == cloud
    assert bench.seen.bytes_sent == sent


def test_a_source_that_cannot_be_reached_keeps_running_and_is_reported(bench: Bench) -> None:
    """The shutdown is best effort: its failure does not stop the failover, and both sides are shown."""
    bench.protected()
    bench.fault(FaultKind.LINK_DOWN)
    seen = bench.do(Verb.FAIL_OVER, shutdown=True)
    assert seen.running == (Place.PRIMARY, Place.RECOVERY)
    assert [event.code for event in seen.events] == [ErrorCode.STALE_GENERATION]


def test_a_write_in_the_middle_of_a_failback_comes_home(bench: Bench) -> None:
    """The cloud machine runs until its shutdown, and the rest is copied after that."""
    bench.reversed()
    bench.start(Verb.FAIL_BACK)
    bench.subject.advance(1000)
    bench.write(60)
    cloud = bench.image(Place.RECOVERY)
    bench.subject.settle()
    assert bench.seen.running == (Place.PRIMARY,)
    assert bench.image(Place.PRIMARY) == cloud


def test_the_rpo_counts_from_what_latest_would_give(bench: Bench) -> None:
    """Idle it grows since the newest point; a write that was received brings it down without a point."""
    bench.protected()
    assert bench.minutes(3).rpo_ms == 3 * 60_000
    bench.write(1)
    bench.subject.advance(1500)
    assert bench.seen.rpo_ms == 500


def test_changing_the_point_discards_what_was_written_since(bench: Bench) -> None:
    """The machine is the older point's image again, and that point is now the pinned one."""
    first = bench.protected().points[0].name
    at_first = bench.image()
    bench.write(1)
    bench.subject.settle()
    bench.do(Verb.FAIL_OVER)
    bench.write(2)
    seen = bench.do(Verb.CHANGE_RECOVERY_POINT, selection=Selection.CUSTOM, point=first)
    assert bench.image() == at_first
    assert [point.name for point in seen.points if point.pinned] == [first]


def test_a_commit_deletes_all_other_points(bench: Bench) -> None:
    """Only the point in use is left, and the choice is closed."""
    bench.failed_over()
    seen = bench.do(Verb.COMMIT)
    assert [point.pinned for point in seen.points] == [True]
    assert seen.allowed == (Verb.DISABLE, Verb.COMPLETE_MIGRATION, Verb.REPROTECT)


def test_a_migrated_machine_keeps_running_and_takes_no_command(bench: Bench) -> None:
    """Terminal: no points, nothing allowed, the bytes stay."""
    bench.failed_over()
    cloud = bench.image()
    seen = bench.do(Verb.COMPLETE_MIGRATION)
    assert (seen.regions.protection, seen.points, seen.allowed) == (Protection.MIGRATED, (), ())
    assert bench.image(Place.RECOVERY) == cloud


def test_a_round_trip_brings_every_write_home(bench: Bench) -> None:
    """There, written, back, written, protected again: the disk is what the workload wrote last."""
    bench.failed_over()
    bench.write(20, 21)
    seen = bench.do(Verb.REPROTECT)
    assert seen.regions == Regions(Protection.PROTECTED, Direction.REVERSE)
    assert seen.points == ()
    bench.write(21, 22)
    cloud = bench.image(Place.RECOVERY)
    seen = bench.do(Verb.FAIL_BACK)
    assert seen.running == (Place.PRIMARY,)
    assert bench.image(Place.PRIMARY) == cloud
    bench.do(Verb.COMMIT)
    seen = bench.do(Verb.REPROTECT)
    assert seen.regions == Regions(Protection.PROTECTED)
    assert bench.restored(seen.points[-1].name) == bench.image() == cloud


def test_reprotect_to_the_original_location_sends_only_what_differs(bench: Bench) -> None:
    """A megabyte of random data is there already; ten changed blocks travel."""
    bench.write(*range(256))
    bench.failed_over()
    bench.write(*range(500, 510))
    before = bench.seen.bytes_sent
    sent = bench.do(Verb.REPROTECT).bytes_sent - before
    assert 10 * 2048 < sent < 12 * 4096


def test_reprotect_to_an_alternate_location_copies_everything(bench: Bench) -> None:
    """A new machine has nothing to compare with."""
    bench.write(*range(256))
    bench.failed_over()
    before = bench.seen.bytes_sent
    assert bench.do(Verb.REPROTECT, location=Location.ALTERNATE).bytes_sent - before > 256 * 2048
    assert bench.image(Place.PRIMARY) == bench.image(Place.RECOVERY)


def test_what_is_replicated_back_can_be_seen_at_the_primary_place(bench: Bench) -> None:
    """While the cloud machine runs, the site's copy follows it."""
    bench.reversed()
    bench.write(30)
    bench.subject.settle()
    assert bench.image(Place.PRIMARY) == bench.image(Place.RECOVERY)
    assert bench.seen.running == (Place.RECOVERY,)


def test_a_failback_keeps_a_safety_point_from_after_its_start(bench: Bench) -> None:
    """The point is younger than the command and holds what the site started from."""
    bench.reversed()
    bench.minutes(7)
    started_ms = bench.seen.time_ms
    seen = bench.do(Verb.FAIL_BACK)
    assert [point.pinned for point in seen.points] == [True]
    assert seen.points[0].taken_at_ms >= started_ms
    home = bench.image(Place.PRIMARY)
    bench.write(40)
    assert bench.restored(seen.points[0].name) == home


def test_a_cancelled_failback_leaves_exactly_the_state_before_it(bench: Bench) -> None:
    """Regions, points, running machine and bytes are those of before; replication goes on."""
    before = bench.reversed()
    cloud = bench.image(Place.RECOVERY)
    bench.do(Verb.FAIL_BACK)
    bench.write(50)
    after = bench.do(Verb.CANCEL)
    assert (after.regions, after.points, after.running) == (before.regions, before.points, before.running)
    assert bench.image(Place.RECOVERY) == cloud == bench.image(Place.PRIMARY)
    bench.write(51)
    bench.subject.settle()
    assert bench.image(Place.PRIMARY) == bench.image(Place.RECOVERY)


def test_disabling_after_a_failover_remembers_which_side_runs(bench: Bench) -> None:
    """Failback is impossible then, and the machine keeps running."""
    bench.failed_over()
    seen = bench.do(Verb.DISABLE)
    assert seen.regions == Regions(active=Site.RECOVERY)
    assert (seen.points, seen.allowed, seen.running) == ((), (), (Place.RECOVERY,))


def test_a_disabled_machine_can_be_protected_again(bench: Bench) -> None:
    """Point names are never used twice."""
    first = bench.protected().points[0].name
    assert bench.do(Verb.DISABLE).points == ()
    assert bench.protected().points[0].name != first


def test_a_clone_of_a_protected_machine_is_refused(bench: Bench) -> None:
    """Two machines with one identity cannot both be protected."""
    disks = (DiskSpec("sda", 64),)
    bench.subject.reset(
        Scenario((MachineSpec("web", disks, identity="uuid-1"), MachineSpec("copy", disks, identity="uuid-1")))
    )
    bench.protected()
    answer = bench.subject.do(Command(Verb.ENABLE, "copy"))
    assert isinstance(answer, Refusal)
    assert answer.code is ErrorCode.DUPLICATE_MACHINE_IDENTITY


def test_a_drill_reads_a_pinned_point_and_touches_nothing_else(bench: Bench) -> None:
    """Writes in the test machine stay there; replication, points and source are as without it."""
    bench.protected()
    bench.write(1)
    before = bench.minutes(5)
    source, at_point = bench.image(), bench.restored(before.points[-1].name)
    seen = bench.do(Verb.TEST_FAILOVER)
    assert seen.regions.test_failover is TestFailover.COMPLETED
    assert seen.running == (Place.PRIMARY, Place.TEST)
    assert [point.name for point in seen.points] == [point.name for point in before.points]
    assert [point.name for point in seen.points if point.pinned] == [before.points[-1].name]
    bench.write(700, place=Place.TEST)
    assert bench.image(Place.TEST) != at_point
    assert bench.restored(before.points[-1].name) == at_point
    assert bench.image() == source
    bench.write(2)
    bench.minutes(5)
    assert bench.restored(bench.seen.points[-1].name) == bench.image()
    seen = bench.do(Verb.CLEAN_UP_TEST)
    assert seen.running == (Place.PRIMARY,)
    assert not any(point.pinned for point in seen.points)


def test_a_point_in_a_drill_outlives_its_retention(bench: Bench) -> None:
    """Pruning of a pinned point is put off until the clean-up."""
    bench.reset(policy=ReplicationPolicy(retention_minutes=60))
    first = bench.protected().points[0].name
    bench.do(Verb.TEST_FAILOVER)
    bench.minutes(90)
    assert first in [point.name for point in bench.seen.points]
    bench.do(Verb.CLEAN_UP_TEST)
    bench.minutes(5)
    assert first not in [point.name for point in bench.seen.points]
