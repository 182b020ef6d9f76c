"""Failure enumeration: every single effect and read of a history fails, in every way it can, and the history goes on.

Each outcome is judged where the failure was met, at the end, and once more after a loss of power at the end.
"""

import sys
from collections import Counter

import pytest
from attrs import define

from siteproof.reference.datapath.crashes import KEEP_NOTHING, CrashingExecutor, keep_some
from siteproof.reference.datapath.device import StoreFailed
from siteproof.reference.datapath.effects import Effect
from siteproof.reference.datapath.failing import FailingExecutor, FailureMode, applies
from siteproof.reference.datapath.recording import RecordingExecutor
from tests.datapath.history import HISTORY, Step, resynchronise, workload
from tests.datapath.lab import MemoryExecutor, World
from tests.datapath.nonces import ListeningExecutor

ATTEMPTS_MAX = 12
STRIDE = 16  # of the run that is part of every test run; the nightly one leaves nothing out
LONGEST = 4  # effects in a row that fail


@define
class Persevering:
    """A machine that goes on behind a failure, as the appliance does; `failures` counts what it met."""

    world: World
    memory: MemoryExecutor
    failures: int = 0

    def live(self) -> None:
        """The whole history, whatever fails."""
        for step in HISTORY:
            self.take(step)

    def take(self, step: Step) -> None:
        """One step, or what is left of it after a failure."""
        try:
            step(self.world)
        except StoreFailed:
            self.failures += 1
            self.heal()

    def heal(self) -> None:
        """Open anew until the store lets it, compare where it is demanded, and judge."""
        for _ in range(ATTEMPTS_MAX):
            try:
                self._heal()
            except StoreFailed:
                self.failures += 1
            else:
                return
        pytest.fail("the store works again and the replica does not")

    def _heal(self) -> None:
        world = self.world
        world.create_once() if not hasattr(world, "replica") else world.reopen(acknowledged=self.memory.acknowledged)
        world.connect()
        if world.uneven:
            world.replica.resize(world.disk.blocks)
            world.replica.open_window()
        if world.replica.window_open:
            resynchronise(world)
            world.replica.close_window()
        world.replica.apply()
        judge(world, self.memory)


def judge(world: World, memory: MemoryExecutor) -> None:
    """Nothing acknowledged is lost, every listed point is what it was, the newest state is a cut."""
    cached = world.replica.watermarks.cached
    assert cached >= memory.acknowledged
    assert world.replica.watermarks.applied == cached
    if not world.uneven:
        assert world.seen(None) in [image for lsn, image in world.cuts[-3:] if lsn == cached] or not cached
    world.check_points()
    assert world.nonces.reused == []


def end(world: World, memory: MemoryExecutor, power: CrashingExecutor, number: int) -> None:
    """Power is lost at the end of the history; what comes back takes a whole copy, a point and deltas."""
    power.crash(KEEP_NOTHING if number % 2 else keep_some(number))
    store = ListeningExecutor(memory, world.nonces)
    world.reopen(store, acknowledged=memory.acknowledged)
    world.replica.apply()
    judge(world, memory)
    world.replica.close_window()
    world.connect()
    if world.replica.blocks != world.disk.blocks:
        world.replica.resize(world.disk.blocks)
    world.ship(everything=True)
    world.uneven = False
    world.point("after")
    world.work(3)
    world.ship()
    world.check_newest()
    world.check_points()
    assert world.nonces.reused == []


def run(failure: FailureMode, first: int, length: int = 1) -> tuple[int, int]:
    """The history with a failing target store; how many effects failed, and how many failures were met."""
    memory = MemoryExecutor()
    power = CrashingExecutor(memory)
    failing = FailingExecutor(power, failure, first, length)
    world = World(failing)
    world.store = ListeningExecutor(failing, world.nonces)
    life = Persevering(world, memory)
    life.live()
    end(world, memory, power, first)
    return failing.failed, life.failures


def trace() -> tuple[list[Effect], int]:
    """Every effect of the history, and how many reads it has."""
    memory = MemoryExecutor()
    counting = FailingExecutor(CrashingExecutor(memory), FailureMode.READ, 0, 0)
    store = RecordingExecutor(counting)
    workload(World(store))
    return store.trace, counting.reads


TRACE, READS = trace()


def places(failure: FailureMode) -> list[int]:
    """The effects, or the reads, that can fail in that way."""
    if failure is FailureMode.READ:
        return list(range(READS))
    return [number for number, effect in enumerate(TRACE) if applies(failure, effect)]


def enumerate_failures(failure: FailureMode, stride: int, length: int = 1) -> Counter[str]:
    """Run the history once for every place, or for every so many."""
    found = places(failure)
    counts: Counter[str] = Counter(places=len(found))
    for number in found[list(FailureMode).index(failure) % stride :: stride]:
        failed, met = run(failure, number, length)
        counts += Counter(runs=1, failed=failed, met=met, quiet=int(failed > 0 and met == 0))
    return counts


def told(what: str, failure: FailureMode, counts: Counter[str]) -> None:
    """The counts, for whoever runs with -s."""
    sys.stdout.write(f"\n{what}: {failure.value}: {dict(counts)}\n")


@pytest.mark.slow
@pytest.mark.parametrize("failure", list(FailureMode))
def test_a_failure_anywhere_loses_nothing_and_the_history_goes_on(failure: FailureMode) -> None:
    """Of effects and reads that can fail in this way, every sixteenth one does."""
    counts = enumerate_failures(failure, STRIDE)
    told("one", failure, counts)
    assert counts["failed"] >= counts["runs"] > 0
    assert counts["quiet"] <= counts["runs"] * 0.2, "failures that nobody heard of"


@pytest.mark.slow
@pytest.mark.parametrize("failure", [FailureMode.FULL, FailureMode.ERROR, FailureMode.READ])
def test_a_store_that_fails_for_a_while_loses_nothing_either(failure: FailureMode) -> None:
    """Four in a row fail, so recovery itself fails before it works."""
    counts = enumerate_failures(failure, STRIDE * 2, LONGEST)
    told("in a row", failure, counts)
    assert counts["failed"] > counts["runs"] > 0


@pytest.mark.nightly
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("length", [1, LONGEST])
@pytest.mark.parametrize("failure", list(FailureMode))
def test_every_failure_of_every_effect(failure: FailureMode, length: int) -> None:
    """Nothing is left out."""
    counts = enumerate_failures(failure, 1, length)
    told(f"all, {length} in a row", failure, counts)
    assert counts["runs"] == counts["places"] > 0


def test_the_history_can_fail_in_every_way() -> None:
    """The enumeration is not vacuous: each kind of failure has places, and the history is a lifecycle's length."""
    assert all(len(places(failure)) > 20 for failure in FailureMode)
    assert len(TRACE) > 200
