"""What a retention rule says: how long, how many, and which point of a bucket (domain §2, published thinning rule).

The published tiers are data of the documentation (D); everything that it leaves open (P) is a field with a default.
"""

from enum import StrEnum

from attrs import frozen

from siteproof.model.nouns.policy import DAY_MINUTES, HOUR_MINUTES
from siteproof.model.nouns.profile import CORE, Profile

FINE_MINUTES = 2 * HOUR_MINUTES  # everything younger is kept
WEEK_MINUTES = 7 * DAY_MINUTES


@frozen
class Tier:
    """From this age on (minutes, inclusive) one point per bucket is kept; a bucket of 0 minutes keeps every point."""

    start_minutes: int
    bucket_minutes: int


class Representative(StrEnum):
    """Which point stands for its bucket; an application-consistent one (then one of a group) wins either way."""

    OLDEST = "oldest"
    NEWEST = "newest"  # a trap: together with buckets of age it collapses all history (bug class B34)


class Alignment(StrEnum):
    """Where buckets lie."""

    ABSOLUTE = "absolute"  # in time: a point's bucket never changes
    AGE = "age"  # in age: a trap, see Representative.NEWEST


EVERYTHING = (Tier(0, 0),)


@frozen
class RetentionRule:
    """A retention in minutes, its tiers by rising age, and the choices that the sources leave open."""

    retention_minutes: int
    tiers: tuple[Tier, ...] = EVERYTHING
    representative: Representative = Representative.OLDEST
    alignment: Alignment = Alignment.ABSOLUTE
    keeps_newest: bool = True
    offset_minutes: int = 0

    def tier_of(self, age_minutes: float) -> Tier:
        """The tier that governs a point of this age."""
        return [tier for tier in self.tiers if tier.start_minutes <= max(age_minutes, 0)][-1]

    @property
    def buckets(self) -> tuple[Tier, ...]:
        """The tiers that thin and that begin before the retention ends."""
        return tuple(tier for tier in self.tiers if tier.bucket_minutes and tier.start_minutes < self.retention_minutes)


def plain_rule(retention_minutes: int) -> RetentionRule:
    """Plain age: every point is kept until it reaches the retention."""
    return RetentionRule(retention_minutes)


def published_rule(retention_minutes: int, profile: Profile = CORE) -> RetentionRule:
    """The published table; a retention between two rows follows the longer row (P, SP-RET-22).

    The profile settles what the table leaves open: where a bucket begins, how many points it keeps, and which.
    """
    return RetentionRule(
        retention_minutes,
        tuple(
            Tier(tier.start_minutes, tier.bucket_minutes // profile.bucket_divisor)
            for tier in published_tiers(retention_minutes)
        ),
        Representative(profile.bucket_keeps.value),
        offset_minutes=profile.bucket_offset_minutes,
    )


def published_tiers(retention_minutes: int) -> tuple[Tier, ...]:
    """Everything for 2 h; then hourly for 1 day, two-hourly for 2 to 7 days, four-hourly after day 7 for 8 to 15."""
    if retention_minutes <= DAY_MINUTES:
        return (Tier(0, 0), Tier(FINE_MINUTES, HOUR_MINUTES))
    two_hourly = (Tier(0, 0), Tier(FINE_MINUTES, 2 * HOUR_MINUTES))
    if retention_minutes <= WEEK_MINUTES:
        return two_hourly
    return (*two_hourly, Tier(WEEK_MINUTES, 4 * HOUR_MINUTES))
