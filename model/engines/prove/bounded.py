"""Bounded model checking: the first K steps, unrolled and handed to the solver, which finds a shortest violation.

Rule: depth by depth, so that nothing shorter is overlooked; what the solver finds is replayed by the plain evaluator
before it is told. No lemma is needed, and no state is stored: it answers where exploring does not fit.
"""

from collections.abc import Callable, Mapping, Sequence

import attrs
import z3
from attrs import frozen

from siteproof.model.engines.explore.offence import offence
from siteproof.model.engines.explore.trace import Trace, TraceStep, VariableChange
from siteproof.model.engines.prove import bits
from siteproof.model.engines.prove.answer import answer
from siteproof.model.engines.prove.lowering import Term
from siteproof.model.engines.prove.range_guards import Fenced, fenced
from siteproof.model.language.claims import ClaimKind
from siteproof.model.language.domain import Value
from siteproof.model.language.evaluate import evaluate
from siteproof.model.language.spec import Bounds, Claim, Spec, System, Transition
from siteproof.model.language.text import value_text
from siteproof.model.language.variable import Variable

State = Mapping[Variable, Value]
Tell = Callable[[int], None]
TIMEOUT_MS = 120_000


@frozen
class Found:
    """A claim with a shortest trace: to its violation, or for a `sometimes` to its witness."""

    rule: str
    kind: ClaimKind
    name: str
    trace: Trace


@frozen
class Bounded:
    """The result of a bounded search of `steps` steps.

    `violation` is a shortest one of any `always` claim, lemma or range. `witnesses` are what `sometimes` claims were
    asked for, `missing` those that no step reaches. `exhausted` says that no run is longer than `depth` steps;
    `undecided` that the solver gave up after `depth` steps.
    """

    spec: str
    bounds: dict[str, int]
    steps: int
    depth: int
    violation: Found | None
    witnesses: tuple[Found, ...] = ()
    missing: tuple[str, ...] = ()
    exhausted: bool = False
    undecided: bool = False


class Unrolling:
    """The steps of a system as the solver sees them; each depth is added once."""

    def __init__(self, system: System) -> None:
        """At the initial state."""
        self.system = system
        self._width = bits.width_of(system)
        self._places: list[dict[str, Term]] = []
        self._solver = z3.SolverFor("QF_FD")
        self._solver.set("timeout", TIMEOUT_MS)
        self._add_place()
        start = self._places[0]
        for variable in system.variables:
            self._solver.add(start[variable.name] == bits.literal(variable.domain, variable.initial, self._width))

    @property
    def depth(self) -> int:
        """How many steps there are."""
        return len(self._places) - 1

    def step(self) -> None:
        """One step more: exactly one transition happens, and what it does not change stays."""
        before, number = self._places[-1], self.depth
        after = self._add_place()
        chosen = [z3.Bool(f"step@{number}.{place}") for place in range(len(self.system.transitions))]
        self._solver.add(z3.Or(chosen), z3.AtMost(*chosen, 1) if len(chosen) > 1 else True)
        values: dict[str, Term] = dict(before)
        for happens, step in zip(chosen, self.system.transitions, strict=True):
            self._solver.add(z3.Implies(happens, bits.lower(step.guard, before, self._width)))
            for effect in step.effects:
                name = effect.target.name
                values[name] = z3.If(happens, bits.lower(effect.value, before, self._width), values[name])
        for name, value in values.items():
            self._solver.add(after[name] == value)

    def speak(self, claims: Sequence[Claim]) -> list[Term]:
        """For each claim, that it speaks up after the last step: it is broken, or of a `sometimes` it is witnessed."""
        here = self._places[-1]
        return [_speaks(claim, here, self._width) for claim in claims]

    def check(self, *wanted: Term) -> Term:
        """The solver's answer; KeyboardInterrupt when it was stopped."""
        return answer(self._solver, *wanted)

    def rule_out(self, term: Term) -> None:
        """What was just found impossible is remembered."""
        self._solver.add(z3.Not(term))

    def run(self) -> list[State]:
        """The states of the run that the solver has just found."""
        model = self._solver.model()
        pairs = [[(v, place[v.name]) for v in self.system.variables] for place in self._places]
        return [{v: bits.value_of(model, term, v) for v, term in row} for row in pairs]

    def true_ones(self, terms: list[Term]) -> list[int]:
        """Which of the terms are true in the run that was just found."""
        model = self._solver.model()
        return [number for number, term in enumerate(terms) if z3.is_true(model.eval(term, model_completion=True))]

    def _add_place(self) -> dict[str, Term]:
        place = {v.name: bits.constant(v, self._width, len(self._places)) for v in self.system.variables}
        self._places.append(place)
        return place


