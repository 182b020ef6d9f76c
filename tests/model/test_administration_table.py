# ruff: noqa: E501  (the expected rows are literal tables)
"""The administrative table, row by row, against expectations that are written here and not read from it."""

import itertools

import pytest
from attrs import evolve

from siteproof.model.language.table import REGION_OF, AdminRow, Happening
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
from siteproof.model.nouns.profile import CORE
from siteproof.model.nouns.vocabulary import Direction, Protection, Resync, Site, TestFailover, Verb
from siteproof.model.spec.administration import table as administration
from siteproof.model.spec.administration.table import (
    ADMIN_HAPPENINGS,
    ADMINISTRATION,
    allowed_administration,
    refusal,
    settled,
)
from siteproof.model.spec.lifecycle import table as lifecycle

F, R, PRI, REC = Direction.FORWARD, Direction.REVERSE, Site.PRIMARY, Site.RECOVERY
EVERY_STATE = [Regions(*values) for values in itertools.product(Protection, Direction, Site, TestFailover, Resync)]
EVERY_FACT = [
    AdminFacts(*values)
    for values in itertools.product(Components, SourceMachine, AddedDisk, RetentionEdit, OldestPoint, Version)
]
PROTECTED = Regions(Protection.PROTECTED)
MARKED = evolve(PROTECTED, resync=Resync.REQUIRED)
FACTS = AdminFacts()
V, PR, E = AdminVerb, Protection, ErrorCode
ANYWHERE = {V.UPDATE_COMPONENTS, V.REFRESH_DISCOVERY, V.SET_NOTIFICATION, V.CHANGE_DATA_PORT}
EDIT_AND_FORCE = {V.EDIT_POLICY, V.FORCE_DISABLE}
EVERYTHING = set(V)
RULES: tuple[AdminRow | Happening, ...] = (*ADMINISTRATION, *ADMIN_HAPPENINGS)

# fmt: off
ALLOWED = [
    # state                                                      the administrative commands listed there, beside ANYWHERE
    (Regions(),                                                  {V.EDIT_POLICY}),
    (Regions(active=REC),                                        set()),
    (Regions(PR.ENABLING),                                       set()),
    (Regions(PR.ENABLING_FAILED),                                EDIT_AND_FORCE),
    (Regions(PR.INITIAL_REPLICATION),                            EDIT_AND_FORCE),
    (Regions(PR.INITIAL_REPLICATION_FAILED),                     EDIT_AND_FORCE),
    (PROTECTED,                                                  EVERYTHING),
    (MARKED,                                                     EVERYTHING),
    (evolve(PROTECTED, resync=Resync.QUEUED),                    EDIT_AND_FORCE),
    (evolve(PROTECTED, resync=Resync.RUNNING),                   EDIT_AND_FORCE),
    (evolve(PROTECTED, resync=Resync.FAILED),                    EVERYTHING),
    (evolve(PROTECTED, test_failover=TestFailover.INITIATED),    set()),
    (evolve(PROTECTED, test_failover=TestFailover.COMPLETING),   set()),
    (evolve(PROTECTED, test_failover=TestFailover.COMPLETED),    {V.EDIT_POLICY}),
    (evolve(PROTECTED, test_failover=TestFailover.FAILED),       {V.EDIT_POLICY}),
    (evolve(PROTECTED, test_failover=TestFailover.CLEANUP_INITIATED), set()),
    (Regions(PR.FAILOVER_INITIATED),                             set()),
    (Regions(PR.FAILOVER_COMPLETING),                            set()),
    (Regions(PR.FAILOVER_FAILED),                                EDIT_AND_FORCE),
    (Regions(PR.DISABLING),                                      set()),
    (Regions(PR.DISABLING_FAILED),                               EDIT_AND_FORCE),
    (Regions(PR.FAILED_OVER, F, REC),                            set()),
    (Regions(PR.CHANGING_RECOVERY_POINT, F, REC),                set()),
    (Regions(PR.COMMITTING, F, REC),                             set()),
    (Regions(PR.COMMIT_FAILED, F, REC),                          set()),
    (Regions(PR.COMMITTED, F, REC),                              set()),
    (Regions(PR.REPROTECTING, F, REC),                           set()),
    (Regions(PR.REPROTECT_FAILED, F, REC),                       set()),
    (Regions(PR.MIGRATED, F, REC),                               set()),
    (Regions(PR.DISABLING, F, REC),                              set()),
    (Regions(PR.DISABLING_FAILED, F, REC),                       set()),
    (Regions(PR.INITIAL_REPLICATION, R),                         set()),
    (Regions(PR.INITIAL_REPLICATION_FAILED, R),                  set()),
    (Regions(PR.PROTECTED, R),                                   set()),
    (Regions(PR.PROTECTED, R, resync=Resync.REQUIRED),           set()),
    (Regions(PR.FAILOVER_INITIATED, R),                          set()),
    (Regions(PR.DISABLING_FAILED, R),                            set()),
    (Regions(PR.FAILED_OVER, R, REC),                            {V.FORCE_DISABLE}),
    (Regions(PR.CANCELLING, R, REC),                             set()),
    (Regions(PR.CANCEL_FAILED, R, REC),                          {V.FORCE_DISABLE}),
    (Regions(PR.COMMITTING, R, REC),                             set()),
    (Regions(PR.COMMIT_FAILED, R, REC),                          {V.FORCE_DISABLE}),
    (Regions(PR.COMMITTED, R, REC),                              {V.FORCE_DISABLE}),
    (Regions(PR.REPROTECTING, R, REC),                           set()),
    (Regions(PR.REPROTECT_FAILED, R, REC),                       {V.FORCE_DISABLE}),
    (Regions(PR.DISABLING, R, REC),                              set()),
    (Regions(PR.DISABLING_FAILED, R, REC),                       {V.FORCE_DISABLE}),
    (Regions(PR.MIGRATED, R, REC),                               set()),
]

