"""A tour: what it owes, its walks, and how few steps any tour takes at least.

Rule: a tour is only ever replaced by a shorter one; the bound is found apart from it.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from attrs import frozen

from siteproof.model.engines.explore.graph import Edge, StateGraph
from siteproof.model.engines.tours.bound import best_prices, worth
from siteproof.model.engines.tours.cover import Cover, Key, every_edge, key_of
from siteproof.model.engines.tours.greedy import Walk, greedy
from siteproof.model.engines.tours.places import steps
from siteproof.model.engines.tours.plan import TourPlan, planned, walks
from siteproof.model.engines.tours.relaxed import relaxed

NEAR_MAX = 500
ROUNDS_MAX = 40
FEW_STEPS = 700  # of so few transitions a program is solved in a moment, as often as it takes
STEPS_MAX = 3000
"""Up to so many states around the walks, or transitions in all, a linear program takes a second or two."""


@frozen(eq=False)
class Tour:
    """Walks that start in the initial state and together cover everything; `owed` counts what there was to cover.

    `least` is proved: no tour takes fewer steps.
    """

    cover: Cover
    paths: tuple[Walk, ...]
    owed: int
    least: int

    @property
    def steps(self) -> int:
        """How many transitions are taken in all."""
        return sum(len(path) for path in self.paths)

    @property
    def steps_each(self) -> float:
        """Steps for each thing covered."""
        return self.steps / self.owed if self.owed else 0.0

    @property
    def least_each(self) -> float:
        """What no tour beats."""
        return self.least / self.owed if self.owed else 0.0


def tour(graph: StateGraph, cover: Cover, phase: str = "protection") -> Tour:
    """A tour of the graph; for PAIRS the phase is the value of the variables called `phase`."""
    key = key_of(graph, cover, phase)
    owed = len({key(edge) for edge in every_edge(graph)})
    if not owed:
        return Tour(cover, (), owed=0, least=0)
    if cover is Cover.EDGES:  # nothing is left to choose: the cheapest plan is the best tour, and its cost the bound
        every = list(every_edge(graph))
        plan = planned(every, dict.fromkeys(every, 1), key)
        return Tour(cover, walks(plan), owed, plan.steps)
    between = steps(graph, key, STEPS_MAX)
    least = worth(between, best_prices(between))
    found = _shortest(graph, key, least)
    assert len({key(edge) for walk in found for edge in walk}) == owed, "a tour covers everything"
    assert _length(found) >= least, "a bound is not beaten"
    return Tour(cover, found, owed, least)


def _shortest(graph: StateGraph, key: Key, least: int) -> tuple[Walk, ...]:
    """Begins with the greedy walks; then plans, again and again, around the states that the best walks pass."""
    best = greedy(graph, key)
    near = _passed(best)
    while _length(best) > least:
        plan = _best_plan(_inside(graph, near), key)
        if plan.steps >= _length(best):
            break
        best = walks(plan)
        near = _around(graph, _passed(best))
    return best


def _best_plan(edges: Sequence[Edge], key: Key) -> TourPlan:
    """A plan over these transitions, from the linear program; where that takes halves, from the larger ones of them."""
    found = relaxed(edges, key, ROUNDS_MAX if len(edges) <= FEW_STEPS else ROUNDS_MAX * FEW_STEPS // len(edges))
    if found.whole:
        return planned(edges, {edge: int(times) for edge, times in found.times.items()}, key)
    largest = {key(edge): edge for edge, _ in sorted(found.times.items(), key=lambda item: item[1])}
    return planned(edges, dict.fromkeys(largest.values(), 1), key)


def _length(found: tuple[Walk, ...]) -> int:
    return sum(map(len, found))


def _passed(found: tuple[Walk, ...]) -> set[int]:
    return {state for walk in found for edge in walk for state in (edge.source, edge.target)}


def _inside(graph: StateGraph, states: AbstractSet[int]) -> list[Edge]:
    """The transitions on walks that keep to these states."""
    reached, open_ = {0}, [0]
    for state in open_:  # grows while it is read
        new = {edge.target for edge in graph.leaving[state] if edge.target in states} - reached
        reached |= new
        open_.extend(sorted(new))
    return [edge for edge in every_edge(graph) if edge.source in reached and edge.target in reached]


def _around(graph: StateGraph, states: set[int]) -> set[int]:
    """The states and their neighbours, as many as a linear program takes well."""
    found = set(states)
    for edge in every_edge(graph):
        if len(found) >= NEAR_MAX:
            break
        if edge.source in states or edge.target in states:
            found |= {edge.source, edge.target}
    return found
