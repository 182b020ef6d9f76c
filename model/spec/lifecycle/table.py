"""Lifecycle: which command is allowed where, and where it leads (seed: Failover and failback process; DOMAIN.md §1).

Everything that moves a machine's regions stands in this file. What a command does to data stands in replication.py and
recovery_points.py. A (state, command) pair that no row lists is refused, and nothing has changed.
"""

import functools

from siteproof.model.language.table import Fact, Happening, Row, at, job, matching, moved, table
from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.evidence import Evidence
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.profile import Profile
from siteproof.model.nouns.vocabulary import Direction, Place, Protection, Resync, Site, TestFailover, Verb

STATES_KEPT_MAX = 1 << 14  # answers remembered; all (state, profile) pairs of a campaign fit

S, D, A, P = Evidence.SEED, Evidence.DOCUMENTATION, Evidence.API, Evidence.PROJECT

FORWARD, REVERSE = Direction.FORWARD, Direction.REVERSE
PRIMARY, RECOVERY = Site.PRIMARY, Site.RECOVERY
NO_DRILL, NO_MARK = TestFailover.NONE, Resync.NONE
DRILL_INITIATED, DRILL_COMPLETING = TestFailover.INITIATED, TestFailover.COMPLETING
DRILL_COMPLETED, DRILL_FAILED = TestFailover.COMPLETED, TestFailover.FAILED
CLEANUP_INITIATED = TestFailover.CLEANUP_INITIATED
MARKED, QUEUED, RESYNCING, RESYNC_FAILED = Resync.REQUIRED, Resync.QUEUED, Resync.RUNNING, Resync.FAILED

UNPROTECTED, MIGRATED = Protection.UNPROTECTED, Protection.MIGRATED
ENABLING, ENABLING_FAILED = Protection.ENABLING, Protection.ENABLING_FAILED
COPYING, COPY_FAILED = Protection.INITIAL_REPLICATION, Protection.INITIAL_REPLICATION_FAILED
PROTECTED = Protection.PROTECTED
FAILOVER_INITIATED, FAILOVER_COMPLETING = Protection.FAILOVER_INITIATED, Protection.FAILOVER_COMPLETING
FAILOVER_FAILED, FAILED_OVER = Protection.FAILOVER_FAILED, Protection.FAILED_OVER
CHANGING = Protection.CHANGING_RECOVERY_POINT
COMMITTING, COMMIT_FAILED, COMMITTED = Protection.COMMITTING, Protection.COMMIT_FAILED, Protection.COMMITTED
CANCELLING, CANCEL_FAILED = Protection.CANCELLING, Protection.CANCEL_FAILED
REPROTECTING, REPROTECT_FAILED = Protection.REPROTECTING, Protection.REPROTECT_FAILED
DISABLING, DISABLING_FAILED = Protection.DISABLING, Protection.DISABLING_FAILED

UNIQUE = Fact(
    "identity_is_unique", "no other protected machine reports this identity", ErrorCode.DUPLICATE_MACHINE_IDENTITY
)
VALID = Fact("policy_is_valid", "the policy is within its ranges", ErrorCode.POLICY_INVALID)
USABLE = Fact(
    "point_is_usable", "a point of the selected kind is there to be restored", ErrorCode.RECOVERY_POINT_UNAVAILABLE
)


def commit_not_required(profile: Profile) -> bool:
    """Reprotect is offered before the commit; other providers ask for the commit first."""
    return not profile.reprotect_requires_commit


# What `disable` leaves behind depends on which machine runs.
ON_PREMISES = (UNPROTECTED, FORWARD, PRIMARY, NO_DRILL, NO_MARK)
IN_THE_CLOUD = (UNPROTECTED, FORWARD, RECOVERY, NO_DRILL, NO_MARK)

# fmt: off
# Jobs: the phases that a machine shows, where it ends, and where it ends when the job fails.
ENABLE           = job(ENABLING, COPYING, to=PROTECTED, on_failure=ENABLING_FAILED, only_if=(UNIQUE, VALID))
END_ON_PREMISES  = job(DISABLING, to=ON_PREMISES, on_failure=DISABLING_FAILED)
END_IN_THE_CLOUD = job(DISABLING, to=IN_THE_CLOUD, on_failure=DISABLING_FAILED)
DRILL            = job(DRILL_INITIATED, DRILL_COMPLETING, to=DRILL_COMPLETED,
                       on_failure=DRILL_FAILED, only_if=(USABLE,))
