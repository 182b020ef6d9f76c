"""The specifications' pages: a table of all right ones, and for each what it speaks of, does, claims and forbids.

Rule: every line is read off the specification, its modules' docstrings and the manifest of checks; nothing is restated.
"""

import inspect
import re
import sys
from collections.abc import Iterable, Iterator, Mapping

from siteproof.model.book.in_full import in_full
from siteproof.model.book.markdown import NONE, anchor, code, link, listed, page, table
from siteproof.model.book.traceability import by_bug_class, spec_page
from siteproof.model.language import Action, ClaimKind, Property, Spec
from siteproof.model.language.domain import Domain, Members, Range
from siteproof.model.language.promise import Eventually
from siteproof.model.language.text import value_text
from siteproof.model.language.variable import Variable
from siteproof.model.spec.refinement import REFINEMENTS, Refinement
from siteproof.model.spec.registry.designs import bounds_text, broken_by, checks_of, kinds, usual_check, wrong_designs
from siteproof.model.spec.registry.specs import RIGHT
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign

INDEX = re.compile(r"\[\d+\]")


def spec_pages() -> Mapping[str, str]:
    """Every page by its file name."""
    return {"specifications.md": _overview(), **{spec_page(name): _spec(spec) for name, spec in RIGHT.items()}}


def _overview() -> str:
    head = ("name", "what it is about", "default bounds", "states", "transitions", "depth")
    more = ("claims", "lemmas", "promises", "wrong designs")
    return page(
        "Specifications",
        "The model is made of these specifications. Each one is a finite system for given bounds: `siteproof explore "
        "NAME` visits every state of it, `siteproof prove NAME` proves its claims, and `siteproof explain NAME` says "
        "what it is. The counts are those of the default bounds; tests explore them again and compare.",
        table((*head, *more), map(_row, RIGHT.values())),
        "A *claim* holds in every reachable state, or in at least one; a *lemma* serves a proof; a *promise* is what "
        "comes about in the end, if what can go on does go on. A *wrong design* is one action away from the right one, "
        "and is kept because the claim that was made for it has to notice.",
    )


def _row(spec: Spec) -> tuple[str, ...]:
    check = usual_check(spec)
    counts = (check.states, check.transitions, check.depth, *kinds(spec), len(wrong_designs(spec.name)))
    return (link(spec.name, spec_page(spec.name)), spec.doc, bounds_text(spec), *(f"{count:,}" for count in counts))


def _spec(spec: Spec) -> str:
    check = usual_check(spec)
    promises = [each for each in spec.properties if isinstance(each, Eventually)]
    claims = [each for each in spec.properties if each.kind is not ClaimKind.EVENTUALLY]
    return page(
        f"Specification {spec.name}",
        spec.doc,
        *modules_told(spec),
        f"Default bounds: {bounds_text(spec)}. There it has {check.states:,} states and {check.transitions:,} "
        f"transitions, and no state is more than {check.depth} steps away.",
        *_variables(spec),
        *_section("Actions", ("rule", "name in traces", "what happens"), map(_action, spec.actions)),
        *_section("Claims", ("rule", "kind", "name", "what it says", "otherwise"), map(_claim, claims)),
        *_section("Lemmas", ("rule", "name", "what it says", "needed for"), map(_lemma, spec.lemmas)),
        *_section("Promises", _PROMISE, map(_promise, promises)),
        *_section("Wrong designs", _WRONG, map(_wrong, wrong_designs(spec.name))),
        *_section("Refines", _REFINES, map(_refines, (each for each in REFINEMENTS if each.chapter == spec.name))),
        *in_full(spec),
    )


_PROMISE = ("rule", "name", "what it says", "otherwise", "counts on", "counts on again and again", "ends at some time")
_REFINES = ("specification", "compared at", "what is compared", "left out")
_WRONG = ("name", "what is wrong", "breaks", "at", "bug class", "happened in")


