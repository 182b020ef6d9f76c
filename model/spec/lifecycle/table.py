"""Lifecycle: which command is allowed where, and where it leads (seed: Failover and failback process; domain §1).

Read a row like a sentence: this rule, known this well, lets this command in while the machine stands there, and then
this job runs. A (state, command) pair that no row lists is refused, and nothing has changed. `protection`, `direction`,
`active` and the drill move nowhere else. The resync region has chapters of its own, which say why and when: here is
only that it moves (replication, resync_protocol, bitmap, resize, appliance; administration marks a machine it moves).
What a command does to data stands in data_plane/ under the same rule id.
"""

import functools
from collections.abc import Mapping

from siteproof.model.language.columns import ColumnRow, columns
from siteproof.model.language.table import Fact, Happening, Job, Row, Unless, always_offered, matching, moved, table
from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.evidence import Evidence
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.profile import Profile
from siteproof.model.nouns.provider import ReplicationProvider
from siteproof.model.nouns.vocabulary import Direction, Place, Site, TestFailover, Verb
from siteproof.model.spec.providers.catalogue import PROVIDERS
from siteproof.model.spec.providers.provider import ProviderData

STATES_KEPT_MAX = 1 << 14  # answers remembered; all (state, profile) pairs of a campaign fit
REGIONS = ("direction", "active", "protection", "drill", "resync")

# What a command needs beside the regions; without it the command is refused with the error.
FACTS = {
    fact.name: fact
    for fact in (
        Fact(
            "identity_is_unique",
            "no other protected machine reports this identity",
            ErrorCode.DUPLICATE_MACHINE_IDENTITY,
        ),
        Fact("policy_is_valid", "the policy is within its ranges", ErrorCode.POLICY_INVALID),
        Fact(
            "point_is_usable",
            "a point of the selected kind is there to be restored",
            ErrorCode.RECOVERY_POINT_UNAVAILABLE,
        ),
    )
}

# Jobs: the phases that a machine shows, where it ends, and where it is left when the job fails. What `disable` leaves
# behind depends on which machine runs.
JOBS = columns(
    """
    job              | phases                                  | ends in                                             | a failure leaves           | only if
    enable           | enabling, initial_replication           | protected                                           | enabling_failed            | identity_is_unique,
                     |                                         |                                                     |                            | policy_is_valid
    end on premises  | disabling                               | unprotected forward primary drill:none resync:none  | disabling_failed           | -
    end in the cloud | disabling                               | unprotected forward recovery drill:none resync:none | disabling_failed           | -
    drill            | drill:initiated, drill:completing       | drill:completed                                     | drill:failed               | point_is_usable
    clean up         | drill:cleanup_initiated                 | drill:none                                          | drill:completed            | -
    fail over        | failover_initiated, failover_completing | failed_over recovery resync:none                    | failover_failed            | point_is_usable
    change point     | changing_recovery_point                 | failed_over                                         | failed_over                | point_is_usable
    commit           | committing                              | committed                                           | commit_failed              | -
    migrate          | -                                       | migrated                                            | -                          | -
    turn to reverse  | reprotecting,                           | protected                                           | reprotect_failed           | -
                     | initial_replication reverse primary     |                                                     |                            |
    turn to forward  | reprotecting,                           | protected                                           | reprotect_failed           | -
                     | initial_replication forward primary     |                                                     |                            |
    copy again       | initial_replication                     | protected                                           | initial_replication_failed | -
    fail back        | failover_initiated, failover_completing | failed_over recovery resync:none                    | protected                  | -
    cancel           | cancelling                              | protected primary                                   | cancel_failed              | -
    resynchronize    | resync:queued, resync:running           | resync:none                                         | resync:failed              | -
    """
)

