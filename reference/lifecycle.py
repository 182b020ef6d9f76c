"""Which command the appliance takes where, and which way a job leads the machine (seed: Failover and failback process).

Everything that moves a machine's regions stands in these two tables, written from the recorded truth table of
domain §1 and not from the model: two independent tables that agree are the test.
"""

from collections.abc import Mapping

from attrs import evolve, frozen

from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.profile import CORE, Profile
from siteproof.model.nouns.vocabulary import Direction, Place, Protection, Resync, Site, TestFailover, Verb

FORWARD, REVERSE = Direction.FORWARD, Direction.REVERSE
PRIMARY, RECOVERY = Site.PRIMARY, Site.RECOVERY
P, T, V = Protection, TestFailover, Verb
VERBS = tuple(Verb)

# fmt: off
# Commands taken in a resting state; what is not listed takes none. `protected` is refined by drill and resync below.
TAKEN: Mapping[tuple[Direction, Site, Protection], frozenset[Verb]] = {
    (FORWARD, PRIMARY,  P.UNPROTECTED):                frozenset({V.ENABLE}),
    (FORWARD, PRIMARY,  P.ENABLING_FAILED):            frozenset({V.DISABLE}),
    (FORWARD, PRIMARY,  P.INITIAL_REPLICATION):        frozenset({V.DISABLE}),
    (FORWARD, PRIMARY,  P.INITIAL_REPLICATION_FAILED): frozenset({V.DISABLE}),
    (FORWARD, PRIMARY,  P.PROTECTED):                  frozenset({V.FAIL_OVER, V.TEST_FAILOVER, V.DISABLE}),
    (FORWARD, PRIMARY,  P.FAILOVER_FAILED):            frozenset({V.FAIL_OVER, V.DISABLE}),
    (FORWARD, PRIMARY,  P.DISABLING_FAILED):           frozenset({V.DISABLE}),
    (FORWARD, RECOVERY, P.FAILED_OVER):                frozenset({V.COMMIT, V.CHANGE_RECOVERY_POINT,
                                                                  V.COMPLETE_MIGRATION, V.DISABLE, V.REPROTECT}),
    (FORWARD, RECOVERY, P.COMMIT_FAILED):              frozenset({V.COMMIT, V.DISABLE}),
    (FORWARD, RECOVERY, P.COMMITTED):                  frozenset({V.COMPLETE_MIGRATION, V.DISABLE, V.REPROTECT}),
    (FORWARD, RECOVERY, P.REPROTECT_FAILED):           frozenset({V.REPROTECT, V.DISABLE}),
    (FORWARD, RECOVERY, P.DISABLING_FAILED):           frozenset({V.DISABLE}),
    (REVERSE, PRIMARY,  P.INITIAL_REPLICATION):        frozenset({V.DISABLE}),
    (REVERSE, PRIMARY,  P.INITIAL_REPLICATION_FAILED): frozenset({V.REPROTECT, V.DISABLE}),
    (REVERSE, PRIMARY,  P.PROTECTED):                  frozenset({V.FAIL_BACK, V.DISABLE}),
    (REVERSE, PRIMARY,  P.DISABLING_FAILED):           frozenset({V.DISABLE}),
    (REVERSE, RECOVERY, P.FAILED_OVER):                frozenset({V.COMMIT, V.CANCEL, V.COMPLETE_MIGRATION,
                                                                  V.DISABLE, V.REPROTECT}),
    (REVERSE, RECOVERY, P.CANCEL_FAILED):              frozenset({V.CANCEL, V.DISABLE}),
    (REVERSE, RECOVERY, P.COMMIT_FAILED):              frozenset({V.COMMIT, V.DISABLE}),
    (REVERSE, RECOVERY, P.COMMITTED):                  frozenset({V.REPROTECT, V.DISABLE}),
    (REVERSE, RECOVERY, P.REPROTECT_FAILED):           frozenset({V.REPROTECT, V.DISABLE}),
    (REVERSE, RECOVERY, P.DISABLING_FAILED):           frozenset({V.DISABLE}),
}

