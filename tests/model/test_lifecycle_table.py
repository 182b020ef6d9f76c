# ruff: noqa: E501  (the recorded rows are literal tables)
"""The lifecycle table against the recorded truth table of domain §1, restated here row by row as literal data."""

import itertools

import pytest
from attrs import evolve

from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.profile import CORE, Profile
from siteproof.model.nouns.vocabulary import Direction, Place, Protection, Resync, Site, TestFailover, Verb
from siteproof.model.spec.lifecycle import table as lifecycle

COMMIT_FIRST = Profile(reprotect_requires_commit=True)
EVERY_STATE = [Regions(*values) for values in itertools.product(Protection, Direction, Site, TestFailover, Resync)]

F, R, PRI, REC = Direction.FORWARD, Direction.REVERSE, Site.PRIMARY, Site.RECOVERY
PROTECTED = Regions(Protection.PROTECTED)
REVERSED = Regions(Protection.PROTECTED, R)
V, PR = Verb, Protection

# fmt: off
RECORDED = [
    ("enabling failed",            Regions(PR.ENABLING_FAILED),                    {V.DISABLE}),
    ("protected",                  PROTECTED,                                      {V.FAIL_OVER, V.TEST_FAILOVER, V.DISABLE}),
    ("protected, resync required", evolve(PROTECTED, resync=Resync.REQUIRED),      {V.FAIL_OVER, V.TEST_FAILOVER, V.DISABLE, V.RESYNCHRONIZE}),
    ("drill waits for clean-up",   evolve(PROTECTED, test_failover=TestFailover.COMPLETED), {V.CLEAN_UP_TEST}),
    ("failed over",                Regions(PR.FAILED_OVER, F, REC),                {V.COMMIT, V.CHANGE_RECOVERY_POINT, V.COMPLETE_MIGRATION, V.DISABLE, V.REPROTECT}),
    ("committed",                  Regions(PR.COMMITTED, F, REC),                  {V.COMPLETE_MIGRATION, V.DISABLE, V.REPROTECT}),
    ("reverse initial copy",       Regions(PR.INITIAL_REPLICATION, R),             {V.DISABLE}),
    ("reverse protected",          REVERSED,                                       {V.FAIL_BACK, V.DISABLE}),
    ("failed back",                Regions(PR.FAILED_OVER, R, REC),                {V.COMMIT, V.CANCEL, V.COMPLETE_MIGRATION, V.DISABLE, V.REPROTECT}),
]
# fmt: on


@pytest.mark.parametrize(("regions", "operations"), [row[1:] for row in RECORDED], ids=[row[0] for row in RECORDED])
def test_the_table_allows_what_the_service_was_recorded_to_allow(regions: Regions, operations: set[Verb]) -> None:
    """Each recorded row of domain §1 is met exactly: nothing more is allowed and nothing less."""
    assert lifecycle.allowed_operations(regions, CORE) == operations


def test_reprotect_waits_for_the_commit_where_the_profile_says_so() -> None:
    """With `reprotect_requires_commit` only the committed states offer reprotect."""
    for direction in Direction:
        pending, committed = (Regions(p, direction, REC) for p in (PR.FAILED_OVER, PR.COMMITTED))
        assert Verb.REPROTECT not in lifecycle.allowed_operations(pending, COMMIT_FIRST)
        assert Verb.REPROTECT in lifecycle.allowed_operations(committed, COMMIT_FIRST)


# fmt: off
OUTCOMES = [
    #  verb                      from                                   settled                                   failed
    (V.ENABLE,                Regions(),                                    PROTECTED,                            Regions(PR.ENABLING_FAILED)),
    (V.TEST_FAILOVER,         PROTECTED,                                    evolve(PROTECTED, test_failover=TestFailover.COMPLETED), evolve(PROTECTED, test_failover=TestFailover.FAILED)),
    (V.CLEAN_UP_TEST,         evolve(PROTECTED, test_failover=TestFailover.COMPLETED), PROTECTED,                 evolve(PROTECTED, test_failover=TestFailover.COMPLETED)),
    (V.FAIL_OVER,             PROTECTED,                                    Regions(PR.FAILED_OVER, F, REC),      Regions(PR.FAILOVER_FAILED)),
    (V.CHANGE_RECOVERY_POINT, Regions(PR.FAILED_OVER, F, REC),              Regions(PR.FAILED_OVER, F, REC),      Regions(PR.FAILED_OVER, F, REC)),
    (V.COMMIT,                Regions(PR.FAILED_OVER, F, REC),              Regions(PR.COMMITTED, F, REC),        Regions(PR.COMMIT_FAILED, F, REC)),
    (V.COMPLETE_MIGRATION,    Regions(PR.COMMITTED, F, REC),                Regions(PR.MIGRATED, F, REC),         Regions(PR.COMMITTED, F, REC)),
    (V.REPROTECT,             Regions(PR.COMMITTED, F, REC),                REVERSED,                             Regions(PR.REPROTECT_FAILED, F, REC)),
    (V.FAIL_BACK,             REVERSED,                                     Regions(PR.FAILED_OVER, R, REC),      REVERSED),
    (V.CANCEL,                Regions(PR.FAILED_OVER, R, REC),              REVERSED,                             Regions(PR.CANCEL_FAILED, R, REC)),
    (V.REPROTECT,             Regions(PR.COMMITTED, R, REC),                PROTECTED,                            Regions(PR.REPROTECT_FAILED, R, REC)),
    (V.RESYNCHRONIZE,         evolve(PROTECTED, resync=Resync.REQUIRED),    PROTECTED,                            evolve(PROTECTED, resync=Resync.FAILED)),
    (V.DISABLE,               PROTECTED,                                    Regions(),                            Regions(PR.DISABLING_FAILED)),
    (V.DISABLE,               Regions(PR.COMMITTED, F, REC),                Regions(active=REC),                  Regions(PR.DISABLING_FAILED, F, REC)),
    (V.DISABLE,               REVERSED,                                     Regions(active=REC),                  Regions(PR.DISABLING_FAILED, R)),
    (V.DISABLE,               Regions(PR.FAILED_OVER, R, REC),              Regions(),                            Regions(PR.DISABLING_FAILED, R, REC)),
]
# fmt: on


