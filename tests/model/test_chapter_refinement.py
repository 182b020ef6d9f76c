"""The chapters say the same as what they detail: the resync as the lifecycle, the retention as the policy's rule."""

import itertools

import pytest

from siteproof.model.engines.explore.search import Search
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.policy import MINUTE_MS, RecoveryPoint
from siteproof.model.nouns.profile import CORE
from siteproof.model.nouns.vocabulary import Consistency, Protection, Resync, Verb
from siteproof.model.spec.lifecycle import table as lifecycle
from siteproof.model.spec.refinement import REGION_OF_THE_PROTOCOL
from siteproof.model.spec.registry.specs import SPECS
from siteproof.model.spec.retention_rule import RetentionRule, Tier
from siteproof.model.theorems.keep import kept


def protected(resync: Resync) -> Regions:
    """A protected machine with this resync region."""
    return Regions(Protection.PROTECTED, resync=resync)


def lifecycle_moves() -> set[tuple[Resync, Resync]]:
    """How the lifecycle moves the resync region of a protected machine: by its command, its failure, or a happening."""
    moves: set[tuple[Resync, Resync]] = {
        (before, after)
        for each in lifecycle.HAPPENINGS
        for before in Resync
        for after in each.to
        if isinstance(after, Resync) and after is not Resync.QUEUED and each.where.holds(protected(before))
    }
    for before in Resync:
        if Verb.RESYNCHRONIZE in lifecycle.allowed_operations(protected(before), CORE):
            phases: list[Resync] = [
                before,
                *(each.resync for each in lifecycle.phases(protected(before), Verb.RESYNCHRONIZE, CORE)),
            ]
            seen: list[Resync] = [each for each in phases if each is not Resync.QUEUED]
            moves |= set(itertools.pairwise(seen))
            moves |= {(Resync.RUNNING, lifecycle.failed(protected(before), Verb.RESYNCHRONIZE, CORE).resync)}
    return moves


def test_the_protocol_moves_the_resync_region_as_the_lifecycle_does() -> None:
    """Each step of the two parties leaves the region alone or moves it along the table; every such move happens."""
    search = Search(SPECS["resync_protocol"].system()).run()
    at = next(v for v in search.program.system.variables if v.name == "sender.at")
    seen = set()
    for state in search.states:
        before = REGION_OF_THE_PROTOCOL[search.program.value(state, at)]  # type: ignore[index]  # the variable's members are Sends
        for _, after in search.program.successors(state):
            seen.add((before, REGION_OF_THE_PROTOCOL[search.program.value(after, at)]))  # type: ignore[index]  # the same
    assert {(before, after) for before, after in seen if before is not after} == lifecycle_moves()


BOUNDS: tuple[dict[str, int], ...] = (
    {},
    {"instants": 7, "recent": 1, "bucket": 3, "retention": 5},
    {"instants": 7, "bucket": 1, "recent": 3},
)


@pytest.mark.parametrize("bounds", BOUNDS, ids=str)
def test_retention_keeps_what_the_policy_keeps(bounds: dict[str, int]) -> None:
    """In every reachable state, an arriving point leaves exactly the points that the policy's rule leaves."""
    system = SPECS["retention"].system(bounds)
    search, limits = Search(system).run(), system.bounds
    rule = RetentionRule(limits["retention"], (Tier(0, 0), Tier(limits["recent"], limits["bucket"])))
    judged = 0
    for state in search.states:
        for number, after in search.program.successors(state):
            if system.transitions[number].rule == "RET-1":
                there = search.program.shown(after)
                newest = int(there["store.newest"]) - 1
                points = [*points_of(search.program.shown(state), newest), point(newest, pinned=False)]
                expected = {each.sequence for each in kept(points, newest * MINUTE_MS, rule)}
                assert {i for i in range(limits["instants"]) if there[f"store.points[{i}].kept"] == "true"} == expected
                judged += 1
    assert judged > 100


def points_of(shown: dict[str, str], before: int) -> list[RecoveryPoint]:
    """The kept points of a state as the policy knows them, one instant being one minute."""
    stored = (i for i in range(before) if shown[f"store.points[{i}].kept"] == "true")
    return [point(i, pinned=shown[f"store.points[{i}].use"] == "pinned") for i in stored]


def point(instant: int, *, pinned: bool) -> RecoveryPoint:
    """The point of an instant."""
    return RecoveryPoint(f"p{instant}", Consistency.CRASH, instant * MINUTE_MS, instant, pinned=pinned)
