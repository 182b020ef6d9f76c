"""QEMU's bytes, compared by the tests themselves: initial copy, increments, points, drills, failover."""

import time
from pathlib import Path
from typing import Any

import pytest

from siteproof.conformance.adapters.frame.link import Link
from siteproof.conformance.adapters.qemu.adapter import QemuSubject
from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.errors import Refused
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.scenario import DiskSpec, MachineSpec, Scenario
from siteproof.model.nouns.subject import DiskAddress, Write
from siteproof.model.nouns.vocabulary import Place, Selection, Verb

# The fixture's class lives in conftest.py, which no test can import by name.
Bench = Any
LATE_SECONDS = 0.03


def test_the_first_point_is_the_instant_of_enabling(bench: Bench) -> None:
    """Every block as of enable is copied, and a write during the initial copy is not in the first point."""
    bench.write("system", *range(0, 1024, 3))
    bench.write("data", 0, 1023)
    instant = bench.instant()
    bench.subject.do(Command(Verb.ENABLE, "vm"))
    bench.write("system", 0, 1, 1023)
    bench.subject.settle()
    assert bench.restored(bench.seen.points[0].name) == instant


def test_an_increment_brings_every_disk_to_one_instant(bench: Bench) -> None:
    """A point after writes to both disks holds exactly these writes."""
    bench.protect()
    bench.write("system", 5, 6, 7, 900)
    bench.write("data", 5)
    assert bench.restored(bench.point()) == bench.instant()


def test_discards_travel_in_increments(bench: Bench) -> None:
    """Blocks that are discarded after the initial copy are zeros at the next point (class B12)."""
    bench.write("system", *range(64))
    bench.protect()
    bench.discard("system", 3, 40)
    assert bench.restored(bench.point()) == bench.instant()


def test_older_points_stay_as_they_were(bench: Bench) -> None:
    """Later writes and later increments change no older point."""
    bench.write("data", *range(10))
    bench.protect()
    expected = {bench.seen.points[0].name: bench.instant()}
    for first in (0, 5, 500):
        bench.write("data", *range(first, first + 8))
        name = bench.point()
        expected[name] = bench.instant()
    assert {name: bench.restored(name) for name in expected} == expected


def test_a_test_failover_disturbs_nothing(bench: Bench) -> None:
    """The test machine alone sees its writes, replication goes on beside it, and the clean-up deletes it."""
    bench.write("data", 1, 2, 3)
    bench.protect()
    point, instant = bench.seen.points[0].name, bench.instant()
    bench.do(Verb.TEST_FAILOVER, point)
    assert bench.at(Place.TEST) == instant
    bench.write("data", 1, 700, place=Place.TEST)
    bench.write("data", 2)
    assert bench.restored(bench.point()) == bench.instant() == bench.at()
    assert bench.restored(point) == instant
    assert bench.at(Place.TEST) not in (instant, bench.instant())
    bench.do(Verb.CLEAN_UP_TEST)
    with pytest.raises(Refused, match="no test copy"):
        bench.at(Place.TEST)


def test_a_failover_starts_from_what_was_received(bench: Bench) -> None:
    """The failed-over machine holds the newest instant that arrived, and from then on its own writes."""
    bench.protect()
    bench.write("system", 10, 11)
    bench.subject.settle()
    arrived = bench.instant()
    bench.write("system", 11)
    bench.do(Verb.FAIL_OVER)
    assert bench.at() == arrived
    assert bench.at(Place.PRIMARY) == bench.instant()
    bench.write("system", 12)
    assert bench.at()["system"][12 * 4096 : 13 * 4096] == bench.truth["system"][12 * 4096 : 13 * 4096]


def test_another_point_can_be_chosen_until_the_commit(bench: Bench) -> None:
    """Changing the point discards what the failed-over machine wrote; the commit deletes every other point."""
    bench.write("system", *range(9))
    bench.protect()
    first, instant = bench.seen.points[0].name, bench.instant()
    bench.write("system", 2, 300)
    bench.point()
    bench.do(Verb.FAIL_OVER)
    assert bench.at() == bench.instant()
    bench.write("system", 4)
    bench.do(Verb.CHANGE_RECOVERY_POINT, first)
    assert bench.at() == instant
    bench.do(Verb.COMMIT)
    assert [point.name for point in bench.seen.points] == [first]
    assert bench.at() == instant


def test_a_migrated_machine_stands_alone(bench: Bench) -> None:
    """Completing a migration keeps the machine's bytes, although the replica is deleted."""
    bench.write("data", *range(50))
    bench.protect()
    bench.write("data", 7)
    bench.point()
    bench.do(Verb.FAIL_OVER)
    bench.do(Verb.COMPLETE_MIGRATION)
    assert bench.seen.points == ()
    assert bench.machine.replica.layers == []
    assert bench.at() == bench.instant()


def test_a_disk_may_start_from_an_image(qemu: QemuSubject, tmp_path: Path) -> None:
    """A raw image is the disk's first content, and an unstamped write is taken as it is."""
    image = tmp_path / "image.raw"
    image.write_bytes(bytes(range(256)) * 16 * 300)
    qemu.reset(Scenario((MachineSpec("vm", (DiskSpec("d", 300, str(image)),)),)))
    qemu.write(DiskAddress("vm", "d"), (Write(4, 1, data=b"\x07" * 4096),))
    read = Path(qemu.read(DiskAddress("vm", "d")).location).read_bytes()
    assert read == image.read_bytes()[: 4 * 4096] + b"\x07" * 4096 + image.read_bytes()[5 * 4096 :]


def test_a_subset_of_disks_can_be_protected(bench: Bench) -> None:
    """Points hold the named disks and no other."""
    bench.subject.do(Command(Verb.ENABLE, "vm", disks=("data",)))
    bench.write("data", 1)
    bench.write("system", 1)
    assert bench.restored(bench.point()) == {"data": bench.instant()["data"]}


def test_an_access_outside_of_the_disk_is_a_problem(bench: Bench) -> None:
    """A block beyond the disk's end is never written, wherever the number comes from."""
    with pytest.raises(Problem, match="outside"):
        bench.subject.write(DiskAddress("vm", "data"), (Write(1024, 1),))
    with pytest.raises(Problem, match="outside"):
        bench.subject.discard(DiskAddress("vm", "data"), 1000, 25)
    assert bench.at() == bench.instant()


def test_an_image_that_cannot_be_read_is_a_problem(qemu: QemuSubject) -> None:
    """A scenario that names a missing file is refused in one clear sentence."""
    with pytest.raises(Problem, match="image cannot be read"):
        qemu.reset(Scenario((MachineSpec("vm", (DiskSpec("d", 4, "/nowhere/image.raw"),)),)))


def test_an_unlisted_selection_is_refused(bench: Bench) -> None:
    """There are no application-consistent points, and the refusal says so."""
    bench.protect()
    answer = bench.subject.do(Command(Verb.FAIL_OVER, "vm", Selection.LATEST_APP_CONSISTENT))
    assert answer.code.value == "RecoveryPointUnavailable"


def test_what_left_is_counted_when_a_copy_has_ended(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """However late the relay gets to run, the count of bytes at the end of an increment does not grow any more."""
    charge = Link._charge

    def late(self: Link, data: bytes) -> bytes:
        time.sleep(LATE_SECONDS)
        return charge(self, data)

    bench.protect()
    monkeypatch.setattr(Link, "_charge", late)
    for block in range(5):
        bench.write("data", block)
        bench.subject.settle()
        counted = bench.seen.bytes_sent
        time.sleep(3 * LATE_SECONDS)
        assert bench.seen.bytes_sent == counted
