"""Administration: the commands beside the lifecycle, with a table and guards of their own (domain §1, 8, 14 and 15).

Rule: no administrative command moves the protection region, but for `force_disable`, which ends it. A command that is
refused, and one that fails, has changed nothing; giving it again is its retry. The sources know neither a dissociation
of a policy (a machine has one from its enable to its disable) nor a command that acknowledges a resized disk (the
resynchronisation which compares it at its new size does), so there are no rows for them.
"""

import functools

from siteproof.model.language.columns import ColumnRow, columns
from siteproof.model.language.table import (
    AdministrativeTask,
    AdminRow,
    Fact,
    FactChange,
    Happening,
    at,
    matching,
    moved,
    table,
    turned,
)
from siteproof.model.nouns.administration import AddedDisk, AdminFacts, AdminVerb, Components, SourceMachine
from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.evidence import Evidence
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.profile import Profile
from siteproof.model.nouns.vocabulary import Resync, TestFailover
from siteproof.model.spec.lifecycle import table as lifecycle

REGIONS = ("direction", "active", "protection", "drill", "resync")

# What a command needs beside the regions; without it the command is refused with the error.
FACTS = {
    fact.name: fact
    for fact in (
        lifecycle.FACTS["policy_is_valid"],
        Fact(
            "components_agree",
            "all components of the present appliance are dead, or all are healthy or warn",
            ErrorCode.APPLIANCE_SWITCH_BLOCKED,
            at(Components.WELL, Components.DEAD),
        ),
        Fact(
            "new_appliance_is_fit",
            "no component of the new appliance is critical or dead",
            ErrorCode.APPLIANCE_SWITCH_BLOCKED,
        ),
        Fact(
            "disk_is_found",
            "discovery has found the disk, which is not replicated",
            ErrorCode.OPERATION_NOT_ALLOWED,
            at(AddedDisk.FOUND, AddedDisk.COPY_FAILED),
        ),
        Fact(
            "disk_is_replicated",
            "the disk is replicated",
            ErrorCode.OPERATION_NOT_ALLOWED,
            at(
                AddedDisk.COPYING,
                AddedDisk.COPY_FAILED,
                AddedDisk.COVERED,
                AddedDisk.RESIZED,
                AddedDisk.DETACHED,
            ),
        ),
        Fact("another_disk_stays", "it is not the machine's last disk", ErrorCode.OPERATION_NOT_ALLOWED),
        Fact(
            "source_is_gone",
            "the on-premises machine does not answer",
            ErrorCode.OPERATION_NOT_ALLOWED,
            at(SourceMachine.GONE),
        ),
    )
}

# Tasks: the facts that a command turns, the regions that it sets, what it needs, and the rest of it in a sentence.
TASKS = columns(
    """
    task      | turns                                    | sets            | only if                | what it does
    edit      | retention:long>short,                    | -               | policy_is_valid        | retention, app-consistent interval and RPO
              | retention:short>long                     |                 |                        | threshold count from the next point on;
              |                                          |                 |                        | nothing pruned comes back
    add       | disk:found>copying,                      | -               | disk_is_found          | the disk's initial copy starts; no machine
              | disk:copy_failed>copying                 |                 |                        | point is taken until it is complete, older
              |                                          |                 |                        | points stay as they are
    remove    | disk:copying>found,                      | -               | disk_is_replicated,    | the disk is not replicated any more, and
              | disk:copy_failed>found,                  |                 | another_disk_stays     | points are taken without it; older points
              | disk:covered>found, disk:resized>found,  |                 |                        | keep it
              | disk:detached>none                       |                 |                        |
    switch    | components:dead>well                     | resync:required | components_agree,      | another appliance serves the machine; what
              |                                          |                 | new_appliance_is_fit   | the old one had cached is lost, so a
              |                                          |                 |                        | resynchronisation is required
    update    | version:outdated>current                 | -               | -                      | components run in the newer version;
              |                                          |                 |                        | replicated data, marks and points are what
              |                                          |                 |                        | they were
    refresh   | disk:attached>found                      | -               | -                      | what the management server knows now is
              |                                          |                 |                        | known here
    force     | disk:attached>none, disk:found>none,     | unprotected     | source_is_gone         | protection ends without waiting for the
              | disk:copying>none,                       | forward primary |                        | source; points are deleted and the agent
              | disk:copy_failed>none,                   | drill:none      |                        | is left to itself
              | disk:covered>none, disk:resized>none,    | resync:none     |                        |
              | disk:detached>none, oldest:kept>none,    |                 |                        |
              | oldest:pruned>none                       |                 |                        |
    notify    | -                                        | -               | -                      | events are mailed, or not any more;
              |                                          |                 |                        | replication does not notice
    move port | -                                        | -               | -                      | replication data is received on another
              |                                          |                 |                        | port; what is marked, kept or copied does
              |                                          |                 |                        | not notice
    """
)

