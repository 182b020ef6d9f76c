"""The trail of a history on the map: what it visited, and each step that the model does not allow.

Rule: a machine is followed by the set of states it may be in; a step is a deviation only when no state of that set can
explain it. While nothing can have moved it, an answer narrows the set: no two answers may need different states. After
a deviation the trail goes on from what is shown next.
"""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any

from attrs import define, field, frozen

from siteproof.conformance.coverage import routes
from siteproof.conformance.coverage.events import Begin, Do, Event, Judged, Passes, ShownState, state_name
from siteproof.conformance.coverage.lifecycle_map import LifecycleMap, LifecycleMove, States
from siteproof.conformance.coverage.routes import Question
from siteproof.conformance.exports.words import verbs_of
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.vocabulary import Verb
from siteproof.model.spec.lifecycle.table import refusal, row_for

COMMANDS_IN_A_ROW_MAX = 8  # without a state between them; more are followed, but nothing is credited for them
DEVIATIONS_MAX = 1000
CODES = frozenset(code.value for code in ErrorCode)
OF_THE_STATE = frozenset(  # the refusals that the state alone decides; in the others arguments and facts have a say
    {
        ErrorCode.OPERATION_CONFLICT.value,
        ErrorCode.OPERATION_NOT_ALLOWED.value,
        ErrorCode.TEST_FAILOVER_CLEANUP_PENDING.value,
    }
)
WITNESSED = frozenset({"pass", "fail", "non_strict", "dishonest"})


class DeviationKind(StrEnum):
    """What a step does that the model does not allow."""

    NOWHERE = "nowhere"  # a state was shown to which no way leads
    LED = "led"  # the state that was shown does not follow from the one before and the commands in between
    ACCEPTED = "accepted"  # a command was accepted that the table does not list
    LISTED = "listed"  # the commands that it listed are not those of the table
    REFUSED = "refused"  # a command was refused that the table lists, or with another error than the table's


@frozen
class Deviation:
    """One step that the model does not allow: where it stands, what was recorded, and what the model says instead.

    `verb` is the command that was answered, or the last one that was given before the state (None: no command).
    """

    place: str
    recorded: str
    model: str
    kind: DeviationKind = DeviationKind.LED
    machine: str = ""
    verb: Verb | None = None


@frozen(order=True)
class Pair:
    """A command asked in a state, by the state's number."""

    state: int
    verb: Verb


