"""Damage to what the target holds: tampering, truncation, replay and gaps are named, never repaired silently."""

import re
from collections.abc import Callable

import pytest

from siteproof.model.nouns.errors import Refused
from siteproof.model.nouns.problem import Problem
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.keys import KeyEncryptionKey
from siteproof.reference.datapath.replica import Replica
from tests.datapath.lab import KEK, MemoryExecutor, World


def world_with_history() -> tuple[World, MemoryExecutor]:
    """A replica with two points, applied data and two acknowledged groups that wait in the cache log."""
    store = MemoryExecutor()
    world = World(store).create()
    world.work()
    world.ship(everything=True)
    world.point("p0")
    world.work()
    world.ship()
    world.replica.apply()
    world.point("p1")
    for _ in range(2):
        world.work()
        world.ship()
    return world, store


def newest(store: MemoryExecutor, stem: str) -> str:
    """The newest segment of a log."""
    return [name for name in sorted(store.files) if name.startswith(f"r/{stem}-")][-1]


def flip(at: float) -> Callable[[bytearray], None]:
    """Change one byte, `at` of the way through the file."""

    def damage(data: bytearray) -> None:
        data[min(int(len(data) * at), len(data) - 1)] ^= 0x40

    return damage


def cut_off(count: int) -> Callable[[bytearray], None]:
    """Remove the last bytes."""

    def damage(data: bytearray) -> None:
        del data[-count:]

    return damage


@pytest.mark.parametrize("place", [0.0, 0.001, 0.2, 0.5, 0.8, 0.99, 1.0])
@pytest.mark.parametrize("reopen", [True, False], ids=["found when opened", "found when applied"])
def test_a_flipped_byte_anywhere_in_the_cache_log_is_found(place: float, reopen: bool) -> None:
    """Header, data, marker or the very last tag: a changed byte is found, with file and offset."""
    world, store = world_with_history()
    damage = flip(place)

    def apply_and_reopen() -> None:
        world.replica.apply()
        world.reopen()

    damage(store.files[newest(store, "cache")])
    with pytest.raises(CorruptLog, match=r"cache-\d+\.log at byte \d+"):
        (world.reopen if reopen else apply_and_reopen)()


@pytest.mark.parametrize("count", [1, 30, 63, 64, 5000])
def test_a_truncated_cache_log_is_found(count: int) -> None:
    """Without its last bytes the log no longer reaches what was acknowledged."""
    world, store = world_with_history()
    cut_off(count)(store.files[newest(store, "cache")])
    with pytest.raises(CorruptLog):
        world.reopen()


def test_a_truncation_that_takes_the_promise_along_is_found_by_what_the_other_side_knows() -> None:
    """When the target's own memory of the acknowledgement is gone too, the source's LSN tells."""
    world, store = world_with_history()
    cut_off(64)(store.files[newest(store, "cache")])
    store.files["r/state"][1024:] = bytes(1024)
    with pytest.raises(CorruptLog, match="are missing"):
        world.reopen(acknowledged=store.acknowledged)


def test_a_frame_replayed_in_the_log_is_found() -> None:
    """A copy of an authentic frame behind the last one has the wrong sequence."""
    world, store = world_with_history()
    log = store.files[newest(store, "cache")]
    log.extend(log[-64:])
    with pytest.raises(CorruptLog, match="replay or gap"):
        world.reopen()


def test_a_frame_taken_out_of_the_log_is_found() -> None:
    """Removing one whole frame from the middle leaves a gap in the sequence."""
    world, store = world_with_history()
    log = store.files[newest(store, "cache")]
    places = [match.start() for match in re.finditer(b"SPF1", log)]
    del log[places[2] : places[3]]
    with pytest.raises(CorruptLog):
        world.reopen()


def test_a_missing_segment_is_found() -> None:
    """A log whose first needed segment is gone is not opened."""
    world, store = world_with_history()
    world.reopen()
    world.connect()
    world.work()
    world.ship()
    first = next(name for name in sorted(store.files) if name.startswith("r/cache-"))
    del store.files[first]
    with pytest.raises(CorruptLog, match="missing"):
        world.reopen()


