"""One walk: a seeded list of actions carried out on a subject, until something is wrong or the steps are used up."""

import random
from collections.abc import Callable, Iterator

from attrs import field, frozen

from siteproof.conformance import verify
from siteproof.conformance.carriers.bench import Bench, Hung
from siteproof.conformance.carriers.broken import CarrierBroken, SubjectFailed
from siteproof.conformance.carriers.carrier import Carrier
from siteproof.conformance.carriers.watch import RecordingCarrier
from siteproof.conformance.coverage.events import Event
from siteproof.conformance.lab import Lab
from siteproof.conformance.trace import RecordedStep
from siteproof.fuzz.actions import WalkAction
from siteproof.fuzz.beginnings import beginning
from siteproof.fuzz.cells import CoverageCell
from siteproof.fuzz.examiner import Examiner
from siteproof.fuzz.guide import NOTHING_KNOWN, Guide
from siteproof.fuzz.scenes import scene
from siteproof.fuzz.walker import Walker
from siteproof.model.nouns.errors import Refused
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.model.nouns.profile import CORE, Profile
from siteproof.model.nouns.scenario import Scenario
from siteproof.model.nouns.subject import Unsupported

UNNAMED = "none"  # the rule of a finding that contradicts no single requirement


@frozen
class Finding:
    """What was wrong: what the model or the ledger expects, and what the subject did.

    `rule` is the requirement that it contradicts, or `crash`, `hang`, `dishonest-…` when it is no requirement's matter.
    """

    expected: str
    actual: str
    trace: tuple[RecordedStep, ...] = field(default=(), eq=False)
    rule: str = UNNAMED

    @property
    def kind(self) -> str:
        """Two findings of one kind are the same defect for the minimiser: the rule, and what was expected."""
        return f"{self.rule} {kind_of(self.expected)}"


def kind_of(expected: str) -> str:
    """An expectation without its numbers."""
    return "".join(char for char in expected if not char.isdigit())


@frozen
class Walk:
    """A finished walk: where it began, what was done, what was found (None: nothing), and the cells that it met.

    `history` holds the states that the subject showed and the commands that were asked in them.
    """

    scenario: Scenario
    actions: tuple[WalkAction, ...]
    finding: Finding | None
    cells: frozenset[CoverageCell]
    history: tuple[Event, ...] = ()


def dice_of(seed: int, number: int) -> random.Random:
    """The random source of one walk of a campaign; each walk can be repeated alone."""
    return random.Random(f"walk {seed} {number}")  # noqa: S311  (walks are repeatable, not secret)


def meet(carrier: Carrier) -> None:
    """Ask the subject who it is; Problem (cannot judge) when there is nobody to walk with."""
    try:
        carrier.describe()
    except (SubjectFailed, Unsupported) as error:
        hint = "a subject must at least describe itself; siteproof adapter guide says how"
        raise Problem("there is no subject to walk with", str(error), hint, ExitCode.CANNOT_JUDGE) from error


def wander(bench: Bench, seed: int, number: int, steps_max: int, guide: Guide = NOTHING_KNOWN) -> Walk:
    """Draw and carry out up to `steps_max` actions; the first ones may be a tour's, or a kept walk's."""
    dice = dice_of(seed, number)
    first = beginning(dice, number, guide) or (scene(dice), ())

    def drawn(examiner: Examiner, carrier: Carrier) -> Iterator[WalkAction]:
        walker = Walker(first[0], dice, carrier.describe(), guide)
        for index in range(steps_max):
            action = first[1][index] if index < len(first[1]) else walker.next(examiner.views())
            walker.hear(action)
            yield action

    return _guarded(bench, first[0], seed, drawn)


def repeat(bench: Bench, scenario: Scenario, actions: tuple[WalkAction, ...], seed: int) -> Walk:
    """Carry out a given list of actions in a scenario."""
    return _guarded(bench, scenario, seed, lambda _, __: iter(actions))


@frozen
class _Done:
    """What a walk has done so far; it outlives the subject."""

    actions: list[WalkAction] = field(factory=list)
    cells: set[CoverageCell] = field(factory=set)
    trace: list[RecordedStep] = field(factory=list)
    watches: list[RecordingCarrier] = field(factory=list)

    @property
    def history(self) -> tuple[Event, ...]:
        """Everything that was shown and asked."""
        return tuple(event for watch in self.watches for event in watch.history)


Source = Callable[[Examiner, Carrier], Iterator[WalkAction]]


def _walk(carrier: Carrier, done: _Done, scenario: Scenario, seed: int, source: Source) -> None:
    examiner = _examiner(carrier, done, scenario, seed, CORE)
    for action in source(examiner, carrier):
        done.actions.append(action)
        examiner.carry_out(action)
    examiner.end()


def _examiner(carrier: Carrier, done: _Done, scenario: Scenario, seed: int, profile: Profile) -> Examiner:
    lab = Lab(carrier, profile, seed)
    done.watches.append(lab.watch)
    lab.trace = done.trace
    machines = lab.site(*scenario.machines, policy=scenario.policy)
    return Examiner(lab, {machine.name: machine for machine in machines}, done.cells)


def _guarded(bench: Bench, scenario: Scenario, seed: int, source: Source) -> Walk:
    done = _Done()
    finding = None
    try:
        bench.run(lambda carrier: _walk(carrier, done, scenario, seed, source))
    except (verify.Inconclusive, verify.NonStrict, Unsupported):
        pass  # the walk led to where this subject cannot be judged; that is no finding
    except (verify.Failed, SubjectFailed, CarrierBroken, Refused) as wrong:
        finding = _finding(wrong, tuple(done.trace))
    return Walk(scenario, tuple(done.actions), finding, frozenset(done.cells), done.history)


def _finding(wrong: Exception, trace: tuple[RecordedStep, ...]) -> Finding:
    if isinstance(wrong, verify.Dishonest):
        return Finding(wrong.expected, wrong.actual, trace, f"dishonest-{wrong.denied.value}")
    if isinstance(wrong, verify.Failed):
        return Finding(wrong.expected, f"{wrong.actual} {wrong.detail}".strip(), trace, wrong.of or UNNAMED)
    if isinstance(wrong, Refused):
        return Finding("every listed point can be restored", str(wrong), trace, "SP-PT-14")
    return Finding("an answer to every call", str(wrong), trace, "hang" if isinstance(wrong, Hung) else "crash")
