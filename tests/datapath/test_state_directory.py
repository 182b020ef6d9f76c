"""What a store may have lost or got back behind our back: named and refused, nothing deleted, nothing believed."""

import os
import random

import pytest

from siteproof.model.nouns.errors import Refused
from siteproof.model.nouns.problem import Problem
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.crashes import KEEP_NOTHING, CrashingExecutor
from siteproof.reference.datapath.device import StoreFailed
from siteproof.reference.datapath.replica import Replica
from siteproof.reference.datapath.tracker import SourceDisk
from tests.datapath.history import resynchronise
from tests.datapath.lab import BLOCK, KEK, MemoryExecutor, World
from tests.datapath.nonces import ListeningExecutor

BLOCKS_KEPT = 10
CATALOGUES = ("r/points", "r/points.a", "r/points.b")


def with_points() -> tuple[World, MemoryExecutor]:
    """Two points with changes behind each, everything applied."""
    store = MemoryExecutor()
    world = World(store).create()
    for number in range(2):
        world.work()
        world.ship()
        world.point(f"p{number}")
        world.work()
        world.ship()
        world.replica.apply()
    return world, store


def undo_logs(store: MemoryExecutor) -> dict[str, bytes]:
    """The undo logs in the store."""
    return {name: bytes(data) for name, data in store.files.items() if "undo-" in name}


def catalogues(store: MemoryExecutor) -> dict[str, bytes]:
    """The files that list the points."""
    return {name: bytes(store.files[name]) for name in CATALOGUES if name in store.files}


def test_a_missing_catalogue_is_damage_and_no_history_is_deleted() -> None:
    """The state names an undo log, so there were points: nothing is opened as if there had been none."""
    world, store = with_points()
    logs = undo_logs(store)
    for name in catalogues(store):
        del store.files[name]
    with pytest.raises(CorruptLog, match="points"):
        world.reopen()
    assert undo_logs(store) == logs


def test_giving_up_a_lost_catalogue_keeps_the_logs_aside_and_demands_a_comparison() -> None:
    """The points are not listed any more, their bytes are not deleted, and replication can go on."""
    world, store = with_points()
    logs = undo_logs(store)
    for name in catalogues(store):
        del store.files[name]
    world.replica = Replica.salvage(store, "r", KEK, random=world.secret, aead=world.cipher)
    assert world.replica.points() == ()
    assert world.replica.window_open
    aside = [bytes(data) for name, data in store.files.items() if name.startswith("r/lost-")]
    assert sorted(aside) == sorted(logs.values())
    world.points.clear()
    world.connect()
    world.ship(everything=True)
    world.replica.close_window()
    world.point("new")
    world.work()
    world.ship()
    world.check_newest()
    world.check_points()
    world.reopen()
    world.check_points()


@pytest.mark.parametrize("change", ["point", "drop"])
def test_an_older_authentic_catalogue_is_found(change: str) -> None:
    """Put back, it would let a point read bytes that are newer than it."""
    world, store = with_points()
    old = catalogues(store)
    if change == "point":
        world.point("p2")
    else:
        world.drop("p0")
    world.work()
    world.ship()
    world.replica.apply()
    for name in catalogues(store):
        del store.files[name]
    for name, data in old.items():
        store.files[name] = bytearray(data)
    with pytest.raises(CorruptLog, match="points"):
        world.reopen()


def test_a_seed_that_was_cut_short_is_found() -> None:
    """Its size is known; missing bytes are not zeros."""
    world, store = with_points()
    del store.files["r/seed.raw"][BLOCKS_KEPT * 4096 :]
    with pytest.raises(CorruptLog, match=r"seed\.raw"):
        world.reopen()


def test_points_of_a_lost_catalogue_are_refused_by_name() -> None:
    """Nobody is handed another image instead."""
    world, store = with_points()
    for name in catalogues(store):
        del store.files[name]
    world.replica = Replica.salvage(store, "r", KEK, random=world.secret, aead=world.cipher)
    with pytest.raises(Refused):
        world.replica.open_point("p0")


