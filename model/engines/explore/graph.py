"""The reachable states as a graph: what tours and analyses walk on, and what is exported.

Rule: the graph is a copy for analysis; exploration never uses it as its store.
"""

from collections.abc import Mapping

import networkx as nx
from attrs import field, frozen

from siteproof.model.engines.explore.search import Search
from siteproof.model.nouns.problem import Problem

STATES_MAX = 200_000


@frozen(eq=False)
class Edge:
    """One transition from one state to another; `number` is its place in the system's transitions."""

    source: int
    target: int
    number: int
    rule: str
    name: str


@frozen(eq=False)
class StateGraph:
    """All reachable states, number 0 first, with the edges that leave each; `search` knows what the states hold."""

    search: Search
    leaving: tuple[tuple[Edge, ...], ...]
    _shown: dict[int, Mapping[str, str]] = field(factory=dict)

    @property
    def edges(self) -> int:
        """How many transitions there are."""
        return sum(len(edges) for edges in self.leaving)

    def shown(self, number: int) -> Mapping[str, str]:
        """Every variable's value in a state, as text."""
        if number not in self._shown:
            self._shown[number] = self.search.program.shown(self.search.states[number])
        return self._shown[number]

    def to_networkx(self) -> "nx.MultiDiGraph[int]":
        """Nodes with their variables, edges with their rule and name."""
        graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(name=self.search.program.system.name)
        graph.add_nodes_from((number, dict(self.shown(number))) for number in range(len(self.leaving)))
        every = (edge for edges in self.leaving for edge in edges)
        graph.add_edges_from((edge.source, edge.target, {"rule": edge.rule, "name": edge.name}) for edge in every)
        return graph


def graph_of(search: Search) -> StateGraph:
    """The graph of a complete search; Problem when it is too large to be walked."""
    assert search.complete, "only a complete search has all edges"
    if len(search.states) > STATES_MAX:
        cause = f"{len(search.states)} states, at most {STATES_MAX} can be toured"
        raise Problem("the graph is too large", cause, "choose smaller bounds")
    return StateGraph(search, tuple(_leaving(search, number) for number in range(len(search.states))))


def _leaving(search: Search, number: int) -> tuple[Edge, ...]:
    steps = search.program.system.transitions
    found = search.program.successors(search.states[number])
    return tuple(Edge(number, search.numbers[to], via, steps[via].rule, steps[via].name) for via, to in found)