SAID_BY = {
    # S: the seed says it, A and D: rules 14 and 15 and the note on force of domain §1, P: nobody says it
    "ADM-1.1": "S", "ADM-1.2": "A", "ADM-1.3": "P", "ADM-1.4": "P",
    "ADM-2.1": "A", "ADM-2.2": "P",
    "ADM-3.1": "P",
    "ADM-4.1": "D", "ADM-4.2": "P",
    "ADM-5.1": "S", "ADM-5.2": "P",
    "ADM-6.1": "P",
    "ADM-7.1": "D", "ADM-7.2": "P", "ADM-7.3": "P",
    "ADM-8.1": "S",
    "ADM-9.1": "S",
    "ADM-10.1": "D", "ADM-10.2": "D", "ADM-10.3": "D", "ADM-10.4": "D", "ADM-10.5": "P", "ADM-10.6": "P",
    "ADM-10.7": "A", "ADM-10.8": "A", "ADM-10.9": "P", "ADM-10.10": "D", "ADM-10.11": "P", "ADM-10.12": "S",
    "ADM-10.13": "S",
}
# fmt: on


@pytest.mark.parametrize(("regions", "verbs"), ALLOWED, ids=[f"{row[0]}"[8:-1] for row in ALLOWED])
def test_each_state_allows_what_is_written_here(regions: Regions, verbs: set[AdminVerb]) -> None:
    """Exactly these commands, besides the four which no state keeps back."""
    assert allowed_administration(regions, CORE) == verbs | ANYWHERE


def test_every_protection_state_of_both_directions_is_expected() -> None:
    """The expectation forgets no region value, and every row of the table allows something in it."""
    assert {regions.protection for regions, _ in ALLOWED} == set(Protection)
    assert {regions.test_failover for regions, _ in ALLOWED} == set(TestFailover)
    assert {regions.resync for regions, _ in ALLOWED} == set(Resync)
    assert [row.rule for row in ADMINISTRATION if not any(row.where.holds(regions) for regions, _ in ALLOWED)] == []


def test_each_row_carries_the_tag_of_who_said_it() -> None:
    """No row claims more than the sources say."""
    assert {row.rule: row.evidence.value for row in RULES} == SAID_BY


