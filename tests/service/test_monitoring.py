"""Others hear of it: metrics, events by webhook, proxies without a password, destinations that must be reachable."""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from siteproof.cli import main
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.observation import Event
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.subject import FaultKind
from siteproof.reference.observer import observe
from siteproof.reference.service import outbound, serving
from siteproof.reference.service.metrics import exposition
from siteproof.reference.service.outbound import DESTINATIONS, OutboundProxy, PreflightRow, preflight, proxy_of
from siteproof.reference.service.state_directory import config_of
from siteproof.reference.service.webhook import Webhook, check_webhook
from tests.service.desk import Desk

PATIENCE_SECONDS = 30
SAMPLE = re.compile(r'^([a-z_]+)(?:\{((?:[a-z]+="(?:[^"\\]|\\.)*",?)*)\})? (-?[0-9.e+]+)$')


class Listener:
    """An HTTP server that notes what it was asked; it answers with each of `answers`, then always with the last."""

    def __init__(self, *answers: int) -> None:
        self.asked: list[tuple[str, str, bytes]] = []
        self.answers = list(answers or (200,))
        listener = self

        class Handler(BaseHTTPRequestHandler):
            """One request."""

            def note(self) -> None:
                """Note it and answer."""
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                listener.asked.append((self.command, self.path, body))
                many = len(listener.answers) > 1
                self.send_response(listener.answers.pop(0) if many else listener.answers[0])
                self.send_header("Content-Length", "0")
                self.end_headers()

            def do_POST(self) -> None:
                """An event."""
                self.note()

            def do_CONNECT(self) -> None:
                """A tunnel."""
                self.note()

            def log_message(self, *_arguments: Any) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    """Somebody who takes everything."""
    found = Listener()
    yield found
    found.close()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk with a protected machine of two disks."""
    desk = Desk(tmp_path, disks=2)
    desk.protected()
    return desk


def until(holds: Callable[[], bool]) -> None:
    """Wait for what another thread does."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def samples(text: str) -> dict[str, float]:
    """Every sample by its name and labels; each line is a comment or a sample, each sample has help and type."""
    found, described = {}, set()
    for line in text.splitlines():
        if line.startswith("# "):
            described.add(line.split()[2])
            continue
        match = SAMPLE.match(line)
        assert match is not None, line
        assert match[1] in described
        found[line.rpartition(" ")[0]] = float(match[3])
    return found


def test_metrics_say_what_the_machine_shows(desk: Desk) -> None:
    """RPO, points, health, dirty blocks and watermarks are those of the observation; nothing is changed by looking."""
    desk.seconds(310)
    desk.write(1)
    seen = observe(desk.service.appliance, "web")
    found = samples(exposition(desk.service.appliance))
    assert found["siteproof_machines"] == 1
    assert found['siteproof_machine_rpo_seconds{machine="web"}'] == (seen.rpo_ms or 0) / 1000
    assert found['siteproof_machine_points{machine="web",consistency="crash"}'] == len(seen.points) > 1
    assert found['siteproof_machine_health{machine="web"}'] == 0
    assert found['siteproof_disk_dirty_blocks{machine="web",disk="sdb"}'] == 1
    for disk in seen.disks:
        written = found[f'siteproof_disk_writes_total{{machine="web",disk="{disk.name}",stage="written"}}']
        assert written == disk.watermarks.written
    assert observe(desk.service.appliance, "web") == seen
    assert found == samples(exposition(desk.service.appliance))
    desk.stop()


