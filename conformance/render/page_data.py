"""What the report page shows, as data: the run's facts, every requirement, every case, the lifecycle's coverage.

Rule: all counting and wording happens here, where it can be tested; the page's script only lays out.
"""

from collections.abc import Iterable

from attrs import evolve, frozen

from siteproof.conformance.coverage.coverage import Coverage
from siteproof.conformance.coverage.record import of_cases
from siteproof.conformance.render import lifecycle_heat
from siteproof.conformance.render.ending import occurred
from siteproof.conformance.render.fix_first import FailureGroup, fix_first
from siteproof.conformance.render.headline import WORDS, headline, informative, tally, unjudged, without_a_case
from siteproof.conformance.render.images import image_address
from siteproof.conformance.results import MeasureLine, PictureLine, RecordedRun
from siteproof.conformance.verdict import MUST, CaseResult, Report, RequirementVerdict
from siteproof.conformance.words import Word
from siteproof.model.nouns.problem import ExitCode
from siteproof.model.spec.registry import requirements

NO_CASE = "no_case"
INFORMATIVE = "informative"
MISSING_SHOWN_MAX = 60


@frozen
class MatrixCell:
    """One requirement of the matrix; `verdict` may also be `no_case` or `informative` (then `note` says why)."""

    id: str
    sentence: str
    level: str
    source: str
    verdict: str
    provider: str = ""
    cases: tuple[str, ...] = ()
    note: str = ""


@frozen
class MatrixRow:
    """One chapter of the matrix."""

    id: str
    title: str
    cells: tuple[MatrixCell, ...]


@frozen
class Tile:
    """One figure at the top of the page; `tone` is good, bad, odd or plain."""

    value: str
    label: str
    tone: str = "plain"


@frozen
class Picture:
    """A picture as a data address: inside of an image no script runs and nothing is loaded."""

    title: str
    address: str


@frozen
class PageData:
    """Everything on the page."""

    headline: str
    word: str
    tone: str
    scope: str
    stopped: str
    facts: tuple[tuple[str, str], ...]
    tiles: tuple[Tile, ...]
    rows: tuple[MatrixRow, ...]
    cases: tuple[CaseResult, ...]
    capabilities: tuple[tuple[str, str], ...]
    measures: tuple[MeasureLine, ...]
    pictures: tuple[Picture, ...]
    heat: lifecycle_heat.Heat | None
    coverage: Coverage | None = None
    taken: str = ""
    groups: tuple[FailureGroup, ...] = ()
    words: tuple[Word, ...] = ()


def page_data(record: RecordedRun) -> PageData:
    """The page of a recorded run; of a run that never met its subject, only the reason."""
    report = record.report
    end = record.end
    if report is None:
        line = end.headline if end else "CANNOT JUDGE"
        return PageData(line, line, "bad", "", end.stopped if end else "", _facts(record), (), (), (), (), (), (), None)
    code = report.exit_code
    return PageData(
        headline=headline(report),
        word=WORDS[code],
        tone={ExitCode.OK: "good", ExitCode.VIOLATION: "bad"}.get(code, "odd"),
        scope=f"{report.profile.name}{f', only {report.choice}' if report.choice else ''}",
        stopped=report.stopped,
        facts=_facts(record),
        tiles=(*tiles_of(record.measures), *_tiles(report)),
        rows=_rows(report),
        cases=tuple(evolve(result, history=()) for result in report.results),
        capabilities=tuple(sorted((name.value, who.value) for name, who in report.description.capabilities.items())),
        measures=record.measures,
        pictures=tuple(_picture(line) for line in record.pictures),
        heat=lifecycle_heat.heat(report.results),
        coverage=_coverage(report),
        taken=_taken(record),
        groups=fix_first(report.results),
        words=occurred(report),
    )


def _taken(record: RecordedRun) -> str:
    """Where and when the run was, as far as the record says so."""
    return " · ".join(part for part in (record.head.site, record.head.date) if part)


def _coverage(report: Report) -> Coverage:
    """How much of the model the run has visited; of what is missing, only so much that a page can show."""
    found = of_cases(report.results, report.profile)
    aspects = tuple(evolve(each, missing=each.missing[:MISSING_SHOWN_MAX]) for each in found.aspects)
    return evolve(found, aspects=aspects, deviations=found.deviations[:MISSING_SHOWN_MAX])


