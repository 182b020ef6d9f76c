"""The seed disk: a plain sparse raw file with the newest applied state (seed: Replication process, seed managed disk).

Beside it `seed.sums`: 8 bytes per block, little endian: 0 for a block of zeros, else XXH3-64 of its bytes, seeded with
the disk's key and the block's number, so that a flipped bit, a lost write and a block in a wrong place are all seen.

Maintainers keep: it is written by the applier only, behind the undo log's barrier; sums become durable with the bytes
that they are about. Zeros are written only over bytes that are not zero, so the file stays sparse.
"""

import numpy as np
import xxhash
from numpy.typing import NDArray

from siteproof.reference.datapath.blocks import BLOCK_BYTES, Blocks, Mask, Rows, plain_runs, rows_of, zero_rows
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.effects import Barrier, Bytes, Executor, Truncate, Write
from siteproof.reference.datapath.holes import is_hole

SPAN_BLOCKS = 256  # 1 MiB: how much is looked at in one go
ZERO_SPAN = bytes(SPAN_BLOCKS * BLOCK_BYTES)
ZERO_BLOCK = bytes(BLOCK_BYTES)
SUM_BYTES = 8
PAGE_BLOCKS = 512  # sums are written in pages of 4096 bytes
_SEED_MASK = (1 << 64) - 1

Sums = NDArray[np.uint64]


