"""The trail as an automaton: each step that differs from all before is asked of the trail once and remembered.

Rule: nothing of the model is known here. What is remembered is where the trail put a machine and what it said, so the
answers are the trail's own, a million times as well as once.
"""

from attrs import define, field, frozen

from siteproof.conformance.coverage.events import Do, Event, Passes, ShownState
from siteproof.conformance.coverage.lifecycle_map import LifecycleMap
from siteproof.conformance.coverage.trail import Deviation, DeviationKind, Trail, TrailPlace
from siteproof.model.nouns.vocabulary import Verb

STEPS_MAX = 1 << 18  # steps that are remembered; a log of a lifecycle has some thousands
Key = tuple[object, ...]


@frozen
class TrailStep:
    """Where a step leads, and what the trail said against it; `allowed` and `told` are what was possible before."""

    target: int
    deviation: Deviation | None
    allowed: frozenset[Verb]


@define(eq=False)
class Automaton:
    """All places of a machine that a log has met, by number; 0 is where nothing is known."""

    where: LifecycleMap
    trail: Trail = field(init=False)
    _places: list[TrailPlace] = field(init=False)
    _numbers: dict[TrailPlace, int] = field(init=False)
    _steps: dict[tuple[int, Key], TrailStep] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        """A trail that nobody has walked."""
        self.trail = Trail(self.where)
        start = self.trail.place_of("")
        self._places, self._numbers = [start], {start: 0}

    def step(self, place: int, event: ShownState | Do | Passes) -> TrailStep:
        """Where the event leads a machine that is at this place."""
        key = place, key_of(event)
        known = self._steps.get(key)
        if known is None:
            known = self._asked(place, event)
            if len(self._steps) < STEPS_MAX:
                self._steps[key] = known
        return known

    def _asked(self, place: int, event: ShownState | Do | Passes) -> TrailStep:
        before = len(self.trail.deviations)
        self.trail.put("", self._places[place])
        possible = self.trail.possible("")
        self.trail.follow([("", _nameless(event))])
        deviations = self.trail.deviations[before:]
        del self.trail.deviations[before:]
        first = deviations[0] if deviations else None
        if first is not None and first.kind is DeviationKind.LISTED:
            possible = self.trail.possible("")  # the state itself is explained
        allowed = frozenset(verb for state in possible for verb in self.where.allowed(state))
        return TrailStep(self._number(self.trail.place_of("")), first, allowed)

    def _number(self, place: TrailPlace) -> int:
        if place not in self._numbers:
            self._numbers[place] = len(self._places)
            self._places.append(place)
        return self._numbers[place]


def key_of(event: ShownState | Do | Passes) -> Key:
    """What of an event decides where it leads."""
    if isinstance(event, ShownState):
        shown = event.protection, event.direction, event.active, event.test_failover, event.resync
        return (*shown, event.allowed)
    return (event.verb, event.refused) if isinstance(event, Do) else ()


def _nameless(event: Event) -> Event:
    """The event of the one machine that the automaton's trail follows."""
    if isinstance(event, ShownState):
        shown = event.protection, event.direction, event.active, event.test_failover, event.resync
        return ShownState("", *shown, allowed=event.allowed)
    return Do(event.verb, "", event.refused) if isinstance(event, Do) else event
