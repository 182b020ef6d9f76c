"""`siteproof compare`: what is lost and won between two records, with a shortest scenario, across specifications."""

from pathlib import Path

import msgspec
import pytest
from attrs import evolve

from siteproof.cli import main
from siteproof.conformance import results
from siteproof.conformance.comparison import compared
from siteproof.conformance.request import Keeping, Request
from siteproof.conformance.results import RecordedRun
from siteproof.conformance.runner import judge
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.model.nouns.subject import Subject
from tests.judge.adapters.tiny import Tiny
from tests.judge.judge_cases import case_of, fails, protects, writes

EXAMPLE = "python:siteproof.conformance.scaffolds.python_adapter:make_subject"
TINY = "python:tests.judge.adapters.tiny:make_subject"


def record(folder: Path, name: str, *cases: object) -> RecordedRun:
    """A run by these cases."""
    path = folder / name / results.FILE_NAME
    judge(Request(Tiny, cases, keeping=Keeping(path)))  # type: ignore[arg-type]
    return results.read(path)


def test_a_requirement_that_is_not_kept_any_more_is_lost(tmp_path: Path) -> None:
    """It is shown with the shortest scenario of those that do not keep it, and the other way round it is won."""
    good = record(tmp_path, "good", case_of(protects), case_of(writes, requires=("SP-RES-2",)))
    bad = record(tmp_path, "bad", case_of(protects), case_of(fails), case_of(writes, requires=("SP-RES-2",)))
    (lost,) = compared(good, bad).lost
    assert (lost.requirement, lost.before, lost.after, lost.case_id) == ("SP-RES-1", "pass", "fail", "T-fails")
    assert [step.text for step in lost.scenario] == ["reset with vm1"]
    assert [each.requirement for each in compared(bad, good).won] == ["SP-RES-1"]
    assert compared(good, good).lost == compared(good, good).won == ()


def test_what_one_specification_alone_knows_is_neither_lost_nor_won(tmp_path: Path) -> None:
    """A requirement without a case on the other side is told apart, and so is a case that says something else."""
    one = record(tmp_path, "one", case_of(protects), case_of(writes, requires=("SP-RES-2",)))
    other = record(tmp_path, "other", evolve(case_of(protects), sentence="Something else."))
    found = compared(one, other)
    assert (found.lost, found.only_before, found.only_after) == ((), ("SP-RES-2",), ())
    assert found.reworded == ("T-protects",)


def test_a_specification_that_changed_is_said(tmp_path: Path) -> None:
    """Two records of different specifications are compared all the same, and both digests are named."""
    one = record(tmp_path, "one", case_of(protects))
    path = tmp_path / "one" / results.FILE_NAME
    path.write_text(path.read_text().replace(one.head.spec_digest, "0123456789abcdef"))
    lines = list(compared(one, results.read(path)).lines())
    assert f"the specification changed from {one.head.spec_digest} to 0123456789abcdef" in lines


def test_two_products_are_judged_and_compared(capsys: pytest.CaptureFixture[str]) -> None:
    """Targets are judged on the spot: what the smaller one does not declare is lost."""
    assert main(["compare", EXAMPLE, TINY, "--case", "C-RPO-1", "--format", "json"]) == ExitCode.VIOLATION
    found = msgspec.json.decode(capsys.readouterr().out)
    assert found["capabilities_lost"] == ["crash_points", "delta", "older_points", "virtual_clock"]
    assert [each["requirement"] for each in found["lost"]] == ["SP-RPO-8"]
    assert main(["compare", TINY, EXAMPLE, "--case", "C-RPO-1"]) == ExitCode.OK
    assert "won: 1 requirements" in capsys.readouterr().out


def test_a_subject_that_could_not_be_judged_is_no_side_of_a_comparison(tmp_path: Path) -> None:
    """There is nothing to compare, and that is said."""
    good = record(tmp_path, "good", case_of(protects))
    with pytest.raises(Problem, match="nothing to compare"):
        compared(good, evolve(good, report=None))
    assert isinstance(Tiny(), Subject)
