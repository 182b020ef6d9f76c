"""The plain search up to symmetry: of states that are permutations of each other only one is visited.

Rule: what is counted are all states and all transitions, recovered from the sizes of the orbits; a trace is one of the
system itself, not of its representatives.
"""

from collections.abc import Iterator

from siteproof.model.engines.explore.exploration import Exploration
from siteproof.model.engines.explore.explorer import Progress, Way
from siteproof.model.engines.explore.findings import CHANGED, DEAD_END, FIRED, Findings, exploration
from siteproof.model.engines.explore.goal import Goal
from siteproof.model.engines.explore.search import Limits, Search, SearchLevel, reach
from siteproof.model.engines.explore.symmetry import Symmetry, spread
from siteproof.model.engines.explore.trace import Trace
from siteproof.model.engines.explore.trace_of_states import told
from siteproof.model.language.spec import System


class OrbitSearch(Search):
    """A search among representatives; `covered` counts the states that they stand for."""

    def __init__(self, system: System, found: Symmetry, limits: Limits | None = None) -> None:
        """Start at the initial state, which is the same in every order."""
        self.symmetry = found
        super().__init__(system, limits)
        assert found.canonical(self.program.initial) == self.program.initial, "members begin alike"
        self.covered = found.orbit(self.program.initial)
        self.dead_ends = 0

    def __iter__(self) -> Iterator[SearchLevel]:
        """As in a search without symmetry: levels of all states."""
        before = 0
        for level in super().__iter__():
            yield SearchLevel(level.depth, self.covered - before, self.covered, level.transitions)
            before = self.covered

    def trace(self, number: int) -> Trace:
        """The way to a representative, or to a permutation of it."""
        way = [self.program.initial]
        for wanted in (self.states[n] for n in self.path(number)[1:]):
            following = (state for _, state in self.program.successors(way[-1]))
            way.append(next(state for state in following if self.symmetry.canonical(state) == wanted))
        return told(self.program, way)

    def fired_bits(self) -> dict[int, int]:
        """For each transition FIRED and CHANGED, which are the same for all that it can become."""
        bits = [
            FIRED * (fired > 0) | CHANGED * (fired > stayed)
            for fired, stayed in zip(self.fired, self.stayed, strict=True)
        ]
        return spread(self.symmetry, dict(enumerate(bits)))

    def _expand(self, number: int) -> None:
        here = self.states[number]
        found, size = self.program.successors(here), self.symmetry.orbit(here)
        if not found:
            self.stuck.append(number)
            self.dead_ends += size
        self.transitions += size * len(found)
        for transition, state in found:
            self.fired[transition] += 1
            if state == here:
                self.stayed[transition] += 1
                continue
            first = self.symmetry.canonical(state)
            if first not in self.numbers:
                self.covered += self.symmetry.orbit(first)
                self._visit(first, number, transition)


class OrbitExplorer:
    """Explores a system whose components can change places."""

    engine = "plain"

    def __init__(self, system: System, found: Symmetry, limits: Limits) -> None:
        """Nothing happens yet."""
        self.reason = found.told
        self.search = OrbitSearch(system, found, limits)

    @property
    def memory_bytes(self) -> int:
        """See Explorer."""
        return self.search.memory_bytes

    def orbits(self) -> int:
        """How many representatives were visited."""
        return len(self.search.states)

    def explore(self, progress: Progress | None = None) -> Exploration:
        """See Explorer."""
        try:
            self.search.run(progress)
        except KeyboardInterrupt:
            return self._found()
        return self._found()

    def way_to(self, goal: Goal, progress: Progress | None = None) -> Way:
        """See Explorer; Problem when the goal asks for one of several equal components."""
        del progress  # as in the plain search
        self.search.symmetry.check_goal(goal)
        number = reach(self.search, goal.holds)
        if number is None:
            return Way(self.search.covered, None, None)
        trace = self.search.trace(number)
        return Way(self.search.covered, trace.length, trace)

    def _found(self) -> Exploration:
        search = self.search
        spoken = dict(search.first) | ({DEAD_END: search.stuck[0]} if search.stuck else {})
        facts = Findings(
            states=search.covered,
            transitions=search.transitions,
            depth=search.depth,
            complete=search.complete,
            dead_ends=search.dead_ends,
            memory_bytes=search.memory_bytes,
            fired=search.fired_bits(),
            spoken={claim: search.trace(number) for claim, number in spoken.items()},
        )
        return exploration(search.program.system, facts)
