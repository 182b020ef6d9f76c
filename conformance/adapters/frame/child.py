"""A server of a product's as a child of ours. Rule: it ends when we do, however that is, and no wait is unbounded."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from siteproof.conformance.adapters.frame.product import ProductTrouble
from siteproof.model.nouns.problem import ExitCode, Problem

DIES_WITH_US = ("setpriv", "--pdeathsig", "KILL")
LAST_WORDS = 300
PROGRAMS_BESIDE_PATH = ("/usr/bin", "/usr/sbin", "/sbin")


class Child:
    """A running server that writes its words into the file `log`; `user` runs it where we are root and it must not."""

    def __init__(
        self, command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None, user: str = ""
    ) -> None:
        """Start it; what it needs to be ready is asked by `ready`."""
        self._log = log
        self._name = Path(command[0]).name
        whole = (*DIES_WITH_US, *(as_user(user) if user else ()), "--", *command)
        with log.open("ab") as words:
            self._process = subprocess.Popen(  # noqa: S603  (the arguments are ours)
                whole,
                env={**os.environ, **(environment or {})},
                cwd=log.parent,
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=words,
            )

    @property
    def pid(self) -> int:
        """Its number in the system."""
        return self._process.pid

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def ready(self, holds: Callable[[], Any], seconds: float) -> None:
        """Wait until that holds; Problem (exit 3) with its last words when it ends or takes too long before."""
        end = time.monotonic() + seconds
        while not holds():
            if not self.runs or time.monotonic() > end:
                self.kill()
                cause = self.last_words() or f"it said nothing in {seconds:g} s"
                raise Problem(f"{self._name} cannot be started", cause, f"see {self._log}", ExitCode.CANNOT_JUDGE)
            time.sleep(0.01)

    def kill(self) -> None:
        """SIGKILL; harmless when it has ended."""
        self._process.kill()
        self._process.wait()

    def stop(self, how: signal.Signals, seconds: float) -> None:
        """Let it end by itself; ProductTrouble, and SIGKILL, when it does not."""
        self._process.send_signal(how)
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired as error:
            self.kill()
            raise ProductTrouble(f"{self._name} does not end within {seconds:g} s") from error

    def last_words(self) -> str:
        """The end of what it said."""
        return self._log.read_text(errors="replace").strip()[-LAST_WORDS:]


def ran(command: Sequence[str], user: str = "", seconds: float = 60.0) -> str:
    """What a command says that ends by itself; ProductTrouble with its last words when it fails or takes longer."""
    before = ("setpriv", *as_user(user), "--") if user and as_user(user) else ()
    try:
        done = subprocess.run((*before, *command), capture_output=True, text=True, timeout=seconds, check=False)  # noqa: S603  (the arguments are ours)
    except subprocess.TimeoutExpired as error:
        raise ProductTrouble(f"{Path(command[0]).name} takes more than {seconds:g} s") from error
    if done.returncode:
        raise ProductTrouble(f"{Path(command[0]).name}: {(done.stderr or done.stdout).strip()[-LAST_WORDS:]}")
    return done.stdout


def as_user(user: str) -> tuple[str, ...]:
    """What to put before a command so that `user` runs it, where we are root."""
    return ("--reuid", user, "--regid", user, "--clear-groups") if os.geteuid() == 0 else ()


def needed(product: str, packages: str, *programs: str, beside: Sequence[str] = ()) -> dict[str, str]:
    """Where each program is, also `beside` the PATH; Problem (exit 3) with the packages when one is missing."""
    path = os.pathsep.join((*beside, os.environ.get("PATH", ""), *PROGRAMS_BESIDE_PATH))
    found = {program: shutil.which(program, path=path) for program in programs}
    missing = [program for program, where in found.items() if where is None]
    if missing:
        cause = f"not installed: {', '.join(missing)}"
        raise Problem(f"{product} cannot be judged", cause, packages, ExitCode.CANNOT_JUDGE)
    return {program: where for program, where in found.items() if where is not None}