# fmt: off
REFUSED = [
    # state                                        facts                                            command               refused with
    (Regions(PR.ENABLING),                         FACTS,                                           V.EDIT_POLICY,        E.OPERATION_CONFLICT),
    (Regions(PR.FAILOVER_INITIATED),               FACTS,                                           V.SWITCH_APPLIANCE,   E.OPERATION_CONFLICT),
    (evolve(PROTECTED, resync=Resync.RUNNING),     AdminFacts(disk=AddedDisk.FOUND),                V.ADD_DISK,           E.OPERATION_CONFLICT),
    (evolve(PROTECTED, resync=Resync.QUEUED),      FACTS,                                           V.SWITCH_APPLIANCE,   E.OPERATION_CONFLICT),
    (evolve(PROTECTED, test_failover=TestFailover.INITIATED), FACTS,                                V.EDIT_POLICY,        E.OPERATION_CONFLICT),
    (evolve(PROTECTED, test_failover=TestFailover.COMPLETED), AdminFacts(disk=AddedDisk.FOUND),     V.ADD_DISK,           E.TEST_FAILOVER_CLEANUP_PENDING),
    (evolve(PROTECTED, test_failover=TestFailover.FAILED),    FACTS,                                V.SWITCH_APPLIANCE,   E.TEST_FAILOVER_CLEANUP_PENDING),
    (evolve(PROTECTED, test_failover=TestFailover.COMPLETED), AdminFacts(source=SourceMachine.GONE), V.FORCE_DISABLE,     E.TEST_FAILOVER_CLEANUP_PENDING),
    (Regions(PR.PROTECTED, R),                     FACTS,                                           V.SWITCH_APPLIANCE,   E.OPERATION_NOT_ALLOWED),
    (Regions(PR.PROTECTED, R),                     AdminFacts(disk=AddedDisk.FOUND),                V.ADD_DISK,           E.OPERATION_NOT_ALLOWED),
    (Regions(PR.COMMITTED, F, REC),                AdminFacts(source=SourceMachine.GONE),           V.FORCE_DISABLE,      E.OPERATION_NOT_ALLOWED),
    (Regions(PR.MIGRATED, F, REC),                 FACTS,                                           V.EDIT_POLICY,        E.OPERATION_NOT_ALLOWED),
    (PROTECTED,                                    AdminFacts(components=Components.MIXED),         V.SWITCH_APPLIANCE,   E.APPLIANCE_SWITCH_BLOCKED),
    (MARKED,                                       AdminFacts(components=Components.MIXED),         V.SWITCH_APPLIANCE,   E.APPLIANCE_SWITCH_BLOCKED),
    (PROTECTED,                                    AdminFacts(disk=AddedDisk.ATTACHED),             V.ADD_DISK,           E.OPERATION_NOT_ALLOWED),
    (PROTECTED,                                    AdminFacts(disk=AddedDisk.COVERED),              V.ADD_DISK,           E.OPERATION_NOT_ALLOWED),
    (PROTECTED,                                    AdminFacts(disk=AddedDisk.FOUND),                V.REMOVE_DISK,        E.OPERATION_NOT_ALLOWED),
    (PROTECTED,                                    FACTS,                                           V.FORCE_DISABLE,      E.OPERATION_NOT_ALLOWED),
]

