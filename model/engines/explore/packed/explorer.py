"""The packed search: level by level, a chunk of states at a time; traces by looking back through the kept levels.

Rule: levels are kept as they were found, so a trace costs one more pass over the levels before it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from siteproof.model.engines.explore.exploration import Exploration
from siteproof.model.engines.explore.explorer import Progress, Way
from siteproof.model.engines.explore.findings import CHANGED, DEAD_END, FIRED, Findings, exploration
from siteproof.model.engines.explore.goal import Goal
from siteproof.model.engines.explore.packed.lower import States, fitting, vectors
from siteproof.model.engines.explore.packed.table import WordSet
from siteproof.model.engines.explore.program import compiled
from siteproof.model.engines.explore.search import MEBIBYTE, Limits, SearchLevel
from siteproof.model.engines.explore.trace import Trace
from siteproof.model.engines.explore.trace_of_states import told
from siteproof.model.language.spec import System
from siteproof.model.nouns.problem import ExitCode, Problem

CHUNK = 1 << 15
"""States that are expanded at once: their variables as arrays stay in the cache."""

GOAL = -2


class PackedExplorer:
    """Explores a system whose states fit into a word."""

    engine = "packed"

    def __init__(self, system: System, limits: Limits, reason: str = "") -> None:
        """Hold the initial state; DoesNotFactoriseError when a state does not fit into a word."""
        self.system, self.reason, self._limits = system, reason, limits
        self._vectors = vectors(system)
        self._program = compiled(system)
        self.visited = WordSet()
        self.levels = [self.visited.add(np.array([self._vectors.initial], np.uint64))]
        self.covered = 1
        self.transitions = 0
        self.complete = False
        self.fired: dict[int, int] = {}
        self.first: dict[int, tuple[int, int]] = {}  # claim: depth and word where it spoke up first
        self.dead_ends = 0
        self._fits: Callable[[States], NDArray[np.bool_]] | None = None

    @property
    def memory_bytes(self) -> int:
        """See Explorer."""
        return self.visited.memory_bytes + sum(level.nbytes for level in self.levels)

    def explore(self, progress: Progress | None = None) -> Exploration:
        """See Explorer."""
        try:
            for level in self:
                if progress is not None:
                    progress(level)
        except KeyboardInterrupt:
            return self._found()
        return self._found()

    def way_to(self, goal: Goal, progress: Progress | None = None) -> Way:
        """See Explorer."""
        self._fits = fitting(self._vectors.packing, goal.condition)
        for level in self:
            if GOAL in self.first:
                break
            if progress is not None:
                progress(level)
        if GOAL not in self.first:
            return Way(self.covered, None, None)
        return Way(self.covered, self.first[GOAL][0], self._traces()[GOAL])

    def __iter__(self) -> Iterator[SearchLevel]:
        """Expand one level after the other until no new state appears."""
        self._judge(0, self.levels[0])
        while self.levels[-1].size:
            depth, now = len(self.levels) - 1, self.levels[-1]
            yield SearchLevel(depth, self._weight(now), self.covered, self.transitions)
            found = [self._expand(now[begin : begin + CHUNK]) for begin in range(0, now.size, CHUNK)]
            self.levels.append(np.concatenate(found))
            self._judge(depth + 1, self.levels[-1])
        self.levels.pop()
        self.complete = True

    def _expand(self, states: States) -> States:
        moving = np.zeros(states.size, np.bool_)
        reached = []
        for number, at, after in self._vectors.steps(states):
            moving[at] = True
            self.transitions += self._weight(states[at])
            if self.fired.get(number, 0) != FIRED | CHANGED:
                changed = bool((after != states[at]).any())
                self.fired[number] = self.fired.get(number, 0) | FIRED | (CHANGED if changed else 0)
            reached.append(self._first_of(after))
        self._note_dead_ends(states[~moving])
        new = self.visited.add(np.concatenate(reached)) if reached else np.zeros(0, np.uint64)
        self.covered += self._weight(new)
        self._check_limits()
        return new

    def _weight(self, states: States) -> int:
        """How many states these stand for."""
        return states.size

    def _first_of(self, states: States) -> States:
        """What stands for each of these states."""
        return states

    def _has_fired(self) -> Mapping[int, int]:
        """FIRED and CHANGED for each transition."""
        return self.fired

    def _run(self, way: Sequence[int]) -> Sequence[int]:
        """The run that a way through the levels stands for."""
        return way

    def _note_dead_ends(self, states: States) -> None:
        self.dead_ends += self._weight(states)
        if states.size:
            self.first.setdefault(DEAD_END, (len(self.levels) - 1, int(states[0])))

    def _judge(self, depth: int, level: States) -> None:
        for begin in range(0, level.size, CHUNK):
            states = level[begin : begin + CHUNK]
            for number, spoken in enumerate(self._vectors.claims(states)):
                if number not in self.first and spoken.any():
                    self.first[number] = depth, int(states[int(np.argmax(spoken))])
            if self._fits is not None and GOAL not in self.first and (fits := self._fits(states)).any():
                self.first[GOAL] = depth, int(states[int(np.argmax(fits))])

    def _found(self) -> Exploration:
        return exploration(
            self.system,
            Findings(
                states=self.covered,
                transitions=self.transitions,
                depth=len(self.levels) - 1,
                complete=self.complete,
                dead_ends=self.dead_ends,
                memory_bytes=self.memory_bytes,
                fired=self._has_fired(),
                spoken=self._traces(),
            ),
        )

    def _traces(self) -> Mapping[int, Trace | None]:
        """Shortest traces to all first states at once, in one pass backwards over the levels."""
        ways = {claim: [word] for claim, (_, word) in self.first.items()}
        for depth in range(max((depth for depth, _ in self.first.values()), default=0), 0, -1):
            open_ = [claim for claim, (first, _) in self.first.items() if first >= depth]
            before = self._predecessors(self.levels[depth - 1], {ways[claim][-1] for claim in open_})
            for claim in open_:
                ways[claim].append(before[ways[claim][-1]])
        codes = self._vectors.packing.codes
        runs = {claim: self._run(way[::-1]) for claim, way in ways.items()}
        return {claim: told(self._program, [codes(word) for word in run]) for claim, run in runs.items()}

    def _predecessors(self, level: States, wanted: set[int]) -> dict[int, int]:
        """For each wanted word one of the level that leads to it."""
        found: dict[int, int] = {}
        for begin in range(0, level.size, CHUNK):
            states = level[begin : begin + CHUNK]
            for _, at, after in self._vectors.steps(states):
                first = self._first_of(after)
                hits = np.flatnonzero(np.isin(first, np.array(sorted(wanted), np.uint64)))
                for word, source in zip(first[hits].tolist(), states[at[hits]].tolist(), strict=True):
                    found.setdefault(word, source)
            if found.keys() >= wanted:
                break
        return found

    def _check_limits(self) -> None:
        hint = "choose smaller bounds, or give the search more room"
        cause = f"stopped after {self.visited.count} states at depth {len(self.levels) - 1}"
        if self.visited.count > self._limits.states_max:
            problem = f"{self.system.name} has more than {self._limits.states_max} states"
            raise Problem(problem, cause, hint, ExitCode.CANNOT_JUDGE)
        if self.memory_bytes > self._limits.memory_bytes_max:
            problem = f"{self.system.name} needs more than {self._limits.memory_bytes_max // MEBIBYTE} MiB"
            raise Problem(problem, cause, hint, ExitCode.CANNOT_JUDGE)
