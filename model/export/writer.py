"""What the writers of other languages have in common: names of variables, and predicates that keep their names.

Rule: a definition is written before it is used, once for each body that it has.
"""

from collections.abc import Callable, Iterable, Mapping

from siteproof.model.export.identifiers import Docs, Names
from siteproof.model.export.simplify import simple
from siteproof.model.language.expression import Expr, Op
from siteproof.model.language.spec import System

Code = Callable[[Expr], str]


class Writer:
    """Writes expressions of one system; `printers` say how, `definitions` collects (name, label, body)."""

    printers: Mapping[Op, "Callable[[Writer, Expr], str]"]

    def __init__(self, system: System, docs: Docs | None, reserved: Iterable[str]) -> None:
        """Name every variable; `reserved` are words that no thing may be called."""
        self.system = system
        self.docs = docs or {}
        self.names = Names()
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
