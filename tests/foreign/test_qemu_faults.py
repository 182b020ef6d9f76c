"""Links that break while QEMU copies: no half layer is ever offered, and nothing that was acknowledged gets lost."""

from pathlib import Path
from typing import Any

import pytest

from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.subject import DiskAddress, Fault, FaultKind, Unsupported
from siteproof.model.nouns.vocabulary import Health, Place, Protection, Verb

Bench = Any
CUTS_BYTES = (1, 300_000, 1_500_000)


def layer_files(bench: Bench) -> set[str]:
    """The replica's files."""
    folder: Path = bench.subject._sites.folder
    return {path.name for path in folder.glob("b0-*.qcow2")}


@pytest.mark.parametrize("after_bytes", CUTS_BYTES)
def test_a_cut_increment_leaves_no_layer(bench: Bench, after_bytes: int) -> None:
    """A link cut inside an increment adds no point and keeps the older ones; the next increment has it all."""
    bench.write("system", *range(40))
    bench.protect()
    point, instant, files = bench.seen.points[0].name, bench.instant(), layer_files(bench)
    bench.write("system", *range(600))
    bench.write("data", *range(600))
    bench.machine.link.cut_after(after_bytes)
    bench.subject.advance(600_000)
    assert not bench.seen.link_up
    assert [each.name for each in bench.seen.points] == [point]
    assert layer_files(bench) == files
    assert bench.restored(point) == instant
    assert [event.code for event in bench.seen.events] == [ErrorCode.UPLOAD_FAILED]
    bench.subject.fault(Fault(FaultKind.LINK_UP))
    assert bench.restored(bench.point()) == bench.instant()


def test_a_disk_that_was_done_before_the_cut_is_not_forgotten(bench: Bench) -> None:
    """When one disk's increment had ended before the link was cut, its changes still reach the next point."""
    bench.protect()
    for after_bytes in (4_000_000, 4_050_000, 4_100_000):  # which disk ends first is QEMU's own choice at each
        bench.write("system", 1)
        bench.write("data", *range(1000))
        bench.machine.link.cut_after(after_bytes)
        bench.subject.settle()
        assert not bench.seen.link_up
        bench.subject.fault(Fault(FaultKind.LINK_UP))
        assert bench.restored(bench.point()) == bench.instant()


@pytest.mark.parametrize("after_bytes", CUTS_BYTES)
def test_a_cut_initial_copy_protects_nothing(bench: Bench, after_bytes: int) -> None:
    """A link cut in the middle of the initial copy ends it as failed, without a point; it can be started again."""
    bench.write("system", *range(1000))
    bench.machine.link.cut_after(after_bytes)
    bench.do(Verb.ENABLE)
    assert bench.seen.regions.protection is Protection.INITIAL_REPLICATION_FAILED
    assert bench.seen.points == ()
    assert layer_files(bench) == set()
    bench.subject.fault(Fault(FaultKind.LINK_UP))
    bench.do(Verb.DISABLE)
    bench.protect()
    assert bench.restored(bench.seen.points[0].name) == bench.instant()


def test_the_workload_goes_on_without_a_link(bench: Bench) -> None:
    """Without a link writes are acknowledged, the RPO grows, and a failover has the last instant that arrived."""
    bench.write("data", 3)
    bench.protect()
    arrived = bench.instant()
    bench.subject.fault(Fault(FaultKind.LINK_DOWN, "vm"))
    bench.write("data", 3, 4)
    bench.subject.advance(900_000)
    assert bench.seen.rpo_ms == 900_000
    assert bench.seen.health is Health.WARNING
    assert bench.seen.disks[1].dirty_blocks >= 2
    bench.do(Verb.FAIL_OVER)
    assert bench.at() == arrived
    assert bench.at(Place.PRIMARY) == bench.instant()


def test_only_changes_travel(bench: Bench) -> None:
    """One changed block costs at most a few granules on the line, not a copy of the disk."""
    bench.write("system", *range(1000))
    bench.protect()
    before = bench.seen.bytes_sent
    assert before > 1000 * 4096
    bench.write("system", 77)
    bench.subject.settle()
    assert 4096 <= bench.seen.bytes_sent - before < 4 * 65_536


def test_an_initial_copy_can_be_called_off(bench: Bench) -> None:
    """Disabling during the initial copy leaves no layer and an unprotected machine that can be enabled again."""
    bench.write("system", *range(500))
    bench.subject.do(Command(Verb.ENABLE, "vm"))
    bench.subject.do(Command(Verb.DISABLE, "vm"))
    assert bench.seen.regions.protection is Protection.UNPROTECTED
    assert layer_files(bench) == set()
    bench.protect()
    assert bench.restored(bench.seen.points[0].name) == bench.instant()


def test_a_lost_site_is_taken_over(bench: Bench) -> None:
    """When the source's daemon is killed, the failover has what had arrived, and the old side stays off."""
    bench.write("system", *range(20))
    bench.protect()
    arrived = bench.instant()
    bench.subject.flush(DiskAddress("vm", "system"))  # a killed daemon loses what was not flushed, as a host does
    bench.subject.fault(Fault(FaultKind.SITE_DOWN, "vm"))
    assert bench.seen.running == ()
    with pytest.raises(Refused, match="off"):
        bench.write("system", 1)
    bench.subject.advance(900_000)
    assert len(bench.seen.points) == 1
    bench.do(Verb.FAIL_OVER)
    assert bench.at() == arrived
    bench.subject.fault(Fault(FaultKind.SITE_UP, "vm"))
    assert bench.seen.running == (Place.RECOVERY,)
    assert bench.at(Place.PRIMARY) == arrived
    with pytest.raises(Refused, match="off"):
        bench.write("system", 1, place=Place.PRIMARY)


