"""The ledger of one disk: every acknowledged write in its total order, over a base image, with barriers and sizes.

Rule: rows are only appended, at rising positions; what is computed from them (versions, images) never changes them.
"""

from array import array
from bisect import bisect_left, bisect_right
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from attrs import define, field, frozen

from siteproof.conformance.digests import Digests, zeros

NEVER = int(np.iinfo(np.int64).max)

Numbers: TypeAlias = npt.NDArray[np.int64]


@frozen
class LedgerEntry:
    """One write (a discarded block: sequence 0) at its global position; `epoch` counts the disk's flushes before it."""

    position: int
    block: int
    sequence: int
    time_ms: int
    epoch: int

    def __str__(self) -> str:
        """As a failure names it."""
        return f"write #{self.sequence}" if self.sequence else "the discard"


@frozen(eq=False)
class Versions:
    """Every content that each written block ever had, the base image's included, sorted by block and then by birth."""

    block: Numbers
    digest: Digests
    born: Numbers  # position at which it became the content; 0 for the base image
    died: Numbers  # position at which it was overwritten, or NEVER
    epoch_born: Numbers
    epoch_died: Numbers
    written: Numbers  # the distinct block numbers


@define(eq=False)
class Ledger:
    """The history of the disk `name`; `base` holds one digest per block."""

    name: str
    base: Digests
    epoch: int = 0
    sizes: list[tuple[int, int]] = field(factory=list)  # (position up to which it held, blocks)
    _barriers: list[int] = field(factory=list)  # position of the start of epoch 1, 2, …
    _rows: "tuple[array[int], ...]" = field(factory=lambda: tuple(array("q") for _ in range(5)))
    _digests: "array[int]" = field(factory=lambda: array("Q"))
    _versions: Versions | None = None

    def __len__(self) -> int:
        """The number of writes."""
        return len(self._digests)

    @property
    def blocks(self) -> int:
        """The present number of blocks."""
        return len(self.base)

    def record(self, position: int, block: int, digest: int, sequence: int, time_ms: int) -> None:
        """One acknowledged write."""
        assert 0 <= block < self.blocks, "a write outside of the disk"
        assert not len(self) or self._rows[0][-1] < position, "positions only rise"
        for column, value in zip(self._rows, (position, block, sequence, time_ms, self.epoch), strict=True):
            column.append(value)
        self._digests.append(digest)
        self._versions = None

    def barrier(self, position: int) -> None:
        """What stands before it is kept whenever anything after it is."""
        self.epoch += 1
        self._barriers.append(position)

    def resize(self, position: int, blocks: int) -> None:
        """The disk has `blocks` blocks after `position`; the new ones are zeros."""
        assert blocks >= self.blocks, "disks only grow"
        self.sizes.append((position, self.blocks))
        self.base = np.concatenate([self.base, zeros(blocks - self.blocks)])
        self._versions = None

    def entry(self, index: int) -> LedgerEntry:
        """The write with that index."""
        return LedgerEntry(*(column[index] for column in self._rows))

    def entry_at(self, position: int) -> LedgerEntry:
        """The write at exactly that position."""
        return self.entry(bisect_left(self._rows[0], position))

    def lost(self, position: int, digests: Digests) -> list[LedgerEntry]:
        """Writes after the position that an image shows neither themselves nor by a later write, the newest first."""
        there: set[int] = set()
        missing = []
        for index in reversed(range(bisect_right(self._rows[0], position), len(self))):
            block = self._rows[1][index]
            if block < len(digests) and int(digests[block]) == self._digests[index]:
                there.add(block)
            if block not in there:
                missing.append(self.entry(index))
        return missing

    def epoch_start(self, epoch: int) -> int:
        """The position up to which everything is there once an image shows a write of that epoch."""
        return self._barriers[epoch - 1] if epoch else 0

    def last_of(self, block: int, position: int) -> LedgerEntry | None:
        """The newest write of the block at or before the position."""
        upto = bisect_right(self._rows[0], position)
        return next((self.entry(index) for index in reversed(range(upto)) if self._rows[1][index] == block), None)

    def entries_after(self, position: int) -> list[LedgerEntry]:
        """The writes after that position, oldest first."""
        return [self.entry(index) for index in range(bisect_right(self._rows[0], position), len(self))]

    def strangers(self, first: int, digests: Digests) -> list[int]:
        """Blocks of this chunk that hold neither their newest content nor the base's: their bytes may tell why."""
        newest = self.digests_at(NEVER)[first : first + len(digests)]
        base = self.base[first : first + len(digests)]
        common = min(len(newest), len(base), len(digests))  # an image of the wrong size is judged elsewhere
        odd = (digests[:common] != newest[:common]) & (digests[:common] != base[:common])
        return [first + int(block) for block in odd.nonzero()[0]]

    def contents_since(self, block: int, position: int) -> set[int]:
        """Every digest that the block has had since that position, the one that it had then included."""
        later = range(bisect_right(self._rows[0], position), len(self))
        then = self.digests_at(position)
        held = {int(then[block])} if block < len(then) else {int(self.base[block])}
        return held | {self._digests[index] for index in later if self._rows[1][index] == block}

    def newest_before(self, time_ms: int) -> int:
        """The position of the newest write acknowledged at or before that time; 0 when there is none."""
        count = bisect_right(self._rows[3], time_ms)
        return self._rows[0][count - 1] if count else 0

    def first_after(self, time_ms: int) -> int:
        """The position of the oldest write acknowledged after that time; NEVER when there is none."""
        late = np.asarray(self._rows[3]) > time_ms  # not sorted: what was arranged inside a call has no time
        return self._rows[0][int(late.argmax())] if late.any() else NEVER

    def wrote_between(self, low: int, high: int) -> int:
        """How many writes have low < position <= high."""
        return bisect_right(self._rows[0], high) - bisect_right(self._rows[0], low)

    def epoch_at(self, position: int) -> int:
        """The flush epoch that must be open, or past, in an image that holds everything up to `position`."""
        return bisect_right(self._barriers, position)

    def blocks_at(self, position: int) -> int:
        """The number of blocks at that position."""
        return next((blocks for until, blocks in self.sizes if position <= until), self.blocks)

    def digests_at(self, position: int) -> Digests:
        """The digest of every block after all writes up to `position`."""
        upto = bisect_right(self._rows[0], position)
        found = self.base.copy()
        found[np.array(self._rows[1][:upto], dtype=np.int64)] = np.array(self._digests[:upto], dtype=np.uint64)
        return found[: self.blocks_at(position)]

    def changed_since(self, position: int) -> set[int]:
        """Block numbers whose content now differs from that at `position`."""
        then, now = self.digests_at(position), self.digests_at(NEVER)
        grown = range(len(then), len(now))
        return {*np.flatnonzero(then != now[: len(then)]).tolist(), *grown}

    def versions(self) -> Versions:
        """The versions of every written block; computed once per state of the ledger."""
        if self._versions is None:
            self._versions = self._compute_versions()
        return self._versions

    def _compute_versions(self) -> Versions:
        """Base versions of all written blocks, then the writes, sorted by block; each dies where the next is born."""
        position, block, epoch = (np.array(self._rows[index], dtype=np.int64) for index in (0, 1, 4))
        written = np.unique(block)
        nothing = np.zeros_like(written)
        every_block = np.concatenate([written, block])
        order = np.argsort(every_block, kind="stable")  # rows stand in order of position already
        digest = np.concatenate([self.base[written], np.array(self._digests, dtype=np.uint64)])
        born, born_epoch = (np.concatenate([nothing, column])[order] for column in (position, epoch))
        last = np.append(np.diff(every_block[order]) != 0, True)[: len(order)]
        died, died_epoch = (_next_birth(column, last) for column in (born, born_epoch))
        return Versions(every_block[order], digest[order], born, died, born_epoch, died_epoch, written)


def _next_birth(born: Numbers, last: npt.NDArray[np.bool_]) -> Numbers:
    died = np.full_like(born, NEVER)
    died[:-1] = born[1:]
    died[last] = NEVER
    return died
