"""`siteproof minimise`: a recorded walk becomes shorter and fails as before, or nothing is written."""

from pathlib import Path

import pytest

from siteproof.cli import main
from siteproof.fuzz.actions import ActionKind, WalkAction, WalkRecord, read_record
from siteproof.fuzz.course import WalkCourse
from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.problem import ExitCode
from siteproof.model.nouns.scenario import DiskSpec, MachineSpec, Scenario
from siteproof.model.nouns.subject import Fault, FaultKind
from siteproof.model.nouns.vocabulary import Verb
from tests.fuzz.campaigns import FORGETFUL, HONEST, target

SCENE = Scenario((MachineSpec("vm1", (DiskSpec("disk0", 16),)),))
WAIT = WalkAction(ActionKind.ADVANCE, milliseconds=60_000)
DOWN, UP = (
    WalkAction(ActionKind.FAULT, "vm1", fault=Fault(k, "vm1")) for k in (FaultKind.LINK_DOWN, FaultKind.LINK_UP)
)
ENABLE = WalkAction(ActionKind.COMMAND, "vm1", command=Command(Verb.ENABLE, "vm1"))
WRITE = WalkAction(ActionKind.WRITE, "vm1", disk="disk0", blocks=(1, 2, 3))
WALK = (WAIT, ENABLE, WAIT, WRITE, WAIT, DOWN, WRITE, WAIT, UP, WAIT, WAIT)
"""A link that breaks and comes back, with much that has nothing to do with it."""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The walk, as a campaign on a forgetful appliance would have kept it."""
    walking = WalkCourse(target(FORGETFUL), 1, len(WALK)).open()
    try:
        finding = walking.repeat(SCENE, WALK).finding
    finally:
        walking.close()
    assert finding is not None
    path = tmp_path_factory.mktemp("walks") / "walk-1.json"
    path.write_bytes(WalkRecord(f"python:{FORGETFUL}", SCENE, WALK, 1, 1, finding.expected, finding.actual).to_json())
    return path


def test_a_walk_becomes_shorter_and_fails_as_before(recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What has nothing to do with it goes, and what is left is replayed to the same failure."""
    assert main(["minimise", str(recorded), "--tries", "40"]) == ExitCode.VIOLATION
    short = recorded.with_suffix(".min.json")
    assert f"{len(WALK)} actions before" in capsys.readouterr().out
    left = read_record(short.read_bytes(), "short").actions
    assert DOWN.what in {each.what for each in left}
    assert len(left) < len(WALK)
    assert main(["replay", str(short)]) == ExitCode.VIOLATION


def test_a_failure_that_does_not_come_back_is_told(
    recorded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a subject that does nothing wrong there is nothing to shorten, and nothing is written."""
    out = tmp_path / "short.json"
    assert main(["minimise", str(recorded), "--python", HONEST, "--out", str(out)]) == ExitCode.OK
    assert "does not come back" in capsys.readouterr().out
    assert not out.exists()