def _section(title: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """A heading and its table; nothing where there is no row."""
    found = tuple(rows)
    return (f"## {title}", table(head, found)) if found else ()


def modules_told(spec: Spec) -> Iterator[str]:
    """What the specification's modules, by name where they are several, say of themselves, but for the house rules."""
    claims = (each.build.__module__ for each in spec.properties if each.kind is not ClaimKind.EVENTUALLY)
    actions = (each.build.__module__ for each in spec.actions)
    modules = dict.fromkeys((*(part.kind.__module__ for part in spec.parts), *actions, *claims))
    for module in modules:
        named = f"{code(module.rpartition('.')[2])}: " if len(modules) > 1 else ""
        first, *others = (inspect.getdoc(sys.modules[module]) or NONE).split("\n\n")
        yield f"{named}{first}"
        yield from (paragraph for paragraph in others if not paragraph.startswith("Rule:"))


def _variables(spec: Spec) -> Iterator[str]:
    """One table for each kind of component, under what its class says of itself."""
    owners: dict[type, list[Variable]] = {}
    for variable in spec.system().variables:
        owners.setdefault(type(variable.owner), []).append(variable)
    yield "## Variables"
    for kind, found in owners.items():
        yield f"### {kind.__name__}"
        yield inspect.getdoc(kind) or ""
        yield table(("name", "how many", "range", "starts as"), _variable_rows(found))


def _variable_rows(variables: Iterable[Variable]) -> Iterator[tuple[str, ...]]:
    families: dict[str, list[Variable]] = {}
    for variable in variables:
        families.setdefault(INDEX.sub("[n]", variable.name), []).append(variable)
    for name, found in families.items():
        starts = dict.fromkeys(value_text(each.initial) for each in found)
        told = "; history, which only claims read" if found[0].history else ""
        yield code(name), str(len(found)), f"{_domain(found[0].domain)}{told}", listed(starts)


def _domain(domain: Domain) -> str:
    match domain:
        case Members():
            return ", ".join(value_text(each) for each in domain.kind)
        case Range(limit=limit) if limit:
            return f"{domain} ({limit})"
    return str(domain)


def _action(action: Action) -> tuple[str, ...]:
    return _rule(action.rule), code(action.name), _first(action.doc)


def _claim(claim: Property) -> tuple[str, ...]:
    needs = ", ".join(f"{name} >= {least}" for name, least in claim.needs.items())
    said = _first(claim.doc) + (f" (asked from {needs} on)" if needs else "")
    return _rule(claim.rule), claim.kind.value, _words(claim.name), said, claim.why


def _lemma(lemma: Property) -> tuple[str, ...]:
    return _rule(lemma.rule), _words(lemma.name), _first(lemma.doc), lemma.why


def _promise(promise: Eventually) -> tuple[str, ...]:
    counted = promise.fairness
    sets = (listed(map(_rule, sorted(each, key=_place))) for each in (counted.fair, counted.strong, counted.ceases))
    return (_rule(promise.rule), _words(promise.name), _first(promise.doc), promise.why, *sets)


def _wrong(exhibit: WrongDesign) -> tuple[str, ...]:
    name, bug = exhibit.spec.name, exhibit.bug_class
    breaks = listed(f"{_rule(rule)} ({far})" for rule, far in broken_by(name))
    at = dict.fromkeys(", ".join(f"{key}={value}" for key, value in check.bounds.items()) for check in checks_of(name))
    bug_link = link(bug, "traceability.md", bug) if bug in by_bug_class() else bug
    return f"{anchor(name)}{code(name)}", exhibit.spec.doc, breaks, "; ".join(at), bug_link, exhibit.happened_in


def _refines(each: Refinement) -> tuple[str, ...]:
    at = ", ".join(f"{name}={value}" for name, value in each.bounds.items()) or "the default bounds"
    return link(each.refines, spec_page(each.refines)), at, each.claims, each.leaves_out


def _place(rule: str) -> tuple[str, tuple[int, ...]]:
    family, _, number = rule.rpartition("-")
    return family, tuple(int(part) for part in number.split("."))


def _rule(rule: str) -> str:
    return link(rule, "rules.md", rule)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _first(doc: str) -> str:
    """The first line of a docstring, which is a whole sentence."""
    return doc.splitlines()[0]
