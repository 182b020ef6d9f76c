"""The page of products of others: what each was judged to, chapter by chapter, from committed records.

Rule: the page is made from the records alone, says no more than they do, and carries their versions and dates. A
chapter is told by how many of its requirements hold and how many are broken; what is unsupported is neither.
"""

from collections import Counter
from collections.abc import Iterator, Mapping

import msgspec
from attrs import evolve

from siteproof.conformance.agreement import FIGURE
from siteproof.conformance.levels import reached
from siteproof.conformance.render.text import printable
from siteproof.conformance.results import CaseLine, Line, MeasureLine, RecordedRun
from siteproof.conformance.verdict import CaseResult, Report, RequirementVerdict, Verdict
from siteproof.model.spec.registry import requirements

HEAD = """# Products of others before the judge

Made by `siteproof results build` from the records in this folder; never edited by hand. Each record is one run in the
plain world, trimmed of the histories that a reader does not need. What the failures mean stands in
[the findings](../findings.md), how the products are driven in [adapters](../adapters.md).

A cell tells the chapter's requirements that were really judged: `7` hold, `5 · 2✗` means that five hold and two are
broken, `-` that none could be judged (the product does not offer it, or the bench has no handle for it). What holds
with a capability that the adapter invented is judged and counted here all the same: this page compares products, and
a verdict counts them out.
"""
BROKEN = (Verdict.FAIL, Verdict.DISHONEST)
HOLDS = (Verdict.PASS, Verdict.NON_STRICT)


def trimmed(lines: list[Line]) -> list[Line]:
    """The lines of a record as they are committed: without histories, and with the trace of failures only."""
    return [CaseLine(_trimmed(line.result)) if isinstance(line, CaseLine) else line for line in lines]


def _trimmed(result: CaseResult) -> CaseResult:
    trace = result.trace if result.verdict in (*BROKEN, Verdict.ERROR) else ()
    return evolve(result, history=(), trace=trace, replay="")


def page(records: Mapping[str, RecordedRun]) -> str:
    """The page; `records` by the name of their file."""
    found = {name: record.report for name, record in sorted(records.items()) if record.report is not None}
    parts = [HEAD, *_overview(found, records), *_matrix(found)]
    for name, report in found.items():
        parts += _broken(name, report, records[name].measures)
    return "\n".join(parts) + "\n"


def _overview(found: Mapping[str, Report], records: Mapping[str, RecordedRun]) -> Iterator[str]:
    yield "| product | version | judged on | level | cases judged | record |\n| --- | --- | --- | --- | --- | --- |"
    for name, report in found.items():
        who, judged = report.description, sum(each.verdict in (*HOLDS, *BROKEN) for each in report.results)
        stopped = f"; {report.stopped}" if report.stopped else "; a part of the suite" if report.choice else ""
        where = f"[{name}]({name}.ndjson)"
        row = (who.name, who.version, records[name].head.date, reached(report), f"{judged} of {len(report.results)}")
        yield "| " + " | ".join(_cell(str(each)) for each in row) + stopped + f" | {where} |"
    yield ""


def _matrix(found: Mapping[str, Report]) -> Iterator[str]:
    judged = {name: _by_chapter(report.requirements) for name, report in found.items()}
    chapters = [each for each in requirements.chapters() if any(each.id in mine for mine in judged.values())]
    yield "## Chapters\n"
    yield "| chapter | " + " | ".join(judged) + " |\n| --- |" + " --- |" * len(judged)
    for chapter in chapters:
        cells = (_told(mine.get(chapter.id, Counter())) for mine in judged.values())
        yield f"| [{chapter.id}](../spec/{chapter.id.lower()}.md) {chapter.title} | " + " | ".join(cells) + " |"
    yield ""


def _by_chapter(judged: tuple[RequirementVerdict, ...]) -> dict[str, Counter[Verdict]]:
    found: dict[str, Counter[Verdict]] = {}
    for each in judged:
        found.setdefault(each.chapter, Counter())[each.verdict] += 1
    return found


def _told(counts: Counter[Verdict]) -> str:
    holds, broken = sum(counts[each] for each in HOLDS), sum(counts[each] for each in BROKEN)
    if not holds + broken:
        return "-"
    return f"{holds}{f' · {broken}✗' if broken else ''}"


def _broken(name: str, report: Report, measures: tuple[MeasureLine, ...]) -> Iterator[str]:
    failed = [each for each in report.results if each.verdict in (*BROKEN, Verdict.ERROR)]
    repeated = "".join(f" {printable(each.note)}." for each in measures if each.name == FIGURE)
    who = f"{printable(report.description.name)} {printable(report.description.version)}"
    yield f"## {name}\n\n{who}, {_sum(report)}{repeated}"
    if not failed:
        return
    yield "\n| case | requirement | expected | seen |\n| --- | --- | --- | --- |"
    for each in failed:
        seen = " ".join(part for part in (each.actual, f"({each.detail})" if each.detail else "") if part)
        shown = (each.case_id, ", ".join(each.named), each.expected, f"**{each.verdict.value}**: {seen}")
        yield "| " + " | ".join(_cell(part) for part in shown) + " |"
    yield ""


def _sum(report: Report) -> str:
    counts = Counter(each.verdict.value.replace("_", " ") for each in report.results)
    return "cases: " + ", ".join(f"{counts[word]} {word}" for word in sorted(counts)) + "."


def _cell(text: str) -> str:
    return printable(text).replace("|", "\\|")


def encoded(lines: list[Line]) -> bytes:
    """The file of a record."""
    return b"".join(msgspec.json.encode(line) + b"\n" for line in lines)
