"""A cut: the content of some blocks as of one moment, readable while the workload writes on.

Maintainers keep: a block of an open cut is preserved before it is overwritten, so a cut never shows a later write. That
is what makes a batch a consistent cut, and a point an image that once existed. What is preserved is looked at after the
disk was read, so one thread may read a cut while another one writes.
"""

from collections.abc import Callable
from typing import Protocol

import numpy as np

from siteproof.reference.datapath.block_set import BlockSet
from siteproof.reference.datapath.blocks import BLOCK_BYTES, Blocks, plain_runs
from siteproof.reference.datapath.device import StoreFailed


class BlockReader(Protocol):
    """Reads consecutive blocks of a disk as it is now."""

    def __call__(self, block: int, buffer: memoryview) -> None:
        """Fill the buffer from a block on."""
        ...


class Cut:
    """Ascending `blocks` as they were at write `lsn`; `whole` when these are all blocks of the disk."""

    def __init__(
        self,
        lsn: int,
        blocks: Blocks | None,
        size: int,
        read: BlockReader,
        end: Callable[["Cut", bool], None],
        hole: Callable[[int, int], bool] = lambda _block, _blocks: False,
    ) -> None:
        """Of a disk of `size` blocks, all of them when `blocks` is None; `end(cut, delivered)` is called once.

        `hole(block, blocks)` says whether the disk has nothing stored there now.
        """
        self.lsn = lsn
        self.size = size
        self.whole = blocks is None or len(blocks) == size
        self._member = BlockSet(size)
        if self.whole or blocks is None:
            self._member.mark(0, size)
        else:
            self._member.add(blocks)
        self._preserved: dict[int, bytes] = {}
        self._torn: StoreFailed | None = None  # a block was overwritten that could not be read before
        self._read = read
        self._end = end
        self._hole = hole

    @property
    def blocks(self) -> Blocks:
        """The numbers of its blocks."""
        return self._member.listed()

    def preserve(self, block: int, blocks: int) -> None:
        """Consecutive blocks are about to be overwritten: keep those that belong to the cut."""
        numbers = np.arange(block, min(block + blocks, self.size))
        for number in numbers[self._member.holds(numbers)].tolist():
            if number not in self._preserved:
                self._keep(number)

    def _keep(self, block: int) -> None:
        """The workload never waits for replication: when its old content cannot be read, the cut is at fault."""
        held = bytearray(BLOCK_BYTES)
        try:
            self._read(block, memoryview(held))
        except StoreFailed as failure:
            self._torn = failure
        self._preserved[block] = bytes(held)

    def read_into(self, blocks: Blocks, buffer: memoryview) -> None:
        """Fill the buffer with the cut's content of ascending blocks, one after the other.

        StoreFailed when the disk cannot be read, now or when a block of the cut was overwritten.
        """
        if self._torn is not None:
            raise self._torn
        done = 0
        for first, count in plain_runs(blocks):
            self._read(first, buffer[done : done + count * BLOCK_BYTES])
            done += count * BLOCK_BYTES
        if self._preserved:
            self._lay_over(blocks, buffer)

    def read_span(self, block: int, buffer: memoryview) -> None:
        """Fill the buffer with the cut's content of consecutive blocks."""
        self.read_into(np.arange(block, block + len(buffer) // BLOCK_BYTES), buffer)

    def is_empty(self, block: int, blocks: int) -> bool:
        """Whether consecutive blocks are zeros in the cut, told without reading them; False when it is not known.

        What was a hole after the cut and was not preserved by then has not changed since.
        """
        if self._torn is not None or not self._hole(block, blocks):
            return False
        return not self._preserved or self._preserved.keys().isdisjoint(range(block, block + blocks))

    def stored(self, allocated: Blocks) -> Blocks:
        """The blocks of a whole cut that may hold something, when these were allocated at a moment after it."""
        return np.union1d(allocated, np.array(list(self._preserved), np.int64))

    def done(self) -> None:
        """The cut was delivered and committed."""
        self._end(self, True)

    def failed(self) -> None:
        """The cut was not delivered: its blocks are dirty again."""
        self._end(self, False)

    def _lay_over(self, blocks: Blocks, buffer: memoryview) -> None:
        kept = np.array(list(self._preserved), np.int64)  # a copy at once: the workload may preserve more meanwhile
        for place in np.flatnonzero(np.isin(blocks, kept)).tolist():
            buffer[place * BLOCK_BYTES : (place + 1) * BLOCK_BYTES] = self._preserved[int(blocks[place])]
