"""Rows as Python integers: the search without any library, some twenty times slower than the compiled one.

Rule: a row is an integer whose bits are local states of the inner part; rows that are empty do not exist.
"""

import itertools
from collections.abc import Iterator

from siteproof.model.engines.explore.findings import CHANGED, DEAD_END, FIRED
from siteproof.model.engines.explore.rows.moves import NEVER
from siteproof.model.engines.explore.rows.product import Product, ProductPart, Where
from siteproof.model.engines.explore.rows.watch import ClaimWatch

FEW_BITS = 24

Row = tuple[int, tuple[int, ...]]
"""Number of the shared state, numbers of the outer parts' local states."""


class RowImage:
    """The union of what the bits of a row lead to; bytes that come again are remembered."""

    def __init__(self, targets: list[int]) -> None:
        """`targets[bit]` is the row that the bit leads to, 0 for none."""
        self._targets = targets
        self._bytes = (len(targets) + 7) // 8
        self._known: list[dict[int, int]] = [{} for _ in range(self._bytes)]

    def of(self, row: int) -> int:
        """The image of a row."""
        if row.bit_count() <= FEW_BITS:
            return self._slowly(row, 0)
        image = 0
        for place, byte in enumerate(row.to_bytes(self._bytes, "little")):
            if byte:
                known = self._known[place]
                if byte not in known:
                    known[byte] = self._slowly(byte, place * 8)
                image |= known[byte]
        return image

    def _slowly(self, row: int, offset: int) -> int:
        image = 0
        while row:
            bit = row & -row
            image |= self._targets[offset + bit.bit_length() - 1]
            row ^= bit
        return image


class _Around:
    """What a row leads to: other rows as a whole, joint moves with their masks, and how often its bits move."""

    def __init__(self, outer: list[Row], weight: int, joint: "list[tuple[int, Row, int, RowImage | None]]") -> None:
        self.outer, self.weight, self.joint = outer, weight, joint


