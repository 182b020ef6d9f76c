"""Reports: made from the record alone, true in every form, harmless whatever a subject says."""

import base64
import hashlib
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
import pytest
from attrs import evolve

from siteproof.conformance import results
from siteproof.conformance.coverage.events import Begin, state_of
from siteproof.conformance.render import headline as headlines
from siteproof.conformance.render import lifecycle_heat, page, page_data, page_requirements, render, text
from siteproof.conformance.render.junit import junit
from siteproof.conformance.trace import RecordedStep
from siteproof.conformance.verdict import CaseResult, Report, Verdict
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.profile import CORE
from siteproof.model.nouns.subject import Capability, Description, Provider
from siteproof.model.nouns.vocabulary import Protection, TestFailover
from siteproof.model.spec.registry.requirements import requirements

NASTY = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    "\"'><b>bold</b>&amp;",
    "]]>-->\u2028\u2029\x00\x1b[31m\x07",
    "\U0001d518nicode \u202e right to left \ud7ff",
    "long " * 20_000,
)
CASE = CaseResult("RES-2.3", "A mark is cleared only when both sides agree.", "MUST", ("SP-RES-2",), Verdict.PASS)
SUBJECT = Description("a subject", "1", {Capability.DELTA: Provider.PRODUCT, Capability.LIFECYCLE: Provider.ADAPTER})
REPORT = Report(SUBJECT, CORE, 7, "0.1.0", "9d2e", (CASE,))
FAILED = evolve(
    CASE,
    verdict=Verdict.FAIL,
    requirement="no block may differ while no mark is set",
    expected="block 7 marked",
    actual="block 7: no mark",
    trace=(RecordedStep(1, "enable", "protection unprotected → protected"), RecordedStep(2, "cut link", "")),
    replay="siteproof replay failures/RES-2.3-a41f.json",
)


def record_of(tmp_path: Path, *cases: CaseResult, description: Description = SUBJECT) -> Path:
    """A results file with those cases."""
    path = tmp_path / results.FILE_NAME
    report = evolve(REPORT, description=description, results=cases)
    results.append(path, results.head_of(report))
    for case in cases:
        results.append(path, results.CaseLine(case))
    results.append(path, results.EndLine(report.exit_code, headlines.headline(report)))
    return path


def nasty_record(tmp_path: Path) -> Path:
    """A record in which every text of the subject is hostile."""
    cases = [
        evolve(FAILED, case_id=f"X-{number}", sentence=bad, requirement=bad, expected=bad, actual=bad, detail=bad)
        for number, bad in enumerate(NASTY)
    ]
    traced = [
        evolve(each, trace=(RecordedStep(1, each.sentence, each.sentence),), replay=each.sentence) for each in cases
    ]
    odd = [evolve(each, requirement_ids=(each.sentence[:40],), history=(Begin(each.sentence),)) for each in traced]
    path = record_of(tmp_path, *odd, description=Description(NASTY[0], NASTY[1], SUBJECT.capabilities))
    results.measure(path, NASTY[0], 1.5, NASTY[1], NASTY[2])
    results.picture(path, NASTY[0], '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(3)</script></svg>')
    return path