class SeedDisk:
    """A raw image of `size_bytes` bytes, rounded up to whole blocks, in a folder of an executor."""

    def __init__(self, executor: Executor, folder: str, size_bytes: int, key: bytes) -> None:
        """Attach to the files; `create` makes them."""
        self.file = f"{folder}/seed.raw"
        self.size_bytes = size_bytes
        self._sums_file = f"{folder}/seed.sums"
        self._executor = executor
        self._key = int.from_bytes(key[:8], "little")
        self._changed: list[int] = []  # blocks written since the last sync, and their sums
        self._values: list[int] = []

    @property
    def blocks(self) -> int:
        """The size in whole blocks."""
        return -(-self.size_bytes // BLOCK_BYTES)

    def create(self) -> None:
        """An image of zeros that uses no space."""
        self._fit()
        self.sync()

    def resize(self, size_bytes: int) -> None:
        """Grow the files when the disk grows; a smaller disk keeps them."""
        self.size_bytes = size_bytes
        self._fit()
        self.sync()

    def _fit(self) -> None:
        """Asked for again also where the size looks right: a sync that failed may have left it to be seen only."""
        for file, size in ((self.file, self.blocks * BLOCK_BYTES), (self._sums_file, self.blocks * SUM_BYTES)):
            held = self._executor.size(file) if self._executor.exists(file) else 0
            self._executor.perform(Truncate(file, max(held, size)))

    def check_size(self) -> None:
        """CorruptLog when bytes are missing at the end of the image or of its sums."""
        for file, size in ((self.file, self.blocks * BLOCK_BYTES), (self._sums_file, self.blocks * SUM_BYTES)):
            held = self._executor.size(file) if self._executor.exists(file) else 0
            if held < size:
                raise CorruptLog(file, held, f"the file ends before {size} bytes")

    def read_into(self, block: int, buffer: bytearray | memoryview) -> None:
        """Fill the buffer from a block on, whatever the sums say; what lies beyond the file is left as it was."""
        self._executor.read_into(self.file, block * BLOCK_BYTES, buffer)

    def damaged(self, block: int, data: Bytes) -> Mask:
        """Which of the consecutive blocks in `data`, as read from `block` on, are not what was written there."""
        stored = self._stored(block, len(data) // BLOCK_BYTES)
        return np.asarray(stored != np.array(self._sums(block, data), np.uint64))

    def holds_bytes(self, block: int, count: int) -> Mask:
        """Which of consecutive blocks were written with something else than zeros; the image is not read."""
        return np.asarray(self._stored(block, count) != 0)

    def is_empty(self, block: int, count: int) -> bool:
        """Whether the file has nothing stored there, and nothing was ever to be: a hole over bytes is damage."""
        hole = is_hole(self.path(), block * BLOCK_BYTES, count * BLOCK_BYTES)
        return hole and not self.holds_bytes(block, count).any()

    def gather(self, blocks: Blocks) -> tuple[Rows, Mask]:
        """The rows of ascending block numbers, one read per run, and which of them are damaged."""
        data = bytearray(len(blocks) * BLOCK_BYTES)
        view, done, sums = memoryview(data), 0, list[int]()
        for first, count in plain_runs(blocks):
            part = view[done : done + count * BLOCK_BYTES]
            self.read_into(first, part)
            sums += self._sums(first, part)
            done += count * BLOCK_BYTES
        return rows_of(data), np.asarray(self._stored_at(blocks) != np.array(sums, np.uint64))

    def write(self, block: int, data: Bytes) -> None:
        """Overwrite consecutive blocks."""
        self._executor.perform(Write(self.file, block * BLOCK_BYTES, data))
        self._note(block, self._sums(block, data))

    def write_zeros(self, block: int, blocks: int, *, everywhere: bool) -> None:
        """Make consecutive blocks zero, writing only where they are not, or `everywhere`.

        Everywhere: what reads as zeros may be the work of a sync that failed, and then it is not on the device.
        """
        for first in range(block, block + blocks, SPAN_BLOCKS):
            count = min(SPAN_BLOCKS, block + blocks - first)
            data = bytearray(count * BLOCK_BYTES)
            self.read_into(first, data)
            wanted = np.arange(count) if everywhere else np.flatnonzero(~zero_rows(rows_of(data)))
            for start, run in plain_runs(wanted):
                zeros = ZERO_SPAN[: run * BLOCK_BYTES]
                self._executor.perform(Write(self.file, (first + start) * BLOCK_BYTES, zeros))
            self._note(first, [0] * count)

    def sync(self) -> None:
        """Everything written survives a crash, and so do its sums."""
        if self._changed:
            self._write_sums()
        self._executor.perform(Barrier(self.file))
        self._executor.perform(Barrier(self._sums_file))

    def path(self) -> str:
        """Where a reader outside finds the image."""
        return self._executor.path(self.file)

    def _write_sums(self) -> None:
        """One write per page that changed; of two sums for one block the later one counts."""
        blocks, values = np.array(self._changed, np.int64), np.array(self._values, np.uint64)
        order = np.argsort(blocks, kind="stable")
        blocks, values = blocks[order], values[order]
        pages, starts = np.unique(blocks // PAGE_BLOCKS, return_index=True)
        for page, low, high in zip(pages.tolist(), starts, [*starts[1:], len(blocks)], strict=True):
            held = self._stored(page * PAGE_BLOCKS, min(PAGE_BLOCKS, self.blocks - page * PAGE_BLOCKS))
            held[blocks[low:high] - page * PAGE_BLOCKS] = values[low:high]
            self._executor.perform(Write(self._sums_file, page * PAGE_BLOCKS * SUM_BYTES, held.tobytes()))
        self._changed, self._values = [], []

    def _note(self, block: int, sums: list[int]) -> None:
        self._changed.extend(range(block, block + len(sums)))
        self._values.extend(sums)

    def _stored_at(self, blocks: Blocks) -> Sums:
        """The sums of ascending blocks, one read per page."""
        pages, starts = np.unique(blocks // PAGE_BLOCKS, return_index=True)
        found = [
            self._stored(page * PAGE_BLOCKS, PAGE_BLOCKS)[blocks[low:high] - page * PAGE_BLOCKS]
            for page, low, high in zip(pages.tolist(), starts, [*starts[1:], len(blocks)], strict=True)
        ]
        return np.concatenate(found) if found else np.zeros(0, np.uint64)

    def _stored(self, block: int, count: int) -> Sums:
        data = bytearray(count * SUM_BYTES)
        self._executor.read_into(self._sums_file, block * SUM_BYTES, data)
        return np.frombuffer(data, "<u8")

    def _sums(self, block: int, data: Bytes) -> list[int]:
        digest, key, view, sums = xxhash.xxh3_64_intdigest, self._key + block, memoryview(data), []
        for at in range(0, len(view), BLOCK_BYTES):
            held = bytes(view[at : at + BLOCK_BYTES])  # a copy compares ten times as fast as a view
            seeded = (key + at // BLOCK_BYTES) & _SEED_MASK
            sums.append(0 if held == ZERO_BLOCK else digest(held, seeded) or 1)
        return sums
