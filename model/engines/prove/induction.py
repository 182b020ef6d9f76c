"""Proves every `always` by induction: it holds at first, and no action leads from where all hold to where one does not.

A `whenever` needs no induction: where all of them hold, no action may break it.

Rule: one small query for each action and goal, so that a failure names both and shows the two states. A proof covers
every reachable state without visiting any; lemmas are goals like the others and are proved with them.
"""

import itertools
from collections.abc import Callable, Iterator

import z3
from attrs import frozen

from siteproof.model.engines.prove.answer import answer
from siteproof.model.engines.prove.every_size import counted, every_size
from siteproof.model.engines.prove.independence import check_independent
from siteproof.model.engines.prove.lowering import Free, Term, after, constant, initial, lower, positive, within
from siteproof.model.engines.prove.plain_states import plainest
from siteproof.model.engines.prove.proof import Gap, Proof
from siteproof.model.language.claims import ClaimKind
from siteproof.model.language.domain import Range
from siteproof.model.language.expression import Bool, variables_of
from siteproof.model.language.spec import Bounds, Claim, Spec, System, Transition
from siteproof.model.language.text import value_text
from siteproof.model.language.variable import Variable

TIMEOUT_MS = 10_000
TRY_TIMEOUT_MS = 200  # for each value that would make a counterexample plainer


@frozen
class Conjunct:
    """One conjunct of the induction hypothesis, with the variables that it speaks of."""

    rule: str
    name: str
    term: Term
    variables: frozenset[str]


def prove(
    spec: Spec, bounds: Bounds | None = None, every: tuple[str, ...] = (), tell: Callable[[], None] = lambda: None
) -> Proof:
    """Try to prove every `always` claim and every lemma, and that no variable leaves its range.

    `every` names bounds for which all values are meant: one that counts components is proved for one of them (Problem
    when they are not independent), one that says how many variables there are for a symbolic number of them (Problem
    when the specification is not uniform in it), any other one is left open to the solver. `tell` is called after each
    query.
    """
    chosen, free = independent(spec, bounds or {}, every)
    size = counted(spec, chosen, free)
    if size:
        given = tuple(name for name in every if name != size)
        return every_size(spec, chosen, size, free - {size}, lambda at: prove(spec, at, given), every, tell)
    system = spec.system(chosen)
    goals = goals_of(system, free)
    attempts: list[Gap | None] = []
    for found in itertools.chain(_start(system, goals, free), attempts_of(system, goals, free)):
        attempts.append(found)
        tell()
    gaps = tuple(gap for gap in attempts if gap is not None)
    names = dict.fromkeys((*(f"{goal.rule} {goal.name}" for goal in goals), *_of_steps(system)))
    return Proof(spec.name, dict(system.bounds), every, tuple(names), len(attempts), gaps)


def independent(spec: Spec, bounds: Bounds, every: tuple[str, ...]) -> tuple[dict[str, int], Free]:
    """The bounds to prove at, with one of each independent component, and the bounds that are open to the solver."""
    chosen = dict(bounds)
    counts = [name for name in every if name in {part.count for part in spec.parts}]
    for name in counts:
        check_independent(spec, chosen, name)
        chosen[name] = 1
    return chosen, frozenset(every) - frozenset(counts)


def goals_of(system: System, free: Free) -> tuple[Conjunct, ...]:
    """The induction hypothesis, conjunct by conjunct."""
    return tuple(_goals(system, free))


def _goals(system: System, free: Free) -> Iterator[Conjunct]:
    for claim in (*system.claims, *system.lemmas):
        if claim.kind is ClaimKind.ALWAYS:
            for label, guard in claim.instances:
                yield _goal(claim, label, guard, free)
    for variable in system.variables:
        yield Conjunct("range", variable.name, within(variable, free), frozenset({variable.name}))


def _of_steps(system: System) -> Iterator[str]:
    """The names of the claims about steps, also of those that no transition could break by its shape."""
    for claim in (each for each in system.claims if each.kind is ClaimKind.WHENEVER):
        yield from (f"{claim.rule} {claim.name}({label})" for label, _ in claim.said)


