"""The control API: nobody without a certificate of ours, nobody beyond a role, nothing unbounded, everything noted."""

import contextlib
import http.client
import json
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import define

from siteproof.cli import main, remote
from siteproof.model.nouns.errors import Refused
from siteproof.model.nouns.problem import Problem
from siteproof.reference.service import control, https_api, serving
from siteproof.reference.service.access import ALLOWED, LOCAL, ClientRole
from siteproof.reference.service.certificates import Authority, key_pem, new_key, request_for, write_secret
from siteproof.reference.service.openapi import document
from siteproof.reference.service.service import Service
from siteproof.reference.service.state_directory import initialise
from siteproof.reference.service.verbs import VERBS


@define
class Bench:
    """A served appliance with a protected machine, and folders of credentials by role."""

    root: Path
    server: https_api.HttpsServer

    @property
    def state(self) -> Path:
        """The state directory."""
        return self.root / "state"

    def invited(self, name: str, role: str = "reader") -> str:
        """A code."""
        return str(control.ask(self.state, "access.invite", {"name": name, "role": role})["code"])

    def credentials(self, role: str) -> Path:
        """Those of somebody with that role."""
        folder = self.root / role
        if not folder.exists():
            remote.register(self.server.url, self.invited(role, role), self.server.fingerprint, folder)
        return folder

    def raw(
        self, method: str, path: str, body: bytes = b"", folder: Path | None = None, **headers: str
    ) -> tuple[int, bytes]:
        """A request as it is."""
        context = ssl.create_default_context(cadata=self.server.access.authority.pem)
        if folder is not None:
            context.load_cert_chain(folder / "client.pem")
        host, port = self.server.server_address[:2]
        link = http.client.HTTPSConnection(str(host), int(port), timeout=20, context=context)
        try:
            link.request(method, path, body, headers)
            reply = link.getresponse()
            return reply.status, reply.read()
        finally:
            link.close()

    def audit(self) -> list[dict[str, object]]:
        """What was noted."""
        return [json.loads(line) for line in (self.state / "audit.log").read_text().splitlines()]


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """Served on a free port of this machine."""
    initialise(tmp_path / "state")
    (tmp_path / "disk.img").write_bytes(b"block" * 5000)
    with Service(tmp_path / "state") as service, serving.serving(service, https_address="127.0.0.1:0") as served:
        assert served.https is not None
        monkeypatch.setenv("SITEPROOF_URL", served.https.url)
        yield Bench(tmp_path, served.https)


def as_role(bench: Bench, monkeypatch: pytest.MonkeyPatch, role: str) -> None:
    """Commands are given by somebody with that role from now on."""
    monkeypatch.setenv("SITEPROOF_CREDENTIALS", str(bench.credentials(role)))


