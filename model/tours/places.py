"""Many states taken for one, so that a bound can be computed: a tour of the states is a tour of the places too.

Rule: whatever is taken for one, the bound stays true; it only gets weaker.
"""

from collections.abc import Iterator, Sequence

from siteproof.model.engine.graph import StateGraph
from siteproof.model.tours.bound import Step
from siteproof.model.tours.cover import Key, every_edge


def steps(graph: StateGraph, key: Key, steps_max: int) -> list[Step]:
    """The transitions between places: between states, when there are no more than `steps_max` of them."""
    found = _between(graph, key, range(len(graph.leaving)))
    if len(found) <= steps_max:
        return found
    return _coarser(graph, key, steps_max)


def _coarser(graph: StateGraph, key: Key, steps_max: int) -> list[Step]:
    """States that agree in as many variables, in their order, as can be told apart."""
    places = [0] * len(graph.leaving)
    found = _between(graph, key, places)
    for variable in range(len(graph.search.program.system.variables)):
        finer = _numbered((place, state[variable]) for place, state in zip(places, graph.search.states, strict=True))
        between = _between(graph, key, finer)
        if len(between) <= steps_max:
            places, found = finer, between
    return found


def _numbered(keys: Iterator[tuple[int, int]]) -> list[int]:
    numbers: dict[tuple[int, int], int] = {}
    return [numbers.setdefault(key, len(numbers)) for key in keys]


def _between(graph: StateGraph, key: Key, places: Sequence[int]) -> list[Step]:
    every = (Step(places[edge.source], places[edge.target], key(edge)) for edge in every_edge(graph))
    return list(dict.fromkeys(every))
