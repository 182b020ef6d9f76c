"""Campaigns find what is wrong, find nothing where nothing is, go on where they were, and lose nothing on the way."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from attrs import evolve

from siteproof.cli import main
from siteproof.fuzz import canary
from siteproof.fuzz.actions import ActionKind, WalkAction, brief, read_record
from siteproof.fuzz.campaign import Campaign, CampaignEnd, CampaignOutcome, Rounds
from siteproof.fuzz.course import ROUND_WALKS
from siteproof.fuzz.guide import Guide
from siteproof.fuzz.replay import replay_walk, target_of
from siteproof.fuzz.scenes import PLAIN
from siteproof.fuzz.store import FILE_NAME
from siteproof.fuzz.tally import Walked
from siteproof.model.nouns.problem import ExitCode, Problem
from tests.fuzz.campaigns import FORGETFUL, HONEST, campaign, opened, said

SOME = 20  # executions: a round, and a part of the next


@pytest.fixture(scope="module")
def smoke(tmp_path_factory: pytest.TempPathFactory) -> CampaignOutcome:
    """Forty walks over the honest appliance."""
    return campaign(HONEST, tmp_path_factory.mktemp("smoke"), 40)


@pytest.fixture(scope="module")
def caught(tmp_path_factory: pytest.TempPathFactory) -> CampaignOutcome:
    """A few walks over the appliance whose reconnect forgets marks (B2)."""
    return campaign(FORGETFUL, tmp_path_factory.mktemp("caught"), SOME)


@pytest.mark.slow
def test_the_smoke_finds_nothing_and_goes_far(smoke: CampaignOutcome) -> None:
    """Nothing is wrong with the honest appliance, and walks really go somewhere: machines, faults, deep phases."""
    assert [group.finding for group in smoke.tally.groups.values()] == []
    assert smoke.end is CampaignEnd.EXECUTIONS
    assert smoke.tally.executions == 40
    cells = smoke.tally.cells
    assert len(smoke.met) >= 18
    assert len({cell.what for cell in cells if cell.is_fault}) >= 10
    assert any(cell.where.startswith("reverse/") for cell in cells)
    assert {"edit_policy", "group test_failover"} <= {cell.what for cell in cells}
    assert max(len(kept.scenario.machines) for kept in smoke.tally.kept) == 3


@pytest.mark.slow
def test_a_wrong_appliance_is_caught_on_few_steps(caught: CampaignOutcome) -> None:
    """B2 is found, grouped, and each finding is shrunk to a handful of steps on the machine that needs them."""
    assert caught.tally.news
    for group in caught.tally.news:
        assert group.record.rule == "SP-RES-24"
        assert len(group.record.actions) <= min(8, group.steps_before)
        assert len(group.record.scenario.machines) == 1


@pytest.mark.slow
def test_the_shrunk_walk_fails_again_and_only_on_the_wrong_appliance(caught: CampaignOutcome) -> None:
    """Replaying a record on B2 reproduces the failure; the honest appliance survives the same walk."""
    record = json.loads(caught.tally.news[0].record.to_json())
    assert replay_walk(record).reproduced
    assert replay_walk(record, target=target_of(f"python:{HONEST}")).finding is None


@pytest.mark.slow
def test_a_campaign_in_two_parts_is_the_campaign_in_one(caught: CampaignOutcome, tmp_path: Path) -> None:
    """Ended inside a round and resumed, it has the same cells, corpus and findings, to the byte."""
    campaign(FORGETFUL, tmp_path, 6)
    resumed = campaign(FORGETFUL, tmp_path, SOME, resume=True)
    assert said(resumed) == said(caught)
    assert said(campaign(FORGETFUL, tmp_path, 6, seed=8)) != said(caught)


@pytest.mark.slow
def test_an_interrupt_keeps_every_walk(caught: CampaignOutcome, tmp_path: Path) -> None:
    """What was walked until then is counted and stands in the store; resumed, the rest makes the same campaign."""

    def tired(mine: Campaign) -> Rounds:
        def walks(numbers: Sequence[int], guide: Guide) -> Iterator[Walked]:
            for walked in mine.walks_here(numbers, guide):
                yield walked
                if walked.number == 4:
                    raise KeyboardInterrupt

        return walks

    outcome = campaign(FORGETFUL, tmp_path, SOME, rounds=tired)
    assert (outcome.end, outcome.tally.executions) == (CampaignEnd.INTERRUPTED, 5)
    assert outcome.tally.samples[-1].executions == 5, "the picture of the report ends where the campaign ended"
    assert said(campaign(FORGETFUL, tmp_path, SOME, resume=True)) == said(caught)


@pytest.mark.slow
def test_whoever_carries_the_walks_out_the_campaign_is_the_same(caught: CampaignOutcome, tmp_path: Path) -> None:
    """Walks that arrive in another order make the same findings: a round's guide is frozen, the tally sorts."""

    def backwards(mine: Campaign) -> Rounds:
        return lambda numbers, guide: reversed(list(mine.walks_here(numbers, guide)))

    assert said(campaign(FORGETFUL, tmp_path, SOME, rounds=backwards)) == said(caught)


