"""No daemon and no folder outlives its subject, however that ends, and what is missing is named."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from siteproof.conformance.adapters.qemu import client, process, replica
from siteproof.conformance.adapters.qemu.adapter import QemuSubject, make_subject
from siteproof.conformance.adapters.qemu.monitor import CommandError
from siteproof.conformance.adapters.qemu.sites import QemuSites
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.model.nouns.scenario import DiskSpec, MachineSpec, Scenario

Bench = Any
GONE_SECONDS_MAX = 20.0
OWNER = """
import sys
from siteproof.conformance.adapters.qemu.adapter import make_subject
from siteproof.model.nouns.scenario import DiskSpec, MachineSpec, Scenario
subject = make_subject()
subject.reset(Scenario((MachineSpec("vm", (DiskSpec("d", 16),)),)))
print(subject._sites.sources[0].pid, subject._sites.target.pid, subject._sites.folder, flush=True)
if sys.argv[1] == "raise":
    raise RuntimeError("the owner is broken")
sys.stdin.read()
"""


def lives(pid: int) -> bool:
    """Whether a process of that id runs (one that has ended and waits to be reaped does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def all_gone(pids: list[int]) -> bool:
    """Whether all processes have ended, waiting a bounded time for it."""
    end = time.monotonic() + GONE_SECONDS_MAX
    while any(map(lives, pids)) and time.monotonic() < end:
        time.sleep(0.01)
    return not any(map(lives, pids))


def owner(how: str) -> tuple["subprocess.Popen[str]", list[int], Path]:
    """Another process that holds a subject; its daemons' ids and its folder."""
    process_ = subprocess.Popen(
        [sys.executable, "-c", OWNER, how],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process_.stdout is not None
    source, target, folder = process_.stdout.readline().split()
    return process_, [int(source), int(target)], Path(folder)


def pids_of(subject: QemuSubject) -> list[int]:
    """The ids of the subject's daemons."""
    assert subject._sites is not None
    return [subject._sites.sources[0].pid, subject._sites.target.pid]


def test_close_ends_the_daemons(qemu: QemuSubject) -> None:
    """After close no daemon runs and the folder is gone; closing again is harmless."""
    qemu.reset(Scenario((MachineSpec("vm", (DiskSpec("d", 16),)),)))
    pids, folder = pids_of(qemu), qemu._sites.folder if qemu._sites else Path()
    assert all(map(lives, pids))
    assert folder.is_dir()
    qemu.close()
    qemu.close()
    assert all_gone(pids)
    assert not folder.exists()


def test_a_reset_that_fails_leaves_nothing_after_close(qemu: QemuSubject) -> None:
    """A scenario that cannot be set up does not leave daemons behind."""
    with pytest.raises(Problem):
        qemu.reset(Scenario((MachineSpec("vm", (DiskSpec("d", 16, "/nowhere/image.raw"),)),)))
    pids = pids_of(qemu)
    qemu.close()
    assert all_gone(pids)


@pytest.mark.usefixtures("qemu")
def test_an_exception_of_the_owner_ends_the_daemons() -> None:
    """A process that dies of an exception takes its daemons and its folder along."""
    process_, pids, folder = owner("raise")
    process_.communicate(timeout=GONE_SECONDS_MAX)
    assert process_.returncode == 1
    assert all_gone(pids)
    assert not folder.exists()


@pytest.mark.usefixtures("qemu")
def test_a_killed_owner_takes_its_daemons_along() -> None:
    """Even SIGKILL of the owner leaves no daemon running and no folder."""
    process_, pids, folder = owner("wait")
    assert all(map(lives, pids))
    process_.send_signal(signal.SIGKILL)
    process_.communicate(timeout=GONE_SECONDS_MAX)
    assert all_gone(pids)
    end = time.monotonic() + GONE_SECONDS_MAX
    while folder.exists() and time.monotonic() < end:
        time.sleep(0.01)
    assert not folder.exists()


def test_a_dead_daemon_is_an_error_within_bounds(bench: Bench) -> None:
    """When a daemon dies, calls fail with the daemon's name instead of hanging."""
    os.kill(bench.subject._sites.target.pid, signal.SIGKILL)
    with pytest.raises(CommandError, match="the daemon does not answer"):
        bench.protect()


def test_a_stuck_daemon_is_an_error_within_bounds(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a daemon stops answering, a write ends as a problem instead of waiting for ever."""
    monkeypatch.setattr(client, "NBD_SECONDS_MAX", 0.1)
    monkeypatch.setattr(client, "POLL_MS", 10)
    pid = bench.subject._sites.sources[0].pid
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(Problem, match="stuck"):
        bench.write("data", 1)
    os.kill(pid, signal.SIGCONT)


def test_a_full_chain_of_layers_is_a_problem(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The chain of layers has a bound, and reaching it is said instead of exhausting the daemon's files."""
    bench.protect()
    monkeypatch.setattr(replica, "LAYERS_MAX", 1)
    bench.write("data", 1)
    with pytest.raises(Problem, match="chain of layers is full"):
        bench.subject.settle()


def test_a_missing_daemon_names_the_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the storage daemon nothing can be judged, and the hint says what to install."""
    monkeypatch.setattr(process, "PROGRAM", "no-such-storage-daemon")
    with pytest.raises(Problem) as caught:
        process.program()
    assert caught.value.code is ExitCode.CANNOT_JUDGE
    assert "qemu-system-common" in caught.value.hint


@pytest.mark.parametrize(("module", "package"), [("nbd", "python3-libnbd"), ("qemu.qmp", "siteproof[qemu]")])
def test_a_missing_binding_is_named(monkeypatch: pytest.MonkeyPatch, module: str, package: str) -> None:
    """Without a binding nothing can be judged, and the hint says what to install."""
    if module != "nbd":
        monkeypatch.setattr(client, "binding", lambda: None)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(Problem) as caught:
        make_subject()
    assert caught.value.code is ExitCode.CANNOT_JUDGE
    assert package in caught.value.hint


@pytest.mark.usefixtures("qemu")
def test_a_folder_too_deep_for_sockets_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A temporary directory whose sockets' paths would be too long is named before anything starts."""
    deep = tmp_path / ("d" * 100)
    deep.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    with pytest.raises(Problem, match="too deep"):
        QemuSites(1, 1 << 40)
    assert list(deep.iterdir()) == []


@pytest.mark.usefixtures("qemu")
def test_a_daemon_that_cannot_start_tells_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A daemon that ends at its start is a problem with its own last words, and leaves no process."""
    wrong = tmp_path / "wrong-daemon"
    wrong.write_text("#!/bin/sh\necho I do not feel well >&2\nexit 7\n")
    wrong.chmod(0o755)
    monkeypatch.setattr(process, "program", lambda: str(wrong))
    with pytest.raises(Problem, match="ended at its start") as caught:
        process.Daemon("a", tmp_path)
    assert caught.value.cause == "I do not feel well"
    assert caught.value.code is ExitCode.CANNOT_JUDGE
