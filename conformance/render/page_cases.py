"""The cards of cases: what was expected, what was seen, every step, and the line that repeats it.

Rule: a card is complete without a script; the script only lets a reader walk through the steps.
"""

from collections.abc import Iterable

from siteproof.conformance.render.fix_first import WRONG, FailureGroup
from siteproof.conformance.render.markup import Markup, joined, tag
from siteproof.conformance.trace import RecordedStep
from siteproof.conformance.verdict import CaseResult
from siteproof.conformance.words import OF_CASES
from siteproof.model.nouns.subject import Provider

GROUPED_CASES_SHOWN = 40


def wrong(cases: Iterable[CaseResult]) -> tuple[CaseResult, ...]:
    """The cases in which something went wrong."""
    return tuple(each for each in cases if each.verdict in WRONG)


def failures(cases: Iterable[CaseResult]) -> Markup | None:
    """A card for each, the first one open; None when nothing went wrong."""
    shown = wrong(cases)
    return joined(*(card(each, is_open=each is shown[0]) for each in shown)) if shown else None


def others(cases: Iterable[CaseResult]) -> Markup | None:
    """Every other case, by its chapter of the suite."""
    right = [each for each in cases if each.verdict not in WRONG]
    chapters = dict.fromkeys(each.chapter for each in right)
    parts = [[each for each in right if each.chapter == chapter] for chapter in chapters]
    found = (
        tag("details", tag("summary", f"{mine[0].chapter} · {len(mine)} cases"), *(card(each) for each in mine))
        for mine in parts
    )
    return joined(*found) if right else None


def groups(found: tuple[FailureGroup, ...]) -> Markup | None:
    """What to mend first, as an ordered list."""
    return tag("ol", *(_group(each) for each in found), class_="groups") if found else None


def badge(verdict: str) -> Markup:
    """A verdict's word in its colour; its meaning shows under the pointer."""
    known = {word.word: word for word in OF_CASES.values()}
    title = known[verdict].line if verdict in known else None
    return tag("span", verdict.replace("_", " "), class_=f"badge {verdict}", title=title)


def card(found: CaseResult, *, is_open: bool = False) -> Markup:
    """One case."""
    where = (found.level, ", ".join(found.requirement_ids), f"case {found.case_id}", "flaky" if found.flaky else "")
    title = tag("strong", found.sentence)
    head = tag(
        "summary", badge(found.verdict.value), title, tag("span", " · ".join(filter(None, where)), class_="where")
    )
    inside = tag("div", _says(found), trace(found.trace), _replay(found), class_="inside")
    return tag("details", head, inside, class_=f"card {found.verdict.value}", id=found.case_id, open=is_open)


def _says(found: CaseResult) -> Markup:
    by = {Provider.ADAPTER: "a capability that the adapter provides: a pass of it is not counted for the product"}
    rows = (
        ("Requirement", f"{found.violated} {found.requirement}".strip(), None),
        ("Expected", found.expected, "expected"),
        ("Actual", found.actual, "actual"),
        ("Because", found.detail, None),
        ("Rests on", by.get(found.provider, ""), None),
    )
    shown = (joined(tag("dt", name), tag("dd", text, class_=look)) for name, text, look in rows if text)
    return tag("dl", *shown, class_="says")


def trace(steps: tuple[RecordedStep, ...]) -> Markup | None:
    """The steps as a list; what changed stands behind each."""
    return tag("ol", *(_step(step) for step in steps), class_="trace", tabindex="0") if steps else None


def _step(step: RecordedStep) -> Markup:
    changes = (tag("span", text, class_="chip mono") for text in step.diff.replace("; ", "  ").split("  ") if text)
    return tag("li", tag("span", str(step.number), class_="n"), tag("code", step.text), tag("span", *changes))


def _replay(found: CaseResult) -> Markup | None:
    return tag("code", found.replay, class_="replay") if found.replay else None


def _group(each: FailureGroup) -> Markup:
    common = " · ".join(part for part in (each.capability.replace("_", " "), each.rule) if part)
    links = [tag("a", name, href=f"#{name}") for name in each.case_ids[:GROUPED_CASES_SHOWN]]
    number = f"{len(each.case_ids)} {'case' if len(each.case_ids) == 1 else 'cases'}: "
    return tag(
        "li",
        tag("b", common),
        tag("p", each.sentence),
        tag("p", number, *(part for link in links for part in (link, " ")), class_="note"),
    )
