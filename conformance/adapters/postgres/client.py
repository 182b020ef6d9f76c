"""A client of one server: simple queries of protocol 3 on a unix socket. Rule: what a server refuses is ProductTrouble.

There is no password: the server trusts whoever may open its socket, and that folder is ours alone.
"""

import contextlib
import socket
import struct
import threading
from pathlib import Path

from siteproof.conformance.adapters.frame.product import ProductTrouble

USER = "siteproof"
PROTOCOL = 3 << 16
SECONDS_MAX = 30.0
SOCKET = ".s.PGSQL.5432"


class DatabaseClient:
    """A connection to the server whose socket is in `folder`, as its superuser."""

    def __init__(self, folder: Path) -> None:
        """Connect; ProductTrouble when it does not answer yet, or no more."""
        self._lock = threading.Lock()  # what is arranged to happen inside a call may ask too
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(SECONDS_MAX)
        try:
            self._socket.connect(str(folder / SOCKET))
            self._stream = self._socket.makefile("rb")
            words = b"".join(each.encode() + b"\0" for each in ("user", USER, "database", "postgres")) + b"\0"
            self._socket.sendall(struct.pack("!ii", 8 + len(words), PROTOCOL) + words)
            self._answer()
        except BaseException as error:
            self.close()
            if isinstance(error, OSError):
                raise ProductTrouble(f"the server does not answer: {error}") from error
            raise

    def ask(self, query: str) -> list[tuple[str, ...]]:
        """The rows of a query's answer as text; a null is empty."""
        text = query.encode() + b"\0"
        try:
            with self._lock:
                self._socket.sendall(b"Q" + struct.pack("!i", 4 + len(text)) + text)
                return self._answer()
        except OSError as error:
            raise ProductTrouble(f"the server went away: {error}") from error

    def value(self, query: str) -> str:
        """The first field of the first row; empty when there is none."""
        rows = self.ask(query)
        return rows[0][0] if rows else ""

    def close(self) -> None:
        """Let go of it."""
        with contextlib.suppress(OSError):
            self._socket.close()

    def _answer(self) -> list[tuple[str, ...]]:
        """Everything up to *ready for query*."""
        rows: list[tuple[str, ...]] = []
        refused = ""
        while True:
            kind, body = self._message()
            if kind == b"D":
                rows.append(_fields(body))
            elif kind == b"E":
                refused = _words(body)
                if refused.startswith("FATAL"):
                    raise ProductTrouble(refused)
            elif kind == b"Z":
                if refused:
                    raise ProductTrouble(refused)
                return rows

    def _message(self) -> tuple[bytes, bytes]:
        head = self._stream.read(5)
        if len(head) < 5:
            raise ProductTrouble("the server ended the connection")
        return head[:1], self._stream.read(struct.unpack("!i", head[1:])[0] - 4)


def _fields(body: bytes) -> tuple[str, ...]:
    found, at = [], 2
    for _ in range(struct.unpack_from("!h", body)[0]):
        (length,) = struct.unpack_from("!i", body, at)
        at += 4
        found.append(body[at : at + max(0, length)].decode())
        at += max(0, length)
    return tuple(found)


def _words(body: bytes) -> str:
    parts = {part[:1]: part[1:].decode(errors="replace") for part in body.split(b"\0") if part}
    return f"{parts.get(b'S', '')}: {parts.get(b'M', '')}"