def step_goals(system: System, transition: int, free: Free) -> Iterator[Conjunct]:
    """What each `whenever` asks of this transition, as conditions on the state before it."""
    for claim in (each for each in system.claims if each.kind is ClaimKind.WHENEVER):
        for by, (label, kept) in zip(claim.by, claim.instances, strict=True):
            if by == transition:
                yield _goal(claim, label, kept, free)


def _goal(claim: Claim, label: str, guard: Bool, free: Free) -> Conjunct:
    variables = frozenset(variable.name for variable in variables_of(guard))
    return Conjunct(claim.rule, f"{claim.name}({label})", lower(guard, free), variables)


def _start(system: System, goals: tuple[Conjunct, ...], free: Free) -> Iterator[Gap | None]:
    solver = _solver(positive(free), initial(system.variables))
    for goal in goals:
        yield _query(system, solver, goal, goal.term, None, free)


def attempts_of(system: System, goals: tuple[Conjunct, ...], free: Free) -> Iterator[Gap | None]:
    """For each of the system's transitions and each goal that it can touch: a gap, or None where it is proved."""
    hypothesis = z3.And([positive(free), *(goal.term for goal in goals)])
    for number, transition in enumerate(system.transitions):
        solver = _solver(hypothesis, lower(transition.guard, free))
        changed = {effect.target.name for effect in transition.effects}
        for goal in goals:
            if goal.variables & changed:
                yield _query(system, solver, goal, after(goal.term, transition, free), transition, free)
        for goal in step_goals(system, number, free):
            yield _query(system, solver, goal, goal.term, transition, free)


def _solver(*assumptions: Term) -> Term:
    solver = z3.Solver()
    solver.set("timeout", TIMEOUT_MS)
    solver.add(*assumptions)
    return solver


def _query(
    system: System, solver: Term, goal: Conjunct, claim: Term, transition: Transition | None, free: Free
) -> Gap | None:
    solver.push()
    solver.add(z3.Not(claim))
    said = answer(solver)
    gap = None if said == z3.unsat else _gap(system, solver, said, goal, transition, free)
    solver.pop()
    return gap


def _gap(system: System, solver: Term, said: Term, goal: Conjunct, transition: Transition | None, free: Free) -> Gap:
    rule, name = (transition.rule, transition.name) if transition is not None else ("", "the initial state")
    if said != z3.sat:
        return Gap(rule, name, goal.name, goal.rule, {}, {}, undecided=True)
    solver.set("timeout", TRY_TIMEOUT_MS)
    model = plainest(solver, system.variables, free)
    solver.set("timeout", TIMEOUT_MS)
    before = {variable.name: _value(model, variable, constant(variable)) for variable in system.variables}
    effects = transition.effects if transition is not None else ()
    changes = {effect.target.name: _value(model, effect.target, lower(effect.value, free)) for effect in effects}
    read = goal.variables | _speaks_of(transition)
    sizes = {name: model.eval(z3.Int(name), model_completion=True).as_long() for name in sorted(free)}
    return Gap(
        rule,
        name,
        goal.name,
        goal.rule,
        before,
        {**before, **changes},
        read=tuple(variable.name for variable in system.variables if variable.name in read),
        bounds=sizes,
    )


def _speaks_of(transition: Transition | None) -> frozenset[str]:
    if transition is None:
        return frozenset()
    nodes = (transition.guard, *(effect.value for effect in transition.effects))
    read = {variable.name for node in nodes for variable in variables_of(node)}
    return frozenset(read | {effect.target.name for effect in transition.effects})


def _value(model: Term, variable: Variable, term: Term) -> str:
    value = model.eval(term, model_completion=True)
    code = int(z3.is_true(value)) if z3.is_bool(value) else value.as_long()
    in_range = z3.is_bool(value) or isinstance(variable.domain, Range) or 0 <= code < variable.domain.size
    return value_text(variable.domain.decode(code)) if in_range else str(code)
