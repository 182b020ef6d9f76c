"""The server half of the HTTP carrier: any Python subject behind an address of this machine.

Rule: a body is bounded before it is read; each session has a subject of its own, one call at a time, and a bounded
number of sessions is kept.
"""

import contextlib
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from attrs import define, field

from siteproof.conformance import wire
from siteproof.conformance.carriers.http import SESSION
from siteproof.conformance.carriers.serving import answer
from siteproof.model.nouns.subject import Subject

SESSIONS_MAX = 16
LOOPBACK = "127.0.0.1"


@define
class _Session:
    """One judge's subject."""

    subject: Subject
    lock: threading.Lock = field(factory=threading.Lock)


class Server(ThreadingHTTPServer):
    """Answers POSTs on 127.0.0.1; `port` 0 takes a free one."""

    daemon_threads = True

    def __init__(self, make: Callable[[], Subject], port: int = 0) -> None:
        """`make` gives each session its subject."""
        super().__init__((LOOPBACK, port), _Handler)
        self._make = make
        self._sessions: dict[str, _Session] = {}
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://{LOOPBACK}:{self.server_address[1]}/"

    def answer(self, name: str, line: bytes) -> bytes:
        """The reply line to a request line of a session."""
        session = self._session(name)
        with session.lock:
            reply, last = answer(session.subject, line)
        if last:
            self._end(name)
        return reply

    def server_close(self) -> None:
        """Stop listening, and close every subject."""
        super().server_close()
        for name in list(self._sessions):
            self._end(name)

    def _session(self, name: str) -> _Session:
        with self._lock:
            found = self._sessions.get(name) or _Session(self._make())
            self._sessions[name] = found
            too_many = list(self._sessions)[:-SESSIONS_MAX]
        for each in too_many:
            self._end(each)
        return found

    def _end(self, name: str) -> None:
        with self._lock:
            session = self._sessions.pop(name, None)
        if session is not None:
            with contextlib.suppress(Exception):
                session.subject.close()


class _Handler(BaseHTTPRequestHandler):
    """One connection; it stays open from call to call."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave together
    server: Server

    def do_POST(self) -> None:
        """One call."""
        said = self.headers.get("Content-Length", "")
        length = int(said) if said.isascii() and said.isdecimal() and len(said) < 12 else -1
        if not 0 <= length <= wire.LINE_BYTES_MAX:
            self.close_connection = True
            self.send_error(413 if length >= 0 else 411)
            return
        body = self.rfile.read(length)
        reply = self.server.answer(self.headers.get(SESSION, ""), body if body.endswith(b"\n") else body + b"\n")
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the library's name)
        """Nothing: a line per call would say nothing that --record does not."""
        del format, args
