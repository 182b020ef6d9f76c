"""Twins of the pruning theorems: `keep.choose` on every small set of points."""

import itertools
from collections.abc import Iterator, Sequence

from attrs import evolve

from siteproof.model.nouns.policy import MINUTE_MS, RecoveryPoint
from siteproof.model.nouns.vocabulary import Consistency
from siteproof.model.spec.retention_rule import RetentionRule, Tier, plain_rule
from siteproof.model.theorems.keep import kept
from siteproof.model.theorems.twins.tally import Twin, TwinTally, tally

SMALL = RetentionRule(9, (Tier(0, 0), Tier(2, 2), Tier(5, 4)))


def point(taken: int, sequence: int, *, app: bool = False, pinned: bool = False) -> RecoveryPoint:
    """A point taken at that minute."""
    kind = Consistency.APP if app else Consistency.CRASH
    return RecoveryPoint(f"p{sequence}", kind, taken * MINUTE_MS, sequence, pinned=pinned)


def _newest(rule: RetentionRule, *, stalls: bool) -> TwinTally:
    """A newest point of every age up to a stall, or up to the crash interval."""
    longest = 3 * rule.retention_minutes if stalls else rule.retention_minutes - 1
    ages = range(longest + 1)
    return tally((age, bool(kept([point(0, 1)], age * MINUTE_MS, rule))) for age in ages)


def _unguarded(retention: int) -> RetentionRule:
    return evolve(plain_rule(retention), keeps_newest=False)


def _always_one() -> TwinTally:
    """Every sequence of stalls between arrivals; pruning runs at arrivals."""

    def survives(stalls: Sequence[int]) -> bool:
        now, alive = 0, [point(0, 0)]
        for number, stall in enumerate(stalls, 1):
            now += stall
            alive = list(kept([*alive, point(now, number)], now * MINUTE_MS, SMALL))
            if not alive:
                return False
        return True

    return tally((stalls, survives(stalls)) for stalls in itertools.product((1, 3, 8, 9, 30), repeat=5))


def _outage() -> TwinTally:
    return tally(
        ((r, outage), bool(kept([point(0, 1)], outage * MINUTE_MS, _unguarded(r))))
        for r, outage in itertools.product(range(1, 20), repeat=2)
    )


def _any_clock() -> TwinTally:
    """Three points with arbitrary clocks, asked at arbitrary times: the last in the stream stays."""
    clocks = (-20, -3, 0, 4, 50)
    cases = itertools.product(itertools.product(clocks, repeat=3), (-30, 0, 9, 200))
    return tally(
        ((taken, now), points[-1] in kept(points, now * MINUTE_MS, SMALL))
        for taken, now in cases
        for points in ([point(at, number) for number, at in enumerate(taken)],)
    )


def _newest_by_clock() -> TwinTally:
    cases = itertools.product(range(100, 130), range(-120, 0, 5))
    return tally(((first, jump), max((first, 0), (first + 5 + jump, 1))[1] == 1) for first, jump in cases)


def sets(count: int) -> Iterator[list[RecoveryPoint]]:
    """Every set of points at up to ten minutes, each crash- or application-consistent."""
    for times in itertools.combinations(range(10), count):
        for kinds in itertools.product((False, True), repeat=count):
            yield [point(at, number, app=app) for number, (at, app) in enumerate(zip(times, kinds, strict=True))]


def _idempotent() -> TwinTally:
    def stable(points: list[RecoveryPoint], now: int) -> bool:
        once = kept(points, now * MINUTE_MS, SMALL)
        return kept(once, now * MINUTE_MS, SMALL) == once

    return tally(((points, now), stable(points, now)) for points in sets(4) for now in (10, 12, 14))


def _local_time() -> TwinTally:
    """Local clocks jump by an hour at minute 600; a point must go when its real age says so, not sooner."""

    def local(minute: int) -> int:
        return minute + (60 if minute >= 600 else 0)

    cases = itertools.product(range(0, 600, 7), range(600, 1200, 11), (60, 300, 720))
    return tally(((s, t, r), (t - s >= r) or local(t) - local(s) < r) for s, t, r in cases)


PRUNING: dict[str, Twin] = {
    "POL-T10": lambda: _newest(_unguarded(30), stalls=True),
    "POL-T11": lambda: _newest(plain_rule(30), stalls=True),
    "POL-T12": lambda: _newest(_unguarded(30), stalls=False),
    "POL-T13": _always_one,
    "POL-T14": _outage,
    "POL-T15": _any_clock,
    "POL-T16": _newest_by_clock,
    "POL-T17": _idempotent,
    "POL-T19": _local_time,
}
