"""Renders expressions as text, for messages, traces and the spec book.

Rule: named definitions print their name, never their body; operators print as they are written in a specification.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from siteproof.model.language.domain import Value


class Node(Protocol):
    """What a node shows of itself: an expression prints itself with this, so it cannot be imported here."""

    @property
    def op(self) -> str:
        """The operation's word."""
        ...

    @property
    def args(self) -> Sequence[Any]:
        """Nodes again."""
        ...

    @property
    def constant(self) -> Value | None:
        """The value of a constant."""
        ...

    @property
    def variable(self) -> object:
        """What a variable reads."""
        ...

    @property
    def label(self) -> str:
        """The name of a definition."""
        ...


def text(node: Node) -> str:
    """The expression as an author would write it."""
    return _PRINTERS[node.op](node)


def value_text(value: Value | None) -> str:
    """A value as it is written in traces and after `--trace-to`: true, 3, committed."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(getattr(value, "value", value))


def _joined(sign: str) -> Callable[[Node], str]:
    return lambda node: "(" + f" {sign} ".join(text(arg) for arg in node.args) + ")"


def _negated(node: Node) -> str:
    inner = node.args[0]
    return f"({text(inner.args[0])} != {text(inner.args[1])})" if inner.op == "equal" else f"~{text(inner)}"


def _choice(node: Node) -> str:
    condition, value, otherwise = (text(arg) for arg in node.args)
    return f"({value} if {condition} else {otherwise})"


_PRINTERS: dict[str, Callable[[Node], str]] = {
    "constant": lambda node: value_text(node.constant),
    "variable": lambda node: str(node.variable),
    "not": _negated,
    "and": _joined("&"),
    "or": _joined("|"),
    "equal": _joined("=="),
    "less": _joined("<"),
    "at_most": _joined("<="),
    "add": _joined("+"),
    "subtract": _joined("-"),
    "choose": _choice,
    "named": lambda node: node.label,
    "next": lambda node: f"{text(node.args[0])}.next",
}
