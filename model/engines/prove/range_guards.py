"""A system whose numbers stay in their range, with claims that say where one would have left it.

Rule: what the fence stops is not lost: each variable that some step could drive out of its range has a claim of its
own about that step. So searches need no exception to judge a wrong system.
"""

from collections.abc import Iterator

import attrs
from attrs import frozen

from siteproof.model.language.claims import ClaimKind
from siteproof.model.language.domain import Range
from siteproof.model.language.expression import Bool, Effect, Expr, Int, Op, all_of
from siteproof.model.language.source import here
from siteproof.model.language.spec import Claim, System, Transition

RANGE = "range"
"""The rule id of claims that a variable stays in its range."""


@frozen(eq=False)
class Fenced:
    """The fenced system; its last claims, from number `first_delayed` on, are about the step after their state."""

    system: System
    first_delayed: int

    def delay(self, number: int) -> int:
        """How many steps after its state the claim of this number is broken: 1 for claims about steps, 0 for others."""
        return int(number >= self.first_delayed)


def fenced(system: System) -> Fenced:
    """The system with every claim that should hold, one for each instance: of states, of steps, then the ranges."""
    every = (*system.claims, *system.lemmas)
    states = [each for claim in every if claim.kind is ClaimKind.ALWAYS for each in _of_states(claim)]
    delayed = [each for claim in every if claim.kind is ClaimKind.WHENEVER for each in of_steps(claim)]
    steps = tuple(_stopped(step) for step in system.transitions)
    claims = (*states, *delayed, *_ranges(system))
    return Fenced(attrs.evolve(system, transitions=steps, claims=claims, lemmas=()), len(states))


def _of_states(claim: Claim) -> Iterator[Claim]:
    for label, guard in claim.instances:
        yield attrs.evolve(claim, name=f"{claim.name}({label})", instances=((label, guard),))


def of_steps(claim: Claim) -> Iterator[Claim]:
    """The `whenever`, one claim for each choice of its parameters."""
    for label, said in claim.said:
        mine = [(by, each) for by, each in zip(claim.by, claim.instances, strict=True) if each[0] == label]
        numbers, instances = tuple(by for by, _ in mine), tuple(each for _, each in mine)
        name = f"{claim.name}({label})"
        yield attrs.evolve(claim, name=name, instances=instances, by=numbers, said=((label, said),))


def _ranges(system: System) -> Iterator[Claim]:
    for variable in system.variables:
        steps = [
            (number, step, effect)
            for number, step in enumerate(system.transitions)
            for effect in step.effects
            if effect.target is variable and leaves(effect)
        ]
        if steps:
            stays = tuple((step.name, step.guard.implies(inside(effect))) for _, step, effect in steps)
            by = tuple(number for number, _, _ in steps)
            doc, why = f"{variable} stays in its range.", "a number that leaves its range means nothing"
            yield Claim(RANGE, ClaimKind.ALWAYS, variable.name, doc, why, stays, here(), by=by)


def _stopped(step: Transition) -> Transition:
    limits = [inside(effect) for effect in step.effects if leaves(effect)]
    return attrs.evolve(step, guard=all_of([step.guard, *limits])) if limits else step


def leaves(effect: Effect) -> bool:
    """Whether the new value could be outside of the variable's range, by the shape of the expression."""
    mine, theirs = effect.target.domain, effect.value.domain
    within = (
        isinstance(mine, Range) and isinstance(theirs, Range) and mine.low <= theirs.low <= theirs.high <= mine.high
    )
    return isinstance(mine, Range) and not within


def inside(effect: Effect) -> Bool:
    """The new value lies in the variable's range."""
    domain = effect.target.domain
    assert isinstance(domain, Range)
    low, high = _limit(domain.low), _limit(domain.high, domain.limit)
    return Bool(Op.AND, (_at_most(low, effect.value), _at_most(effect.value, high)))


def _limit(value: int, label: str = "") -> Int:
    return Int(Op.CONSTANT, domain=Range(value, value, label), constant=value, label=label)


def _at_most(left: Expr, right: Expr) -> Bool:
    return Bool(Op.AT_MOST, (left, right))
