"""Pages that look at the whole model: witnesses of its rules, what is wrong and noticed, refinements, open questions.

Rule: every line is computed from the model or read from the catalogue; nothing is restated.
"""

from collections.abc import Iterator

from siteproof.model.book.backing import claims, noticed_by, way_text, witnesses
from siteproof.model.book.markdown import anchor, code, link, listed, page, table
from siteproof.model.book.noticing import noticing_line, noticing_table
from siteproof.model.book.nouns_pages import remarks
from siteproof.model.book.traceability import Links, requirement_link, spec_page
from siteproof.model.nouns.evidence import Evidence
from siteproof.model.nouns.profile import CORE, Profile
from siteproof.model.spec.providers.catalogue import PROVIDERS
from siteproof.model.spec.refinement import REFINEMENTS
from siteproof.model.spec.registry.requirements import requirements
from siteproof.model.spec.registry.specs import RIGHT


def witnesses_page() -> str:
    """For every rule that can be used, and everything that has to be possible, a shortest way there."""
    rows = [
        (
            f"{anchor(each.rule)}{each.rule}",
            link(each.spec, spec_page(each.spec)),
            str(len(each.way)),
            way_text(each.way),
        )
        for each in witnesses().values()
    ]
    about = (
        "A rule that is never used says nothing, and a claim that nothing could break is no claim. For each rule of "
        "the model, and for what has to be possible, here is a shortest way from the initial state to where it is used "
        "or seen. Each build searches them anew at the default bounds; a rule without a way stops the build. "
        "`siteproof explore SPEC --trace-to CONDITION` finds the way to any other state."
    )
    return page("Witnesses", about, table(("rule", "specification", "steps", "way"), rows))


def caught_page(links: Links) -> str:
    """What is kept because it is wrong: implementations that the suite has to catch, and what breaks each claim."""
    known = {each.id: each for each in requirements()}
    members = [
        (f"{anchor(each.id)}{each.id}", each.sentence, listed(requirement_link(known[name]) for name in each.requires))
        for each in links.members
    ]
    noticed = [
        (f"{anchor(rule)}{rule}", link(found[0][0], spec_page(found[0][0])), "; ".join(noticed_by(rule)))
        for rule, found in claims().items()
    ]
    return page(
        "What is wrong, and noticed",
        "A suite is worth what it catches. These implementations are wrong on purpose (B) or lie (L); `siteproof zoo` "
        "judges each of them and ends with an error when one is not caught.",
        table(("member", "what is wrong", "breaks"), members),
        "## Claims of the model",
        "Every claim about all states or all steps is broken by something that is kept for it: a wrong design, or one "
        "edit of one action. Each build looks again.",
        table(("claim", "specification", "noticed by"), noticed),
        "## Each MUST",
        "How it is known that breaking a requirement is noticed, the strongest way first: a wrong appliance that is "
        "kept and caught; a wrong design or edit that breaks a claim of the model; a kept kill, which is an honest "
        "subject made wrong in one place and failed by a case that names the requirement. "
        f"{noticing_line(links)}.",
        noticing_table(links),
    )


def refinements_page() -> str:
    """Which specification details which, and what is left out of the comparison."""
    rows = [
        (
            link(each.chapter, spec_page(each.chapter)),
            link(each.refines, spec_page(each.refines)),
            ", ".join(f"{name}={value}" for name, value in each.bounds.items()) or "the default bounds",
            each.claims,
            each.leaves_out,
        )
        for each in REFINEMENTS
    ]
    alone = listed(link(name, spec_page(name)) for name in RIGHT if name not in {each.chapter for each in REFINEMENTS})
    return page(
        "Refinements",
        "A specification that details another one shows nothing that the other one does not allow: every trace of it, "
        "seen through what both speak of, is a trace of the other one. A test follows each of them.",
        table(("specification", "details", "compared at", "what is compared", "left out"), rows),
        f"Compared with no other one: {alone}.",
    )


def open_page() -> str:
    """What the sources leave open, and what was chosen instead."""
    rows = [
        (requirement_link(each), each.sentence, listed(part for part in each.sources if part.startswith("decision")))
        for each in requirements()
        if each.evidence is Evidence.PROJECT
    ]
    conflicts = [
        (requirement_link(each), each.sentence, each.informative)
        for each in requirements()
        if _at_odds(each.informative)
    ]
    return page(
        "What the sources leave open",
        "Where the sources are silent a choice was made, tagged P. A subject that chose otherwise for a reason says "
        "so: by a parameter of its profile, or by a [dispute](../disputes.md).",
        "## Parameters",
        table(("parameter", "core", "remark"), list(_parameters())),
        "## Requirements that are choices",
        table(("requirement", "what was chosen", "why"), rows),
        "## Where the sources contradict each other",
        table(("requirement", "sentence", "what was done"), conflicts),
        "## Where providers differ",
        table(("provider", "what is different", "source", "evidence"), list(_providers())),
    )


def _at_odds(reason: str) -> bool:
    return "contradicts" in reason


def _parameters() -> Iterator[tuple[str, ...]]:
    told = remarks(Profile)
    for name in told:
        yield code(name), str(getattr(CORE, name)), told[name]


def _providers() -> Iterator[tuple[str, ...]]:
    for each in PROVIDERS.values():
        for line in each.choices:
            yield code(each.name.value), line["what"], line["source"], line["tag"]