@define(eq=False)
class Trail:
    """What the histories of a record have visited of one map; everything only grows."""

    where: LifecycleMap
    states: set[int] = field(factory=set)  # shown, when no other state fits what was shown
    pairs: set[Pair] = field(factory=set)
    moves: set[LifecycleMove] = field(factory=set)
    judged: set[str] = field(factory=set)
    deviations: list[Deviation] = field(factory=list)
    events: int = 0  # states and commands that were followed
    _machines: dict[str, "_Machine"] = field(factory=dict)
    _passed: int = 0  # how often time has passed

    def follow(self, events: Iterable[tuple[str, Event]]) -> None:
        """Follow events, each with the place where it stands."""
        for place, event in events:
            self.events += isinstance(event, ShownState | Do)
            _FOLLOW[type(event)](self, place, event)

    def place_of(self, machine: str) -> "TrailPlace":
        """All that is known of a machine, as a value."""
        known = self._machine(machine)
        return TrailPlace(known.question, known.told, known.fresh, tuple(sorted(known.answers.items())))

    def put(self, machine: str, place: "TrailPlace") -> None:
        """Know of a machine what was known at that place."""
        found = _Machine(place.question, place.told, place.fresh, self._passed, dict(place.answers))
        self._machines[machine] = found

    def possible(self, machine: str) -> States:
        """The states in which the machine may be now."""
        return self._machine(machine).now(self.where)

    def begin(self, _place: str, _event: Begin) -> None:
        """Forget every machine."""
        self._machines.clear()

    def passes(self, _place: str, _event: Passes) -> None:
        """What was shown last may not hold any more."""
        self._passed += 1

    def requirement(self, _place: str, event: Judged) -> None:
        """A requirement was witnessed, whatever came out."""
        if event.verdict in WITNESSED:
            self.judged.add(event.requirement)

    def state(self, place: str, event: ShownState) -> None:
        """A machine showed its regions."""
        machine = self._machine(event.machine)
        shown = self.where.matching(event)
        possible = shown & routes.ends(self.where, machine.question)
        if not shown:
            self._deviates(
                place, event, f"{state_name(event)} was shown", "no way leads to such a state", DeviationKind.NOWHERE
            )
        elif not possible:
            recorded = f"{machine.told} → {state_name(event)}"
            self._deviates(place, event, recorded, _ways_out(self.where, machine.question), DeviationKind.LED)
        else:
            self.moves.update(routes.forced(self.where, machine.question, possible))
        stands = self._listed(place, event, possible or shown or self.where.everywhere)
        machine.stands_at(stands, state_name(event))
        if len(stands) == 1:
            self.states.update(stands)

    def _listed(self, place: str, event: ShownState, stands: States) -> States:
        """The states that list what was recorded; all of them, and a deviation, when none does."""
        if event.allowed is None:
            return stands
        verbs, strange = verbs_of(event.allowed)
        fits = (
            frozenset(state for state in stands if self.where.allowed(state) == verbs) if not strange else frozenset()
        )
        if fits:
            return fits
        lists = sorted({_names(self.where.allowed(state)) for state in stands})
        said = f"{state_name(event)} listed {', '.join(sorted(event.allowed)) or 'no command'}"
        self._deviates(place, event, said, f"the table lists {' or '.join(lists[:3])}", DeviationKind.LISTED)
        return stands

    def do(self, place: str, event: Do) -> None:
        """A command was answered."""
        machine = self._machine(event.machine)
        asked_in = machine.now(self.where)
        if len(asked_in) == 1:
            self.pairs.add(Pair(next(iter(asked_in)), event.verb))
        if event.refused:
            self._refused(place, event, machine, asked_in)
        elif any(event.verb in self.where.allowed(state) for state in asked_in):
            machine.accepted(event.verb, asked_in)
        else:
            recorded = f"{event.verb.value} accepted in {machine.told}"
            self._deviates(place, event, recorded, self._refusals(event, asked_in), DeviationKind.ACCEPTED)
            machine.lost(self.where, event.verb)

    def _refused(self, place: str, event: Do, machine: "_Machine", asked_in: States) -> None:
        recorded = f"{event.verb.value} refused with {event.refused} in {machine.told}"
        explained = frozenset(state for state in asked_in if self._explains(state, event))
        before = machine.answers.get(event.verb, event.refused) if machine.fresh else event.refused
        if not explained:
            self._deviates(place, event, recorded, self._refusals(event, asked_in), DeviationKind.REFUSED)
        elif event.refused in OF_THE_STATE and event.refused != before:
            said = f"it was refused with {before}, and nothing has moved since"
            self._deviates(place, event, recorded, said, DeviationKind.REFUSED)
        elif event.refused in OF_THE_STATE:
            machine.refused(event, explained)

    def _explains(self, state: int, event: Do) -> bool:
        """Whether the command may be refused like this in the state; a name that is not ours stands for any error."""
        codes = self._codes(state, event.verb)
        return event.refused in codes or (bool(codes) and event.refused not in CODES)

    def _codes(self, state: int, verb: Verb) -> frozenset[str]:
        """The errors with which the command may be refused in the state; none: it is allowed without a condition."""
        regions, profile = self.where.states[state], self.where.profile
        code = refusal(regions, verb, profile)
        if code is not None:  # while a job runs, that it runs is as true as the table's own error
            also = {ErrorCode.OPERATION_CONFLICT.value} if self.where.runs_a_job(state) else set()
            return frozenset({code.value, *also})
        return frozenset(fact.refused_with.value for fact in row_for(regions, verb, profile).job.only_if)

    def _refusals(self, event: Do, asked_in: States) -> str:
        codes = " or ".join(sorted({code for state in asked_in for code in self._codes(state, event.verb)}))
        if any(event.verb in self.where.allowed(state) for state in asked_in):
            unless = f"; it may be refused with {codes}" if codes else ""
            return f"the table lists {event.verb.value} there{unless}"
        return f"the model refuses it with {codes}"

    def _deviates(self, place: str, event: ShownState | Do, recorded: str, model: str, kind: DeviationKind) -> None:
        if len(self.deviations) >= DEVIATIONS_MAX:
            return
        verbs = (event.verb,) if isinstance(event, Do) else self._machine(event.machine).question.verbs
        self.deviations.append(Deviation(place, recorded, model, kind, event.machine, verbs[-1] if verbs else None))

    def _machine(self, name: str) -> "_Machine":
        if name not in self._machines:
            self._machines[name] = _Machine(Question(self.where.everywhere))
        machine = self._machines[name]
        machine.fresh = machine.fresh and machine.passed == self._passed
        machine.passed = self._passed
        return machine