class Read(HTMLParser):
    """What a browser would make of a page: its tags, the names of its attributes, its texts."""

    def __init__(self, text: str) -> None:
        """Read the whole page."""
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.sources: list[str] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One tag."""
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.sources += [value or "" for name, value in attrs if name == "src"]

    def handle_data(self, data: str) -> None:
        """One text."""
        self.texts.append(data)


def test_no_text_of_a_subject_is_markup(tmp_path: Path) -> None:
    """Hostile texts are texts of the page: they open no tag, add no attribute and end no script."""
    found = Read(page.page(results.read(nasty_record(tmp_path))))
    plain = Read(page.page(results.read(record_of(tmp_path / "plain", FAILED))))
    assert found.tags.count("script") == plain.tags.count("script") == 1
    assert set(found.tags) - set(plain.tags) <= {"img", "figure", "figcaption", "table", "tr", "th", "td"}
    assert not [name for name in found.attributes if name.startswith("on")]
    assert all(source.startswith("data:image/svg+xml;base64,") for source in found.sources)
    for bad in (*NASTY[:3], NASTY[5].strip()):
        assert any(bad in text for text in found.texts)


def test_a_text_that_turns_its_neighbours_around_is_shown_as_its_number(tmp_path: Path) -> None:
    """Control characters and overrides of direction reach no reader as such."""
    html = page.page(results.read(nasty_record(tmp_path)))
    assert not [char for char in ("\x00", "\x1b", "\x07", "\u202e") if char in html]
    assert "\\x202e right to left" in html


def test_the_page_is_whole_without_its_script(tmp_path: Path) -> None:
    """Verdict, failure with its steps and replay line, every requirement and the words stand in the page itself."""
    html = re.sub(r"<script>.*?</script>", "", page.page(results.read(record_of(tmp_path, FAILED))), flags=re.DOTALL)
    texts = "\n".join(Read(html).texts)
    wanted = ("NOT CONFORMANT", FAILED.sentence, FAILED.expected, FAILED.actual, FAILED.replay, "cut link", "Fix first")
    assert [word for word in wanted if word not in texts] == []
    assert [each.id for each in requirements() if f'id="{each.id}"' not in html] == []


def test_every_link_of_the_page_leads_somewhere(tmp_path: Path) -> None:
    """Each square, case and section that is linked to is in the page, once."""
    html = page.page(results.read(record_of(tmp_path, FAILED, evolve(CASE, case_id="C-LC-1"))))
    ids = re.findall(r' id="([^"]+)"', html)
    assert sorted(ids) == sorted(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)


def test_date_and_site_are_told_and_decide_nothing(tmp_path: Path) -> None:
    """They stand in the record's head and on the page, and the verdict is the same without them."""
    path = record_of(tmp_path, FAILED)
    record = results.read(path)
    named = evolve(record, head=msgspec.structs.replace(record.head, date="2031-05-06", site="Rotterdam 2"))
    assert "Rotterdam 2 · 2031-05-06" in page.page(named)
    assert "Rotterdam" not in page.page(record)
    assert page_data.page_data(named).headline == page_data.page_data(record).headline


def test_the_drill_s_figures_come_first(tmp_path: Path) -> None:
    """How long and how much was lost is asked before how many sentences were kept."""
    path = record_of(tmp_path, CASE)
    results.measure(path, "failover, RTO", 2134, "ms")
    results.measure(path, "failover, RPO", 0, "ms")
    assert [tile.label for tile in shown_page(path).tiles][:3] == ["failover RTO", "failover RPO", "MUST passed"]


def test_what_was_judged_stands_before_what_was_not(tmp_path: Path) -> None:
    """The first chapter of the matrix is one with a failure, and its first square is a judged one."""
    shown = shown_page(record_of(tmp_path, FAILED))
    html = page_requirements.matrix(shown.rows)
    assert html is not None
    assert re.findall(r'id="chapter-([A-Z]+)"', html.text)[0] == "RES"
    assert re.findall(r'href="#([^"]+)" class="cell', html.text)[0] == "SP-RES-2"


def test_the_policy_allows_this_style_and_this_script_only(tmp_path: Path) -> None:
    """The page's policy forbids everything but its own style and script, by their hashes, and pictures as data."""
    html = page.page(results.read(record_of(tmp_path, CASE)))
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    assert policy is not None
    for tag in ("style", "script"):
        content = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)[-1]
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy[1]
    assert policy[1].startswith("default-src 'none'")
    assert "unsafe" not in policy[1]


def test_the_page_loads_nothing(tmp_path: Path) -> None:
    """There is no address in the page but data addresses and the name of the SVG language."""
    html = page.page(results.read(record_of(tmp_path, FAILED)))
    addresses = set(re.findall(r"https?://[^\s\"'<\\]+", html)) - {"http://www.w3.org/2000/svg"}
    assert addresses == set()
    assert not re.search(r"\b(src|href)=\"(?!data:|#)", html)


