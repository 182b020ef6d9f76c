"""When every point of a long history ends, computed at once with arrays instead of arrival by arrival.

The same rule as `keep.choose` for histories without great surprises (`too_wild` says which are not); tests hold both
against each other. Times are milliseconds; the clock that judges ages never runs backwards (`steady`).
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from siteproof.model.nouns.policy import MINUTE_MS
from siteproof.model.spec.retention_rule import Alignment, Representative, RetentionRule

Times = NDArray[np.int64]
Flags = NDArray[np.bool_]
FOREVER_MS = np.iinfo(np.int64).max


@frozen(eq=False)
class Arrivals:
    """Points in the order of the stream: source time, application-consistent or not, and the judging clock then."""

    taken_ms: Times
    app: Flags
    now_ms: Times


def steady(clock_ms: Times) -> Times:
    """A clock that jumps back stands still until it has caught up; so no age ever shrinks."""
    return np.maximum.accumulate(clock_ms)


def too_wild(arrivals: Arrivals, rule: RetentionRule) -> str:
    """Why the arrays cannot follow this history (then `choose` can), or nothing.

    A point has to arrive in the finest tier, and a whole bucket has to enter a tier before its first point leaves it.
    """
    if np.any(np.diff(arrivals.now_ms) < 0):
        return "the judging clock runs backwards"
    if np.any(np.diff(arrivals.taken_ms) < 0):
        return "the source's clock runs backwards"
    ages = arrivals.now_ms - arrivals.taken_ms
    silence = int(np.max(np.diff(arrivals.now_ms), initial=0)) + int(np.ptp(ages)) if len(ages) else 0
    first, *lengths = _lengths_ms(rule)
    if len(ages) and int(ages.max()) >= first:
        return "a point arrives older than the finest tier keeps"
    widths = [tier.bucket_minutes * MINUTE_MS for tier in rule.buckets]
    if any(silence + width > length for width, length in zip(widths, lengths, strict=True)):
        return "a silence is longer than a tier"
    return ""


def ends_of(arrivals: Arrivals, rule: RetentionRule) -> Times:
    """For each point the judging clock at its deletion, FOREVER_MS when the history ends before that."""
    return fates_of(arrivals, rule)[0]


def fates_of(arrivals: Arrivals, rule: RetentionRule) -> tuple[Times, Times]:
    """The ends, and for each thinned point the place of the one that its bucket keeps; -1 for all others."""
    assert rule.alignment is Alignment.ABSOLUTE
    assert rule.representative is Representative.OLDEST
    assert not (wild := too_wild(arrivals, rule)), wild
    ends, favours = np.full(len(arrivals.taken_ms), FOREVER_MS), np.full(len(arrivals.taken_ms), -1)
    standing = np.arange(len(ends))
    for tier in rule.buckets:
        entry = _reach(arrivals, standing, tier.start_minutes)
        leads, drops, rivals = _contest(arrivals, standing, entry, tier.bucket_minutes * MINUTE_MS)
        losers = standing[~leads]
        ends[losers], favours[losers] = drops[~leads], standing[rivals[~leads]]
        standing = standing[leads]
    ends[standing] = _reach(arrivals, standing, rule.retention_minutes)
    return ends, favours


def counts_of(arrivals: Arrivals, ends_ms: Times) -> Times:
    """How many points exist after each arrival."""
    gone = np.searchsorted(np.sort(ends_ms), arrivals.now_ms, side="right")
    return np.arange(1, len(ends_ms) + 1) - gone


def _lengths_ms(rule: RetentionRule) -> Iterator[int]:
    reached = [tier.start_minutes for tier in rule.tiers if tier.start_minutes < rule.retention_minutes]
    edges = [*reached, rule.retention_minutes]
    return ((b - a) * MINUTE_MS for a, b in pairwise(edges))


def _reach(arrivals: Arrivals, points: Times, age_minutes: int) -> Times:
    """The first arrival at which each point has this age; never its own, because no point arrives that old."""
    place = np.searchsorted(arrivals.now_ms, arrivals.taken_ms[points] + age_minutes * MINUTE_MS)
    return np.append(arrivals.now_ms, FOREVER_MS)[place]


def _contest(arrivals: Arrivals, points: Times, entry_ms: Times, width_ms: int) -> tuple[Flags, Times, Times]:
    """Which points lead their bucket, when each other one goes, and in favour of whom (places among the points).

    Points enter in order, so whoever has an older one of its kind goes when it enters; only the oldest
    crash-consistent point of a bucket has a place to lose, when the first application-consistent one enters.
    """
    bucket, app = arrivals.taken_ms[points] // width_ms, arrivals.app[points]
    places = np.arange(len(points))
    crash_first, app_first = (_first_of_bucket(bucket, kind) for kind in (~app, app))
    oldest_crash = ~app & (places == crash_first)
    beaten = oldest_crash & (app_first < len(points))
    drops = entry_ms.copy()
    drops[beaten] = np.maximum(entry_ms[beaten], entry_ms[app_first[beaten]])
    rivals = np.where(app | (app_first < places) | beaten, app_first, crash_first)
    return (oldest_crash & ~beaten) | (app & (places == app_first)), drops, rivals


def _first_of_bucket(bucket: Times, kind: Flags) -> Times:
    """For each point the place of the first one of that kind in its bucket; their number when there is none."""
    group = np.cumsum(np.append(False, bucket[1:] != bucket[:-1])[: len(bucket)])
    first = np.full(int(group[-1]) + 1 if len(group) else 0, len(bucket))
    mine = np.flatnonzero(kind)[::-1]
    first[group[mine]] = mine  # the last one that is written is the first one of the bucket
    found: Times = first[group]
    return found
