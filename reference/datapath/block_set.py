"""A set of block numbers in pages: what is not touched, and what is whole, uses no memory, however large the disk is.

Maintainers keep: a page is absent (nothing of it), None (all of it) or one byte per block; only arrays are looped over
in numpy, and pages one by one.
"""

import numpy as np

from siteproof.reference.datapath.blocks import Blocks, Mask

PAGE_BITS = 15
PAGE_BLOCKS = 1 << PAGE_BITS  # 128 MiB of a disk
_REST = PAGE_BLOCKS - 1


class BlockSet:
    """Numbers from 0 to `blocks` - 1, none of them in the set at first."""

    def __init__(self, blocks: int) -> None:
        """For a disk of so many blocks."""
        self.blocks = blocks
        self._pages: dict[int, Mask | None] = {}

    @property
    def count(self) -> int:
        """How many blocks are in the set."""
        return sum(
            self._size(page) if held is None else int(np.count_nonzero(held))
            for page, held in tuple(self._pages.items())
        )

    def mark(self, block: int, blocks: int = 1) -> None:
        """Consecutive blocks are in the set."""
        end = min(block + blocks, self.blocks)
        if end <= block:
            return
        for page in range(block >> PAGE_BITS, ((end - 1) >> PAGE_BITS) + 1):
            first = page << PAGE_BITS
            low, high = max(block - first, 0), min(end - first, PAGE_BLOCKS)
            if low == 0 and high >= self._size(page):
                self._pages[page] = None
            elif (held := self._touched(page)) is not None:
                held[low:high] = True

    def add(self, blocks: Blocks) -> None:
        """These blocks, in any order, are in the set; those beyond its end are not."""
        ordered = np.sort(blocks[blocks < self.blocks])
        if not len(ordered):
            return
        pages, starts = np.unique(ordered >> PAGE_BITS, return_index=True)
        for page, low, high in zip(pages.tolist(), starts, [*starts[1:], len(ordered)], strict=True):
            held = self._touched(page)
            if held is not None:
                held[ordered[low:high] & _REST] = True

    def holds(self, blocks: Blocks) -> Mask:
        """Which of these blocks are in the set."""
        found = np.zeros(len(blocks), bool)
        of_page = blocks >> PAGE_BITS
        for page in np.unique(of_page).tolist():
            here = of_page == page
            held = self._pages.get(page, _NOTHING)
            found[here] = blocks[here] < self.blocks if held is None else held[blocks[here] & _REST]
        return found

    def listed(self) -> Blocks:
        """The blocks in the set, ascending."""
        parts = [
            (page << PAGE_BITS) + (np.arange(self._size(page)) if held is None else np.flatnonzero(held))
            for page, held in sorted(self._pages.items(), key=lambda item: item[0])
        ]
        return np.concatenate(parts) if parts else np.empty(0, np.int64)

    def clear(self) -> None:
        """Nothing is in the set."""
        self._pages = {}

    def fit(self, blocks: int) -> None:
        """The disk has another size: numbers beyond it go, new ones are in the set."""
        before, self.blocks = self.blocks, blocks
        if blocks > before:
            self.mark(before, blocks - before)
            return
        last = blocks >> PAGE_BITS
        self._pages = {page: held for page, held in self._pages.items() if page <= last}
        if (held := self._pages.get(last)) is not None:
            held[blocks & _REST :] = False

    def _size(self, page: int) -> int:
        """How many blocks a page has."""
        return max(0, min(PAGE_BLOCKS, self.blocks - (page << PAGE_BITS)))

    def _touched(self, page: int) -> Mask | None:
        """The page for writing; None when all of it is in the set already."""
        if page not in self._pages:
            self._pages[page] = np.zeros(PAGE_BLOCKS, bool)
        return self._pages[page]


_NOTHING: Mask = np.zeros(PAGE_BLOCKS, bool)
_NOTHING.flags.writeable = False