CLEAN_UP         = job(CLEANUP_INITIATED, to=NO_DRILL, on_failure=DRILL_COMPLETED)
FAIL_OVER        = job(FAILOVER_INITIATED, FAILOVER_COMPLETING, to=(FAILED_OVER, RECOVERY, NO_MARK),
                       on_failure=FAILOVER_FAILED, only_if=(USABLE,))
CHANGE_POINT     = job(CHANGING, to=FAILED_OVER, on_failure=FAILED_OVER, only_if=(USABLE,))
COMMIT           = job(COMMITTING, to=COMMITTED, on_failure=COMMIT_FAILED)
MIGRATE          = job(to=MIGRATED, on_failure=())
TURN_TO_REVERSE  = job(REPROTECTING, (COPYING, REVERSE, PRIMARY), to=PROTECTED, on_failure=REPROTECT_FAILED)
TURN_TO_FORWARD  = job(REPROTECTING, (COPYING, FORWARD, PRIMARY), to=PROTECTED, on_failure=REPROTECT_FAILED)
COPY_AGAIN       = job(COPYING, to=PROTECTED, on_failure=COPY_FAILED)
FAIL_BACK        = job(FAILOVER_INITIATED, FAILOVER_COMPLETING, to=(FAILED_OVER, RECOVERY, NO_MARK),
                       on_failure=PROTECTED)
CANCEL           = job(CANCELLING, to=(PROTECTED, PRIMARY), on_failure=CANCEL_FAILED)
RESYNCHRONIZE    = job(QUEUED, RESYNCING, to=NO_MARK, on_failure=RESYNC_FAILED)

