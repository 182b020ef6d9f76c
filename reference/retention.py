"""Which recovery points stay and why (domain §2; seed: Recovery point retention): a pure function with reasons.

Ages are counted on the vault's steady clock, never on the source's wall clock, so a clock jump prunes nothing.
Buckets stand in absolute time and keep their oldest point, so a kept point stays kept until its tier changes.
"""

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet

from attrs import frozen

from siteproof.model.nouns.policy import DAY_MINUTES, HOUR_MINUTES, MINUTE_MS
from siteproof.model.nouns.vocabulary import Consistency
from siteproof.reference.points import StoredPoint

FINE_MINUTES = 2 * HOUR_MINUTES

# (retention up to so many days, ((from age in minutes, bucket width in minutes), ...)): the first row that reaches it.
TIERS: tuple[tuple[int, tuple[tuple[int, int], ...]], ...] = (
    (1, ((FINE_MINUTES, HOUR_MINUTES),)),
    (7, ((FINE_MINUTES, 2 * HOUR_MINUTES),)),
    (15, ((FINE_MINUTES, 2 * HOUR_MINUTES), (7 * DAY_MINUTES, 4 * HOUR_MINUTES))),
)


@frozen
class RetentionDecision:
    """One point with the reason for which it is kept or pruned."""

    point: StoredPoint
    kept: bool
    reason: str


def absolute_bucket(point: StoredPoint, now_ms: int, width_minutes: int) -> int:
    """Which bucket of that width the point falls into: it never changes as time passes."""
    del now_ms
    return point.born_ms // (width_minutes * MINUTE_MS)


def better(held: StoredPoint, other: StoredPoint) -> StoredPoint:
    """Of two points in stream order the older one represents a bucket, but an app-consistent one wins, then a group's.

    A group's points wear out alike at all members, whatever points of their own they have between them.
    """
    return max((held, other), key=_rank)


def _rank(point: StoredPoint) -> tuple[bool, bool]:
    return point.consistency is Consistency.APP, bool(point.group)


@frozen
class Thinning:
    """How coarse ages are thinned: which bucket a point falls into, and which point represents it."""

    bucket: Callable[[StoredPoint, int, int], int] = absolute_bucket
    better: Callable[[StoredPoint, StoredPoint], StoredPoint] = better


PUBLISHED = Thinning()


def thin(
    points: Sequence[StoredPoint],
    now_ms: int,
    retention_minutes: int,
    pinned: AbstractSet[str] = frozenset(),
    thinning: Thinning = PUBLISHED,
) -> tuple[RetentionDecision, ...]:
    """Judge every point, in stream order. Called only after a new point: no new point, no pruning.

    The newest one stays under every retention: it is what `latest` stands on. `Machine.listed` knows of retention 0.
    """
    ordered = sorted(points, key=lambda point: point.sequence)
    kept = _representatives(ordered, now_ms, retention_minutes, thinning)
    newest = ordered[-1].name if ordered else ""
    return tuple(_judge(point, kept.get(point.name, ""), newest, pinned) for point in ordered)


def _judge(point: StoredPoint, reason: str, newest: str, pinned: AbstractSet[str]) -> RetentionDecision:
    if point.name == newest:
        return RetentionDecision(point, True, "newest")
    if point.name in pinned:
        return RetentionDecision(point, True, "in use")
    return RetentionDecision(point, bool(reason), reason or "outside the retention or thinned")


def _representatives(
    points: Iterable[StoredPoint], now_ms: int, retention_minutes: int, thinning: Thinning
) -> dict[str, str]:
    """The names which the tiers keep, with reasons; `points` are in stream order, oldest first."""
    fine: dict[str, str] = {}
    buckets: dict[tuple[int, int], StoredPoint] = {}
    tiers = _tiers(retention_minutes)
    for point in points:
        age_minutes = (now_ms - point.born_ms) / MINUTE_MS
        if age_minutes >= retention_minutes:
            continue
        width = next((width for start, width in reversed(tiers) if age_minutes >= start), 0)
        if width == 0:
            fine[point.name] = "younger than two hours"
            continue
        bucket = (width, thinning.bucket(point, now_ms, width))
        buckets[bucket] = thinning.better(buckets[bucket], point) if bucket in buckets else point
    return fine | {point.name: f"represents its {width} minutes" for (width, _), point in buckets.items()}


def _tiers(retention_minutes: int) -> tuple[tuple[int, int], ...]:
    """The bucket widths of that retention by the age from which they hold."""
    return next(rows for days, rows in TIERS if retention_minutes <= days * DAY_MINUTES)