WORKS = [
    # rule     state                           facts                                          command              state after    facts after
    ("ADM-1.2",  PROTECTED,                    FACTS,                                         V.EDIT_POLICY,       PROTECTED,     AdminFacts(retention=RetentionEdit.SHORT)),
    ("ADM-1.3",  evolve(PROTECTED, test_failover=TestFailover.COMPLETED), FACTS,              V.EDIT_POLICY,
                 evolve(PROTECTED, test_failover=TestFailover.COMPLETED),                                                         AdminFacts(retention=RetentionEdit.SHORT)),
    ("ADM-1.2",  PROTECTED,                    AdminFacts(retention=RetentionEdit.SHORT, oldest=OldestPoint.PRUNED), V.EDIT_POLICY, PROTECTED, AdminFacts(oldest=OldestPoint.PRUNED)),
    ("ADM-1.2",  PROTECTED,                    AdminFacts(oldest=OldestPoint.KEPT),           V.EDIT_POLICY,       PROTECTED,     AdminFacts(retention=RetentionEdit.SHORT, oldest=OldestPoint.KEPT)),
    ("ADM-1.1",  Regions(),                    FACTS,                                         V.EDIT_POLICY,       Regions(),     AdminFacts(retention=RetentionEdit.SHORT)),
    ("ADM-2.1",  PROTECTED,                    AdminFacts(disk=AddedDisk.FOUND),              V.ADD_DISK,          PROTECTED,     AdminFacts(disk=AddedDisk.COPYING)),
    ("ADM-2.1",  PROTECTED,                    AdminFacts(disk=AddedDisk.COPY_FAILED),        V.ADD_DISK,          PROTECTED,     AdminFacts(disk=AddedDisk.COPYING)),
    ("ADM-2.2",  MARKED,                       AdminFacts(disk=AddedDisk.FOUND),              V.ADD_DISK,          MARKED,        AdminFacts(disk=AddedDisk.COPYING)),
    ("ADM-3.1",  PROTECTED,                    AdminFacts(disk=AddedDisk.COVERED),            V.REMOVE_DISK,       PROTECTED,     AdminFacts(disk=AddedDisk.FOUND)),
    ("ADM-3.1",  PROTECTED,                    AdminFacts(disk=AddedDisk.COPY_FAILED),        V.REMOVE_DISK,       PROTECTED,     AdminFacts(disk=AddedDisk.FOUND)),
    ("ADM-3.1",  MARKED,                       AdminFacts(disk=AddedDisk.RESIZED),            V.REMOVE_DISK,       MARKED,        AdminFacts(disk=AddedDisk.FOUND)),
    ("ADM-3.1",  PROTECTED,                    AdminFacts(disk=AddedDisk.DETACHED),           V.REMOVE_DISK,       PROTECTED,     FACTS),
    ("ADM-4.1",  PROTECTED,                    FACTS,                                         V.SWITCH_APPLIANCE,  MARKED,        FACTS),
    ("ADM-4.1",  PROTECTED,                    AdminFacts(components=Components.DEAD),        V.SWITCH_APPLIANCE,  MARKED,        FACTS),
    ("ADM-4.2",  evolve(PROTECTED, resync=Resync.FAILED), AdminFacts(components=Components.DEAD), V.SWITCH_APPLIANCE, MARKED,     FACTS),
    ("ADM-5.1",  MARKED,                       AdminFacts(version=Version.OUTDATED),          V.UPDATE_COMPONENTS, MARKED,        FACTS),
    ("ADM-5.2",  Regions(PR.COMMITTING, F, REC), AdminFacts(version=Version.OUTDATED),        V.UPDATE_COMPONENTS, Regions(PR.COMMITTING, F, REC), FACTS),
    ("ADM-6.1",  PROTECTED,                    AdminFacts(disk=AddedDisk.ATTACHED),           V.REFRESH_DISCOVERY, PROTECTED,     AdminFacts(disk=AddedDisk.FOUND)),
    ("ADM-6.1",  PROTECTED,                    FACTS,                                         V.REFRESH_DISCOVERY, PROTECTED,     FACTS),
    ("ADM-7.1",  MARKED,                       AdminFacts(source=SourceMachine.GONE, disk=AddedDisk.COVERED, oldest=OldestPoint.KEPT), V.FORCE_DISABLE, Regions(), AdminFacts(source=SourceMachine.GONE)),
    ("ADM-7.2",  Regions(PR.DISABLING_FAILED), AdminFacts(source=SourceMachine.GONE),         V.FORCE_DISABLE,     Regions(),     AdminFacts(source=SourceMachine.GONE)),
    ("ADM-7.3",  Regions(PR.COMMITTED, R, REC), AdminFacts(source=SourceMachine.GONE),        V.FORCE_DISABLE,     Regions(),     AdminFacts(source=SourceMachine.GONE)),
    ("ADM-8.1",  PROTECTED,                    FACTS,                                         V.SET_NOTIFICATION,  PROTECTED,     FACTS),
    ("ADM-9.1",  PROTECTED,                    FACTS,                                         V.CHANGE_DATA_PORT,  PROTECTED,     FACTS),
    ("ADM-1.4",  Regions(PR.INITIAL_REPLICATION), FACTS,                                      V.EDIT_POLICY,       Regions(PR.INITIAL_REPLICATION), AdminFacts(retention=RetentionEdit.SHORT)),
]
# fmt: on


