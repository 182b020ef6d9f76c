"""VMware and physical machines with the modernized appliance: the seed's own table, row by row."""

from siteproof.model.language.columns import columns
from siteproof.model.nouns.provider import ReplicationProvider
from siteproof.model.spec.providers.provider import PlanRules, PolicyRanges, ProviderData

CHOICES = columns(
    """
    tag | what                                                                        | source
    A   | reprotect is offered before the commit, and was accepted there              | a recorded session
    A   | the way back has a policy of its own without history; its crash-consistent  | recorded policies
        | interval was set to 5 and to 10 min                                         |
    A   | a retention that is no whole number of days is accepted                     | recorded policies
    D   | on the way back only manual actions of a plan run, no script and no runbook | documentation of recovery plans
    """
)

VMWARE_MODERNIZED = ProviderData(
    name=ReplicationProvider.VMWARE_MODERNIZED,
    title="VMware and physical machines, modernized appliance",
    types=("InMageRcm",),
    back=("InMageRcmFailback",),
    choices=CHOICES,
    commit_first=False,
    policy=PolicyRanges(back_crash_seconds=(300, 600)),
    plan=PlanRules(automation_on_the_way_back=False, planned_back=True),
)