def test_metrics_of_a_stopped_appliance_are_printed(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """The command prints the same format."""
    desk.stop()
    assert main(["appliance", "metrics", "--state", str(desk.state)]) == 0
    assert samples(capsys.readouterr().out)["siteproof_machines"] == 1


def configured(desk: Desk, **notify: str) -> None:
    """Restart with this in its configuration."""
    lines = "\n".join(f'{key} = "{value}"' for key, value in notify.items())
    (desk.state / "config.toml").write_text(f"[policy]\nrpo_threshold_minutes = 15\n[notify]\n{lines}\n")
    desk.restart()


def test_an_exceeded_rpo_is_posted(desk: Desk, listener: Listener) -> None:
    """The store takes nothing for twenty minutes: the webhook hears of it once, with cause and remedy."""
    configured(desk, webhook=f"{listener.url}/hook")
    desk.seconds(61)
    with serving.serving(desk.service):
        desk.service.stores.strike("web", FaultKind.STORE_FULL)
        desk.write()
        desk.seconds(20 * 60)
        until(lambda: any(b"RpoThresholdExceeded" in body for _, _, body in listener.asked))
    told = [json.loads(body) for _, _, body in listener.asked]
    codes = [each["code"] for each in told]
    assert codes.count("RpoThresholdExceeded") == 1
    assert "LogUploadLocationNotHealthy" in codes
    mine = told[codes.index("RpoThresholdExceeded")]
    assert (mine["machine"], mine["level"]) == ("web", "warning")
    assert mine["action"]
    assert {(method, path) for method, path, _ in listener.asked} == {("POST", "/hook")}
    desk.stop()


EVENT = Event(7, ErrorCode.HIGH_CHURN, "web", "much")


def test_what_is_refused_is_tried_again_and_order_is_kept() -> None:
    """Two failures, then success: the first event arrives before the second one, nothing is given up."""
    listener = Listener(500, 503, 200)
    told: list[str] = []
    webhook = Webhook(listener.url, OutboundProxy(), told.append, pause_seconds=0.01)
    webhook.hear(EVENT)
    webhook.hear(Event(8, ErrorCode.HIGH_LATENCY, "web"))
    until(lambda: len(listener.asked) == 4)
    webhook.close()
    assert [json.loads(body)["time_ms"] for _, _, body in listener.asked] == [7, 7, 7, 8]
    assert (webhook.given_up, told) == (0, [])
    listener.close()


def test_what_nobody_takes_is_given_up_and_told_once() -> None:
    """A listener that refuses for ever holds nothing up, and the operator hears it once."""
    listener, told = Listener(404), list[str]()
    webhook = Webhook(listener.url, OutboundProxy(), told.append, pause_seconds=0.001)
    for _ in range(3):
        webhook.hear(EVENT)
    until(lambda: webhook.given_up == 3)
    webhook.close()
    assert told == ["the webhook does not take events: 404"]
    listener.close()


def test_a_webhook_goes_through_the_proxy(listener: Listener) -> None:
    """The proxy is asked for the whole URL; the target's name is not even resolved here."""
    webhook = Webhook("http://alarm.invalid/x", proxy_of(listener.url), print, pause_seconds=0.001)
    webhook.hear(EVENT)
    until(lambda: bool(listener.asked))
    webhook.close()
    assert listener.asked[0][:2] == ("POST", "http://alarm.invalid/x")


def test_a_proxy_that_asks_for_a_password_is_named() -> None:
    """It answers 407: the operator reads why nothing arrives."""
    listener, told = Listener(407), list[str]()
    webhook = Webhook("http://alarm.invalid/x", proxy_of(listener.url), told.append, pause_seconds=0.001)
    webhook.hear(EVENT)
    until(lambda: webhook.given_up == 1)
    webhook.close()
    assert "asks for authentication is not supported" in told[0]
    with pytest.raises(Problem, match="asks for authentication is not supported"):
        outbound.probe_through(proxy_of(listener.url))("aka.ms", 443)
    listener.close()


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://me:hunter2@proxy:3128", "asks for authentication"),
        ("http://me@proxy:3128", "asks for authentication"),
        ("https://proxy:3128", "the proxy cannot be used"),
        ("socks5://proxy:1080", "the proxy cannot be used"),
        ("http://proxy", "the proxy cannot be used"),
        ("http://proxy:99999", "the proxy cannot be used"),
        ("proxy:3128", "the proxy cannot be used"),
    ],
)
def test_an_unusable_proxy_is_one_problem(url: str, why: str, desk: Desk) -> None:
    """Where it is configured, before anything starts; its password is not repeated."""
    with pytest.raises(Problem, match=why) as problem:
        proxy_of(url)
    assert "hunter2" not in str(problem.value)
    (desk.state / "config.toml").write_text(f'[notify]\nproxy = "{url}"\n')
    with pytest.raises(Problem, match=why):
        config_of(desk.state)
    desk.stop()


