"""What a specification, a wrong design, an action of a trace or a word of the glossary is, as lines of text.

Rule: a name is looked up whatever its case, with spaces or underscores; every thing that bears it is told.
"""

from collections.abc import Iterator

from siteproof.model.book.spec_pages import modules_told
from siteproof.model.book.traceability import Links, spec_page
from siteproof.model.language import Action, Property, Spec
from siteproof.model.spec.registry.designs import (
    bounds_text,
    broken_by,
    checks_of,
    items_of,
    kinds,
    usual_check,
    wrong_designs,
)
from siteproof.model.spec.registry.glossary import glossary
from siteproof.model.spec.registry.specs import PROVIDED, RIGHT, SPECS, WRONG
from siteproof.model.spec.wrong_designs import EXHIBITS, STALLS
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign

LISTS = ("specifications", "specs")
NAME_WIDTH = 28


def listing() -> Iterator[str]:
    """Every right specification and every wrong design, one line each."""
    yield f"{len(RIGHT)} specifications"
    yield from (f"  {name:<{NAME_WIDTH}}{spec.doc}" for name, spec in RIGHT.items())
    yield f"{len(PROVIDED)} lifecycles of other providers, explored and proved like the standard and no part of it"
    yield from (f"  {name:<{NAME_WIDTH}}{spec.doc}" for name, spec in PROVIDED.items())
    yield f"{len(EXHIBITS) + len(STALLS)} wrong designs, each one action away from a right one, with what they break"
    for name in RIGHT:
        for each in wrong_designs(name):
            breaks = ", ".join(rule for rule, _ in broken_by(each.spec.name))
            yield f"  {each.spec.name:<{NAME_WIDTH}}{name}: {each.spec.doc} Breaks {breaks}."


def told(name: str, known: Links) -> Iterator[str]:
    """The lines about everything that is called so; none when nothing is."""
    wanted = _same(name.partition("(")[0])  # a trace prints an action with what it was done to
    if wanted in LISTS:
        yield from listing()
    yield from (line for each in RIGHT.values() if _same(each.name) == wanted for line in _right(each))
    yield from (line for each in PROVIDED.values() if _same(each.name) == wanted for line in _provided(each))
    yield from (line for each in (*EXHIBITS, *STALLS) if _same(each.spec.name) == wanted for line in _wrong(each))
    yield from _rules(wanted, known)
    yield from _words(wanted)


def names() -> Iterator[str]:
    """Every name that is told of here."""
    yield from LISTS[:1]
    yield from SPECS
    yield from (item.name for item, _ in _items())
    yield from (name for term in glossary() for name in (term.name, *(alias.name for alias in term.aliases)))


def _provided(spec: Spec) -> Iterator[str]:
    check = usual_check(spec)
    yield f"{spec.name}  specification: {spec.doc}"
    yield f"  explored  {check.states:,} states, {check.transitions:,} transitions, depth {check.depth}"
    yield "  page      docs/spec/providers.md (siteproof spec build writes it)"
    yield f"  see       siteproof explore {spec.name}, siteproof prove {spec.name}"


def _right(spec: Spec) -> Iterator[str]:
    check, (claims, lemmas, promises) = usual_check(spec), kinds(spec)
    yield f"{spec.name}  specification: {spec.doc}"
    yield from (f"  {line}".rstrip() for paragraph in modules_told(spec) for line in ("", *paragraph.splitlines()))
    yield ""
    yield f"  bounds    {bounds_text(spec)}"
    yield f"  explored  {check.states:,} states, {check.transitions:,} transitions, depth {check.depth}"
    yield f"  claims    {claims}, lemmas {lemmas}, promises {promises}"
    yield f"  wrong     {', '.join(each.spec.name for each in wrong_designs(spec.name)) or 'none'}"
    yield f"  page      docs/spec/{spec_page(spec.name)} (siteproof spec build writes it)"
    yield f"  see       siteproof explore {spec.name}, siteproof prove {spec.name}"


def _wrong(exhibit: WrongDesign) -> Iterator[str]:
    spec = exhibit.spec
    yield f"{spec.name}  wrong design of {exhibit.right}: {spec.doc}"
    own = {id(each) for each in RIGHT[exhibit.right].actions}
    yield from (f"  changes   {each.rule} {each.name}: {_first(each)}" for each in spec.actions if id(each) not in own)
    claims = {each.rule: each for each in reversed(spec.properties)}
    yield from (f"  breaks    {rule} in {far}: {_first(claims[rule])}" for rule, far in broken_by(spec.name))
    yield f"  bug       {exhibit.bug_class or 'no class of its own'}; happened in {exhibit.happened_in}"
    bounds = checks_of(spec.name)[0].bounds
    yield f"  see       siteproof explore {spec.name}{''.join(f' --{key} {value}' for key, value in bounds.items())}"


def _rules(wanted: str, known: Links) -> Iterator[str]:
    found = [(item, spec) for item, spec in _items() if _same(item.name) == wanted]
    for rule in dict.fromkeys(item.rule for item, _ in found):
        yield from dict.fromkeys(_item(item, spec) for item, spec in found if item.rule == rule)
        yield from (f"  keeps     {each.id}  {each.sentence}" for each in known.kept_by(rule))


def _item(item: Action | Property, spec: str) -> str:
    kind = "action" if isinstance(item, Action) else item.kind.value
    where = f"the wrong design {spec}" if spec in WRONG else spec
    return f"{item.rule}  {kind} {item.name} of {where}: {_first(item)}"


def _items() -> Iterator[tuple[Action | Property, str]]:
    """Everything with a name in a specification, once, with the first one that has it."""
    seen: set[int] = set()
    for name, spec in SPECS.items():
        for item in items_of(spec):
            if id(item) not in seen:
                seen.add(id(item))
                yield item, name


def _words(wanted: str) -> Iterator[str]:
    for term in glossary():
        if wanted in {_same(name) for name in (term.name, *(alias.name for alias in term.aliases))}:
            yield f"{term.name}  a word of the glossary: {term.means}"
            yield from (f"  also      {alias.name} ({alias.system})" for alias in term.aliases)


def _first(item: Action | Property) -> str:
    return item.doc.splitlines()[0]


def _same(name: str) -> str:
    return name.strip().casefold().replace("_", " ")
