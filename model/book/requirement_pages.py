"""The chapters of the book and its first page: every requirement with its level, evidence, source and links.

Rule: a chapter says nothing that does not stand in requirements.toml, in the model, or in what is linked to it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from siteproof.model.book.backing import noticed_text, predicates, proof_text, witness_text
from siteproof.model.book.markdown import NONE, code, link, listed, page, table
from siteproof.model.book.noticing import kill_text
from siteproof.model.book.traceability import Links, case_link, chapter_page, member_link, rule_link
from siteproof.model.nouns.evidence import Evidence
from siteproof.model.spec.registry.requirements import (
    EVIDENCE_MEANS,
    Chapter,
    Level,
    Requirement,
    chapters,
    requirements,
)

LEVEL_MEANS = {
    Level.MUST: "a subject that does otherwise is not conformant",
    Level.SHOULD: "there may be a reason to do otherwise; it is reported",
    Level.MAY: "a subject may do so; nothing is reported when it does not",
}

_PAGE_OF = {"seed": "../sources.md", "domain": "../domain.md", "decision": "open.md"}
"""Where each kind of source is told of."""

PAGES = (
    ("lifecycle.md", "the lifecycle: states, allowed operations, transitions, picture"),
    ("administration.md", "administration: commands beside the lifecycle, with their own table and guards"),
    ("specifications.md", "the specifications that the model is made of: counts, actions, claims, wrong designs"),
    ("rules.md", "rules and properties of the model"),
    ("cases.md", "cases of the judge"),
    ("traceability.md", "from each requirement to rules, properties and cases"),
    ("errors.md", "the error catalogue"),
    ("regions.md", "each region of a machine as a picture of its own"),
    ("data-flow.md", "where data flows, through which ports, and the resynchronisation as a sequence"),
    ("witnesses.md", "for every rule a shortest way on which it is used"),
    ("caught.md", "wrong implementations and wrong designs, and what notices them"),
    ("theorems.md", "timing theorems of policies, with calendars of what is refuted"),
    ("retention.md", "what retention keeps, tier by tier"),
    ("refinements.md", "which specification details which"),
    ("open.md", "what the sources leave open, and what was chosen"),
    ("requirements.json", "every requirement as data, which `siteproof spec diff` compares"),
    ("../disputes.md", "how to dispute a requirement: waiver, erratum, refusal"),
    ("../formats.md", "formats byte by byte: what the reference keeps in a store"),
    ("providers.md", "replication providers: what other tables, policies and plans differ in"),
    ("profile.md", "profile parameters: every choice that the sources leave open"),
    ("connectivity.md", "ports and outbound addresses of the seed"),
    ("contract.md", "the Subject contract: calls, commands, capabilities, faults"),
    ("glossary.md", "the words, and the other names of the same things"),
)


def index_page(links: Links) -> str:
    """The first page: what the book is, its chapters with counts, its other pages."""
    return page(
        "The specification",
        "This book is generated from the model by `siteproof spec build`; `siteproof spec build --check` fails when it "
        "is stale. Do not edit it: edit `model/spec/registry/requirements.toml`, the model or the vocabulary.",
        "## Chapters",
        _chapter_table(links),
        "## Other pages",
        table(("page", "what it holds"), [(link(name.removeprefix("../"), name), about) for name, about in PAGES]),
        "![Lifecycle of a protected machine](lifecycle.svg)",
        "## How to read a requirement",
        table(("level", "meaning"), [(level.value, LEVEL_MEANS[level]) for level in Level]),
        table(("evidence", "where it comes from"), [(tag.value, EVIDENCE_MEANS[tag]) for tag in Evidence]),
        "The seed is always the verdict of conformance. What is tagged P is a choice of this project: where systems "
        "legitimately differ it is a parameter of the profile. `seed:` names a section and step of the seed document, "
        "`domain §` a section and rule of the domain page, `decision:` a choice made while writing the model.",
    )


def _chapter_table(links: Links) -> str:
    rows = [_chapter_row(links, chapter, of(chapter)) for chapter in chapters()]
    total = _counts(links, requirements())
    head = ("chapter", "title", "about", "requirements", "MUST", "SHOULD", "MAY", "linked", "with a case")
    return table(head, [*rows, ("", "**all**", "", *total)])


def _chapter_row(links: Links, chapter: Chapter, found: tuple[Requirement, ...]) -> tuple[str, ...]:
    name = link(chapter.id, chapter_page(chapter.id))
    return (name, chapter.title, chapter.about, *_counts(links, found))


def _counts(links: Links, found: Iterable[Requirement]) -> tuple[str, ...]:
    mine = tuple(found)
    levels = Counter(each.level for each in mine)
    linked = sum(bool(links.rules_of(each) or links.cases_of(each.id)) for each in mine)
    with_case = sum(bool(links.cases_of(each.id)) for each in mine)
    return tuple(str(number) for number in (len(mine), *(levels[level] for level in Level), linked, with_case))


def of(chapter: Chapter) -> tuple[Requirement, ...]:
    """The requirements of a chapter."""
    return tuple(each for each in requirements() if each.chapter == chapter.id)


def chapter_text(chapter: Chapter, links: Links) -> str:
    """A chapter's page."""
    needs = f"Most of it needs: {listed(code(each.value) for each in chapter.needs)}." if chapter.needs else ""
    found = of(chapter)
    return page(f"{chapter.id} {chapter.title}", chapter.about, needs, *(_requirement(each, links) for each in found))


def _requirement(requirement: Requirement, links: Links) -> str:
    lines = "\n".join(f"- {fact}" for fact in _facts(requirement, links) if fact)
    said = "\n\n".join(predicates(links.rules_of(requirement)))
    return "\n\n".join(filter(None, (f"## {requirement.id}", requirement.sentence, lines, said)))


def _facts(requirement: Requirement, links: Links) -> Iterator[str]:
    rules, cases = links.rules_of(requirement), links.cases_of(requirement.id)
    yield f"**{requirement.level.value}** · evidence {requirement.evidence.value} · {_source(requirement)}"
    yield f"rules: {_or_none(rule_link(rule) for rule in rules)}"
    yield f"witnessed: {witness_text(rules) or ('by its cases' if cases else NONE)}"
    yield f"cases: {_or_none(case_link(case) for case in cases)}"
    caught = (f"{member_link(each)} {each.sentence}" for each in links.broken_by(requirement.id))
    more = {"proved": proof_text(rules), "noticed in the model": noticed_text(rules), "to be caught": _or_none(caught)}
    more["noticed"] = kill_text(requirement)
    yield from (f"{name}: {told}" for name, told in more.items() if told != NONE)
    if requirement.informative:
        yield f"not judged now: {requirement.informative}"
    elif not cases and requirement.id in links.waits:
        yield f"waits for a case: {links.waits[requirement.id]}"


def _source(requirement: Requirement) -> str:
    return "; ".join(link(each, _PAGE_OF[each.partition(":")[0].partition(" ")[0]]) for each in requirement.sources)


def _or_none(names: Iterable[str]) -> str:
    return listed(dict.fromkeys(names)) or NONE
