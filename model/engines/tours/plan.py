"""The fewest steps that take given transitions: a circulation of least cost, and the walks that it is made of.

Rule: a walk may stop anywhere, and the next one starts in the initial state; starting again costs no step. Of two
plans with equally many steps the one with fewer walks is taken.
"""

# Theory of operation. A tour has to take certain transitions ("chosen"), may take any others in between, and may go
# back to the initial state for nothing. This is the rural postman's problem. Had every state as many chosen ways in as
# out, and did all of them hang together, one closed trip would take each exactly once (Euler); so the task is to add
# the fewest steps that make it so.
#
# The idea: additional steps are a flow. Every state with more chosen ways in than out has flow to send, the others
# take it; each transition carries it at STEP_COST a time, and the arc to HOME (a walk stops here; the next begins in
# state 0) at STOP_COST, which only breaks ties in favour of fewer walks. The cheapest flow, found by network simplex,
# together with the chosen transitions is balanced, and Hierholzer's trip over it, cut at the stops, is the set of
# walks.
#
# Invariants: `taken` and `stops` of a TourPlan are balanced at every state and connected to state 0; `walks` depends on
# both. Balance comes from the flow. Connection does not: a loop of chosen transitions may lie apart. `_connected` then
# adds a transition into each lost part and solves again, which ends because parts only grow. This repair, and leaving
# out chosen transitions that others cover (`planned`), are heuristics; where everything is chosen and hangs together
# the plan is optimal. What it may cost too much is not guessed: `bound` proves a least number apart from this file.
#
# Everything is an integer and every choice among equals has an order (`_useful`, the sorted trip), so that the same
# graph gives the same walks in every process. The cost is one network simplex over states and arcs a round: seconds
# for thousands of transitions, and a few rounds.

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import networkx as nx
from attrs import frozen

from siteproof.model.engines.explore.graph import Edge
from siteproof.model.engines.tours.cover import Key
from siteproof.model.engines.tours.greedy import Walk

STEP_COST = 1_000_000
STOP_COST = 1
HOME = -1  # the place that every walk ends in and the next one starts from
Arc = tuple[int, int]


@frozen(eq=False)
class TourPlan:
    """How often each transition is taken; `stops` says how often a walk ends in a state. Balanced and connected."""

    taken: Mapping[Edge, int]
    stops: Mapping[int, int]

    @property
    def steps(self) -> int:
        """How many transitions are taken in all."""
        return sum(self.taken.values())


def planned(edges: Sequence[Edge], chosen: Mapping[Edge, int], key: Key) -> TourPlan:
    """A plan over the edges that takes each chosen one so often, or leaves it out where others cover the same."""
    roads = _Roads.of(edges)
    plan, kept = _connected(roads, chosen, key), chosen
    only_cover = len({key(edge) for edge in chosen}) == len(chosen)  # then there is nothing to leave out
    while not only_cover:
        rest = _needed(plan, kept, key)
        better = _covering(roads, rest, chosen, key) if len(rest) < len(kept) else plan
        if better.steps >= plan.steps:
            return plan
        plan, kept = better, rest
    return plan


def _covering(roads: "_Roads", rest: dict[Edge, int], chosen: Mapping[Edge, int], key: Key) -> TourPlan:
    """A plan over `rest`, to which chosen transitions come back when nothing else covers what they do."""
    owed = {key(edge) for edge in chosen}
    while True:
        plan = _connected(roads, rest, key)
        missing = owed - {key(edge) for edge in plan.taken}
        if not missing:
            return plan
        rest.update((edge, count) for edge, count in chosen.items() if key(edge) in missing)


def walks(plan: TourPlan) -> tuple[Walk, ...]:
    """The walks of a plan: one round trip over all of it, cut where walks stop."""
    found: list[Walk] = []
    walk: list[Edge] = []
    for step in _round_trip(plan):
        if step is not None:
            walk.append(step)
        else:
            found.append(tuple(walk))
            walk = []
    return tuple(each for each in (*found, tuple(walk)) if each)


def _needed(plan: TourPlan, chosen: Mapping[Edge, int], key: Key) -> dict[Edge, int]:
    """The chosen transitions without those that cover only what others in the plan cover as well."""
    times: Counter[object] = Counter()
    for edge, count in plan.taken.items():
        times[key(edge)] += count
    needed: dict[Edge, int] = {}
    for edge, count in chosen.items():
        if times[key(edge)] > count:
            times[key(edge)] -= count
        else:
            needed[edge] = count
    return needed


