"""Evaluates an expression in one state: the plain meaning of the language, against which every back end is checked.

Rule: slow and obvious. Back ends are fast; this file is what they have to agree with.
"""

import operator
from collections.abc import Callable, Mapping
from typing import Any

from siteproof.model.language.domain import Value
from siteproof.model.language.expression import Expr, Op
from siteproof.model.language.variable import Variable

State = Mapping[Variable, Value]


def evaluate(node: Expr, state: State, after: State | None = None) -> Any:
    """The value of the expression: bool, int or a member, as its type says. A claim about a step reads `after` too."""
    if node.op is Op.CONSTANT:
        return node.constant
    if node.op is Op.VARIABLE:
        assert node.variable is not None
        return state[node.variable]
    if node.op is Op.NEXT:
        assert after is not None, "only a claim about a step speaks of the state after it"
        return evaluate(node.args[0], after)
    return _MEANING[node.op](*(evaluate(arg, state, after) for arg in node.args))


_MEANING: dict[Op, Callable[..., Any]] = {
    Op.NOT: operator.not_,
    Op.AND: lambda *values: all(values),
    Op.OR: lambda *values: any(values),
    Op.EQUAL: operator.eq,
    Op.LESS: operator.lt,
    Op.AT_MOST: operator.le,
    Op.ADD: operator.add,
    Op.SUBTRACT: operator.sub,
    Op.CHOOSE: lambda condition, value, otherwise: value if condition else otherwise,
    Op.NAMED: lambda value: value,
}
