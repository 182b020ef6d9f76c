"""What a tour owes: every transition of the graph belongs to one thing owed, and any transition of it will do.

Rule: phases are told apart by one variable of each component; a name that no component has is a Problem.
"""

import difflib
from collections.abc import Callable, Hashable, Iterator
from enum import StrEnum

from siteproof.model.engines.explore.graph import Edge, StateGraph
from siteproof.model.language.spec import System
from siteproof.model.nouns.problem import Problem

Key = Callable[[Edge], Hashable]
"""What taking a transition covers."""


class Cover(StrEnum):
    """What a tour owes."""

    ACTIONS = "actions"
    PAIRS = "pairs"  # every action in every phase in which it is possible
    EDGES = "edges"


def key_of(graph: StateGraph, cover: Cover, phase: str) -> Key:
    """What each transition covers; Problem when a phase is told by a variable that there is not."""
    if cover is Cover.ACTIONS:
        return lambda edge: edge.number
    if cover is Cover.EDGES:
        return lambda edge: (edge.source, edge.number)
    names = phase_names(graph.search.program.system, phase)
    phases = [tuple(map(graph.shown(state).__getitem__, names)) for state in range(len(graph.leaving))]
    return lambda edge: (edge.number, phases[edge.source])


def every_edge(graph: StateGraph) -> Iterator[Edge]:
    """All transitions, in the order of the states that they leave."""
    return (edge for edges in graph.leaving for edge in edges)


def phase_names(system: System, phase: str) -> tuple[str, ...]:
    """The variables that tell phases apart, one of each component that has such a variable."""
    known = [variable.name for variable in system.variables]
    names = tuple(name for name in known if name == phase or name.endswith(f".{phase}"))
    if not names:
        short = sorted({name.rpartition(".")[2] for name in known})
        near = difflib.get_close_matches(phase, short, n=4, cutoff=0.5)
        hint = f"did you mean {', '.join(near)}?" if near else f"there are: {', '.join(short)}"
        raise Problem(f"{system.name} has no variable `{phase}`", "phases are told apart by a variable", hint)
    return names
