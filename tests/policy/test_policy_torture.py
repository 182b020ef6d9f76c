"""Retention in virtual time: skewed clocks, jumps, stalls, leap days and daylight saving over more than 10,000 days."""

from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pytest
from attrs import evolve

from siteproof.model.nouns.policy import DAY_MINUTES, MINUTE_MS, RecoveryPoint, ReplicationPolicy
from siteproof.model.nouns.scenario import START_MS
from siteproof.model.nouns.vocabulary import Consistency
from siteproof.model.spec.retention_rule import RetentionRule, plain_rule, published_rule
from siteproof.model.theorems.clocks import CALM, HOUR_MS, Weather, in_summer, local_ms, tortured
from siteproof.model.theorems.fates import FOREVER_MS, Arrivals, counts_of, ends_of, steady, too_wild
from siteproof.model.theorems.history import LONG_POINTS, run, run_in_steps, schedule
from siteproof.model.theorems.keep import choose
from siteproof.model.theorems.long_history import run_at_once

DAY_MS = DAY_MINUTES * MINUTE_MS
DAYS = 2500  # of each of five retentions: 12,500 simulated days
FEBRUARY_2028_MS = int(datetime(2028, 2, 1, tzinfo=UTC).timestamp()) * 1000


def chance(seed: int) -> np.random.Generator:
    """A seeded generator."""
    return np.random.default_rng(seed)


def points_of(arrivals: Arrivals) -> list[RecoveryPoint]:
    """The arrivals as points, numbered from 0."""
    kinds = [Consistency.APP if app else Consistency.CRASH for app in arrivals.app]
    return [RecoveryPoint(f"p{n}", kinds[n], int(at), n) for n, at in enumerate(arrivals.taken_ms)]


def one_by_one(arrivals: Arrivals, rule: RetentionRule) -> list[int]:
    """The ends of all points by the pure rule, applied after each arrival."""
    ends, alive = [int(FOREVER_MS)] * len(arrivals.taken_ms), list[RecoveryPoint]()
    for point, now_ms in zip(points_of(arrivals), arrivals.now_ms, strict=True):
        choices = choose([*alive, point], int(now_ms), rule)
        alive = [each.point for each in choices if each.kept]
        for each in choices:
            if not each.kept:
                ends[each.point.sequence] = int(now_ms)
    return ends


@pytest.mark.parametrize("seed", range(8))
def test_arrays_end_each_point_when_the_pure_rule_does(seed: int) -> None:
    """With skew, missing points and stalls, for plain age and for thinning, to the millisecond."""
    retention = [1440, 600, 1500, 2880][seed % 4]
    rule = (plain_rule if seed % 3 == 2 else published_rule)(retention)
    weather = Weather(stalls=3, stall_minutes_max=120)
    arrivals = tortured(ReplicationPolicy(retention, 60), START_MS + seed * 977, 4, weather, chance(seed)).arrivals
    assert ends_of(arrivals, rule).tolist() == one_by_one(arrivals, rule)


@pytest.mark.parametrize("days", [1, 5, 8, 15])
def test_arrays_end_each_point_when_the_queues_do(days: int) -> None:
    """Over 20 undisturbed days each deletion happens at the same instant, and the counts are the same."""
    policy, rule = ReplicationPolicy(days * DAY_MINUTES, 180), published_rule(days * DAY_MINUTES)
    past = run(schedule(policy, START_MS, 20 * DAY_MINUTES), rule)
    calm = tortured(policy, START_MS, 20, CALM, chance(0)).arrivals
    ends = ends_of(calm, rule)
    assert {drop.point.sequence - 1: drop.at_ms for drop in past.drops} == {
        n: end for n, end in enumerate(ends.tolist()) if end != FOREVER_MS
    }
    assert counts_of(calm, ends).tolist() == list(past.counts)


@pytest.mark.parametrize(
    ("minutes", "every"),
    [(1440, 60), (2880, 240), (300, 60), (60, 0), (1441, 720), (11_520, 180), (21_600, 60), (7205, 120)],
)
def test_a_long_history_at_once_is_the_history_step_by_step(minutes: int, every: int) -> None:
    """Kept points, drops in their order with reasons and in whose favour, and every count are the same."""
    policy, rule = ReplicationPolicy(minutes, every), published_rule(minutes)
    points = list(schedule(policy, START_MS + 7 * MINUTE_MS, 20 * DAY_MINUTES))
    steps, at_once = run_in_steps(points, rule, ()), run_at_once(points, rule)
    assert at_once is not None
    assert (at_once.kept, at_once.counts, at_once.now_ms) == (steps.kept, steps.counts, steps.now_ms)
    assert tuple(at_once.drops) == tuple(steps.drops)
    assert at_once.drops[3:5] == tuple(steps.drops[3:5])
    assert at_once.drops[-1] == steps.drops[-1]