def test_a_site_that_comes_back_is_copied_again(bench: Bench) -> None:
    """After the daemon was killed nobody knows what changed, so everything travels again (class B10)."""
    bench.write("system", *range(64))
    bench.protect()
    point, instant = bench.seen.points[0].name, bench.instant()
    bench.write("system", 70, 71)
    bench.discard("system", 3, 40)
    bench.subject.flush(DiskAddress("vm", "system"))
    bench.subject.fault(Fault(FaultKind.SITE_DOWN, "vm"))
    bench.subject.settle()
    assert bench.seen.disks[0].dirty_blocks == 1024
    bench.subject.fault(Fault(FaultKind.SITE_UP, "vm"))
    bench.write("data", 9)
    assert bench.restored(bench.point()) == bench.instant()
    assert bench.restored(point) == instant
    bench.write("data", 10)
    assert bench.restored(bench.point()) == bench.instant()


def test_a_site_lost_before_its_first_copy_protects_nothing(bench: Bench) -> None:
    """Enabling a machine whose site is gone fails, and works when the site is back."""
    bench.subject.fault(Fault(FaultKind.SITE_DOWN))
    bench.do(Verb.ENABLE)
    assert bench.seen.regions.protection is Protection.INITIAL_REPLICATION_FAILED
    bench.do(Verb.DISABLE)
    bench.subject.fault(Fault(FaultKind.SITE_UP))
    bench.protect()
    bench.subject.fault(Fault(FaultKind.SITE_DOWN))
    bench.do(Verb.DISABLE)
    bench.subject.fault(Fault(FaultKind.SITE_UP))
    bench.protect()
    assert bench.restored(bench.seen.points[-1].name) == bench.instant()


def test_a_site_lost_during_the_initial_copy_fails_it(bench: Bench) -> None:
    """A daemon that is killed while it copies ends the job as failed, without a layer."""
    bench.write("system", *range(1000))
    bench.subject.do(Command(Verb.ENABLE, "vm"))
    bench.subject.fault(Fault(FaultKind.SITE_DOWN))
    bench.subject.settle()
    assert bench.seen.regions.protection is Protection.INITIAL_REPLICATION_FAILED
    assert layer_files(bench) == set()


def test_a_killed_target_loses_nothing_that_had_arrived(bench: Bench) -> None:
    """After the target's daemon was killed every point, a running drill and later increments are what they were."""
    bench.write("system", *range(30))
    bench.protect()
    expected = {bench.seen.points[0].name: bench.instant()}
    for block in (5, 40, 700):
        bench.write("data", *range(block, block + 9))
        expected[bench.point()] = bench.instant()
    newest = bench.instant()
    bench.do(Verb.TEST_FAILOVER)
    bench.write("system", 1)
    bench.subject.fault(Fault(FaultKind.TARGET_CRASH, "vm"))
    assert {name: bench.restored(name) for name in expected} == expected
    assert bench.at(Place.TEST) == newest
    assert bench.restored(bench.point()) == bench.instant()
    bench.do(Verb.CLEAN_UP_TEST)
    bench.do(Verb.FAIL_OVER)
    bench.do(Verb.COMPLETE_MIGRATION)
    bench.subject.fault(Fault(FaultKind.TARGET_CRASH, "vm"))
    assert bench.at() == bench.instant()


def test_a_target_killed_during_the_initial_copy_protects_nothing(bench: Bench) -> None:
    """An initial copy whose target died has failed, leaves no layer, and can be started again."""
    bench.write("system", *range(1000))
    bench.subject.do(Command(Verb.ENABLE, "vm"))
    bench.subject.fault(Fault(FaultKind.TARGET_CRASH, "vm"))
    assert bench.seen.regions.protection is Protection.INITIAL_REPLICATION_FAILED
    assert layer_files(bench) == set()
    bench.do(Verb.DISABLE)
    bench.protect()
    assert bench.restored(bench.seen.points[0].name) == bench.instant()


def test_long_outages_are_told_once(bench: Bench) -> None:
    """An outage raises the RPO event after its threshold and the missing point after an hour, once each."""
    bench.protect()
    bench.subject.fault(Fault(FaultKind.LINK_DOWN, "vm"))
    for _ in range(9):
        bench.subject.advance(600_000)
    codes = [event.code for event in bench.seen.events if event.code is not ErrorCode.UPLOAD_FAILED]
    assert codes == [ErrorCode.RPO_THRESHOLD_EXCEEDED, ErrorCode.NO_CRASH_CONSISTENT_POINT]


def test_other_faults_are_not_pretended(bench: Bench) -> None:
    """A fault that the adapter cannot make is declined, and unknown machines are a problem."""
    with pytest.raises(Unsupported):
        bench.subject.fault(Fault(FaultKind.LOG_CORRUPT, "vm"))
    with pytest.raises(Problem, match="no machine"):
        bench.subject.fault(Fault(FaultKind.LINK_DOWN, "other"))
