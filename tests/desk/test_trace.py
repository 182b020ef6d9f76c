"""`siteproof trace check`: logs of any tool are followed to the end, or to the step that contradicts the model."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from siteproof.cli import main
from siteproof.conformance.coverage.events import Begin, Do, Event, Passes, ShownState, state_of
from siteproof.conformance.coverage.lifecycle_map import lifecycle_map
from siteproof.conformance.coverage.trail import Trail
from siteproof.conformance.logs.follow import followed
from siteproof.model.nouns.profile import CORE
from siteproof.model.nouns.vocabulary import Verb
from tests.desk.invented import at, job, machine

ANY = [*Verb]


def _log(seed: int) -> list[tuple[str, Event]]:
    """Two machines that are shown, asked and left alone by chance; most of it is not allowed."""
    chance, where = random.Random(seed), lifecycle_map()
    events: list[Event] = [Begin()]
    for _ in range(60):
        name = chance.choice(["a", "b"])
        what = chance.random()
        if what < 0.4:
            events.append(state_of(name, chance.choice(where.states[:40])))
        elif what < 0.8:
            events.append(Do(chance.choice(ANY), name, chance.choice(["", "", "OperationNotAllowed"])))
        else:
            events.append(Passes())
    return [(f"line {number}", each) for number, each in enumerate(events)]


@pytest.mark.parametrize("seed", range(12))
def test_the_automaton_says_what_the_trail_says(seed: int) -> None:
    """Of each machine the same first contradiction, and together the same number; the same is covered."""
    events = _log(seed)
    trail = Trail(lifecycle_map())
    trail.follow(events)
    found = followed(events, lambda _machine: CORE)
    firsts = {each.machine: each for each in reversed(trail.deviations)}
    told = {each.machine: each for each in found.contradictions}
    assert {name: (each.place, each.recorded, each.model) for name, each in firsts.items()} == {
        name: (each.place, each.deviation.recorded, each.deviation.model) for name, each in told.items()
    }
    assert len(trail.deviations) == len(found.contradictions) + found.more
    (covered,) = found.coverages
    assert covered.aspect("states shown").visited == len(trail.states)


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    """The exit code and the JSON of the one log."""
    code = main(["trace", "check", *arguments, "--format", "json"])
    (log,) = json.loads(capsys.readouterr().out)["logs"]
    return code, log


def _shown(state: str, description: str, where: str, allowed: list[str], **ago: float) -> Any:
    found = machine("db-1")
    shown = {"protectionState": state, "protectionStateDescription": description, "activeLocation": where}
    found["properties"].update(**shown, allowedOperations=allowed)
    details = found["properties"]["providerSpecificDetails"]
    details.update(lastRpoCalculatedTime=at(**ago), mobilityAgentDetails={"lastHeartbeatUtc": at(**ago)})
    return found


USUAL = ["UnplannedFailover", "TestFailover", "DisableProtection"]
PENDING = ["Commit", "ChangePit", "CompleteMigration", "DisableProtection", "SwitchProtection"]
STATE = "UnplannedFailoverCommitPendingStatesBegin"


def written(folder: Path, **files: Any) -> list[str]:
    """Files of these documents."""
    for name, each in files.items():
        (folder / f"{name}.json").write_text(json.dumps(each))
    return [str(folder / f"{name}.json") for name in files]


def test_jobs_and_machines_of_the_service_are_one_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was protected and then failed over by a job may wait for its commit; without the job it may not."""
    machines = [
        _shown("Protected", "Protected", "Primary", USUAL, hours=5),
        _shown(STATE, "Failover completed", "Recovery", PENDING, hours=1),
    ]
    jobs = [job("UnplannedFailover", "Succeeded", hours=3)]
    both = written(tmp_path, machines=machines, jobs=jobs)
    code, log = told(capsys, *both)
    assert (code, log["explained"], log["steps"], log["providers"]) == (0, True, 3, ["vmware-modernized"])
    code, log = told(capsys, both[0])
    assert (code, log["contradictions"][0]["machine"], log["contradictions"][0]["explained"]) == (1, "DB-1", 1)
    assert set(log["contradictions"][0]["legal"]) >= {"fail_over", "disable"}


