"""Fair runs that go on for ever: where a promise can be broken, and by which loop.

A run may stay where it is, as long as nothing that is fair can happen there. So it breaks a promise when, from some
moment on, it keeps to a set of states that lead back to each other (or to one state), in which the promise is not kept
and nothing fair is left out: what is fair is taken, or is not possible somewhere in the set (`strong`: nowhere in it).

Rule: networkx finds the sets; the largest ones are enough, because a fair run in a part of one is fair in the whole.
"""

from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator

import networkx as nx
from attrs import frozen

from siteproof.model.language.spec import Promise

Leaving = list[list[tuple[int, int]]]
"""For each state the transitions that it allows, each with its target."""

Hop = tuple[int, int, int]
"""A step: from a state, by a transition, to a state."""

States = frozenset[int]


@frozen(eq=False)
class Runs:
    """The steps between states, seen through what one promise counts on."""

    leaving: Leaving
    promise: Promise

    def fair_sets(self, states: Iterable[int]) -> Iterator[States]:
        """The largest sets among these states in which a fair run can go on for ever."""
        open_ = [frozenset(states)]
        while open_:
            for part in self._parts(open_.pop()):
                left_out = self._left_out(part)
                if not left_out:
                    yield part
                elif left_out <= self.promise.strong:
                    open_.append(part - {state for state in part if left_out & self.possible(state)})

    def loop(self, start: int, part: States) -> list[Hop]:
        """Steps from the state back to it that leave nothing fair out; none when staying there is fair."""
        owed = self._owed(part) - self._settled(start, None)
        way: list[Hop] = []
        here = start
        while owed:
            way += self._towards(here, part, owed)
            here = way[-1][2]
            owed = owed.difference(*(self._settled(hop[2], hop) for hop in way))
        return way + (self._way(here, part, lambda hop: hop[2] == start) if here != start else [])

    def _towards(self, here: int, part: States, owed: set[int]) -> list[Hop]:
        return self._way(here, part, lambda hop: bool(owed & self._settled(hop[2], hop)))

    def possible(self, state: int) -> frozenset[int]:
        """The transitions that would change something here."""
        return frozenset(number for number, target in self.leaving[state] if target != state)

    def _parts(self, states: States) -> Iterator[States]:
        inside: nx.DiGraph[int] = nx.DiGraph()
        inside.add_nodes_from(sorted(states))
        inside.add_edges_from((source, target) for source, _, target in self._hops(states))
        return map(frozenset, nx.strongly_connected_components(inside))

    def _hops(self, states: States) -> Iterator[Hop]:
        """Steps from one of the states to another one of them, but for trouble that has ceased."""
        for state in sorted(states):
            for number, target in self.leaving[state]:
                if target in states and target != state and number not in self.promise.ceases:
                    yield state, number, target

    def _left_out(self, part: States) -> frozenset[int]:
        """What is fair, possible all the time (`strong`: at some time) and never taken in the part."""
        times = Counter(number for state in part for number in self.possible(state))
        taken = {number for _, number, _ in self._hops(part)}
        weak = {number for number in self.promise.fair - taken if times[number] == len(part)}
        return frozenset(weak | {number for number in self.promise.strong - taken if times[number]})

    def _owed(self, part: States) -> set[int]:
        """What a loop must not leave out; what is fair both ways is `strong`, owed where possible at some time."""
        at_some_time = {number for state in part for number in self.possible(state)}
        return set((self.promise.fair - self.promise.strong) | (self.promise.strong & at_some_time))

    def _settled(self, state: int, hop: Hop | None) -> set[int]:
        """What is not left out any more: taken by this step, or (if not `strong`) not possible in this state."""
        done = set(self.promise.fair - self.promise.strong - self.possible(state))
        return done | ({hop[1]} if hop is not None else set())

    def _way(self, start: int, part: States, wanted: Callable[[Hop], bool]) -> list[Hop]:
        """A shortest way within the part whose last step is wanted."""
        came: dict[int, Hop | None] = {start: None}
        queue = deque([start])
        while queue:
            for number, target in self.leaving[here := queue.popleft()]:
                hop = (here, number, target)
                if target not in part or target == here or number in self.promise.ceases:
                    continue
                if wanted(hop):
                    return [*_back(came, here), hop]
                if target not in came:
                    came[target] = hop
                    queue.append(target)
        raise AssertionError("in a part every state leads to every other one")


def _back(came: dict[int, Hop | None], state: int) -> list[Hop]:
    way: list[Hop] = []
    hop = came[state]
    while hop is not None:
        way.append(hop)
        hop = came[hop[0]]
    return way[::-1]


def nearest_ways(leaving: Leaving, starts: dict[int, int], allowed: Collection[int]) -> dict[int, tuple[int, int]]:
    """For each allowed state that can be reached from a start: how far it is, and the state before it (or itself).

    `starts` maps states to how far they are already.
    """
    found: dict[int, tuple[int, int]] = {}
    waiting: dict[int, list[tuple[int, int]]] = {}
    for state, depth in starts.items():
        waiting.setdefault(depth, []).append((state, state))
    depth = 0
    while waiting:
        for state, before in waiting.pop(depth, []):
            if state not in found:
                found[state] = depth, before
                following = (target for _, target in leaving[state] if target in allowed and target not in found)
                waiting.setdefault(depth + 1, []).extend((target, state) for target in following)
        waiting = {key: value for key, value in waiting.items() if value}
        depth += 1
    return found
