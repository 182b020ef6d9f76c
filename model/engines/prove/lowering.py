"""Lowers expressions to z3: truth to Bool, numbers and members of enumerations to unbounded integers with their range.

Rule: it means what `language.evaluate` says; nothing is simplified here that the solver can simplify itself. A bound
named in `free` is no number but a constant of the solver, at least 1: what is proved holds for every value of it.
"""

from collections.abc import Callable, Iterable
from typing import Any

import z3

from siteproof.model.language.domain import Domain, Range, Truth, Value
from siteproof.model.language.expression import Expr, Op
from siteproof.model.language.spec import Transition
from siteproof.model.language.variable import Variable

Term = Any  # z3 publishes no types
Free = frozenset[str]
NONE: Free = frozenset()


def constant(variable: Variable) -> Term:
    """The variable as a z3 constant of its full name."""
    return z3.Bool(variable.name) if isinstance(variable.domain, Truth) else z3.Int(variable.name)


def literal(domain: Domain, value: Value) -> Term:
    """A value as a z3 literal."""
    return z3.BoolVal(value is True) if isinstance(domain, Truth) else z3.IntVal(domain.encode(value))


def positive(free: Free) -> Term:
    """Every free bound is at least 1."""
    return z3.And([z3.Int(name) >= 1 for name in sorted(free)])


def within(variable: Variable, free: Free = NONE) -> Term:
    """The variable has one of its values."""
    name, domain = constant(variable), variable.domain
    if isinstance(domain, Truth):
        return z3.BoolVal(val=True)
    if not isinstance(domain, Range):
        return z3.And(name >= 0, name < domain.size)
    return z3.And(name >= domain.low, name <= (z3.Int(domain.limit) if domain.limit in free else domain.high))


def initial(variables: Iterable[Variable]) -> Term:
    """Every variable has its first value."""
    return z3.And([constant(v) == literal(v.domain, v.initial) for v in variables])


def lower(node: Expr, free: Free = NONE) -> Term:
    """The expression over the variables' constants."""
    if node.op is Op.CONSTANT:
        assert node.constant is not None
        return z3.Int(node.label) if node.label in free else literal(node.domain, node.constant)
    if node.op is Op.VARIABLE:
        assert node.variable is not None
        return constant(node.variable)
    return BUILD[node.op](*(lower(arg, free) for arg in node.args))


def after(claim: Term, transition: Transition, free: Free = NONE) -> Term:
    """The claim about the state after the step, as a claim about the state before it."""
    pairs = [(constant(effect.target), lower(effect.value, free)) for effect in transition.effects]
    return z3.substitute(claim, *pairs)


BUILD: dict[Op, Callable[..., Term]] = {
    Op.NOT: z3.Not,
    Op.AND: lambda *terms: z3.And(list(terms)),
    Op.OR: lambda *terms: z3.Or(list(terms)),
    Op.EQUAL: lambda left, right: left == right,
    Op.LESS: lambda left, right: left < right,
    Op.AT_MOST: lambda left, right: left <= right,
    Op.ADD: lambda left, right: left + right,
    Op.SUBTRACT: lambda left, right: left - right,
    Op.CHOOSE: z3.If,
    Op.NAMED: lambda term: term,
}
