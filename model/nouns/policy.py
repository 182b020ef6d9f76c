"""The replication policy and the recovery point (seed: Replication policy, Snapshots; domain §2)."""

from attrs import frozen

from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.vocabulary import Consistency

MINUTE_MS = 60_000
HOUR_MINUTES = 60
DAY_MINUTES = 24 * HOUR_MINUTES

CRASH_CONSISTENT_MINUTES = 5  # not changeable in any profile that claims the seed
RETENTION_DAYS_MAX = 15
APP_CONSISTENT_HOURS_MAX = 12


@frozen
class ReplicationPolicy:
    """How long points are kept and how often applications are quiesced; all times in minutes.

    `app_consistent_minutes` 0 means off. `rpo_threshold_minutes` only raises an event, it never changes replication.
    """

    retention_minutes: int = DAY_MINUTES
    app_consistent_minutes: int = 0
    rpo_threshold_minutes: int = 15
    crash_consistent_minutes: int = CRASH_CONSISTENT_MINUTES


def check_policy(policy: ReplicationPolicy) -> ReplicationPolicy:
    """Return the policy unchanged, or raise Refused(PolicyInvalid) naming the offending setting and its range."""
    for wrong, detail in _policy_faults(policy):
        if wrong:
            raise Refused(ErrorCode.POLICY_INVALID, detail)
    return policy


def _policy_faults(policy: ReplicationPolicy) -> tuple[tuple[bool, str], ...]:
    app, retention = policy.app_consistent_minutes, policy.retention_minutes
    app_hours_ok = app % HOUR_MINUTES == 0 and 0 <= app <= APP_CONSISTENT_HOURS_MAX * HOUR_MINUTES
    return (
        (not 0 <= retention <= RETENTION_DAYS_MAX * DAY_MINUTES, f"retention is 0 to 15 days, not {retention} min"),
        (not app_hours_ok, f"the app-consistent interval is off or 1 to 12 h, not {app} min"),
        (
            app > 0 and app >= retention,
            f"the app-consistent interval ({app} min) must be less than the retention ({retention} min)",
        ),
        (
            policy.crash_consistent_minutes != CRASH_CONSISTENT_MINUTES,
            "the crash-consistent interval is 5 min and cannot be changed",
        ),
        (policy.rpo_threshold_minutes < 1, f"the RPO threshold is at least 1 min, not {policy.rpo_threshold_minutes}"),
    )


@frozen
class RecoveryPoint:
    """One restorable state of all disks of a machine.

    `sequence` orders points in the replication stream (never the clock); `taken_at_ms` is the source's wall clock in
    milliseconds; `shared` names the replication group whose members share the point, or is empty: each of them lists
    its part under the same name.
    """

    name: str
    consistency: Consistency
    taken_at_ms: int
    sequence: int
    shared: str = ""
    pinned: bool = False
