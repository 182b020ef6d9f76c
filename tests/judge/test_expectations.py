"""Baselines and waivers: they never change a verdict, and tell what is worse, better, waived or over."""

import datetime as dt
from pathlib import Path

import pytest

from siteproof.cli import main
from siteproof.conformance import expectations
from siteproof.conformance.expectations import Expectations, Waiver
from siteproof.conformance.request import Request
from siteproof.conformance.runner import judge
from siteproof.conformance.verdict import Report, Verdict
from siteproof.model.nouns.problem import ExitCode, Problem
from tests.judge.adapters.tiny import Tiny
from tests.judge.judge_cases import case_of, fails, protects, sees_nothing

TODAY = dt.date(2027, 3, 1)
CASES = (case_of(protects), case_of(fails), case_of(sees_nothing, requires=("SP-RES-2",)))
EXAMPLE = "siteproof.conformance.scaffolds.python_adapter:make_subject"


@pytest.fixture(scope="module")
def report() -> Report:
    """One case passes, one fails, one sees nothing."""
    return judge(Request(Tiny, CASES))


def known(**cases: str) -> Expectations:
    """A baseline of one case per verdict."""
    return Expectations({Verdict(verdict): (case,) for verdict, case in cases.items()})


def test_a_baseline_of_a_run_excuses_that_run(report: Report) -> None:
    """What was written from a run is read back, and the run is as known."""
    found = expectations.read(expectations.written(report).encode(), "known.toml", CASES)
    assert found == known(fail="T-fails", inconclusive="T-sees-nothing")
    assert expectations.compared(report, found, TODAY).as_known


def test_what_is_not_known_is_worse(report: Report) -> None:
    """Without a baseline every case that is no pass is worse than known."""
    outcome = expectations.compared(report, Expectations(), TODAY)
    assert [line.split()[0] for line in outcome.worse] == ["T-fails", "T-sees-nothing"]
    assert not outcome.as_known


def test_a_worse_verdict_than_the_known_one_is_worse(report: Report) -> None:
    """Known as inconclusive does not excuse a failure."""
    outcome = expectations.compared(report, known(non_strict="T-fails", inconclusive="T-sees-nothing"), TODAY)
    assert outcome.worse == ("T-fails is fail, known as non_strict (SP-RES-1)",)


def test_a_baseline_that_promises_too_little_is_told(report: Report) -> None:
    """A case that passes although it is known to fail makes the run differ, so that the file is mended."""
    outcome = expectations.compared(report, known(fail="T-protects", error="T-sees-nothing"), TODAY)
    assert len(outcome.better) == 2
    assert not outcome.as_known


@pytest.mark.parametrize(("until", "excused"), [("2027-03-02", True), ("2027-03-01", False), ("2027-02-28", False)])
def test_a_waiver_ends_on_its_day(report: Report, until: str, excused: bool) -> None:
    """Until the day before, the requirement's failures are waived; from that day on they count, and that is said."""
    waiver = Waiver("SP-RES-1", "a reason", dt.date.fromisoformat(until))
    expected = Expectations(known(inconclusive="T-sees-nothing").known, (waiver,))
    outcome = expectations.compared(report, expected, TODAY)
    assert outcome.as_known is excused
    assert bool(outcome.waived) is excused
    assert bool(outcome.expired) is not excused


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[known]\nfail = ['T-fials']", "names 'T-fials'"),
        ("[known]\nfail = ['T-fails', 'T-fails']", "twice"),
        ("[known]\nbroken = ['T-fails']", "no file of expectations"),
        ("[[waiver]]\nrequirement = 'SP-RES-1'\nreason = 'x'", "missing required field `until`"),
        ("[[waiver]]\nrequirement = 'SP-RES-1'\nreason = ' '\nuntil = 2027-01-01", "has no reason"),
        ("[[waiver]]\nrequirement = 'SP-RES-999'\nreason = 'x'\nuntil = 2027-01-01", "names 'SP-RES-999'"),
        ("known = 3", "no file of expectations"),
        ("\x00", "no file of expectations"),
    ],
)
def test_a_wrong_file_is_named(text: str, says: str) -> None:
    """Whatever is wrong with the file is one clear error."""
    with pytest.raises(Problem) as wrong:
        expectations.read(text.encode(), "known.toml", CASES)
    assert says in f"{wrong.value}"


def test_the_exit_code_asks_for_what_was_known(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With a baseline the verdict line stays, and the exit code is 0 as long as the run is as known."""
    out = tmp_path / "out"
    chosen = ["--python", EXAMPLE, "--case", "C-RPO-1", "--case", "C-RPO-2", "--depth", "quick", "--out", str(out)]
    assert main(["conform", *chosen]) == ExitCode.CANNOT_JUDGE
    capsys.readouterr()
    main(["report", str(out / "results.ndjson"), "--format", "expect"])
    file = tmp_path / "known.toml"
    file.write_text(capsys.readouterr().out)
    assert main(["conform", *chosen, "--expect", str(file)]) == ExitCode.OK
    assert "INCONCLUSIVE (core" in capsys.readouterr().out
    file.write_text("")
    assert main(["conform", *chosen, "--expect", str(file)]) == ExitCode.VIOLATION
    assert "worse than known: C-RPO-2 is inconclusive" in capsys.readouterr().out


def test_what_is_skipped_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A case that was left out is not judged, and the verdict line names it."""
    chosen = ["--case", "C-RPO-1", "--case", "C-RPO-2", "--skip", "C-RPO-2", "--depth", "quick"]
    assert main(["conform", "--python", EXAMPLE, *chosen, "--out", str(tmp_path)]) == ExitCode.OK
    assert "without C-RPO-2): 1 of 1 MUST passed" in capsys.readouterr().out