def test_arrays_give_no_answer_where_they_cannot_follow() -> None:
    """Nothing stored, points of a group, a clock that runs backwards: the steps answer, as for a short history."""
    points = list(schedule(ReplicationPolicy(), START_MS, 3 * DAY_MINUTES))
    assert run_at_once(points, published_rule(0)) is None
    assert run_at_once([evolve(points[0], shared="group"), *points[1:]], published_rule(1440)) is None
    assert run_at_once([points[1], points[0], *points[2:]], published_rule(1440)) is None


@pytest.mark.parametrize("retention", [0, 2880])
def test_a_history_of_months_is_answered_either_way(retention: int) -> None:
    """Beyond the length at which arrays take over, with what they can and with what they cannot follow."""
    points = list(schedule(ReplicationPolicy(retention), START_MS, 80 * DAY_MINUTES))
    assert len(points) >= LONG_POINTS
    past = run(points, published_rule(retention))
    assert len(past.kept) + len(past.drops) == len(points)
    assert len(past.kept) == (47 if retention else 0)


@pytest.mark.parametrize("days", [1, 2, 7, 8, 15])
def test_promises_hold_over_years_of_bad_clocks(days: int) -> None:
    """2,500 days each: no young point goes, none outlives its age by more than skew and silence, the newest stays.

    Source and vault are wrong by up to 10 minutes each, 2 % of the points are missing, there are 60 stalls.
    """
    policy, rule = ReplicationPolicy(days * DAY_MINUTES, 240), published_rule(days * DAY_MINUTES)
    weather = Weather(stalls=60)
    made = tortured(policy, START_MS, DAYS, weather, chance(days))
    ends = ends_of(made.arrivals, rule)
    skew = weather.source_skew_ms + weather.vault_skew_ms
    lived = ends - made.arrivals.taken_ms
    assert lived.min() >= 2 * HOUR_MS, "fine means fine"
    gone = ends != FOREVER_MS
    silence = int(np.diff(made.arrivals.now_ms).max())
    assert lived[gone].max() < days * DAY_MS + silence + skew
    counts = counts_of(made.arrivals, ends)
    assert counts.min() >= 1
    assert (ends > made.arrivals.now_ms).all(), "nothing is pruned by its own arrival"
    assert _true_gap_ms(made.true_ms, ends, made.arrivals.now_ms) <= 8 * HOUR_MS + silence + skew


def _true_gap_ms(true_ms: np.ndarray, ends: np.ndarray, now_ms: np.ndarray) -> int:
    """The largest distance between neighbours that exist at a number of sampled instants."""
    worst = 0
    for at in range(1000, len(now_ms), len(now_ms) // 200):
        alive = true_ms[: at + 1][ends[: at + 1] > now_ms[at]]
        worst = max(worst, int(np.diff(alive).max(initial=0)))
    return worst


def test_a_leap_day_is_a_day_like_any_other() -> None:
    """From February into March 2028 the counts are those of the same days of another month."""
    policy, rule = ReplicationPolicy(2 * DAY_MINUTES, 60), published_rule(2 * DAY_MINUTES)
    leap, other = (
        tortured(policy, start, 60, CALM, chance(0)).arrivals
        for start in (FEBRUARY_2028_MS, FEBRUARY_2028_MS + 40 * DAY_MS)
    )
    assert datetime.fromtimestamp(leap.taken_ms[28 * 288] / 1000, UTC).year == 2028
    assert counts_of(leap, ends_of(leap, rule)).tolist() == counts_of(other, ends_of(other, rule)).tolist()


def test_summer_begins_and_ends_on_last_sundays() -> None:
    """2026: March 29 and October 25, at 01:00 universal time."""
    for change in (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)):
        at = int(change.timestamp()) * 1000
        before, after = in_summer(np.array([at - 1, at])).tolist()
        assert before != after
    assert in_summer(np.array([FEBRUARY_2028_MS])).tolist() == [0]


