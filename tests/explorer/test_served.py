"""`siteproof explore --web`, `--export` and `--trace`: what is served and to whom, what is written, what is refused."""

import http.client
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from siteproof.cli import main
from siteproof.conformance.coverage.events import Do, state_of
from siteproof.explorer import recording, server
from siteproof.explorer.recording import recorded
from siteproof.explorer.server import Desk, ExplorerServer
from siteproof.fuzz.actions import WalkRecord
from siteproof.model.engines.explore.goal import goal
from siteproof.model.engines.explore.search import Search, reach
from siteproof.model.engines.formats.itf import DESCRIPTION
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.scenario import Scenario
from siteproof.model.nouns.vocabulary import Protection, Verb
from siteproof.model.spec.registry.specs import SPECS
from tests.desk.invented import at, job, machine

SHOWN = state_of("vm1", Regions(Protection.PROTECTED))


@pytest.fixture
def served() -> Iterator[ExplorerServer]:
    """A page of the lifecycle."""
    found = ExplorerServer(Desk(SPECS, "lifecycle", {}), 0)
    yield found
    found.close()


def asked(found: ExplorerServer, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, str, Any]:
    """Status, policy and body of an answer."""
    link = http.client.HTTPConnection("127.0.0.1", found.server_port, timeout=60)
    kind = {"Content-Type": "application/json"} if method == "POST" else {}
    text = body if isinstance(body, str) else json.dumps(body)
    link.request(
        method,
        path,
        text if method == "POST" else None,
        {**kind, **{k.replace("_", "-"): v for k, v in headers.items()}},
    )
    reply = link.getresponse()
    data = reply.read().decode()
    link.close()
    policy = str(reply.headers["Content-Security-Policy"])
    return reply.status, policy, data if data.startswith("<!") else json.loads(data)


def test_only_this_machine_is_answered(served: ExplorerServer) -> None:
    """Another host's name, another origin, or a body that a form could send get nothing, neither page nor search."""
    assert asked(served, "GET", "/")[0] == 200
    assert asked(served, "GET", "/", Host="rebound.example")[0] == 403
    assert asked(served, "POST", "/way?of=lifecycle", "x", Host="rebound.example")[0] == 403
    assert asked(served, "POST", "/way?of=lifecycle", "x", Origin="http://elsewhere.example")[0] == 403
    assert asked(served, "POST", "/way?of=lifecycle", "x", Content_Type="text/plain")[0] == 403
    assert asked(served, "POST", "/way?of=lifecycle", "x", Content_Length=str(server.BODY_BYTES_MAX + 1))[0] == 413
    assert served.server_address[0] == "127.0.0.1"


def test_the_policy_allows_what_the_page_brings_and_nothing_else(served: ExplorerServer) -> None:
    """Scripts and style by hash, questions to its own server; no inline code, no address of anybody."""
    _, policy, page = asked(served, "GET", "/plans")
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.count("<script>") == policy.count("sha256-") - 1
    assert re.findall(r"\w+://[^\s\"']+", page) == [DESCRIPTION]  # what a saved trace says of its format
    assert re.findall(r"\s(?:on\w+|style|src|href)=", page.split("<script")[0]) == []


def test_wrong_questions_are_answered_with_a_problem(served: ExplorerServer) -> None:
    """No specification, no query, no JSON, nothing there: a status and a sentence each time, and the server goes on."""
    assert asked(served, "GET", "/nothing")[0] == 404
    assert asked(served, "POST", "/nothing", {})[0] == 404
    assert asked(served, "POST", "/way?of=nothing", "phase=committed")[0] == 400
    assert asked(served, "POST", "/way?of=lifecycle", "{")[0] == 400
    assert asked(served, "POST", "/way?of=lifecycle", ["phase"])[0] == 400
    status, _, found = asked(served, "POST", "/way?of=lifecycle", json.dumps("phase=comitted"))
    assert (status, found["problem"][0]) == (400, "`phase` is never `comitted`")
    assert asked(served, "POST", "/record", [{"name": "x", "text": "nothing"}])[0] == 400
    assert asked(served, "POST", "/record", [1])[0] == 400
    status, _, found = asked(served, "POST", "/way?of=lifecycle", json.dumps("protection=committed"))
    search = Search(SPECS["lifecycle"].system())
    nearest = reach(search, goal(search.program.system, "protection=committed").holds)
    assert nearest is not None
    assert (status, len(found["trace"]["states"])) == (200, len(search.path(nearest)))


def test_a_taken_port_is_named() -> None:
    """A Problem, and what to do."""
    first = ExplorerServer(Desk(SPECS, "lifecycle", {}), 0)
    try:
        with pytest.raises(Problem, match=f"port {first.server_port}"):
            ExplorerServer(Desk(SPECS, "lifecycle", {}), first.server_port)
    finally:
        first.close()


