"""Everything in the model that has an id, as plain data: the catalogue's rules and the policy's theorems.

Rule: this module asks the model; a rule that the model does not list does not exist for the book.
"""

import functools

from siteproof.model.book.traceability import RuleLink
from siteproof.model.spec.registry import catalogue
from siteproof.model.spec.registry.designs import items_of
from siteproof.model.spec.registry.specs import RIGHT
from siteproof.model.theorems import theorems
from siteproof.model.theorems.theorem import Theorem


@functools.cache
def rule_links() -> tuple[RuleLink, ...]:
    """Every rule, property and theorem; an id may stand on an action and on its rows, or on a property and its twin."""
    return tuple(sorted((*map(_rule, catalogue.rules()), *map(_theorem, theorems())), key=_place))


def _rule(rule: catalogue.Rule) -> RuleLink:
    why = f" {'Needed for' if rule.kind == 'lemma' else 'Otherwise'}: {rule.why}." if rule.why else ""
    where = rule.source.removeprefix("model/spec/").partition(".")[0]  # without the line, which moves with every edit
    return RuleLink(rule.id, rule.kind, f"{_named(rule)}{why}", where, rule.evidence, spec=_specs().get(rule.id, ""))


def _named(rule: catalogue.Rule) -> str:
    """What it says with its name before it: an action's as traces print it, a happening's; a command's stands in it."""
    said = rule.doc.splitlines()[0]
    if rule.kind == "action":
        return f"`{rule.title.replace(' ', '_')}`: {said}"
    nameless = rule.kind == "transition" and not said.startswith(f"{rule.title} ")
    return f"{rule.title}: {said[0].lower()}{said[1:]}" if nameless else said


@functools.cache
def _specs() -> dict[str, str]:
    """The specification of each rule id; the first one where an id stands in several."""
    found: dict[str, str] = {}
    for name, spec in RIGHT.items():
        for each in items_of(spec):
            found.setdefault(each.rule, name)
    return found


def _theorem(each: Theorem) -> RuleLink:
    kind = "theorem" if each.holds else "refuted design"
    return RuleLink(each.id, kind, each.sentence, "theorems", requires=each.requirements)


def _place(rule: RuleLink) -> tuple[str, tuple[int, ...], bool, str]:
    """By id; what is only possible comes after what has to hold."""
    family, _, number = rule.id.rpartition("-")
    parts = tuple(int(part) for part in number.lstrip("T").split("."))
    return family, parts, rule.kind == "sometimes", rule.kind
