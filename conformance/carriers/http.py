"""A subject behind an address: each call is one POST of a request line, each answer the reply line in its body.

Rule: what comes back is bounded before it is read and checked before it is believed; only this machine is spoken to
without TLS, certificates are verified, and no redirect is followed.
"""

import contextlib
import http.client
import ipaddress
import itertools
import os
import socket
import ssl
from collections.abc import Callable
from functools import partial
from typing import Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util import Url, parse_url

from siteproof.conformance import wire
from siteproof.conformance.carriers.answers import value_of
from siteproof.conformance.carriers.broken import CarrierBroken, SubjectFailed
from siteproof.conformance.carriers.carrier import Carrier
from siteproof.model.nouns.errors import Refused
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.model.nouns.subject import Unsupported

CONNECT_SECONDS_MAX = 10.0
CLOSE_SECONDS_MAX = 5.0
PIECE_BYTES = 1 << 20
FLOOD_BYTES = 1 << 20  # so much in one answer, and no end of it, is no silence
SESSION = "Siteproof-Session"
OK = 200
BROKEN = (OSError, http.client.HTTPException, urllib3.exceptions.HTTPError, ValueError)
_NUMBERS = itertools.count(1)


class Http(Carrier):
    """Carries every call over one connection, which is made anew when the other side has closed it in between."""

    def __init__(self, url: Url, ca: str = "") -> None:
        """Nothing is sent yet; `ca` is a file of certificates for HTTPS, empty for the system's."""
        self._url = url
        self._connection = _connection(url, ca)
        self._session = f"{os.getpid()}-{next(_NUMBERS)}"
        self._number = 0
        self._pending_bytes = 0
        self._socket: socket.socket | None = None  # also when an answer without a length has taken it over
        self._gone = ""
        self.doing = ""

    def close(self) -> None:
        """Tell the subject that this session is over, and close the connection."""
        if not self._gone:
            with contextlib.suppress(*BROKEN, CarrierBroken, SubjectFailed, Unsupported, Refused):
                self._ready(CLOSE_SECONDS_MAX)
                super().close()
        self.abandon()

    def abandon(self) -> None:
        """Cut the connection; a call that waits on it ends with CarrierBroken."""
        self._gone = self._gone or "it was let go by the judge"
        if self._socket is not None:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
        if not self.doing:
            self._connection.close()

    def flood(self) -> str:
        """See Carrier."""
        pending = self._pending_bytes
        return f"{pending} bytes and no end of the answer" if pending > FLOOD_BYTES else ""

    def call(self, op: str, *arguments: Any) -> Any:
        """See Carrier."""
        self._number += 1
        self.doing = op
        try:
            body = self._exchange(wire.encode_call(self._number, op, arguments), op)
            reply = self._decoded(body, op)
        finally:
            self.doing, self._pending_bytes = "", 0
        return value_of(op, reply)

    def _exchange(self, line: bytes, op: str) -> bytes:
        try:
            self._ready(None)
            headers = {"Content-Type": "application/json", SESSION: self._session}
            self._connection.request("POST", self._url.request_uri, line, headers, preload_content=False)
            with contextlib.closing(self._connection.getresponse()) as response:
                body = self._read(response)
        except BROKEN as error:
            raise self._broken(f"gave no answer to `{op}`", f"{type(error).__name__}: {error}") from error
        if len(body) > wire.LINE_BYTES_MAX:
            raise self._broken(f"answered `{op}` with more than {wire.LINE_BYTES_MAX} bytes")
        if response.status != OK:
            raise self._broken(f"answered `{op}` with HTTP status {response.status}", f"it said {wire.shown(body)}")
        return body

    def _ready(self, timeout_seconds: float | None) -> None:
        """A connection that is open; how long a call may take is for whoever asked to say."""
        if self._gone:
            raise ConnectionAbortedError(self._gone)
        if not self._connection.is_connected:
            self._connection.close()
            self._connection.connect()
        self._socket = self._connection.sock
        if self._socket is not None:
            self._socket.settimeout(timeout_seconds)

    def _read(self, response: urllib3.HTTPResponse) -> bytes:
        pieces: list[bytes] = []
        while self._pending_bytes <= wire.LINE_BYTES_MAX and (piece := response.read(PIECE_BYTES)):
            pieces.append(piece)
            self._pending_bytes += len(piece)
        return b"".join(pieces)

    def _decoded(self, body: bytes, op: str) -> wire.Reply:
        try:
            return wire.decode_reply(body, op, self._number)
        except wire.WrongIdError as error:
            raise self._broken(f"answered call {error.id} when asked call {self._number} (`{op}`)") from error
        except wire.WireError as error:
            said = f"it said {wire.shown(body)}"
            raise self._broken(f"broke the protocol in its answer to `{op}` ({error})", said) from error

    def _broken(self, what: str, why: str = "") -> CarrierBroken:
        cause = "; ".join(word for word in (why, self._gone) if word) or "the contract allows no such answer"
        self._gone = self._gone or "the connection was given up"
        self._connection.close()
        hint = f"is the adapter still running at {self._url}? siteproof doctor --url asks it call by call"
        return CarrierBroken(f"the adapter {what}", cause, hint)


def factory(url: str, ca: str = "") -> Callable[[], Carrier]:
    """A function that opens a new session at `url` each time; Problem when the address cannot be spoken to safely."""
    parsed = _parsed(url)
    _connection(parsed, ca)
    return partial(Http, parsed, ca)


def _parsed(url: str) -> Url:
    try:
        parsed = parse_url(url)
    except urllib3.exceptions.LocationParseError as error:
        raise _refused(url, str(error)) from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise _refused(url, "it is not an http or https address")
    if parsed.auth:
        raise _refused(url, "a name and a password in an address would be kept in every record")
    if parsed.scheme == "http" and not _is_loopback(parsed.host):
        raise _refused(url, "beyond this machine nothing is sent without TLS")
    return parsed


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _refused(url: str, cause: str) -> Problem:
    return Problem(f"{url!r} cannot be judged", cause, "write http://127.0.0.1:8080/ or https://host/path")


def _connection(url: Url, ca: str) -> HTTPConnection:
    host = (url.host or "").strip("[]")
    if url.scheme == "http":
        return HTTPConnection(host, url.port, timeout=CONNECT_SECONDS_MAX)
    try:
        context = ssl.create_default_context(cafile=ca or None)
    except (OSError, ssl.SSLError) as error:
        cause = f"{ca}: {error}"
        raise Problem("the certificates cannot be read", cause, "--ca names a PEM file", ExitCode.USAGE) from error
    return HTTPSConnection(host, url.port, timeout=CONNECT_SECONDS_MAX, ssl_context=context)
