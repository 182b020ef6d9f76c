"""Turns the tables of a product into the arrays that the kernels read.

Rule: everything is laid out once before the search; equal components share what is large.
"""

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from siteproof.model.engines.explore.rows.kernels import Marks, Numbers, Tables, Words
from siteproof.model.engines.explore.rows.product import MoveTable, Product, Where
from siteproof.model.engines.explore.rows.watch import ClaimWatch
from siteproof.model.nouns.problem import Problem

PLANES_MAX = 10
TENSORS = 3  # visited, frontier, next
STAYS = -1


@frozen
class ProductSize:
    """How large the tensors of a product are."""

    rows: int
    words: int

    @property
    def tensor_bytes(self) -> int:
        """One tensor with the spans of its rows."""
        return self.rows * (self.words * 8 + 8)

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
                "choose smaller bounds or give it more with --memory; `siteproof prove` with --for-all needs no bounds",
            )
        return min(PLANES_MAX, (memory_bytes_max - self.least_bytes) // self.tensor_bytes)


def size_of(product: Product) -> ProductSize:
    """The size that the product's tensors will have."""
    rows = len(product.shared_states)
    for part in product.parts[:-1]:
        rows *= len(part.table.states)
    return ProductSize(rows, (len(product.parts[-1].table.states) + 63) // 64)


def tables(product: Product) -> Tables:
    """The arrays of a product."""
    worlds, size = len(product.shared_states), size_of(product)
    sizes = np.array(product.sizes, np.int64)
    offsets = np.concatenate(([0], np.cumsum(sizes * worlds)))
    degrees = np.array([len(line) for part in product.parts for line in part.table.steps], np.int64)
    starts, targets = _moves(product)
    follow, follows, shapes, masks = _joint(product, size.words)
    return Tables(
        outer=size.rows // worlds,
        sizes=sizes,
        strides=_strides(product.sizes[:-1]),
        offsets=offsets,
        starts=starts,
        targets=targets,
        degrees=degrees,
        planes=_planes(degrees[offsets[-2] :].reshape(worlds, -1), size.words),
        jumps=np.array(product.jumps, np.int64).reshape(len(product.joint), worlds),
        follow=follow,
        follows=follows,
        shapes=shapes,
        masks=masks,
    )


def term_masks(product: Product, watch: ClaimWatch, term: int) -> tuple[Marks, Words]:
    """For every entry whether the term allows it, and the same for the inner part as bits."""
    lists = [[mask >> term & 1 for mask in masks] for masks in watch.allowed]
    inner = np.array(lists[-1], np.uint8).reshape(len(product.shared_states), -1)
    return np.array([bit for masks in lists for bit in masks], np.uint8), bits(inner, size_of(product).words)


def row_of(t: Tables, where: Where) -> int:
    """The row of a state."""
    strides: list[int] = t.strides.tolist()
    return where[0] * t.outer + sum(stride * local for stride, local in zip(strides, where[1], strict=False))


def where_of(t: Tables, row: int, bit: int) -> Where:
    """The state of a row and a bit."""
    world, rest = divmod(row, t.outer)
    locals_ = []
    for stride in t.strides.tolist():
        local, rest = divmod(rest, stride)
        locals_.append(local)
    return world, (*locals_, bit)


def bits(flags: NDArray[np.generic], words: int) -> Words:
    """One bit for each flag of the last axis, packed into words."""
    wide = np.zeros((flags.shape[0], words * 64), np.uint8)
    wide[:, : flags.shape[1]] = flags
    return np.packbits(wide, axis=1, bitorder="little").view(np.uint64)


def _moves(product: Product) -> tuple[Numbers, Numbers]:
    """Where each entry's distinct targets start, and the targets; a move that changes nothing has none."""
    known: dict[int, list[list[int]]] = {}
    for part in product.parts:
        if id(part.table) not in known:
            known[id(part.table)] = _targets(part.table)
    lines = [line for part in product.parts for line in known[id(part.table)]]
    starts = np.concatenate(([0], np.cumsum([len(line) for line in lines])))
    return starts.astype(np.int64), np.array([target for line in lines for target in line], np.int64)


def _targets(table: MoveTable) -> list[list[int]]:
    size = len(table.states)
    return [sorted({target for _, target in line} - {place % size}) for place, line in enumerate(table.steps)]


def _planes(degrees: Numbers, words: int) -> Words:
    count = max(1, int(degrees.max()).bit_length())
    return np.stack([bits((degrees >> p) & 1, words) for p in range(count)])


def _joint(product: Product, words: int) -> tuple[Numbers, NDArray[np.int32], Numbers, Words]:
    """`follow`, `follows`, `shapes` and `masks` of the joint pieces."""
    follow = np.full((len(product.joint), len(product.parts)), STAYS, np.int64)
    shapes = np.array([(0, STAYS)] * len(product.joint), np.int64).reshape(-1, 2)
    masks: list[Words] = [np.full((len(product.shared_states), words), ~np.uint64(0))]
    follows = [np.zeros(1, np.int32)]
    blocks: dict[tuple[int, int], int] = {}
    for place, part in enumerate(product.parts):
        for piece, role in part.joint.items():
            key = (id(part.table), role)
            if key not in blocks:
                blocks[key] = sum(block.size for block in follows)
                follows.append(np.array(part.table.roles[role], np.int32))
            follow[piece, place] = blocks[key]
            if place == len(product.parts) - 1:
                targets = np.array(part.table.roles[role], np.int64).reshape(len(product.shared_states), -1)
                shapes[piece] = len(masks), STAYS if _stays(targets) else blocks[key]
                masks.append(bits(targets >= 0, words))
    return follow, np.concatenate(follows), shapes, np.stack(masks)


def _stays(targets: Numbers) -> bool:
    return bool(((targets < 0) | (targets == np.arange(targets.shape[1]))).all())


def _strides(sizes: tuple[int, ...]) -> Numbers:
    strides = [1] * len(sizes)
    for place in range(len(sizes) - 2, -1, -1):
        strides[place] = strides[place + 1] * sizes[place + 1]
    return np.array(strides, np.int64)


def _mebibytes(size_bytes: int) -> int:
    return -(-size_bytes // (1 << 20))
