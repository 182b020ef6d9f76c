"""A service that runs: its clock, its control socket and its NBD exports, until it is told to stop.

Maintainers keep: one place makes threads. What fails in a tick is told and tried again; the workload's writes wait for
nobody but the disk.
"""

import socketserver
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, cast

from attrs import frozen

from siteproof.model.nouns.problem import Problem
from siteproof.reference.datapath.device import StoreFailed, refused
from siteproof.reference.journal import Note, journal
from siteproof.reference.service import control, devices, https_api, nbd
from siteproof.reference.service.access import Access
from siteproof.reference.service.certificates import Authority
from siteproof.reference.service.outbound import proxy_of
from siteproof.reference.service.service import Service, wall_clock_ms
from siteproof.reference.service.verbs import call
from siteproof.reference.service.webhook import Webhook

TICK_SECONDS = 0.2
AUDIT = "audit.log"

Tell = Callable[[str], None]


class NbdHandler(socketserver.StreamRequestHandler):
    """One client of the exports."""

    disable_nagle_algorithm = False
    wbufsize = 1 << 16

    def handle(self) -> None:
        """Until it ends."""
        assert isinstance(self.server, NbdTcp | NbdUnix)
        nbd.NbdConnection(cast(BinaryIO, self.rfile), cast(BinaryIO, self.wfile), self.server.exports).run()

    def finish(self) -> None:
        """A client that is gone hears no more."""
        with suppress(OSError):
            super().finish()


class NbdTcp(socketserver.ThreadingTCPServer):
    """Exports on a TCP port."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    exports: nbd.Exports


class NbdUnix(socketserver.ThreadingUnixStreamServer):
    """Exports on a Unix socket."""

    daemon_threads = True
    block_on_close = False
    exports: nbd.Exports


def listen(address: str, exports: nbd.Exports) -> NbdTcp | NbdUnix:
    """Serve exports at `unix:PATH` or `HOST:PORT` in threads; Problem when the address cannot be had."""
    kind, _, place = address.partition(":")
    try:
        server: NbdTcp | NbdUnix
        if kind == "unix":
            Path(place).unlink(missing_ok=True)
            server = NbdUnix(place, NbdHandler)
        else:
            server = NbdTcp((kind, int(place)), NbdHandler)
    except (OSError, ValueError, OverflowError) as error:
        hint = "write unix:PATH or HOST:PORT, and use a free one"
        raise Problem(f"nothing can be served at {address!r}", str(error), hint) from error
    server.exports = exports
    threading.Thread(target=server.serve_forever, args=(0.1,), name="nbd", daemon=True).start()
    return server


def uri_of(server: NbdTcp | NbdUnix, export: str = "") -> str:
    """Where a client finds an export."""
    if isinstance(server, NbdUnix):
        return f"nbd+unix:///{export}?socket={server.server_address!s}"
    host, port = server.server_address[:2]
    return f"nbd://{host!s}:{port}/{export}"


@frozen
class Served:
    """What listens beside the control socket."""

    nbd: NbdTcp | NbdUnix | None = None
    https: https_api.HttpsServer | None = None


@contextmanager
def serving(
    service: Service, nbd_address: str = "", https_address: str = "", tell: Tell = lambda _what: None
) -> Iterator[Served]:
    """Control socket, exports, API and webhook while the body runs; `tell` hears what an operator should know."""
    with ExitStack() as stack:
        api = _api(service, https_address, stack) if https_address else None
        _tell_others(service, stack, tell)
        controls = control.ControlServer(service.root, partial(_control, service, api))
        stack.callback(controls.close)
        exports = listen(nbd_address, lambda: devices.exports_of(service)) if nbd_address else None
        if exports is not None:
            stack.callback(exports.server_close)
            stack.callback(exports.shutdown)
        yield Served(exports, api)


def _api(service: Service, address: str, stack: ExitStack) -> https_api.HttpsServer:
    host, _, port = address.rpartition(":")
    if not host or not port.isascii() or not port.isdecimal():
        raise Problem(f"nothing can be served at {address!r}", "it is not HOST:PORT", "write 127.0.0.1:8443")
    access = Access(Authority(service.root / "keys"), wall_clock_ms, audit(service.root / AUDIT))
    server = https_api.HttpsServer(host.strip("[]"), int(port), access, partial(call, service))
    stack.callback(server.close)
    return server


def _tell_others(service: Service, stack: ExitStack, tell: Tell) -> None:
    notify = service.config.notify
    if notify.webhook:
        webhook = Webhook(notify.webhook, proxy_of(notify.proxy), tell)
        service.vault.listeners.append(webhook.hear)
        stack.callback(webhook.close)


def audit(path: Path) -> Note:
    """The journal of what was asked; what it cannot take is StoreFailed, and is not done."""
    note = journal(path.absolute())

    def noted(what: str, **facts: object) -> None:
        try:
            note(what, **facts)
        except OSError as error:
            raise refused("note what was asked", error) from error

    return noted


def _control(service: Service, api: https_api.HttpsServer | None, verb: str, arguments: Mapping[str, Any]) -> Any:
    """What the state's owner asks: every verb, and who may use the API."""
    if not verb.startswith("access."):
        return call(service, verb, arguments)
    if api is None:
        raise Problem("nobody can register", "this appliance has no API", "siteproof appliance serve --https ADDRESS")
    if verb == "access.invite":
        code = api.access.invite(str(arguments.get("name", "")), str(arguments.get("role", "")))
        return {"code": code, "url": api.url, "fingerprint": api.fingerprint}
    if verb == "access.revoke":
        return {"revoked": api.access.revoke(str(arguments.get("name", "")))}
    return [{"name": each.name, "role": each.role, "fingerprint": each.fingerprint} for each in api.access.clients()]


def run(service: Service, stop: threading.Event, tell: Tell) -> None:
    """Let real time pass until `stop`; a store that fails is told once and tried again."""
    failing, busy = "", False
    while not stop.wait(0 if busy else TICK_SECONDS):
        busy = False
        try:
            busy = service.tick()
            failing = ""
        except StoreFailed as failure:
            if str(failure) != failing:
                failing = str(failure)
                tell(failing)
