"""Capture at the source: no write is forgotten, a cut shows one moment, a bitmap is trusted only when it may be."""

import pytest

from siteproof.model.nouns.problem import Problem
from siteproof.reference.datapath.sealer import Sealer
from siteproof.reference.datapath.tracker import SourceDisk
from tests.datapath.lab import BLOCK, MemoryExecutor, World


def disk_with_capture() -> tuple[SourceDisk, MemoryExecutor]:
    """Sixteen blocks, captured."""
    files = MemoryExecutor()
    disk = SourceDisk.create(files, "d", "d.bitmap", 16)
    disk.start_capture()
    return disk, files


def test_a_cut_shows_the_moment_it_was_taken() -> None:
    """Writes and discards after the cut are not in it, they are dirty for the next one."""
    disk, _ = disk_with_capture()
    disk.write(3, b"a" * BLOCK * 2)
    cut = disk.take()
    disk.write(4, b"b" * BLOCK)
    disk.discard(3, 1)
    disk.write(4, b"c" * BLOCK)
    buffer = memoryview(bytearray(2 * BLOCK))
    cut.read_into(cut.blocks, buffer)
    assert buffer == b"a" * BLOCK * 2
    assert (cut.lsn, disk.written, disk.dirty.count) == (1, 4, 2)
    cut.done()
    assert disk.take().blocks.tolist() == [3, 4]


def test_a_failed_cut_gives_its_blocks_back() -> None:
    """What was not delivered is dirty again, once, together with what was written since."""
    disk, _ = disk_with_capture()
    disk.write(3, b"a" * BLOCK)
    cut = disk.take()
    disk.write(9, b"b" * BLOCK)
    assert disk.dirty.count == 1
    cut.failed()
    cut.failed()
    cut.done()
    assert disk.take().blocks.tolist() == [3, 9]


def test_two_cuts_may_be_open_at_once() -> None:
    """Each shows its own moment."""
    disk, _ = disk_with_capture()
    disk.write(3, b"a" * BLOCK)
    first = disk.take()
    disk.write(3, b"b" * BLOCK)
    second = disk.take_all()
    disk.write(3, b"c" * BLOCK)
    seen = []
    for cut in (first, second):
        buffer = memoryview(bytearray(BLOCK))
        cut.read_span(3, buffer)
        seen.append(bytes(buffer[:1]))
    assert seen == [b"a", b"b"]


def test_a_clean_shutdown_keeps_the_bitmap() -> None:
    """Dirty blocks, open cuts and the write sequence survive a clean stop."""
    disk, files = disk_with_capture()
    disk.write(3, b"a" * BLOCK)
    disk.take()
    disk.write(9, b"b" * BLOCK)
    disk.close()
    again = SourceDisk(files, "d", "d.bitmap")
    assert (again.trusted, again.written, again.take().blocks.tolist()) == (True, 2, [3, 9])


@pytest.mark.parametrize("how", ["unclean", "started", "damaged", "short", "resized"])
def test_any_other_bitmap_is_not_trusted(how: str) -> None:
    """After an unclean stop, damage or a resize behind its back every block counts as dirty (bug class B10)."""
    disk, files = disk_with_capture()
    disk.write(3, b"a" * BLOCK)
    if how != "unclean":
        disk.close()
    if how == "started":
        SourceDisk(files, "d", "d.bitmap").start_capture()
    if how == "damaged":
        files.files["d.bitmap"][4096] ^= 1
    if how == "short":
        del files.files["d.bitmap"][20:]
    if how == "resized":
        files.files["d"].extend(bytes(BLOCK))
    again = SourceDisk(files, "d", "d.bitmap")
    assert not again.trusted
    assert again.dirty.count == again.blocks


def test_writes_outside_the_disk_are_refused_and_change_nothing() -> None:
    """Beyond the end, before the start, of no whole blocks: a Problem, no new sequence, nothing dirty."""
    disk, files = disk_with_capture()
    for block, data in ((16, b"x" * BLOCK), (15, b"x" * BLOCK * 2), (-1, b"x" * BLOCK), (0, b"x"), (0, b"")):
        with pytest.raises(Problem):
            disk.write(block, data)
    with pytest.raises(Problem):
        disk.discard(10, 7)
    assert (disk.written, disk.dirty.count, len(files.files["d"])) == (0, 0, 16 * BLOCK)


def test_a_grown_disk_keeps_its_dirty_blocks_and_adds_the_new_ones() -> None:
    """Growing marks exactly the new blocks (bug class B8)."""
    disk, _ = disk_with_capture()
    disk.write(3, b"a" * BLOCK)
    disk.resize(20)
    assert disk.take().blocks.tolist() == [3, 16, 17, 18, 19]


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_workers_change_nothing_but_the_time(workers: int) -> None:
    """However many threads pack the frames, they leave in order and the replica is equal."""
    world = World(MemoryExecutor(), blocks=4000).create()
    world.work(300)
    world.sealer = Sealer(world.replica.keys, world.replica.invite(), workers)
    world.ship(everything=True)
    world.check_newest()


def test_a_workload_that_writes_while_frames_are_sealed_does_not_tear_the_cut() -> None:
    """Writes land between any two frames, with workers reading ahead: the target gets the image of the cut."""
    world = World(MemoryExecutor(), blocks=3000).create()
    world.work(200)
    world.sealer = Sealer(world.replica.keys, world.replica.invite(), 2)
    cut = world.disk.take_all()
    world.cuts.append((cut.lsn, world.image()))
    for frame in world.sealer.seal(cut):
        world.work(5)
        world.replica.receive(frame)
    world.replica.commit(cut.lsn)
    cut.done()
    world.check_newest()
    world.ship()
    world.check_newest()
