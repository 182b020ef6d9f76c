"""Adapters that misbehave: one clear error each, exit code 3, and nothing that was judged is lost."""

import sys
from pathlib import Path

import pytest

from siteproof.cli import conform, main
from siteproof.conformance import results, wire
from siteproof.conformance.carriers import stdio
from siteproof.conformance.carriers.stdio import Stdio
from siteproof.conformance.verdict import Verdict
from siteproof.model.nouns.problem import ExitCode
from tests.judge import judge_cases
from tests.judge.judge_cases import case_of

ROOT = Path(__file__).parents[2]
CASES = (case_of(judge_cases.protects), case_of(judge_cases.writes), case_of(judge_cases.protects))

BOUND = {"deaf": "2s", "hangs": "6s"}  # of the two that never answer; the others answer long before theirs


def adapter(name: str) -> str:
    """The command line of one of the adapters beside this file."""
    return f"{sys.executable} -m tests.judge.adapters.{name}"


@pytest.fixture(autouse=True)
def _own_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(conform, "all_cases", lambda: CASES)


def run(out: Path, command: str, *more: str) -> int:
    """`siteproof conform --cmd` with that adapter."""
    return main(["conform", "--cmd", command, "--out", str(out), "--format", "text", *more])


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("garbage", "broke the protocol in its answer to `describe`"),
        ("future", "it speaks version 99 of the contract, this judge version"),
        ("deaf", "hangs in `describe`"),
    ],
)
def test_an_adapter_that_cannot_even_start_gets_one_clear_error(
    name: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before the first case: exit code 3 and problem, cause and hint; the record says that nothing was judged."""
    assert run(tmp_path, adapter(name), "--timeout", BOUND.get(name, "60s")) == ExitCode.CANNOT_JUDGE
    error = capsys.readouterr().err
    assert says in error
    assert "cause:" in error
    assert "hint:" in error
    assert "\x1b" not in error
    assert results.read(tmp_path / results.FILE_NAME).report is None


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("hangs", "hangs in `write`"),
        ("dies", "out of cheese"),
        ("wrong_id", "answered call"),
        ("wrong_form", "answered call"),
    ],
)
def test_an_adapter_that_breaks_half_way_loses_nothing(
    name: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Results before and after the broken case are kept, the case is in error, the exit code is 3."""
    assert run(tmp_path, adapter(name), "--timeout", BOUND.get(name, "60s")) == ExitCode.CANNOT_JUDGE
    report = results.read(tmp_path / results.FILE_NAME).report
    assert report is not None
    assert [result.verdict for result in report.results][1] is Verdict.ERROR
    assert len(report.results) == len(CASES)
    assert says in capsys.readouterr().out


@pytest.mark.parametrize(
    ("stream", "says"), [("stdout", "bytes and no end of the line"), ("stderr", "bytes on stderr and no answer")]
)
def test_an_adapter_that_floods_is_called_so(
    stream: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever pours out bytes instead of an answer does not hang: the error says how much came, and from where."""
    monkeypatch.setattr(stdio, "FLOOD_BYTES", 10_000)
    assert run(tmp_path, f"{adapter('floods')} {stream}", "--timeout", "5s") == ExitCode.CANNOT_JUDGE
    error = capsys.readouterr().err
    floods = "floods `describe`" in error and says in error
    assert floods or "with a line of more than" in error
    assert "hangs" not in error


def test_an_adapter_that_dies_says_how(tmp_path: Path) -> None:
    """The error of a dead adapter has its exit status and the last words of its stderr."""
    run(tmp_path, adapter("dies"))
    report = results.read(tmp_path / results.FILE_NAME).report
    assert report is not None
    assert "its exit status is 7" in report.results[1].detail
    assert "out of cheese" in report.results[1].detail


SAID = "".join(f"line {number}\n" for number in range(1, 41))
TALKS = "sh -c 'for n in $(seq 40); do echo line $n >&2; done; exit 3'"


def test_all_that_a_dying_adapter_said_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """First and last lines are shown, all of its stderr is a file of this run, and the next run removes it."""
    folder = tmp_path / "failures"
    folder.mkdir()
    (folder / "C-OLD-1-0a1b2c3d.json").write_text("{}")
    (folder / "notes.json").write_text("{}")
    for _ in range(2):
        assert run(tmp_path, TALKS) == ExitCode.CANNOT_JUDGE
        error = capsys.readouterr().err
        assert "line 1 | line 2 | line 3 | … 34 more lines … | line 38 | line 39 | line 40" in error
        kept = sorted(path for path in folder.iterdir() if path.name != "notes.json")
        assert [path.read_text() for path in kept] == [SAID]
        assert str(kept[0]) in error


def test_a_line_without_end_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line that is longer than the contract allows is an error with the bound in it, not a full memory."""
    monkeypatch.setattr(wire, "LINE_BYTES_MAX", 1024 * 1024)
    assert run(tmp_path, adapter("long_line")) == ExitCode.CANNOT_JUDGE
    assert "with a line of more than 1048576 bytes" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "code", "says"),
    [
        ("./there-is-no-such-adapter", ExitCode.CANNOT_JUDGE, "there is no executable file"),
        ("", ExitCode.USAGE, "the command is empty"),
        ("'unclosed", ExitCode.USAGE, "No closing quotation"),
        ("/bin/true", ExitCode.CANNOT_JUDGE, "ended instead of answering `describe`"),
    ],
)
def test_a_command_that_is_no_adapter_gets_one_clear_error(
    command: str, code: ExitCode, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A command that cannot be started, or ends at once, is named with its cause."""
    assert run(tmp_path, command) == code
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "code", "says"),
    [
        ("nowhere", ExitCode.USAGE, "not of the form package.module:function"),
        ("no.such.module:make", ExitCode.CANNOT_JUDGE, "No module named 'no'"),
        ("siteproof:no_such_function", ExitCode.USAGE, "has no no_such_function"),
        ("tests.judge.adapters.dies:wrong", ExitCode.CANNOT_JUDGE, "cannot be loaded"),
    ],
)
def test_a_python_name_that_leads_nowhere_gets_one_clear_error(
    name: str,
    code: ExitCode,
    says: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A dotted name without a subject behind it is named with its cause."""

    def refuse() -> None:
        raise SystemExit(9)

    monkeypatch.setattr("siteproof.conformance.carriers.serving.protocol_streams", refuse)
    assert main(["conform", "--python", name, "--out", str(tmp_path)]) == code
    assert says in capsys.readouterr().err


def test_a_subject_that_prints_does_not_disturb_the_protocol(tmp_path: Path) -> None:
    """Whatever a served subject prints to stdout goes to stderr; the verdict is the same."""
    assert run(tmp_path, adapter("noisy")) == ExitCode.OK


def test_letting_go_leaves_no_process() -> None:
    """An adapter that was abandoned is dead."""
    subject = Stdio(adapter("deaf"))
    subject.abandon()
    assert subject._process.returncode is not None


def test_the_same_subject_served_and_direct_gets_the_same_results(tmp_path: Path) -> None:
    """Two carriers of one contract: the results do not depend on the way they came."""
    name = "tests.judge.adapters.tiny:make_subject"
    served = f"{sys.executable} -m siteproof adapter serve {name}"
    assert run(tmp_path / "served", served) == ExitCode.OK
    assert main(["conform", "--python", name, "--out", str(tmp_path / "direct")]) == ExitCode.OK
    records = [results.read(tmp_path / name / results.FILE_NAME).report for name in ("served", "direct")]
    assert records[0] is not None
    assert records[1] is not None
    assert records[0].results == records[1].results


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "no target was named"),
        (["--cmd", "a", "--python", "b:c"], "more than one target"),
        (["--url", "http://example.com/"], "nothing is sent without TLS"),
        (["--python", "a:b", "--case", "T-protcts"], "did you mean T-protects"),
        (["--python", "a:b", "--chapter", "NOWHERE"], "chapters are: RES"),
        (["--python", "a:b", "--timeout", "soon"], "write for example 30s"),
    ],
)
def test_a_wrong_option_gets_one_clear_error(
    arguments: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Options that do not fit are named with a hint, exit code 2."""
    assert main(["conform", *arguments, "--out", str(tmp_path)]) == ExitCode.USAGE
    assert says in capsys.readouterr().err
