"""Tours: short walks from the initial state that cover every action, every action in every phase, or every transition.

Rule: a tour is greedy (the nearest uncovered thing next) and deterministic; what no walk can reach is not owed. A step
without return is taken only when nothing is owed on this side of it.
"""

from collections import deque
from collections.abc import Callable, Hashable, Iterator
from enum import StrEnum

from attrs import field, frozen

from siteproof.model.engine.analysis import parts
from siteproof.model.engine.graph import Edge, StateGraph


class Cover(StrEnum):
    """What a tour owes."""

    ACTIONS = "actions"
    PAIRS = "pairs"  # every action in every phase in which it is possible
    EDGES = "edges"


@frozen(eq=False)
class Tour:
    """Walks that start in the initial state and together cover everything; `owed` counts what there was to cover."""

    cover: Cover
    paths: tuple[tuple[Edge, ...], ...]
    owed: int

    @property
    def steps(self) -> int:
        """How many transitions are taken in all."""
        return sum(len(path) for path in self.paths)

    @property
    def steps_each(self) -> float:
        """Steps for each thing covered: 1.0 cannot be beaten."""
        return self.steps / self.owed if self.owed else 0.0


def tour(graph: StateGraph, cover: Cover, phase: str = "protection") -> Tour:
    """A tour of the graph; for PAIRS the phase is the value of the variables called `phase`."""
    key = _key(graph, cover, phase)
    owed = {key(edge) for edges in graph.leaving for edge in edges}
    walker = _Walker(graph, key, set(owed), parts(graph))
    return Tour(cover, tuple(walker.paths()), len(owed))


Key = Callable[[Edge], Hashable]


def _key(graph: StateGraph, cover: Cover, phase: str) -> Key:
    if cover is Cover.ACTIONS:
        return lambda edge: edge.number
    if cover is Cover.EDGES:
        return lambda edge: (edge.source, edge.number)
    return lambda edge: (edge.number, _phase(graph, edge.source, phase))


def _phase(graph: StateGraph, state: int, phase: str) -> tuple[str, ...]:
    names = (name for name in graph.shown(state) if name == phase or name.endswith(f".{phase}"))
    return tuple(graph.shown(state)[name] for name in names)


@frozen(eq=False)
class _Walker:
    """Walks on, always to the nearest edge whose key is still owed; starts again where it cannot."""

    graph: StateGraph
    key: Key
    owed: set[Hashable]
    parts: dict[int, int]
    _path: list[Edge] = field(factory=list)

    def paths(self) -> Iterator[tuple[Edge, ...]]:
        """Every path, until nothing is owed."""
        while self.owed:
            here = self._path[-1].target if self._path else 0
            way = self._nearest(here, leave=False) or self._nearest(here, leave=True)
            if way is None:
                yield self._ended()
            else:
                self._take(way)
        if self._path:
            yield self._ended()

    def _ended(self) -> tuple[Edge, ...]:
        path = tuple(self._path)
        assert path, "what is owed can be reached from the initial state"
        self._path.clear()
        return path

    def _take(self, way: list[Edge]) -> None:
        self._path.extend(way)
        self.owed.difference_update(self.key(edge) for edge in way)

    def _nearest(self, start: int, *, leave: bool) -> list[Edge] | None:
        """A shortest way whose last edge is owed; without `leave` it stays where one can come back from."""
        came: dict[int, Edge | None] = {start: None}
        queue = deque([start])
        while queue:
            here = queue.popleft()
            for edge in self._open(here, leave):
                if self.key(edge) in self.owed:
                    return [*_back(came, here), edge]
                if edge.target not in came:
                    came[edge.target] = edge
                    queue.append(edge.target)
        return None

    def _open(self, here: int, leave: bool) -> Iterator[Edge]:
        edges = self.graph.leaving[here]
        return (edge for edge in edges if leave or self.parts[edge.target] == self.parts[here])


def _back(came: dict[int, Edge | None], state: int) -> list[Edge]:
    """The edges that led to the state."""
    way: list[Edge] = []
    edge = came[state]
    while edge is not None:
        way.append(edge)
        edge = came[edge.source]
    return way[::-1]
