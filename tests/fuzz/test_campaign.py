"""Campaigns find what is wrong, find nothing where nothing is, and leave a failure that can be replayed."""

import json
from pathlib import Path

import pytest

from siteproof.cli import main
from siteproof.conformance.carriers.target import Target, TargetKind
from siteproof.fuzz.actions import read_record
from siteproof.fuzz.campaign import Budget, Outcome, campaign
from siteproof.fuzz.replay import replay_walk, target_of
from siteproof.model.nouns.problem import ExitCode, Problem

HONEST = "siteproof.reference.subject:make_subject"
FORGETFUL = "siteproof.reference.zoo.b2:make_subject"


def walks(name: str, count: int, seed: int = 7) -> Outcome:
    """A campaign bounded by walks, so that it is the same everywhere."""
    return campaign(Target(TargetKind.PYTHON, name), seed, Budget(seconds=240, walks=count))


@pytest.mark.slow
def test_the_smoke_passes() -> None:
    """Forty walks over the honest appliance find nothing, and really go somewhere."""
    outcome = walks(HONEST, 40)
    assert outcome.finding is None, outcome.finding
    assert outcome.walks == 40
    assert len(outcome.pairs) >= 40


@pytest.fixture(scope="module")
def canary() -> Outcome:
    """The same campaign on the appliance whose reconnect forgets marks (B2)."""
    return walks(FORGETFUL, 200)


@pytest.mark.slow
def test_the_canary_is_caught(canary: Outcome) -> None:
    """B2 is found, and the shrunk walk has no more than eight actions."""
    assert canary.record is not None
    assert len(canary.record.actions) <= 8


@pytest.mark.slow
def test_the_shrunk_walk_fails_again_and_only_on_the_wrong_appliance(canary: Outcome) -> None:
    """Replaying the record on B2 reproduces the failure; the honest appliance survives the same walk."""
    assert canary.record is not None
    record = json.loads(canary.record.to_json())
    assert replay_walk(record).reproduced
    assert not replay_walk({**record, "subject": f"python:{HONEST}"}).reproduced


@pytest.mark.slow
def test_two_campaigns_with_one_seed_are_one_campaign() -> None:
    """Same seed and number of walks: same steps, same pairs of command and state."""
    one, two = walks(HONEST, 5, seed=11), walks(HONEST, 5, seed=11)
    assert (one.steps, one.pairs) == (two.steps, two.pairs)
    assert walks(HONEST, 5, seed=12).pairs != one.pairs


@pytest.mark.slow
def test_the_command_line_writes_a_record_that_replay_understands(tmp_path: Path) -> None:
    """`fuzz --zoo B2` exits 1 and names a file; `replay` of that file exits 1, too."""
    code = main(["fuzz", "--zoo", "B2", "--walks", "200", "--seed", "7", "--out", str(tmp_path)])
    (path,) = (tmp_path / "failures").iterdir()
    assert code == ExitCode.VIOLATION
    assert main(["replay", str(path)]) == ExitCode.VIOLATION


def test_a_record_of_another_kind_is_refused() -> None:
    """A JSON document that is no walk, and a subject's name that is none, are Problems."""
    with pytest.raises(Problem, match="not a recorded walk"):
        read_record(b'{"kind": "walk"}', "x.json")
    with pytest.raises(Problem, match="names no subject"):
        target_of("reference")


def test_fuzz_wants_one_subject(capsys: pytest.CaptureFixture[str]) -> None:
    """Two subjects at once are a usage error with a hint."""
    assert main(["fuzz", "--zoo", "B2", "--python", HONEST]) == ExitCode.USAGE
    assert "hint" in capsys.readouterr().err
