"""Rows as words of a NumPy tensor, searched by compiled kernels: tens of millions of states in a second.

Rule: memory is known before the search starts. Depths are kept as bit planes, as many as there is room for; deeper
states share the last depth, and only their traces are lost.
"""

import numpy as np

from siteproof.model.engines.explore.findings import DEAD_END
from siteproof.model.engines.explore.rows import kernels
from siteproof.model.engines.explore.rows.kernels import LevelRows, Marks, Memo, Words
from siteproof.model.engines.explore.rows.layout import TENSORS, row_of, size_of, tables, term_masks, where_of
from siteproof.model.engines.explore.rows.product import Product, Where
from siteproof.model.engines.explore.rows.watch import ClaimWatch

STEP_WORDS = 1 << 24  # a kernel call looks at this many words, so that Ctrl-C is heard


class TensorStore:
    """Visited states, frontier and next level as tensors `[shared state, outer parts][words of the inner part]`."""

    engine = "rows"

    def __init__(self, product: Product, watch: ClaimWatch, memory_bytes_max: int) -> None:
        """Hold the initial state; pages are taken when they are touched. Problem when there is no room."""
        self._product, self._watch = product, watch
        self.size = size_of(product)
        shape = (self.size.rows, self.size.words)
        self._depths = np.zeros((self.size.planes(memory_bytes_max), *shape), np.uint64)
        self._visited = np.zeros(shape, np.uint64)
        self._now, self._then = (_level(*shape) for _ in range(2))
        self._memo = _memo(self.size.words)
        self._tables = tables(product)
        self._fired = np.zeros(len(product.joint), np.int64)
        self._shown, self._known = (np.zeros(self._tables.offsets[-1], np.uint8) for _ in range(2))
        self._inner_shown = np.zeros((len(product.shared_states), self.size.words), np.uint64)
        self._terms: dict[int, tuple[Marks, Words]] = {}
        self._deepest = 0
        self._then.rows[0, 0] = 1
        self._then.low[0], self._then.high[0] = 0, 1
        self.commit(0)

    def expand(self) -> int:
        """See Store."""
        step = max(1, STEP_WORDS // self.size.words)
        moving = self._now, self._then, self._memo, self._fired
        return sum(
            kernels.expand(self._tables, begin, min(begin + step, self.size.rows), *moving)
            for begin in range(0, self.size.rows, step)
        )

    def commit(self, depth: int) -> int:
        """See Store."""
        self._deepest = depth
        stamp = min(depth, self._last_depth)
        width = kernels.commit(
            self._tables, stamp, self._then, self._visited, self._depths, self._shown, self._inner_shown
        )
        kernels.clear(self._now)
        self._now, self._then = self._then, self._now
        return width

    def news(self) -> list[list[int]]:
        """See Store."""
        offsets, inner = self._tables.offsets, len(self._product.parts) - 1
        bits = np.unpackbits(self._inner_shown.view(np.uint8), axis=1, bitorder="little")
        self._shown[offsets[inner] :] = bits[:, : self._tables.sizes[inner]].ravel()
        fresh = np.flatnonzero(self._shown > self._known)
        self._known[fresh] = 1
        cuts = np.searchsorted(fresh, offsets)
        return [(fresh[cuts[n] : cuts[n + 1]] - offsets[n]).tolist() for n in range(inner + 1)]

    def match(self, term: int) -> tuple[int, Where | None]:
        """See Store."""
        if term not in self._terms:
            self._terms[term] = term_masks(self._product, self._watch, term)
        found = np.zeros(2, np.int64)
        dead_ends = self._watch.terms[term].claim == DEAD_END
        total = kernels.match(self._tables, dead_ends, *self._terms[term], self._now, found)
        return total, where_of(self._tables, int(found[0]), int(found[1])) if total else None

    def depth_of(self, where: Where) -> int | None:
        """See Store."""
        row, word, bit = row_of(self._tables, where), where[1][-1] >> 6, where[1][-1] & 63
        if not int(self._visited[row, word]) >> bit & 1:
            return None
        depth = sum((int(plane[row, word]) >> bit & 1) << number for number, plane in enumerate(self._depths))
        return None if depth == self._last_depth <= self._deepest else depth

    def orbits(self) -> int:
        """See Store."""
        return kernels.in_order(self._tables, self._visited)

    @property
    def fired(self) -> list[int]:
        """See Store."""
        found: list[int] = self._fired.tolist()
        return found

    @property
    def memory_bytes(self) -> int:
        """See Store: the tensors, the planes that have been written, and the tables."""
        planes = min(len(self._depths), self._deepest.bit_length())
        small = sum(each.nbytes for each in self._tables[1:])
        return (TENSORS + planes) * self.size.tensor_bytes + small

    @property
    def _last_depth(self) -> int:
        """The depth that all deeper states share."""
        return (1 << len(self._depths)) - 1


def _level(rows: int, words: int) -> LevelRows:
    return LevelRows(np.zeros((rows, words), np.uint64), np.full(rows, words, np.int32), np.zeros(rows, np.int32))


def _memo(words: int) -> Memo:
    keys, made = (np.zeros((kernels.MEMO_ROWS, words), np.uint64) for _ in range(2))
    return Memo(keys, made, np.full((kernels.MEMO_ROWS, 7), -1, np.int64))
