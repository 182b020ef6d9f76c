"""Many states taken for one, so that a bound can be computed: a tour of the states is a tour of the places too.

Rule: whatever is taken for one, the bound stays true; it only gets weaker.
"""

from collections.abc import Hashable, Iterable, Iterator, Sequence

from siteproof.model.engines.explore.graph import StateGraph
from siteproof.model.engines.tours.bound import PricedStep
from siteproof.model.engines.tours.cover import Key, every_edge

Hop = tuple[int, int, Hashable]
"""From where, to where, and what it covers."""


def steps(graph: StateGraph, key: Key, steps_max: int) -> list[PricedStep]:
    """The transitions between places: between states, when there are no more than `steps_max` of them."""
    hops = [(edge.source, edge.target, key(edge)) for edge in every_edge(graph)]
    found = _between(hops, range(len(graph.leaving)), steps_max)
    return [PricedStep(*hop) for hop in (_coarser(graph, hops, steps_max) if found is None else found)]


def _coarser(graph: StateGraph, hops: Sequence[Hop], steps_max: int) -> Iterable[Hop]:
    """States that agree in as many variables, in their order, as can be told apart."""
    places = [0] * len(graph.leaving)
    found: Iterable[Hop] = _between(hops, places, len(hops)) or ()
    for variable in range(len(graph.search.program.system.variables)):
        finer = _numbered((place, state[variable]) for place, state in zip(places, graph.search.states, strict=True))
        between = _between(hops, finer, steps_max)
        if between is not None:
            places, found = finer, between
    return found


def _numbered(keys: Iterator[tuple[int, int]]) -> list[int]:
    numbers: dict[tuple[int, int], int] = {}
    return [numbers.setdefault(key, len(numbers)) for key in keys]


def _between(hops: Sequence[Hop], places: Sequence[int], hops_max: int) -> Iterable[Hop] | None:
    """The hops between places, each once; None when there are more than `hops_max`."""
    found: dict[Hop, None] = {}
    for source, target, covers in hops:
        found[places[source], places[target], covers] = None
        if len(found) > hops_max:
            return None
    return found