def _facts(record: RecordedRun) -> tuple[tuple[str, str], ...]:
    head = record.head
    subject = f"{head.description.name} {head.description.version}" if head.description else "could not be asked"
    run = (
        ("subject", subject),
        ("profile", head.profile.name),
        ("seed", str(head.seed)),
        ("siteproof", head.version),
        ("spec", head.spec_digest),
    )
    return run + tuple((name, value) for name, value in head.options.items() if name != "profile")


def _tiles(report: Report) -> Iterable[Tile]:
    musts = tuple(each for each in report.requirements if each.level == MUST)
    counts = tally(musts)
    passed = counts.pop("passed", 0)
    yield Tile(f"{passed} / {len(musts)}", "MUST passed", "good" if musts and passed == len(musts) else "bad")
    for name, number in sorted(counts.items()):
        yield Tile(str(number), f"MUST {name}", "bad" if name in ("failed", "dishonest") else "odd")
    if not report.choice:
        yield Tile(str(len(without_a_case(report))), f"MUST {unjudged(report)}", "odd")
        yield Tile(str(len(informative())), "MUST informative: nothing can judge them", "odd")
    others = tuple(each for each in report.requirements if each.level != MUST)
    if others:
        yield Tile(f"{tally(others)['passed']} / {len(others)}", "SHOULD and MAY passed")
    yield Tile(str(len(report.results)), "cases")


TILES = {
    # measured                  what the tile says
    "failover, RTO": "failover RTO",
    "failover, RPO": "failover RPO",
    "failover, loss": "writes lost at failover",
    "resync, bytes sent": "sent by the resync",
    "failback, RTO": "failback RTO",
    "failback, loss": "writes lost at failback",
}


def tiles_of(measures: Iterable[MeasureLine]) -> tuple[Tile, ...]:
    """What a reader asks first of a drill: how long, how much lost, how much sent; the rest stands in the table."""
    found = {line.name: line for line in measures}
    return tuple(_measured(found[name], label) for name, label in TILES.items() if name in found)


def _measured(line: MeasureLine, label: str) -> Tile:
    """Writes are counted, `88 of 1485`; everything else is a figure with its unit."""
    counted = f"{line.value:,.0f} {line.note}".strip()
    return Tile(counted if line.unit == "writes" else readable(line.value, line.unit), label)


def readable(value: float, unit: str) -> str:
    """A figure of three or four digits with a fitting unit: 1.08 MiB, 2.13 s; other units stay as they are."""
    steps = {"B": (1024.0, ("B", "KiB", "MiB", "GiB", "TiB")), "ms": (1000.0, ("ms", "s"))}
    value, unit = (value * 1024 * 1024, "B") if unit == "MiB" else (value, unit)
    factor, names = steps.get(unit, (1.0, (unit,)))
    power = 0
    while power < len(names) - 1 and abs(value) >= factor:
        value, power = value / factor, power + 1
    return f"{value:,.0f} {names[power]}" if value >= 1000 else f"{value:.3g} {names[power]}"


def _rows(report: Report) -> tuple[MatrixRow, ...]:
    judged = {each.id: each for each in report.requirements}
    listed = [each.id for each in requirements.requirements()]
    rows = [
        MatrixRow(chapter.id, chapter.title, tuple(_cells(chapter.id, judged, whole=not report.choice)))
        for chapter in requirements.chapters()
    ]
    strangers = [each for name, each in judged.items() if name not in listed]
    rows.append(MatrixRow("", "not in the catalogue", tuple(_stranger(each) for each in strangers)))
    return tuple(row for row in rows if row.cells)


def _cells(chapter: str, judged: dict[str, RequirementVerdict], *, whole: bool) -> Iterable[MatrixCell]:
    for each in requirements.requirements():
        found = judged.get(each.id)
        if each.chapter == chapter and (found or whole):
            yield _cell(each, found)


def _cell(each: requirements.Requirement, found: RequirementVerdict | None) -> MatrixCell:
    absent = INFORMATIVE if each.informative else NO_CASE
    return MatrixCell(
        id=each.id,
        sentence=each.sentence,
        level=each.level.value,
        source=each.source,
        verdict=found.verdict.value if found else absent,
        provider=found.provider.value if found else "",
        cases=found.case_ids if found else (),
        note="" if found else each.informative or "no case speaks about it yet",
    )


def _stranger(each: RequirementVerdict) -> MatrixCell:
    return MatrixCell(each.id, "", each.level, "", each.verdict.value, each.provider.value, each.case_ids)


def _picture(line: PictureLine) -> Picture:
    return Picture(line.title, image_address(line.svg))
