"""Everything in the model that has an id, as plain data: rows of the lifecycle, actions, properties, theorems.

Rule: this module asks the model; a rule that it does not list does not exist for the book.
"""

import functools

from siteproof.model.export.trace import RuleLink
from siteproof.model.language.action import Action
from siteproof.model.language.claims import Property
from siteproof.model.language.table import Happening, Row
from siteproof.model.lifecycle import HAPPENINGS, LIFECYCLE
from siteproof.model.policy.theorem import Theorem
from siteproof.model.policy.theorems import theorems
from siteproof.model.specs import RIGHT


@functools.cache
def rule_links() -> tuple[RuleLink, ...]:
    """Every rule, property and theorem; an id may stand on an action and on its rows, or on a property and its twin."""
    rows = [*(_row(row) for row in LIFECYCLE), *(_happening(event) for event in HAPPENINGS)]
    listed = {rule.id for rule in rows}  # the table's own words are better than those of the actions made from it
    actions = [_action(each) for spec in RIGHT.values() for each in spec.actions if each.rule not in listed]
    claims = [_property(each) for spec in RIGHT.values() for each in spec.properties]
    found = dict.fromkeys([*rows, *actions, *claims, *(_theorem(each) for each in theorems())])
    return tuple(sorted(found, key=_place))


def _row(row: Row) -> RuleLink:
    name = row.verb.value.replace("_", " ")
    states = " or ".join(sorted(value.value.replace("_", " ") for value in row.where.fits["protection"]))
    return RuleLink(row.rule, "transition", f"{name}, allowed when {states}", "lifecycle", row.evidence.value)


def _happening(event: Happening) -> RuleLink:
    return RuleLink(event.rule, "happening", event.name.replace("_", " "), "lifecycle", event.evidence.value)


def _action(each: Action) -> RuleLink:
    return RuleLink(each.rule, "action", each.doc.splitlines()[0], _module(each.build.__module__))


def _property(each: Property) -> RuleLink:
    why = f" Otherwise: {each.why}." if each.why else ""
    return RuleLink(each.rule, each.kind.value, f"{each.doc.splitlines()[0]}{why}", _module(each.build.__module__))


def _theorem(each: Theorem) -> RuleLink:
    kind = "theorem" if each.holds else "refuted design"
    return RuleLink(each.id, kind, each.sentence, "policy", requires=each.requirements)


def _module(name: str) -> str:
    return name.rpartition(".")[2]


def _place(rule: RuleLink) -> tuple[str, tuple[int, ...], str]:
    family, _, number = rule.id.partition("-")
    parts = tuple(int(part) for part in number.lstrip("T").split("."))
    return family, parts, rule.kind
