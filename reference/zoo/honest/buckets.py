"""Honest variants of thinning: the table is kept, but where a bucket begins and which point it keeps differs.

Rule: see the folder's `__init__`; the sources leave both open, so the subject says them in its profile.
"""

from attrs import evolve

from siteproof.model.nouns.policy import HOUR_MINUTES, MINUTE_MS
from siteproof.model.nouns.profile import CORE, BucketKeeps
from siteproof.model.nouns.vocabulary import Consistency
from siteproof.reference.points import StoredPoint
from siteproof.reference.replicator import Replicator
from siteproof.reference.retention import Thinning, absolute_bucket, better
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import variant

HALF_MINUTES = HOUR_MINUTES // 2
NEWEST = evolve(CORE, bucket_keeps=BucketKeeps.NEWEST)
HALF_PAST = evolve(CORE, bucket_offset_minutes=HALF_MINUTES)
NARROW = evolve(CORE, bucket_divisor=2)


def newest_but_app(held: StoredPoint, other: StoredPoint) -> StoredPoint:
    """The younger one represents a bucket, but an app-consistent one is never replaced by another kind."""
    keeps = held.consistency is Consistency.APP and other.consistency is not Consistency.APP
    return held if keeps else other


def from_half_past(point: StoredPoint, now_ms: int, width_minutes: int) -> int:
    """A bucket that begins half an hour after an absolute one."""
    del now_ms
    return (point.born_ms - HALF_MINUTES * MINUTE_MS) // (width_minutes * MINUTE_MS)


def half_as_wide(point: StoredPoint, now_ms: int, width_minutes: int) -> int:
    """Two buckets where there could be one."""
    return absolute_bucket(point, now_ms, width_minutes // 2)


class NewestReplicator(Replicator):
    """Keeps the newest of a bucket."""

    thinning = Thinning(absolute_bucket, newest_but_app)


class HalfPastReplicator(Replicator):
    """Begins buckets at half past."""

    thinning = Thinning(from_half_past, better)


class NarrowReplicator(Replicator):
    """Keeps more."""

    thinning = Thinning(half_as_wide, better)


def newest(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Other representatives."""
    return variant("newest of a bucket", directory, durable, replicator=NewestReplicator, profile=NEWEST)


def half_past(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Other beginnings."""
    return variant("half past", directory, durable, replicator=HalfPastReplicator, profile=HALF_PAST)


def narrow(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Other widths."""
    return variant("narrow buckets", directory, durable, replicator=NarrowReplicator, profile=NARROW)
