"""The HTTP carrier: the verdicts of in process, TLS verified, everything bounded, and whatever goes wrong is data."""

import datetime as dt
import ipaddress
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from siteproof.cli import main
from siteproof.conformance import results, wire
from siteproof.conformance.carriers import http, http_serving
from siteproof.conformance.carriers.bench import Bench, Hung
from siteproof.conformance.carriers.broken import CarrierBroken
from siteproof.conformance.carriers.carrier import Carrier
from siteproof.conformance.carriers.http_serving import SESSIONS_MAX, Server
from siteproof.conformance.scaffolds.python_adapter import make_subject
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.model.nouns.scenario import DiskSpec, MachineSpec, Scenario
from tests.judge.adapters.tiny import Tiny

SCENARIO = Scenario((MachineSpec("vm1", (DiskSpec("disk0", 16),)),))


@contextmanager
def running(server: ThreadingHTTPServer) -> Iterator[int]:
    """The server in a thread of its own; its port."""
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def raw(answer: Callable[[BaseHTTPRequestHandler], None]) -> ThreadingHTTPServer:
    """A server that answers every POST by hand."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            answer(self)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    return server


def body(status: int, content: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    """An answer of that status and content."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def hang(_: BaseHTTPRequestHandler) -> None:
    """No answer for longer than the bound."""
    threading.Event().wait(5)


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    """The connection ends instead."""
    handler.close_connection = True


def stall(handler: BaseHTTPRequestHandler) -> None:
    """The beginning of an answer without a length, and no more of it for longer than the bound."""
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(b'{"id"')
    handler.close_connection = True
    threading.Event().wait(5)


def flood(handler: BaseHTTPRequestHandler, size: int = 65536, pause_seconds: float = 0) -> None:
    """An answer without an end."""
    handler.send_response(200)
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b"x" * size)
            threading.Event().wait(pause_seconds)
    except OSError:
        handler.close_connection = True


def drip(handler: BaseHTTPRequestHandler) -> None:
    """An answer without an end, too slow to become too long within the bound."""
    flood(handler, 1 << 16, 0.005)


def test_the_results_do_not_depend_on_the_carrier(tmp_path: Path) -> None:
    """Behind an address and in process the same subject gets the same results."""
    with running(Server(make_subject)) as port:
        url = f"http://127.0.0.1:{port}/"
        assert main(["conform", "--url", url, "--chapter", "RPO", "--out", str(tmp_path / "http")]) != ExitCode.OUR_BUG
    name = "siteproof.conformance.scaffolds.python_adapter:make_subject"
    main(["conform", "--python", name, "--chapter", "RPO", "--out", str(tmp_path / "direct")])
    one, other = (results.read(tmp_path / each / results.FILE_NAME).report for each in ("http", "direct"))
    assert one is not None
    assert other is not None
    assert one.results == other.results


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (body(200, b"hello"), "broke the protocol in its answer to `describe`"),
        (body(200, b'{"id": 7, "ok": null}'), "answered call 7 when asked call 1"),
        (body(500, b"oh"), "HTTP status 500"),
        (body(302, b""), "HTTP status 302"),
        (hang_up, "gave no answer to `describe`"),
    ],
)
def test_what_is_no_answer_is_data(answer: Callable[[BaseHTTPRequestHandler], None], says: str) -> None:
    """Whatever comes back instead of an answer is named, and the session is over."""
    with running(raw(answer)) as port, pytest.raises(CarrierBroken) as broken:
        http.factory(f"http://127.0.0.1:{port}/")().describe()
    assert says in broken.value.problem


