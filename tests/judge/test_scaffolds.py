"""`siteproof new adapter`: what it writes runs at once, is short, and is judged without a failure in each language."""

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from siteproof.cli import main
from siteproof.conformance import results
from siteproof.conformance.check_up import STEPS
from siteproof.conformance.scaffolds import SCAFFOLDS, Scaffold
from siteproof.conformance.verdict import Verdict
from siteproof.model.nouns.problem import ExitCode

LINES_MAX = 150
SHORT_CASES = ("C-RPO-1", "C-ERR-4", "C-HON-8", "C-HON-10", "C-HON-12")
each_language = pytest.mark.parametrize("scaffold", SCAFFOLDS, ids=lambda each: each.language)


def written(scaffold: Scaffold, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Write it, build it if it needs that, go there; the words of its target."""
    if shutil.which(scaffold.program) is None:
        pytest.skip(f"{scaffold.program} is not installed: the {scaffold.language} adapter cannot be run")
    assert main(["new", "adapter", "--lang", scaffold.language, "--out", str(folder)]) == ExitCode.OK
    if scaffold.build:
        subprocess.run(shlex.split(scaffold.build), cwd=folder, check=True)
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.delitem(sys.modules, "my_adapter", raising=False)
    return shlex.split(scaffold.target)


@each_language
def test_a_scaffold_is_short(scaffold: Scaffold) -> None:
    """An adapter to begin with has fewer than 150 lines."""
    assert len(scaffold.text().splitlines()) < LINES_MAX


@each_language
def test_the_doctor_finds_nothing_in_a_scaffold(
    scaffold: Scaffold, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was just written answers every call as the contract says."""
    target = written(scaffold, tmp_path / "mine", monkeypatch)
    capsys.readouterr()
    assert main(["doctor", *target]) == ExitCode.OK
    shown = capsys.readouterr().out
    assert shown.count("\n  ok ") == len(STEPS)


@each_language
def test_a_scaffold_is_judged_without_a_failure(
    scaffold: Scaffold, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it declares it has: cases pass on it, and none fails, in odd worlds too."""
    target = written(scaffold, tmp_path / "mine", monkeypatch)
    chosen = [word for name in SHORT_CASES for word in ("--case", name)]
    main(["conform", *target, *chosen, "--depth", "quick", "--out", "out", "--timeout", "120s"])
    report = results.read(Path("out") / results.FILE_NAME).report
    assert report is not None
    verdicts = [each.verdict for each in report.results]
    assert verdicts.count(Verdict.PASS) >= len(SHORT_CASES) - 1
    assert not {Verdict.FAIL, Verdict.DISHONEST, Verdict.ERROR} & set(verdicts)


def test_nothing_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is there already is left alone, and that is said."""
    mine = tmp_path / "my_adapter.py"
    mine.write_text("mine")
    assert main(["new", "adapter", "--out", str(tmp_path)]) == ExitCode.USAGE
    assert mine.read_text() == "mine"
    assert "nothing is overwritten" in capsys.readouterr().err
