"""The control socket of a running service: requests of verbs.py as JSON lines, for the user who owns the state.

One line {"verb", "arguments"} is answered by one line: {"answer"}, {"refused": [code, detail]} or {"problem": [...]}.
Maintainers keep: the socket lies in the state directory and is its owner's only; a line is bounded.
"""

import contextlib
import os
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.problem import ExitCode, Problem

SOCKET = "control.sock"
LINE_BYTES_MAX = 1 << 20
ANSWER_BYTES_MAX = 64 << 20

Call = Callable[[str, Mapping[str, Any]], Any]


@contextlib.contextmanager
def _short(root: Path) -> Iterator[str]:
    """A path of the socket that is short however deep the directory lies."""
    handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{handle}/{SOCKET}"
    finally:
        os.close(handle)


class ControlServer(socketserver.ThreadingUnixStreamServer):
    """Listens in the state directory until `close`."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, root: Path, call: Call) -> None:
        """Whoever holds the directory's lock may take the socket's place."""
        self.call = call
        self._path = root / SOCKET
        self._path.unlink(missing_ok=True)
        before = os.umask(0o177)
        try:
            with _short(root) as short:
                super().__init__(short, ControlHandler)
        finally:
            os.umask(before)
        threading.Thread(target=self.serve_forever, args=(0.1,), name="control", daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        self.shutdown()
        self.server_close()
        self._path.unlink(missing_ok=True)


class ControlHandler(socketserver.StreamRequestHandler):
    """One client."""

    server: ControlServer

    def handle(self) -> None:
        """Answer line by line."""
        with contextlib.suppress(OSError):
            while line := self.rfile.readline(LINE_BYTES_MAX):
                self.wfile.write(msgspec.json.encode(answer(self.server.call, line)) + b"\n")


def answer(call: Call, line: bytes) -> dict[str, Any]:
    """What a line is answered with; never an exception."""
    try:
        asked = msgspec.json.decode(line)
        return {"answer": call(str(asked["verb"]), dict(asked["arguments"]))}
    except Refused as refusal:
        return {"refused": [refusal.code.value, refusal.detail]}
    except Problem as problem:
        return {"problem": [problem.problem, problem.cause, problem.hint, int(problem.code)]}
    except (msgspec.DecodeError, KeyError, TypeError, ValueError) as error:
        return {"problem": ["the request is not understood", str(error), "send verb and arguments", 2]}
    except Exception as error:  # noqa: BLE001  (our defect is told to whoever asked, and the service goes on)
        what = f"{type(error).__name__}: {error}"
        return {"problem": ["the appliance met a defect of its own", what, "report it", int(ExitCode.OUR_BUG)]}


def running(root: Path) -> bool:
    """Whether somebody listens."""
    if not (root / SOCKET).exists():
        return False
    try:
        _connected(root).close()
    except OSError:
        return False
    return True


def _connected(root: Path) -> socket.socket:
    found = socket.socket(socket.AF_UNIX)
    with _short(root) as short:
        try:
            found.connect(short)
        except BaseException:
            found.close()
            raise
    return found


def ask(root: Path, verb: str, arguments: Mapping[str, Any]) -> Any:
    """Ask the running service; what it refused or could not do is raised here as it was there."""
    line = msgspec.json.encode({"verb": verb, "arguments": arguments}) + b"\n"
    with _connected(root) as link, link.makefile("rwb") as file:
        file.write(line)
        file.flush()
        reply = file.readline(ANSWER_BYTES_MAX)
    if not reply:
        raise Problem("the appliance ended before it answered", "it was stopped", "ask again", ExitCode.CANNOT_JUDGE)
    found = msgspec.json.decode(reply)
    if "refused" in found:
        code, detail = found["refused"]
        raise Refused(ErrorCode(code), detail)
    if "problem" in found:
        problem, cause, hint, code = found["problem"]
        raise Problem(problem, cause, hint, ExitCode(code))
    return found["answer"]