def _speaks(claim: Claim, here: Mapping[str, Term], width: int) -> Term:
    guards = [bits.lower(guard, here, width) for _, guard in claim.instances]
    return z3.Not(z3.And(guards)) if claim.kind.is_safety else z3.Or(guards)


def bounded(
    spec: Spec, steps: int, bounds: Bounds | None = None, *, witnesses: bool = False, tell: Tell = lambda _: None
) -> Bounded:
    """Search the first `steps` steps for a shortest violation, and with `witnesses` for every `sometimes` as well.

    `tell` is called with every number of steps within which there is no violation.
    """
    return bounded_system(spec.system(bounds), steps, witnesses=witnesses, tell=tell)


def bounded_system(system: System, steps: int, *, witnesses: bool = False, tell: Tell = lambda _: None) -> Bounded:
    """The same for a system that is there already."""
    return _Hunt(system, steps, witnesses=witnesses, tell=tell).result()


class _Hunt:
    """One bounded search: a violation ends it, witnesses are collected on the way."""

    def __init__(self, system: System, steps: int, *, witnesses: bool, tell: Tell) -> None:
        self.tell = tell
        self.fence: Fenced = fenced(system)
        self.runs = Unrolling(self.fence.system)
        self.open = [claim for claim in system.claims if witnesses and claim.kind is ClaimKind.SOMETIMES]
        self.found: list[Found] = []
        self.name, self.steps, self.undecided = system.name, steps, False

    def result(self) -> Bounded:
        violation = self._search()
        ended = violation is None and not self.undecided and self.runs.check() == z3.unsat
        return Bounded(
            self.name,
            dict(self.fence.system.bounds),
            self.steps,
            self.runs.depth,
            violation,
            tuple(self.found),
            tuple(f"{claim.rule} {claim.name}" for claim in self.open),
            ended,
            self.undecided,
        )

    def _search(self) -> Found | None:
        """A claim about a step is broken by the one after its state: it is asked about before that step is added."""
        claims, delayed = self.fence.system.claims, self.fence.first_delayed
        while True:
            violation = self._violation(0, delayed)
            self._collect()
            if violation is None and self.runs.depth < self.steps:
                violation = self._violation(delayed, len(claims))
            if violation is not None or self.undecided or self.runs.depth == self.steps:
                return violation
            self.tell(self.runs.depth)
            self.runs.step()

    def _violation(self, start: int, end: int) -> Found | None:
        """A violation of one of the claims from `start` to `end`, after the last step."""
        claims = self.fence.system.claims[start:end]
        terms = self.runs.speak(claims)
        if not terms or not self._possible(z3.Or(terms)):
            return None
        number = start + self.runs.true_ones(terms)[0]
        trace = replayed(self.fence.system, self.runs.run())
        claim, run = self.fence.system.claims[number], self.runs.run()
        assert not all(evaluate(guard, run[-1]) for _, guard in claim.instances)
        if self.fence.delay(number):
            trace = attrs.evolve(trace, steps=(*trace.steps, offence(self.fence.system, claim, run[-1])))
        return Found(claim.rule, claim.kind, claim.name, trace)

    def _possible(self, term: Term) -> bool:
        said = self.runs.check(term)
        self.undecided = self.undecided or said == z3.unknown
        if said == z3.unsat:
            self.runs.rule_out(term)
        return bool(said == z3.sat)

    def _collect(self) -> None:
        """Witnesses that the last step reaches."""
        while self.open and not self.undecided:
            terms = self.runs.speak(self.open)
            if not self._possible(z3.Or(terms)):
                return
            trace = replayed(self.fence.system, self.runs.run())
            for number in reversed(self.runs.true_ones(terms)):
                claim = self.open.pop(number)
                self.found.append(Found(claim.rule, claim.kind, claim.name, trace))


def replayed(system: System, run: list[State]) -> Trace:
    """The run as a trace: each step is found again by the plain evaluator (AssertionError when there is none)."""
    first = {variable.name: value_text(value) for variable, value in run[0].items()}
    return Trace(first, tuple(_replayed(system, run[n], run[n + 1]) for n in range(len(run) - 1)))


def _replayed(system: System, before: State, after: State) -> TraceStep:
    step = next(
        (step for step in system.transitions if evaluate(step.guard, before) and _leads(step, before, after)), None
    )
    assert step is not None, "the solver found a step that the specification does not have"
    changes = ((v.name, before[v], after[v]) for v in system.variables if before[v] != after[v])
    told = tuple(VariableChange(name, value_text(old), value_text(new)) for name, old, new in changes)
    return TraceStep(step.rule, step.name, told)


def _leads(step: Transition, before: State, after: State) -> bool:
    return {**before, **{effect.target: evaluate(effect.value, before) for effect in step.effects}} == after
