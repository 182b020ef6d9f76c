"""Which bounds of a specification a proof may leave open: those of which every value gives the same written-out system.

Rule: a bound that a chapter uses to build parts, to count blocks or to choose between two texts is never open.
"""

from collections.abc import Iterator

from siteproof.model.language.domain import Range
from siteproof.model.language.expression import Expr, Op
from siteproof.model.language.spec import Spec, System
from siteproof.model.language.variable import Variable


def open_bounds(spec: Spec) -> tuple[str, ...]:
    """The bounds that occur as numbers only, in the order of the specification (`siteproof prove --every`)."""
    counts = {part.count for part in spec.parts}
    return tuple(name for name in spec.bounds if name not in counts and is_a_number(spec, name))


def is_a_number(spec: Spec, name: str) -> bool:
    """Whether two values of the bound give systems that differ nowhere but in this number."""
    more = {name: spec.bounds[name] + 1}
    return list(_outline(spec.system(), name)) == list(_outline(spec.system(more), name))


def _outline(system: System, name: str) -> Iterator[object]:
    """Everything that a proof reads, with the bound's name in the place of its value."""
    for variable in system.variables:
        yield (variable.name, variable.initial, _domain(variable, name))
    for step in system.transitions:
        yield (step.name, _shape(step.guard, name))
        yield [(effect.target.name, _shape(effect.value, name)) for effect in step.effects]
    for claim in (*system.claims, *system.lemmas):
        yield (claim.name, [(label, _shape(guard, name)) for label, guard in claim.instances])


def _domain(variable: Variable, name: str) -> object:
    domain = variable.domain
    return (domain.low, name) if isinstance(domain, Range) and domain.limit == name else domain


def _shape(node: Expr, name: str) -> object:
    if node.op is Op.CONSTANT and node.label == name:
        return name
    where = node.variable.name if node.variable is not None else ""
    return (node.op, node.constant, where, tuple(_shape(arg, name) for arg in node.args))
