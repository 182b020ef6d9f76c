"""JSON: a system as plain data, for tools that want to read it without knowing our language.

Rule: the data is complete: whoever reads it can explore the system and needs nothing else; a test does exactly that.
An expression is a literal (true, 3, "committed"), or a list of an operation and its arguments: ["var", name],
["define", label, body], ["not", x], ["and", x, ...], ["or", x, ...], ["equal", x, y], ["less", x, y],
["at_most", x, y], ["add", x, y], ["subtract", x, y], ["choose", condition, value, otherwise].
In a claim of the kind `whenever`, which is about every step that changes something, ["next", x] is what x is after the
step; "of" are the places of the transitions that it is about, where it is not about all of them.
"""

import json
from typing import Any

from siteproof.model.engines.formats.identifiers import Docs, members
from siteproof.model.language.claims import ClaimKind
from siteproof.model.language.domain import Domain, Members, Range, Value
from siteproof.model.language.expression import Expr, Op
from siteproof.model.language.spec import Claim, Promise, System, Transition

FORMAT = "siteproof-system-1"


def to_json(system: System, docs: Docs | None = None) -> str:
    """The system as JSON text."""
    return json.dumps(data_of(system, docs), indent=1, ensure_ascii=False) + "\n"


def data_of(system: System, docs: Docs | None = None) -> dict[str, Any]:
    """The system as lists, dictionaries and literals."""
    return {
        "format": FORMAT,
        "name": system.name,
        "bounds": dict(system.bounds),
        "variables": [
            {"name": v.name, "domain": _domain(v.domain), "initial": _literal(v.initial)} for v in system.variables
        ],
        "transitions": [_transition(step, docs or {}) for step in system.transitions],
        "claims": [_claim(claim) for claim in system.claims],
        "promises": [_promise(promise) for promise in system.promises],
    }


def _transition(step: Transition, docs: Docs) -> dict[str, Any]:
    return {
        "rule": step.rule,
        "name": step.name,
        "doc": docs.get(step.name.split("(")[0], ""),
        "guard": _expression(step.guard),
        "effects": [[effect.target.name, _expression(effect.value)] for effect in step.effects],
    }


def _claim(claim: Claim) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "rule": claim.rule,
        "kind": claim.kind.value,
        "name": claim.name,
        "doc": claim.doc,
        "why": claim.why,
    }
    said = claim.said if claim.kind is ClaimKind.WHENEVER else claim.instances
    if claim.of:
        facts["of"] = list(claim.of)
    return {**facts, "instances": [[label, _expression(guard)] for label, guard in said]}


def _promise(promise: Promise) -> dict[str, Any]:
    """`fair`, `strong` and `ceases` are places in the list of transitions."""
    facts = {"rule": promise.rule, "kind": "eventually", "name": promise.name, "doc": promise.doc, "why": promise.why}
    counted = {"fair": promise.fair, "strong": promise.strong, "ceases": promise.ceases}
    leads = [[label, _expression(each.begins), _expression(each.ends)] for label, each in promise.instances]
    return {**facts, **{name: sorted(numbers) for name, numbers in counted.items()}, "instances": leads}


def _expression(node: Expr) -> Any:
    match node.op:
        case Op.CONSTANT:
            return _literal(node.constant)
        case Op.VARIABLE:
            return ["var", str(node.variable)]
        case Op.NAMED:
            return ["define", node.label, _expression(node.args[0])]
    return [node.op.value, *(_expression(arg) for arg in node.args)]


def _literal(value: Value | None) -> bool | int | str:
    return value if isinstance(value, bool | int) else str(getattr(value, "value", value))


def _domain(domain: Domain) -> dict[str, Any]:
    if isinstance(domain, Range):
        return {"kind": "range", "low": domain.low, "high": domain.high}
    if isinstance(domain, Members):
        return {"kind": "enum", "name": domain.kind.__name__, "values": members(domain)}
    return {"kind": "truth"}
