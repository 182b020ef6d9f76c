"""Events told to somebody else: each as one JSON document to a URL, in order (seed: RPO threshold, an event is raised).

Maintainers keep: telling never holds replication up. What cannot be told is tried again a few times and then given up,
counted; the vault's log has it all the same.
"""

import json
import queue
import threading
from collections.abc import Callable
from http import HTTPStatus
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import OpenerDirector, ProxyHandler, Request, build_opener

from siteproof.model.nouns.errors import CATALOGUE
from siteproof.model.nouns.observation import Event
from siteproof.model.nouns.problem import Problem
from siteproof.reference.service.outbound import OutboundProxy

WAITING_MAX = 1000
TRIES_MAX = 4
PATIENCE_SECONDS = 10.0
PAUSE_SECONDS = 2.0  # before the second try, and twice as long before each further one

Tell = Callable[[str], None]


def check_webhook(url: str) -> str:
    """The URL again; Problem when nothing can be posted there, or when a password stands in it."""
    parts = urlsplit(url)
    if url and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise Problem("the webhook cannot be used", "it is not http://… or https://…", "name a URL that takes a POST")
    if parts.username is not None or parts.password is not None:
        raise Problem(
            "the webhook cannot be used", "a name or a password in a URL ends up in logs", "use a secret path"
        )
    return url


class Webhook:
    """Posts events from a thread of its own until `close`; `given_up` counts those that nobody took."""

    def __init__(self, url: str, proxy: OutboundProxy, tell: Tell, pause_seconds: float = PAUSE_SECONDS) -> None:
        """To a URL, through the proxy if there is one; `tell` hears once when telling begins to fail."""
        self.given_up = 0
        self._url = check_webhook(url)
        self._opener = _opener(proxy)
        self._tell = tell
        self._pause_seconds = pause_seconds
        self._failing = False
        self._waiting: queue.Queue[Event | None] = queue.Queue(WAITING_MAX)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="webhook", daemon=True)
        self._thread.start()

    def hear(self, event: Event) -> None:
        """Take an event over; one that finds no room any more is given up."""
        try:
            self._waiting.put_nowait(event)
        except queue.Full:
            self.given_up += 1

    def close(self, patience_seconds: float = PATIENCE_SECONDS) -> None:
        """Tell what waits, within that time."""
        try:
            self._waiting.put(None, timeout=patience_seconds)
            self._thread.join(patience_seconds)
        except queue.Full:
            pass
        self._ended.set()

    def _run(self) -> None:
        while (event := self._waiting.get()) is not None:
            if not self._post(event):
                self.given_up += 1

    def _post(self, event: Event) -> bool:
        """Whether somebody took it."""
        pause, problem = self._pause_seconds, ""
        for number in range(TRIES_MAX):
            if number and self._ended.wait(pause * 2 ** (number - 1)):
                return False
            problem = self._tried(event)
            if not problem:
                self._failing = False
                return True
        if not self._failing:
            self._failing = True
            self._tell(f"the webhook does not take events: {problem}")
        return False

    def _tried(self, event: Event) -> str:
        request = Request(self._url, message(event), {"Content-Type": "application/json"}, method="POST")  # noqa: S310  (http or https)
        try:
            with self._opener.open(request, timeout=PATIENCE_SECONDS):
                return ""
        except HTTPError as error:
            error.close()
            asks = error.code == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED
            return f"{error.code}{'; a proxy that asks for authentication is not supported' if asks else ''}"
        except OSError as error:
            return str(error)


def message(event: Event) -> bytes:
    """The document: the event with what the catalogue says of it; names and numbers only."""
    entry = CATALOGUE[event.code]
    told = {
        "code": event.code.value,
        "machine": event.machine,
        "time_ms": event.time_ms,
        "detail": event.detail,
        "level": entry.level.value,
        "message": entry.message,
        "causes": entry.causes,
        "action": entry.action,
    }
    return json.dumps(told, sort_keys=True).encode()


def _opener(proxy: OutboundProxy) -> OpenerDirector:
    """Through this proxy or none: what the environment says is somebody else's."""
    return build_opener(ProxyHandler({"http": proxy.url, "https": proxy.url} if proxy.host else {}))
