"""`siteproof explain`: what a requirement, a rule, a case, an error or any other name that is printed means.

Rule: a name is looked up whatever its case; what bears exactly that name is told first and in full, what it may also
stand for follows; an unknown one is answered with the nearest known ones.
"""

import re
from collections.abc import Iterable, Iterator

import click

from siteproof import __version__
from siteproof.cli import completing, explain_desk, explain_specs, explain_words
from siteproof.cli.json_and_title import emit, identity
from siteproof.cli.links import links
from siteproof.cli.options import format_option
from siteproof.conformance.case import PREFIX
from siteproof.model.book.traceability import CaseLink, Links, RuleLink, by_bug_class, covers
from siteproof.model.nouns.errors import CATALOGUE, ErrorCode
from siteproof.model.nouns.problem import Problem
from siteproof.model.spec.registry.requirements import (
    EVIDENCE_MEANS,
    Requirement,
    near,
    requirement,
    requirements,
)


@click.command()
@click.argument("name", metavar="NAME", shell_complete=completing.told_names)
@format_option("text", "json")
def explain(name: str, form: str) -> None:
    """What NAME says and where it comes from.

    NAME is a requirement (SP-RES-4), a rule (LC-5.1), a case (C-RES-4), a chapter (RES), a theorem (POL-T1), a bug
    class (B2), an error, a capability (delta), a word of a verdict (dishonest), a specification or a wrong design
    (unfenced), an action as traces print it (accept_frame), a check of the audit (AUD-RPO), a provider
    (a2a), or a word of the glossary; `specifications` lists the
    specifications and the wrong designs.
    """
    lines = list(explained(name))
    if form == "json":
        emit({**identity("explain"), "name": name, "lines": lines})
        return
    click.echo(f"siteproof {__version__} · explain {name}")
    click.echo("\n".join(lines))


def explained(name: str) -> Iterator[str]:
    """The lines to print; Problem when nothing has that name."""
    known, wanted = links(), name.strip().upper()
    exact = list(_exactly(wanted, known))
    short = [f"SP-{wanted}", f"{PREFIX}{wanted}"]  # SP-RES-4 and C-RES-4 are often called res-4
    also = [line for each in short for line in _exactly(each, known)]
    names = [*explain_specs.told(name, known), *explain_words.told(name), *explain_desk.told(name)]
    if not (exact or also or names):
        raise _unknown(name, known)
    yield from exact
    if exact and also:
        yield from (f"also {line}" for line in also if not line.startswith(" "))
    else:
        yield from also
    yield from names


def _exactly(wanted: str, known: Links) -> Iterator[str]:
    """Everything whose id is `wanted`, which is in upper case."""
    for each in requirements():
        if each.id == wanted:
            yield from _requirement(each, known)
    for code in ErrorCode:
        if code.upper() == re.sub("[ _-]", "", wanted):  # TEST_FAILOVER_CLEANUP_PENDING, as others print it
            yield from _error(code)
    if wanted in by_bug_class():
        yield from _bug(wanted, by_bug_class()[wanted], known)
    yield from _rules([rule for rule in known.rules if covers([wanted], rule.id.upper())], known)
    yield from _cases(case for case in known.cases if case.id.upper() == wanted)


def _bug(name: str, found: Iterable[Requirement], known: Links) -> Iterator[str]:
    yield f"{name}  a bug class: a way in which products of this kind have lost or shown wrong data"
    for each in found:
        yield f"  forbidden by {each.id}  {each.sentence}"
        yield from _listed("cases", [f"{case.id}  {case.sentence}" for case in known.cases_of(each.id)])


def _unknown(name: str, known: Links) -> Exception:
    ids = [*(each.id for each in requirements()), *(each.id for each in known.rules), *ErrorCode]
    ids += [*(each.id for each in known.cases), *explain_specs.names(), *explain_words.names(), *explain_desk.names()]
    return Problem(f"nothing is called {name!r}", "no such id or word", near(name, ids))


def _requirement(each: Requirement, known: Links) -> Iterator[str]:
    yield f"{each.id}  {each.sentence}"
    yield f"  level     {each.level.value}"
    yield f"  evidence  {each.evidence.value}: {EVIDENCE_MEANS[each.evidence]}"
    yield f"  source    {each.source}"
    yield from _listed("rules", [f"{rule.id}  {rule.kind}: {rule.sentence}" for rule in known.rules_of(each)])
    yield from _listed("cases", [f"{case.id}  {case.sentence}" for case in known.cases_of(each.id)])
    if each.informative:
        yield f"  not judged now: {each.informative}"


def _rules(rules: list[RuleLink], known: Links) -> Iterator[str]:
    for rule in rules:
        yield f"{rule.id}  {rule.kind}: {rule.sentence} ({rule.where})"
    if rules:  # the first one is the one asked for; rows of its family follow
        yield from _listed("keeps", [f"{each.id}  {each.sentence}" for each in known.kept_by(rules[0].id)])


def _cases(cases: Iterable[CaseLink]) -> Iterator[str]:
    for case in cases:
        yield f"{case.id}  case, {case.level}: {case.sentence}"
        yield from _listed("witnesses", [f"{name}  {requirement(name).sentence}" for name in case.requires])
        yield f"  alone     siteproof conform … --case {case.id}"


def _listed(title: str, lines: list[str]) -> Iterator[str]:
    for number, line in enumerate(lines or ["none"]):
        yield f"  {title if number == 0 else '':<9} {line}"


def _error(code: ErrorCode) -> Iterator[str]:
    entry = CATALOGUE[code]
    yield f"{code.value}  {entry.message}"
    yield f"  causes    {entry.causes}"
    yield f"  action    {entry.action}"
    yield f"  level     {entry.level.value}, the user can{'' if entry.user_resolvable else 'not'} resolve it"
    yield from _listed("named by", [f"{each.id}  {each.sentence}" for each in requirements() if code in each.sentence])