def test_the_commands_that_an_export_lists_are_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A list that is not the state's contradicts, and the state's own commands are told."""
    files = written(tmp_path, machines=[_shown("Protected", "Protected", "Primary", ["Commit"], hours=5)])
    code, log = told(capsys, *files)
    assert code == 1
    assert "listed Commit" in log["contradictions"][0]["recorded"]
    assert set(log["contradictions"][0]["legal"]) == {"disable", "fail_over", "test_failover"}


def test_clocks_that_differ_may_swap_two_steps(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A machine that is shown as protected a second after its failover began was looked at before it."""
    machines = [
        _shown("Protected", "Protected", "Primary", USUAL, hours=2, minutes=59, seconds=59),
        _shown(STATE, "Failover completed", "Recovery", PENDING, hours=1),
    ]
    committed = job("Commit", "Succeeded", hours=3)
    files = written(tmp_path, machines=machines, jobs=[job("UnplannedFailover", "Succeeded", hours=3), committed])
    assert told(capsys, *files)[0] == 1
    files = written(tmp_path, machines=machines, jobs=[job("UnplannedFailover", "Succeeded", hours=3)])
    assert told(capsys, *files)[0] == 1
    assert told(capsys, *files, "--skew", "5s")[0] == 0
    assert told(capsys, *files, "--skew", "500ms")[0] == 1


def _event(status: str, name: str, **ago: float) -> Any:
    return {
        "type": "Microsoft.RecoveryServices/vaults/replicationEvents",
        "id": f"e-{name}-{status}",
        "properties": {
            "eventCode": "x",
            "timeOfOccurrence": at(**ago),
            "affectedObjectFriendlyName": "DB-1",
            "eventSpecificDetails": {"instanceType": "JobStatus", "jobFriendlyName": name, "jobStatus": status},
        },
    }


def test_events_of_the_service_begin_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A job that started is a command; one that ended is none, and a commit before any failover contradicts."""
    shown = [_shown("Protected", "Protected", "Primary", USUAL, hours=5)]
    good = [_event("Started", "Unplanned failover", hours=4), _event("Succeeded", "Unplanned failover", hours=3)]
    assert told(capsys, *written(tmp_path, machines=shown, events=good))[0] == 0
    bad = [_event("Started", "Commit", hours=4)]
    assert told(capsys, *written(tmp_path, machines=shown, events=bad))[0] == 1


def _span(name: str, seconds: int, **attributes: str) -> Any:
    about = [{"key": key, "value": {"stringValue": value}} for key, value in attributes.items()]
    return {"name": name, "startTimeUnixNano": str(seconds * 10**9), "attributes": about}


def test_spans_of_telemetry_are_a_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Commands and states by their attributes, in the order of their clocks; other spans say nothing."""
    spans = [
        _span("commit", 30, machine="db", refused="OperationNotAllowed"),
        _span("state", 10, machine="db", protection="protected", direction="forward", active="primary"),
        _span("http.request", 20),
    ]
    export = {"resourceSpans": [{"resource": {"attributes": []}, "scopeSpans": [{"spans": spans}]}]}
    code, log = told(capsys, *written(tmp_path, spans=export))
    assert (code, log["steps"]) == (0, 2)
    spans[0]["attributes"].pop()
    assert told(capsys, *written(tmp_path, spans=export))[0] == 1


def test_machines_of_two_providers_are_each_read_by_its_own_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A planned failover belongs to the list of one of them."""
    ours = _shown("Protected", "Protected", "Primary", USUAL, hours=2)
    theirs = _shown("Protected", "Protected", "Primary", ["PlannedFailover", *USUAL], hours=2)
    theirs["id"] += "-hv"
    theirs["properties"]["friendlyName"] = "HV-1"
    theirs["properties"]["providerSpecificDetails"]["instanceType"] = "HyperVReplicaAzure"
    code, log = told(capsys, *written(tmp_path, machines=[ours, theirs]))
    assert (code, sorted(log["providers"])) == (0, ["hyperv", "vmware-modernized"])


@pytest.mark.parametrize("data", [b"<html>", b'[{"protectionState": "Pro', b'[{"a": 1}]', b""])
def test_what_is_no_log_ends_with_2(data: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Three lines that name the file."""
    (tmp_path / "log.json").write_bytes(data)
    assert main(["trace", "check", str(tmp_path / "log.json")]) == 2
    assert "log.json" in capsys.readouterr().err


def test_a_line_in_the_services_words_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """States and commands by the names of the service; a word of neither language is refused with its line."""
    head = '{"kind": "history", "version": 1}\n'
    state = f'{{"kind": "state", "protection": "{STATE}", "active": "Recovery", "allowed": {json.dumps(PENDING)}}}\n'
    (tmp_path / "log.ndjson").write_text(head + state + '{"kind": "do", "verb": "SwitchProtection"}\n')
    assert main(["trace", "check", str(tmp_path / "log.ndjson")]) == 0
    (tmp_path / "log.ndjson").write_text(head + '{"kind": "do", "verb": "Sing"}\n')
    assert main(["trace", "check", str(tmp_path / "log.ndjson")]) == 2
    assert "line 2" in capsys.readouterr().err


def test_a_state_without_a_list_says_nothing_of_it() -> None:
    """The field is absent, not empty."""
    assert ShownState("a").allowed is None