# Rows: where a command is allowed; `-` fits wherever it stands. The tag says how well it is known that it is allowed
# there: S the seed, D the service's documentation, A its API, O other systems, P chosen here. A failed reprotect is
# retryable (domain §1, 9): the reverse copy is its second half, so that LC-9.7 runs it again.
ROWS = columns(
    """
    rule    | tag | verb                  | direction | active   | protection                  | drill     | resync            | job
    LC-1.1  | S   | enable                | forward   | primary  | unprotected                 | -         | -                 | enable

    LC-2.1  | A   | disable               | forward   | primary  | enabling_failed             | -         | -                 | end on premises
    LC-2.2  | P   | disable               | forward   | primary  | initial_replication,        | -         | -                 | end on premises
            |     |                       |           |          | initial_replication_failed, |           |                   |
            |     |                       |           |          | failover_failed,            |           |                   |
            |     |                       |           |          | disabling_failed            |           |                   |
    LC-2.3  | A   | disable               | forward   | primary  | protected                   | none      | none, required    | end on premises
    LC-2.4  | P   | disable               | forward   | primary  | protected                   | none      | queued, running,  | end on premises
            |     |                       |           |          |                             |           | failed            |
    LC-2.5  | A   | disable               | forward   | recovery | failed_over, committed      | -         | -                 | end in the cloud
    LC-2.6  | P   | disable               | forward   | recovery | commit_failed,              | -         | -                 | end in the cloud
            |     |                       |           |          | reprotect_failed,           |           |                   |
            |     |                       |           |          | disabling_failed            |           |                   |
    LC-2.7  | A   | disable               | reverse   | primary  | initial_replication         | -         | -                 | end in the cloud
    LC-2.8  | A   | disable               | reverse   | primary  | protected                   | -         | none              | end in the cloud
    LC-2.9  | P   | disable               | reverse   | primary  | protected                   | -         | required, queued, | end in the cloud
            |     |                       |           |          |                             |           | running, failed   |
    LC-2.10 | P   | disable               | reverse   | primary  | initial_replication_failed, | -         | -                 | end in the cloud
            |     |                       |           |          | disabling_failed            |           |                   |
    LC-2.11 | A   | disable               | reverse   | recovery | failed_over                 | -         | -                 | end on premises
    LC-2.12 | P   | disable               | reverse   | recovery | commit_failed, committed,   | -         | -                 | end on premises
            |     |                       |           |          | cancel_failed,              |           |                   |
            |     |                       |           |          | reprotect_failed,           |           |                   |
            |     |                       |           |          | disabling_failed            |           |                   |

    LC-3.1  | A   | test_failover         | forward   | primary  | protected                   | none      | none, required    | drill
    LC-3.2  | P   | test_failover         | forward   | primary  | protected                   | none      | queued, running,  | drill
            |     |                       |           |          |                             |           | failed            |

    LC-4.1  | A   | clean_up_test         | forward   | primary  | protected                   | completed | -                 | clean up
    LC-4.2  | P   | clean_up_test         | forward   | primary  | protected                   | failed    | -                 | clean up

    LC-5.1  | A   | fail_over             | forward   | primary  | protected                   | none      | none, required    | fail over
    LC-5.2  | P   | fail_over             | forward   | primary  | protected                   | none      | queued, running,  | fail over
            |     |                       |           |          |                             |           | failed            |
    LC-5.3  | P   | fail_over             | forward   | primary  | failover_failed             | -         | -                 | fail over

    LC-6.1  | A   | change_recovery_point | forward   | recovery | failed_over                 | -         | -                 | change point

    LC-7.1  | A   | commit                | -         | recovery | failed_over                 | -         | -                 | commit
    LC-7.2  | P   | commit                | -         | recovery | commit_failed               | -         | -                 | commit

    LC-8.1  | A   | complete_migration    | forward   | recovery | failed_over, committed      | -         | -                 | migrate
    LC-8.2  | A   | complete_migration    | reverse   | recovery | failed_over                 | -         | -                 | migrate

    LC-9.1  | A   | reprotect             | forward   | recovery | failed_over                 | -         | -                 | turn to reverse
            |     |                       |           |          |                             |           |                   | unless reprotect_requires_commit
    LC-9.2  | S   | reprotect             | forward   | recovery | committed                   | -         | -                 | turn to reverse
    LC-9.3  | P   | reprotect             | forward   | recovery | reprotect_failed            | -         | -                 | turn to reverse
    LC-9.4  | A   | reprotect             | reverse   | recovery | failed_over                 | -         | -                 | turn to forward
            |     |                       |           |          |                             |           |                   | unless reprotect_requires_commit
    LC-9.5  | S   | reprotect             | reverse   | recovery | committed                   | -         | -                 | turn to forward
    LC-9.6  | P   | reprotect             | reverse   | recovery | reprotect_failed            | -         | -                 | turn to forward
    LC-9.7  | P   | reprotect             | reverse   | primary  | initial_replication_failed  | -         | -                 | copy again

    LC-10.1 | A   | fail_back             | reverse   | primary  | protected                   | -         | none              | fail back
    LC-10.2 | P   | fail_back             | reverse   | primary  | protected                   | -         | required, failed  | fail back

    LC-11.1 | A   | cancel                | reverse   | recovery | failed_over                 | -         | -                 | cancel
    LC-11.2 | P   | cancel                | reverse   | recovery | cancel_failed               | -         | -                 | cancel

    LC-12.1 | S   | resynchronize         | forward   | primary  | protected                   | none      | required          | resynchronize
    LC-12.2 | S   | resynchronize         | forward   | primary  | protected                   | none      | failed            | resynchronize
    LC-12.3 | P   | resynchronize         | reverse   | primary  | protected                   | -         | required, failed  | resynchronize
    """
)

