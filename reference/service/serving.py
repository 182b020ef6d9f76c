"""A service that runs: its clock, its control socket and its NBD exports, until it is told to stop.

Maintainers keep: one place makes threads. What fails in a tick is told and tried again; the workload's writes wait for
nobody but the disk.
"""

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from siteproof.model.nouns.problem import Problem
from siteproof.reference.datapath.device import StoreFailed
from siteproof.reference.service import control, devices, nbd
from siteproof.reference.service.service import Service
from siteproof.reference.service.verbs import call

TICK_SECONDS = 0.2

Tell = Callable[[str], None]


class NbdHandler(socketserver.StreamRequestHandler):
    """One client of the exports."""

    disable_nagle_algorithm = False
    wbufsize = 1 << 16

    def handle(self) -> None:
        """Until it ends."""
        assert isinstance(self.server, NbdTcp | NbdUnix)
        nbd.Connection(cast(BinaryIO, self.rfile), cast(BinaryIO, self.wfile), self.server.exports).run()

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


@contextmanager
def serving(service: Service, nbd_address: str = "") -> Iterator[NbdTcp | NbdUnix | None]:
    """Control socket and exports while the body runs."""
    with ExitStack() as stack:
        controls = control.Server(service.root, lambda verb, arguments: call(service, verb, arguments))
        stack.callback(controls.close)
        server = listen(nbd_address, lambda: devices.exports_of(service)) if nbd_address else None
        if server is not None:
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
        yield server


def run(service: Service, stop: threading.Event, tell: Tell) -> None:
    """Let real time pass until `stop`; a store that fails is told once and tried again."""
    failing = ""
    while not stop.wait(TICK_SECONDS):
        try:
            service.tick()
            failing = ""
        except StoreFailed as failure:
            if str(failure) != failing:
                failing = str(failure)
                tell(failing)
