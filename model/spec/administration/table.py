"""Administration: the commands beside the lifecycle, with a table and guards of their own (DOMAIN.md §1, 8, 14 and 15).

Rule: no administrative command moves the protection region, but for `force_disable`, which ends it. A command that is
refused, and one that fails, has changed nothing; giving it again is its retry. The sources know neither a dissociation
of a policy (a machine has one from its enable to its disable) nor a command that acknowledges a resized disk (the
resynchronisation which compares it at its new size does), so there are no rows for them.
"""

import functools

from siteproof.model.language.table import AdminRow, Fact, Happening, Task, Turn, at, matching, moved, table, turned
from siteproof.model.nouns.administration import (
    AddedDisk,
    AdminFacts,
    AdminVerb,
    Components,
    OldestPoint,
    RetentionEdit,
    SourceMachine,
    Version,
)
from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.profile import Profile
from siteproof.model.nouns.vocabulary import Protection
from siteproof.model.spec.lifecycle import table as lifecycle
from siteproof.model.spec.lifecycle.table import (
    CANCEL_FAILED,
    COMMIT_FAILED,
    COMMITTED,
    COPY_FAILED,
    COPYING,
    DISABLING_FAILED,
    DRILL_COMPLETED,
    DRILL_FAILED,
    ENABLING_FAILED,
    FAILED_OVER,
    FAILOVER_FAILED,
    FORWARD,
    MARKED,
    MIGRATED,
    NO_DRILL,
    NO_MARK,
    ON_PREMISES,
    PRIMARY,
    PROTECTED,
    QUEUED,
    RECOVERY,
    REPROTECT_FAILED,
    RESYNC_FAILED,
    RESYNCING,
    REVERSE,
    UNPROTECTED,
    VALID,
    A,
    D,
    P,
    S,
)

WELL, MIXED, DEAD = Components.WELL, Components.MIXED, Components.DEAD
THERE, GONE = SourceMachine.THERE, SourceMachine.GONE
NO_DISK, ATTACHED, FOUND = AddedDisk.NONE, AddedDisk.ATTACHED, AddedDisk.FOUND
DISK_COPYING, DISK_FAILED = AddedDisk.COPYING, AddedDisk.COPY_FAILED
COVERED, RESIZED, DETACHED = AddedDisk.COVERED, AddedDisk.RESIZED, AddedDisk.DETACHED
LONG, SHORT = RetentionEdit.LONG, RetentionEdit.SHORT
NO_POINT, KEPT, PRUNED = OldestPoint.NONE, OldestPoint.KEPT, OldestPoint.PRUNED
CURRENT, OUTDATED = Version.CURRENT, Version.OUTDATED

WATCHED_OVER = tuple(stage for stage in Protection if stage not in {UNPROTECTED, MIGRATED})
BESIDE_PROTECTED = tuple(stage for stage in Protection if stage is not PROTECTED)
ADDABLE, REPLICATED = (FOUND, DISK_FAILED), (DISK_COPYING, DISK_FAILED, COVERED, RESIZED, DETACHED)

AGREE = Fact(
    "components_agree",
    "all components of the present appliance are dead, or all are healthy or warn",
    ErrorCode.APPLIANCE_SWITCH_BLOCKED,
    at(WELL, DEAD),
)
NEW_IS_FIT = Fact(
    "new_appliance_is_fit", "no component of the new appliance is critical or dead", ErrorCode.APPLIANCE_SWITCH_BLOCKED
)
CAN_BE_ADDED = Fact(
    "disk_is_found",
    "discovery has found the disk, which is not replicated",
    ErrorCode.OPERATION_NOT_ALLOWED,
    at(*ADDABLE),
)
IS_REPLICATED = Fact("disk_is_replicated", "the disk is replicated", ErrorCode.OPERATION_NOT_ALLOWED, at(*REPLICATED))
ANOTHER_STAYS = Fact("another_disk_stays", "it is not the machine's last disk", ErrorCode.OPERATION_NOT_ALLOWED)
IS_GONE = Fact("source_is_gone", "the on-premises machine does not answer", ErrorCode.OPERATION_NOT_ALLOWED, at(GONE))

WAITS_FOR_THE_SOURCE = ON_PREMISES
"""The end that an ordinary disable reaches only while the source answers; without it the job fails (P)."""

# fmt: off
# Tasks: what a command does, the facts that it turns, and what it needs.
EDIT = Task(
    "retention, app-consistent interval and RPO threshold count from the next point on; nothing pruned comes back",
    turns=(Turn(LONG, SHORT), Turn(SHORT, LONG)), only_if=(VALID,))
ADD = Task(
    "the disk's initial copy starts; no machine point is taken until it is complete, older points stay as they are",
    turns=(Turn(FOUND, DISK_COPYING), Turn(DISK_FAILED, DISK_COPYING)), only_if=(CAN_BE_ADDED,))
