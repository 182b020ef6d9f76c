"""What the writers of other languages have in common: names of variables, and predicates that keep their names.

Rule: a definition is written before it is used, once for each body that it has.
"""

from collections.abc import Callable, Iterable, Mapping

from siteproof.model.engines.formats.identifiers import Docs, Identifiers
from siteproof.model.engines.formats.simplify import flat, simple
from siteproof.model.language.domain import Domain, Members, Truth
from siteproof.model.language.expression import Expr, Op
from siteproof.model.language.spec import System

Code = Callable[[Expr], str]
Printer = Callable[["Writer", Expr], str]


class Writer:
    """Writes expressions of one system; `printers` say how, `definitions` collects (name, label, body)."""

    printers: Mapping[Op, Printer]

    def __init__(self, system: System, docs: Docs | None, reserved: Iterable[str]) -> None:
        """Name every variable; `reserved` are words that no thing may be called."""
        self.system = system
        self.docs = docs or {}
        self.names = Identifiers()
        for each in reserved:
            self.names.of(each, f"the word {each}")
        self.places = {v.name: self.names.of(v.name, f"variable {v.name}") for v in system.variables}
        self.definitions: list[tuple[str, str, str]] = []
        self._known: dict[tuple[str, str], str] = {}

    def code(self, node: Expr) -> str:
        """The expression in the target language."""
        return self.printers[node.op](self, node)

    def simple(self, node: Expr) -> str:
        """The expression in the target language, without what is decided."""
        return self.code(simple(node))

    def defined(self, node: Expr) -> str:
        """The name of a definition, which is written when it is met first."""
        body = self.code(node.args[0])
        key = node.label, body
        if key not in self._known:
            self._known[key] = self.names.of(node.label, f"definition {key}")
            self.definitions.append((self._known[key], node.label, body))
        return self._known[key]

    def place(self, node: Expr) -> str:
        """The name of a variable."""
        assert node.variable is not None
        return self.places[node.variable.name]

    def joined(self, sign: str, nodes: Iterable[Expr]) -> str:
        """The nodes with a sign between them, in parentheses when there are several."""
        parts = [self.code(node) for node in nodes]
        return f"({f' {sign} '.join(parts)})" if len(parts) > 1 else parts[0]


def printers(signs: Mapping[Op, str], special: Mapping[Op, Printer]) -> Mapping[Op, Printer]:
    """How every operator is written: with a sign between its arguments, in a way of its own, or by its name."""
    named: dict[Op, Printer] = {
        Op.VARIABLE: lambda writer, node: writer.place(node),
        Op.NAMED: lambda writer, node: writer.defined(node),
    }
    return {**named, **{op: _infix(sign) for op, sign in signs.items()}, **special}


def literal(domain: Domain, value: object, truths: tuple[str, str], member: Callable[[str, str], str]) -> str:
    """A constant: one of two words for a truth, `member` of a kind and its value, a number in parentheses below 0."""
    if isinstance(domain, Truth):
        return truths[bool(value)]
    if isinstance(domain, Members):
        return member(domain.kind.__name__, str(getattr(value, "value", value)))
    return str(value) if isinstance(value, int) and value >= 0 else f"({value})"


def choice(form: str) -> Printer:
    """`form` with the condition, the value and the other one in its three places."""
    return lambda writer, node: form.format(*(writer.code(arg) for arg in node.args))


def _infix(sign: str) -> Printer:
    """What is nested with the same `and` or `or` is written side by side."""

    def write(writer: Writer, node: Expr) -> str:
        return writer.joined(sign, flat(node) if node.op in (Op.AND, Op.OR) else node.args)

    return write
