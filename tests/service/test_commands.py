"""The commands on a stopped and on a running appliance: the same answers, and one Problem for every bad input."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from siteproof.cli import main
from siteproof.model.nouns.problem import Problem
from siteproof.reference.service import control, serving
from siteproof.reference.service.service import Service


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new appliance, named by the environment, and an image beside it."""
    (tmp_path / "disk.img").write_bytes(b"block" * 10_000)
    monkeypatch.setenv("SITEPROOF_STATE", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    assert main(["appliance", "init"]) == 0
    return tmp_path / "state"


@pytest.fixture
def running(state: Path) -> Iterator[Path]:
    """The same, served."""
    with Service(state) as service, serving.serving(service):
        yield state


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """What a command prints."""
    capsys.readouterr()
    assert main(list(arguments)) == code
    found = capsys.readouterr()
    return found.out if code == 0 else found.err


def everything(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """A machine's life in commands."""
    lines = [
        told(capsys, "machine", "protect", "web", "disk.img", "--retention", "48h", "--app-every", "4h"),
        told(capsys, "machine", "ship", "web"),
        told(capsys, "point", "take", "web"),
        told(capsys, "point", "verify", "web", "cp-000002"),
        told(capsys, "point", "restore", "web", "cp-000001", f"{len(list(Path().iterdir()))}.img"),
        told(capsys, "machine", "policy", "web", "--retention", "24h"),
        told(capsys, "machine", "do", "test_failover", "web", "--point", "cp-000001"),
        told(capsys, "machine", "do", "commit", "web", code=2),
        told(capsys, "machine", "do", "clean_up_test", "web"),
        told(capsys, "machine", "do", "fail_over", "web"),
        told(capsys, "machine", "do", "disable", "web"),
        told(capsys, "machine", "forget", "web"),
        told(capsys, "machine", "show", "web", code=2),
    ]
    jobs = json.loads(told(capsys, "job", "list", "--format", "json"))
    return [*lines, str([(job["verb"], job["state"]) for job in jobs])]


def test_a_stopped_and_a_running_appliance_answer_alike(
    state: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The same life twice: on the directory, and through the control socket."""
    del state
    stopped = everything(capsys)
    assert main(["appliance", "init", "--state", str(tmp_path / "other")]) == 0
    with pytest.MonkeyPatch.context() as patch, Service(tmp_path / "other") as service, serving.serving(service):
        patch.setenv("SITEPROOF_STATE", str(tmp_path / "other"))
        served = everything(capsys)
    assert [without_times(line) for line in served] == [without_times(line) for line in stopped]


def without_times(text: str) -> list[str]:
    """Words that are neither times nor names of files."""
    return [word for word in text.split() if ":" not in word and "-11-" not in word and "img" not in word
            and not word[:4].isdigit()]  # fmt: skip


BAD: list[list[str]] = [
    ["machine", "protect", "../up", "disk.img"],
    ["machine", "protect", "web", "nothing.img"],
    ["machine", "protect", "web", "."],
    ["machine", "protect", "web", "disk.img", "disk.img"],
    ["machine", "protect", "web", "disk.img", "--retention", "16h", "--app-every", "20h"],
    ["machine", "protect", "web", "disk.img", "--retention", "90s"],
    ["machine", "show", "nobody"],
    ["point", "take", "nobody"],
    ["point", "restore", "nobody", "cp-1", "x.img"],
    ["point", "restore", "nobody", "cp-1", "disk.img"],
    ["appliance", "init"],
    ["appliance", "serve", "--nbd", "0.0.0.0:10809"],
    ["appliance", "serve", "--nbd", "127.0.0.1:nine"],
    ["machine", "list", "--state", "nowhere"],
]


@pytest.mark.parametrize("line", BAD, ids=" ".join)
def test_bad_input_is_one_problem_and_changes_nothing(
    state: Path, line: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2, no traceback, no machine."""
    assert "Traceback" not in told(capsys, *line, code=2)
    assert json.loads(told(capsys, "machine", "list", "--format", "json")) == []
    assert state.stat().st_mode & 0o077 == 0


def test_a_directory_in_use_is_named(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Somebody holds it and does not answer."""
    with Service(state):
        assert "is in use" in told(capsys, "machine", "list", code=2)


def test_the_socket_is_its_owners_and_survives_garbage(running: Path) -> None:
    """Not a line of JSON, a wrong shape, an unknown verb, a line that is too long: each is answered."""
    assert (running / control.SOCKET).stat().st_mode & 0o077 == 0
    for line in (b"{", b"[]", b'{"verb": 1}', b'{"verb": "x", "arguments": {}}', b"9" * (control.LINE_BYTES_MAX + 5)):
        with socket.socket(socket.AF_UNIX) as link:
            link.connect(str(running / control.SOCKET))
            link.sendall(line + b"\n")
            assert b'"problem"' in link.makefile("rb").readline()
    with pytest.raises(Problem, match="cannot be done like that"):
        control.ask(running, "machine.protect", {"machine": 7, "images": "x"})
    assert control.ask(running, "machine.list", {}) == []