REMOVE = Task(
    "the disk is not replicated any more, and points are taken without it; older points keep it",
    turns=(Turn(DISK_COPYING, FOUND), Turn(DISK_FAILED, FOUND), Turn(COVERED, FOUND), Turn(RESIZED, FOUND),
           Turn(DETACHED, NO_DISK)), only_if=(IS_REPLICATED, ANOTHER_STAYS))
SWITCH = Task(
    "another appliance serves the machine; what the old one had cached is lost, so a resynchronisation is required",
    to=(MARKED,), turns=(Turn(DEAD, WELL),), only_if=(AGREE, NEW_IS_FIT))
UPDATE = Task(
    "components run in the newer version; replicated data, marks and points are what they were",
    turns=(Turn(OUTDATED, CURRENT),))
REFRESH = Task("what the management server knows now is known here", turns=(Turn(ATTACHED, FOUND),))
FORCE = Task(
    "protection ends without waiting for the source; points are deleted and the agent is left to itself",
    to=ON_PREMISES,
    turns=(*(Turn(disk, NO_DISK) for disk in AddedDisk if disk is not NO_DISK),
           Turn(KEPT, NO_POINT), Turn(PRUNED, NO_POINT)),
    only_if=(IS_GONE,))
NOTIFY = Task("events are mailed, or not any more; replication does not notice")
MOVE_PORT = Task("replication data is received on another port; what is marked, kept or copied does not notice")

# Rows: where a command is allowed. The tag says how well it is known that it is allowed there.
ADMINISTRATION = table(
    #        rule     tag verb                        allowed in                                          what it does
    AdminRow("ADM-1.1", S, AdminVerb.EDIT_POLICY,       at(FORWARD, PRIMARY, UNPROTECTED),                  EDIT),
    AdminRow("ADM-1.2", A, AdminVerb.EDIT_POLICY,       at(FORWARD, PRIMARY, PROTECTED, NO_DRILL),          EDIT),
    AdminRow("ADM-1.3", P, AdminVerb.EDIT_POLICY,       at(FORWARD, PRIMARY, PROTECTED,
                                                           DRILL_COMPLETED, DRILL_FAILED),                  EDIT),
    AdminRow("ADM-1.4", P, AdminVerb.EDIT_POLICY,       at(FORWARD, PRIMARY, ENABLING_FAILED, COPYING,
                                                           COPY_FAILED, FAILOVER_FAILED, DISABLING_FAILED), EDIT),

    AdminRow("ADM-2.1", A, AdminVerb.ADD_DISK,          at(FORWARD, PRIMARY, PROTECTED, NO_DRILL, NO_MARK), ADD),
    AdminRow("ADM-2.2", P, AdminVerb.ADD_DISK,          at(FORWARD, PRIMARY, PROTECTED, NO_DRILL,
                                                           MARKED, RESYNC_FAILED),                          ADD),
    AdminRow("ADM-3.1", P, AdminVerb.REMOVE_DISK,       at(FORWARD, PRIMARY, PROTECTED, NO_DRILL,
                                                           NO_MARK, MARKED, RESYNC_FAILED),                 REMOVE),

    AdminRow("ADM-4.1", D, AdminVerb.SWITCH_APPLIANCE,  at(FORWARD, PRIMARY, PROTECTED, NO_DRILL, NO_MARK), SWITCH),
    AdminRow("ADM-4.2", P, AdminVerb.SWITCH_APPLIANCE,  at(FORWARD, PRIMARY, PROTECTED, NO_DRILL,
                                                           MARKED, RESYNC_FAILED),                          SWITCH),

    AdminRow("ADM-5.1", S, AdminVerb.UPDATE_COMPONENTS, at(PROTECTED),                                      UPDATE),
    AdminRow("ADM-5.2", P, AdminVerb.UPDATE_COMPONENTS, at(*BESIDE_PROTECTED),                              UPDATE),
    AdminRow("ADM-6.1", P, AdminVerb.REFRESH_DISCOVERY, at(),                                               REFRESH),

    AdminRow("ADM-7.1", D, AdminVerb.FORCE_DISABLE,     at(FORWARD, PRIMARY, PROTECTED, NO_DRILL),          FORCE),
    AdminRow("ADM-7.2", P, AdminVerb.FORCE_DISABLE,     at(FORWARD, PRIMARY, ENABLING_FAILED, COPYING,
                                                           COPY_FAILED, FAILOVER_FAILED, DISABLING_FAILED), FORCE),
    AdminRow("ADM-7.3", P, AdminVerb.FORCE_DISABLE,     at(REVERSE, RECOVERY, FAILED_OVER, COMMIT_FAILED,
                                                           COMMITTED, CANCEL_FAILED, REPROTECT_FAILED,
                                                           DISABLING_FAILED),                               FORCE),

    AdminRow("ADM-8.1", S, AdminVerb.SET_NOTIFICATION,  at(),                                               NOTIFY),
    AdminRow("ADM-9.1", S, AdminVerb.CHANGE_DATA_PORT,  at(),                                               MOVE_PORT),
)

