"""What a provider is: the rules of the seed's table that it lacks, rows of its own, ranges of policies, rules of plans.

Rule: data only. Rows are read by the lifecycle's own reader, ranges and plan rules by advice and audit; a choice of ours
where the sources are silent is said in `choices`, never hidden in a row.
"""

from attrs import field, frozen

from siteproof.model.language.columns import ColumnRow
from siteproof.model.nouns.policy import APP_CONSISTENT_HOURS_MAX, DAY_MINUTES, RETENTION_DAYS_MAX
from siteproof.model.nouns.provider import ReplicationProvider


@frozen
class PolicyRanges:
    """What a policy may say: the retention is a multiple of its step, the crash-consistent interval one of several.

    `back_crash_seconds` belongs to the policy of the way back; none: there is no such policy. `exported_in` is the unit
    in which exports give retention and app-consistent interval.
    """

    retention_minutes_max: int = RETENTION_DAYS_MAX * DAY_MINUTES
    retention_step_minutes: int = 1
    app_hours_max: int = APP_CONSISTENT_HOURS_MAX
    crash_seconds: tuple[int, ...] = (300,)
    back_crash_seconds: tuple[int, ...] = ()
    exported_in: str = "minutes"


@frozen
class PlanRules:
    """How the provider runs a plan.

    Whether scripts and runbooks run on the way back, whether a machine starts although one that it needs did not, and
    which failovers it has beside unplanned and test forward.
    """

    automation_on_the_way_back: bool = True
    dependents_start_anyway: bool = True
    planned_forward: bool = False
    planned_back: bool = False
    drills_both_ways: bool = False


@frozen(eq=False)
class ProviderData:
    """One provider. `types` are its instance types in exports, `back` those of the way back.

    With `instead` its rows replace the seed's; otherwise they stand beside those that `lacks` does not name. With
    `symmetric` an export does not show the direction. `choices`: tag, sentence and source of each difference.
    """

    name: ReplicationProvider
    title: str
    types: tuple[str, ...]
    choices: tuple[ColumnRow, ...]
    back: tuple[str, ...] = ()
    symmetric: bool = False
    commit_first: bool = True
    lacks: tuple[str, ...] = ()
    jobs: tuple[ColumnRow, ...] = ()
    rows: tuple[ColumnRow, ...] = ()
    instead: bool = False
    policy: PolicyRanges = field(factory=PolicyRanges)
    plan: PlanRules = field(factory=PlanRules)