def test_the_script_writes_text_only() -> None:
    """The page's script never makes markup or code of a text."""
    script = page._file("report.js")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|new Function|setTimeout", script)


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def dom(folder: Path, fragment: str = "") -> str:
    """The report in that folder as a browser shows it."""
    address = (folder / "report.html").as_uri() + fragment
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}", "--dump-dom"]
    return subprocess.run(
        [str(CHROMIUM), *options, address], capture_output=True, text=True, timeout=90, check=True
    ).stdout


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: the page is not opened for real")
def test_a_browser_shows_hostile_texts_as_text(tmp_path: Path) -> None:
    """Opened in a browser, the page lays out to its last section, and hostile texts appear as text."""
    render(nasty_record(tmp_path), tmp_path)
    shown = dom(tmp_path)
    assert 'class="chip mono"' in shown
    assert "&lt;img src=x onerror=alert(2)&gt;" in shown
    assert "<img src=x" not in shown
    assert 'href="#subject"' in shown


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: the page is not opened for real")
def test_a_deep_link_opens_its_requirement(tmp_path: Path) -> None:
    """report.html#SP-RES-2 marks that requirement and opens the chapter around it; the trace has its slider."""
    render(record_of(tmp_path, evolve(FAILED, case_id="X-1", requirement_ids=("SP-FO-1",)), FAILED), tmp_path)
    shown = dom(tmp_path, "#SP-RES-2")
    marked = '<div class="sentence" id="{}" aria-current="true">'
    assert marked.format("SP-RES-2") in shown
    assert marked.format("SP-RES-2") not in dom(tmp_path, "#SP-FO-1")
    assert shown.count('<details open=""><summary>') == 1
    assert "step 2 of 2" in shown


def shown_page(path: Path) -> page_data.PageData:
    """The page's data of a record."""
    return page_data.page_data(results.read(path))


def test_the_matrix_holds_every_requirement_once(tmp_path: Path) -> None:
    """Each requirement of the catalogue has one cell; those without a case say so and are not green."""
    found = shown_page(record_of(tmp_path, CASE))
    cells = {cell.id: cell for row in found.rows for cell in row.cells}
    assert len(cells) == sum(len(row.cells) for row in found.rows) > 100
    assert cells["SP-RES-2"].verdict == "pass"
    assert {cell.verdict for name, cell in cells.items() if name != "SP-RES-2"} == {"no_case", "informative"}


def test_a_run_without_a_subject_still_has_a_page(tmp_path: Path) -> None:
    """When the adapter was broken, the page says why."""
    path = tmp_path / results.FILE_NAME
    results.append(path, results.RunLine("0.1.0", "9d2e", 7, CORE))
    results.append(path, results.EndLine(3, "CANNOT JUDGE (core)", "the adapter is broken"))
    found = shown_page(path)
    assert (found.headline, found.stopped) == ("CANNOT JUDGE (core)", "the adapter is broken")
    assert "CANNOT JUDGE" in page.page(results.read(path))


def test_the_heat_counts_the_boxes_of_the_picture(tmp_path: Path) -> None:
    """A state lights its lane's box and, while protected, one box of each strip."""
    drill = Regions(Protection.PROTECTED, test_failover=TestFailover.COMPLETED)
    shown = [Regions(), drill, Regions(), drill, drill]
    history = tuple(state_of("vm1", regions) for regions in shown)
    heat = shown_page(record_of(tmp_path, evolve(CASE, history=history))).heat
    assert heat is not None
    counts = {box.name: box.count for box in heat.boxes if box.count}
    assert counts == {
        "forward/primary/protected": 3,
        "forward/primary/unprotected": 2,
        "test_failover/completed": 3,
        "resync/none": 3,
    }
    assert heat.seen == 4


def test_every_protection_state_has_a_box() -> None:
    """No state that a subject may show is missing from the picture."""
    drawn = {name.rpartition("/")[2] for name in lifecycle_heat._boxes()}
    assert {state.value for state in Protection} <= drawn


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (1_134_592, "B", "1.08 MiB"),
        (999, "ms", "999 ms"),
        (2134, "ms", "2.13 s"),
        (0, "B", "0 B"),
        (12345, "", "12,345 "),
    ],
)
def test_figures_are_readable(value: float, unit: str, shown: str) -> None:
    """A figure is shown with a unit that fits its size."""
    assert page_data.readable(value, unit) == shown


