"""Crash enumeration: the store loses power before every single effect of a workload, with several sets of survivors."""

import random
from collections.abc import Callable

import pytest

from siteproof.model.nouns.problem import Problem
from siteproof.reference.datapath.crashes import (
    KEEP_EVERYTHING,
    KEEP_NOTHING,
    Crashed,
    CrashingExecutor,
    Keep,
    keep_some,
)
from siteproof.reference.datapath.recording import RecordingExecutor
from tests.datapath.history import workload
from tests.datapath.lab import MemoryExecutor, World


def count_effects() -> int:
    """How many effects the workload has without a crash."""
    store = RecordingExecutor(MemoryExecutor())
    workload(World(store))
    return len(store.trace)


EFFECTS = count_effects()
RULES: dict[str, Callable[[int], Keep]] = {
    "nothing survives": lambda _: KEEP_NOTHING,
    "everything survives": lambda _: KEEP_EVERYTHING,
    "some survive, one": keep_some,
    "some survive, two": lambda number: keep_some(10_000 + number),
}


def crash(number: int, keep: Keep) -> tuple[World, MemoryExecutor]:
    """The world after power was lost before effect `number`."""
    memory = MemoryExecutor()
    world = World(CrashingExecutor(memory, number, keep))
    with pytest.raises(Crashed):
        workload(world)
    return world, memory


def recover(world: World, memory: MemoryExecutor, number: int) -> bool:
    """Reopen, with a second crash on the way in most cases; False when the replica had not come into being yet."""
    try:
        world.reopen(CrashingExecutor(memory, number % 7, keep_some(number)), acknowledged=memory.acknowledged)
        world.replica.apply()
    except Crashed:
        pass
    except Problem:
        assert not world.points
        return False
    world.reopen(memory, acknowledged=memory.acknowledged)
    return True


def check(world: World, memory: MemoryExecutor) -> None:
    """Nothing acknowledged is lost, points are what they were, the newest state is a cut that was committed."""
    cached = world.replica.watermarks.cached
    assert cached >= memory.acknowledged
    world.replica.apply()
    assert world.replica.watermarks.applied == cached
    if not world.replica.window_open:
        newest = world.seen(None)
        assert newest in [image for lsn, image in world.cuts[-3:] if lsn == cached] or not cached
    world.check_points()


def go_on(world: World) -> None:
    """The recovered replica works: it takes a whole copy, a point, deltas, and forgets everything again."""
    world.disk.start_capture()
    world.replica.close_window()
    world.connect()
    if world.replica.blocks != world.disk.blocks:
        world.replica.resize(world.disk.blocks)
    world.ship(everything=True)
    world.point("after")
    world.work(3)
    world.ship()
    world.check_newest()
    world.check_points()
    world.replica.drop_points()
    assert not [name for name in world.store.list("r") if name.startswith("undo-")], "an undo log of no point"


def survivors(rule: str, numbers: range) -> int:
    """Lose power before each of these effects; how many replicas had come into being by then."""
    survived = 0
    for number in numbers:
        world, memory = crash(number, RULES[rule](number))
        if recover(world, memory, number):
            check(world, memory)
            go_on(world)
            survived += 1
        assert len(world.sealed) == len(set(world.sealed)), "a nonce met the same key twice"
    return survived


@pytest.mark.slow
@pytest.mark.parametrize("rule", RULES)
def test_power_loss_before_any_effect_loses_nothing_acknowledged_and_tears_no_point(rule: str) -> None:
    """Acknowledged data is there, points equal their images, the newest state is a cut that was committed.

    Each effect is met under one of the rules; the nightly run meets all of them under all.
    """
    numbers = range(list(RULES).index(rule), EFFECTS, len(RULES))
    assert survivors(rule, numbers) > len(numbers) * 0.9


@pytest.mark.nightly
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("rule", RULES)
def test_power_loss_before_every_effect_under_every_rule(rule: str) -> None:
    """Nothing is left out."""
    assert survivors(rule, range(EFFECTS)) > EFFECTS * 0.9


def test_the_workload_has_effects_of_every_kind() -> None:
    """The enumeration is not vacuous: writes, barriers, renames, unlinks, truncations, syncs, acknowledgements."""
    store = RecordingExecutor(MemoryExecutor())
    workload(World(store))
    kinds = {type(effect).__name__ for effect in store.trace}
    assert kinds == {"Write", "Barrier", "Rename", "Unlink", "Truncate", "SyncDirectory", "Acknowledge"}
    assert EFFECTS > 150


def test_the_same_crash_gives_the_same_bytes() -> None:
    """A crash is reproducible: (effect, seed) name one state of the store."""
    states = []
    for _ in range(2):
        _, memory = crash(77, keep_some(77))
        states.append({name: bytes(data) for name, data in memory.files.items()})
    assert states[0] == states[1]
    assert random.Random(77).random() != random.Random(78).random()
