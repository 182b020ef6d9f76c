"""A claim about one step as conditions on the state before it: what the effects of each action make of its values.

Rule: a step that changes nothing keeps every claim, as in `[][...]_vars` of TLA+. Only what the shape of an expression
decides, for every value of every bound, is decided here; everything else is left to who judges it.
"""

import operator
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping

from siteproof.model.language.domain import Value
from siteproof.model.language.expression import Bool, Effect, Expr, Int, Op, as_bool, with_args
from siteproof.model.language.variable import Variable

Values = Mapping[Variable, Expr]


def kept_by(claim: Bool, guard: Bool, effects: Iterable[Effect]) -> Bool | None:
    """Where a step with this guard and these effects keeps the claim; None where its shape says that it always does."""
    values = {effect.target: effect.value for effect in effects}
    kept = stepped(claim, values)
    if _is(kept, truth=True):
        return None
    if not _is(stepped(claim, {}), truth=True):  # it has something to say of a step that changes nothing
        kept = _joined(Op.OR, (kept, *_nothing_changes(effects)))
    return None if _is(kept, truth=True) else guard.implies(kept)


def stepped(claim: Bool, values: Values) -> Bool:
    """The claim with `values` for what follows; a variable without one stays as it is."""
    node = _Replacing(values).outside(claim)
    assert isinstance(node, Bool)
    return node


def key_of(node: Expr) -> Hashable:
    """What an expression says, as a value: two expressions with the same key mean the same."""
    match node.op:
        case Op.NAMED:
            return key_of(node.args[0])
        case Op.CONSTANT:
            return (node.op, type(node.constant), node.constant, node.label)
        case Op.VARIABLE:
            return (node.op, id(node.variable))
    return (node.op, *map(key_of, node.args))


def _nothing_changes(effects: Iterable[Effect]) -> Iterable[Bool]:
    same = (Bool(Op.EQUAL, (_leaf(effect), effect.value)) for effect in effects)
    yield _joined(Op.AND, [_compared(each, *each.args) for each in same])


def _leaf(effect: Effect) -> Expr:
    """The effect's variable as an expression of the same type as its new value."""
    return type(effect.value)(Op.VARIABLE, domain=effect.target.domain, variable=effect.target)


class _Replacing:
    """Writes an expression anew: what stands under NEXT takes the values after the step."""

    def __init__(self, values: Values) -> None:
        self.values = values

    def outside(self, node: Expr) -> Expr:
        if node.op is Op.NEXT:
            return self.inside(node.args[0])
        return self._rewritten(node, [self.outside(arg) for arg in node.args])

    def inside(self, node: Expr) -> Expr:
        if node.variable is not None:
            return self.values.get(node.variable, node)
        return self._rewritten(node, [self.inside(arg) for arg in node.args])

    @staticmethod
    def _rewritten(node: Expr, args: list[Expr]) -> Expr:
        if all(new is old for new, old in zip(args, node.args, strict=True)):
            return node
        return args[0] if node.op is Op.NAMED else _decided(node, tuple(args))


def _decided(node: Expr, args: tuple[Expr, ...]) -> Expr:
    """The node over these arguments, or the value that it has whatever the variables are."""
    if node.op in (Op.AND, Op.OR):
        return _joined(node.op, args)
    if node.op is Op.NOT:
        return _negated(args[0])
    if node.op is Op.CHOOSE and args[0].op is Op.CONSTANT:
        return args[1] if args[0].constant else args[2]
    if node.op in _COMPARES:
        return _compared(node, *args)
    return with_args(node, args)


_COMPARES = {Op.EQUAL: operator.eq, Op.LESS: operator.lt, Op.AT_MOST: operator.le}


def _compared(node: Expr, left: Expr, right: Expr) -> Expr:
    """The comparison, or what it says where both sides are constants, or numbers that differ by a constant."""
    if isinstance(left, Int):
        difference = _linear(left)
        difference.subtract(_linear(right))
        constant = difference.pop(_ONE, 0)
        if not any(difference.values()):
            return as_bool(_COMPARES[node.op](constant, 0))
    elif key_of(left) == key_of(right):
        return as_bool(True)
    elif left.op is right.op is Op.CONSTANT:
        return as_bool(left.constant == right.constant)
    return with_args(node, (left, right))


_ONE = "one"


def _linear(node: Expr) -> Counter[Hashable]:
    """A number as a sum: how often each term is in it; a bound is a term, whatever its value is."""
    if isinstance(node.constant, int) and not node.label:
        return Counter({_ONE: node.constant})
    if node.op not in (Op.ADD, Op.SUBTRACT):
        return Counter({key_of(node): 1})
    left, right = map(_linear, node.args)
    left.update(right) if node.op is Op.ADD else left.subtract(right)
    return left


def _negated(node: Expr) -> Bool:
    if node.op is Op.CONSTANT:
        return as_bool(not node.constant)
    inner = node.args[0] if node.op is Op.NOT else Bool(Op.NOT, (node,), source=node.source)
    assert isinstance(inner, Bool)
    return inner


def _joined(op: Op, nodes: Iterable[Expr]) -> Bool:
    """All of the nodes, or at least one, each said once; decided where one of them is, or where two contradict."""
    decides = op is Op.OR
    kept: dict[Hashable, Expr] = {}
    for node in (part for each in nodes for part in _opened(op, each)):
        if node.op is Op.CONSTANT:
            if node.constant is decides:
                return as_bool(decides)
            continue
        if key_of(_negated(node)) in kept:
            return as_bool(decides)
        kept.setdefault(key_of(node), node)
    if len(kept) == 1:
        only = next(iter(kept.values()))
        assert isinstance(only, Bool)
        return only
    return Bool(op, tuple(kept.values())) if kept else as_bool(not decides)


def _opened(op: Op, node: Expr) -> Iterable[Expr]:
    return node.args if node.op is op else (node,)


def _is(node: Expr, *, truth: Value) -> bool:
    return node.op is Op.CONSTANT and node.constant is truth
