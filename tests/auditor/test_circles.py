"""Circles: what members of one group may not show together, each with a sound circle beside it."""

from collections.abc import Iterable

import pytest
from attrs import evolve

from siteproof.conformance.auditor.circles import ORACLES, CircleMember, circles
from siteproof.conformance.auditor.memory import Memory
from siteproof.model.nouns.observation import Observation, Regions
from siteproof.model.nouns.policy import RecoveryPoint, ReplicationPolicy
from siteproof.model.nouns.vocabulary import Consistency, Protection, Site
from siteproof.model.spec.registry.requirements import requirements

GROUP = "shop"
HOME, AWAY = Regions(Protection.PROTECTED), Regions(Protection.FAILED_OVER, active=Site.RECOVERY)
POINT = RecoveryPoint("p1", Consistency.CRASH, 600_000, 1, GROUP)


def memory(name: str, *looks: Observation) -> Memory:
    """What is remembered after these looks."""
    kept = Memory(name, ReplicationPolicy())
    for seen in looks:
        kept.see(evolve(seen, machine=name))
    return kept


def shown(regions: Regions = HOME, *points: RecoveryPoint, time_ms: int = 600_000) -> Observation:
    """A member that shows these points."""
    return Observation("", time_ms, regions, (), points, group=GROUP)


EARLIER = shown(time_ms=0)


def wrong(*members: Memory) -> list[tuple[str, str]]:
    """Requirement and actual of everything that is wrong with the circle."""
    return [
        (each.requirement, found.actual)
        for circle in circles(members)
        for each in ORACLES
        for found in each.judge(circle)
    ]


def test_members_that_list_the_same_points_are_sound() -> None:
    """Two members, one point, one side."""
    assert wrong(*(memory(name, EARLIER, shown(HOME, POINT)) for name in "ab")) == []


def test_a_shared_point_that_one_member_lacks_is_named() -> None:
    """It was a member before the point was taken, and does not list it."""
    lacks = memory("b", EARLIER, shown())
    assert wrong(memory("a", EARLIER, shown(HOME, POINT)), lacks) == [("SP-GRP-2", "b does not")]


def test_who_came_later_lacks_nothing() -> None:
    """A point that is older than a membership is not asked of that member."""
    assert wrong(memory("a", EARLIER, shown(HOME, POINT)), memory("b", shown())) == []


def test_a_shared_point_of_two_kinds_is_named() -> None:
    """Crash-consistent here, application-consistent there."""
    other = evolve(POINT, consistency=Consistency.APP)
    found = wrong(memory("a", EARLIER, shown(HOME, POINT)), memory("b", EARLIER, shown(HOME, other)))
    assert found == [("SP-GRP-1", "app")]


def moved(name: str, regions: Regions) -> Memory:
    """A member whose group was told to move."""
    kept = memory(name, EARLIER, shown(regions))
    kept.moved_together = True
    return kept


def test_members_at_two_sides_are_named() -> None:
    """One runs in the cloud and the other one does not, after both were told to."""
    assert wrong(moved("a", AWAY), moved("b", HOME)) == [("SP-GRP-5", "a at the recovery one, b at the primary one")]
    assert wrong(moved("a", AWAY), moved("b", AWAY)) == []


@pytest.mark.parametrize("regions", [Regions(Protection.FAILOVER_INITIATED), Regions(Protection.ENABLING)])
def test_a_circle_is_judged_at_rest(regions: Regions) -> None:
    """While a job of one member runs, its members may differ."""
    assert list(circles([moved("a", AWAY), memory("b", EARLIER, shown(regions))])) == []


def test_looks_of_different_moments_are_no_circle() -> None:
    """Members that were seen at different times are not compared, and neither is who is alone."""
    found: Iterable[tuple[CircleMember, ...]] = circles([memory("a", EARLIER), memory("b", shown())])
    assert list(found) == []
    assert list(circles([memory("a", EARLIER)])) == []


def test_every_circle_oracle_serves_a_requirement() -> None:
    """The catalogue has each of them, and no two say the same sentence."""
    assert {each.requirement for each in ORACLES} <= {each.id for each in requirements()}
    assert len({each.sentence for each in ORACLES}) == len(ORACLES)
