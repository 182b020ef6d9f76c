"""The control API: the verbs of verbs.py over HTTPS, mutual TLS 1.3, one POST each (docs/service.md).

Maintainers keep: a certificate is looked up before a body is understood; a body is bounded before it is read; every
answer is JSON of a known shape. What runs is the same as on the control socket.
"""

import contextlib
import socketserver
import ssl
import threading
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec

from siteproof.model.nouns.problem import Problem
from siteproof.reference.datapath.device import StoreFailed
from siteproof.reference.service.access import LOCAL, Access, TooMany
from siteproof.reference.service.certificates import fingerprint_of
from siteproof.reference.service.control import answer
from siteproof.reference.service.metrics import CONTENT_TYPE
from siteproof.reference.service.openapi import document
from siteproof.reference.service.verbs import VERBS

BODY_BYTES_MAX = 1 << 20
SILENT_SECONDS_MAX = 30
PREFIX = "/v1/"
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'"
PAGE = Path(__file__).with_name("status.html")

Call = Callable[[str, Mapping[str, Any]], Any]


class HttpsServer(ThreadingHTTPServer):
    """Listens until `close`; `fingerprint` is that of its certificate."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, host: str, port: int, access: Access, call: Call) -> None:
        """Problem when the address cannot be had."""
        self.access = access
        self.call = call
        file, self.fingerprint = access.authority.server_files(host)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.minimum_version = ssl.TLSVersion.TLSv1_3
        self._context.load_cert_chain(file)
        self._context.load_verify_locations(cadata=access.authority.pem)
        self._context.verify_mode = ssl.CERT_OPTIONAL
        try:
            super().__init__((host, port), HttpsHandler)
        except (OSError, OverflowError) as error:
            raise Problem(f"nothing can be served at {host}:{port}", str(error), "choose a free port") from error
        threading.Thread(target=self.serve_forever, args=(0.1,), name="https", daemon=True).start()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"https://{self.server_address[0]!s}:{self.server_address[1]}"

    def finish_request(self, request: Any, client_address: Any) -> None:
        """The handshake is the client's thread's business, and bounded in time."""
        request.settimeout(SILENT_SECONDS_MAX)
        with contextlib.suppress(OSError), self._context.wrap_socket(request, server_side=True) as secured:
            socketserver.BaseServer.finish_request(self, secured, client_address)

    def close(self) -> None:
        """Listen no more."""
        self.shutdown()
        self.server_close()


class HttpsHandler(BaseHTTPRequestHandler):
    """One connection."""

    server: HttpsServer
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "siteproof", ""
    timeout = SILENT_SECONDS_MAX

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  (the library's name)
        """What is asked is in the audit; the library's lines would only repeat paths."""

    def do_GET(self) -> None:
        """The page, the description of the API."""
        if self.path == PREFIX + "openapi.json":
            self._say(HTTPStatus.OK, document())
        elif self.path == "/":
            if self._may("machine.list", ""):
                self._send(HTTPStatus.OK, PAGE.read_bytes(), "text/html; charset=utf-8")
        elif self.path == "/metrics":
            self._metrics()
        elif self.path == "/status.js":
            self._send(HTTPStatus.OK, PAGE.with_suffix(".js").read_bytes(), "text/javascript; charset=utf-8")
        else:
            self._say(HTTPStatus.NOT_FOUND, _problem("there is nothing here", self.path[:80], "GET /v1/openapi.json"))

    def do_POST(self) -> None:
        """A registration, or a verb."""
        name = self.path.removeprefix(PREFIX)
        if name == "register":
            self._register()
            return
        if not self.path.startswith(PREFIX) or name not in VERBS or name in LOCAL:
            self._turn_away()
            self._say(HTTPStatus.NOT_FOUND, _problem("there is no such verb", name[:80], "GET /v1/openapi.json"))
            return
        if not self._certificate():
            self._turn_away()
            self._may(name, "")
            return
        arguments = self._body()
        if arguments is None or not self._may(name, str(arguments.get("machine", ""))[:80]):
            return
        found = answer(self.server.call, msgspec.json.encode({"verb": name, "arguments": arguments}))
        self._say(_status(found), found)

    def _metrics(self) -> None:
        """For a scraper that holds a certificate."""
        if not self._may("appliance.metrics", ""):
            return
        found = answer(self.server.call, msgspec.json.encode({"verb": "appliance.metrics", "arguments": {}}))
        if "answer" in found:
            self._send(HTTPStatus.OK, found["answer"].encode(), CONTENT_TYPE)
        else:
            self._say(_status(found), found)

    def _turn_away(self) -> None:
        """Let a body pass unread, within bounds, so that the answer arrives; nothing follows on this connection."""
        self.close_connection = True
        length = self.headers.get("Content-Length", "")
        left = min(int(length), BODY_BYTES_MAX) if length.isascii() and length.isdecimal() else 0
        while left > 0 and (passed := self.rfile.read(min(left, 1 << 16))):
            left -= len(passed)

    def _certificate(self) -> str:
        """The fingerprint of the client's certificate, which the handshake has verified; empty without one."""
        assert isinstance(self.connection, ssl.SSLSocket)
        shown = self.connection.getpeercert(binary_form=True)
        return fingerprint_of(shown) if shown else ""

    def _may(self, verb: str, machine: str) -> bool:
        mark = self._certificate()
        try:
            allowed = self.server.access.may(mark, verb, machine)
        except StoreFailed as failure:  # what cannot be noted is not done
            self.close_connection = True
            self._say(HTTPStatus.SERVICE_UNAVAILABLE, _problem(failure.problem, failure.cause, failure.hint))
            return False
        if allowed:
            return True
        self.close_connection = True
        known = mark in self.server.access.authority.clients
        status = HTTPStatus.FORBIDDEN if known else HTTPStatus.UNAUTHORIZED
        hint = "ask an operator" if known else "register with a code: siteproof access register"
        self._say(status, _problem("this is not for you", "role" if known else "no certificate that is known", hint))
        return False

    def _body(self) -> dict[str, Any] | None:
        """The body's object; None when it was answered already."""
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdecimal()) or int(length) > BODY_BYTES_MAX:
            self.close_connection = True
            what = _problem("the body is too large, or its length is missing", f"at most {BODY_BYTES_MAX} bytes", "")
            self._say(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, what)
            return None
        try:
            return msgspec.json.decode(self.rfile.read(int(length)) or b"{}", type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            self._say(HTTPStatus.BAD_REQUEST, _problem("the body is not understood", str(error), "send an object"))
            return None

    def _register(self) -> None:
        asked = self._body()
        if asked is None:
            return
        try:
            found = self.server.access.register(str(asked.get("code", "")), str(asked.get("request", "")))
        except TooMany:
            self._say(HTTPStatus.TOO_MANY_REQUESTS, _problem("too many wrong codes", "wait a minute", "ask again"))
        except StoreFailed as failure:
            self._say(HTTPStatus.SERVICE_UNAVAILABLE, _problem(failure.problem, failure.cause, failure.hint))
        except Problem as problem:
            self._say(HTTPStatus.FORBIDDEN, _problem(problem.problem, problem.cause, problem.hint))
        else:
            self._say(HTTPStatus.OK, {"answer": found})

    def _say(self, status: HTTPStatus, found: Mapping[str, Any]) -> None:
        self._send(status, msgspec.json.encode(found), "application/json")

    def _send(self, status: HTTPStatus, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Content-Security-Policy", POLICY)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)


def _status(found: Mapping[str, Any]) -> HTTPStatus:
    if "answer" in found:
        return HTTPStatus.OK
    if "refused" in found:
        return HTTPStatus.CONFLICT
    code = found["problem"][3]
    return {1: HTTPStatus.CONFLICT, 2: HTTPStatus.BAD_REQUEST}.get(code, HTTPStatus.SERVICE_UNAVAILABLE)


def _problem(problem: str, cause: str, hint: str) -> dict[str, Any]:
    return {"problem": [problem, cause, hint, 2]}
