"""A system as numbered tables, for a page that walks it by itself: what each action asks for and does, what is claimed.

Rule: a number stands for the same thing as in the plain search (a value's code, a transition's place), so a way is a
list of numbers wherever it was found. An expression is a place in `nodes`: [operation, places of its arguments], with
["constant", code] and ["variable", place]; equal expressions are one node. A test has the page's interpreter and the
plain search agree on every reachable state.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from attrs import field, frozen

from siteproof.model.engines.formats.identifiers import Docs
from siteproof.model.language.claims import ClaimKind
from siteproof.model.language.domain import Range
from siteproof.model.language.expression import Bool, Expr, Op
from siteproof.model.language.spec import Claim, System, Transition
from siteproof.model.language.text import value_text
from siteproof.model.language.variable import Variable

FORMAT = "siteproof-walk-1"
DIGEST_BYTES = 4


def walk_tables(system: System, docs: Docs | None = None, about: str = "") -> dict[str, Any]:
    """The tables; `docs` say what an action does, `about` what the system is. `digest` changes when a number does."""
    nodes = _Nodes({variable: place for place, variable in enumerate(system.variables)})
    tables = {
        "variables": [_variable(variable) for variable in system.variables],
        "transitions": [_transition(step, nodes, docs or {}) for step in system.transitions],
        "claims": [_claim(claim, nodes) for claim in system.claims],
        "promises": [{"rule": each.rule, "name": _spoken(each.name), "doc": each.doc} for each in system.promises],
        "nodes": nodes.listed,
    }
    digest = hashlib.blake2b(json.dumps(tables, sort_keys=True).encode(), digest_size=DIGEST_BYTES).hexdigest()
    head = {"format": FORMAT, "name": system.name, "about": about, "bounds": dict(system.bounds)}
    return {**head, "digest": digest, **tables}


@frozen(eq=False)
class _Nodes:
    """Expressions by number, each written down once."""

    places: dict[Variable, int]
    listed: list[list[Any]] = field(factory=list)
    _known: dict[tuple[Any, ...], int] = field(factory=dict)
    _met: dict[int, tuple[Expr, int]] = field(factory=dict)  # the node is kept, or its id could come again

    def of(self, node: Expr) -> int:
        """The place of an expression."""
        if id(node) not in self._met:
            self._met[id(node)] = node, self._new(node)
        return self._met[id(node)][1]

    def _new(self, node: Expr) -> int:
        if node.op is Op.NAMED:
            return self.of(node.args[0])
        row = self._row(node)
        if row not in self._known:
            self._known[row] = len(self.listed)
            self.listed.append(list(row))
        return self._known[row]

    def _row(self, node: Expr) -> tuple[Any, ...]:
        if node.op is Op.CONSTANT:
            assert node.constant is not None
            return node.op.value, int(node.domain.encode(node.constant))
        if node.op is Op.VARIABLE:
            assert node.variable is not None
            return node.op.value, self.places[node.variable]
        return node.op.value, *map(self.of, node.args)


def _variable(variable: Variable) -> dict[str, Any]:
    domain = variable.domain
    low = domain.low if isinstance(domain, Range) else 0
    return {
        "name": variable.name,
        "part": variable.owner.path if variable.owner is not None else "",
        "low": low,
        "values": [value_text(domain.decode(code)) for code in range(low, low + domain.size)],
        "number": isinstance(domain, Range),
        "initial": int(domain.encode(variable.initial)),
        "history": variable.history,
    }


def _transition(step: Transition, nodes: _Nodes, docs: Docs) -> dict[str, Any]:
    guards = list(_conjuncts(step.guard))
    return {
        "rule": step.rule,
        "name": step.name,
        "doc": docs.get(step.name.partition("(")[0], ""),
        "source": str(step.source),
        "guards": [[nodes.of(guard), str(guard)] for guard in guards],
        "effects": [[nodes.places[effect.target], nodes.of(effect.value)] for effect in step.effects],
    }


def _conjuncts(guard: Expr) -> Iterable[Expr]:
    """What has to hold at once; a page says which of them does not."""
    if guard.op is not Op.AND:
        return (guard,)
    return (part for arg in guard.args for part in _conjuncts(arg))


def _claim(claim: Claim, nodes: _Nodes) -> dict[str, Any]:
    """`says` is each instance in words; a `whenever` speaks of the steps `by`, place by place with its instances."""
    said: tuple[tuple[str, Bool], ...] = claim.said if claim.kind is ClaimKind.WHENEVER else claim.instances
    return {
        "rule": claim.rule,
        "kind": claim.kind.value,
        "name": _spoken(claim.name),
        "doc": claim.doc,
        "why": claim.why,
        "instances": [[label, nodes.of(guard)] for label, guard in claim.instances],
        "by": list(claim.by),
        "says": [[label, str(guard)] for label, guard in said],
    }


def _spoken(name: str) -> str:
    return name.replace("_", " ")
