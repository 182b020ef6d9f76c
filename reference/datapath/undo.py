"""Undo epochs: what blocks held before their first overwrite since a recovery point (docs/data-path.md, Structure).

Maintainers keep: a block is saved before the seed is overwritten, and the frame is behind its barrier by then. The
earliest saved content of a block wins; saving one twice is waste, never wrong.
"""

from collections import OrderedDict

import numpy as np
from attrs import frozen

from siteproof.reference.datapath import frames
from siteproof.reference.datapath.blocks import WORDS, Blocks, Mask, Rows, rows_of, run_table, zero_rows
from siteproof.reference.datapath.effects import Executor
from siteproof.reference.datapath.frames import FrameKind
from siteproof.reference.datapath.keys import DiskKeys
from siteproof.reference.datapath.log import Log, LogName, Position
from siteproof.reference.datapath.recovery import open_log
from siteproof.reference.datapath.segment import Role

FRAME_BLOCKS = 64  # 256 KiB of old bytes per frame
FRAMES_CACHED = 32
ZEROS = -1  # in place of a row: the block was all zeros
LOST = -2  # in place of a row: what the block held cannot be had any more


@frozen(eq=False)
class Saved:
    """Ascending block numbers, and for each the index of its frame and the row in it (-1: zeros, -2: lost)."""

    blocks: Blocks
    frame: Blocks
    row: Blocks


class UndoEpoch:
    """One undo log and its index: `number` names its files, `end` is its last cut."""

    def __init__(self, executor: Executor, folder: str, keys: DiskKeys, number: int, minimum: Position) -> None:
        """Open the log and index it; CorruptLog when it does not reach `minimum`."""
        self.number = number
        self._name = LogName(folder, f"undo-{number:08d}", Role.UNDO, number)
        self._log: Log = open_log(executor, self._name, keys, Position(), minimum)
        self._frames: list[Position] = []
        self._pieces: list[tuple[Blocks, Blocks]] = []
        self._uncommitted = 0
        self._cache: OrderedDict[int, Rows] = OrderedDict()
        for at, record, _ in self._log.records(Position()):
            if record.header.kind is FrameKind.UNDO:
                self._note(at, *record.plain.blocks())
            elif record.header.kind is FrameKind.LOST:
                self._note_lost(at, record.plain.blocks()[0])

    @property
    def end(self) -> Position:
        """Behind the last cut."""
        return self._log.end

    def blocks(self) -> Blocks:
        """Every block number saved here, in the order of saving."""
        return np.concatenate([blocks for blocks, _ in self._pieces]) if self._pieces else np.empty(0, np.int64)

    def save(self, blocks: Blocks, rows: Rows, lsn: int) -> None:
        """Append what ascending blocks held; durable with the next `commit`."""
        for start in range(0, len(blocks), FRAME_BLOCKS):
            part, held = blocks[start : start + FRAME_BLOCKS], rows[start : start + FRAME_BLOCKS]
            zero = zero_rows(held)
            payload = held[~zero] if zero.any() else held
            plain = frames.compress(FrameKind.UNDO, int(part[0]), run_table(part, zero), payload.tobytes(), lsn)
            self._note(self._log.append(plain), part, zero)
            self._uncommitted += 1

    def save_lost(self, blocks: Blocks, lsn: int) -> None:
        """Note that what ascending blocks held cannot be had any more."""
        table = run_table(blocks, np.ones(len(blocks), bool))
        self._note_lost(self._log.append(frames.compress(FrameKind.LOST, int(blocks[0]), table, b"", lsn)), blocks)
        self._uncommitted += 1

    def commit(self, lsn: int) -> None:
        """Everything saved so far is behind a barrier."""
        if self._uncommitted:
            self._log.commit(lsn)
            self._uncommitted = 0

    def abandon(self) -> None:
        """Forget what was saved since the last commit."""
        if self._uncommitted:
            self._log.abandon()
            del self._frames[-self._uncommitted :], self._pieces[-self._uncommitted :]
            self._uncommitted = 0
            self._cache.clear()

    def saved(self) -> Saved:
        """The index, each block once with its earliest frame."""
        frame = np.repeat(np.arange(len(self._pieces)), [len(blocks) for blocks, _ in self._pieces])
        rows = np.concatenate([row for _, row in self._pieces]) if self._pieces else np.empty(0, np.int64)
        blocks, first = np.unique(self.blocks(), return_index=True)
        return Saved(blocks, frame[first], rows[first])

    def rows(self, frame: int) -> Rows:
        """The rows of one frame, unpacked; the last FRAMES_CACHED of them are kept."""
        if frame not in self._cache:
            record = self._log.record(self._frames[frame])
            self._cache[frame] = rows_of(record.raw()) if record.header.raw_length else np.empty((0, WORDS), np.uint64)
            if len(self._cache) > FRAMES_CACHED:
                self._cache.popitem(last=False)
        return self._cache[frame]

    def destroy(self) -> None:
        """Unlink the log's files."""
        self._log.destroy()

    def _note(self, at: Position, blocks: Blocks, zero: Mask) -> None:
        self._frames.append(at)
        self._pieces.append((blocks, np.where(zero, ZEROS, np.cumsum(~zero) - 1)))

    def _note_lost(self, at: Position, blocks: Blocks) -> None:
        self._frames.append(at)
        self._pieces.append((blocks, np.full(len(blocks), LOST)))
