"""What the shape of the state graph says: which states lead back to each other, and which ones every way must pass.

Rule: networkx does the graph theory; here are only the questions.
"""

from collections.abc import Iterable

import networkx as nx
from attrs import frozen

from siteproof.model.engines.explore.graph import StateGraph


@frozen
class Shape:
    """Strongly connected parts: `cyclic` can be walked for ever, `final` are never left; sizes in states."""

    states: int
    edges: int
    parts: int
    cyclic: tuple[int, ...]
    final: tuple[tuple[int, ...], ...]


def shape(graph: StateGraph) -> Shape:
    """The strongly connected parts of the graph, largest first."""
    whole = graph.to_networkx()
    found = list(nx.strongly_connected_components(whole))
    order = nx.condensation(whole, found)
    final = [tuple(sorted(order.nodes[part]["members"])) for part in order if order.out_degree(part) == 0]
    cyclic = sorted((len(part) for part in found if len(part) > 1), reverse=True)
    return Shape(len(graph.leaving), graph.edges, len(found), tuple(cyclic), tuple(sorted(final)))


def must_pass(graph: StateGraph, goals: Iterable[int]) -> tuple[int, ...]:
    """The states that every way from the initial state to any of the goals passes, in order (dominators)."""
    behind = len(graph.leaving)  # one more node, reached from every goal
    whole = nx.DiGraph(graph.to_networkx())
    whole.add_edges_from((goal, behind) for goal in goals)
    above = nx.immediate_dominators(whole, 0) if behind in whole else {}
    chain = [behind]
    while above.get(chain[-1], chain[-1]) not in (None, chain[-1]):
        chain.append(above[chain[-1]])
    return tuple(chain[:0:-1])


def can_avoid(graph: StateGraph, goals: Iterable[int], avoided: Iterable[int]) -> bool:
    """Whether some way from the initial state to one of the goals passes none of the avoided states."""
    rest = graph.to_networkx()
    rest.remove_nodes_from(list(avoided))
    return 0 in rest and any(goal in rest and nx.has_path(rest, 0, goal) for goal in goals)


def parts(graph: StateGraph) -> dict[int, int]:
    """For every state the number of its strongly connected part."""
    found = nx.strongly_connected_components(graph.to_networkx())
    return {state: number for number, part in enumerate(found) for state in part}