# What happens to the facts without a command.
ADMIN_HAPPENINGS = table(
    #         rule       tag what happens              where                                                leads to
    Happening("ADM-10.1",  D, "a_component_differs",     at(WELL),                                            (MIXED,)),
    Happening("ADM-10.2",  D, "the_last_component_dies", at(MIXED),                                           (DEAD,)),
    Happening("ADM-10.3",  D, "components_recover",      at(MIXED, DEAD),                                     (WELL,)),
    Happening("ADM-10.4",  D, "source_is_lost",          at(FORWARD, PRIMARY, *WATCHED_OVER, THERE),          (GONE,)),
    Happening("ADM-10.5",  P, "restored_source_is_lost", at(REVERSE, RECOVERY, *WATCHED_OVER, THERE),         (GONE,)),
    Happening("ADM-10.6",  P, "source_comes_back",       at(GONE),                                            (THERE,)),
    Happening("ADM-10.7",  A, "disk_is_attached",        at(FORWARD, PRIMARY, PROTECTED, NO_DISK, THERE), (ATTACHED,)),
    Happening("ADM-10.8",  A, "disk_copy_completes",     at(FORWARD, PRIMARY, PROTECTED, NO_MARK, DISK_COPYING,
                                                            THERE, WELL),                                  (COVERED,)),
    Happening("ADM-10.9",  P, "disk_copy_fails",         at(FORWARD, PRIMARY, PROTECTED, DISK_COPYING), (DISK_FAILED,)),
    Happening("ADM-10.10", D, "replicated_disk_is_lost", at(FORWARD, PRIMARY, PROTECTED, COVERED, THERE), (DETACHED,)),
    Happening("ADM-10.11", P, "lost_disk_comes_back",    at(FORWARD, PRIMARY, PROTECTED, DETACHED, THERE,
                                                            NO_MARK, MARKED, RESYNC_FAILED),        (COVERED, MARKED)),
    Happening("ADM-10.12", S, "disk_is_resized",         at(FORWARD, PRIMARY, PROTECTED, COVERED, THERE,
                                                            NO_MARK, MARKED, RESYNC_FAILED),        (RESIZED, MARKED)),
    Happening("ADM-10.13", S, "newer_version_is_out",    at(CURRENT),                                     (OUTDATED,)),
)
# fmt: on


@functools.lru_cache(maxsize=lifecycle.STATES_KEPT_MAX)
def allowed_administration(regions: Regions, profile: Profile) -> frozenset[AdminVerb]:
    """The administrative commands that the table lists in this state; their facts are judged after this."""
    return frozenset(row.verb for row in matching(ADMINISTRATION, regions, profile))


def refusal(regions: Regions, facts: AdminFacts, verb: AdminVerb, profile: Profile) -> ErrorCode | None:
    """The error with which state and facts refuse the command, or None when they let it pass.

    The order is the lifecycle's: a running job, a pending clean-up, the state, then the facts as the task names them.
    Facts that are read off the command's arguments (`Fact.where` is None) are judged after this, when it is None.
    """
    if verb not in allowed_administration(regions, profile):
        return _state_refuses(regions)
    missing = (fact for fact in _row(regions, verb, profile).task.only_if if fact.where and not fact.where.holds(facts))
    return next((fact.refused_with for fact in missing), None)


def settled(regions: Regions, facts: AdminFacts, verb: AdminVerb, profile: Profile) -> tuple[Regions, AdminFacts]:
    """Regions and facts when the command has done its work; Refused, with nothing changed, when it is not allowed."""
    task = row_for(regions, facts, verb, profile).task
    return moved(regions, task.to), turned(facts, task.turns)


def row_for(regions: Regions, facts: AdminFacts, verb: AdminVerb, profile: Profile) -> AdminRow:
    """The one row that lists the command in this state; Refused when there is none or a fact is missing."""
    code = refusal(regions, facts, verb, profile)
    if code is not None:
        raise Refused(code, f"{verb.value} in {regions.protection.value}")
    return _row(regions, verb, profile)


def _row(regions: Regions, verb: AdminVerb, profile: Profile) -> AdminRow:
    return next(row for row in matching(ADMINISTRATION, regions, profile) if row.verb == verb)


def _state_refuses(regions: Regions) -> ErrorCode:
    if lifecycle.is_transitional(regions) or regions.resync in {QUEUED, RESYNCING}:
        return ErrorCode.OPERATION_CONFLICT
    if regions.test_failover in {DRILL_COMPLETED, DRILL_FAILED}:
        return ErrorCode.TEST_FAILOVER_CLEANUP_PENDING
    return ErrorCode.OPERATION_NOT_ALLOWED