# Rows: where a command is allowed. The tag says how well it is known that it is allowed there.
ROWS = columns(
    """
    rule    | tag | verb              | direction | active   | protection                  | drill             | resync           | task
    ADM-1.1 | S   | edit_policy       | forward   | primary  | unprotected                 | -                 | -                | edit
    ADM-1.2 | A   | edit_policy       | forward   | primary  | protected                   | none              | -                | edit
    ADM-1.3 | P   | edit_policy       | forward   | primary  | protected                   | completed, failed | -                | edit
    ADM-1.4 | P   | edit_policy       | forward   | primary  | enabling_failed,            | -                 | -                | edit
            |     |                   |           |          | initial_replication,        |                   |                  |
            |     |                   |           |          | initial_replication_failed, |                   |                  |
            |     |                   |           |          | failover_failed,            |                   |                  |
            |     |                   |           |          | disabling_failed            |                   |                  |

    ADM-2.1 | A   | add_disk          | forward   | primary  | protected                   | none              | none             | add
    ADM-2.2 | P   | add_disk          | forward   | primary  | protected                   | none              | required, failed | add

    ADM-3.1 | P   | remove_disk       | forward   | primary  | protected                   | none              | none, required,  | remove
            |     |                   |           |          |                             |                   | failed           |

    ADM-4.1 | D   | switch_appliance  | forward   | primary  | protected                   | none              | none             | switch
    ADM-4.2 | P   | switch_appliance  | forward   | primary  | protected                   | none              | required, failed | switch

    ADM-5.1 | S   | update_components | -         | -        | protected                   | -                 | -                | update
    ADM-5.2 | P   | update_components | -         | -        | not protected               | -                 | -                | update

    ADM-6.1 | P   | refresh_discovery | -         | -        | -                           | -                 | -                | refresh

    ADM-7.1 | D   | force_disable     | forward   | primary  | protected                   | none              | -                | force
    ADM-7.2 | P   | force_disable     | forward   | primary  | enabling_failed,            | -                 | -                | force
            |     |                   |           |          | initial_replication,        |                   |                  |
            |     |                   |           |          | initial_replication_failed, |                   |                  |
            |     |                   |           |          | failover_failed,            |                   |                  |
            |     |                   |           |          | disabling_failed            |                   |                  |
    ADM-7.3 | P   | force_disable     | reverse   | recovery | failed_over, commit_failed, | -                 | -                | force
            |     |                   |           |          | committed, cancel_failed,   |                   |                  |
            |     |                   |           |          | reprotect_failed,           |                   |                  |
            |     |                   |           |          | disabling_failed            |                   |                  |

    ADM-8.1 | S   | set_notification  | -         | -        | -                           | -                 | -                | notify

    ADM-9.1 | S   | change_data_port  | -         | -        | -                           | -                 | -                | move port
    """
)

