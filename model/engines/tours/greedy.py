"""The greedy tour: always on to the nearest thing that is still owed; the start for everything better.

Rule: a step without return is taken only when nothing is owed on this side of it.
"""

from collections import deque
from collections.abc import Hashable, Iterator

from attrs import field, frozen

from siteproof.model.engines.explore.analysis import parts
from siteproof.model.engines.explore.graph import Edge, StateGraph
from siteproof.model.engines.tours.cover import Key, every_edge

Walk = tuple[Edge, ...]
"""Steps from the initial state, each from where the one before it ended."""


def greedy(graph: StateGraph, key: Key) -> tuple[Walk, ...]:
    """Walks that cover everything."""
    owed = {key(edge) for edge in every_edge(graph)}
    return tuple(_Walker(graph, key, owed, parts(graph)).walks())


@frozen(eq=False)
class _Walker:
    """Walks on, always to the nearest edge whose key is still owed; starts again where it cannot."""

    graph: StateGraph
    key: Key
    owed: set[Hashable]
    parts: dict[int, int]
    _path: list[Edge] = field(factory=list)

    def walks(self) -> Iterator[Walk]:
        """Every walk, until nothing is owed."""
        while self.owed:
            here = self._path[-1].target if self._path else 0
            way = self._nearest(here, leave=False) or self._nearest(here, leave=True)
            if way is None:
                yield self._ended()
            else:
                self._take(way)
        if self._path:
            yield self._ended()

    def _ended(self) -> Walk:
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
