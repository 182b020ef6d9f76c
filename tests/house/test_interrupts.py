"""Ctrl-C and a reader who leaves: what was done until then is told and kept, and nothing is said that is not known."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from siteproof.cli import main, zoo_work
from siteproof.cli.zoo_rows import MemberResult
from siteproof.conformance import results, runner
from siteproof.conformance.carriers.bench import Bench
from siteproof.conformance.carriers.target import SubjectAddress, TargetKind
from siteproof.conformance.request import Request
from siteproof.conformance.worlds.plan import Depth
from siteproof.fuzz import course
from siteproof.fuzz.guide import Guide
from siteproof.fuzz.walk import Walk, wander
from siteproof.model.nouns.problem import ExitCode

SUBJECT = "siteproof.reference.subject:make_subject"
WAIT_SECONDS_MAX = 120.0


def begun(*words: str, cwd: Path) -> "subprocess.Popen[str]":
    """A command under way, in a folder of its own."""
    command = [sys.executable, "-m", "siteproof", *words]
    return subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def until_lines(path: Path, lines: int) -> None:
    """Wait until a file has so many lines."""
    end = time.monotonic() + WAIT_SECONDS_MAX
    while not path.exists() or path.read_text().count("\n") < lines:
        assert time.monotonic() < end, f"{path.name} did not grow"
        time.sleep(0.05)


@pytest.mark.slow
def test_an_interrupted_run_reports_what_was_judged(tmp_path: Path) -> None:
    """SIGINT in the middle of conform: exit code 130, the counts of the cases judged until then, and their report."""
    process = begun("conform", "--python", SUBJECT, "--depth", "quick", cwd=tmp_path)
    until_lines(tmp_path / "out" / "results.ndjson", 4)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=WAIT_SECONDS_MAX)
    assert process.returncode == ExitCode.INTERRUPTED, err
    assert "INTERRUPTED (core): " in out
    assert "stopped: interrupted after " in out
    assert (tmp_path / "out" / "report.html").is_file()
    recorded = results.read(tmp_path / "out" / "results.ndjson")
    assert recorded.end is not None
    assert recorded.end.exit_code == ExitCode.INTERRUPTED
    assert recorded.report is not None
    assert f"after {len(recorded.report.results)} of " in recorded.end.stopped


def test_a_run_interrupted_before_its_first_case_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing worlds takes seconds: an interrupt in it is a run of no case, with an end of its own."""

    def tired(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(runner, "plan", tired)
    report = runner.judge(Request(SubjectAddress(TargetKind.PYTHON, SUBJECT).factory(), depth=Depth.QUICK))
    assert report.results == ()
    assert report.stopped.startswith("interrupted after 0 of ")
    assert report.exit_code is ExitCode.INTERRUPTED


def test_an_interrupted_campaign_counts_its_walks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The walks until then are an outcome, it says that it is not all, and its report is written."""

    def tired(bench: Bench, seed: int, number: int, steps: int, guide: Guide) -> Walk:
        if number == 2:
            raise KeyboardInterrupt
        return wander(bench, seed, number, steps, guide)

    monkeypatch.setattr(course, "wander", tired)
    code = main(["fuzz", "--executions", "5", "--steps", "5", "--workers", "1", "--out", str(tmp_path)])
    assert code == ExitCode.INTERRUPTED
    assert "interrupted" in (tmp_path / "campaign.html").read_text()


def test_an_interrupted_zoo_shows_the_members_that_were_judged(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The table has the rows until then, and the exit code is no verdict."""
    judged = zoo_work.judged

    def tired(name: str, strictness: zoo_work.Strictness) -> MemberResult:
        if name == "B3":
            raise KeyboardInterrupt
        return judged(name, strictness)

    monkeypatch.setattr(zoo_work, "judged", tired)
    code = main(["zoo", "--only", "B2", "--only", "B3", "--quick", "--workers", "1"])
    shown = capsys.readouterr()
    assert code == ExitCode.INTERRUPTED
    assert [line.split()[0] for line in shown.out.splitlines() if line.startswith(("B2 ", "B3 "))] == ["B2"]
    assert "INTERRUPTED: 1 of 2 members were judged" in shown.err


@pytest.mark.slow
@pytest.mark.parametrize(
    "line", ["explore --list", "policy theorems POL-T2 --smtlib", "conform --list", "export --to tla", "adapter guide"]
)
def test_a_reader_who_leaves_hears_no_complaint(line: str, tmp_path: Path) -> None:
    """When the pipe is closed before the first line is read, nothing is complained about, and the command ends well."""
    reads, writes = os.pipe()
    os.close(reads)
    command = [sys.executable, "-m", "siteproof", *line.split()]
    with os.fdopen(writes, "wb") as pipe:
        ended = subprocess.run(
            command, cwd=tmp_path, stdout=pipe, stderr=subprocess.PIPE, text=True, timeout=120, check=False
        )
    assert "rror" not in ended.stderr
    assert ended.returncode == ExitCode.OK
    assert list(tmp_path.glob("out/crashes/*")) == []
