"""Two subjects beside each other: what is wrong with one is a disagreement, and what a standard leaves open is none."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from attrs import evolve

from siteproof.cli.fuzz_options import other_subject
from siteproof.conformance.digests import Digests
from siteproof.fuzz.against.beside import PACED, Beside
from siteproof.fuzz.against.shown import NEWEST, RUNNING, SideShown, disagreement
from siteproof.fuzz.campaign import Rounds, walked
from siteproof.fuzz.canary import WALK
from siteproof.fuzz.course import WalkCourse
from siteproof.fuzz.guide import NOTHING_KNOWN, Guide
from siteproof.fuzz.replay import replay_walk
from siteproof.fuzz.scenes import PLAIN
from siteproof.fuzz.shrink import ShrinkEffort, shrink
from siteproof.fuzz.tally import Walked
from siteproof.model.nouns.observation import Observation, Regions
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.subject import Capability, Description
from siteproof.model.nouns.vocabulary import Place, Protection, Resync, Verb
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.honest import HONEST as VARIANTS
from tests.fuzz.campaigns import FORGETFUL, HONEST, campaign, target

REST = Observation("vm1", 0, Regions(Protection.PROTECTED), (Verb.FAIL_OVER,))
ZEROS = np.zeros(4, np.uint64)


def shown(view: Observation = REST, said: str = "", broken: str = "", **pictures: Digests) -> SideShown:
    """What a subject of one machine shows; pictures by `running` and `newest`."""
    names = {"running": RUNNING, "newest": NEWEST}
    read = {(f"vm1 {names[which]}", "disk0"): digests for which, digests in pictures.items()}
    return SideShown(said, {"vm1": view}, read, broken)


def about(mine: SideShown, theirs: SideShown, before: SideShown | None = None) -> str:
    """What two subjects disagree about; empty when in nothing."""
    was = (before or shown(), shown())
    found = disagreement(was, (mine, theirs))
    return found.about if found is not None else ""


def test_each_thing_that_a_standard_decides_is_compared() -> None:
    """Answers, regions, commands, running sides, bytes, and who breaks down: one by one."""
    moved = evolve(REST, regions=Regions(Protection.FAILED_OVER))
    assert about(shown(), shown()) == ""
    assert about(shown(said="accepted"), shown(said="refused")) == "answer"
    assert about(shown(moved), shown()) == "regions"
    assert about(shown(evolve(REST, allowed=())), shown()) == "commands"
    assert about(shown(evolve(REST, running=(Place.RECOVERY,))), shown()) == "running"
    assert about(shown(running=ZEROS), shown(running=ZEROS + 1)) == f"bytes of {RUNNING}"
    assert about(shown(broken="it died"), shown()) == "crash"


def test_who_says_that_all_has_travelled_owes_the_bytes() -> None:
    """A newest point that only one of them vouches for is held against the machine of the other."""
    assert about(shown(newest=ZEROS, running=ZEROS), shown(running=ZEROS)) == ""
    assert about(shown(newest=ZEROS + 1, running=ZEROS), shown(running=ZEROS)) == f"bytes of {NEWEST}"


def test_what_is_left_open_is_no_disagreement() -> None:
    """A mark too many, and the other answer that follows from it; other regions while a job still runs."""
    marked = evolve(REST, regions=Regions(Protection.PROTECTED, resync=Resync.REQUIRED), allowed=())
    assert about(shown(marked), shown()) == ""
    assert about(shown(said="accepted"), shown(said="refused"), before=shown(marked)) == ""
    runs = evolve(REST, regions=Regions(Protection.COMMITTING), running_job="job-1")
    assert about(shown(runs), shown()) == ""


def test_a_wrong_appliance_disagrees_with_the_reference() -> None:
    """The one whose reconnect forgets a mark, on few steps; its record is replayed beside the same subject."""
    walking = WalkCourse(target(FORGETFUL), 0, 9, target(HONEST)).open()
    try:
        walk = walking.repeat(PLAIN, (*WALK[:1], *WALK))
        small = shrink(walk, walking.repeat, ShrinkEffort(tries=40))
    finally:
        walking.close()
    assert small.finding is not None
    assert small.finding.rule == "disagreement-bytes"
    assert len(small.actions) < len(WALK) + 1


def test_a_campaign_beside_another_subject_keeps_what_it_walked_with(tmp_path: Path) -> None:
    """A finding's file names both, and nothing else is needed to see the disagreement again."""
    outcome = campaign(
        FORGETFUL,
        tmp_path,
        2,
        course=lambda usual: evolve(usual, against=target(HONEST)),
        rounds=lambda mine: _canary_only(mine.course),
    )
    (group,) = outcome.tally.news
    record = json.loads(group.record.to_json())
    assert record["against"] == f"python:{HONEST}"
    assert replay_walk(record).reproduced
    assert replay_walk(record, target=target(HONEST)).finding is None


def _canary_only(course: WalkCourse) -> Rounds:
    """Rounds in which every walk is the canary's."""

    def rounds(numbers: Sequence[int], _: Guide) -> Iterator[Walked]:
        walking = course.open()
        try:
            yield from (walked(number, walking.repeat(PLAIN, WALK)) for number in numbers)
        finally:
            walking.close()

    return rounds


@pytest.mark.parametrize("name", ["H3", "H7", "H12"])
def test_an_honest_variant_agrees(name: str) -> None:
    """Later changes, more marks, more points: two walks of each find nothing to disagree about."""
    walking = WalkCourse(target(HONEST), 3, 20, target(VARIANTS[name].factory)).open()
    try:
        assert [walking.wander(number, NOTHING_KNOWN).finding for number in range(2)] == [None, None]
    finally:
        walking.close()


def test_only_what_both_can_do_is_walked() -> None:
    """A capability that one lacks is none of theirs, and neither is what strikes at a subject's own pace."""

    class Plainer(ReferenceSubject):
        """The reference, and it cannot compare."""

        def describe(self) -> Description:
            """Without one capability."""
            said = super().describe()
            return evolve(said, capabilities={k: v for k, v in said.capabilities.items() if k is not Capability.RESYNC})

    both = Beside(ReferenceSubject, Plainer, 0, 5, 30.0)
    try:
        common = both.describe().capabilities
        assert Capability.RESYNC not in common
        assert not PACED & set(common)
        assert set(common) == set(Capability) - PACED - {Capability.RESYNC}
    finally:
        both.close()


def test_the_other_subject_is_named_in_a_word_or_as_it_is_reached() -> None:
    """`reference`, an exhibit, or a kind and a name; everything else is a Problem."""
    assert other_subject("reference").name == HONEST
    assert other_subject("b2").name == FORGETFUL
    assert other_subject("cmd:./adapter --x").name == "./adapter --x"
    with pytest.raises(Problem, match="no exhibit"):
        other_subject("nobody")