@pytest.mark.parametrize("url", ["ftp://x/y", "alarm.example", "https://me:hunter2@alarm.example/"])
def test_an_unusable_webhook_is_one_problem(url: str) -> None:
    """The same."""
    with pytest.raises(Problem, match="the webhook cannot be used") as problem:
        check_webhook(url)
    assert "hunter2" not in str(problem.value)


def test_a_preflight_names_what_is_blocked() -> None:
    """Every pattern of the seed once, with its purpose; one with a star is tried by the host that stands for it."""
    tried: list[tuple[str, int]] = []

    def probe(host: str, port: int) -> str:
        tried.append((host, port))
        return "Connection refused" if host == "aka.ms" else ""

    rows = preflight(probe, {"*.blob.core.windows.net": "cache1.blob.core.windows.net"})
    assert len(rows) == len({row.pattern for row in rows}) == 13
    assert all(row.purpose for row in rows)
    assert [row.pattern for row in rows if row.blocked] == ["aka.ms"]
    assert ("cache1.blob.core.windows.net", 443) in tried
    assert not any("*" in host for host, _ in tried)
    shown = {row.pattern: row.verdict for row in rows}
    assert shown["aka.ms"] == "blocked: Connection refused"
    assert shown["*.vault.azure.net"] == "not checked"
    assert shown["*.blob.core.windows.net"] == "reachable"
    assert [row.pattern for row in preflight(probe, {}, agents=True)] == ["*.vault.azure.net"]
    with pytest.raises(Problem, match="no destination"):
        preflight(probe, {"*.example": "x"})


def test_a_preflight_goes_through_the_proxy(listener: Listener) -> None:
    """Each host is a CONNECT; what the proxy refuses is blocked."""
    probe = outbound.probe_through(proxy_of(listener.url))
    assert probe("aka.ms", 443) == ""
    assert listener.asked == [("CONNECT", "aka.ms:443", b"")]
    listener.answers = [403]
    assert probe("aka.ms", 443) == "the proxy answered 403"


def test_a_closed_port_is_blocked_and_an_open_one_is_not(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a proxy a connection decides."""
    probe = outbound.probe_through(OutboundProxy())
    assert probe("127.0.0.1", listener.port) == ""
    monkeypatch.setattr(
        "socket.create_connection", lambda *_args, **_options: (_ for _ in ()).throw(OSError(111, "no"))
    )
    assert probe("127.0.0.1", listener.port) == "no"


def test_the_command_lists_and_judges(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """--list tries nothing; a blocked destination makes the exit code 1; bad input is one problem."""
    assert main(["appliance", "preflight", "--list"]) == 0
    out = capsys.readouterr().out
    assert all(each.pattern in out for each in DESTINATIONS)
    row = PreflightRow("aka.ms", "updates", "aka.ms", "no")
    monkeypatch.setattr(outbound, "preflight", lambda *_args, **_options: [row])
    assert main(["appliance", "preflight"]) == 1
    assert "blocked: no" in capsys.readouterr().out
    monkeypatch.undo()
    assert main(["appliance", "preflight", "--name", "nothing"]) == 2
    assert main(["appliance", "preflight", "--proxy", "http://a:b@c:1"]) == 2
    assert "asks for authentication" in capsys.readouterr().err