@pytest.mark.slow
def test_known_findings_neither_end_a_campaign_nor_count(caught: CampaignOutcome, tmp_path: Path) -> None:
    """With every fingerprint known nothing is news, the reasons stand beside them, and the exit code would be 0."""
    known = dict.fromkeys(caught.tally.groups, "ticket 17")
    again = campaign(FORGETFUL, tmp_path, ROUND_WALKS, known=known, failures=1)
    assert again.tally.groups
    assert again.tally.news == ()
    assert {group.known for group in again.tally.groups.values()} == {"ticket 17"}
    assert again.end is CampaignEnd.EXECUTIONS
    assert campaign(FORGETFUL, tmp_path / "two", 10 * ROUND_WALKS, failures=1).end is CampaignEnd.FAILURES


def test_the_canary_rings_and_the_smoke_is_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every campaign begins with both; a canary that finds nothing, or a smoke that finds something, ends it."""
    canary.check()
    monkeypatch.setattr(canary, "FORGETFUL", canary.HONEST)
    with pytest.raises(AssertionError, match="canary is silent"):
        canary.check()
    monkeypatch.setattr(canary, "FORGETFUL", FORGETFUL)
    monkeypatch.setattr(canary, "HONEST", FORGETFUL)
    with pytest.raises(AssertionError, match="smoke is not clear"):
        canary.check()


def test_a_store_that_cannot_be_resumed_is_one_clear_error(tmp_path: Path) -> None:
    """No file, no store, a damaged one, another seed, another specification: each is a Problem that says which."""
    with pytest.raises(Problem, match="no campaign to resume"):
        opened(HONEST, tmp_path, resume=True)
    opened(HONEST, tmp_path).close()
    with pytest.raises(Problem) as other:
        opened(HONEST, tmp_path, seed=8, resume=True)
    assert "seed 7, not 8" in other.value.cause
    path = tmp_path / FILE_NAME
    with sqlite3.connect(path) as inside:
        inside.execute("UPDATE meta SET value = 'older' WHERE key = 'specification'")
    with pytest.raises(Problem) as older:
        opened(HONEST, tmp_path, resume=True)
    assert "specification older" in older.value.cause
    path.write_bytes(path.read_bytes()[:5000] + b"\xff" * 4000)
    with pytest.raises(Problem):
        opened(HONEST, tmp_path, resume=True).tally({})
    path.write_text("not a store at all, but long enough to be looked at" * 100)
    with pytest.raises(Problem, match="damaged"):
        opened(HONEST, tmp_path, resume=True)


def test_a_new_campaign_sets_the_old_store_aside(tmp_path: Path) -> None:
    """Whoever forgets --resume has lost nothing."""
    opened(HONEST, tmp_path, seed=1).close()
    opened(HONEST, tmp_path, seed=2).close()
    before = tmp_path / f"{FILE_NAME}.before"
    with sqlite3.connect(before) as inside:
        assert inside.execute("SELECT value FROM meta WHERE key = 'seed'").fetchone() == ("1",)


def test_a_walk_in_the_store_is_read_back_as_it_was(tmp_path: Path) -> None:
    """A pending walk survives the way into the file and out of it."""
    walked = Walked(3, PLAIN, (WalkAction(ActionKind.WRITE, "vm1", "disk0", (1, 2)), *canary.WALK), ())
    store = opened(HONEST, tmp_path)
    store.keep(walked)
    store.close()
    store = opened(HONEST, tmp_path, resume=True)
    assert store.pending() == {3: walked}
    store.close()


def test_a_record_of_another_kind_is_refused() -> None:
    """A JSON document that is no walk, a block beyond its disk, a subject's name that is none: each is a Problem."""
    with pytest.raises(Problem, match="not a recorded walk"):
        read_record(b'{"kind": "walk"}', "x.json")
    far = {"subject": "python:a:b", "scenario": brief(PLAIN), "seed": 1, "walk": 1,
           "actions": [brief(WalkAction(ActionKind.WRITE, "vm1", "disk0", (64,)))]}  # fmt: skip
    with pytest.raises(Problem, match="not a recorded walk"):
        read_record(far, "x.json")
    near = {**far, "actions": [brief(evolve(WalkAction(ActionKind.WRITE, "vm1", "disk0"), blocks=(63,)))]}
    assert read_record(near, "x.json").actions[0].blocks == (63,)
    with pytest.raises(Problem, match="names no subject"):
        target_of("reference")


def test_fuzz_wants_one_subject(capsys: pytest.CaptureFixture[str]) -> None:
    """Two subjects at once are a usage error with a hint."""
    assert main(["fuzz", "--zoo", "B2", "--python", HONEST]) == ExitCode.USAGE
    assert "hint" in capsys.readouterr().err