@pytest.mark.parametrize(("answer", "says"), [(hang, "hangs"), (stall, "hangs"), (drip, "floods")])
def test_no_answer_within_the_bound_is_told(answer: Callable[[BaseHTTPRequestHandler], None], says: str) -> None:
    """A silent and a flooding adapter are let go within the bound, each by its name."""
    with running(raw(answer)) as port:
        bench, ended = Bench(http.factory(f"http://127.0.0.1:{port}/"), timeout_seconds=1.0), threading.Event()

        def ask(carrier: Carrier) -> None:
            try:
                carrier.describe()
            finally:
                ended.set()

        with pytest.raises(Hung) as hung:
            bench.run(ask)
        assert ended.wait(2), "the call is cut off, not left behind"
        bench.close()
    assert says in hung.value.problem


def test_an_answer_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """More bytes than a line may have are not read to their end, which may never come."""
    monkeypatch.setattr(wire, "LINE_BYTES_MAX", 100)
    with running(raw(flood)) as port:
        bench = Bench(http.factory(f"http://127.0.0.1:{port}/"), timeout_seconds=60.0)
        with pytest.raises(CarrierBroken) as broken:
            bench.run(lambda carrier: carrier.describe())
        bench.close()
    assert "more than 100 bytes" in broken.value.problem


def test_a_connection_that_was_closed_in_between_is_made_again() -> None:
    """A server that closes after every answer is served all the same."""
    closing, handler = Server(Tiny), http_serving._Handler
    assert handler.protocol_version == "HTTP/1.1"
    closing.RequestHandlerClass = type("Old", (handler,), {"protocol_version": "HTTP/1.0"})
    with running(closing) as port:
        carrier = http.factory(f"http://127.0.0.1:{port}/")()
        carrier.reset(SCENARIO)
        assert carrier.observe("vm1").machine == "vm1"
        carrier.close()


def test_sessions_are_apart_and_bounded() -> None:
    """Two judges have two subjects, a closed session is gone, and forgotten ones do not pile up."""
    server = Server(Tiny)
    with running(server) as port:
        make = http.factory(f"http://127.0.0.1:{port}/")
        one, other = make(), make()
        one.reset(SCENARIO)
        other.reset(Scenario((MachineSpec("vm2", (DiskSpec("disk0", 16),)),)))
        assert one.observe("vm1").machine == "vm1"
        for carrier in (one, other):
            carrier.close()
        assert server._sessions == {}
        left = [make() for _ in range(SESSIONS_MAX + 3)]
        for carrier in left:
            carrier.describe()
            carrier.abandon()
        assert len(server._sessions) == SESSIONS_MAX


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://192.0.2.1/", "without TLS"),
        ("ftp://127.0.0.1/", "not an http"),
        ("127.0.0.1:80", "not an http"),
        ("https://me:secret@localhost/", "name and a password"),
    ],
)
def test_an_unsafe_address_is_refused(url: str, says: str) -> None:
    """Nothing is sent to an address that cannot be spoken to safely."""
    with pytest.raises(Problem) as refused:
        http.factory(url)
    assert says in refused.value.cause


def certificate(folder: Path, address: str) -> tuple[Path, Path]:
    """A certificate of our own for an address, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "adapter")])
    begin = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + dt.timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / f"{address}.pem", folder / f"{address}.key"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    plain = serialization.NoEncryption()
    paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))
    return paths


@pytest.mark.parametrize(("address", "trusted", "good"), [
    ("127.0.0.1", True, True),
    ("127.0.0.1", False, False),
    ("127.0.0.2", True, False),
])  # fmt: skip
def test_certificates_are_verified(address: str, trusted: bool, good: bool, tmp_path: Path) -> None:
    """An unknown authority and a certificate for another address are refused, the right one is taken."""
    public, private = certificate(tmp_path, address)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    server = Server(Tiny)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    with running(server) as port:
        carrier = http.factory(f"https://127.0.0.1:{port}/", str(public) if trusted else "")()
        if good:
            assert carrier.describe().name == "tiny"
        else:
            with pytest.raises(CarrierBroken, match="no answer") as broken:
                carrier.describe()
            assert "CERTIFICATE_VERIFY_FAILED" in broken.value.cause
        carrier.close()
