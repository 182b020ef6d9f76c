"""A device that fails once must cost time, never data: each failure is told, and the next points are right."""

import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.scenario import DiskSpec, MachineSpec, Scenario
from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.model.nouns.subject import DiskAddress, FaultKind, Write
from siteproof.model.nouns.vocabulary import Health, Protection, Resync, Verb
from siteproof.reference import stores
from siteproof.reference.datapath import effects
from siteproof.reference.datapath.device import StoreFailed
from siteproof.reference.datapath.folder import FolderExecutor
from siteproof.reference.datapath.replica import Replica
from tests.datapath.nonces import Nonces
from tests.reference.bench import Bench

Match = Callable[[effects.Effect], bool]


class Trouble:
    """Makes chosen calls on a bench's stores fail, and listens to every frame that is written or sent."""

    def __init__(self, bench: Bench, patch: pytest.MonkeyPatch) -> None:
        self.bench, self.patch = bench, patch
        self.nonces = Nonces()
        self.active = False
        self.failed = 0
        received, performed = Replica.receive, FolderExecutor.perform

        def receive(replica: Replica, sealed: effects.Bytes) -> int:
            self.nonces.hear(f"wire to {replica.folder}", sealed)
            return received(replica, sealed)

        def perform(folder: FolderExecutor, effect: effects.Effect) -> None:
            self.nonces.write(effect)
            performed(folder, effect)

        patch.setattr(Replica, "receive", receive)
        patch.setattr(FolderExecutor, "perform", perform)

    def effects_fail(self, match: Match, times: int = 1, after: int = 0) -> None:
        """From now on matching effects of the cloud store fail, so many, after so many that do not."""
        cloud = self.bench.subject.appliance.stores.cloud
        real, seen = cloud.perform, [0]

        def perform(effect: effects.Effect) -> None:
            if match(effect):
                seen[0] += 1
                if after < seen[0] <= after + times:
                    self.failed += 1
                    self.nonces.write(effect)  # some of it may have reached the device
                    raise StoreFailed("write", "No space left on device", full=True)
            real(effect)

        self.patch.setattr(cloud, "perform", perform)

    def reads_fail(self, number: int, times: int = 1) -> None:
        """The reads of the site's disks with these numbers fail."""
        site = self.bench.subject.appliance.stores.site
        real, seen = site.read_into, [0]

        def read_into(*arguments: Any) -> int:
            seen[0] += 1
            if number <= seen[0] < number + times:
                self.failed += 1
                raise StoreFailed("read", "Input/output error")
            return real(*arguments)

        self.patch.setattr(site, "read_into", read_into)