# Rows: where a command is allowed. The tag says how well it is known that it is allowed there.
LIFECYCLE = table(
    #   rule      tag verb                        allowed in                                         what it does
    Row("LC-1.1",  S, Verb.ENABLE,                at(FORWARD, PRIMARY, UNPROTECTED),                 ENABLE),

    Row("LC-2.1",  A, Verb.DISABLE,               at(FORWARD, PRIMARY, ENABLING_FAILED),             END_ON_PREMISES),
    Row("LC-2.2",  P, Verb.DISABLE,               at(FORWARD, PRIMARY, COPYING, COPY_FAILED,
                                                     FAILOVER_FAILED, DISABLING_FAILED),             END_ON_PREMISES),
    Row("LC-2.3",  A, Verb.DISABLE,               at(FORWARD, PRIMARY, PROTECTED, NO_DRILL,
                                                     NO_MARK, MARKED),                               END_ON_PREMISES),
    Row("LC-2.4",  P, Verb.DISABLE,               at(FORWARD, PRIMARY, PROTECTED, NO_DRILL,
                                                     QUEUED, RESYNCING, RESYNC_FAILED),              END_ON_PREMISES),
    Row("LC-2.5",  A, Verb.DISABLE,               at(FORWARD, RECOVERY, FAILED_OVER, COMMITTED),     END_IN_THE_CLOUD),
    Row("LC-2.6",  P, Verb.DISABLE,               at(FORWARD, RECOVERY, COMMIT_FAILED,
                                                     REPROTECT_FAILED, DISABLING_FAILED),            END_IN_THE_CLOUD),
    Row("LC-2.7",  A, Verb.DISABLE,               at(REVERSE, PRIMARY, COPYING),                     END_IN_THE_CLOUD),
    Row("LC-2.8",  A, Verb.DISABLE,               at(REVERSE, PRIMARY, PROTECTED, NO_MARK),          END_IN_THE_CLOUD),
    Row("LC-2.9",  P, Verb.DISABLE,               at(REVERSE, PRIMARY, PROTECTED,
                                                     MARKED, QUEUED, RESYNCING, RESYNC_FAILED),      END_IN_THE_CLOUD),
    Row("LC-2.10", P, Verb.DISABLE,               at(REVERSE, PRIMARY, COPY_FAILED,
                                                     DISABLING_FAILED),                              END_IN_THE_CLOUD),
    Row("LC-2.11", A, Verb.DISABLE,               at(REVERSE, RECOVERY, FAILED_OVER),                END_ON_PREMISES),
    Row("LC-2.12", P, Verb.DISABLE,               at(REVERSE, RECOVERY, COMMIT_FAILED, COMMITTED,
                                                     CANCEL_FAILED, REPROTECT_FAILED,
                                                     DISABLING_FAILED),                              END_ON_PREMISES),

    Row("LC-3.1",  A, Verb.TEST_FAILOVER,         at(FORWARD, PRIMARY, PROTECTED, NO_DRILL,
                                                     NO_MARK, MARKED),                               DRILL),
    Row("LC-3.2",  P, Verb.TEST_FAILOVER,         at(FORWARD, PRIMARY, PROTECTED, NO_DRILL,
                                                     QUEUED, RESYNCING, RESYNC_FAILED),              DRILL),
    Row("LC-4.1",  A, Verb.CLEAN_UP_TEST,         at(FORWARD, PRIMARY, PROTECTED, DRILL_COMPLETED),  CLEAN_UP),
    Row("LC-4.2",  P, Verb.CLEAN_UP_TEST,         at(FORWARD, PRIMARY, PROTECTED, DRILL_FAILED),     CLEAN_UP),

    Row("LC-5.1",  A, Verb.FAIL_OVER,             at(FORWARD, PRIMARY, PROTECTED, NO_DRILL,
                                                     NO_MARK, MARKED),                               FAIL_OVER),
    Row("LC-5.2",  P, Verb.FAIL_OVER,             at(FORWARD, PRIMARY, PROTECTED, NO_DRILL,
                                                     QUEUED, RESYNCING, RESYNC_FAILED),              FAIL_OVER),
    Row("LC-5.3",  P, Verb.FAIL_OVER,             at(FORWARD, PRIMARY, FAILOVER_FAILED),             FAIL_OVER),
    Row("LC-6.1",  A, Verb.CHANGE_RECOVERY_POINT, at(FORWARD, RECOVERY, FAILED_OVER),                CHANGE_POINT),

    Row("LC-7.1",  A, Verb.COMMIT,                at(FORWARD, REVERSE, RECOVERY, FAILED_OVER),       COMMIT),
    Row("LC-7.2",  P, Verb.COMMIT,                at(FORWARD, REVERSE, RECOVERY, COMMIT_FAILED),     COMMIT),
    Row("LC-8.1",  A, Verb.COMPLETE_MIGRATION,    at(FORWARD, RECOVERY, FAILED_OVER, COMMITTED),     MIGRATE),
    Row("LC-8.2",  A, Verb.COMPLETE_MIGRATION,    at(REVERSE, RECOVERY, FAILED_OVER),                MIGRATE),

    Row("LC-9.1",  A, Verb.REPROTECT,             at(FORWARD, RECOVERY, FAILED_OVER),                TURN_TO_REVERSE,
                                                                                                     commit_not_required),
    Row("LC-9.2",  S, Verb.REPROTECT,             at(FORWARD, RECOVERY, COMMITTED),                  TURN_TO_REVERSE),
    Row("LC-9.3",  P, Verb.REPROTECT,             at(FORWARD, RECOVERY, REPROTECT_FAILED),           TURN_TO_REVERSE),
    Row("LC-9.4",  A, Verb.REPROTECT,             at(REVERSE, RECOVERY, FAILED_OVER),                TURN_TO_FORWARD,
                                                                                                     commit_not_required),
    Row("LC-9.5",  S, Verb.REPROTECT,             at(REVERSE, RECOVERY, COMMITTED),                  TURN_TO_FORWARD),
    Row("LC-9.6",  P, Verb.REPROTECT,             at(REVERSE, RECOVERY, REPROTECT_FAILED),           TURN_TO_FORWARD),
    # DOMAIN.md §1, 9: a failed reprotect is retryable. The reverse copy is its second half, so it can be run again too.
    Row("LC-9.7",  P, Verb.REPROTECT,             at(REVERSE, PRIMARY, COPY_FAILED),                 COPY_AGAIN),

    Row("LC-10.1", A, Verb.FAIL_BACK,             at(REVERSE, PRIMARY, PROTECTED, NO_MARK),          FAIL_BACK),
    Row("LC-10.2", P, Verb.FAIL_BACK,             at(REVERSE, PRIMARY, PROTECTED, MARKED,
                                                     RESYNC_FAILED),                                 FAIL_BACK),
    Row("LC-11.1", A, Verb.CANCEL,                at(REVERSE, RECOVERY, FAILED_OVER),                CANCEL),
    Row("LC-11.2", P, Verb.CANCEL,                at(REVERSE, RECOVERY, CANCEL_FAILED),              CANCEL),

    Row("LC-12.1", S, Verb.RESYNCHRONIZE,         at(FORWARD, PRIMARY, PROTECTED, NO_DRILL,
                                                     MARKED),                                        RESYNCHRONIZE),
    Row("LC-12.2", S, Verb.RESYNCHRONIZE,         at(FORWARD, PRIMARY, PROTECTED, NO_DRILL,
                                                     RESYNC_FAILED),                                 RESYNCHRONIZE),
    Row("LC-12.3", P, Verb.RESYNCHRONIZE,         at(REVERSE, PRIMARY, PROTECTED, MARKED,
                                                     RESYNC_FAILED),                                 RESYNCHRONIZE),
)

