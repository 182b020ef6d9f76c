"""One walk: a seeded list of actions carried out on a subject, until something is wrong or the steps are used up."""

import random
from collections.abc import Callable

from attrs import field, frozen

from siteproof.conformance import verify
from siteproof.conformance.carriers.bench import Bench
from siteproof.conformance.carriers.broken import CarrierBroken, SubjectFailed
from siteproof.conformance.carriers.carrier import Carrier
from siteproof.conformance.carriers.watch import Watch
from siteproof.conformance.coverage.events import Event
from siteproof.conformance.lab import Lab
from siteproof.conformance.trace import Step
from siteproof.fuzz.actions import Action
from siteproof.fuzz.examiner import Examiner
from siteproof.fuzz.walker import Walker
from siteproof.model.nouns.errors import Refused
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.model.nouns.profile import CORE, Profile
from siteproof.model.nouns.scenario import DiskSpec, MachineSpec, Scenario
from siteproof.model.nouns.subject import Unsupported

SCENARIO = Scenario((MachineSpec("vm1", (DiskSpec("disk0", 64), DiskSpec("disk1", 16)), identity="identity-vm1"),))


@frozen
class Finding:
    """What was wrong: what the model or the ledger expects, and what the subject did."""

    expected: str
    actual: str
    trace: tuple[Step, ...] = field(default=(), eq=False)

    @property
    def kind(self) -> str:
        """Two findings of one kind are the same defect for the minimiser: what was expected, without numbers."""
        return kind_of(self.expected)


def kind_of(expected: str) -> str:
    """An expectation without its numbers."""
    return "".join(char for char in expected if not char.isdigit())


@frozen
class Walk:
    """A finished walk: what was done, what was found (None: nothing), which pairs of verb and state were asked.

    `history` holds the states that the subject showed and the commands that were asked in them.
    """

    actions: tuple[Action, ...]
    finding: Finding | None
    pairs: frozenset[tuple[str, str, str]]
    history: tuple[Event, ...] = ()


def dice_of(seed: int, number: int) -> random.Random:
    """The random source of one walk of a campaign; each walk can be repeated alone."""
    return random.Random(f"walk {seed} {number}")  # noqa: S311  (walks are repeatable, not secret)


def wander(bench: Bench, seed: int, number: int, steps_max: int, profile: Profile = CORE) -> Walk:
    """Draw and carry out up to `steps_max` actions."""
    return _guarded(bench, lambda carrier, done: _wander(carrier, done, seed, number, steps_max, profile))


def meet(carrier: Carrier) -> None:
    """Ask the subject who it is; Problem (cannot judge) when there is nobody to walk with."""
    try:
        carrier.describe()
    except (SubjectFailed, Unsupported) as error:
        hint = "a subject must at least describe itself; siteproof adapter guide says how"
        raise Problem("there is no subject to walk with", str(error), hint, ExitCode.CANNOT_JUDGE) from error


def repeat(bench: Bench, actions: tuple[Action, ...], seed: int, profile: Profile = CORE) -> Walk:
    """Carry out a given list of actions."""
    return _guarded(bench, lambda carrier, done: _repeat(carrier, done, actions, seed, profile))


@frozen
class _Done:
    """What a walk has done so far; it outlives the subject."""

    actions: list[Action] = field(factory=list)
    pairs: set[tuple[str, str, str]] = field(factory=set)
    trace: list[Step] = field(factory=list)
    watches: list[Watch] = field(factory=list)

    @property
    def history(self) -> tuple[Event, ...]:
        """Everything that was shown and asked."""
        return tuple(event for watch in self.watches for event in watch.history)


def _examiner(carrier: Carrier, done: _Done, seed: int, profile: Profile) -> Examiner:
    lab = Lab(carrier, profile, seed)
    done.watches.append(lab.watch)
    lab.trace = done.trace
    (machine,) = lab.site(*SCENARIO.machines, policy=SCENARIO.policy)
    return Examiner(lab, machine, done.pairs)


def _wander(carrier: Carrier, done: _Done, seed: int, number: int, steps_max: int, profile: Profile) -> None:
    examiner = _examiner(carrier, done, seed, profile)
    walker = Walker(SCENARIO, dice_of(seed, number), frozenset(carrier.describe().capabilities), profile)
    for _ in range(steps_max):
        done.actions.append(walker.next(examiner.view()))
        examiner.carry_out(done.actions[-1])
    examiner.end()


def _repeat(carrier: Carrier, done: _Done, actions: tuple[Action, ...], seed: int, profile: Profile) -> None:
    examiner = _examiner(carrier, done, seed, profile)
    for action in actions:
        done.actions.append(action)
        examiner.carry_out(action)
    examiner.end()


def _guarded(bench: Bench, walk: Callable[[Carrier, _Done], None]) -> Walk:
    done = _Done()
    finding = None
    try:
        bench.run(lambda carrier: walk(carrier, done))
    except verify.Failed as failed:
        finding = Finding(failed.expected, f"{failed.actual} {failed.detail}".strip(), tuple(done.trace))
    except (SubjectFailed, CarrierBroken) as broken:
        finding = Finding("an answer to every call", str(broken), tuple(done.trace))
    except Refused as refused:
        finding = Finding("every listed point can be restored", str(refused), tuple(done.trace))
    except (verify.Inconclusive, verify.NonStrict, Unsupported):
        pass  # the walk led to where this subject cannot be judged; that is no finding
    return Walk(tuple(done.actions), finding, frozenset(done.pairs), done.history)
