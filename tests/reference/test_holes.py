"""Holes cost nothing: a comparison does not read them, a discard makes them, and what is tracked stays tracked."""

import ctypes
import errno
import os
from pathlib import Path

import pytest

from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.reference.datapath import holes
from siteproof.reference.datapath.folder import FolderExecutor
from siteproof.reference.datapath.keys import KeyEncryptionKey
from siteproof.reference.datapath.replica import Replica
from siteproof.reference.datapath.resync import ResyncSource, ResyncTarget, exchange, pump
from siteproof.reference.datapath.sealer import Sealer
from siteproof.reference.datapath.tracker import SourceDisk

BLOCKS = (64 << 30) // BLOCK_BYTES
NOISE = bytes(range(256)) * (BLOCK_BYTES // 256)
KEK = KeyEncryptionKey(bytes(32))


class CountingFolder(FolderExecutor):
    """A folder that counts the bytes read of disks and seeds."""

    read_bytes = 0

    def read_into(self, file: str, offset: int, buffer: bytearray | memoryview) -> int:
        """Count what is asked for."""
        if file.endswith(".raw"):
            self.read_bytes += len(buffer)
        return super().read_into(file, offset, buffer)


class Sides:
    """A source disk and its replica in one folder, equal at first."""

    def __init__(self, root: Path, blocks: int) -> None:
        self.store = CountingFolder(root)
        self.disk = SourceDisk.create(self.store, "site/disk.raw", "site/disk.bitmap", blocks)
        self.replica = Replica.create(self.store, "web", blocks, KEK, disk="web/sda")
        self.sealer = Sealer(self.replica.keys, self.replica.invite())

    def parties(self) -> tuple[ResyncSource, ResyncTarget]:
        """Both sides of a comparison."""
        cut = self.disk.take_all()
        source = ResyncSource(cut, self.replica.blocks, self.sealer, self.replica.keys)
        return source, ResyncTarget(self.replica)

    def compare(self) -> int:
        """Compare to the end; how many blocks travelled."""
        source, target = self.parties()
        report = pump(source, target)
        assert source.completed
        return report.blocks_sent

    def equal(self, block: int, count: int = 1) -> bool:
        """Whether both sides hold the same."""
        held = bytearray(count * BLOCK_BYTES)
        self.replica.read_seed(block, memoryview(held))
        return bytes(held) == self.disk.read(block, count)


@pytest.fixture
def sides(tmp_path: Path) -> Sides:
    """Small ones."""
    return Sides(tmp_path, 4096)


def test_a_comparison_reads_no_holes(tmp_path: Path) -> None:
    """64 GiB with three blocks of data: a few windows are read on both sides, whatever lies between them."""
    sides = Sides(tmp_path, BLOCKS)
    for block in (7, BLOCKS // 2, BLOCKS - 1):
        sides.disk.write(block, NOISE)
    sides.store.read_bytes = 0
    assert sides.compare() == 3
    assert sides.store.read_bytes < 64 << 20
    assert all(sides.equal(block) for block in (7, BLOCKS // 2, BLOCKS - 1, 8))


def test_a_hole_on_one_side_is_compared_with_data_on_the_other(sides: Sides) -> None:
    """Data over a hole and a hole over data both travel."""
    sides.disk.write(10, NOISE * 4)
    assert sides.compare() == 4
    sides.disk.discard(10, 4)
    sides.disk.write(3000, NOISE)
    sides.disk.dirty.take()
    assert sides.compare() == 5
    assert sides.equal(10, 4)
    assert sides.equal(3000)


def test_a_write_into_a_hole_behind_the_start_is_not_part_of_the_comparison(sides: Sides) -> None:
    """The cut shows the hole that it was, the write is a delta; a discard behind the start hides nothing either."""
    sides.disk.start_capture()
    sides.disk.write(2050, NOISE)
    source, target = sides.parties()
    messages = exchange(source, target)
    next(messages)
    sides.disk.write(1030, NOISE)
    sides.disk.discard(2050, 1)
    for _ in messages:
        pass
    assert source.completed
    assert source.report.blocks_sent == 1
    held = bytearray(BLOCK_BYTES)
    sides.replica.read_seed(1030, memoryview(held))
    assert bytes(held) == bytes(BLOCK_BYTES)
    sides.replica.read_seed(2050, memoryview(held))
    assert bytes(held) == NOISE
    assert sides.disk.dirty.listed().tolist() == [1030, 2050]


def test_a_seed_that_lost_its_bytes_to_a_hole_is_not_equal(sides: Sides) -> None:
    """What was written there is known by its sum: the hole is read, and the block travels again."""
    sides.disk.write(5, NOISE)
    assert sides.compare() == 1
    seed = Path(sides.replica.seed_path())
    with seed.open("r+b") as file:
        assert holes.punch(file.fileno(), 0, 64 * BLOCK_BYTES)
    assert sides.compare() == 1
    assert sides.equal(5)


def test_a_discard_gives_the_space_back_and_is_tracked(sides: Sides) -> None:
    """The file takes less room, reads as zeros, and the blocks are dirty."""
    sides.disk.start_capture()
    sides.disk.write(0, NOISE * 512)
    sides.disk.flush()
    full = Path(sides.disk.path()).stat().st_blocks
    sides.disk.dirty.take()
    sides.disk.discard(0, 400)
    sides.disk.flush()
    assert Path(sides.disk.path()).stat().st_blocks <= full - 390 * BLOCK_BYTES // 512
    assert sides.disk.read(0, 512) == bytes(400 * BLOCK_BYTES) + NOISE * 112
    assert sides.disk.dirty.listed().tolist() == list(range(400))


@pytest.mark.parametrize("code", [errno.EOPNOTSUPP, errno.ENOSYS])
def test_where_no_hole_can_be_made_zeros_are_written(sides: Sides, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bytes are the same, only the space is not."""

    class Library:
        """A C library on a file system without holes."""

        @staticmethod
        def fallocate(*_arguments: object) -> int:
            """It refuses."""
            ctypes.set_errno(code)
            return -1

    sides.disk.write(0, NOISE * 8)
    monkeypatch.setattr(ctypes, "CDLL", lambda *_name, **_options: Library)
    sides.disk.discard(2, 3)
    assert sides.disk.read(0, 8) == NOISE * 2 + bytes(3 * BLOCK_BYTES) + NOISE * 3


def test_where_nobody_can_tell_there_are_no_holes(tmp_path: Path) -> None:
    """A missing file, and a stretch with one byte in it, are no holes; behind the end of a file there is nothing."""
    file = tmp_path / "disk.raw"
    assert not holes.is_hole(str(file), 0, 4096)
    with file.open("wb") as made:
        os.ftruncate(made.fileno(), 1 << 20)
        os.pwrite(made.fileno(), b"x", 512 << 10)
    assert holes.is_hole(str(file), 0, 256 << 10)
    assert not holes.is_hole(str(file), 0, 1 << 20)
    assert holes.is_hole(str(file), 768 << 10, 1 << 20)
