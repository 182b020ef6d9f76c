"""A system whose numbers stay in their range, with claims that say where one would have left it.

Rule: what the fence stops is not lost: each variable that some step could drive out of its range has a claim of its
own, which breaks in the state before that step. So searches need no exception to judge a wrong system.
"""

from collections.abc import Iterator

import attrs
from attrs import frozen

from siteproof.model.language.claims import Kind
from siteproof.model.language.domain import Range
from siteproof.model.language.expression import Bool, Effect, Expr, Int, Op, all_of
from siteproof.model.language.source import here
from siteproof.model.language.spec import Claim, System, Transition

RANGE = "range"
"""The rule id of claims that a variable stays in its range."""


@frozen(eq=False)
class Fenced:
    """The fenced system; its last claims, from number `first_range` on, are broken one step later than they say."""

    system: System
    first_range: int

    def delay(self, number: int) -> int:
        """How many steps after its state the claim of this number is broken: 1 for ranges, 0 for others."""
        return int(number >= self.first_range)


def fenced(system: System) -> Fenced:
    """The system with every `always` (claims, then lemmas), one claim for each instance, then the ranges."""
    claims = [each for claim in (*system.claims, *system.lemmas) for each in _instances(claim)]
    ranges = list(_ranges(system))
    steps = tuple(_stopped(step) for step in system.transitions)
    return Fenced(attrs.evolve(system, transitions=steps, claims=(*claims, *ranges), lemmas=()), len(claims))


def _instances(claim: Claim) -> Iterator[Claim]:
    if claim.kind is Kind.ALWAYS:
        for label, guard in claim.instances:
            yield attrs.evolve(claim, name=f"{claim.name}({label})", instances=((label, guard),))


def _ranges(system: System) -> Iterator[Claim]:
    for variable in system.variables:
        steps = [(step, e) for step in system.transitions for e in step.effects if e.target is variable and leaves(e)]
        if steps:
            stays = tuple((step.name, step.guard.implies(inside(effect))) for step, effect in steps)
            why = "a number that leaves its range means nothing"
            yield Claim(RANGE, Kind.ALWAYS, variable.name, f"{variable} stays in its range.", why, stays, here())


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
