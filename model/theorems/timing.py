"""When a recovery point is usable (domain §2, Convention).

A point taken at s is usable for s + D <= t < s + R. The window is half-open, so at equal instants publication precedes
pruning. Every theorem, calendar and verdict of this folder speaks of these four numbers.
"""

from attrs import frozen

from siteproof.model.nouns.policy import ReplicationPolicy
from siteproof.model.nouns.profile import CORE, Profile


@frozen
class Timing:
    """R, F, D in whole minutes and m, the application-consistent points that may fail in a row."""

    retention_minutes: int
    interval_minutes: int
    latency_minutes: int
    misses: int

    @property
    def cycle_minutes(self) -> int:
        """(m+1)·F + D: the longest time from a point to the instant its successor is usable."""
        return (self.misses + 1) * self.interval_minutes + self.latency_minutes


def timing_of(policy: ReplicationPolicy, profile: Profile = CORE) -> Timing:
    """The policy's R and F with the profile's D and m."""
    return Timing(
        policy.retention_minutes,
        policy.app_consistent_minutes,
        profile.point_latency_minutes,
        profile.tolerated_misses,
    )


def usable(taken_minutes: int, now_minutes: int, timing: Timing) -> bool:
    """Whether a point that is kept to its full age can be used now."""
    age = now_minutes - taken_minutes
    return timing.latency_minutes <= age < timing.retention_minutes


def plainly_safe(timing: Timing) -> bool:
    """(m+1)·F + D <= R: the exact condition under plain-age retention (theorems POL-T1 and POL-T2)."""
    return timing.cycle_minutes <= timing.retention_minutes
