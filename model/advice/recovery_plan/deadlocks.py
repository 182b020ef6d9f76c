"""Rings of tasks that wait for each other, named as chains: found with networkx, and only in a plan that has one.

A machine that needs a later boot group is a wrong order and no ring: such edges are left out here.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import networkx as nx

from siteproof.model.advice.recovery_plan.graph import Task, TaskKind


def rings(waits: Mapping[Task, Mapping[Task, bool]]) -> Iterable[str]:
    """One chain per knot of tasks; each ends where it begins."""
    graph = graph_of(waits)
    for knot in nx.strongly_connected_components(graph):
        if len(knot) > 1 or any(graph.has_edge(task, task) for task in knot):
            yield _ring(graph.subgraph(knot))


def graph_of(waits: Mapping[Task, Mapping[Task, bool]]) -> Any:
    """The directed graph of the tasks; edges carry `strict`."""
    graph = nx.DiGraph()
    graph.add_nodes_from(waits)
    for task, before in waits.items():
        graph.add_edges_from((each, task, {"strict": strict}) for each, strict in before.items())
    return graph


def _ring(knot: Any) -> str:
    """The cycle as a chain that ends where it begins, from the alphabetically first task."""
    first = min(knot.nodes, key=str)
    inside = min(
        (nx.shortest_path(knot, after, first) for after in knot.successors(first)), key=lambda p: (len(p), str(p))
    )
    return " → ".join(str(task) for task in (first, *inside) if task.kind is not TaskKind.GATE)
