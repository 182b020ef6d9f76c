"""Shortest ways through a product: backwards from a state, one level at a time.

Rule: a predecessor counts only when its depth is one less; so the way has as many steps as the state's depth.
"""

import itertools
from collections.abc import Callable, Iterator

from siteproof.model.engines.explore.program import Program
from siteproof.model.engines.explore.rows.moves import NEVER
from siteproof.model.engines.explore.rows.product import Product, ProductPart, Where
from siteproof.model.engines.explore.trace import Trace
from siteproof.model.engines.explore.trace_of_states import told

DepthOf = Callable[[Where], int | None]
Entry = tuple[int, int]
"""A shared state and a local state."""


class Ways:
    """Finds ways in a product; `depth_of` knows the depth of every visited state."""

    def __init__(self, product: Product, program: Program, depth_of: DepthOf) -> None:
        """`program` names the steps."""
        self._product, self._program, self._depth_of = product, program, depth_of
        self._steps: dict[int, dict[Entry, list[int]]] = {}
        self._roles: dict[tuple[int, int], dict[tuple[int, int], list[int]]] = {}

    def to(self, depth: int, where: Where) -> Trace | None:
        """A shortest trace to the state at this depth; None when depths were not kept that far."""
        way = [where]
        for level in range(depth - 1, -1, -1):
            before = next((state for state in self._before(way[-1]) if self._depth_of(state) == level), None)
            if before is None:
                return None
            way.append(before)
        return told(self._program, [self._product.packed(state) for state in reversed(way)])

    def _before(self, where: Where) -> Iterator[Where]:
        world, locals_ = where
        for place, part in enumerate(self._product.parts):
            for local in self._sources(part, world, locals_[place]):
                yield world, (*locals_[:place], local, *locals_[place + 1 :])
        for number, jumps in enumerate(self._product.jumps):
            for earlier in (w for w, target in enumerate(jumps) if target == world):
                sources = [self._allies(part, number, earlier, n) for part, n in self._pairs(locals_)]
                yield from ((earlier, chosen) for chosen in itertools.product(*sources))

    def _pairs(self, locals_: tuple[int, ...]) -> Iterator[tuple[ProductPart, int]]:
        return zip(self._product.parts, locals_, strict=True)

    def _sources(self, part: ProductPart, world: int, target: int) -> list[int]:
        """The local states from which the part comes to the target by a move of its own."""
        known = self._steps.get(id(part.table))
        if known is None:
            known = self._steps[id(part.table)] = {}
            for place in part.table.seen:
                entry = divmod(place, len(part.table.states))
                for _, after in part.table.steps[place]:
                    known.setdefault((entry[0], after), []).append(entry[1])
        return known.get((world, target), [])

    def _allies(self, part: ProductPart, piece: int, world: int, target: int) -> list[int]:
        """The local states from which the part comes to the target in a joint piece."""
        role = part.joint.get(piece)
        if role is None:
            return [target]
        key = (id(part.table), role)
        if key not in self._roles:
            self._roles[key] = {}
            for place, after in enumerate(part.table.roles[role]):
                if after != NEVER:
                    earlier, local = divmod(place, len(part.table.states))
                    self._roles[key].setdefault((earlier, after), []).append(local)
        return self._roles[key].get((world, target), [])
