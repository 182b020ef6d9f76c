"""Machines of the cloud, from one region to another: symmetric, the second leg has the first one's list."""

from siteproof.model.language.columns import columns
from siteproof.model.nouns.provider import ReplicationProvider
from siteproof.model.spec.providers.provider import PlanRules, ProviderData

# Where the direction is `-`, both legs have the row. Which leg it is only says where a reprotect and a disable lead.
ROWS = columns(
    """
    rule   | tag | verb                  | direction | active   | protection                  | drill     | resync            | job
    AZ-1.1 | A   | enable                | forward   | primary  | unprotected                 | -         | -                 | enable

    AZ-2.1 | A   | disable               | forward   | primary  | initial_replication         | -         | -                 | end on premises
    AZ-2.2 | P   | disable               | forward   | primary  | enabling_failed,            | -         | -                 | end on premises
           |     |                       |           |          | initial_replication_failed, |           |                   |
           |     |                       |           |          | failover_failed,            |           |                   |
           |     |                       |           |          | disabling_failed            |           |                   |
    AZ-2.3 | A   | disable               | forward   | primary  | protected                   | none      | -                 | end on premises
    AZ-2.4 | A   | disable               | reverse   | primary  | initial_replication         | -         | -                 | end in the cloud
    AZ-2.5 | P   | disable               | reverse   | primary  | initial_replication_failed, | -         | -                 | end in the cloud
           |     |                       |           |          | failover_failed,            |           |                   |
           |     |                       |           |          | disabling_failed            |           |                   |
    AZ-2.6 | A   | disable               | reverse   | primary  | protected                   | none      | -                 | end in the cloud
    AZ-2.7 | P   | disable               | forward   | recovery | failed_over, commit_failed, | -         | -                 | end in the cloud
           |     |                       |           |          | committed,                  |           |                   |
           |     |                       |           |          | reprotect_failed,           |           |                   |
           |     |                       |           |          | disabling_failed            |           |                   |
    AZ-2.8 | P   | disable               | reverse   | recovery | failed_over, commit_failed, | -         | -                 | end on premises
           |     |                       |           |          | committed,                  |           |                   |
           |     |                       |           |          | reprotect_failed,           |           |                   |
           |     |                       |           |          | disabling_failed            |           |                   |

    AZ-3.1 | A   | test_failover         | -         | primary  | protected                   | none      | none, required    | drill
    AZ-3.2 | P   | test_failover         | -         | primary  | protected                   | none      | queued, running,  | drill
           |     |                       |           |          |                             |           | failed            |

    AZ-4.1 | D   | clean_up_test         | -         | primary  | protected                   | completed | -                 | clean up
    AZ-4.2 | P   | clean_up_test         | -         | primary  | protected                   | failed    | -                 | clean up

    AZ-5.1 | A   | fail_over             | -         | primary  | protected                   | none      | none, required    | fail over
    AZ-5.2 | P   | fail_over             | -         | primary  | protected                   | none      | queued, running,  | fail over
           |     |                       |           |          |                             |           | failed            |
    AZ-5.3 | P   | fail_over             | -         | primary  | failover_failed             | -         | -                 | fail over

    AZ-6.1 | D   | change_recovery_point | -         | recovery | failed_over                 | -         | -                 | change point

    AZ-7.1 | D   | commit                | -         | recovery | failed_over                 | -         | -                 | commit
    AZ-7.2 | P   | commit                | -         | recovery | commit_failed               | -         | -                 | commit

    AZ-9.1 | D   | reprotect             | forward   | recovery | committed                   | -         | -                 | turn to reverse
    AZ-9.2 | P   | reprotect             | forward   | recovery | reprotect_failed            | -         | -                 | turn to reverse
    AZ-9.3 | D   | reprotect             | reverse   | recovery | committed                   | -         | -                 | turn to forward
    AZ-9.4 | P   | reprotect             | reverse   | recovery | reprotect_failed            | -         | -                 | turn to forward
    AZ-9.5 | P   | reprotect             | reverse   | primary  | initial_replication_failed  | -         | -                 | copy again

    AZ-12.1 | A  | resynchronize         | -         | primary  | protected                   | none      | required          | resynchronize
    AZ-12.2 | P  | resynchronize         | -         | primary  | protected                   | none      | failed            | resynchronize
    """
)

CHOICES = columns(
    """
    tag | what                                                                                  | source
    A   | the second leg has the list of the first one: drills and unplanned failovers both ways | recorded pairs
    D   | a failover is committed before the machine is reprotected                             | documentation of the reprotect
    D   | there is no planned failover and nothing to cancel                                    | documentation of the failover
    P   | a migration ends with the disable after the commit, no command completes it           | the sources are silent
    A   | examples show RepairReplication without a mark; the mark is not shown in them         | published examples
    """
)

A2A = ProviderData(
    name=ReplicationProvider.A2A,
    title="machines in the cloud, from region to region",
    types=("A2A", "A2ACrossClusterMigration"),
    choices=CHOICES,
    symmetric=True,
    rows=ROWS,
    instead=True,
    plan=PlanRules(drills_both_ways=True),
)
