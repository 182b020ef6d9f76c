"""Markdown for a pull request or a build's summary: the verdict line, a table by chapter, each failure folded.

Rule: what came from a subject is escaped first; nothing of it becomes a link, a tag or a row of its own.
"""

import re
from collections.abc import Iterator

from siteproof.conformance.render import text
from siteproof.conformance.render.ending import fix_first_lines
from siteproof.conformance.render.headline import headline
from siteproof.conformance.results import RecordedRun
from siteproof.conformance.verdict import CaseResult, Report

SPECIAL = re.compile(r"([\\`*_\[\]<>#|~&])")
FAILURES_SHOWN = 50


def markdown(record: RecordedRun) -> str:
    """The run as Markdown."""
    if record.report is None:
        return f"## {plain(record.end.headline if record.end else 'the run was cut short')}\n"
    return "\n".join(_lines(record.report, record)) + "\n"


def plain(words: str) -> str:
    """Text that stays text."""
    return SPECIAL.sub(r"\\\1", text.printable(words))


def _lines(report: Report, record: RecordedRun) -> Iterator[str]:
    verdict, _, rest = headline(report).partition(": ")
    yield f"## {plain(verdict)}"
    yield from ["", plain(rest), "", plain(text.subject_line(report)), ""]
    head, *rows = text.chapter_table(report)
    yield _row(head)
    yield _row(["---"] * len(head), escaped=False)
    yield from (_row(row) for row in rows)
    if record.measures:
        yield from ["", "| measured | | |", "| --- | ---: | --- |"]
        yield from (_row((each.name, f"{each.value:g} {each.unit}", each.note)) for each in record.measures)
    yield from _failures([case for case in report.results if case.verdict in text.SHOWN_IN_FULL])
    groups = list(fix_first_lines(report))
    yield from ["", "```text", *(line.replace("`", "'") for line in groups), "```"] if groups else []


def _failures(cases: list[CaseResult]) -> Iterator[str]:
    for case in cases[:FAILURES_SHOWN]:
        name = f"{text.LABELS[case.verdict]} {' '.join(case.named)} · {case.case_id}"
        yield from ["", f"<details><summary>{plain(name)}: {plain(case.sentence)}</summary>", "", "```text"]
        yield text.block(case).replace("`", "'")
        yield from ["```", "</details>"]
    if len(cases) > FAILURES_SHOWN:
        yield from ["", f"and {len(cases) - FAILURES_SHOWN} more failures: see the report"]


def _row(cells: tuple[str, ...] | list[str], *, escaped: bool = True) -> str:
    return f"| {' | '.join(plain(cell) if escaped else cell for cell in cells)} |"
