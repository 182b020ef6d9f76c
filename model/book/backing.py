"""What stands behind a requirement in the model: predicates, ways on which its rules are used, proofs, wrong designs.

Rule: a way is searched anew by every build, a predicate is the text of the claim itself; nothing is restated.
"""

import functools
from collections.abc import Iterable, Iterator, Mapping

from attrs import evolve, frozen

from siteproof.model.book.in_full import body
from siteproof.model.book.markdown import code, link, listed
from siteproof.model.book.traceability import RuleLink, rule_link, spec_page
from siteproof.model.engines.crosscheck.mutants import mutant
from siteproof.model.engines.explore.search import Search
from siteproof.model.engines.explore.witness import Way, ways
from siteproof.model.language import ClaimKind, Property
from siteproof.model.spec.registry.designs import broken_by
from siteproof.model.spec.registry.edits import KeptEdit, kept_edits
from siteproof.model.spec.registry.specs import RIGHT
from siteproof.model.spec.wrong_designs import EXHIBITS, STALLS

PREDICATES = (ClaimKind.ALWAYS, ClaimKind.WHENEVER)
SHOWN_MAX = 3
"""So many witnesses of one requirement are told on its page; all of them stand on the page of witnesses."""


@frozen
class RuleWitness:
    """A rule of a specification and a shortest way on which it is used."""

    rule: str
    spec: str
    way: Way


@functools.cache
def witnesses() -> Mapping[str, RuleWitness]:
    """Every rule that a search of its specification meets; the first specification where several have it."""
    found: dict[str, RuleWitness] = {}
    for name, spec in RIGHT.items():
        for rule, way in ways(spec).items():
            found.setdefault(rule, RuleWitness(rule, name, way))
    return found


@functools.cache
def claims() -> Mapping[str, tuple[tuple[str, Property], ...]]:
    """Every claim about all states or steps by its rule: specification and claim."""
    found: dict[str, tuple[tuple[str, Property], ...]] = {}
    for name, spec in RIGHT.items():
        for each in spec.properties:
            if each.kind in PREDICATES:
                found[each.rule] = (*found.get(each.rule, ()), (name, each))
    return found


@functools.cache
def breakers() -> Mapping[str, tuple[tuple[str, str, str], ...]]:
    """The wrong designs that break each rule: name, the right one's name, how far away."""
    found: dict[str, tuple[tuple[str, str, str], ...]] = {}
    for exhibit in (*EXHIBITS, *STALLS):
        for rule, far in broken_by(exhibit.spec.name):
            found[rule] = (*found.get(rule, ()), (exhibit.spec.name, exhibit.right, far))
    return found


@functools.cache
def noticed_edits() -> Mapping[str, tuple[KeptEdit, int | None]]:
    """By rule: the edit that is kept for it, and in how many steps it breaks the claim; None when it does not."""
    return {each.breaks: (each, _steps_to_break(each)) for each in kept_edits()}


def _steps_to_break(kept: KeptEdit) -> int | None:
    edited = mutant(RIGHT[kept.spec], kept.rule, kept.action, kept.edit).spec
    search = Search(evolve(edited, lemmas=()).system())
    number = next(
        number
        for number, claim in enumerate(search.program.system.claims)
        if claim.rule == kept.breaks and claim.kind in PREDICATES
    )
    for _ in search:
        if number in search.first:
            return len(search.path(search.first[number])) - 1
    return None


def seen(rules: Iterable[RuleLink]) -> tuple[RuleWitness, ...]:
    """The witnesses of these rules, the nearest first."""
    known = witnesses()
    return tuple(
        sorted(
            {rule.id: known[rule.id] for rule in rules if rule.id in known}.values(),
            key=lambda each: (len(each.way), each.spec, each.rule),
        )
    )


def witness_text(rules: Iterable[RuleLink]) -> str:
    """The nearest witnesses with their ways in full, and how many more there are."""
    found = seen(rules)
    told = [f"{link(each.rule, 'witnesses.md', each.rule)} by {way_text(each.way)}" for each in found[:SHOWN_MAX]]
    more = [f"{len(found) - SHOWN_MAX} more"] if len(found) > SHOWN_MAX else []
    return "; ".join([*told, *more])


def way_text(way: Way) -> str:
    """A way as text; nothing has to happen for what is there at first."""
    return " → ".join(map(code, way)) or "the initial state"


def proof_text(rules: Iterable[RuleLink]) -> str:
    """What is proved of these rules and how: by induction in a specification, for all values, or under fairness."""
    return listed(dict.fromkeys(each for rule in rules for each in _proofs(rule)))


def _proofs(rule: RuleLink) -> Iterator[str]:
    if rule.kind in PREDICATES:
        yield f"{rule_link(rule)} by induction ({code(f'siteproof prove {rule.spec}')})"
    elif rule.kind == "theorem":
        yield f"{link(rule.id, 'theorems.md', rule.id)} for all values ({code(f'siteproof policy theorems {rule.id}')})"
    elif rule.kind == ClaimKind.EVENTUALLY:
        yield f"{rule_link(rule)} under fairness ({code(f'siteproof explore {rule.spec}')})"


def noticed_text(rules: Iterable[RuleLink]) -> str:
    """The wrong designs that these rules notice."""
    return listed(dict.fromkeys(each for rule in rules for each in noticed_by(rule.id)))


def noticed_by(rule: str) -> Iterator[str]:
    """Each wrong design, or the kept edit, that breaks the rule, and how far away."""
    for name, right, far in breakers().get(rule, ()):
        yield f"{link(name, spec_page(right), name)} breaks {rule} ({far})"
    kept, steps = noticed_edits().get(rule, (None, None))
    if kept is not None and steps is not None:
        yield f"an edit of {link(kept.rule, 'rules.md', kept.rule)} breaks {rule} ({steps} steps)"


def predicates(rules: Iterable[RuleLink]) -> Iterator[str]:
    """Each claim about all states or steps, its sentence and its text."""
    for rule in dict.fromkeys(each.id for each in rules):
        for spec, claim in claims().get(rule, ()):
            said = claim.doc.splitlines()[0]
            head = f"**{rule}** {claim.kind.value}, in {link(spec, spec_page(spec))}: {said}"
            yield f"{head}\n\n```python\n{body(claim.build)}\n```"