@pytest.mark.parametrize(("verb", "before", "after", "otherwise"), OUTCOMES)
def test_a_command_leads_where_the_lifecycle_says(
    verb: Verb, before: Regions, after: Regions, otherwise: Regions
) -> None:
    """A job that succeeds and a job that fails each have one outcome."""
    assert lifecycle.settled(before, verb, CORE) == after
    assert lifecycle.failed(before, verb, CORE) == otherwise


def test_enabling_shows_its_phases_in_order() -> None:
    """Enabling, the initial copy, protected: nothing is skipped."""
    shown = [regions.protection for regions in lifecycle.phases(Regions(), Verb.ENABLE, CORE)]
    assert shown == [PR.ENABLING, PR.INITIAL_REPLICATION, PR.PROTECTED]


def test_the_direction_turns_when_the_reverse_copy_starts() -> None:
    """During `reprotecting` nothing has turned yet; the initial copy already runs the other way."""
    shown = lifecycle.phases(Regions(PR.COMMITTED, F, REC), Verb.REPROTECT, CORE)
    assert shown == (Regions(PR.REPROTECTING, F, REC), Regions(PR.INITIAL_REPLICATION, R), REVERSED)


def test_an_unlisted_command_is_refused_and_nothing_changes() -> None:
    """For every state and verb: listed and led somewhere, or Refused with the code that `refusal` names."""
    for regions, verb in itertools.product(EVERY_STATE, Verb):
        listed = verb in lifecycle.allowed_operations(regions, CORE)
        before = evolve(regions)
        if listed:
            assert lifecycle.phases(regions, verb, CORE)
        else:
            with pytest.raises(Refused) as refused:
                lifecycle.settled(regions, verb, CORE)
            assert refused.value.code is lifecycle.refusal(regions, verb, CORE)
        assert regions == before
        assert (lifecycle.refusal(regions, verb, CORE) is None) == listed


@pytest.mark.parametrize(
    ("regions", "verb", "code"),
    [
        (Regions(PR.FAILOVER_INITIATED), V.COMMIT, ErrorCode.OPERATION_CONFLICT),
        (evolve(PROTECTED, test_failover=TestFailover.INITIATED), V.FAIL_OVER, ErrorCode.OPERATION_CONFLICT),
        (
            evolve(PROTECTED, test_failover=TestFailover.COMPLETED),
            V.FAIL_OVER,
            ErrorCode.TEST_FAILOVER_CLEANUP_PENDING,
        ),
        (Regions(PR.MIGRATED, F, REC), V.FAIL_BACK, ErrorCode.OPERATION_NOT_ALLOWED),
        (Regions(PR.INITIAL_REPLICATION), V.FAIL_OVER, ErrorCode.OPERATION_NOT_ALLOWED),
        (REVERSED, V.FAIL_OVER, ErrorCode.OPERATION_NOT_ALLOWED),
    ],
)
def test_the_strongest_reason_is_named_first(regions: Regions, verb: Verb, code: ErrorCode) -> None:
    """A running job is named before a pending clean-up, and that before a command that is not listed."""
    assert lifecycle.refusal(regions, verb, CORE) is code


def test_states_of_a_running_job_let_no_command_in() -> None:
    """A state is transitional only when the table lists nothing there."""
    for regions in EVERY_STATE:
        if lifecycle.is_transitional(regions) and regions.test_failover is TestFailover.NONE:
            assert lifecycle.allowed_operations(regions, CORE) == frozenset()


def test_a_reprotect_swaps_the_roles_of_the_sites() -> None:
    """`primary` is the side that ran before the failover in the current direction."""
    places = [lifecycle.running_place(Regions(PR.PROTECTED, d, s)) for d in (F, R) for s in (PRI, REC)]
    assert places == [Place.PRIMARY, Place.RECOVERY, Place.RECOVERY, Place.PRIMARY]