def test_local_time_would_prune_too_early_in_spring_and_never_in_universal_time() -> None:
    """Ages by local time end points an hour early when summer begins: the reason why ages are universal (POL-T19)."""
    spring = int(datetime(2026, 3, 27, tzinfo=UTC).timestamp()) * 1000
    true = tortured(ReplicationPolicy(DAY_MINUTES), spring, 5, CALM, chance(0)).arrivals
    local = Arrivals(local_ms(true.taken_ms), true.app, local_ms(true.now_ms))
    rule = plain_rule(DAY_MINUTES)
    ages = {name: ends_of(each, rule) for name, each in (("universal", true), ("local", local))}
    lived = {"universal": ages["universal"] - true.taken_ms}
    order = np.searchsorted(local.now_ms, ages["local"])
    inside = order < len(true.now_ms)
    lived["local"] = true.now_ms[order[inside]] - true.taken_ms[inside]
    assert int(lived["universal"].min()) == DAY_MS
    assert int(lived["local"].min()) == DAY_MS - HOUR_MS


@pytest.mark.parametrize("jump_hours", [-30, -3, -1, 1, 3, 23, 30, 400])
@pytest.mark.parametrize("there_and_back", [False, True])
def test_a_jump_of_the_judging_clock_never_takes_the_newest(jump_hours: int, there_and_back: bool) -> None:
    """Forward or backward, for ever or for two hours: a point always exists, nothing returns, order is the stream's."""
    rule = published_rule(DAY_MINUTES)
    taken = START_MS + np.arange(0, 3 * DAY_MINUTES, 15) * MINUTE_MS
    hit = (taken >= START_MS + DAY_MS) & (~np.array(there_and_back) | (taken < START_MS + DAY_MS + 2 * HOUR_MS))
    clock = taken + jump_hours * HOUR_MS * hit
    for judging in (clock, steady(clock)):
        kept = _kept_after_each(Arrivals(taken, np.zeros(len(taken), dtype=np.bool_), judging), rule)
        for before, after in pairwise(kept):
            assert after
            assert after[-1] == before[-1] + 1, "the newest is there"
            assert set(after) - {after[-1]} <= set(before), "nothing returns"
            assert after == sorted(after)


def _kept_after_each(arrivals: Arrivals, rule: RetentionRule) -> list[list[int]]:
    alive: list[RecoveryPoint] = []
    kept = []
    for point, now_ms in zip(points_of(arrivals), arrivals.now_ms, strict=True):
        alive = [each.point for each in choose([*alive, point], int(now_ms), rule) if each.kept]
        kept.append([each.sequence for each in alive])
    return kept


def test_a_clock_that_stands_still_loses_nothing_when_it_jumps_back() -> None:
    """After a jump back of 5 hours the steady clock deletes nothing until it has caught up, then all is as before."""
    rule, taken = plain_rule(DAY_MINUTES), START_MS + np.arange(0, 4 * DAY_MINUTES, 15) * MINUTE_MS
    clock = taken - 5 * HOUR_MS * (taken >= START_MS + 2 * DAY_MS)
    crash = np.zeros(len(taken), dtype=np.bool_)
    sizes = [len(each) for each in _kept_after_each(Arrivals(taken, crash, steady(clock)), rule)]
    jump = 2 * 96
    assert sizes[jump : jump + 20] == list(range(sizes[jump - 1] + 1, sizes[jump - 1] + 21))
    assert sizes[-1] == sizes[jump - 1] + 20, "the clock stays 5 hours behind, so 5 hours more are kept"


def test_histories_that_arrays_cannot_follow_are_refused() -> None:
    """A clock backwards on either side, a point that arrives old, and a silence longer than a tier are told apart."""
    rule = published_rule(DAY_MINUTES)
    times = START_MS + np.arange(0, 600, 5) * MINUTE_MS
    crash = np.zeros(len(times), dtype=np.bool_)
    late = times + 23 * HOUR_MS * (times > START_MS + HOUR_MS)
    assert "judging clock" in too_wild(Arrivals(times, crash, times[::-1]), rule)
    assert "source" in too_wild(Arrivals(times[::-1], crash, times), rule)
    assert "arrives older" in too_wild(Arrivals(times, crash, times + 3 * HOUR_MS), rule)
    assert "silence" in too_wild(Arrivals(late, crash, late), rule)
    assert too_wild(Arrivals(times, crash, times), rule) == ""
    with pytest.raises(AssertionError, match="silence"):
        ends_of(Arrivals(late, crash, late), rule)
