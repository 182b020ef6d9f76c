"""Rows as words of a NumPy tensor, searched by compiled kernels: tens of millions of states in a second.

Rule: memory is known before the search starts. Depths are kept as bit planes, as many as there is room for; deeper
states share the last depth, and only their traces are lost.
"""

from collections.abc import Callable

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from siteproof.model.engine.rows import kernels
from siteproof.model.engine.rows.product import Product, Where
from siteproof.model.engine.rows.watch import DEAD_END, Watch
from siteproof.model.nouns.problem import Problem

PLANES_MAX = 10
TENSORS = 3  # visited, frontier, next
PLANES_EXPECTED = 6  # what an ordinary depth of up to 63 takes
STEP_WORDS = 1 << 24  # a kernel call looks at this many words, so that Ctrl-C and the progress line are heard

Words = NDArray[np.uint64]
Numbers = NDArray[np.int64]


@frozen
class Size:
    """How large the tensors of a product are."""

    rows: int
    words: int

    @property
    def tensor_bytes(self) -> int:
        """One tensor."""
        return self.rows * (self.words * 8 + 1)

    @property
    def least_bytes(self) -> int:
        """What a search without depths takes."""
        return TENSORS * self.tensor_bytes

    def planes(self, memory_bytes_max: int) -> int:
        """How many planes of depths there is room for; Problem when there is none for the search itself."""
        if self.least_bytes > memory_bytes_max:
            states = self.rows * self.words * 64
            raise Problem(
                f"the product has room for {states:,} states, which take {_mebibytes(self.least_bytes):,} MiB",
                f"the search was given {_mebibytes(memory_bytes_max):,} MiB",
                "choose smaller bounds, give it more with --memory, or try --engine packed if few states are reachable",
            )
        return min(PLANES_MAX, (memory_bytes_max - self.least_bytes) // self.tensor_bytes)


def size_of(product: Product) -> Size:
    """The size that the product's tensors will have."""
    rows = len(product.shared_states)
    for part in product.parts[:-1]:
        rows *= len(part.table.states)
    return Size(rows, (len(product.parts[-1].table.states) + 63) // 64)


class TensorStore:
    """Visited states, frontier and next level as tensors `[shared state, outer parts][words of the inner part]`."""

    engine = "rows"

    def __init__(
        self, product: Product, watch: Watch, memory_bytes_max: int, tick: Callable[[], None] | None = None
    ) -> None:
        """Allocate (the pages come when they are touched) and hold the initial state; `tick` is called now and then."""
        self._product, self._watch, self._tick = product, watch, tick or (lambda: None)
        self.size = size_of(product)
        planes = self.size.planes(memory_bytes_max)
        shape = (self.size.rows, self.size.words)
        self._outer = self.size.rows // len(product.shared_states)
        self._visited, self._frontier, self._fresh = (np.zeros(shape, np.uint64) for _ in range(TENSORS))
        self._depths = np.zeros((planes, *shape), np.uint64)
        self._active, self._coming = (np.zeros(self.size.rows, np.uint8) for _ in range(2))
        self._tables()
        self._joint_tables()
        self._fired = np.zeros(len(product.joint), np.int64)
        self._shown = np.zeros(self._offsets[-1], np.uint8)
        self._known = np.zeros(self._offsets[-1], np.uint8)
        self._inner_shown = np.zeros((len(product.shared_states), self.size.words), np.uint64)
        self._deepest = 0
        self._fresh[0, 0] = 1
        self._coming[0] = 1
        self.commit(0)

    def expand(self) -> int:
        """See Store."""
        step = max(1, STEP_WORDS // self.size.words)
        total = 0
        for begin in range(0, self.size.rows, step):
            total += kernels.expand(
                begin, min(begin + step, self.size.rows), self._outer, self._sizes, self._strides, self._offsets,
                self._starts, self._targets, self._degrees, self._planes, self._jumps, self._follow, self._follows,
                self._shapes, self._masks, self._frontier, self._active, self._fresh, self._coming, self._fired,
            )  # fmt: skip
            self._tick()
        return total

    def commit(self, depth: int) -> int:
        """See Store."""
        stamp = min(depth, (1 << len(self._depths)) - 1)
        self._deepest = depth
        width = kernels.commit(
            0, self.size.rows, stamp, self._outer, self._sizes, self._strides, self._offsets,
            self._fresh, self._coming, self._visited, self._depths, self._shown, self._inner_shown,
        )  # fmt: skip
        kernels.clear(self._frontier, self._active)
        self._frontier, self._fresh = self._fresh, self._frontier
        self._active, self._coming = self._coming, self._active
        return int(width)

    def news(self) -> list[list[int]]:
        """See Store."""
        inner = len(self._product.parts) - 1
        bits = np.unpackbits(self._inner_shown.view(np.uint8), axis=1, bitorder="little")
        self._shown[self._offsets[inner] :] = bits[:, : self._sizes[inner]].ravel()
        fresh = np.flatnonzero(self._shown > self._known)
        self._known[fresh] = 1
        cuts = np.searchsorted(fresh, self._offsets)
        return [(fresh[cuts[n] : cuts[n + 1]] - self._offsets[n]).tolist() for n in range(inner + 1)]

    def match(self, term: int) -> tuple[int, Where | None]:
        """See Store."""
        if term not in self._terms:
            self._terms[term] = self._term(term)
        allowed, inner_allowed = self._terms[term]
        found = np.zeros(2, np.int64)
        total = kernels.match(
            self._watch.terms[term].claim == DEAD_END, self._outer, self._sizes, self._strides, self._offsets,
            allowed, inner_allowed, self._jumps, self._follow, self._follows, self._shapes, self._masks,
            self._frontier, self._active, found,
        )  # fmt: skip
        return int(total), self._where(int(found[0]), int(found[1])) if total else None

    def depth_of(self, where: Where) -> int | None:
        """See Store."""
        row = where[0] * self._outer + sum(
            int(stride) * local for stride, local in zip(self._strides, where[1], strict=False)
        )
        word, bit = where[1][-1] >> 6, where[1][-1] & 63
        if not int(self._visited[row, word]) >> bit & 1:
            return None
        depth = sum((int(plane[row, word]) >> bit & 1) << number for number, plane in enumerate(self._depths))
        deepest = (1 << len(self._depths)) - 1
        return None if depth == deepest and self._deepest >= deepest else depth

    def orbits(self) -> int:
        """See Store."""
        return int(kernels.in_order(self._outer, self._strides, self._visited))

    @property
    def fired(self) -> list[int]:
        """See Store."""
        found: list[int] = self._fired.tolist()
        return found

    @property
    def memory_bytes(self) -> int:
        """See Store: the tensors, the planes that have been written, and the tables."""
        planes = min(len(self._depths), self._deepest.bit_length())
        tables = sum(each.nbytes for each in (self._starts, self._targets, self._follows, self._masks, self._planes))
        return (TENSORS + planes) * self.size.tensor_bytes + tables

    def _tables(self) -> None:
        """Moves of each part alone: from `starts[entry]` on the distinct `targets`; `degrees` counts transitions."""
        parts, worlds = self._product.parts, len(self._product.shared_states)
        self._sizes = np.array(self._product.sizes, np.int64)
        self._offsets = np.concatenate(([0], np.cumsum(self._sizes * worlds)))
        self._strides = _strides(self._product.sizes[:-1])
        lines = [line for part in parts for line in part.table.steps]
        self._degrees = np.array([len(line) for line in lines], np.int64)
        moves = [
            sorted({target for _, target in line} - {place % len(part.table.states)})
            for part in parts
            for place, line in enumerate(part.table.steps)
        ]
        self._starts = np.concatenate(([0], np.cumsum([len(line) for line in moves]))).astype(np.int64)
        self._targets = np.array([target for line in moves for target in line], np.int64)
        inner = self._degrees[self._offsets[-2] :].reshape(worlds, -1)
        planes = max(1, int(inner.max()).bit_length())
        self._planes = np.stack([_bits((inner >> p) & 1, self.size.words) for p in range(planes)])

    def _joint_tables(self) -> None:
        """Joint pieces: `follow` gives where a part's targets start in `follows` (-1: it stays as it is).

        `shapes` are (mask, followers) of the inner part; mask 0 lets everything pass.
        """
        parts, worlds = self._product.parts, len(self._product.shared_states)
        count = len(self._product.joint)
        self._jumps = np.array(self._product.jumps, np.int64).reshape(count, worlds)
        self._follow = np.full((count, len(parts)), -1, np.int64)
        self._shapes = np.full((count, 2), -1, np.int64)
        self._shapes[:, 0] = 0
        masks = [np.full((worlds, self.size.words), ~np.uint64(0))]
        blocks: dict[tuple[int, int], int] = {}
        follows: list[NDArray[np.int32]] = [np.zeros(1, np.int32)]
        length = 1
        for place, part in enumerate(parts):
            for piece, role in part.joint.items():
                key = (id(part.table), role)
                if key not in blocks:
                    blocks[key] = length
                    follows.append(np.array(part.table.roles[role], np.int32))
                    length += len(part.table.roles[role])
                self._follow[piece, place] = blocks[key]
                if place == len(parts) - 1:
                    self._shape(piece, np.array(part.table.roles[role], np.int64).reshape(worlds, -1), masks)
        self._follows = np.concatenate(follows)
        self._masks = np.stack(masks)
        self._terms: dict[int, tuple[NDArray[np.uint8], Words]] = {}

    def _shape(self, piece: int, targets: Numbers, masks: list[Words]) -> None:
        self._shapes[piece, 0] = len(masks)
        masks.append(_bits(targets >= 0, self.size.words))
        if not ((targets < 0) | (targets == np.arange(targets.shape[1]))).all():
            self._shapes[piece, 1] = self._follow[piece, -1]

    def _term(self, term: int) -> tuple[NDArray[np.uint8], Words]:
        masks = [[mask >> term & 1 for mask in masks] for masks in self._watch.allowed]
        inner = np.array(masks[-1], np.uint8).reshape(len(self._product.shared_states), -1)
        return np.array([bit for mask in masks for bit in mask], np.uint8), _bits(inner, self.size.words)

    def _where(self, row: int, bit: int) -> Where:
        world, rest = divmod(row, self._outer)
        locals_ = []
        for stride in self._strides.tolist():
            local, rest = divmod(rest, stride)
            locals_.append(local)
        return world, (*locals_, bit)


def _strides(sizes: tuple[int, ...]) -> Numbers:
    strides = [1] * len(sizes)
    for place in range(len(sizes) - 2, -1, -1):
        strides[place] = strides[place + 1] * sizes[place + 1]
    return np.array(strides, np.int64)


def _bits(flags: NDArray[np.generic], words: int) -> Words:
    """One bit for each flag of the last axis, packed into words."""
    wide = np.zeros((flags.shape[0], words * 64), np.uint8)
    wide[:, : flags.shape[1]] = flags
    return np.packbits(wide, axis=1, bitorder="little").view(np.uint64)


def _mebibytes(size_bytes: int) -> int:
    return -(-size_bytes // (1 << 20))