# What no command asks for.
EVENTS = columns(
    """
    rule    | tag | what happens       | direction | active  | protection                     | drill | resync   | leads to
    LC-13.1 | D   | initial_copy_fails | -         | -       | initial_replication            | -     | -        | initial_replication_failed
    LC-13.2 | S   | sides_may_differ   | -         | primary | initial_replication, protected | -     | none     | resync:required
    LC-13.3 | S   | office_hours_end   | -         | primary | protected                      | -     | required | resync:queued
    """
)


def _job(line: ColumnRow) -> Job:
    needs = tuple(FACTS[name] for name in line.words("only if"))
    return Job(line.changes("phases"), line.change("ends in"), line.change("a failure leaves"), needs)


_JOBS = {line["job"]: _job(line) for line in JOBS}


def _row(line: ColumnRow, jobs: Mapping[str, Job] = _JOBS) -> Row:
    job, _, flag = line["job"].partition(" unless ")
    tag, verb, offered = Evidence(line["tag"]), Verb(line["verb"]), Unless(flag) if flag else always_offered
    return Row(line["rule"], tag, verb, line.where(*REGIONS), jobs[job], offered, line.source)


def _happening(line: ColumnRow) -> Happening:
    tag, name = Evidence(line["tag"]), line["what happens"]
    return Happening(line["rule"], tag, name, line.where(*REGIONS), line.change("leads to"), line.source)


LIFECYCLE = table(*map(_row, ROWS))
HAPPENINGS = table(*map(_happening, EVENTS))


def _table_of(provider: ProviderData) -> tuple[Row, ...]:
    """The seed's rows without those that the provider lacks, and its own."""
    jobs = {**_JOBS, **{line["job"]: _job(line) for line in provider.jobs}}
    kept = () if provider.instead else tuple(row for row in LIFECYCLE if row.rule not in provider.lacks)
    return table(*kept, *(_row(line, jobs) for line in provider.rows))


TABLES: Mapping[ReplicationProvider, tuple[Row, ...]] = {name: _table_of(each) for name, each in PROVIDERS.items()}
"""The rows of each provider; the seed's provider has LIFECYCLE, row by row."""


def rows_of(profile: Profile) -> tuple[Row, ...]:
    """The rows of the profile's provider, also those that the profile does not offer."""
    return TABLES[profile.provider]


@functools.lru_cache(maxsize=STATES_KEPT_MAX)
def allowed_operations(regions: Regions, profile: Profile) -> frozenset[Verb]:
    """The commands that succeed in this state; every other one is refused and changes nothing (domain §1)."""
    return frozenset(row.verb for row in matching(rows_of(profile), regions, profile))


def refusal(regions: Regions, verb: Verb, profile: Profile) -> ErrorCode | None:
    """The error with which the table refuses the command, or None when it lists it.

    Facts beside the regions (`Job.only_if`) are judged after this, and only when it is None.
    """
    if verb in allowed_operations(regions, profile):
        return None
    if is_transitional(regions):
        return ErrorCode.OPERATION_CONFLICT
    if regions.test_failover in {TestFailover.COMPLETED, TestFailover.FAILED}:
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
    return next(row for row in matching(rows_of(profile), regions, profile) if row.verb == verb)


def is_transitional(regions: Regions) -> bool:
    """Whether a job runs that lets no other command in: its phase is one that no row starts from."""
    return {regions.protection, regions.test_failover} & _BUSY != set()


_BUSY = {value for row in LIFECYCLE for change in row.job.through for value in change} - {
    value for row in LIFECYCLE for values in row.where.fits.values() for value in values
}


def running_place(regions: Regions) -> Place:
    """Which machine runs production: in the reverse direction the roles of the sites are swapped."""
    return (
        Place.PRIMARY
        if (regions.direction is Direction.FORWARD) == (regions.active is Site.PRIMARY)
        else Place.RECOVERY
    )