@pytest.mark.parametrize(("regions", "facts", "verb", "code"), REFUSED)
def test_a_refusal_names_the_strongest_reason(
    regions: Regions, facts: AdminFacts, verb: AdminVerb, code: ErrorCode
) -> None:
    """A running job before a pending clean-up, that before the state, and the facts last."""
    assert refusal(regions, facts, verb, CORE) is code
    with pytest.raises(Refused) as refused:
        settled(regions, facts, verb, CORE)
    assert refused.value.code is code


@pytest.mark.parametrize(("rule", "regions", "facts", "verb", "after", "known"), WORKS)
def test_a_command_does_what_is_written_here(
    rule: str, regions: Regions, facts: AdminFacts, verb: AdminVerb, after: Regions, known: AdminFacts
) -> None:
    """Regions and facts after the command, and the row that says so."""
    assert administration.row_for(regions, facts, verb, CORE).rule == rule
    assert settled(regions, facts, verb, CORE) == (after, known)


def test_every_row_has_an_expected_effect() -> None:
    """No row is without an example."""
    assert {rule for rule, *_ in WORKS} == {row.rule for row in ADMINISTRATION}


def test_only_the_components_decide_about_a_switch() -> None:
    """Over every combination of facts, only the components decide about the switch of a protected machine."""
    for facts in EVERY_FACT:
        code = refusal(PROTECTED, facts, V.SWITCH_APPLIANCE, CORE)
        assert code is (E.APPLIANCE_SWITCH_BLOCKED if facts.components is Components.MIXED else None)


def test_only_a_forced_disable_moves_the_protection_region() -> None:
    """In every state where a command is allowed, protection, direction, active site and drill stay as they are."""
    for row in ADMINISTRATION:
        moved = {REGION_OF[type(value)] for value in row.task.to}
        assert ("protection" in moved) == (row.verb is V.FORCE_DISABLE)
        assert moved <= {"resync"} or row.verb is V.FORCE_DISABLE


def test_what_is_not_listed_is_refused_for_its_state_whatever_the_facts() -> None:
    """Every state and command: an unlisted one gets the same one of three errors with all facts."""
    some = [FACTS, AdminFacts(Components.DEAD, SourceMachine.GONE, AddedDisk.FOUND), AdminFacts(disk=AddedDisk.COVERED)]
    for regions, verb in itertools.product(EVERY_STATE, V):
        if verb not in allowed_administration(regions, CORE):
            codes = {refusal(regions, facts, verb, CORE) for facts in some}
            assert len(codes) == 1
            assert codes <= {E.OPERATION_CONFLICT, E.TEST_FAILOVER_CLEANUP_PENDING, E.OPERATION_NOT_ALLOWED}


def test_force_works_only_where_the_on_premises_machine_runs_and_disable_is_listed() -> None:
    """Where the cloud machine runs an ordinary disable needs no source, so there is nothing to force."""
    for regions in EVERY_STATE:
        if V.FORCE_DISABLE in allowed_administration(regions, CORE):
            assert Verb.DISABLE in lifecycle.allowed_operations(regions, CORE)
            assert lifecycle.settled(regions, Verb.DISABLE, CORE) == Regions()


def test_each_guard_carries_an_error_of_the_catalogue_and_a_sentence() -> None:
    """A guard that is read off the arguments says so by having no set of facts."""
    guards = {fact.name: fact for row in ADMINISTRATION for fact in row.task.only_if}
    assert {name for name, fact in guards.items() if fact.where is None} == {
        "policy_is_valid",
        "new_appliance_is_fit",
        "another_disk_stays",
    }
    assert {fact.refused_with for fact in guards.values()} == {
        E.POLICY_INVALID,
        E.APPLIANCE_SWITCH_BLOCKED,
        E.OPERATION_NOT_ALLOWED,
    }
    assert all(fact.meaning for fact in guards.values())