@frozen(eq=False)
class _Roads:
    """The transitions between each two states, and how far each state is from the initial one."""

    between: Mapping[Arc, list[Edge]]
    depth: Mapping[int, int]

    @classmethod
    def of(cls, edges: Iterable[Edge]) -> "_Roads":
        between: dict[Arc, list[Edge]] = defaultdict(list)
        for edge in edges:
            between[edge.source, edge.target].append(edge)
        return cls(between, nx.single_source_shortest_path_length(nx.DiGraph(list(between)), 0))

    def way_into(self, part: set[int]) -> Edge:
        """A transition into the part from outside of it, from as near to the initial state as possible."""
        ways = (arc for arc in self.between if arc[1] in part and arc[0] not in part)
        return self.between[min(ways, key=lambda arc: (self.depth[arc[0]], arc))][0]


def _connected(roads: _Roads, chosen: Mapping[Edge, int], key: Key) -> TourPlan:
    """A cheapest plan; where it falls apart, a way into each lost part is added, until it does not."""
    taken = Counter(chosen)
    while True:
        plan = _cheapest(roads.between, taken, key)
        lost = lost_parts(plan.taken)
        if not lost:
            return plan
        taken.update(roads.way_into(part) for part in lost)


def lost_parts(taken: Iterable[Edge]) -> list[set[int]]:
    """The parts that hang together with the initial state by nothing that is taken."""
    whole: nx.Graph[int] = nx.Graph()
    whole.add_node(0)
    whole.add_edges_from((edge.source, edge.target) for edge in taken)
    return [part for part in nx.connected_components(whole) if 0 not in part]


def _cheapest(roads: Mapping[Arc, list[Edge]], chosen: Mapping[Edge, int], key: Key) -> TourPlan:
    """Chosen transitions, and the fewest others that make walks of them; it may fall apart."""
    _, flow = nx.network_simplex(_network(roads, chosen))
    taken = Counter(chosen)
    covered = {key(edge) for edge in chosen}
    stops: dict[int, int] = {}
    for arc, times in _used(flow):
        if arc[1] == HOME:
            stops[arc[0]] = times
        elif arc[0] != HOME:
            taken[_useful(roads[arc], covered, key)] += times
    return TourPlan(taken, stops)


def _network(roads: Mapping[Arc, list[Edge]], chosen: Mapping[Edge, int]) -> "nx.DiGraph[int]":
    network: nx.DiGraph[int] = nx.DiGraph()
    network.add_edge(HOME, 0, weight=0)
    for source, target in roads:
        network.add_edge(source, HOME, weight=STOP_COST)
        network.add_edge(target, HOME, weight=STOP_COST)
        if source != target:
            network.add_edge(source, target, weight=STEP_COST)
    surplus: Counter[int] = Counter()
    for edge, times in chosen.items():
        surplus[edge.target] += times
        surplus[edge.source] -= times
    nx.set_node_attributes(network, {state: -more for state, more in surplus.items()}, "demand")
    return network


def _used(flow: Mapping[int, Mapping[int, int]]) -> Iterator[tuple[Arc, int]]:
    return (((source, target), times) for source, row in flow.items() for target, times in row.items() if times)


def _useful(edges: Iterable[Edge], covered: set[object], key: Key) -> Edge:
    """Of equal ways the first one that covers something more."""
    found = next((edge for edge in edges if key(edge) not in covered), next(iter(edges)))
    covered.add(key(found))
    return found


def _round_trip(plan: TourPlan) -> list[Edge | None]:
    """Everything in one trip (Hierholzer); None is where a walk stops and the next one starts."""
    open_: dict[int, list[tuple[int, Edge | None]]] = defaultdict(list)
    for state, times in sorted(plan.stops.items()):
        open_[state].extend([(0, None)] * times)
    for edge, times in sorted(plan.taken.items(), key=lambda item: (item[0].source, item[0].number)):
        open_[edge.source].extend([(edge.target, edge)] * times)
    trail: list[tuple[int, Edge | None]] = [(0, None)]
    trip: list[Edge | None] = []
    while trail:
        here = trail[-1][0]
        if open_[here]:
            trail.append(open_[here].pop())
        else:
            trip.append(trail.pop()[1])
    return trip[-2::-1]  # backwards, and without the entry that stands for the beginning
