"""Following a log machine by machine: EXPLAINED, or the longest explained prefix with the step that contradicts it.

Rule: machines are followed each by its own provider's table; steps that clocks may have swapped are tried the other way
round before they are called a contradiction.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from attrs import define, field, frozen

from siteproof.conformance.coverage.coverage import Coverage, coverage
from siteproof.conformance.coverage.events import Begin, Do, Event, Judged, Passes, ShownState
from siteproof.conformance.coverage.lifecycle_map import lifecycle_map
from siteproof.conformance.coverage.trail import Deviation
from siteproof.conformance.logs.automaton import Automaton, TrailStep
from siteproof.model.nouns.profile import Profile
from siteproof.model.nouns.vocabulary import Verb

Placed = tuple[str, Event]
CONTRADICTIONS_MAX = 1000
SWAPS_MAX = 100  # of one machine; clocks that differ more often are no clocks


@frozen
class Contradiction:
    """Where a machine's log stops being explained: after how many steps, what stands there, what was possible."""

    machine: str
    explained: int
    place: str
    deviation: Deviation
    allowed: frozenset[Verb]


@frozen
class Followed:
    """A log that was followed: its steps, the first contradiction of each machine, how often there were more."""

    events: int
    machines: int
    contradictions: tuple[Contradiction, ...]
    more: int
    coverages: tuple[Coverage, ...]

    @property
    def explained(self) -> bool:
        """Whether every step is."""
        return not self.contradictions


@define
class _Machine:
    automaton: Automaton
    place: int = 0
    passed: int = 0
    steps: int = 0
    wrong: bool = False


@define(eq=False)
class Follower:
    """Follows events one by one; `profile_of` says under which profile a machine is read."""

    profile_of: Callable[[str], Profile]
    events: int = 0
    more: int = 0
    contradictions: list[Contradiction] = field(factory=list)
    _names: set[str] = field(factory=set)
    _passed: int = 0
    _machines: dict[str, _Machine] = field(factory=dict)
    _automata: dict[int, Automaton] = field(factory=dict)

    def follow(self, events: Iterable[Placed]) -> None:
        """Follow every event, each with its place."""
        for place, event in events:
            if isinstance(event, ShownState | Do):
                self._step(place, event)
            elif isinstance(event, Passes):
                self._passed += 1
            elif isinstance(event, Begin):
                self._machines.clear()
            elif isinstance(event, Judged):
                for each in self._automata.values():
                    each.trail.requirement(place, event)

    def result(self) -> Followed:
        """What came out."""
        found = tuple(self.contradictions)
        coverages = tuple(coverage(each.trail) for each in self._automata.values())
        return Followed(self.events, len(self._names), found, self.more, coverages)

    def _step(self, place: str, event: ShownState | Do) -> None:
        self.events += 1
        machine = self._machines.get(event.machine) or self._new(event.machine)
        if machine.passed != self._passed:
            machine.place = machine.automaton.step(machine.place, PASSES).target
            machine.passed = self._passed
        step = machine.automaton.step(machine.place, event)
        if step.deviation is not None:
            self._contradicts(place, event, machine, step)
        machine.place = step.target
        machine.steps += 1

    def _contradicts(self, place: str, event: ShownState | Do, machine: _Machine, step: TrailStep) -> None:
        """The first of a machine is told; what follows from it is counted."""
        if machine.wrong or len(self.contradictions) >= CONTRADICTIONS_MAX:
            self.more += 1
            return
        assert step.deviation is not None
        found = Contradiction(event.machine, machine.steps, place, step.deviation, step.allowed)
        self.contradictions.append(found)
        machine.wrong = True

    def _new(self, name: str) -> _Machine:
        where = lifecycle_map(self.profile_of(name))
        automaton = self._automata.setdefault(id(where), Automaton(where))
        self._machines[name] = _Machine(automaton, passed=self._passed)
        self._names.add(name)
        return self._machines[name]


PASSES = Passes()


def followed(events: Iterable[Placed], profile_of: Callable[[str], Profile]) -> Followed:
    """What following these events comes to."""
    follower = Follower(profile_of)
    follower.follow(events)
    return follower.result()


@frozen
class Timed:
    """An event with the time that its writer's clock showed (ms; 0: none)."""

    at_ms: int
    place: str
    event: Event


def in_order(timed: Iterable[Timed], skew_ms: int, profile_of: Callable[[str], Profile]) -> Iterator[Placed]:
    """By time, with time passing between two steps; a contradiction may be a swap of steps by clocks that differ."""
    ordered = sorted(timed, key=lambda each: each.at_ms)
    if skew_ms:
        ordered = _unswapped(ordered, skew_ms, profile_of)
    for each in ordered:
        yield each.place, PASSES
        yield each.place, each.event


def _unswapped(ordered: list[Timed], skew_ms: int, profile_of: Callable[[str], Profile]) -> list[Timed]:
    """Every machine by itself, its steps swapped where that explains more of them; then all of them by their places."""
    of: dict[str, list[int]] = {}
    for number, each in enumerate(ordered):
        of.setdefault(getattr(each.event, "machine", ""), []).append(number)
    result = list(ordered)
    for numbers in of.values():
        mine = _mended([ordered[number] for number in numbers], skew_ms, profile_of)
        for number, each in zip(numbers, mine, strict=True):
            result[number] = each
    return result


def _mended(mine: list[Timed], skew_ms: int, profile_of: Callable[[str], Profile]) -> list[Timed]:
    """The step that contradicts changes places with the one before it, as long as that explains more."""
    for _ in range(SWAPS_MAX):
        reach = _reach(mine, profile_of)
        if not 0 < reach < len(mine) or mine[reach].at_ms - mine[reach - 1].at_ms > skew_ms:
            return mine
        swapped = [*mine[: reach - 1], mine[reach], mine[reach - 1], *mine[reach + 1 :]]
        if _reach(swapped, profile_of) <= reach:
            return mine
        mine = swapped
    return mine


def _reach(mine: Sequence[Timed], profile_of: Callable[[str], Profile]) -> int:
    """How many steps of a machine are explained."""
    events = [placed for each in mine for placed in ((each.place, PASSES), (each.place, each.event))]
    found = followed(events, profile_of)
    return found.contradictions[0].explained if found.contradictions else len(mine)