def test_junit_is_green_for_passes_only(tmp_path: Path) -> None:
    """Fail and lie are failures, error is an error, all the rest is skipped with its reason."""
    cases = [evolve(CASE, case_id=verdict.value, verdict=verdict, detail="why") for verdict in Verdict]
    root = ET.fromstring(junit(results.read(record_of(tmp_path, *cases))))
    tags = {case.get("name", "").split()[0]: [child.tag for child in case] for case in root.iter("testcase")}
    assert tags == {
        "fail": ["failure"],
        "dishonest": ["failure"],
        "error": ["error"],
        "inconclusive": ["skipped"],
        "unsupported": ["skipped"],
        "non_strict": ["skipped"],
        "pass": [],
    }
    suite = root.find("testsuite")
    assert suite is not None
    assert [suite.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["7", "2", "1", "3"]


def test_junit_is_wellformed_whatever_a_subject_says(tmp_path: Path) -> None:
    """Hostile texts and characters that XML cannot hold leave a document that parses."""
    assert ET.fromstring(junit(results.read(nasty_record(tmp_path)))).tag == "testsuites"


def test_a_failure_prints_requirement_expected_actual_trace_and_replay() -> None:
    """The block of a failing case has all that is needed to understand and to repeat it."""
    lines = text.block(FAILED).splitlines()
    assert lines[0].startswith("FAIL  SP-RES-2  A mark is cleared only when both sides agree.   MUST · seed: ")
    assert lines[0].endswith("case RES-2.3")
    assert lines[1:] == [
        "  Requirement  no block may differ while no mark is set",
        "  Expected     block 7 marked",
        "  Actual       block 7: no mark",
        "  Trace        1   enable                       protection unprotected → protected",
        "               2   cut link",
        "  Replay       siteproof replay failures/RES-2.3-a41f.json",
    ]


def test_no_text_of_a_subject_commands_a_terminal() -> None:
    """Control characters are printed as their numbers, long texts are cut."""
    for bad in NASTY:
        block = text.block(evolve(FAILED, actual=bad, trace=(RecordedStep(1, bad, bad),)))
        assert all(char.isprintable() or char == "\n" for char in block.split("\n", 1)[1])
        assert len(block) < 5000


def test_the_headline_of_a_conformant_subject() -> None:
    """A whole run says what passed, what has no case yet, what nothing can judge, and what the run depends on."""
    line = headlines.headline(REPORT)
    missing, told = len(headlines.without_a_case(REPORT)), len(headlines.informative())
    head, tail = "CONFORMANT (core): 1 of 1 MUST passed", "seed 7 · siteproof 0.1.0 · spec 9d2e"
    head += " · level smoke (mirror lacks: initial_replication)"  # the report's product claims nothing but a delta
    assert line == f"{head} · {missing} MUST without a case · {told} MUST informative · {tail}"


def test_the_headline_counts_each_verdict_under_its_own_name() -> None:
    """Failed first, then passed, then everything that is neither."""
    verdicts = [Verdict.FAIL, Verdict.PASS, Verdict.PASS, Verdict.INCONCLUSIVE, Verdict.UNSUPPORTED]
    cases = tuple(evolve(CASE, requirement_ids=(f"SP-RES-{n}",), verdict=v) for n, v in enumerate(verdicts))
    line = headlines.headline(evolve(REPORT, results=cases, choice="chapter RES"))
    head = "NOT CONFORMANT (core; only chapter RES): 1 of 5 MUST failed, 2 passed, 1 inconclusive, 1 unsupported"
    assert line.startswith(head + " · seed 7")


def test_a_record_survives_a_torn_line(tmp_path: Path) -> None:
    """A line that a crash cut short is left out, and the next run starts on a line of its own."""
    path = record_of(tmp_path, CASE)
    whole = path.read_bytes()
    torn = whole.splitlines(keepends=True)[1]
    for cut in range(1, len(torn) - 1, 37):
        path.write_bytes(whole + torn[:cut])
        results.append(path, results.head_of(evolve(REPORT, seed=8)))
        results.append(path, results.CaseLine(CASE))
        report = results.read(path).report
        assert report is not None
        assert (report.seed, report.results) == (8, (CASE,))


def test_a_record_that_ends_too_early_says_so(tmp_path: Path) -> None:
    """Without its end line a run was cut short, and no reader takes it for a whole one."""
    path = tmp_path / results.FILE_NAME
    results.append(path, results.head_of(REPORT))
    results.append(path, results.CaseLine(CASE))
    report = results.read(path).report
    assert report is not None
    assert report.stopped
    assert not report.conformant


@pytest.mark.parametrize(
    "content", [b"", b"hello\n", b'{"kind":"dance"}\n', b'{"kind":"case","result":{}}\n', b"\xff\n"]
)
def test_a_file_that_is_no_record_is_named(content: bytes, tmp_path: Path) -> None:
    """Anything else than a record gives a Problem."""
    path = tmp_path / "other.ndjson"
    path.write_bytes(content)
    with pytest.raises(Problem, match="is not a record of runs"):
        results.read(path)


def test_the_last_run_of_a_record_is_shown(tmp_path: Path) -> None:
    """A record may hold several runs; the reports speak of the last one."""
    record_of(tmp_path, FAILED)
    report: Any = results.read(record_of(tmp_path, CASE)).report
    assert [result.verdict for result in report.results] == [Verdict.PASS]
