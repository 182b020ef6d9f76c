"""An effect that fails is an outcome: it takes the replica out of service, and only opening it anew goes on."""

import pytest

from siteproof.model.nouns.problem import Problem
from siteproof.reference.datapath.crashes import KEEP_NOTHING, CrashingExecutor
from siteproof.reference.datapath.device import StoreFailed
from siteproof.reference.datapath.effects import Barrier, Effect, Write
from siteproof.reference.datapath.failing import FailingExecutor, FailureMode
from siteproof.reference.datapath.tracker import SourceDisk
from tests.datapath.lab import BLOCK, MemoryExecutor, World


class Aimed(FailingExecutor):
    """Fails the next effect of a kind on a file whose name holds `part`, once it is `armed`."""

    def __init__(self, failure: FailureMode, part: str, kind: type = Write) -> None:
        self.memory = MemoryExecutor()
        self.power = CrashingExecutor(self.memory)
        super().__init__(self.power, failure, 0, 0)
        self.armed, self._part, self._kind = False, part, kind

    def perform(self, effect: Effect) -> None:
        """Aim, then carry out or fail."""
        hit = self.armed and isinstance(effect, self._kind) and self._part in getattr(effect, "file", "")
        self._span = range(self.effects, self.effects + hit)
        self.armed = self.armed and not hit
        super().perform(effect)


def started(store: Aimed) -> World:
    """A replica with one acknowledged cut and one point."""
    world = World(store).create()
    world.work()
    world.ship(everything=True)
    world.point("p0")
    world.replica.apply()
    return world


@pytest.mark.parametrize("failure", [FailureMode.SYNC_KEPT, FailureMode.SYNC_DROPPED])
def test_what_a_failed_sync_took_is_never_acknowledged(failure: FailureMode) -> None:
    """Committing again after the failure is refused, so a crash loses nothing that anybody relies on."""
    store = Aimed(failure, "cache-", Barrier)
    world = started(store)
    world.work()
    acknowledged = store.memory.acknowledged
    store.armed = True
    cut = world.disk.take()
    for frame in world.sealer.seal(cut):
        world.replica.receive(frame)
    for _ in range(2):
        with pytest.raises(StoreFailed):
            world.replica.commit(cut.lsn)
    cut.failed()
    assert store.memory.acknowledged == acknowledged
    store.power.crash(KEEP_NOTHING)
    world.reopen(store.memory, acknowledged=acknowledged)
    world.connect()
    world.ship()
    world.check_newest()
    world.check_points()


@pytest.mark.parametrize("part", ["cache-", "undo-", "seed.raw", "state", "points"])
@pytest.mark.parametrize("failure", [FailureMode.SYNC_KEPT, FailureMode.SYNC_DROPPED])
def test_opening_anew_makes_durable_what_it_believes(failure: FailureMode, part: str) -> None:
    """What a failed sync left to be read is written again before anything stands on it: then power may fail."""
    store = Aimed(failure, part, Barrier)
    world = started(store)
    world.work()
    store.armed = True

    def all_of_it() -> None:
        world.ship()
        world.point("p1")
        world.replica.apply()

    with pytest.raises(StoreFailed):
        all_of_it()
    world.disk.take_all().failed()
    world.reopen(store, acknowledged=store.memory.acknowledged)
    world.connect()
    world.ship()
    world.replica.apply()
    store.power.crash(KEEP_NOTHING)
    world.reopen(store.memory, acknowledged=store.memory.acknowledged)
    world.check_newest()
    world.check_points()


@pytest.mark.parametrize("failure", [FailureMode.SHORT, FailureMode.FULL, FailureMode.ERROR, FailureMode.DONE_ANYWAY])
def test_a_source_write_that_failed_is_dirty(failure: FailureMode) -> None:
    """Some of its blocks may have changed and some not: all of them travel."""
    files = Aimed(failure, "d.raw")
    disk = SourceDisk.create(files, "d.raw", "d.bitmap", 128)
    disk.start_capture()
    files.armed = True
    with pytest.raises(Problem):
        disk.write(10, b"x" * BLOCK * 64)
    files.armed = True
    with pytest.raises(Problem):
        disk.discard(90, 10)
    assert disk.take().blocks.tolist() == [*range(10, 74), *range(90, 100)]


def test_a_size_that_was_never_synced_is_asked_for_again() -> None:
    """A disk grows, the sync of its longer seed fails, and it is only seen to be longer: growing again makes it so."""
    store = Aimed(FailureMode.SYNC_KEPT, "seed.raw", Barrier)
    world = started(store)
    world.disk.resize(world.disk.blocks + 8)
    store.armed = True
    with pytest.raises(StoreFailed):
        world.replica.resize(world.disk.blocks)
    world.reopen(store)
    world.replica.resize(world.disk.blocks)
    store.power.crash(KEEP_NOTHING)
    world.reopen(store.memory)
    assert world.replica.blocks == world.disk.blocks
    world.check_points()
