"""Renders expressions as text, for messages, traces and the spec book.

Rule: named definitions print their name, never their body; operators print as they are written in a specification.
"""

from collections.abc import Callable

from siteproof.model.language.domain import Value
from siteproof.model.language.expression import Expr, Op


def text(node: Expr) -> str:
    """The expression as an author would write it."""
    return _PRINTERS[node.op](node)


def value_text(value: Value | None) -> str:
    """A value as it is written in traces and after `--trace-to`: true, 3, committed."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(getattr(value, "value", value))


def _joined(sign: str) -> Callable[[Expr], str]:
    return lambda node: "(" + f" {sign} ".join(text(arg) for arg in node.args) + ")"


def _negated(node: Expr) -> str:
    inner = node.args[0]
    return f"({text(inner.args[0])} != {text(inner.args[1])})" if inner.op is Op.EQUAL else f"~{text(inner)}"


def _choice(node: Expr) -> str:
    condition, value, otherwise = (text(arg) for arg in node.args)
    return f"({value} if {condition} else {otherwise})"


_PRINTERS: dict[Op, Callable[[Expr], str]] = {
    Op.CONSTANT: lambda node: value_text(node.constant),
    Op.VARIABLE: lambda node: str(node.variable),
    Op.NOT: _negated,
    Op.AND: _joined("&"),
    Op.OR: _joined("|"),
    Op.EQUAL: _joined("=="),
    Op.LESS: _joined("<"),
    Op.AT_MOST: _joined("<="),
    Op.ADD: _joined("+"),
    Op.SUBTRACT: _joined("-"),
    Op.CHOOSE: _choice,
    Op.NAMED: lambda node: node.label,
}
