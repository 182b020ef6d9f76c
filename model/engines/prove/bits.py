"""Lowers expressions to bit vectors, for bounded search: one width for every number, wide enough that nothing wraps.

Rule: it means what `language.evaluate` says. The width follows from the ranges of all expressions, with a sign.
"""

from collections.abc import Callable, Iterable, Mapping

import z3

from siteproof.model.engines.prove.lowering import Term
from siteproof.model.language.domain import Domain, Range, Truth, Value
from siteproof.model.language.expression import Expr, Op, nodes_of
from siteproof.model.language.spec import System
from siteproof.model.language.variable import Variable

Names = Mapping[str, Term]
"""The terms that stand for the variables, by full name."""


def width_of(system: System) -> int:
    """Bits for every number and member of the system, and for every number that its steps and claims compute."""
    return max([2, *(_bits(domain) for domain in _domains(system))])


def _domains(system: System) -> Iterable[Domain]:
    yield from (variable.domain for variable in system.variables)
    for step in system.transitions:
        for node in (step.guard, *(effect.value for effect in step.effects)):
            yield from (each.domain for each in nodes_of(node))
    for claim in system.claims:
        for _, guard in claim.instances:
            yield from (each.domain for each in nodes_of(guard))


def _bits(domain: Domain) -> int:
    if isinstance(domain, Truth):
        return 1
    low, high = (domain.low, domain.high) if isinstance(domain, Range) else (0, domain.size)
    return max(abs(low), abs(high), 1).bit_length() + 1


def constant(variable: Variable, width: int, depth: int) -> Term:
    """The variable after `depth` steps."""
    name = f"{variable.name}@{depth}"
    return z3.Bool(name) if isinstance(variable.domain, Truth) else z3.BitVec(name, width)


def literal(domain: Domain, value: Value, width: int) -> Term:
    """A value as a literal."""
    return z3.BoolVal(value is True) if isinstance(domain, Truth) else z3.BitVecVal(domain.encode(value), width)


def inside(variable: Variable, term: Term, width: int) -> Term:
    """The term is one of the variable's values."""
    domain = variable.domain
    if isinstance(domain, Truth):
        return z3.BoolVal(val=True)
    low, high = (domain.low, domain.high) if isinstance(domain, Range) else (0, domain.size - 1)
    return z3.And(z3.BitVecVal(low, width) <= term, term <= z3.BitVecVal(high, width))


def lower(node: Expr, names: Names, width: int) -> Term:
    """The expression over the terms of its variables."""
    if node.op is Op.CONSTANT:
        assert node.constant is not None
        return literal(node.domain, node.constant, width)
    if node.op is Op.VARIABLE:
        assert node.variable is not None
        return names[node.variable.name]
    return _BUILD[node.op](*(lower(arg, names, width) for arg in node.args))


def value_of(model: Term, term: Term, variable: Variable) -> Value:
    """The term's value in a model."""
    found = model.eval(term, model_completion=True)
    code = int(z3.is_true(found)) if z3.is_bool(found) else found.as_signed_long()
    return variable.domain.decode(code)


_BUILD: dict[Op, Callable[..., Term]] = {
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