def test_the_command_serves_until_it_is_interrupted() -> None:
    """It says where, answers there, leads to the state that was asked for, and Ctrl-C is an end in order."""
    command = [
        sys.executable,
        "-m",
        "siteproof",
        "explore",
        "plans",
        "--web",
        "--port",
        "0",
        "--trace-to",
        "phase=finished",
    ]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert running.stdout is not None
        assert "explore plans" in running.stdout.readline()
        address = running.stdout.readline().split()[1]
        assert address.endswith("/#query=phase%3Dfinished")
        link = http.client.HTTPConnection(address.split("/")[2], timeout=60)
        link.request("GET", "/")
        assert b"siteproof explorer" in link.getresponse().read()
        link.close()
    finally:
        running.send_signal(signal.SIGINT)
        _, errors = running.communicate(timeout=60)
    assert (running.returncode, errors) == (0, "")


def test_a_page_is_written_within_its_bound_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Size, states and bound are told; over the bound nothing is written."""
    small, large = tmp_path / "small.html", tmp_path / "large.html"
    assert main(["explore", "lifecycle", "--export", str(small)]) == 0
    assert "109 states, at most 200,000" in capsys.readouterr().out
    assert small.read_text().startswith("<!doctype html>")
    assert main(["explore", "replication", "--blocks", "4", "--points", "3", "--export", str(large)]) == 2
    told = capsys.readouterr().err
    assert "too many states for a page" in told
    assert "at most 200,000" in told
    assert not large.exists()


@pytest.mark.parametrize(
    "words",
    [
        "--web --export x.html",
        "--web --format json",
        "--web --first",
        "--export x.html --itf y.json",
        "--port 1",
        "--trace x.json",
        "--export x.html --trace-to pase=committed",
        "--export x.html --trace nothing.json",
    ],
)
def test_options_without_effect_are_refused(words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 2, and nothing is written."""
    monkeypatch.chdir(tmp_path)
    assert main(["explore", "lifecycle", *words.split()]) == 2
    assert list(tmp_path.iterdir()) == []


def test_a_finding_shows_what_it_found_beside_its_steps() -> None:
    """A kept walk has its expectation as a note, a track for each machine, and the way to each state that was shown."""
    history = (SHOWN, Do(Verb.TEST_FAILOVER, "vm1"), state_of("vm2", Regions(Protection.UNPROTECTED)))
    walk = WalkRecord("python:x", Scenario(()), (), 1, 1, "a drill", "none", history=history)
    found = recorded([("walk.json", walk.to_json())])
    assert found["notes"] == ["Expected: a drill", "Actual: none"]
    assert [track["name"] for track in found["tracks"]] == ["vm1", "vm2"]
    shown, done = found["tracks"][0]["frames"]
    names = [found["walk"]["transitions"][number]["name"] for number in shown["way"]]
    assert names[0] == "enable_starts(machine)"
    assert "test_failover" in shown["allowed"]
    assert done["text"] == "test_failover is accepted"
    assert not found["tracks"][0]["wrong"]


def test_an_audited_machine_is_stepped_through() -> None:
    """Exports of machines and jobs are one log: a protected machine was failed over and waits for its commit."""
    pending = {"protectionState": "UnplannedFailoverCommitPendingStatesBegin", "activeLocation": "Recovery"}
    exported = []
    for shown, hours in (({"protectionState": "Protected", "activeLocation": "Primary"}, 5), (pending, 1)):
        found = machine("db-1")
        found["properties"].pop("allowedOperations", None)
        found["properties"].update(shown)
        when = {"lastRpoCalculatedTime": at(hours=hours), "mobilityAgentDetails": {"lastHeartbeatUtc": at(hours=hours)}}
        found["properties"]["providerSpecificDetails"].update(when)
        exported.append(found)
    files = {"machines.json": exported, "jobs.json": [job("UnplannedFailover", "Succeeded", hours=3)]}
    found = recorded([(name, json.dumps(each).encode()) for name, each in files.items()])
    (track,) = found["tracks"]
    assert [frame["text"].split()[0] for frame in track["frames"]] == ["shows", "fail_over", "shows"]
    assert (track["name"], track["wrong"]) == ("DB-1", False)
    assert "commit" in track["frames"][2]["allowed"]


def test_a_contradiction_is_marked_where_it_stands() -> None:
    """The step that the trail calls a deviation, and no other."""
    walk = WalkRecord("python:x", Scenario(()), (), 1, 1, history=(SHOWN, Do(Verb.COMMIT, "vm1"), SHOWN))
    frames = recorded([("walk.json", walk.to_json())])["tracks"][0]["frames"]
    assert [bool(frame["wrong"]) for frame in frames] == [False, True, False]
    assert "refuses it" in frames[1]["model"]


def test_a_record_without_steps_or_with_too_many_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both are a Problem that says what to do."""
    walk = WalkRecord("python:x", Scenario(()), (), 1, 1)
    with pytest.raises(Problem, match="is not a recorded history"):
        recorded([("walk.json", walk.to_json())])
    monkeypatch.setattr(recording, "FRAMES_MAX", 1)
    longer = WalkRecord("python:x", Scenario(()), (), 1, 1, history=(SHOWN, SHOWN))
    with pytest.raises(Problem, match="2 steps"):
        recorded([("walk.json", longer.to_json())])