# What happens to the facts without a command.
EVENTS = columns(
    """
    rule      | tag | what happens            | direction | active   | protection       | resync          | facts                       | leads to
    ADM-10.1  | D   | a_component_differs     | -         | -        | -                | -               | components:well             | components:mixed
    ADM-10.2  | D   | the_last_component_dies | -         | -        | -                | -               | components:mixed            | components:dead
    ADM-10.3  | D   | components_recover      | -         | -        | -                | -               | components:mixed,           | components:well
              |     |                         |           |          |                  |                 | components:dead             |
    ADM-10.4  | D   | source_is_lost          | forward   | primary  | not unprotected, | -               | source:there                | source:gone
              |     |                         |           |          | not migrated     |                 |                             |
    ADM-10.5  | P   | restored_source_is_lost | reverse   | recovery | not unprotected, | -               | source:there                | source:gone
              |     |                         |           |          | not migrated     |                 |                             |
    ADM-10.6  | P   | source_comes_back       | -         | -        | -                | -               | source:gone                 | source:there
    ADM-10.7  | A   | disk_is_attached        | forward   | primary  | protected        | -               | source:there, disk:none     | disk:attached
    ADM-10.8  | A   | disk_copy_completes     | forward   | primary  | protected        | none            | source:there, disk:copying, | disk:covered
              |     |                         |           |          |                  |                 | components:well             |
    ADM-10.9  | P   | disk_copy_fails         | forward   | primary  | protected        | -               | disk:copying                | disk:copy_failed
    ADM-10.10 | D   | replicated_disk_is_lost | forward   | primary  | protected        | -               | source:there, disk:covered  | disk:detached
    ADM-10.11 | P   | lost_disk_comes_back    | forward   | primary  | protected        | none, required, | source:there, disk:detached | disk:covered resync:required
              |     |                         |           |          |                  | failed          |                             |
    ADM-10.12 | S   | disk_is_resized         | forward   | primary  | protected        | none, required, | source:there, disk:covered  | disk:resized resync:required
              |     |                         |           |          |                  | failed          |                             |
    ADM-10.13 | S   | newer_version_is_out    | -         | -        | -                | -               | version:current             | version:outdated
    """
)


def _task(line: ColumnRow) -> AdministrativeTask:
    turns = tuple(FactChange(*pair) for pair in line.turns("turns"))
    needs = tuple(FACTS[name] for name in line.words("only if"))
    return AdministrativeTask(line["what it does"], line.change("sets"), turns, needs)


_TASKS = {line["task"]: _task(line) for line in TASKS}


def _row(line: ColumnRow) -> AdminRow:
    tag, verb, task = Evidence(line["tag"]), AdminVerb(line["verb"]), _TASKS[line["task"]]
    return AdminRow(line["rule"], tag, verb, line.where(*REGIONS), task, source=line.source)


def _happening(line: ColumnRow) -> Happening:
    where = line.where("direction", "active", "protection", "resync", facts="facts")
    tag, name = Evidence(line["tag"]), line["what happens"]
    return Happening(line["rule"], tag, name, where, line.change("leads to"), line.source)


ADMINISTRATION = table(*map(_row, ROWS))
ADMIN_HAPPENINGS = table(*map(_happening, EVENTS))
WAITS_FOR_THE_SOURCE = next(line.change("ends in") for line in lifecycle.JOBS if line["job"] == "end on premises")
"""The end that an ordinary disable reaches only while the source answers; without it the job fails (P)."""


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
    missing = (
        fact for fact in _row_of(regions, verb, profile).task.only_if if fact.where and not fact.where.holds(facts)
    )
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
    return _row_of(regions, verb, profile)


def _row_of(regions: Regions, verb: AdminVerb, profile: Profile) -> AdminRow:
    return next(row for row in matching(ADMINISTRATION, regions, profile) if row.verb == verb)


def _state_refuses(regions: Regions) -> ErrorCode:
    if lifecycle.is_transitional(regions) or regions.resync in {Resync.QUEUED, Resync.RUNNING}:
        return ErrorCode.OPERATION_CONFLICT
    if regions.test_failover in {TestFailover.COMPLETED, TestFailover.FAILED}:
        return ErrorCode.TEST_FAILOVER_CLEANUP_PENDING
    return ErrorCode.OPERATION_NOT_ALLOWED
