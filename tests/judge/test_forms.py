"""The forms of a record: each tells the same counts, and nothing that a subject said is obeyed."""

import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import jsonschema
import pytest
from attrs import evolve

from siteproof.cli import main
from siteproof.cli.report import RENDERERS
from siteproof.conformance import results
from siteproof.conformance.render.badge import badge
from siteproof.conformance.render.ctrf import ctrf
from siteproof.conformance.render.markdown import markdown
from siteproof.conformance.render.sarif import sarif
from siteproof.conformance.request import Keeping, Request
from siteproof.conformance.results import RecordedRun
from siteproof.conformance.runner import judge
from siteproof.conformance.verdict import Verdict
from siteproof.model.nouns.problem import ExitCode
from tests.judge.adapters.tiny import Tiny
from tests.judge.judge_cases import case_of, fails, is_lax, protects, sees_nothing
from tests.judge.published_forms import CTRF, SARIF

CASES = [case_of(each) for each in (protects, fails, sees_nothing, is_lax)]
EVIL = "</td><script>alert(1)</script>| `x` [a](http://b) \x1b[2J"


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> RecordedRun:
    """A run with one case of each kind."""
    path = tmp_path_factory.mktemp("run") / results.FILE_NAME
    judge(Request(Tiny, CASES, keeping=Keeping(path, date="2027-03-01")))
    return results.read(path)


def evil(record: RecordedRun) -> RecordedRun:
    """The same run, with what a hostile subject might have said."""
    assert record.report is not None
    said = [evolve(each, expected=EVIL, actual=EVIL, detail=EVIL) for each in record.report.results]
    named = evolve(record.report.description, name=EVIL)
    return evolve(record, report=evolve(record.report, results=tuple(said), description=named))


def test_sarif_shows_a_failure_as_fail_and_nothing_else(record: RecordedRun) -> None:
    """Every case is a result of a rule that is there; only a failure is of the kind fail and has a level."""
    (run,) = json.loads(sarif(record))["runs"]
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert {result["ruleId"] for result in run["results"]} <= rules
    assert [(each["kind"], each["level"]) for each in run["results"] if each["kind"] == "fail"] == [("fail", "error")]
    assert all(each["level"] == "none" for each in run["results"] if each["kind"] != "fail")
    flows = [each["codeFlows"] for each in run["results"] if each["kind"] == "fail"]
    assert flows[0][0]["threadFlows"][0]["locations"][0]["location"]["message"]["text"].startswith("reset with")


def test_sarif_is_what_its_schema_says(record: RecordedRun) -> None:
    """Every field is one that the published format knows, of its type; one that it does not know is refused."""
    document = json.loads(sarif(record))
    jsonschema.validate(document, SARIF)
    document["runs"][0]["results"][0]["verdict"] = "fail"
    with pytest.raises(jsonschema.ValidationError, match="verdict"):
        jsonschema.validate(document, SARIF)


def test_ctrf_is_what_its_schema_says(record: RecordedRun) -> None:
    """Every field is one that the published format knows; a suite is a way of names and not one name."""
    document = json.loads(ctrf(record, {"C-ONE": 0.25}))
    jsonschema.validate(document, CTRF)
    document["results"]["tests"][0]["suite"] = "RES"
    with pytest.raises(jsonschema.ValidationError, match="array"):
        jsonschema.validate(document, CTRF)


def test_ctrf_counts_what_it_lists(record: RecordedRun) -> None:
    """The summary is the count of the tests, and only a pass is passed."""
    document = json.loads(ctrf(record))["results"]
    counted = Counter(test["status"] for test in document["tests"])
    assert {name: document["summary"][name] for name in counted} == counted
    assert counted == {"passed": 1, "failed": 1, "other": 2}
    assert document["summary"]["tests"] == len(CASES)
    assert document["summary"]["stop"] >= document["summary"]["start"] == 1803859200000


def test_markdown_escapes_what_a_subject_said(record: RecordedRun) -> None:
    """No tag, no table cell and no code fence comes from a subject."""
    shown = markdown(evil(record))
    outside = re.sub(r"```text\n.*?\n```", "", shown, flags=re.DOTALL)
    assert "<script" not in outside.replace("\\<", "")
    assert "`" not in outside.replace("\\`", "")
    assert "\x1b" not in shown
    assert shown.count("```") % 2 == 0
    assert "## NOT CONFORMANT" in markdown(record)


def test_the_badge_says_what_the_headline_says(record: RecordedRun) -> None:
    """Verdict, profile and count; a part of the suite is called a part."""
    assert "not conformant · core · 0 of 1 MUST" in badge(record)
    assert record.report is not None
    part = evolve(record, report=evolve(record.report, choice="case C-RES-1"))
    assert "part of core" in badge(part)
    ET.fromstring(badge(evil(record)))


@pytest.mark.parametrize("form", RENDERERS)
def test_every_form_is_printed_from_the_record_alone(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`siteproof report` prints each form, the same twice."""
    path = tmp_path / results.FILE_NAME
    judge(Request(Tiny, CASES, keeping=Keeping(path)))
    shown = []
    for _ in range(2):
        assert main(["report", str(path), "--format", form]) == ExitCode.OK
        shown.append(capsys.readouterr().out)
    assert shown[0] == shown[1]
    assert len(shown[0]) > 100


def test_a_run_without_a_verdict_has_every_form_but_a_baseline(tmp_path: Path) -> None:
    """A subject that could not be described is told in each form, and gives nothing to expect."""
    path = tmp_path / results.FILE_NAME
    main(["conform", "--cmd", "cat", "--out", str(tmp_path)])
    codes = {form: main(["report", str(path), "--format", form]) for form in RENDERERS}
    assert codes == dict.fromkeys(RENDERERS, ExitCode.OK) | {"expect": ExitCode.USAGE}
    assert Verdict.PASS.value not in ctrf(results.read(path)).split("tests")[0]
