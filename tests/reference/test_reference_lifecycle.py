"""The reference's own lifecycle table says what the real service was recorded to say (domain §1)."""

import pytest
from attrs import evolve

from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.profile import CORE
from siteproof.model.nouns.vocabulary import Direction, Place, Protection, Resync, Site, TestFailover, Verb
from siteproof.reference import lifecycle

P, V = Protection, Verb


def regions(
    protection: Protection,
    direction: Direction = Direction.FORWARD,
    active: Site = Site.PRIMARY,
    drill: TestFailover = TestFailover.NONE,
    resync: Resync = Resync.NONE,
) -> Regions:
    """A state, written short."""
    return Regions(protection, direction, active, drill, resync)


REVERSE, RECOVERY = Direction.REVERSE, Site.RECOVERY

# fmt: off
RECORDED = [
    (regions(P.ENABLING_FAILED),                              {V.DISABLE}),
    (regions(P.PROTECTED),                                    {V.FAIL_OVER, V.TEST_FAILOVER, V.DISABLE}),
    (regions(P.PROTECTED, resync=Resync.REQUIRED),            {V.FAIL_OVER, V.TEST_FAILOVER, V.DISABLE,
                                                               V.RESYNCHRONIZE}),
    (regions(P.PROTECTED, drill=TestFailover.COMPLETED),      {V.CLEAN_UP_TEST}),
    (regions(P.FAILED_OVER, active=RECOVERY),                 {V.COMMIT, V.CHANGE_RECOVERY_POINT, V.COMPLETE_MIGRATION,
                                                               V.DISABLE, V.REPROTECT}),
    (regions(P.COMMITTED, active=RECOVERY),                   {V.COMPLETE_MIGRATION, V.DISABLE, V.REPROTECT}),
    (regions(P.INITIAL_REPLICATION, REVERSE),                 {V.DISABLE}),
    (regions(P.PROTECTED, REVERSE),                           {V.FAIL_BACK, V.DISABLE}),
    (regions(P.FAILED_OVER, REVERSE, RECOVERY),               {V.COMMIT, V.CANCEL, V.COMPLETE_MIGRATION, V.DISABLE,
                                                               V.REPROTECT}),
]
# fmt: on


@pytest.mark.parametrize(("state", "verbs"), RECORDED)
def test_the_recorded_rows_of_the_real_service_hold(state: Regions, verbs: set[Verb]) -> None:
    """Exactly the recorded commands are taken."""
    assert set(lifecycle.allowed(state)) == verbs


def test_a_profile_may_ask_for_the_commit_before_a_reprotect() -> None:
    """The flag removes one verb from one state of each direction."""
    strict = evolve(CORE, reprotect_requires_commit=True)
    for direction in Direction:
        state = regions(P.FAILED_OVER, direction, RECOVERY)
        assert set(lifecycle.allowed(state)) - set(lifecycle.allowed(state, strict)) == {V.REPROTECT}


@pytest.mark.parametrize("protection", sorted(lifecycle.BUSY - {P.INITIAL_REPLICATION}))
def test_a_transitional_state_takes_nothing_and_names_the_conflict(protection: Protection) -> None:
    """One job at a time: every verb meets OperationConflict."""
    for verb in Verb:
        with pytest.raises(Refused) as refusal:
            lifecycle.admit(regions(protection), verb)
        assert refusal.value.code is ErrorCode.OPERATION_CONFLICT


def test_a_drill_that_waits_refuses_everything_else_by_its_own_name() -> None:
    """TestFailoverCleanupPending comes before OperationNotAllowed."""
    with pytest.raises(Refused) as refusal:
        lifecycle.admit(regions(P.PROTECTED, drill=TestFailover.COMPLETED), V.COMMIT)
    assert refusal.value.code is ErrorCode.TEST_FAILOVER_CLEANUP_PENDING


def test_every_phase_of_every_course_is_a_busy_state_or_a_busy_drill() -> None:
    """What a job shows while it runs takes no other command, but for the disable of an initial copy."""
    for (verb, direction), course in lifecycle.COURSES.items():
        for change in course.during:
            state = change.of(regions(P.PROTECTED, direction))
            assert state.protection in lifecycle.BUSY or state.test_failover in lifecycle.DRILL_BUSY, verb


def test_every_listed_verb_has_a_course_in_its_direction() -> None:
    """The two tables fit: whatever is taken leads somewhere."""
    taken = {(verb, direction) for (direction, _, _), verbs in lifecycle.TAKEN.items() for verb in verbs}
    assert taken | {(V.CLEAN_UP_TEST, Direction.FORWARD)} == set(lifecycle.COURSES)


def test_production_runs_where_direction_and_active_site_say() -> None:
    """A reprotect swaps the roles of the sites, never the machines."""
    places = {(d, s): lifecycle.running_place(Regions(direction=d, active=s)) for d in Direction for s in Site}
    assert places == {
        (Direction.FORWARD, Site.PRIMARY): Place.PRIMARY,
        (Direction.FORWARD, Site.RECOVERY): Place.RECOVERY,
        (Direction.REVERSE, Site.PRIMARY): Place.RECOVERY,
        (Direction.REVERSE, Site.RECOVERY): Place.PRIMARY,
    }
