"""One qemu-storage-daemon: start, command, kill. Rule: no daemon outlives us, and every wait has a bound.

A small shell stands beside each daemon and reads a pipe that only we hold: when we end in whatever way, even by
SIGKILL, the pipe closes and the shell kills the daemon and deletes its folder.
"""

import atexit
import contextlib
import os
import resource
import shutil
import signal
import subprocess
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from siteproof.conformance.adapters.qemu.monitor import CommandError, Monitor
from siteproof.model.nouns.problem import ExitCode, Problem

PROGRAM = "qemu-storage-daemon"
HINT = "install the Debian packages qemu-system-common qemu-utils qemu-block-extra python3-libnbd"
START_SECONDS_MAX = 10.0
JOB_SECONDS_MAX = 120.0
POLL_SECONDS = 0.001
SOCKET_PATH_BYTES_MAX = 100
T = TypeVar("T")
_LEASH = 'read -r _; kill -9 "$1"; rm -rf -- "$2"'
_ALIVE: "weakref.WeakSet[Daemon]" = weakref.WeakSet()


class Daemon:
    """A running daemon with its monitor and its NBD server on unix sockets inside `folder` (a private directory)."""

    def __init__(self, name: str, folder: Path) -> None:
        """Start it and wait until it answers; Problem (exit 3) when it cannot be started."""
        self.name = name
        self.nbd_socket = folder / f"{name}.nbd"
        self._qmp_socket = folder / f"{name}.qmp"
        self._pid_file = folder / f"{name}.pid"
        self._log = folder / f"{name}.log"
        self._monitor: Monitor | None = None
        _check_socket_path(self._qmp_socket)
        for left in (self.nbd_socket, self._qmp_socket, self._pid_file):
            left.unlink(missing_ok=True)  # of a daemon of that name which was killed
        self._process = self._spawn(program())
        self._leash = _leash(self._process.pid, folder)
        _ALIVE.add(self)
        try:
            wait_for(self._is_up, START_SECONDS_MAX, f"the start of {self.name}", self._last_words)
            self._monitor = Monitor(self._qmp_socket)
        except BaseException:
            self.kill()
            raise

    @property
    def pid(self) -> int:
        """The daemon's process id."""
        return self._process.pid

    def execute(self, command: str, **arguments: Any) -> Any:
        """Run one QMP command (underscores become hyphens) and return its value; CommandError carries its error."""
        if self._monitor is None:
            raise CommandError(f"{self.name} {command}: the daemon does not answer (it was killed)")
        named = {key.replace("_", "-"): value for key, value in arguments.items()}
        try:
            return self._monitor.ask(command, named)
        except CommandError as error:
            raise CommandError(f"{self.name} {command}: {error}") from error

    def run_job(self, command: str, job: str, **arguments: Any) -> None:
        """Start a job by `command` and wait for its end; CommandError carries its error."""
        self.execute(command, job_id=job, **arguments)
        self.finish_job(job)

    def finish_job(self, job: str) -> None:
        """Wait until `job` has concluded and dismiss it; CommandError carries its error."""
        state = wait_for(lambda: self._concluded(job), JOB_SECONDS_MAX, f"job {job} of {self.name}")
        self.execute("job-dismiss", id=job)
        if "error" in state:
            raise CommandError(f"{self.name} job {job}: {state['error']}")

    def kill(self) -> None:
        """End the daemon at once, as a power loss does; harmless when it has ended already."""
        _end(self._leash)  # first, so that it never kills a process id that somebody else got meanwhile
        _end(self._process)
        if self._monitor is not None:
            self._monitor.close()
            self._monitor = None
        _ALIVE.discard(self)

    def _spawn(self, path: str) -> subprocess.Popen[bytes]:
        monitor = ("--chardev", f"socket,id=monitor,server=on,wait=off,path={self._qmp_socket}", "--monitor", "monitor")
        nbd = ("--nbd-server", f"addr.type=unix,addr.path={self.nbd_socket},max-connections=0")
        command = (path, *monitor, *nbd, "--pidfile", str(self._pid_file))
        with self._log.open("ab") as log:
            process = subprocess.Popen(  # noqa: S603  (the arguments are ours)
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        _allow_many_files(process.pid)
        return process

    def _is_up(self) -> bool:
        # The daemon writes its process id after everything else is set up, and ends the line last.
        if self._process.poll() is not None:
            raise Problem(f"{PROGRAM} ended at its start", self._last_words(), HINT, ExitCode.CANNOT_JUDGE)
        return self._pid_file.exists() and self._pid_file.read_text().endswith("\n")

    def _last_words(self) -> str:
        return self._log.read_text(errors="replace").strip()[-300:]

    def _concluded(self, job: str) -> dict[str, Any] | None:
        jobs = [each for each in self.execute("query-jobs") if each["id"] == job]
        if not jobs:
            raise CommandError(f"{self.name} has no job {job}")
        return jobs[0] if jobs[0]["status"] == "concluded" else None


def program() -> str:
    """Where the storage daemon is; Problem (exit 3) with the packages to install when it is absent."""
    path = shutil.which(PROGRAM, path=os.environ.get("PATH", "") + os.pathsep + "/usr/bin")
    if path is None:
        raise Problem(f"{PROGRAM} is not installed", "it is not on the PATH", HINT, ExitCode.CANNOT_JUDGE)
    return path


def wait_for(ask: Callable[[], T | None], seconds: float, what: str, why: Callable[[], str] = str) -> T:
    """Ask until the answer is true and return it; Problem (exit 3) after `seconds`."""
    end = time.monotonic() + seconds
    while not (answer := ask()):
        if time.monotonic() > end:
            raise Problem(
                f"{what} took more than {seconds:g} s", why() or "the daemon is stuck", HINT, ExitCode.CANNOT_JUDGE
            )
        time.sleep(POLL_SECONDS)
    return answer


def _leash(pid: int, folder: Path) -> subprocess.Popen[bytes]:
    command = ("/bin/sh", "-c", _LEASH, "leash", str(pid), str(folder))
    return subprocess.Popen(  # noqa: S603  (the arguments are ours)
        command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    )


def _allow_many_files(pid: int) -> None:
    """Each layer is an open file: let the daemon have as many as the system allows without asking for more."""
    with contextlib.suppress(ProcessLookupError):
        _, most = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (most, most))


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    if process.stdin:
        process.stdin.close()
    process.wait()


def kill_all() -> None:
    """End every daemon of this process; called at exit."""
    for daemon in list(_ALIVE):
        daemon.kill()


def _check_socket_path(path: Path) -> None:
    if len(os.fsencode(path)) > SOCKET_PATH_BYTES_MAX:
        cause = f"{path} is longer than a socket's path may be"
        raise Problem("the daemon's folder is too deep", cause, "set TMPDIR to a shorter one", ExitCode.CANNOT_JUDGE)


atexit.register(kill_all)
