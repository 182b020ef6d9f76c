"""What every state of the data plane's chapters can still become: nothing that broke stays broken for ever."""

import pytest

from siteproof.model.engines.explore.search import Search
from siteproof.model.nouns.policy import MINUTE_MS, RecoveryPoint
from siteproof.model.nouns.vocabulary import Consistency
from siteproof.model.spec.registry.specs import SPECS
from siteproof.model.spec.retention_rule import RetentionRule, Tier
from siteproof.model.theorems.keep import kept
from tests.model.test_chapter_ends import Shown, lost


def numbers(shown: Shown, *names: str) -> list[str]:
    """The values of these variables."""
    return [shown[name] for name in names]


def captured(shown: Shown) -> bool:
    """Every disk is in data mode, nothing waits, and the replica is whole."""
    disks = [f"captured.disks[{number}]" for number in range(2)]
    still = all(shown[f"{disk}.recorded[{block}]"] == "false" for disk in disks for block in range(2))
    exact = numbers(shown, "captured.resync", "captured.whole") == ["none", "true"]
    return exact and still and all(shown[f"{disk}.mode"] == "data" for disk in disks)


def sized(shown: Shown) -> bool:
    """In step, with one size everywhere."""
    sizes = {shown[f"resizable.{name}"] for name in ("size", "covered", "room")}
    return len(sizes) == 1 and shown["resizable.resync"] == "none"


def arrived(shown: Shown) -> bool:
    """Everything written is in the newest point, and nothing is marked."""
    watermarks = {shown[name] for name in ("agent.written", "target.applied", "target.pointed")}
    return len(watermarks) == 1 and shown["agent.marked"] == "false"


def caught_up(shown: Shown) -> bool:
    """The receiver has every write of a sender of its generation."""
    same = shown["stream.sender.generation"] == shown["stream.receiver.generation"]
    return same and shown["stream.sender.written"] == shown["stream.receiver.applied"]


@pytest.mark.parametrize(
    ("name", "well"), [("capture", captured), ("resize", sized), ("pipeline", arrived), ("frames", caught_up)]
)
def test_replication_gets_back_in_step_from_everywhere(name: str, well: object) -> None:
    """Pressure, resizes, dead hops, crashes, torn frames, fenced sides: some way always leads back."""
    assert callable(well)
    assert lost(Search(SPECS[name].system()).run(), well) == []


def in_step(shown: Shown) -> bool:
    """The machine runs, nothing is open, and no comparison is due."""
    still = [*(f"host.memory[{b}]" for b in range(2)), *(f"host.travelling[{b}]" for b in range(2))]
    at_rest = numbers(shown, *still) == ["false", "false", "0", "0"]
    return at_rest and numbers(shown, "host.power", "host.agent_up", "host.resync") == ["on", "true", "none"]


def test_a_machine_that_can_still_start_gets_back_in_step() -> None:
    """Only one that is off after the last run that is counted stays as it is."""
    search = Search(SPECS["bitmap"].system()).run()
    stuck = lost(search, in_step)
    assert stuck
    assert all(shown["host.run"] == "3" for shown in stuck)


@pytest.mark.parametrize(
    ("name", "write", "written"),
    [("capture", "write_and_record", ".source["), ("pipeline", "write_a_change", "agent.written")],
)
def test_the_workload_writes_in_every_state(name: str, write: str, written: str) -> None:
    """Neither a mode, nor a dead hop, nor a crash of anything holds a write back: only the end of the story does."""
    search = Search(SPECS[name].system()).run()
    for state in search.states:
        over = all(value == "2" for key, value in search.program.shown(state).items() if written in key)
        names = [search.program.system.transitions[step].name for step, _ in search.program.successors(state)]
        assert over != any(each.startswith(write) for each in names)


def test_points_under_a_jumping_clock_are_those_that_the_retention_rule_keeps() -> None:
    """In every reachable state, an arriving point leaves what the policy's rule leaves, judged by time that passed."""
    search = Search(SPECS["clock"].system({"retention": 3})).run()
    system = search.program.system
    rule = RetentionRule(3, (Tier(0, 0),))
    judged = 0
    for state in search.states:
        before = search.program.shown(state)
        for step, after in search.program.successors(state):
            if system.transitions[step].rule == "CLK-4":
                now = int(before["clock.now"])
                points = [*stamped(before), point(int(before["clock.taken"]) + 1, now)]
                expected = {each.sequence for each in kept(points, now * MINUTE_MS, rule)}
                assert {each.sequence for each in stamped(search.program.shown(after))} == expected
                judged += 1
    assert judged > 1000


def stamped(shown: Shown) -> list[RecoveryPoint]:
    """The points of a state as the policy knows them, one instant being one minute."""
    places = [f"clock.points[{number}]" for number in range(3)]
    there = [place for place in places if shown[f"{place}.sequence"] != "0"]
    return [point(int(shown[f"{place}.sequence"]), int(shown[f"{place}.taken_at"])) for place in there]


def point(sequence: int, instant: int) -> RecoveryPoint:
    """A point of this number and instant."""
    return RecoveryPoint(f"p{sequence}", Consistency.CRASH, instant * MINUTE_MS, sequence)
