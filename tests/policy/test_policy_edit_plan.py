"""What an edit deletes and what the cheapest policy is, both confirmed by simulation."""

import functools
import itertools

import pytest
import z3

from siteproof.model.advice.policy.edit import compare
from siteproof.model.advice.policy.plan import Needs, NoPlan, PolicyPlan, _demands, _nothing_cheaper, _Space, cheapest
from siteproof.model.advice.policy.request import request_of
from siteproof.model.nouns.policy import MINUTE_MS, ReplicationPolicy
from siteproof.model.spec.retention_rule import published_rule
from siteproof.model.theorems.history import run, schedule
from siteproof.model.theorems.keep import Reason

DAY_MS = 86_400_000


def test_raising_one_day_to_two_deletes_hourly_points() -> None:
    """Every second hourly point goes with the next point, thinned, hours before the old policy would have let it go."""
    change = compare(request_of({"retention": "1d"}), request_of({"retention": "2d"}))
    assert len(change.fates) == 46
    assert len(change.at_once) == 11
    assert {each.new.reason for each in change.at_once} == {Reason.THINNED}
    assert {each.point.taken_at_ms // MINUTE_MS // 60 % 2 for each in change.at_once} == {1}
    assert len(change.longer) > 0


def test_an_unchanged_policy_changes_nothing() -> None:
    """The same policy on both sides: every point has the same end."""
    same = request_of({"retention": "3d", "app_consistent_every": "6h"})
    change = compare(same, same)
    assert (change.lost, change.longer) == ((), ())


def test_shortening_deletes_what_is_too_old_at_once() -> None:
    """From 2 days to 1 day: points of a day or more go with the next point; hourly buckets spare some young ones."""
    change = compare(request_of({"retention": "2d"}), request_of({"retention": "1d"}))
    too_old = {each.point for each in change.fates if change.applied_ms - each.point.taken_at_ms >= DAY_MS}
    assert {each.point for each in change.fates if each.new.at_ms == change.applied_ms} == too_old
    assert {each.point for each in change.at_once} == too_old
    assert {each.old.reason for each in change.longer} == {Reason.THINNED}


def test_retention_0_deletes_everything_at_once() -> None:
    """Nothing is stored any more from the next point on."""
    change = compare(request_of({"retention": "1d"}), request_of({"retention": "0"}))
    assert {each.new.at_ms for each in change.fates} == {change.applied_ms}
    assert {each.new.reason for each in change.fates} == {Reason.NOTHING_STORED}


@functools.cache
def simulated(retention: int) -> tuple[int, tuple[int, ...]]:
    """The greatest number of points in two steady days, and the ages (minutes) of the last ones kept."""
    past = run(schedule(ReplicationPolicy(retention), 0, retention + 2 * 2880), published_rule(retention))
    ages = tuple((past.now_ms - each.point.taken_at_ms) // MINUTE_MS for each in past.kept)
    return max(past.counts[-576:]), ages


def cost(retention: int, every: int) -> tuple[int, int, int]:
    """What a plan minimises, in its order: simulated points, snapshots in five days, retention."""
    return simulated(retention)[0], 7200 // every if every else 0, retention


def feasible(needs: Needs, retention: int, every: int) -> bool:
    """By simulation and by counting only: do neighbouring points and app-consistent ones satisfy the needs?"""
    if needs.rpo_minutes < 5 or retention < needs.keep_minutes:
        return False
    if not all(_fine_enough(retention, gap, age) for gap, age in needs.granularity):
        return False
    return _fresh(needs, retention, every) if needs.app_rpo_minutes else every == 0


def _fine_enough(retention: int, gap: int, age: int) -> bool:
    neighbours = itertools.pairwise(simulated(retention)[1])
    return retention >= age and all(older - newer <= gap for older, newer in neighbours if newer < age)


def _fresh(needs: Needs, retention: int, every: int) -> bool:
    """(m+1)·F + D + L against both limits, L by counting multiples of F below the widest bucket."""
    if not 0 < every < retention:
        return False
    width = max(tier.bucket_minutes for tier in published_rule(retention).tiers)
    worst = (needs.misses + 1) * every + needs.latency_minutes + max(range(0, width, every))
    return worst <= min(needs.app_rpo_minutes, retention)


@pytest.mark.parametrize(
    "needs",
    [
        Needs(keep_minutes=1440, granularity=((60, 1440),)),
        Needs(keep_minutes=1440),
        Needs(keep_minutes=2880, granularity=((120, 2880),), app_rpo_minutes=300, misses=1),
        Needs(keep_minutes=2880, granularity=((120, 2880),), app_rpo_minutes=260, misses=1),
        Needs(keep_minutes=0, app_rpo_minutes=800),
        Needs(keep_minutes=4000, granularity=((120, 2880),), app_rpo_minutes=1500, misses=2),
    ],
)
def test_the_plan_is_the_cheapest_of_all_simulated_policies(needs: Needs) -> None:
    """Of every whole-hour retention up to 8 days and every interval, none that meets the needs costs less."""
    plan = cheapest(needs)
    assert isinstance(plan, PolicyPlan)
    assert plan.minimal
    grid = itertools.product(range(60, 8 * 1440 + 1, 60), range(0, 721, 60))
    costs = {(r, f): cost(r, f) for r, f in grid if feasible(needs, r, f)}
    assert min(costs, key=lambda each: costs[each]) == (plan.retention_minutes, plan.interval_minutes)
    assert costs[plan.retention_minutes, plan.interval_minutes][0] == plan.points


def test_a_longer_retention_can_be_the_cheaper_one() -> None:
    """To keep 24 hours, 25 hours store fewer points: the table's second row is two-hourly."""
    plan = cheapest(Needs(keep_minutes=1440))
    assert isinstance(plan, PolicyPlan)
    assert (plan.retention_minutes, plan.points) == (1500, 36)
    assert simulated(1440)[0] == 46


@pytest.mark.parametrize("hours", [1, 2, 24, 27, 48, 167, 168, 169, 170, 171, 172, 360])
def test_the_cost_of_a_retention_is_the_simulated_number_of_points(hours: int) -> None:
    """For the shortest retention of every row and for those that cut a bucket, the greatest count is the cost."""
    space = _Space()
    points = z3.simplify(z3.substitute(space.points, (space.retention, z3.IntVal(hours)))).as_long()
    assert points == simulated(hours * 60)[0]


def test_a_worse_plan_is_not_called_the_cheapest() -> None:
    """With any one of its costs raised by one, something cheaper is found; with the true costs, nothing is."""
    needs = Needs(keep_minutes=2880, granularity=((120, 2880),), app_rpo_minutes=300, misses=1)
    plan = cheapest(needs)
    assert isinstance(plan, PolicyPlan)
    space = _Space()
    demands = [*space.range(), *_demands(needs, space)]
    costs = [plan.points, plan.snapshots_in_5_days, plan.retention_minutes // 60]
    assert _nothing_cheaper(space, demands, costs)
    for place in range(3):
        worse = [cost + (place == number) for number, cost in enumerate(costs)]
        assert not _nothing_cheaper(space, demands, worse)


def test_needs_that_contradict_each_other_are_named() -> None:
    """Hourly points for two days do not exist in the published table; the core says so and nothing else."""
    answer = cheapest(Needs(keep_minutes=2880, granularity=((60, 2880),), app_rpo_minutes=300))
    assert isinstance(answer, NoPlan)
    assert answer.conflict == ("at most 1 h between points up to an age of 48 h",)


def test_the_points_behind_day_seven_are_four_hours_apart() -> None:
    """Two-hourly up to day 7 exists for 8 days, two-hourly up to day 8 does not, four-hourly does."""
    assert isinstance(cheapest(Needs(keep_minutes=11520, granularity=((120, 10080),))), PolicyPlan)
    assert isinstance(cheapest(Needs(keep_minutes=11520, granularity=((120, 11520),))), NoPlan)
    assert isinstance(cheapest(Needs(keep_minutes=11520, granularity=((240, 11520),))), PolicyPlan)


def test_the_loss_of_thinning_counts_against_freshness() -> None:
    """2 days, one miss, D 30 min: F 1 h needs 3 h 30 min, with the hour that two-hour buckets lose."""
    assert isinstance(cheapest(Needs(keep_minutes=2880, app_rpo_minutes=210, misses=1)), PolicyPlan)
    answer = cheapest(Needs(keep_minutes=2880, app_rpo_minutes=200, misses=1))
    assert isinstance(answer, NoPlan)
    assert len(answer.conflict) == 2, "the freshness contradicts the row of the table that two days need"


def test_an_rpo_below_the_crash_interval_is_refused() -> None:
    """Points come every five minutes; no policy promises less."""
    answer = cheapest(Needs(rpo_minutes=4))
    assert isinstance(answer, NoPlan)
    assert answer.conflict == ("an RPO of 4 min",)
