"""One number everywhere: terminal, results, HTML report and book count the same requirements and the same states."""

import re
from pathlib import Path

import pytest
from attrs import evolve

from siteproof.cli.links import links
from siteproof.cli.run import in_short
from siteproof.conformance import results
from siteproof.conformance.case import all_cases
from siteproof.conformance.coverage import coverage as aspects
from siteproof.conformance.coverage.events import Do, state_of
from siteproof.conformance.render import ending, page, page_cases, page_data, text
from siteproof.conformance.render import headline as headlines
from siteproof.conformance.verdict import MUST, CaseResult, Report, Verdict
from siteproof.conformance.words import OF_CASES
from siteproof.model.book.requirement_pages import index_page
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.profile import CORE
from siteproof.model.nouns.subject import Description
from siteproof.model.nouns.vocabulary import Protection, Verb
from siteproof.model.spec.registry.requirements import requirements

HISTORY = (state_of("vm1", Regions()), Do(Verb.ENABLE, "vm1"), state_of("vm1", Regions(Protection.PROTECTED)))
LEVELS = {each.id: each.level.value for each in requirements()}


@pytest.fixture(scope="module")
def whole() -> Report:
    """A run in which every case passed."""
    cases = tuple(
        CaseResult(each.id, each.sentence, each.level.value, each.requires, Verdict.PASS, history=HISTORY)
        for each in all_cases()
    )
    return Report(Description("a subject", "1", {}), CORE, 0, "0.1.0", "9d2e", cases)


def shown(report: Report, folder: Path, *measures: tuple[str, float, str, str]) -> page_data.PageData:
    """The page's data of a recorded run."""
    path = folder / results.FILE_NAME
    results.append(path, results.head_of(report))
    for result in report.results:
        results.append(path, results.CaseLine(result))
    for measure in measures:
        results.measure(path, *measure)
    results.append(path, results.EndLine(report.exit_code, headlines.headline(report)))
    return page_data.page_data(results.read(path))


def test_a_requirement_has_the_level_of_the_catalogue(whole: Report) -> None:
    """A SHOULD that a case of MUST requirements also witnesses stays a SHOULD."""
    assert {each.id: each.level for each in whole.requirements} == {
        each.id: LEVELS[each.id] for each in whole.requirements
    }
    assert "SHOULD" in {each.level for each in whole.requirements}


def test_a_case_has_the_highest_level_that_it_requires() -> None:
    """No case calls itself more, or less, than the strictest of its requirements."""
    order = ["MUST", "SHOULD", "MAY"]
    highest = {case.id: min((LEVELS[name] for name in case.requires), key=order.index) for case in all_cases()}
    assert {case.id: case.level.value for case in all_cases()} == highest


def test_every_must_is_judged_or_missing_or_informative(whole: Report) -> None:
    """The three numbers of the headline add up to the MUSTs of the catalogue, and none is counted twice."""
    judged = {each.id for each in whole.requirements if each.level == MUST}
    without, told = set(headlines.without_a_case(whole)), set(headlines.informative())
    assert judged | without | told == {name for name, level in LEVELS.items() if level == MUST}
    assert len(judged) + len(without) + len(told) == len(judged | without | told)


def test_a_run_that_stopped_does_not_say_that_the_suite_lacks_cases(whole: Report) -> None:
    """What was not reached may have a case: the headline and the legend leave that open."""
    some = evolve(whole, results=tuple(each for each in whole.results if "SP-REP-9" not in each.requirement_ids))
    ended = evolve(some, stopped="interrupted after 1 of 9 cases")
    assert " MUST not reached or without a case · " in headlines.headline(ended)
    assert "without a case" in [word.word for word in ending.occurred(some)]
    assert "without a case" not in [word.word for word in ending.occurred(ended)]


