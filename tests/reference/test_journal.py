"""The journal tells what happened to an operator, and nothing of the data or the keys."""

import json
from pathlib import Path

import pytest

from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.scenario import DiskSpec, MachineSpec, Scenario
from siteproof.model.nouns.subject import DiskAddress, Fault, FaultKind, Write
from siteproof.model.nouns.vocabulary import Verb
from siteproof.reference.journal import VARIABLE
from siteproof.reference.subject import make_subject

SECRET = b"a secret of the workload".ljust(4096, b"!")


def lines_of(path: Path) -> list[dict[str, object]]:
    """What the journal says."""
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A journal of one protected machine that was shut down by force."""
    path = tmp_path / "journal.ndjson"
    monkeypatch.setenv(VARIABLE, str(path))
    subject = make_subject(durable=False)
    subject.reset(Scenario((MachineSpec("vm1", (DiskSpec("disk0", 16),)),)))
    subject.do(Command(Verb.ENABLE, "vm1"))
    subject.settle()
    subject.write(DiskAddress("vm1", "disk0"), (Write(3, 1, data=SECRET),))
    subject.fault(Fault(FaultKind.FORCED_SHUTDOWN, "vm1"))
    subject.settle()
    subject.close()
    return path


def test_jobs_and_events_are_written_down(path: Path) -> None:
    """An enable is noted when it starts and when it ends, and a forced shutdown as an event."""
    lines = lines_of(path)
    jobs = [(line["verb"], line["state"]) for line in lines if line["what"] == "job"]
    assert jobs == [("enable", "running"), ("enable", "succeeded")]
    assert "UncleanSourceShutdown" in [line.get("code") for line in lines]


def test_no_byte_of_the_workload_is_in_the_journal(path: Path) -> None:
    """What the workload wrote does not appear."""
    assert "secret of the workload" not in path.read_text()


def test_without_the_variable_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An appliance keeps no journal unless it is asked to."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    subject = make_subject(durable=False)
    subject.reset(Scenario((MachineSpec("vm1", (DiskSpec("disk0", 16),)),)))
    subject.close()
    assert list(tmp_path.iterdir()) == []
