"""`siteproof zoo --generate`: rates, survivors with their drives, and the exit code; nightly a bounded sample."""

import json
from pathlib import Path
from typing import Any

import pytest

from siteproof.cli import main, zoo_mutants
from siteproof.fuzz.mutants.differ import Difference, MutantFinding
from siteproof.fuzz.mutants.draw import draw
from siteproof.fuzz.mutants.judging import MutantJudgement
from siteproof.fuzz.mutants.measure import MeasuredMutant, rate
from siteproof.fuzz.mutants.sitting import Bounds, Sitting, sit
from siteproof.model.nouns.problem import ExitCode

KILLED, SURVIVOR, SAME = draw(3, 3)
ROWS = (
    MeasuredMutant(KILLED, MutantFinding(Difference.SHOWN), MutantJudgement(4, 2, "C-REP-3", "plain", "fail")),
    MeasuredMutant(
        SURVIVOR,
        MutantFinding(Difference.SHOWN),
        MutantJudgement(2, 2),
        ("enable machine 0", "settle"),
        "machine 0 showed generation 1",
    ),
    MeasuredMutant(SAME, MutantFinding(Difference.NONE, 7, 600), MutantJudgement()),
)
NIGHTLY_COUNT, NIGHTLY_DRIVES, NIGHTLY_PLAYS = 60, 30, 200
NIGHTLY_RATE_MIN = 0.5


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """The measure is known: one is killed, one survives, one is equivalent."""
    monkeypatch.setattr(zoo_mutants, "sit", lambda *_: (Sitting((), ()), ROWS))


@pytest.mark.usefixtures("measured")
def test_a_survivor_is_printed_with_its_drive_and_costs_the_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever reads the table sees the rate with its interval, the survivor, where it is wrong and how that shows."""
    assert main(["zoo", "--generate", "3", "--seed", "3"]) == ExitCode.VIOLATION
    text = capsys.readouterr().out
    assert "killed 1 of 2, 50.0% (9.5% to 90.5%) at 95 %" in text
    assert f"SURVIVES {SURVIVOR.id}  {SURVIVOR} (its trigger holds in 2 cases)" in text
    assert "   1. enable machine 0" in text
    assert "machine 0 showed generation 1" in text
    assert "1 equivalent · 1 killed · 1 survives" in text


@pytest.mark.usefixtures("measured")
def test_rows_are_kept_as_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line per mutant and one for the whole, in the file and on stdout alike; each says how to judge it alone."""
    file = tmp_path / "rows.ndjson"
    main(["zoo", "--generate", "3", "--seed", "3", "--format", "json", "--out", str(file)])
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == lines
    assert [line["outcome"] for line in lines[:-1]] == ["killed", "survives", "equivalent"]
    assert lines[0]["python"].endswith(f":{KILLED.id}")
    assert lines[-1]["rate"]["killed"] == 1


def test_a_file_that_cannot_be_written_is_told_before_anything_is_measured(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run of hours does not end with a folder that is not there."""

    def never(*_: Any) -> Any:
        raise AssertionError("measured all the same")

    monkeypatch.setattr(zoo_mutants, "sit", never)
    assert main(["zoo", "--generate", "1", "--out", str(tmp_path / "no" / "rows")]) == ExitCode.USAGE
    assert "cannot write" in capsys.readouterr().err


@pytest.mark.parametrize("more", [["--only", "B2"], ["--quick"], ["--mutant", "m1_1"]])
def test_options_that_contradict_each_other_are_refused(more: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Members and mutants are two runs, and so are drawn mutants and named ones."""
    assert main(["zoo", "--generate", "1", *more]) == ExitCode.USAGE
    assert more[0] in capsys.readouterr().err


def test_what_is_no_mutant_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong id is answered with the form of a right one."""
    assert main(["zoo", "--mutant", "B2"]) == ExitCode.USAGE
    assert "m<seed>_<number>" in capsys.readouterr().err


@pytest.mark.nightly
@pytest.mark.timeout(7200)
def test_the_kill_rate_of_a_sample_does_not_fall() -> None:
    """Of a bounded sample of drawn mutants the suite kills no smaller part than it did."""
    _, rows = sit(draw(20_000, NIGHTLY_COUNT), Bounds(drives=NIGHTLY_DRIVES, workers=2, plays=NIGHTLY_PLAYS))
    found = rate(rows)
    assert found.all >= NIGHTLY_COUNT / 10
    assert found.killed / found.all >= NIGHTLY_RATE_MIN, str(found)
