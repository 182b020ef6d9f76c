"""A subject in a process of its own, spoken to in NDJSON over stdin and stdout (conformance/wire.py).

Rule: nothing the process says is trusted before its length, its form and its id are checked, and nothing it does can
leave anything behind: it runs in a process group of its own, which is killed when it is let go.
"""

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO, Any

from siteproof.conformance import wire
from siteproof.conformance.carriers.answers import value_of
from siteproof.conformance.carriers.broken import CarrierBroken, SubjectFailed
from siteproof.conformance.carriers.carrier import Carrier
from siteproof.conformance.carriers.last_words import LastWords
from siteproof.model.nouns.errors import Refused
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.model.nouns.subject import Unsupported

CLOSE_SECONDS_MAX = 5.0
ENDING_SECONDS_MAX = 0.2
PIECE_BYTES = 1 << 20
FLOOD_BYTES = 1 << 20  # so much during one call, and still no answer, is no silence
SCHEMA_HINT = "siteproof adapter schema prints what each line must look like"


class Stdio(Carrier):
    """Carries every call over a pipe to one process and checks what comes back."""

    def __init__(self, command: str, folder: str = "") -> None:
        """Start `command` (split like a shell does, run without one) in `folder`; Problem when it cannot be started."""
        self._command = command
        self._process = _start(command, folder)
        self.process = self._process.pid
        self._said = LastWords(_pipe(self._process.stderr))
        self._number = 0
        self._gone = ""
        self._pending_bytes = 0
        self._said_before = 0
        self.doing = ""

    def close(self) -> None:
        """Ask the subject to end, give it CLOSE_SECONDS_MAX, then end its whole process group."""
        watchdog = threading.Timer(CLOSE_SECONDS_MAX, self.abandon)
        watchdog.start()
        with contextlib.suppress(CarrierBroken, SubjectFailed, Unsupported, Refused):
            super().close()
        with contextlib.suppress(OSError):
            _pipe(self._process.stdin).close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(CLOSE_SECONDS_MAX)
        watchdog.cancel()
        self.abandon()

    def abandon(self) -> None:
        """Kill the process and everything it started; a call that waits for it ends with CarrierBroken."""
        self._gone = self._gone or "it was let go by the judge"
        self._kill()
        if not self.doing:
            self._close_pipes()

    def flood(self) -> str:
        """See Carrier."""
        if self._pending_bytes > FLOOD_BYTES:
            return f"{self._pending_bytes} bytes and no end of the line"
        said = self._said.bytes - self._said_before
        return f"{said} bytes on stderr and no answer" if said > FLOOD_BYTES else ""

    def call(self, op: str, *arguments: Any) -> Any:
        """See Carrier."""
        self._number += 1
        self._said_before = self._said.bytes
        self.doing = op
        try:
            self._send(wire.encode_call(self._number, op, arguments), op)
            reply = self._receive(op)
        finally:
            self.doing = ""
        return value_of(op, reply)

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _close_pipes(self) -> None:
        """Only the thread that uses the pipes may close them: a reader holds their lock while it waits."""
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                _pipe(pipe).close()

    def _send(self, line: bytes, op: str) -> None:
        try:
            pipe = _pipe(self._process.stdin)
            pipe.write(line)
            pipe.flush()
        except (OSError, ValueError) as error:
            ended = _ends_soon(self._process)
            raise self._broken(f"ended instead of answering `{op}`" if ended else "closed its stdin") from error

    def _receive(self, op: str) -> wire.Reply:
        line = self._line()
        if not line.endswith(b"\n"):
            raise self._broken(self._cut_short(line, op))
        try:
            return wire.decode_reply(line, op, self._number)
        except wire.WrongIdError as error:
            raise self._broken(f"answered call {error.id} when asked call {self._number} (`{op}`)") from error
        except wire.WireError as error:
            raise self._broken(f"broke the protocol in its answer to `{op}` ({error})", wire.shown(line)) from error

    def _line(self) -> bytes:
        """One line of the process, or what there was of it when it ended or became too long."""
        pipe, pieces, left = _pipe(self._process.stdout), [b""], wire.LINE_BYTES_MAX + 1
        while left and not pieces[-1].endswith(b"\n") and (piece := pipe.readline(min(PIECE_BYTES, left))):
            pieces.append(piece)
            left -= len(piece)
            self._pending_bytes += len(piece)
        self._pending_bytes = 0
        return b"".join(pieces)

    def _cut_short(self, line: bytes, op: str) -> str:
        if len(line) > wire.LINE_BYTES_MAX:
            return f"answered `{op}` with a line of more than {wire.LINE_BYTES_MAX} bytes"
        return f"ended while answering `{op}`" if line else f"ended instead of answering `{op}`"

    def _broken(self, what: str, quoted: str = "") -> CarrierBroken:
        """The connection cannot be used again; say why in one go, with the process' last words."""
        ended_by_itself = _ends_soon(self._process)
        self._kill()
        self._close_pipes()
        how = _ending(self._process.returncode) if ended_by_itself else ""
        words = [f"it said {quoted}" if quoted else "", self._gone or how, self._said.text()]
        cause = "; ".join(word for word in words if word) or "the contract allows no such answer"
        hint = f"run `{self._command}` by hand; {SCHEMA_HINT}"
        return CarrierBroken(f"the adapter {what}", cause, hint, self._said.everything())


def factory(command: str, folder: str = "") -> Callable[[], Carrier]:
    """A function that starts `command` in `folder` anew each time; Problem when there is nothing to start."""
    _words(command, folder)
    return partial(Stdio, command, folder)


def _words(command: str, folder: str) -> list[str]:
    hint = "give a command line, for example --cmd './my-adapter --port 9443'"
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise Problem(f"the command {command!r} cannot be read", str(error), hint) from error
    if not words:
        raise Problem("the command is empty", "--cmd needs a program to start", hint)
    if shutil.which(str(Path(folder, words[0])) if os.sep in words[0] else words[0]) is None:
        cause = f"there is no executable file {words[0]!r}{f' in {folder}' if folder else ''}"
        raise Problem("the adapter cannot be started", cause, "check its path and its x permission", _CANNOT)
    return words


_CANNOT = ExitCode.CANNOT_JUDGE


def _start(command: str, folder: str) -> "subprocess.Popen[bytes]":
    pipe = subprocess.PIPE
    try:
        return subprocess.Popen(  # noqa: S603  (starting the command that the user named is the purpose)
            _words(command, folder), stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True, cwd=folder or None
        )
    except OSError as error:
        raise Problem(
            "the adapter cannot be started", str(error), "check the file and its first line", _CANNOT
        ) from error


def _ends_soon(process: "subprocess.Popen[bytes]") -> bool:
    """Whether a process that stopped talking is about to end by itself, so that its exit status can be told."""
    try:
        process.wait(ENDING_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        return False
    return True


def _ending(status: int) -> str:
    return f"it was ended by signal {-status}" if status < 0 else f"its exit status is {status}"


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None, "all three streams are pipes"
    return stream
