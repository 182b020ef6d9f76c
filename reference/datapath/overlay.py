"""Several undo epochs laid over each other: for every block that they know, its earliest saved content.

Maintainers keep: of two epochs the earlier one wins, for it tells of the older state; nothing here is written.
"""

import numpy as np
from attrs import frozen

from siteproof.reference.datapath.blocks import WORDS, Blocks, Mask, Rows
from siteproof.reference.datapath.undo import LOST, UndoEpoch


@frozen(eq=False)
class Overlay:
    """Where each block is found: `epoch` indexes `epochs`, then frame and row (negative: zeros, or lost)."""

    epochs: tuple[UndoEpoch, ...]
    blocks: Blocks
    epoch: Blocks
    frame: Blocks
    row: Blocks

    def lost(self, low: int, high: int) -> Mask:
        """Which of the blocks at these places cannot be had any more."""
        return np.asarray(self.row[low:high] == LOST)

    def lay_over(self, rows: Rows, low: int, high: int, targets: Blocks) -> None:
        """Put the content of the blocks at places `low` to `high` into `rows`, each at its target."""
        epochs, frames = self.epoch[low:high], self.frame[low:high]
        for epoch, frame in sorted(set(zip(epochs.tolist(), frames.tolist(), strict=True))):
            here = np.flatnonzero((epochs == epoch) & (frames == frame))
            held, row, target = self.epochs[epoch].rows(frame), self.row[low + here], targets[here]
            rows[target[row < 0]] = 0
            rows[target[row >= 0]] = held[row[row >= 0]]

    def gather(self, low: int, high: int) -> Rows:
        """The content of the blocks at these places, in order."""
        rows = np.zeros((high - low, WORDS), np.uint64)
        self.lay_over(rows, low, high, np.arange(high - low))
        return rows


def overlay(epochs: tuple[UndoEpoch, ...]) -> Overlay:
    """The earliest saved content of every block, found in one sort."""
    if not epochs:
        empty = np.empty(0, np.int64)
        return Overlay((), empty, empty, empty, empty)
    saved = [epoch.saved() for epoch in epochs]
    number = np.repeat(np.arange(len(saved)), [len(each.blocks) for each in saved])
    blocks, first = np.unique(np.concatenate([each.blocks for each in saved]), return_index=True)
    frame = np.concatenate([each.frame for each in saved])[first]
    return Overlay(epochs, blocks, number[first], frame, np.concatenate([each.row for each in saved])[first])
