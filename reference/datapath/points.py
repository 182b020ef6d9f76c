"""A view of a recovery point: the seed under the undo epochs since the point, readable while replication goes on.

Maintainers keep: a view never writes to the replica, and looks again whenever the history has moved.
"""

from types import TracebackType
from typing import Self

import numpy as np
from attrs import frozen

from siteproof.reference.datapath.blocks import BLOCK_BYTES, WORDS, Blocks, plain_runs, rows_of, zero_rows
from siteproof.reference.datapath.effects import Barrier, Executor, Truncate, Write
from siteproof.reference.datapath.history import History
from siteproof.reference.datapath.seed_disk import SeedDisk
from siteproof.reference.datapath.undo import UndoEpoch

SPAN_BLOCKS = 256


@frozen(eq=False)
class _Overlay:
    """Where each block that the seed no longer holds is found: `epoch` indexes `epochs`, then frame and row."""

    epochs: tuple[UndoEpoch, ...]
    blocks: Blocks
    epoch: Blocks
    frame: Blocks
    row: Blocks


class PointView:
    """The disk as it was at a point; without a name, as it was applied last."""

    def __init__(self, history: History, seed: SeedDisk, name: str | None) -> None:
        """Refused(RecoveryPointUnavailable) when there is no such point."""
        self.name = name
        self.blocks = history.entry(name).blocks if name is not None else seed.blocks
        self._history = history
        self._seed = seed
        self._version = -1
        self._overlay = _overlay(())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the index; the point stays."""
        self._overlay, self._version = _overlay(()), -1

    def read(self, block: int, blocks: int) -> bytes:
        """The bytes of consecutive blocks at the point."""
        data = bytearray(blocks * BLOCK_BYTES)
        self._read_into(block, data)
        return bytes(data)

    def changed(self) -> Blocks:
        """Ascending numbers of the blocks that may differ between the point and the seed."""
        self._look_again()
        return self._overlay.blocks

    def materialise(self, executor: Executor, file: str) -> None:
        """Write the point's image to a sparse raw file, equal byte for byte, behind a barrier."""
        executor.perform(Truncate(file, 0))
        executor.perform(Truncate(file, self.blocks * BLOCK_BYTES))
        for first in range(0, self.blocks, SPAN_BLOCKS):
            data = bytearray(min(SPAN_BLOCKS, self.blocks - first) * BLOCK_BYTES)
            self._read_into(first, data)
            view = memoryview(data)
            for start, count in plain_runs(np.flatnonzero(~zero_rows(rows_of(data)))):
                part = view[start * BLOCK_BYTES : (start + count) * BLOCK_BYTES]
                executor.perform(Write(file, (first + start) * BLOCK_BYTES, part))
        executor.perform(Barrier(file))

    def _read_into(self, block: int, data: bytearray) -> None:
        self._look_again()
        self._seed.read_into(block, data)
        overlay, rows = self._overlay, np.frombuffer(data, np.uint64).reshape(-1, WORDS)
        low, high = np.searchsorted(overlay.blocks, [block, block + len(rows)])
        places = np.stack((overlay.epoch[low:high], overlay.frame[low:high]))
        for epoch, frame in np.unique(places, axis=1).T.tolist():
            here = low + np.flatnonzero((places[0] == epoch) & (places[1] == frame))
            held, row = overlay.epochs[epoch].rows(frame), overlay.row[here]
            target = overlay.blocks[here] - block
            rows[target[row < 0]] = 0
            rows[target[row >= 0]] = held[row[row >= 0]]

    def _look_again(self) -> None:
        if self._version != self._history.version:
            epochs = self._history.epochs_since(self.name) if self.name is not None else ()
            self._overlay, self._version = _overlay(epochs), self._history.version


def _overlay(epochs: tuple[UndoEpoch, ...]) -> _Overlay:
    """The earliest saved content of every block, found in one sort."""
    if not epochs:
        empty = np.empty(0, np.int64)
        return _Overlay((), empty, empty, empty, empty)
    saved = [epoch.saved() for epoch in epochs]
    number = np.repeat(np.arange(len(saved)), [len(each.blocks) for each in saved])
    blocks, first = np.unique(np.concatenate([each.blocks for each in saved]), return_index=True)
    frame = np.concatenate([each.frame for each in saved])[first]
    return _Overlay(epochs, blocks, number[first], frame, np.concatenate([each.row for each in saved])[first])