BUSY: frozenset[Protection] = frozenset({
    P.ENABLING, P.INITIAL_REPLICATION, P.FAILOVER_INITIATED, P.FAILOVER_COMPLETING, P.CHANGING_RECOVERY_POINT,
    P.COMMITTING, P.CANCELLING, P.REPROTECTING, P.DISABLING,
})
# fmt: on
DRILL_BUSY = frozenset({T.INITIATED, T.COMPLETING, T.CLEANUP_INITIATED})
DRILL_WAITS = frozenset({T.COMPLETED, T.FAILED})
COMPARE = frozenset({Resync.REQUIRED, Resync.FAILED})
COMPARING = frozenset({Resync.QUEUED, Resync.RUNNING})


@frozen
class Change:
    """New values of some regions; what is None stays."""

    protection: Protection | None = None
    direction: Direction | None = None
    active: Site | None = None
    test_failover: TestFailover | None = None
    resync: Resync | None = None

    def of(self, regions: Regions) -> Regions:
        """The regions after this change."""
        given = {name: getattr(self, name) for name in _REGIONS if getattr(self, name) is not None}
        return evolve(regions, **given)


_REGIONS = ("protection", "direction", "active", "test_failover", "resync")


@frozen
class Course:
    """The phases a job leads through, its end, and where a failure leaves the machine (counted from before the job).

    A failure inside an initial copy has an end of its own: the machine has turned already, half of the copy is nothing.
    """

    during: tuple[Change, ...]
    done: Change
    failed: Change
    copy_failed: Change | None = None

    def failed_in(self, phase: int) -> Change:
        """Where a failure in this phase leads."""
        copies = bool(self.during) and self.during[phase].protection is Protection.INITIAL_REPLICATION
        return self.copy_failed or self.failed if copies else self.failed


def _drill(state: TestFailover) -> Change:
    return Change(test_failover=state)


_FAILED_OVER = Change(P.FAILED_OVER, active=RECOVERY, resync=Resync.NONE)
_REVERSE_COPY = Change(P.INITIAL_REPLICATION, REVERSE, PRIMARY, resync=Resync.NONE)
_FORWARD_COPY = Change(P.INITIAL_REPLICATION, FORWARD, PRIMARY, resync=Resync.NONE)
_NO_COPY = Change(P.INITIAL_REPLICATION_FAILED)
_COMMIT = Course((Change(P.COMMITTING),), Change(P.COMMITTED), Change(P.COMMIT_FAILED))
_DISABLE = Course((Change(P.DISABLING),), Change(P.UNPROTECTED), Change(P.DISABLING_FAILED))
_MIGRATE = Course((), Change(P.MIGRATED), Change())