def test_two_openers_never_both_acknowledge() -> None:
    """Whoever opened first is told at its next effect that it was replaced; what the second one has is whole."""
    world, store = with_points()
    first, stale = world.replica, world.sealer
    world.reopen()
    world.connect()
    world.work()
    world.ship()
    acknowledged = store.acknowledged
    cut = world.disk.take_all()

    def go_on() -> None:
        for frame in stale.seal(cut):
            first.receive(frame)
        first.commit(cut.lsn)

    with pytest.raises(StoreFailed, match="go on"):
        go_on()
    cut.failed()
    assert first.failed
    assert store.acknowledged == acknowledged
    world.ship()
    world.reopen(acknowledged=store.acknowledged)
    world.check_newest()
    world.check_points()


def test_a_copied_state_directory_uses_no_nonce_again() -> None:
    """Original and copy both go on, with the same keys and the same numbers: every frame has a key of its own."""
    world, store = with_points()
    world.secret = os.urandom
    copy = MemoryExecutor()
    copy.files = {name: bytearray(data) for name, data in store.files.items()}
    for files in (store, copy, store, copy):
        world.reopen(ListeningExecutor(files, world.nonces))
        world.connect()
        world.ship(everything=True)
        world.work(3)
        world.ship()
        world.replica.apply()
    assert len(world.nonces) > 30
    assert world.nonces.reused == []


@pytest.mark.parametrize("where", [0, 1000, 4095])
def test_a_flipped_bit_of_the_seed_is_never_read(where: int) -> None:
    """A point that needs the block says so, the newest state too, and an undo log does not take it for the past."""
    world, store = with_points()
    images = [*world.points.values(), bytes(store.files["r/seed.raw"])]
    places = [slice(b * BLOCK, (b + 1) * BLOCK) for b in range(96)]
    same = [b for b, at in enumerate(places) if any(images[0][at]) and len({image[at] for image in images}) == 1]
    block = same[0]
    store.files["r/seed.raw"][block * BLOCK + where] ^= 4
    world.reopen()
    with pytest.raises(CorruptLog, match=f"block {block} is not"):
        world.seen(None)
    outcomes = outcome_of_points(world)
    assert "damaged" in outcomes
    world.connect()
    world.disk.write(block, b"n" * BLOCK)
    world.ship()
    world.replica.apply()
    assert len(world.replica.take_damage()) == 1
    assert world.seen(None) == world.cuts[-1][1]
    assert outcome_of_points(world) == outcomes


def outcome_of_points(world: World) -> list[str]:
    """For every point whether it is right or named as damaged; anything else fails."""
    found = []
    for name, image in world.points.items():
        try:
            assert world.seen(name) == image
            found.append("right")
        except CorruptLog:
            found.append("damaged")
    return found


def test_a_comparison_mends_a_damaged_seed() -> None:
    """The block that the seed has lost is sent again, also when only its checksum is wrong."""
    world, store = with_points()
    image = store.files["r/seed.raw"]
    first, second = [b for b in range(96) if any(image[b * BLOCK : (b + 1) * BLOCK])][:2]
    image[first * BLOCK] ^= 1
    store.files["r/seed.sums"][second * 8] ^= 1
    world.reopen()
    world.connect()
    resynchronise(world)
    world.check_newest()


def test_zeros_in_place_of_a_block_are_found_and_holes_are_fine() -> None:
    """A lost write leaves zeros behind, and so does a hole that was never written: only one of them is damage."""
    world, store = with_points()
    image = store.files["r/seed.raw"]
    block = next(b for b in range(96) if any(image[b * BLOCK : (b + 1) * BLOCK]))
    image[block * BLOCK : (block + 1) * BLOCK] = bytes(BLOCK)
    world.reopen()
    with pytest.raises(CorruptLog):
        world.seen(None)


