"""Plain breadth-first search over all reachable states: exact counts, every claim judged, shortest traces.

Rule: a state is visited once and in the order of its distance, so the first state that breaks a claim has a shortest
trace. Memory is bounded: the search ends with a Problem before it takes more than it was given.
"""

import sys
from array import array
from collections.abc import Callable, Iterator

from attrs import frozen

from siteproof.model.engines.explore.program import Program, State, compiled
from siteproof.model.language.claims import ClaimKind
from siteproof.model.language.spec import System
from siteproof.model.nouns.problem import ExitCode, Problem

MEBIBYTE = 1 << 20
STATE_BYTES = 64  # what one state adds beside itself: its number, its places in `parents` and `via`, rounding


@frozen
class Limits:
    """Where a search ends: `states_max` states or `memory_bytes_max` bytes, whichever comes first."""

    states_max: int = 20_000_000
    memory_bytes_max: int = 2048 * MEBIBYTE


@frozen
class SearchLevel:
    """What is known after a level: states at distance `depth`, and everything seen up to it."""

    depth: int
    width: int
    states: int
    transitions: int


class Search:
    """A search in progress. Iterate over it level by level; what it knows so far can be read at any time."""

    def __init__(self, system: System, limits: Limits | None = None) -> None:
        """Start at the initial state of `system`."""
        self.program: Program = compiled(system)
        self.limits = limits or Limits()
        self.states: list[State] = [self.program.initial]
        self.numbers: dict[State, int] = {self.program.initial: 0}
        self.parents = array("q", [-1])
        self.via = array("i", [-1])
        self.fired = [0] * len(system.transitions)
        self.stayed = [0] * len(system.transitions)  # how often a transition led back to its state
        self.first: dict[int, int] = {}  # claim number: the first state in which it spoke up
        self._spoken = 0  # bit mask of the claims in `first`
        self.stuck: list[int] = []
        self.transitions = 0
        self.depth = 0
        self.complete = False
        self._note_claims(0)

    def __iter__(self) -> Iterator[SearchLevel]:
        """Expand one level after the other until no new state appears."""
        start = 0
        while start < len(self.states):
            end = len(self.states)
            yield SearchLevel(self.depth, end - start, end, self.transitions)
            for number in range(start, end):
                self._expand(number)
            start = end
            self.depth += end < len(self.states)
        self.complete = True

    def run(self, progress: Callable[[SearchLevel], None] | None = None) -> "Search":
        """Search to the end; `progress` is told about each level."""
        for level in self:
            if progress is not None:
                progress(level)
        return self

    def path(self, number: int) -> list[int]:
        """State numbers from the initial state to this one; as short as any."""
        path = [number]
        while path[-1] != 0:
            path.append(self.parents[path[-1]])
        return path[::-1]

    @property
    def memory_bytes(self) -> int:
        """What the visited set takes, by the sizes that the interpreter reports."""
        tables = sys.getsizeof(self.numbers) + sys.getsizeof(self.states)
        return tables + len(self.states) * (sys.getsizeof(self.program.initial) + STATE_BYTES)

    def _expand(self, number: int) -> None:
        here = self.states[number]
        found = self.program.successors(here)
        if not found:
            self.stuck.append(number)
        self.transitions += len(found)
        fired, numbers = self.fired, self.numbers
        for transition, state in found:
            fired[transition] += 1
            if state not in numbers:
                self._visit(state, number, transition)
            elif state == here:
                self.stayed[transition] += 1

    def _visit(self, state: State, parent: int, transition: int) -> None:
        number = len(self.states)
        self.numbers[state] = number
        self.states.append(state)
        self.parents.append(parent)
        self.via.append(transition)
        self._note_claims(number)
        if number % 4096 == 0 or number >= self.limits.states_max:
            self._check_limits()

    def _note_claims(self, number: int) -> None:
        news = self.program.claims(self.states[number]) & ~self._spoken
        self._spoken |= news
        while news:
            bit = news & -news
            self.first[bit.bit_length() - 1] = number
            news ^= bit

    def _check_limits(self) -> None:
        name, states = self.program.system.name, len(self.states)
        hint = "choose smaller bounds, or give the search more room"
        if states > self.limits.states_max:
            problem = f"{name} has more than {self.limits.states_max} states"
            raise Problem(problem, f"stopped at depth {self.depth}", hint, ExitCode.CANNOT_JUDGE)
        if self.memory_bytes > self.limits.memory_bytes_max:
            problem = f"{name} needs more than {self.limits.memory_bytes_max // MEBIBYTE} MiB"
            cause = f"stopped after {states} states at depth {self.depth}"
            raise Problem(problem, cause, hint, ExitCode.CANNOT_JUDGE)


def reach(search: Search, wanted: Callable[[State], bool]) -> int | None:
    """Search until a state is wanted: its number (no other one is nearer), or None when none is reachable."""
    seen = 0
    for _ in search:
        for number in range(seen, len(search.states)):
            if wanted(search.states[number]):
                return number
        seen = len(search.states)
    return None


def first_violation(search: Search) -> tuple[int, int] | None:
    """Search until a claim is violated: its number, and the state in which it speaks up first; or None.

    No violation is nearer; that of a `whenever` is one step further away than its state.
    """
    claims = search.program.system.claims
    wanted = {number for number, claim in enumerate(claims) if claim.kind.is_safety}
    for _ in search:
        if not wanted.isdisjoint(search.first):
            break

    def far(found: tuple[int, int]) -> tuple[int, int, int]:
        claim, state = found
        return len(search.path(state)) + (claims[claim].kind is ClaimKind.WHENEVER), state, claim

    return min(((claim, state) for claim, state in search.first.items() if claim in wanted), key=far, default=None)
