"""Twins of the thinning theorems: the exhaustive adversary with buckets, and plain enumeration."""

import itertools
from collections.abc import Iterator
from typing import Any

from attrs import evolve

from siteproof.model.spec.retention_rule import published_rule
from siteproof.model.theorems.calendar import SnapshotAttempt, calendar
from siteproof.model.theorems.twins.adversary import Small, has_gap
from siteproof.model.theorems.twins.tally import Twin, TwinTally, tally

TIERS = (((2, 2),), ((1, 3),), ((2, 4),), ((1, 2), (3, 4)))


def largest_multiple_below(interval: int, width: int) -> int:
    """L by counting up."""
    return max(number * interval for number in range(width) if number * interval < width)


def policies() -> Iterator[Small]:
    """Small policies whose last tier lasts at least one of its buckets, attempts beginning with a bucket."""
    for tiers in TIERS:
        start, width = tiers[-1]
        for r, f, d, m in itertools.product(range(start + width, start + width + 5), range(1, 5), (1, 2, 4), range(3)):
            yield Small(r, f, d, m, tiers)


def tiered_bound(policy: Small) -> bool:
    """(m+1)·F + D + L <= R."""
    loss = largest_multiple_below(policy.interval, policy.tiers[-1][1])
    return (policy.misses + 1) * policy.interval + policy.latency + loss <= policy.retention


def shifted(policy: Small) -> Iterator[Small]:
    """The policy with its attempts in every phase against the buckets."""
    for phase in range(policy.tiers[-1][1]):
        yield evolve(policy, phase=phase)


def _pairs(interval: int, width: int) -> Iterator[int]:
    """Distances of attempts that share a bucket, over every phase."""
    for phase in range(min(interval, width)):
        attempts = range(phase, 4 * interval * width, interval)
        yield from (q - p for p, q in itertools.combinations(attempts[:60], 2) if p // width == q // width)


def _lattice() -> TwinTally:
    grid = itertools.product(range(1, 9), range(1, 9))
    return tally(((f, g), max(_pairs(f, g), default=0) <= largest_multiple_below(f, g)) for f, g in grid)


def _hours(width: int) -> Iterator[tuple[Any, bool]]:
    table = {60: {}, 120: {1: 60}, 240: {1: 180, 2: 120, 3: 180}}[width]
    for hours in range(1, 13):
        yield (hours, width), max(_pairs(hours * 60, width), default=0) == table.get(hours, 0)


def _nests(fine: int, coarse: int) -> TwinTally:
    points = range(-3 * coarse, 3 * coarse)
    neighbours = ((p, p + step) for p in points for step in range(1, fine))
    return tally(((p, q), p // coarse == q // coarse) for p, q in neighbours if p // fine == q // fine)


def _all_nest() -> TwinTally:
    found = [_nests(fine, fine * factor) for fine, factor in itertools.product(range(1, 8), range(1, 6))]
    return TwinTally(sum(each.tried for each in found), sum(each.broken for each in found))


def _gap_of(interval: int, misses: int, latency: int, successes: int) -> bool:
    """Two days under the published rule: some successes, then the misses, then a success; is there a gap?"""
    last = (successes - 1) * interval
    back = last + (misses + 1) * interval
    failed = (SnapshotAttempt(at, succeeded=False) for at in range(last + interval, back, interval))
    attempts = [*(SnapshotAttempt(number * interval) for number in range(successes)), *failed, SnapshotAttempt(back)]
    return bool(calendar(attempts, published_rule(2880), latency, back + latency).gaps)


def _plain_bound() -> TwinTally:
    """R 48 h, F 1 h, D 30 min, all m that the plain bound admits."""
    cases = itertools.product(range(0, 47, 2), range(1, 6))
    return tally(((m, successes), not _gap_of(60, m, 30, successes)) for m, successes in cases)


def _halved() -> TwinTally:
    def no_worse(misses: int, latency: int) -> bool:
        twos = any(_gap_of(120, misses, latency, successes) for successes in range(1, 4))
        ones = any(_gap_of(60, 2 * misses + 1, latency, successes) for successes in range(1, 4))
        return twos or not ones

    return tally(((m, d), no_worse(m, d)) for m, d in itertools.product((0, 11, 21, 22), (30, 60, 90, 120)))


def _staleness() -> TwinTally:
    """The newest usable point is younger than (m+1)·F + D + L, with a retention that never interferes."""

    def cases() -> Iterator[tuple[Any, bool]]:
        for policy in policies():
            loss = largest_multiple_below(policy.interval, policy.tiers[-1][1])
            worst = (policy.misses + 1) * policy.interval + policy.latency + loss
            ample = evolve(policy, retention=worst + policy.tiers[-1][1], fresh=worst)
            yield ample, not has_gap(ample)

    return tally(cases())


TIERED: dict[str, Twin] = {
    "POL-T24": _plain_bound,
    "POL-T25": _lattice,
    "POL-T26": lambda: tally((q, not has_gap(q)) for p in policies() if tiered_bound(p) for q in shifted(p)),
    "POL-T27": lambda: tally((p, has_gap(p)) for p in policies() if not tiered_bound(p)),
    "POL-T28": lambda: tally(_hours(60)),
    "POL-T29": lambda: tally(itertools.chain(_hours(120), _hours(240))),
    "POL-T30": lambda: _nests(120, 240),
    "POL-T31": _all_nest,
    "POL-T32": lambda: _nests(120, 180),
    "POL-T33": _halved,
    "POL-T54": _staleness,
}
