"""The page's server, on loopback only: a specification's page, the shortest way to a state, a record to walk.

Rule: who asks is checked before anything is read, a body is bounded, and nothing is kept of it. The standard library's
server is enough for one reader (docs/decisions/0008).
"""

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from attrs import define, field

from siteproof.explorer.page import explorer_page, policy
from siteproof.model.engines.explore.choice import explorer
from siteproof.model.engines.explore.goal import goal
from siteproof.model.engines.explore.search import MEBIBYTE, Limits
from siteproof.model.engines.formats.identifiers import docs_of
from siteproof.model.engines.formats.itf import itf
from siteproof.model.engines.formats.walk import walk_tables
from siteproof.model.language.spec import Bounds, Spec, System
from siteproof.model.nouns.problem import Problem

HOST = "127.0.0.1"
BODY_BYTES_MAX = 64 * MEBIBYTE
SILENT_SECONDS_MAX = 30
STATES_MAX, MEMORY_BYTES_MAX = 50_000_000, 1024 * MEBIBYTE

Answer = Mapping[str, Any]


@define(eq=False)
class Desk:
    """What is served: specifications by name, which is shown first and with which bounds, and a record beside it."""

    specs: Mapping[str, Spec]
    first: str
    bounds: Bounds
    record: Answer | None = None
    _search: threading.Lock = field(factory=threading.Lock)

    def system(self, name: str) -> System:
        """A specification's system; the first one's with the bounds that were given."""
        return self.specs[name].system(self.bounds if name == self.first else {})

    def page(self, name: str) -> str:
        """The page of one specification, the record in it where it is the first one."""
        data: dict[str, Any] = {"walk": tables(self.specs[name], self.system(name)), "live": True}
        data["names"] = list(self.specs)
        if self.record is not None and name == self.first:
            data["record"] = self.record
        return explorer_page(data, live=True)

    def way(self, name: str, query: str) -> Answer:
        """The shortest way to a state, as a trace in ITF, or none among so many states; one search at a time."""
        system = self.system(name)
        wanted = goal(system, query)
        with self._search:
            found = explorer(system, "auto", Limits(STATES_MAX, MEMORY_BYTES_MAX)).way_to(wanted)
        if found.depth is not None and found.trace is None:
            hint = f"siteproof explore {name} --trace-to '{query}' --memory 4G"
            raise Problem(f"{found.depth} steps lead there", "they take more memory than the page was given", hint)
        trace = json.loads(itf(system, found.trace, query)) if found.trace is not None else None
        return {"states": found.states, "trace": trace}


def tables(spec: Spec, system: System) -> Answer:
    """What the page walks."""
    return walk_tables(system, docs_of(spec), spec.doc)


class ExplorerServer(ThreadingHTTPServer):
    """Listens on loopback until `close`."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, desk: Desk, port: int) -> None:
        """Port 0 is any free one; Problem when the port cannot be had."""
        self.desk = desk
        try:
            super().__init__((HOST, port), ExplorerHandler)
        except (OSError, OverflowError) as error:
            hint = "choose another one with --port, or 0 for any"
            raise Problem(f"the page cannot be served at port {port}", str(error), hint) from error
        threading.Thread(target=self.serve_forever, args=(0.1,), name="explorer", daemon=True).start()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://{HOST}:{self.server_port}/"

    def close(self) -> None:
        """Listen no more."""
        self.shutdown()
        self.server_close()


class ExplorerHandler(BaseHTTPRequestHandler):
    """One connection."""

    server: ExplorerServer
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "siteproof", ""
    timeout = SILENT_SECONDS_MAX

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  (the library's name)
        """A reader of a page is not written down."""

    def do_GET(self) -> None:
        """A page."""
        name = unquote(urlsplit(self.path).path).strip("/") or self.server.desk.first
        if not self._is_ours():
            self._say(HTTPStatus.FORBIDDEN, _problem("this page is for this machine only", "", ""))
        elif name in self.server.desk.specs:
            self._send(HTTPStatus.OK, self.server.desk.page(name).encode(), "text/html; charset=utf-8")
        else:
            self._say(HTTPStatus.NOT_FOUND, _problem(f"there is no specification `{name[:80]}`", "", ""))

    def do_POST(self) -> None:
        """A question of a page."""
        body = self._body()
        if body is None:
            return
        parts = urlsplit(self.path)
        asks: dict[str, Callable[[], Answer]] = {
            "/way": lambda: self._way(parse_qs(parts.query).get("of", [""])[0], json.loads(body)),
            "/record": lambda: _recorded(json.loads(body)),
        }
        if parts.path not in asks:
            self._say(HTTPStatus.NOT_FOUND, _problem("there is nothing here", parts.path[:80], ""))
            return
        try:
            self._say(HTTPStatus.OK, asks[parts.path]())
        except Problem as problem:
            self._say(HTTPStatus.BAD_REQUEST, _problem(problem.problem, problem.cause, problem.hint))
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            self._say(HTTPStatus.BAD_REQUEST, _problem("the question is not understood", str(error), "load the page"))

    def _way(self, name: str, query: Any) -> Answer:
        if name not in self.server.desk.specs or not isinstance(query, str):
            raise Problem("the question is not understood", f"of `{name[:80]}`", "load the page again")
        return self.server.desk.way(name, query)

    def _is_ours(self) -> bool:
        """Nobody reaches us by another name, and no page of another origin asks."""
        names = {f"{host}:{self.server.server_port}" for host in (HOST, "localhost")}
        origin = self.headers.get("Origin")
        return self.headers.get("Host") in names and (origin is None or origin.removeprefix("http://") in names)

    def _body(self) -> bytes | None:
        """The body; None when it was answered already."""
        length = self.headers.get("Content-Length", "")
        if not self._is_ours() or self.headers.get("Content-Type") != "application/json":
            self.close_connection = True
            self._say(HTTPStatus.FORBIDDEN, _problem("this page is for this machine only", "", ""))
        elif not (length.isascii() and length.isdecimal()) or int(length) > BODY_BYTES_MAX:
            self.close_connection = True
            what = _problem("this is too large for the page", f"at most {BODY_BYTES_MAX // MEBIBYTE} MiB", "")
            self._say(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, what)
        else:
            return self.rfile.read(int(length))
        return None

    def _say(self, status: HTTPStatus, found: Answer) -> None:
        self._send(status, json.dumps(found, ensure_ascii=False).encode(), "application/json")

    def _send(self, status: HTTPStatus, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Content-Security-Policy", f"{policy(live=True)}; frame-ancestors 'none'")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)


def _recorded(found: Sequence[Mapping[str, str]]) -> Answer:
    from siteproof.explorer.recording import recorded  # noqa: PLC0415  (the judge's words are loaded for records only)

    return recorded([(each["name"], each["text"].encode()) for each in found])


def _problem(problem: str, cause: str, hint: str) -> Answer:
    return {"problem": [problem, cause, hint]}