@frozen(cache_hash=True)
class TrailPlace:
    """What is known of a machine: where it may be, what was told of it, whether it may have moved, what it refused."""

    question: Question
    told: str
    fresh: bool
    answers: tuple[tuple[Verb, str], ...]


@define(eq=False)
class _Machine:
    """Where one machine may be: it stood at `question.start`, and was given commands since."""

    question: Question
    told: str = "a state that was not shown"
    fresh: bool = False  # nothing can have moved since it was shown
    passed: int = 0  # how often time had passed when it was met last
    answers: dict[Verb, str] = field(factory=dict)  # what the state refused since it was shown, and with which error

    def stands_at(self, states: States, told: str) -> None:
        self.question, self.told, self.fresh = Question(states), told, True
        self.answers.clear()

    def now(self, where: LifecycleMap) -> States:
        """The states in which a command given now would meet the machine."""
        return self.question.start if self.fresh else routes.ends(where, self.question)

    def accepted(self, verb: Verb, asked_in: States) -> None:
        """One command more; after too many, everything before them is only where it can have led."""
        verbs = self.question.verbs
        if self.fresh or len(verbs) < COMMANDS_IN_A_ROW_MAX:
            self.question = Question(self.question.start, (*verbs, verb), self.question.fresh or self.fresh)
        else:
            self.question, self.told = Question(asked_in, (verb,), fresh=True), "…"
        self.told, self.fresh = f"{self.told}, {verb.value}", False

    def refused(self, event: Do, explained: States) -> None:
        """It stands in a state that refuses like this; of one that may have moved since, that need not hold now."""
        if not self.fresh:
            return
        self.answers[event.verb] = event.refused
        if explained != self.question.start:
            self.question = Question(explained)
            self.told = f"{self.told}, {event.verb.value} refused with {event.refused}"

    def lost(self, where: LifecycleMap, verb: Verb) -> None:
        """Nothing is known until the next state is shown."""
        self.question, self.told, self.fresh = Question(where.everywhere), f"{self.told}, {verb.value}", False


def _names(verbs: frozenset[Verb]) -> str:
    return ", ".join(sorted(verb.value for verb in verbs)) or "no command"


def _ways_out(where: LifecycleMap, question: Question) -> str:
    """Where the model says that it can lead; by itself, a machine that rests stays where it is."""
    found = sorted(where.name(state) for state in routes.ends(where, question))
    return f"it can only lead to {', '.join(found[:6])}{', …' if len(found) > 6 else ''}"


_FOLLOW: dict[type, Callable[[Trail, str, Any], None]] = {
    Begin: Trail.begin,
    ShownState: Trail.state,
    Do: Trail.do,
    Passes: Trail.passes,
    Judged: Trail.requirement,
}