# What no command asks for.
HAPPENINGS = table(
    #         rule      tag what happens           where                                                leads to
    Happening("LC-13.1", D, "initial_copy_fails",  at(COPYING),                                         (COPY_FAILED,)),
    Happening("LC-13.2", S, "sides_may_differ",    at(PRIMARY, COPYING, PROTECTED, NO_MARK),            (MARKED,)),
    Happening("LC-13.3", S, "office_hours_end",    at(PRIMARY, PROTECTED, MARKED),                      (QUEUED,)),
)
# fmt: on


@functools.lru_cache(maxsize=STATES_KEPT_MAX)
def allowed_operations(regions: Regions, profile: Profile) -> frozenset[Verb]:
    """The commands that succeed in this state; every other one is refused and changes nothing (DOMAIN.md §1)."""
    return frozenset(row.verb for row in matching(LIFECYCLE, regions, profile))


def refusal(regions: Regions, verb: Verb, profile: Profile) -> ErrorCode | None:
    """The error with which the table refuses the command, or None when it lists it.

    Facts beside the regions (`Job.only_if`) are judged after this, and only when it is None.
    """
    if verb in allowed_operations(regions, profile):
        return None
    if is_transitional(regions):
        return ErrorCode.OPERATION_CONFLICT
    if regions.test_failover in {DRILL_COMPLETED, DRILL_FAILED}:
        return ErrorCode.TEST_FAILOVER_CLEANUP_PENDING
    return ErrorCode.OPERATION_NOT_ALLOWED


def settled(regions: Regions, verb: Verb, profile: Profile) -> Regions:
    """Where the command leads when its job succeeds; Refused, with nothing changed, when it is not allowed."""
    return phases(regions, verb, profile)[-1]


def failed(regions: Regions, verb: Verb, profile: Profile) -> Regions:
    """Where the command leads when its job fails; Refused, with nothing changed, when it is not allowed."""
    return moved(regions, row_for(regions, verb, profile).job.on_failure)


def phases(regions: Regions, verb: Verb, profile: Profile) -> tuple[Regions, ...]:
    """What shows after the command was accepted, in order, the settled state last; Refused when not allowed."""
    return row_for(regions, verb, profile).phases(regions)


def row_for(regions: Regions, verb: Verb, profile: Profile) -> Row:
    """The one row that lists the command in this state; Refused when there is none."""
    code = refusal(regions, verb, profile)
    if code is not None:
        raise Refused(code, f"{verb.value} in {regions.protection.value}")
    return next(row for row in matching(LIFECYCLE, regions, profile) if row.verb == verb)


def is_transitional(regions: Regions) -> bool:
    """Whether a job runs that lets no other command in: its phase is one that no row starts from."""
    return {regions.protection, regions.test_failover} & _BUSY != set()


_BUSY = {value for row in LIFECYCLE for change in row.job.through for value in change} - {
    value for row in LIFECYCLE for values in row.where.fits.values() for value in values
}


def running_place(regions: Regions) -> Place:
    """Which machine runs production: in the reverse direction the roles of the sites are swapped."""
    return Place.PRIMARY if (regions.direction is FORWARD) == (regions.active is PRIMARY) else Place.RECOVERY