# fmt: off
COURSES: Mapping[tuple[Verb, Direction], Course] = {
    (V.ENABLE, FORWARD):                Course((Change(P.ENABLING), Change(P.INITIAL_REPLICATION)),
                                               Change(P.PROTECTED), Change(P.ENABLING_FAILED), _NO_COPY),
    (V.TEST_FAILOVER, FORWARD):         Course((_drill(T.INITIATED), _drill(T.COMPLETING)),
                                               _drill(T.COMPLETED), _drill(T.FAILED)),
    (V.CLEAN_UP_TEST, FORWARD):         Course((_drill(T.CLEANUP_INITIATED),), _drill(T.NONE), _drill(T.COMPLETED)),
    (V.FAIL_OVER, FORWARD):             Course((Change(P.FAILOVER_INITIATED), Change(P.FAILOVER_COMPLETING)),
                                               _FAILED_OVER, Change(P.FAILOVER_FAILED)),
    (V.CHANGE_RECOVERY_POINT, FORWARD): Course((Change(P.CHANGING_RECOVERY_POINT),), Change(P.FAILED_OVER), Change()),
    (V.COMMIT, FORWARD):                _COMMIT,
    (V.COMMIT, REVERSE):                _COMMIT,
    (V.COMPLETE_MIGRATION, FORWARD):    _MIGRATE,
    (V.COMPLETE_MIGRATION, REVERSE):    _MIGRATE,
    (V.REPROTECT, FORWARD):             Course((Change(P.REPROTECTING), _REVERSE_COPY),
                                               Change(P.PROTECTED), Change(P.REPROTECT_FAILED),
                                               Change(P.INITIAL_REPLICATION_FAILED, REVERSE, PRIMARY)),
    (V.REPROTECT, REVERSE):             Course((Change(P.REPROTECTING), _FORWARD_COPY),
                                               Change(P.PROTECTED), Change(P.REPROTECT_FAILED),
                                               Change(P.INITIAL_REPLICATION_FAILED, FORWARD, PRIMARY)),
    (V.FAIL_BACK, REVERSE):             Course((Change(P.FAILOVER_INITIATED), Change(P.FAILOVER_COMPLETING)),
                                               _FAILED_OVER, Change(P.PROTECTED)),
    (V.CANCEL, REVERSE):                Course((Change(P.CANCELLING),), Change(P.PROTECTED, active=PRIMARY),
                                               Change(P.CANCEL_FAILED)),
    (V.DISABLE, FORWARD):               _DISABLE,
    (V.DISABLE, REVERSE):               _DISABLE,
}
# fmt: on
COPY_AGAIN = Course((Change(P.INITIAL_REPLICATION),), Change(P.PROTECTED), _NO_COPY)


def course_of(verb: Verb, regions: Regions) -> Course:
    """The way of a command that is taken there; a reprotect whose copy broke off has turned already."""
    again = verb is V.REPROTECT and regions.protection is P.INITIAL_REPLICATION_FAILED
    return COPY_AGAIN if again else COURSES[verb, regions.direction]


def allowed(regions: Regions, profile: Profile = CORE) -> tuple[Verb, ...]:
    """The commands taken in this state, in the vocabulary's order."""
    taken = _taken(regions, profile)
    return tuple(verb for verb in VERBS if verb in taken)


def _taken(regions: Regions, profile: Profile) -> frozenset[Verb]:
    if regions.test_failover is not TestFailover.NONE:
        return frozenset({V.CLEAN_UP_TEST}) if regions.test_failover in DRILL_WAITS else frozenset()
    listed = TAKEN.get((regions.direction, regions.active, regions.protection), frozenset())
    if profile.reprotect_requires_commit and regions.protection is P.FAILED_OVER:
        listed -= {V.REPROTECT}
    return _with_resync(regions, listed) if regions.protection is P.PROTECTED else listed


def _with_resync(regions: Regions, listed: frozenset[Verb]) -> frozenset[Verb]:
    if regions.resync in COMPARE:
        return listed | {V.RESYNCHRONIZE}
    return listed - {V.FAIL_BACK} if regions.resync in COMPARING else listed


def admit(regions: Regions, verb: Verb, profile: Profile = CORE) -> None:
    """Return when the state takes the command; else raise Refused, a running job before a drill before the table."""
    if verb in _taken(regions, profile):
        return
    state = f"{verb.value} in {regions.protection.value}"
    if regions.protection in BUSY or regions.test_failover in DRILL_BUSY:
        raise Refused(ErrorCode.OPERATION_CONFLICT, state)
    if regions.test_failover in DRILL_WAITS:
        raise Refused(ErrorCode.TEST_FAILOVER_CLEANUP_PENDING, state)
    raise Refused(ErrorCode.OPERATION_NOT_ALLOWED, state)


def running_place(regions: Regions) -> Place:
    """The place whose machine carries production: a reprotect swaps the roles, not the machines."""
    forward = regions.direction is Direction.FORWARD
    return Place.PRIMARY if forward == (regions.active is Site.PRIMARY) else Place.RECOVERY


def without_protection(regions: Regions) -> Regions:
    """The regions after a disable: only the place that runs is remembered."""
    return Regions() if running_place(regions) is Place.PRIMARY else Regions(active=Site.RECOVERY)
