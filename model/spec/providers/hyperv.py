"""Hyper-V machines: a planned failover forward, commit first, and a failback where others reprotect."""

from siteproof.model.language.columns import columns
from siteproof.model.nouns.policy import DAY_MINUTES, HOUR_MINUTES
from siteproof.model.nouns.provider import ReplicationProvider
from siteproof.model.spec.providers.provider import PlanRules, PolicyRanges, ProviderData

# A planned failover is fail_back in our words, whichever way it goes; what differs is where it is allowed.
JOBS = columns(
    """
    job               | phases                                  | ends in                          | a failure leaves | only if
    planned fail over | failover_initiated, failover_completing | failed_over recovery resync:none | protected        | point_is_usable
    bring home        | failover_initiated, failover_completing | failed_over reverse              | committed        | -
    """
)

ROWS = columns(
    """
    rule   | tag | verb      | direction | active   | protection | drill | resync           | job
    HV-1.1 | A   | fail_back | forward   | primary  | protected  | none  | none             | planned fail over
    HV-1.2 | P   | fail_back | forward   | primary  | protected  | none  | required, failed | planned fail over

    HV-2.1 | A   | fail_back | forward   | recovery | committed  | -     | -                | bring home
    """
)

CHOICES = columns(
    """
    tag | what                                                                                    | source
    A   | a protected machine has a planned failover beside the seed's list                       | recorded pairs
    A   | a failover is committed first; the list then has Failback where others have a reprotect | recorded pairs
    A   | while a job runs the list is empty, also of a machine that is shown as protected        | recorded pairs
    D   | points are kept for up to 24 h, in whole hours                                          | documentation of Hyper-V policies
    A   | replication runs every 30 s, 5 min or 15 min                                            | API
    P   | replication forward begins again with a reprotect after the commit of the failback      | a report of users
    P   | a planned failover that fails leaves the machine protected; a failback leaves it        | the sources are silent
        | committed                                                                               |
    P   | a failback can be neither cancelled nor completed as a migration                        | the sources are silent
    """
)

HYPERV = ProviderData(
    name=ReplicationProvider.HYPERV,
    title="Hyper-V machines",
    types=("HyperVReplicaAzure",),
    back=("HyperVReplicaAzureFailback",),
    choices=CHOICES,
    lacks=(
        *("LC-2.7", "LC-2.8", "LC-2.9", "LC-2.10"),
        *("LC-8.2", "LC-9.1", "LC-9.2", "LC-9.3", "LC-9.4", "LC-9.7"),
        *("LC-10.1", "LC-10.2", "LC-11.1", "LC-11.2", "LC-12.3"),
    ),
    jobs=JOBS,
    rows=ROWS,
    policy=PolicyRanges(
        retention_minutes_max=DAY_MINUTES,
        retention_step_minutes=HOUR_MINUTES,
        crash_seconds=(30, 300, 900),
        exported_in="hours",
    ),
    plan=PlanRules(planned_forward=True, planned_back=True),
)
