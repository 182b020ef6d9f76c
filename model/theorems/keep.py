"""Which recovery points retention keeps at an instant, and why (domain §2; seed: Snapshots and recovery points).

Pure: points, instant and rule in, one reasoned choice per point out. "Newest" and "oldest" are by sequence, never by
clock. It is the caller who applies it only after a new point has arrived ("no new point, no pruning"). A retention of 0
lists nothing but what is in use: the state on which `latest` stands is no recovery point (SP-RET-7).
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from attrs import frozen

from siteproof.model.nouns.policy import MINUTE_MS, RecoveryPoint
from siteproof.model.nouns.vocabulary import Consistency
from siteproof.model.spec.retention_rule import Alignment, Representative, RetentionRule

Bucket = tuple[int, int]  # start of the tier, number of the bucket


class Reason(StrEnum):
    """Why a point stays or goes."""

    FINE = "every point of this age is kept"
    BUCKET = "stands for its bucket"
    NEWEST = "the newest point is never pruned"
    PINNED = "in use"
    EXPIRED = "reached the retention"
    THINNED = "its bucket has another point"
    NOTHING_STORED = "retention 0 stores no point"


@frozen
class KeepDecision:
    """What happens to one point; `favours` names the point that stands for the bucket of a thinned one."""

    point: RecoveryPoint
    kept: bool
    reason: Reason
    favours: str = ""


def choose(points: Sequence[RecoveryPoint], now_ms: int, rule: RetentionRule) -> tuple[KeepDecision, ...]:
    """One choice per point, in the order given. Idempotent: applied to what it keeps it drops nothing (POL-T17)."""
    newest = max((point.sequence for point in points), default=None)
    standing = _representatives(points, now_ms, rule)
    return tuple(_choice(point, point.sequence == newest, now_ms, rule, standing) for point in points)


def kept(points: Sequence[RecoveryPoint], now_ms: int, rule: RetentionRule) -> tuple[RecoveryPoint, ...]:
    """The points that stay, in the order given."""
    return tuple(choice.point for choice in choose(points, now_ms, rule) if choice.kept)


def bucket_of(point: RecoveryPoint, now_ms: int, rule: RetentionRule) -> Bucket | None:
    """The bucket whose single place the point competes for now; None in a tier that keeps everything."""
    age_ms = now_ms - point.taken_at_ms
    tier = rule.tier_of(age_ms / MINUTE_MS)
    if not tier.bucket_minutes:
        return None
    position_ms = point.taken_at_ms if rule.alignment is Alignment.ABSOLUTE else age_ms
    position_ms -= rule.offset_minutes * MINUTE_MS
    return tier.start_minutes, position_ms // (tier.bucket_minutes * MINUTE_MS)


def _expired(point: RecoveryPoint, now_ms: int, rule: RetentionRule) -> bool:
    return now_ms - point.taken_at_ms >= rule.retention_minutes * MINUTE_MS


def _rank(point: RecoveryPoint, representative: Representative) -> tuple[bool, bool, int]:
    order = point.sequence if representative is Representative.OLDEST else -point.sequence
    return point.consistency is not Consistency.APP, not point.shared, order


def _representatives(points: Iterable[RecoveryPoint], now_ms: int, rule: RetentionRule) -> dict[Bucket, RecoveryPoint]:
    best: dict[Bucket, RecoveryPoint] = {}
    for point in points:
        bucket = bucket_of(point, now_ms, rule)
        if bucket is None or _expired(point, now_ms, rule):
            continue
        best[bucket] = min(best.get(bucket, point), point, key=lambda each: _rank(each, rule.representative))
    return best


def _choice(
    point: RecoveryPoint, is_newest: bool, now_ms: int, rule: RetentionRule, standing: dict[Bucket, RecoveryPoint]
) -> KeepDecision:
    if point.pinned:
        return KeepDecision(point, True, Reason.PINNED)
    if not rule.retention_minutes:
        return KeepDecision(point, False, Reason.NOTHING_STORED)
    if is_newest and rule.keeps_newest:
        return KeepDecision(point, True, Reason.NEWEST)
    if _expired(point, now_ms, rule):
        return KeepDecision(point, False, Reason.EXPIRED)
    return _in_bucket(point, bucket_of(point, now_ms, rule), standing)


def _in_bucket(point: RecoveryPoint, bucket: Bucket | None, standing: dict[Bucket, RecoveryPoint]) -> KeepDecision:
    if bucket is None:
        return KeepDecision(point, True, Reason.FINE)
    if standing[bucket] is point:
        return KeepDecision(point, True, Reason.BUCKET)
    return KeepDecision(point, False, Reason.THINNED, standing[bucket].name)