def test_an_older_segment_put_in_a_newer_ones_place_is_found() -> None:
    """Rolling one segment back to an earlier version of itself breaks the chain or the promise."""
    world, store = world_with_history()
    old = {name: bytes(data) for name, data in store.files.items() if "cache-" in name}
    world.work()
    world.ship()
    for name, data in old.items():
        store.files[name][:] = data
    with pytest.raises(CorruptLog):
        world.reopen()


@pytest.mark.parametrize("place", [0.1, 0.5, 0.99])
def test_a_damaged_undo_log_is_found(place: float) -> None:
    """A point never shows bytes that its undo log cannot vouch for."""
    world, store = world_with_history()
    world.replica.apply()
    first = next(name for name in sorted(store.files) if name.startswith("r/undo-"))
    flip(place)(store.files[first])
    with pytest.raises(CorruptLog, match=r"undo-\d+-\d+\.log"):
        world.reopen()


def test_a_missing_undo_log_is_found() -> None:
    """The catalogue names its logs, so an unlinked one is missed."""
    world, store = world_with_history()
    world.replica.apply()
    for name in [name for name in store.files if name.startswith("r/undo-00000001")]:
        del store.files[name]
    with pytest.raises(CorruptLog, match="missing"):
        world.reopen()


@pytest.mark.parametrize("file", ["points", "state", "disk"])
def test_damage_to_the_small_files_is_found(file: str) -> None:
    """Catalogue, applied record and disk record are authenticated as well."""
    world, store = world_with_history()
    world.replica.apply()
    for at in range(len(store.files[f"r/{file}"])):
        store.files[f"r/{file}"][at] ^= 1
    with pytest.raises((CorruptLog, Problem)):
        world.reopen()


def test_salvage_gives_up_the_log_and_keeps_every_point() -> None:
    """After damage the points are what they were, the newest state is hidden until a resynchronisation has ended."""
    world, store = world_with_history()
    points = dict(world.points)
    world.replica.apply()
    world.work()
    world.ship()
    flip(0.5)(store.files[newest(store, "cache")])
    with pytest.raises(CorruptLog):
        world.reopen()
    world.replica = Replica.salvage(store, "r", KEK, random=world.secret, aead=world.cipher)
    assert {point.name for point in world.replica.points()} == set(points)
    world.check_points()
    assert world.replica.window_open
    with pytest.raises(Refused, match="inside a resynchronisation"):
        world.replica.open_point(None)
    world.connect()
    world.ship(everything=True)
    world.replica.close_window()
    world.check_newest()
    world.check_points()


def test_a_wrong_key_is_one_clear_problem_and_changes_nothing() -> None:
    """Problem, cause and hint, no traceback of cryptography, not a byte changed, no key in the text."""
    _, store = world_with_history()
    before = {name: bytes(data) for name, data in store.files.items()}
    wrong = KeyEncryptionKey(bytes(32))
    with pytest.raises(Problem, match="cannot be unwrapped") as caught:
        Replica.open(store, "r", wrong)
    assert bytes(32).hex() not in str(caught.value)
    assert {name: bytes(data) for name, data in store.files.items()} == before


def test_a_replica_that_is_not_there_is_a_problem() -> None:
    """Opening what was never created names the folder."""
    with pytest.raises(Problem, match="no replica in 'r'"):
        Replica.open(MemoryExecutor(), "r", KEK)


def test_creating_over_a_replica_is_refused_and_over_leftovers_is_not() -> None:
    """An existing replica is never overwritten; what a broken-off removal left behind is no replica."""
    world, store = world_with_history()
    with pytest.raises(Problem, match="already"):
        world.create()
    del store.files["r/disk"]
    world.create()
    assert world.seen(None) == bytes(96 * 4096)
    assert not [name for name in store.files if name.startswith("r/undo-")]
