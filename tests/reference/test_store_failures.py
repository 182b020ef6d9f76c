"""A device that fails once must cost time, never data: each failure is told, and the next points are right."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.model.nouns.subject import DiskAddress, FaultKind, Write
from siteproof.model.nouns.vocabulary import Health, Protection, Resync, Verb
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
    """The disks' logs are at different writes for a moment: no point then, and right points on both afterwards."""
    bench.reset(disks=2)
    points = len(bench.protected().points)
    trouble.effects_fail(lambda effect: is_log_write(effect) and "web-sdb" in effect.file)  # type: ignore[union-attr]
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
    trouble.effects_fail(lambda effect: is_log_write(effect) and "web-sdb" in effect.file)  # type: ignore[union-attr]
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