def test_a_damaged_undo_log_takes_only_the_points_before_it() -> None:
    """The newest point stands on its own log; the older one is given up by name, its log is set aside."""
    world, store = with_points()
    store.files["r/undo-00000001-00000001.log"][400] ^= 1
    with pytest.raises(CorruptLog):
        world.reopen()
    world.replica = Replica.salvage(store, "r", KEK, random=world.secret, aead=world.cipher)
    assert [point.name for point in world.replica.points()] == ["p1"]
    assert world.seen("p1") == world.points["p1"]
    assert "r/lost-undo-00000001-00000001.log" in store.files


@pytest.mark.parametrize("size_bytes", [1, 4095, 4097, 5 * 4096 + 512])
def test_an_odd_size_is_kept_to_the_byte(size_bytes: int) -> None:
    """The last block is carried in full and cut off again where the disk ends."""
    files, elsewhere = MemoryExecutor(), MemoryExecutor()
    data = bytearray(random.Random(size_bytes).randbytes(size_bytes))
    files.files["odd.raw"] = data
    disk = SourceDisk(files, "odd.raw", "odd.bitmap")
    disk.start_capture()
    replica = Replica.create(files, "r", disk.blocks, KEK, disk="odd", size_bytes=disk.size_bytes)
    world = World(files)
    world.disk, world.replica = disk, replica
    world.connect()
    world.ship(everything=True)
    disk.write(disk.blocks - 1, b"z" * (size_bytes - (disk.blocks - 1) * BLOCK) + bytes(-size_bytes % BLOCK))
    with pytest.raises(Problem, match="behind byte"):
        disk.write(disk.blocks - 1, b"y" * BLOCK)
    world.ship()
    replica.create_point("p")
    replica.promote("p", elsewhere, "out.raw")
    assert len(data) == size_bytes
    assert elsewhere.files["out.raw"] == data
    again = Replica.open(files, "r", KEK)
    assert again.size_bytes == size_bytes


def test_a_missing_bitmap_is_not_trusted() -> None:
    """After a crash the file may be gone: everything is dirty then, as behind any other unclean stop."""
    files = MemoryExecutor()
    disk = SourceDisk.create(files, "d", "d.bitmap", 16)
    disk.start_capture()
    disk.write(3, b"a" * BLOCK)
    del files.files["d.bitmap"]
    again = SourceDisk(files, "d", "d.bitmap")
    assert not again.trusted
    assert again.dirty.count == 16


def test_writes_without_an_agent_make_a_stored_bitmap_worthless() -> None:
    """A clean bitmap says that nothing was written since; whoever writes takes that back first."""
    files = MemoryExecutor()
    disk = SourceDisk.create(files, "d", "d.bitmap", 16)
    disk.start_capture()
    disk.close()
    between = SourceDisk(files, "d", "d.bitmap")
    assert between.trusted
    between.write(3, b"a" * BLOCK)
    assert not SourceDisk(files, "d", "d.bitmap").trusted


def test_numbers_of_writes_never_run_backwards_over_a_crash() -> None:
    """The source goes on behind every number it can have used, so its first stream after a crash is taken."""
    files = MemoryExecutor()
    world = World(MemoryExecutor(), source=files).create()
    world.work()
    world.ship()
    known = world.disk.written
    world.disk = SourceDisk(files, "web.raw", "web.bitmap")
    assert world.disk.written >= known
    world.disk.start_capture()
    world.connect()
    world.ship(everything=True)
    world.check_newest()


def test_a_promoted_disk_is_durable_with_its_name() -> None:
    """Power is lost right after the promotion: the machine's disk is there, in full."""
    world, _ = with_points()
    memory = MemoryExecutor()
    power = CrashingExecutor(memory)
    world.replica.promote("p0", power, "machines/web/sda.raw")
    power.crash(KEEP_NOTHING)
    assert memory.files["machines/web/sda.raw"] == world.points["p0"]


def test_a_comparison_that_was_killed_is_ended_by_the_next_one() -> None:
    """Its window is open when the replica comes back; whoever compares to the end closes it."""
    world, store = with_points()
    world.replica.open_window()
    world.reopen()
    world.connect()
    assert world.replica.window_open
    resynchronise(world)
    assert not world.replica.window_open
    world.point("after")
    world.check_points()
    assert store.acknowledged == world.replica.watermarks.cached