def test_an_operator_works_from_elsewhere_with_the_same_commands(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Protect, point, refuse, list: over HTTPS."""
    as_role(bench, monkeypatch, "operator")
    assert main(["machine", "protect", "web", str(bench.root / "disk.img")]) == 0
    assert main(["point", "take", "web"]) == 0
    assert main(["machine", "do", "commit", "web"]) == 2
    assert "OperationNotAllowed" in capsys.readouterr().err
    assert main(["point", "list", "web", "--format", "json"]) == 0
    assert [row["name"] for row in json.loads(capsys.readouterr().out)] == ["cp-000001", "cp-000002"]
    asked = [(line["verb"], line["name"]) for line in bench.audit() if line["what"] == "ask"]
    assert ("machine.protect", "operator") in asked


@pytest.mark.parametrize("role", list(ClientRole))
def test_a_role_may_do_what_it_may_and_nothing_else(bench: Bench, role: ClientRole) -> None:
    """Every verb is asked for; what is forbidden is noted and not done."""
    folder = bench.credentials(role.value)
    for verb in VERBS:
        status, _ = bench.raw("POST", f"/v1/{verb}", b'{"machine": "nobody"}', folder)
        if verb in LOCAL:
            assert status == 404
        else:
            assert (status == 403) is (verb not in ALLOWED[role]), verb
    forbidden = {line["verb"] for line in bench.audit() if line.get("outcome") == "forbidden"}
    assert forbidden == set(VERBS) - LOCAL - ALLOWED[role]


def test_without_a_certificate_of_ours_nobody_is_anybody(bench: Bench) -> None:
    """None at all, one of another authority, one that has expired, one that was revoked."""
    assert bench.raw("POST", "/v1/machine.list", b"{}")[0] == 401
    assert bench.raw("GET", "/")[0] == 401
    (bench.root / "foreign").mkdir()
    foreign = issued(bench.root / "made", Authority(bench.root / "foreign"), 10)
    expired = issued(bench.root / "old", bench.server.access.authority, -1)
    for folder in (foreign, expired):
        with pytest.raises((ssl.SSLError, OSError)):
            bench.raw("POST", "/v1/machine.list", b"{}", folder)
    reader = bench.credentials("reader")
    assert bench.raw("POST", "/v1/machine.list", b"{}", reader)[0] == 200
    control.ask(bench.state, "access.revoke", {"name": "reader"})
    assert bench.raw("POST", "/v1/machine.list", b"{}", reader)[0] == 401


def issued(folder: Path, authority: Authority, days: int) -> Path:
    """Credentials by that authority, good for so many days."""
    folder.mkdir()
    key = new_key()
    certificate = authority.admit(request_for(key), "somebody", "operator", days)
    write_secret(folder / "client.pem", key_pem(key) + certificate.encode())
    return folder


def test_a_code_is_good_once_and_wrong_ones_close_the_door(bench: Bench) -> None:
    """Used, wrong, five wrong ones; and another server's fingerprint ends it before the code is sent."""
    code = bench.invited("first")
    with pytest.raises(Problem, match="another server"):
        remote.register(bench.server.url, code, "00" * 32, bench.root / "no")
    remote.register(bench.server.url, code, bench.server.fingerprint, bench.root / "first")
    with pytest.raises(Problem, match="not good"):
        remote.register(bench.server.url, code, bench.server.fingerprint, bench.root / "second")
    for _ in range(4):
        bench.raw("POST", "/v1/register", b'{"code": "guess", "request": ""}')
    assert bench.raw("POST", "/v1/register", b'{"code": "guess", "request": ""}')[0] == 429
    assert not (bench.root / "second" / "client.pem").exists()


def test_bodies_and_paths_are_bounded_and_checked(bench: Bench) -> None:
    """Too large, no length, no JSON, wrong types, nothing there: each its answer, and the service goes on."""
    folder = bench.credentials("operator")
    large = str(https_api.BODY_BYTES_MAX + 1)
    assert bench.raw("POST", "/v1/machine.list", b"", folder, **{"Content-Length": large})[0] == 413
    for body in (b"[", b"[]", b'{"machine": 7}', b"\xff"):
        assert bench.raw("POST", "/v1/machine.list", body, folder)[0] == 400
    for path in ("/v1/nothing", "/v1/point.export", "/../../etc/passwd", "/v1/"):
        assert bench.raw("POST", path, b"{}", folder)[0] == 404
    assert bench.raw("GET", "/v1/machine.list", b"", folder)[0] == 404
    host, port = bench.server.server_address[:2]
    with socket.create_connection((str(host), int(port))) as link:
        link.sendall(b"GET / HTTP/1.0\r\n\r\n")
        with contextlib.suppress(ConnectionResetError):
            assert b"HTTP" not in link.recv(100)
    assert bench.raw("POST", "/v1/machine.list", b"{}", folder) == (200, b'{"answer":[]}')


def test_no_secret_is_noted(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither codes nor keys are in the audit, and private keys are their owners' only."""
    code = bench.invited("somebody", "operator")
    as_role(bench, monkeypatch, "operator")
    main(["machine", "protect", "web", str(bench.root / "disk.img")])
    noted = (bench.state / "audit.log").read_text()
    assert code not in noted
    assert "PRIVATE" not in noted
    assert (bench.state / "keys" / "kek").read_text().strip() not in noted
    for path in (*(bench.state / "keys").iterdir(), bench.root / "operator" / "client.pem"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_the_description_and_the_page_say_what_there_is(bench: Bench) -> None:
    """Every verb that is offered, with its type; the page loads nothing from elsewhere."""
    assert set(document()["paths"]) == {f"/v1/{verb}" for verb in set(VERBS) - LOCAL}
    assert json.loads(bench.raw("GET", "/v1/openapi.json")[1]) == json.loads(json.dumps(document()))
    status, page = bench.raw("GET", "/", folder=bench.credentials("reader"))
    assert status == 200
    assert b"http://" not in page
    assert b"https://" not in page
    script = bench.raw("GET", "/status.js")[1].decode()
    assert "innerHTML" not in script
    assert all(f'"{verb}"' in script for verb in ("machine.list", "machine.show", "job.list", "event.list"))


def test_a_scraper_reads_metrics_with_a_certificate(bench: Bench) -> None:
    """A reader may, nobody else; the format is Prometheus' text."""
    status, text = bench.raw("GET", "/metrics", folder=bench.credentials("reader"))
    assert (status, text.splitlines()[-1]) == (200, b"siteproof_machines 0")
    assert bench.raw("GET", "/metrics")[0] == 401


def test_a_refusal_reads_the_same_from_elsewhere(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error's name and detail arrive."""
    as_role(bench, monkeypatch, "operator")
    main(["machine", "protect", "web", str(bench.root / "disk.img")])
    arguments = {"machine": "web", "verb": "commit"}
    with pytest.raises(Refused) as here:
        control.ask(bench.state, "machine.do", arguments)
    with pytest.raises(Refused) as there:
        remote.ask(bench.server.url, "machine.do", arguments)
    assert (here.value.code, here.value.detail) == (there.value.code, there.value.detail)