def test_the_must_count_is_one_number(whole: Report, tmp_path: Path) -> None:
    """Headline, tile, matrix, recorded end and book say the same number of judged MUSTs."""
    found = shown(whole, tmp_path)
    cells = [cell for row in found.rows for cell in row.cells if cell.cases and cell.level == MUST]
    (said,) = re.findall(r"(\d+) of (\d+) MUST passed", found.headline)
    assert said == (str(len(cells)), str(len(cells)))
    assert page_data.Tile(f"{len(cells)} / {len(cells)}", "MUST passed", "good") in found.tiles
    end = results.read(tmp_path / results.FILE_NAME).end
    assert end is not None
    assert end.headline == found.headline
    everything = next(line for line in index_page(links()).splitlines() if "**all**" in line)
    book = [int(cell) for cell in everything.split("|")[4:9] if cell.strip().isdigit()]
    with_a_case = int(everything.split("|")[-2])
    others = sum(each.level != MUST for each in whole.requirements)
    assert with_a_case == len(cells) + others
    assert sum(book[1:4]) == book[0] == len(LEVELS)


def test_the_table_of_the_terminal_adds_up(whole: Report) -> None:
    """The chapter table counts each judged requirement once."""
    rows = text.chapter_table(whole)[1:]
    assert sum(int(cell) for row in rows for cell in row[2:] if cell.isdigit()) == len(whole.requirements)


def test_the_states_are_one_number(whole: Report, tmp_path: Path) -> None:
    """Terminal, report page and `siteproof coverage` count the same lifecycle states."""
    found = shown(whole, tmp_path)
    assert found.coverage is not None
    states = found.coverage.aspect(aspects.STATES)
    assert states.visited == 2
    assert f" · {states.visited} of {states.total} {aspects.STATES} · " in text.coverage_line(whole)
    assert found.coverage.aspects[0] == states, "the page's script takes the first one for its legend"


def test_the_page_is_not_made_larger_by_histories(whole: Report, tmp_path: Path) -> None:
    """Histories stay in the record: the page shows what they come to."""
    found = shown(whole, tmp_path)
    assert all(case.history == () for case in found.cases)
    assert "Coverage of the model" in page.page(results.read(tmp_path / results.FILE_NAME))


def test_the_tiles_say_what_a_drill_is_asked_for(whole: Report, tmp_path: Path) -> None:
    """Of many figures the tiles show recovery time and point, what was lost and sent; terminal and page the same."""
    found = shown(
        whole,
        tmp_path,
        ("making the disk image", 2.22, "s", ""),
        ("failback, loss", 0, "writes", "of 1685"),
        ("failover, RTO", 0.6, "s", ""),
        ("failover, RPO", 0.4, "s", ""),
        ("failover, loss", 88, "writes", "of 1492"),
        ("resync, bytes sent", 0.0765, "MiB", ""),
    )
    said = [(tile.label, tile.value) for tile in found.tiles[:5]]
    assert said == [
        ("failover RTO", "0.6 s"),
        ("failover RPO", "0.4 s"),
        ("writes lost at failover", "88 of 1492"),
        ("sent by the resync", "78.3 KiB"),
        ("writes lost at failback", "0 of 1685"),
    ]
    assert in_short(tmp_path / results.FILE_NAME) == f"drill: {' · '.join(f'{name} {value}' for name, value in said)}"


def test_the_drill_measures_what_the_tiles_are_made_of() -> None:
    """Each tile's figure is noted by the drill under that very name."""
    folder = Path(__file__).parents[2] / "conformance" / "drill"
    source = "".join(path.read_text() for path in folder.glob("*.py"))
    assert [name for name in page_data.TILES if f'"{name}"' not in source] == []


def test_dishonest_is_called_dishonest() -> None:
    """The verdict has one word in terminal, page and headline."""
    assert text.LABELS[Verdict.DISHONEST].lower() == headlines.NAMES[Verdict.DISHONEST] == "dishonest"
    assert OF_CASES[Verdict.DISHONEST].word == "dishonest"
    assert page_cases.badge("dishonest").text.endswith(">dishonest</span>")