class IntegerStore:
    """Visited states as a dict of rows; each level is kept, so that depths can be asked for."""

    engine = "rows-std"

    def __init__(self, product: Product, watch: ClaimWatch) -> None:
        """Hold the initial state."""
        self._product, self._watch = product, watch
        self._outer, self._inner = product.parts[:-1], product.parts[-1]
        self._size = len(self._inner.table.states)
        start: Row = (0, product.start[1][:-1])
        self._frontier: dict[Row, int] = {start: 1}
        self._visited: dict[Row, int] = {start: 1}
        self._next: dict[Row, int] = {}
        self._levels = [self._frontier]
        self._around: dict[Row, _Around] = {}
        self._made: dict[tuple[int, int], tuple[int, int, int]] = {}
        worlds = range(len(product.shared_states))
        self._images = [RowImage(self._step_rows(world)) for world in worlds]
        self._degrees = [self._degree_masks(world) for world in worlds]
        self._roles = [[self._role(piece, world) for world in worlds] for piece in range(len(product.joint))]
        self._terms: dict[tuple[int, int], int] = {}
        self._news: list[set[int]] = [set() for _ in product.parts]
        self._shown: list[set[int]] = [set() for _ in product.parts]
        self._shown_bits = [0 for _ in worlds]
        self.fired = [0] * len(product.joint)
        self._note_news()

    def expand(self) -> int:
        """See Store."""
        found: dict[Row, int] = {}
        transitions = 0
        for row, bits in self._frontier.items():
            around = self._around.get(row)
            if around is None:
                around = self._around[row] = self._explore(row)
            image, degree, count = self._inside(row[0], bits)
            transitions += around.weight * count + degree
            for target in around.outer:
                found[target] = found.get(target, 0) | bits
            if image:
                found[row] = found.get(row, 0) | image
            transitions += self._join(row, bits, around, found)
        self._next = found
        self._made.clear()
        return transitions

    def _inside(self, world: int, bits: int) -> tuple[int, int, int]:
        """What the inner part makes of a row, in how many transitions, and the row's states: in a level rows repeat."""
        known = self._made.get((world, bits))
        if known is None:
            degree = sum(count * (bits & mask).bit_count() for count, mask in self._degrees[world])
            known = self._made[world, bits] = self._images[world].of(bits), degree, bits.bit_count()
        return known

    def commit(self, depth: int) -> int:
        """See Store."""
        assert depth == len(self._levels)
        new: dict[Row, int] = {}
        width = 0
        for row, bits in self._next.items():
            before = self._visited.get(row, 0)
            fresh = bits & ~before
            if fresh:
                self._visited[row] = before | fresh
                new[row] = fresh
                width += fresh.bit_count()
        self._frontier = new
        self._levels.append(new)
        self._note_news()
        return width

    def news(self) -> list[list[int]]:
        """See Store."""
        return [sorted(places) for places in self._news]

    def match(self, term: int) -> tuple[int, Where | None]:
        """See Store."""
        count, where = 0, None
        for row, bits in self._frontier.items():
            fits = bits & self._fitting(term, row)
            if fits and self._watch.terms[term].claim == DEAD_END:
                fits &= ~self._moving(row)
            if fits and where is None:
                where = (row[0], (*row[1], (fits & -fits).bit_length() - 1))
            count += fits.bit_count()
        return count, where

    def depth_of(self, where: Where) -> int | None:
        """See Store."""
        row, bit = (where[0], where[1][:-1]), 1 << where[1][-1]
        return next((depth for depth, level in enumerate(self._levels) if level.get(row, 0) & bit), None)

    def orbits(self) -> int:
        """See Store."""
        return sum(_in_order(row[1], bits) for row, bits in self._visited.items())

    @property
    def memory_bytes(self) -> int:
        """See Store: each level keeps its rows, each row as many bytes as it has bits / 8."""
        rows = sum(len(level) for level in self._levels) + len(self._visited)
        return rows * (self._size // 8 + 130)

    def _explore(self, row: Row) -> _Around:
        world, locals_ = row
        outer: list[Row] = []
        weight = 0
        for place, (part, local) in enumerate(zip(self._outer, locals_, strict=True)):
            steps = part.table.steps[world * len(part.table.states) + local]
            weight += len(steps)
            targets = {target for _, target in steps if target != local}
            outer.extend((world, (*locals_[:place], target, *locals_[place + 1 :])) for target in targets)
        return _Around(outer, weight, list(self._joint(row)))

    def _joint(self, row: Row) -> "Iterator[tuple[int, Row, int, RowImage | None]]":
        """What every outer part allows: number of the piece, row after it, inner bits that allow it, their image."""
        world, locals_ = row
        for number, jumps in enumerate(self._product.jumps):
            if jumps[world] == NEVER:
                continue
            after = [_after(part, number, world, local) for part, local in zip(self._outer, locals_, strict=True)]
            mask, image = self._roles[number][world]
            if mask and NEVER not in after:
                yield number, (jumps[world], tuple(after)), mask, image

    def _join(self, row: Row, bits: int, around: _Around, found: dict[Row, int]) -> int:
        transitions = 0
        for number, target, mask, image in around.joint:
            taking = bits & mask
            if taking:
                transitions += taking.bit_count()
                after = taking if image is None else image.of(taking)
                found[target] = found.get(target, 0) | after
                self.fired[number] |= FIRED | (CHANGED if target != row or self._moves(number, row, taking) else 0)
        return transitions

    def _moves(self, piece: int, row: Row, bits: int) -> bool:
        """Whether the piece changes the inner part of any of these states."""
        role = self._inner.joint.get(piece)
        if role is None:
            return False
        targets = self._inner.table.roles[role]
        return any(targets[row[0] * self._size + bit] != bit for bit in bits_of(bits))

    def _moving(self, row: Row) -> int:
        """The inner bits that some joint piece moves from this row."""
        moving = 0
        for _, _, mask, _ in self._joint(row):
            moving |= mask
        return moving

    def _fitting(self, term: int, row: Row) -> int:
        """The inner bits that fit the term in this row."""
        world, locals_ = row
        for part, local, allowed in zip(self._outer, locals_, self._watch.allowed, strict=False):
            if not allowed[world * len(part.table.states) + local] >> term & 1:
                return 0
        if (term, world) not in self._terms:
            inner = self._watch.allowed[-1][world * self._size : (world + 1) * self._size]
            self._terms[term, world] = sum(1 << bit for bit, mask in enumerate(inner) if mask >> term & 1)
        return self._terms[term, world]

    def _step_rows(self, world: int) -> list[int]:
        return [sum(1 << target for target in {t for _, t in steps}) for steps in self._steps(world)]

    def _degree_masks(self, world: int) -> list[tuple[int, int]]:
        masks: dict[int, int] = {}
        for bit, steps in enumerate(self._steps(world)):
            masks[len(steps)] = masks.get(len(steps), 0) | 1 << bit
        return [(count, mask) for count, mask in masks.items() if count]

    def _steps(self, world: int) -> list[tuple[tuple[int, int], ...]]:
        return self._inner.table.steps[world * self._size : (world + 1) * self._size]

    def _role(self, piece: int, world: int) -> tuple[int, RowImage | None]:
        role = self._inner.joint.get(piece)
        if role is None:
            return (1 << self._size) - 1, None
        targets = self._inner.table.roles[role][world * self._size : (world + 1) * self._size]
        mask = sum(1 << bit for bit, target in enumerate(targets) if target != NEVER)
        if all(target in {NEVER, bit} for bit, target in enumerate(targets)):
            return mask, None
        return mask, RowImage([0 if target == NEVER else 1 << target for target in targets])

    def _note_news(self) -> None:
        self._news = [set() for _ in self._product.parts]
        fresh = [0] * len(self._shown_bits)
        for (world, locals_), bits in self._frontier.items():
            fresh[world] |= bits
            for number, (part, local) in enumerate(zip(self._outer, locals_, strict=True)):
                self._news[number].add(world * len(part.table.states) + local)
        for number in range(len(self._outer)):
            self._news[number] -= self._shown[number]
            self._shown[number] |= self._news[number]
        for world, bits in enumerate(fresh):
            self._news[-1].update(world * self._size + bit for bit in bits_of(bits & ~self._shown_bits[world]))
            self._shown_bits[world] |= bits


def bits_of(row: int) -> Iterator[int]:
    """The numbers of the bits that are set."""
    while row:
        bit = row & -row
        yield bit.bit_length() - 1
        row ^= bit


def _after(part: ProductPart, piece: int, world: int, local: int) -> int:
    role = part.joint.get(piece)
    return local if role is None else part.table.roles[role][world * len(part.table.states) + local]


def _in_order(locals_: tuple[int, ...], bits: int) -> int:
    ordered = all(left <= right for left, right in itertools.pairwise(locals_))
    return (bits >> locals_[-1] if locals_ else bits).bit_count() if ordered else 0