@pytest.fixture
def trouble(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Trouble:
    """The bench's stores, ready to fail."""
    return Trouble(bench, monkeypatch)


def stamps(bench: Bench, blocks: range, disk: str = "sda") -> None:
    """Blocks of noise, which do not compress."""
    writes = []
    for block in blocks:
        bench.sequence += 1
        writes.append(Write(block, bench.sequence, data=random.Random(bench.sequence).randbytes(BLOCK_BYTES)))
    bench.subject.write(DiskAddress("web", disk), tuple(writes))


def is_log_write(effect: effects.Effect) -> bool:
    """A write to a cache log."""
    return isinstance(effect, effects.Write) and "/cache-" in effect.file


def is_log_sync(effect: effects.Effect) -> bool:
    """A barrier of a cache log."""
    return isinstance(effect, effects.Barrier) and "/cache-" in effect.file


def quietly(call: Callable[[], Any]) -> None:
    """What the operator's loop does with a problem: it goes on."""
    try:
        call()
    except Problem:
        return


@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_full_store_costs_time_and_no_data(bench: Bench, trouble: Trouble, after: int) -> None:
    """While a delta travels the store is full, later it is not: no nonce twice, points right, and it was told."""
    bench.protected()
    trouble.effects_fail(is_log_write, after=after)
    stamps(bench, range(900))
    quietly(lambda: bench.minutes(0.05))
    assert trouble.failed == 1
    seen = bench.seen
    assert seen.health is Health.CRITICAL
    assert [event.code for event in seen.events].count(ErrorCode.LOG_UPLOAD_LOCATION_NOT_HEALTHY) == 1
    bench.write(1000)
    seen = bench.minutes(11)
    assert trouble.nonces.reused == []
    assert len(trouble.nonces) > 10
    assert bench.restored(seen.points[-1].name) == bench.image()
    assert (seen.health, seen.regions.resync) == (Health.NORMAL, Resync.NONE)


def test_a_read_error_of_the_source_gives_the_cut_back(bench: Bench, trouble: Trouble) -> None:
    """One block could not be read while a delta was sealed: the next point has it all the same, and it was told."""
    bench.protected()
    stamps(bench, range(900))
    trouble.reads_fail(5)
    quietly(lambda: bench.minutes(0.05))
    assert trouble.failed == 1
    assert bench.seen.events[-1].code is ErrorCode.SOURCE_DISK_FAILED
    assert bench.seen.health is Health.CRITICAL
    bench.write(1000)
    seen = bench.minutes(11)
    assert bench.restored(seen.points[-1].name) == bench.image()
    assert seen.health is Health.NORMAL


def test_one_refused_write_on_one_of_two_disks_stops_no_later_point(bench: Bench, trouble: Trouble) -> None:
    """What the other disk had prepared does not count either: no point then, and right points on both afterwards."""
    bench.reset(disks=2)
    points = len(bench.protected().points)
    trouble.effects_fail(lambda effect: is_log_write(effect) and "/sdb/" in effect.file)  # type: ignore[union-attr]
    bench.write(7, disk="sdb")
    bench.write(7, disk="sda")
    quietly(lambda: bench.minutes(0.05))
    assert trouble.failed == 1
    assert len(bench.seen.points) == points
    seen = bench.minutes(11)
    assert len(seen.points) >= points + 2
    for disk in ("sda", "sdb"):
        assert bench.restored(seen.points[-1].name, disk) == bench.image(disk=disk)


def test_a_failover_never_starts_from_half_a_cut(bench: Bench, trouble: Trouble) -> None:
    """One disk has committed a cut that the other refused: `latest` shows another moment, the same on both disks."""
    bench.reset(disks=2)
    moments = []
    for number in (6, 7):
        bench.write(number, disk="sda")
        bench.write(number, disk="sdb")
        moments.append({disk: bench.image(disk=disk) for disk in ("sda", "sdb")})
        bench.subject.settle() if number == 7 else bench.protected()
    trouble.effects_fail(lambda effect: is_log_write(effect) and "/sdb/" in effect.file)  # type: ignore[union-attr]
    bench.write(8, disk="sda")
    bench.write(8, disk="sdb")
    quietly(lambda: bench.minutes(0.05))
    bench.fault(FaultKind.LINK_DOWN)
    bench.do(Verb.FAIL_OVER)
    assert {disk: bench.image(disk=disk) for disk in ("sda", "sdb")} in moments


def test_an_error_inside_a_comparison_clears_no_mark(bench: Bench, trouble: Trouble) -> None:
    """The comparison has failed, and stays to be repeated; it is not taken for one that reached its end."""
    bench.protected()
    stamps(bench, range(900))
    bench.fault(FaultKind.FORCED_SHUTDOWN)
    bench.start(Verb.RESYNCHRONIZE)
    trouble.reads_fail(3)
    for _ in range(3):
        quietly(lambda: bench.minutes(0.03))
    bench.subject.settle()
    assert trouble.failed == 1
    assert bench.seen.regions.resync is Resync.FAILED
    bench.write(1000)
    bench.do(Verb.RESYNCHRONIZE)
    seen = bench.minutes(11)
    assert seen.regions.resync is Resync.NONE
    assert bench.restored(seen.points[-1].name) == bench.image()


def test_a_failed_sync_is_not_tried_again(bench: Bench, trouble: Trouble) -> None:
    """After a sync that failed nothing under it counts: the cut is sent anew, into a new segment."""
    bench.protected()
    trouble.effects_fail(is_log_sync)
    bench.write(3)
    quietly(lambda: bench.minutes(0.05))
    assert trouble.failed == 1
    assert bench.seen.disks[0].dirty_blocks == 1
    seen = bench.minutes(11)
    assert bench.restored(seen.points[-1].name) == bench.image()
    assert seen.regions.protection is Protection.PROTECTED


def test_a_cut_that_met_a_damaged_frame_is_given_back(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """No cut stays open behind a break, so no later write is kept in memory for it."""
    bench.protected()
    received, seen = Replica.receive, [0]

    def receive(replica: Replica, sealed: effects.Bytes) -> int:
        seen[0] += 1
        damaged = bytearray(sealed)
        if seen[0] == 2:
            damaged[-1] ^= 1
        return received(replica, damaged)

    monkeypatch.setattr(Replica, "receive", receive)
    stamps(bench, range(200))
    bench.minutes(0.05)
    assert bench.seen.regions.resync is Resync.REQUIRED
    stream = bench.subject.appliance.vault.machine("web").stream
    assert stream is not None
    assert stream.agent.disks["sda"].open_cuts == 0


def test_a_restore_of_two_large_disks_returns_both(bench: Bench) -> None:
    """Sparse images count with what they take, and no image goes before its restore has been looked at."""
    blocks = 5 * (1 << 30) // BLOCK_BYTES
    bench.reset(disks=2, blocks=blocks)
    bench.write(3, blocks - 1)
    seen = bench.protected()
    for _ in range(3):
        images = bench.subject.restore("web", seen.points[-1].name)
        assert [Path(image.location).stat().st_size for image in images] == [5 << 30, 5 << 30]


def test_older_restores_go_when_they_take_too_much(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept is bounded; the newest restore is never the one that goes."""
    monkeypatch.setattr(stores, "EXPORTS_MAX_BYTES", 1 << 20)
    stamps(bench, range(200))
    name = bench.protected().points[-1].name
    first, second, third = (Path(bench.subject.restore("web", name)[0].location) for _ in range(3))
    assert not first.exists()
    assert second.exists()
    assert third.read_bytes() == bench.image()


@pytest.mark.parametrize(("size_bytes", "blocks"), [(64 * 4096 + 512, 65), (100, 1), (64 * 4096, 64)])
def test_an_image_is_kept_to_the_byte(bench: Bench, tmp_path: Path, size_bytes: int, blocks: int) -> None:
    """Restored, failed over and failed back it has the size that it came with."""
    image = tmp_path / "odd.img"
    image.write_bytes(random.Random(size_bytes).randbytes(size_bytes))
    bench.subject.reset(Scenario((MachineSpec("web", (DiskSpec("sda", blocks, str(image)),)),)))
    name = bench.protected().points[-1].name
    assert bench.restored(name) == image.read_bytes()
    bench.do(Verb.FAIL_OVER)
    assert bench.image() == image.read_bytes()
    bench.do(Verb.REPROTECT)
    bench.do(Verb.FAIL_BACK)
    assert bench.image() == image.read_bytes()
    image.unlink()


def test_an_image_that_does_not_fit_is_refused(bench: Bench, tmp_path: Path) -> None:
    """It is not cut short."""
    image = tmp_path / "large.img"
    image.write_bytes(bytes(64 * 4096 + 1))
    with pytest.raises(Problem, match="does not fit"):
        bench.subject.reset(Scenario((MachineSpec("web", (DiskSpec("sda", 64, str(image)),)),)))
    image.unlink()


@pytest.mark.parametrize("file", ["points", "seed.raw", "undo-00000001-00000001.log"])
def test_lost_files_of_a_replica_mark_the_machine_and_no_wrong_point_is_shown(bench: Bench, file: str) -> None:
    """What cannot be believed is told and not listed, or refused; a comparison mends the rest."""
    bench.write(1, 2, 3)
    bench.protected()
    images = {bench.seen.points[0].name: bench.image()}
    for number in range(3):
        bench.write(1, 10 + number)
        images[bench.minutes(5).points[-1].name] = bench.image()
    folder = next(bench.subject.appliance.stores.root.glob("cloud/web-*/sda"))
    (folder / file).unlink() if file != "seed.raw" else os.truncate(folder / file, 5 * BLOCK_BYTES)
    bench.fault(FaultKind.TARGET_CRASH)
    assert bench.seen.regions.resync is Resync.REQUIRED
    for point in bench.seen.points:
        assert outcome(bench, point.name) in {None, images.get(point.name)}
    bench.do(Verb.RESYNCHRONIZE)
    seen = bench.minutes(5)
    assert seen.regions.resync is Resync.NONE
    assert bench.restored(seen.points[-1].name) == bench.image()


def outcome(bench: Bench, point: str) -> bytes | None:
    """The bytes of a point, or None when it is refused as unavailable."""
    try:
        return bench.restored(point)
    except Refused as refusal:
        return None if refusal.code is ErrorCode.RECOVERY_POINT_UNAVAILABLE else b"refused otherwise"


def test_a_damaged_block_of_the_seed_is_told_and_mended(bench: Bench) -> None:
    """The restore that meets it is refused, the machine is marked, and after a comparison everything is right."""
    bench.write(1, 2, 3)
    name = bench.protected().points[-1].name
    replica = next(bench.subject.appliance.stores.root.glob("cloud/web-*/sda"))
    with (replica / "seed.raw").open("r+b") as seed:
        seed.seek(2 * BLOCK_BYTES + 99)
        seed.write(b"!")
    assert outcome(bench, name) is None
    assert bench.seen.regions.resync is Resync.REQUIRED
    assert bench.seen.events[-1].code is ErrorCode.CORRUPT_LOG_RECORD
    bench.do(Verb.RESYNCHRONIZE)
    seen = bench.minutes(5)
    assert bench.restored(seen.points[-1].name) == bench.image()
    assert outcome(bench, name) is None, "its old content is lost, and nothing else is shown for it"
