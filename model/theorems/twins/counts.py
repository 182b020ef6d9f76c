"""Twins of the tier theorems: weeks of points through `history.run` and `keep.choose`, looked at point by point."""

import itertools
from collections.abc import Iterator
from typing import Any

from siteproof.model.nouns.policy import DAY_MINUTES, MINUTE_MS, RecoveryPoint, ReplicationPolicy
from siteproof.model.spec.retention_rule import Alignment, Representative, RetentionRule, Tier, published_rule
from siteproof.model.theorems.history import run, schedule
from siteproof.model.theorems.keep import KeepDecision, Reason, choose, kept
from siteproof.model.theorems.twins.pruning import point, sets
from siteproof.model.theorems.twins.tally import Twin, TwinTally, tally

PHASES = (0, 3, 64, 118)
CALM = 2 * DAY_MINUTES  # after the first points of odd buckets have gone


def _steady_counts(days: int, phase: int, app_minutes: int = 0) -> set[int]:
    """Every number of kept points in two days of steady state."""
    policy = ReplicationPolicy(days * DAY_MINUTES, app_minutes)
    past = run(schedule(policy, phase * MINUTE_MS, (days + 1) * DAY_MINUTES + CALM), published_rule(days * DAY_MINUTES))
    return set(past.counts[-CALM // 5 :])


def _exact(days: range, base: int, slope: int) -> TwinTally:
    cases = itertools.product(days, PHASES)
    return tally(((d, p), _steady_counts(d, p) == {base + slope * (d - days[0])}) for d, p in cases)


def _closed_edges() -> TwinTally:
    """Moving both edges by a millisecond counts a point of age exactly 2 h, which exists when t is on the lattice."""
    reps = range(0, 5 * DAY_MINUTES, 60)
    points = range(0, 5 * DAY_MINUTES, 5)

    def count(now: int) -> int:
        fine = sum(1 for s in points if 0 <= now - s <= 120)
        return fine + sum(1 for s in reps if 120 < now - s <= DAY_MINUTES)

    return tally((now, count(now) == 46 + (now % 5 == 0)) for now in range(4 * DAY_MINUTES, 4 * DAY_MINUTES + 130))


def _app_on_top() -> TwinTally:
    """Application-consistent points in any phase against the hours, hourly and rarer."""

    def highest(every: int, shift: int) -> int:
        crash = [(at, False) for at in range(0, 3 * DAY_MINUTES, 5)]
        apps = [(at, True) for at in range(shift, 3 * DAY_MINUTES, every)]
        arriving = (point(at, number, app=app) for number, (at, app) in enumerate(sorted(crash + apps)))
        return max(run(arriving, published_rule(DAY_MINUTES)).counts[-400:])

    cases = itertools.product((60, 120, 180), (0, 7, 30, 59))
    return tally(((every, shift), highest(every, shift) <= 49) for every, shift in cases)


def _gaps(days: int, *, app_shift: int = -1) -> Iterator[tuple[tuple[int, int], int]]:
    """((bucket width of the older, of the newer), gap) of all neighbours at the end of a steady state."""
    span = (days + 2) * DAY_MINUTES
    apps = [(at, True) for at in range(app_shift, span, 180)] if app_shift >= 0 else []
    stream = sorted([(at, False) for at in range(2, span, 5)] + apps)
    rule = published_rule(days * DAY_MINUTES)
    past = run((point(at, number, app=app) for number, (at, app) in enumerate(stream)), rule)
    times = [choice.point.taken_at_ms for choice in past.kept]
    widths = [rule.tier_of((past.now_ms - time_ms) / MINUTE_MS).bucket_minutes for time_ms in times]
    for at, (older, newer) in enumerate(itertools.pairwise(times)):
        yield (widths[at], widths[at + 1]), (newer - older) // MINUTE_MS


def _within(days: tuple[int, ...], shifts: tuple[int, ...], limit: Any) -> TwinTally:
    """Neighbours of one tier that thins."""
    found = ((width, gap) for d in days for s in shifts for width, gap in _gaps(d, app_shift=s))
    return tally(((width, gap), limit(width[0], gap)) for width, gap in found if width[0] == width[1] > 0)


def _fine_edge() -> TwinTally:
    found = (each for days in (1, 2, 9) for each in _gaps(days))
    return tally((each, each[1] < each[0][0] + 5) for each in found if each[0][0] > each[0][1] == 0)


def _week_edge() -> TwinTally:
    found = (each for days in (8, 9, 12) for shift in (-1, 0, 55, 119, 179) for each in _gaps(days, app_shift=shift))
    return tally((each, each[1] < 360) for each in found if each[0] == (240, 120))


def _collapsing(width: int) -> RetentionRule:
    tiers = (Tier(0, 0), Tier(120, width))
    return RetentionRule(DAY_MINUTES, tiers, Representative.NEWEST, Alignment.AGE)


def _collapse() -> TwinTally:
    """The oldest point after a day, thinned at every arrival, is not older than 2 h and one interval."""

    def oldest_minutes(width: int, crash: int) -> int:
        alive: list[RecoveryPoint] = []
        for number, at in enumerate(range(0, DAY_MINUTES, crash)):
            alive = list(kept([*alive, point(at, number)], at * MINUTE_MS, _collapsing(width)))
        return (alive[-1].taken_at_ms - alive[0].taken_at_ms) // MINUTE_MS

    cases = itertools.product((60, 120), (5, 15, 30))
    return tally(((width, crash), oldest_minutes(width, crash) <= 120 + crash) for width, crash in cases)


def _once_chosen(alignment: Alignment) -> TwinTally:
    """Every three points, thinned at one minute and again later with newer ones beside them, by `keep.choose`."""
    rule = RetentionRule(30, (Tier(0, 0), Tier(2, 2), Tier(5, 4), Tier(17, 8)), alignment=alignment)

    def stays(choice: KeepDecision, first: int, second: int, living: list[RecoveryPoint]) -> Iterator[tuple[Any, bool]]:
        taken = choice.point.taken_at_ms // MINUTE_MS
        tier = rule.tier_of(first - taken)
        if choice.reason is not Reason.BUCKET or first - taken < tier.start_minutes + tier.bucket_minutes:
            return
        if rule.tier_of(second - taken) == tier:
            yield (choice, first, second), choice.point in kept(living, second * MINUTE_MS, rule)

    def cases() -> Iterator[tuple[Any, bool]]:
        for points, first, more in itertools.product(sets(3), (10, 12, 14), (1, 2, 5)):
            choices = [choice for choice in choose(points, first * MINUTE_MS, rule) if choice.kept]
            newer = [point(at, 10 + at, app=at % 2 == 0) for at in range(first + 1, first + more + 1)]
            living = [choice.point for choice in choices] + newer
            for choice in choices:
                yield from stays(choice, first, first + more, living)

    return tally(cases())


COUNTS: dict[str, Twin] = {
    "POL-T34": lambda: _within((1, 2, 9), (-1, 0, 55, 119), lambda width, gap: 0 < gap < 2 * width),
    "POL-T35": lambda: _within((1, 2, 7), (-1,), lambda width, gap: gap == width),
    "POL-T36": lambda: _within((1, 2), (55, 119), lambda width, gap: gap <= width),
    "POL-T37": _fine_edge,
    "POL-T55": _week_edge,
    "POL-T38": lambda: _exact(range(1, 2), 46, 0),
    "POL-T39": lambda: _exact(range(2, 8), 47, 12),
    "POL-T40": lambda: _exact(range(8, 16), 113, 6),
    "POL-T41": _closed_edges,
    "POL-T42": _app_on_top,
    "POL-T43": _collapse,
    "POL-T44": lambda: _once_chosen(Alignment.ABSOLUTE),
    "POL-T45": lambda: _once_chosen(Alignment.AGE),
}
