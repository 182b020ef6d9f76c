"""VMware and physical machines with the classic configuration server: commit first, and back by an unplanned failover."""

from siteproof.model.language.columns import columns
from siteproof.model.nouns.policy import DAY_MINUTES
from siteproof.model.nouns.provider import ReplicationProvider
from siteproof.model.spec.providers.provider import PlanRules, PolicyRanges, ProviderData

# The way back ends like the seed's failback; what starts it is an ordinary failover.
ROWS = columns(
    """
    rule   | tag | verb      | direction | active  | protection | drill | resync           | job
    VC-1.1 | D   | fail_over | reverse   | primary | protected  | -     | none             | fail back
    VC-1.2 | P   | fail_over | reverse   | primary | protected  | -     | required, failed | fail back
    """
)

CHOICES = columns(
    """
    tag | what                                                                            | source
    A   | a protected machine has the seed's list                                         | recorded pairs
    D   | the way back is an unplanned failover; there is no planned one and no cancel    | documentation of the failback
    D   | a failover is committed before the machine is reprotected                       | documentation of the reprotect
    D   | points are kept for up to 72 h                                                  | comparison of both appliances
    D   | on the way back only manual actions of a plan run                               | documentation of recovery plans
    P   | a failover on the way back that fails leaves the machine protected, as it was   | the sources are silent
    """
)

VMWARE_CLASSIC = ProviderData(
    name=ReplicationProvider.VMWARE_CLASSIC,
    title="VMware and physical machines, classic configuration server",
    types=("InMageAzureV2", "InMage"),
    choices=CHOICES,
    lacks=("LC-8.2", "LC-10.1", "LC-10.2", "LC-11.1", "LC-11.2"),
    rows=ROWS,
    policy=PolicyRanges(retention_minutes_max=3 * DAY_MINUTES),
    plan=PlanRules(automation_on_the_way_back=False),
)
