"""A view of a recovery point: the seed under the undo epochs since the point, readable while replication goes on.

Maintainers keep: a view never writes to the replica, and looks again whenever the history has moved.
"""

from collections.abc import Iterator
from types import TracebackType
from typing import Self

import numpy as np

from siteproof.reference.datapath.blocks import BLOCK_BYTES, WORDS, Blocks, Mask, plain_runs, rows_of, zero_rows
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.effects import Barrier, Executor, SyncDirectory, Truncate, Write
from siteproof.reference.datapath.history import History
from siteproof.reference.datapath.overlay import overlay
from siteproof.reference.datapath.seed_disk import SeedDisk

SPAN_BLOCKS = 256
STRETCH_BLOCKS = 1 << 18  # 1 GiB: how far is looked ahead for blocks that are not zeros


class PointView:
    """The disk as it was at a point; without a name, as it was applied last."""

    def __init__(self, history: History, seed: SeedDisk, name: str | None) -> None:
        """Refused(RecoveryPointUnavailable) when there is no such point."""
        self.name = name
        self.size_bytes = history.entry(name).size_bytes if name is not None else seed.size_bytes
        self.blocks = -(-self.size_bytes // BLOCK_BYTES)
        self._history = history
        self._seed = seed
        self._version = -1
        self._overlay = overlay(())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the index; the point stays."""
        self._overlay, self._version = overlay(()), -1

    def read(self, block: int, blocks: int) -> bytes:
        """The bytes of consecutive blocks at the point; CorruptLog when one of them cannot be had any more."""
        data = bytearray(blocks * BLOCK_BYTES)
        self._read_into(block, data)
        return bytes(data)

    def changed(self) -> Blocks:
        """Ascending numbers of the blocks that may differ between the point and the seed."""
        self._look_again()
        return self._overlay.blocks

    def materialise(self, executor: Executor, file: str) -> None:
        """Write the point's image to a sparse raw file, equal byte for byte; file and name are durable then."""
        executor.perform(Truncate(file, 0))
        executor.perform(Truncate(file, self.blocks * BLOCK_BYTES))
        for first, count in self._spans():
            data = bytearray(count * BLOCK_BYTES)
            self._read_into(first, data)
            view = memoryview(data)
            for start, run in plain_runs(np.flatnonzero(~zero_rows(rows_of(data)))):
                part = view[start * BLOCK_BYTES : (start + run) * BLOCK_BYTES]
                executor.perform(Write(file, (first + start) * BLOCK_BYTES, part))
        executor.perform(Truncate(file, self.size_bytes))
        executor.perform(Barrier(file))
        executor.perform(SyncDirectory(file.rpartition("/")[0]))

    def verify(self) -> int:
        """Read everything that is not zeros and return how many blocks these are; CorruptLog when one is damaged."""
        blocks = 0
        for first, count in self._spans():
            self._read_into(first, bytearray(count * BLOCK_BYTES))
            blocks += count
        return blocks

    def _spans(self) -> Iterator[tuple[int, int]]:
        """Consecutive blocks, at most SPAN_BLOCKS at a time, outside of which everything is zeros."""
        self._look_again()
        for first in range(0, self.blocks, STRETCH_BLOCKS):
            count = min(STRETCH_BLOCKS, self.blocks - first)
            held = self._seed.holds_bytes(first, count)
            low, high = np.searchsorted(self._overlay.blocks, [first, first + count])
            held[self._overlay.blocks[low:high] - first] = True
            for start, run in plain_runs(np.flatnonzero(held)):
                for at in range(start, start + run, SPAN_BLOCKS):
                    yield first + at, min(SPAN_BLOCKS, start + run - at)

    def _read_into(self, block: int, data: bytearray) -> None:
        self._look_again()
        self._seed.read_into(block, data)
        held, rows = self._overlay, np.frombuffer(data, np.uint64).reshape(-1, WORDS)
        low, high = (int(at) for at in np.searchsorted(held.blocks, [block, block + len(rows)]))
        targets = held.blocks[low:high] - block
        self._check(block, data, targets, held.lost(low, high))
        held.lay_over(rows, low, high, targets)

    def _check(self, block: int, data: bytearray, overlaid: Blocks, lost: Mask) -> None:
        """Every block is vouched for: by the undo log that it comes from, or by the seed's sums."""
        wrong = self._seed.damaged(block, data)
        wrong[overlaid] = lost
        if wrong.any():
            at = block + int(np.flatnonzero(wrong)[0])
            raise CorruptLog(self._seed.file, at * BLOCK_BYTES, f"block {at} is not what was written")

    def _look_again(self) -> None:
        if self._version != self._history.version:
            epochs = self._history.epochs_since(self.name) if self.name is not None else ()
            self._overlay, self._version = overlay(epochs), self._history.version
