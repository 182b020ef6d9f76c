"""`siteproof explain`: what a requirement, a rule, a case or an error says, and what it is linked to.

Rule: an id is looked up whatever its case; an unknown one is answered with the nearest known ones.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from siteproof import __version__

if TYPE_CHECKING:
    from siteproof.model.book.traceability import CaseLink, Links, RuleLink
    from siteproof.model.nouns.errors import ErrorCode
    from siteproof.model.spec.registry.requirements import Requirement


@click.command()
@click.argument("name", metavar="ID")
def explain(name: str) -> None:
    """What ID says and where it comes from.

    ID is a requirement (SP-RES-4), a rule (LC-5.1), a theorem (POL-T1), a bug class (B2), a case, an error, a
    specification or a wrong design (unfenced), an action as traces print it (accept_frame), or a word of the glossary;
    `specifications` lists the specifications and the wrong designs.
    """
    lines = list(explained(name))
    click.echo(f"siteproof {__version__} · explain {name}")
    click.echo("\n".join(lines))


def explained(name: str) -> Iterator[str]:
    """The lines to print; Problem when nothing has that id."""
    from siteproof.cli.links import links  # noqa: PLC0415  (the model and the cases load only when asked)
    from siteproof.model.nouns.errors import ErrorCode  # noqa: PLC0415  (the same)
    from siteproof.model.spec.registry.requirements import requirements  # noqa: PLC0415  (the same)

    known, wanted = links(), name.casefold()
    for each in requirements():
        if each.id.casefold() == wanted:
            return _requirement(each, known)
    for code in ErrorCode:
        if code.casefold() == wanted:
            return _error(code)
    return _rule_or_case(name, known)


def _rule_or_case(name: str, known: "Links") -> Iterator[str]:
    from siteproof.cli.explain_specs import told  # noqa: PLC0415  (loads the specifications)
    from siteproof.model.book.traceability import by_bug_class, covers  # noqa: PLC0415  (loads the catalogue)

    wanted = name.upper()
    if wanted in by_bug_class():
        return _bug(wanted, by_bug_class()[wanted], known)
    rules = [rule for rule in known.rules if covers([wanted], rule.id.upper())]
    cases = [case for case in known.cases if case.id.upper() == wanted]
    if rules or cases:
        return _found(rules, cases, known)
    named = list(told(name, known))
    if not named:
        raise _unknown(name, known)
    return iter(named)


def _bug(name: str, found: "Iterable[Requirement]", known: "Links") -> Iterator[str]:
    yield f"{name}  a bug class (DOMAIN.md §7)"
    for each in found:
        yield f"  forbidden by {each.id}  {each.sentence}"
        yield from _listed("cases", [f"{case.id}  {case.sentence}" for case in known.cases_of(each.id)])


def _unknown(name: str, known: "Links") -> Exception:
    from siteproof.cli.explain_specs import names  # noqa: PLC0415  (loads the specifications)
    from siteproof.model.nouns.errors import ErrorCode  # noqa: PLC0415  (loads the vocabulary)
    from siteproof.model.nouns.problem import Problem  # noqa: PLC0415  (the same)
    from siteproof.model.spec.registry.requirements import near, requirements  # noqa: PLC0415  (loads the catalogue)

    ids = [*(each.id for each in requirements()), *(each.id for each in known.rules), *ErrorCode, *names()]
    return Problem(f"nothing is called {name!r}", "no such id", near(name, [*ids, *(each.id for each in known.cases)]))


def _requirement(each: "Requirement", known: "Links") -> Iterator[str]:
    from siteproof.model.spec.registry.requirements import EVIDENCE_MEANS  # noqa: PLC0415  (loads the catalogue)

    yield f"{each.id}  {each.sentence}"
    yield f"  level     {each.level.value}"
    yield f"  evidence  {each.evidence.value}: {EVIDENCE_MEANS[each.evidence]}"
    yield f"  source    {each.source}"
    yield from _listed("rules", [f"{rule.id}  {rule.kind}: {rule.sentence}" for rule in known.rules_of(each)])
    yield from _listed("cases", [f"{case.id}  {case.sentence}" for case in known.cases_of(each.id)])
    if each.informative:
        yield f"  not judged now: {each.informative}"


def _found(rules: "list[RuleLink]", cases: "Iterable[CaseLink]", known: "Links") -> Iterator[str]:
    from siteproof.model.spec.registry.requirements import requirement  # noqa: PLC0415  (loads the catalogue)

    for rule in rules:
        yield f"{rule.id}  {rule.kind}: {rule.sentence} ({rule.where})"
    if rules:  # the first one is the one asked for; rows of its family follow
        yield from _listed("keeps", [f"{each.id}  {each.sentence}" for each in known.kept_by(rules[0].id)])
    for case in cases:
        yield f"{case.id}  case, {case.level}: {case.sentence}"
        yield from _listed("witnesses", [f"{name}  {requirement(name).sentence}" for name in case.requires])


def _listed(title: str, lines: list[str]) -> Iterator[str]:
    for number, line in enumerate(lines or ["none"]):
        yield f"  {title if number == 0 else '':<9} {line}"


def _error(code: "ErrorCode") -> Iterator[str]:
    from siteproof.model.nouns.errors import CATALOGUE  # noqa: PLC0415  (loads the vocabulary)
    from siteproof.model.spec.registry.requirements import requirements  # noqa: PLC0415  (the same)

    entry = CATALOGUE[code]
    yield f"{code.value}  {entry.message}"
    yield f"  causes    {entry.causes}"
    yield f"  action    {entry.action}"
    yield f"  level     {entry.level.value}, the user can{'' if entry.user_resolvable else 'not'} resolve it"
    named = [f"{each.id}  {each.sentence}" for each in requirements() if code.value in each.sentence]
    yield from _listed("named by", named)
