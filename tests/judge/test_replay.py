"""`siteproof replay`: a failure comes back from its file alone, and a wrong file is named."""

import json
import sys
from pathlib import Path

import pytest
from attrs import evolve

from siteproof.cli import conform, main, replay
from siteproof.model.nouns.problem import ExitCode
from tests.judge import judge_cases
from tests.judge.judge_cases import case_of

ROOT = Path(__file__).parents[2]
TINY = "tests.judge.adapters.tiny:make_subject"
CASES = (case_of(judge_cases.protects), case_of(judge_cases.fails))


@pytest.fixture(autouse=True)
def _own_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(conform, "all_cases", lambda: CASES)
    monkeypatch.setattr(replay, "all_cases", lambda: CASES)


def failure_of(out: Path) -> Path:
    """The one failure file of a run against the tiny subject."""
    assert main(["conform", "--python", TINY, "--out", str(out), "--seed", "5"]) == ExitCode.VIOLATION
    (path,) = (out / "failures").glob("*.json")
    return path


def test_a_failure_comes_back_from_its_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The replay line that a failing run prints reproduces the failure: exit code 1."""
    path = failure_of(tmp_path)
    assert f"siteproof replay {path}" in capsys.readouterr().out
    assert main(["replay", str(path)]) == ExitCode.VIOLATION
    shown = capsys.readouterr().out
    assert "reproduced: recorded fail, now fail" in shown
    assert f"seed 5 · python {TINY} · case T-fails" in shown


def test_a_failure_that_is_mended_does_not_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """When the case passes now, the replay says so: exit code 0."""
    path = failure_of(tmp_path)
    mended = case_of(judge_cases.protects)
    monkeypatch.setattr(replay, "_found", lambda _: mended)
    assert main(["replay", str(path)]) == ExitCode.OK
    assert "not reproduced: recorded fail, now pass" in capsys.readouterr().out


def test_a_failure_of_a_command_comes_back_from_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A command that was named relative to one folder is started there, wherever its failure is replayed."""
    home, away = tmp_path / "home", tmp_path / "away"
    for folder in (home, away):
        folder.mkdir()
    script = home / "my-adapter"
    served = f"{sys.executable} -m siteproof adapter serve {TINY}"
    script.write_text(f'#!/bin/sh\ntest -f my-adapter && PYTHONPATH="{ROOT}" exec {served}\n')
    script.chmod(0o755)
    monkeypatch.chdir(home)
    assert main(["conform", "--cmd", "./my-adapter", "--out", str(tmp_path)]) == ExitCode.VIOLATION
    (path,) = (tmp_path / "failures").glob("*.json")
    monkeypatch.chdir(away)
    assert main(["replay", str(path)]) == ExitCode.VIOLATION
    assert "reproduced: recorded fail, now fail" in capsys.readouterr().out


def test_the_same_failure_is_the_same_file(tmp_path: Path) -> None:
    """A failure's file follows from what it is: two runs write one and the same."""
    first = failure_of(tmp_path)
    content = first.read_bytes()
    assert failure_of(tmp_path) == first
    assert first.read_bytes() == content


def test_a_crash_of_ours_is_run_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A crash file holds a command line; it is run again, and when it ends well the crash is gone."""
    path = tmp_path / "crash.json"
    path.write_text(json.dumps({"argv": ["--version"], "traceback": "…", "siteproof": "0.1.0", "error": "e"}))
    assert main(["replay", str(path)]) == ExitCode.OK
    assert "not reproduced: the command ended with exit code 0" in capsys.readouterr().out


def test_a_crash_that_still_happens_is_reproduced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A command line that raises again is reproduced: exit code 1, not 4."""
    path = tmp_path / "crash.json"
    path.write_text(json.dumps({"argv": ["conform", "--python", TINY], "traceback": "…"}))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(conform, "all_cases", lambda: int(""))
    assert main(["replay", str(path)]) == ExitCode.VIOLATION
    assert "reproduced: the command ended with exit code 4" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "it is not JSON"),
        (b"\xff\xfe", "it is not JSON"),
        (b"[1, 2]", "it is not a JSON object"),
        (b"{}", "it has no kind"),
        (b'{"kind": "dance"}', "its kind 'dance' is none of case, walk, crash"),
        (b'{"kind": "case"}', "missing required field"),
        (b'{"kind": "walk"}', "is not a recorded walk"),
        (b'{"argv": ["replay", "x"], "traceback": ""}', "no command line of its own"),
    ],
)
def test_a_file_that_cannot_be_replayed_is_named(
    content: bytes, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever is in the file, there is one clear error with exit code 2."""
    path = tmp_path / "file.json"
    path.write_bytes(content)
    assert main(["replay", str(path)]) == ExitCode.USAGE
    assert says in capsys.readouterr().err


def test_a_missing_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is not there gives its path and the system's reason."""
    assert main(["replay", str(tmp_path / "nothing.json")]) == ExitCode.USAGE
    assert "No such file" in capsys.readouterr().err


def test_a_failure_of_before_the_prefix_is_replayed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A failure recorded under a case's old id, without the prefix, comes back under its new one."""
    path = failure_of(tmp_path)
    renamed = evolve(CASES[1], id="C-RES-99")
    monkeypatch.setattr(replay, "all_cases", lambda: (renamed,))
    path.write_text(json.dumps(json.loads(path.read_text()) | {"case_id": "RES-99"}))
    capsys.readouterr()
    assert main(["replay", str(path)]) == ExitCode.VIOLATION
    assert "case C-RES-99" in capsys.readouterr().out


def test_a_case_that_is_gone_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A failure of a case that the suite no longer has gives the nearest names."""
    path = failure_of(tmp_path)
    record = json.loads(path.read_text()) | {"case_id": "T-failz"}
    path.write_text(json.dumps(record))
    assert main(["replay", str(path)]) == ExitCode.USAGE
    assert "did you mean T-fails" in capsys.readouterr().err
