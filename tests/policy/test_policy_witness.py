"""The prover, the calendar and the exhaustive adversary give one verdict on every policy."""

import itertools
import random

import pytest

from siteproof.model.advice.policy.nearest import longest_interval, loss_minutes, shortest_retention
from siteproof.model.advice.policy.request import PolicyRequest, request_of
from siteproof.model.advice.policy.verdict import PolicyOutcome, confirmed_calendar, judge
from siteproof.model.nouns.errors import Refused
from siteproof.model.nouns.policy import ReplicationPolicy, check_policy
from siteproof.model.spec.retention_rule import RetentionRule, Tier, plain_rule, published_rule
from siteproof.model.theorems.calendar import Calendar, SnapshotAttempt, calendar
from siteproof.model.theorems.keep import Reason
from siteproof.model.theorems.timing import Timing, plainly_safe, usable
from siteproof.model.theorems.twins.adversary import Small, has_gap
from siteproof.model.theorems.witness import Witness, breaking_run, withstands

TIERS = ((), ((2, 2),), ((1, 3),), ((2, 4),), ((1, 2), (3, 4)), ((2, 2), (5, 4)), ((2, 2), (6, 6)))


def real_policies(count: int) -> list[Timing]:
    """Seeded policies of the size that people write."""
    rng = random.Random(20)
    retentions = [60 * rng.randint(1, 360) + rng.choice((0, 0, 1, 29)) for _ in range(count)]
    return [Timing(r, 60 * rng.randint(1, 12), rng.randint(1, 90), rng.randint(0, 12)) for r in retentions]


def worst_gap(timing: Timing, rule: RetentionRule) -> bool:
    """Simulation alone: some successes from a bucket's beginning on, then m misses, then a success; is there a gap?"""
    step = timing.interval_minutes
    return any(
        _gaps(timing, rule, phase, successes) for phase in range(0, 240, 60) for successes in range(1, 6) if step
    )


def _gaps(timing: Timing, rule: RetentionRule, phase: int, successes: int) -> bool:
    step = timing.interval_minutes
    last = phase + (successes - 1) * step
    back = last + (timing.misses + 1) * step
    taken = [SnapshotAttempt(at) for at in (*range(phase, last + 1, step), back)]
    return bool(calendar(taken, rule, timing.latency_minutes, back + timing.latency_minutes).gaps)


@pytest.mark.parametrize("rule_of", [plain_rule, published_rule])
def test_prover_and_simulation_agree_on_hundreds_of_policies(rule_of: type) -> None:
    """z3 refutes a policy exactly when simulated runs show a gap; its own run shows the very gap it claims."""
    refuted = 0
    for timing in real_policies(200):
        rule: RetentionRule = rule_of(timing.retention_minutes)
        run = breaking_run(timing, rule)
        assert run.calendar(rule, timing.latency_minutes).gaps == (run.gap,)
        assert (run.misses <= timing.misses) is worst_gap(timing, rule), timing
        refuted += run.misses <= timing.misses
    assert 20 < refuted < 180


def test_the_prover_agrees_with_every_adversary_on_small_policies() -> None:
    """Over random tiers, cut ones included, z3's verdict is that of the exhaustive search of all runs and phases."""
    rng = random.Random(5)
    for _ in range(250):
        numbers = (rng.randint(1, 11), rng.randint(1, 4), rng.randint(1, 4), rng.randint(0, 2))
        tiers = rng.choice(TIERS)
        gap = any(has_gap(Small(*numbers, tiers, phase)) for phase in range(tiers[-1][1] if tiers else 1))
        rule = RetentionRule(numbers[0], (Tier(0, 0), *(Tier(*each) for each in tiers)))
        assert gap is not withstands(Timing(*numbers), rule), (numbers, tiers)
        run = breaking_run(Timing(*numbers), rule)
        assert run.calendar(rule, numbers[2]).gaps == (run.gap,), (numbers, tiers)


def test_points_that_expire_before_they_serve_leave_a_gap_from_the_start() -> None:
    """With D 5 h and R 2 h nothing ever becomes usable: the gap begins when the first point was due."""
    verdict = judge(request_of({"retention": "2h", "app_consistent_every": "1h", "latency": "5h"}))
    shown = verdict.findings[-1].calendar
    assert isinstance(shown, Calendar)
    assert shown.gaps[0].start_minutes == 300
    assert all((life.ended_minutes or 0) < life.usable_minutes for life in shown.lives if life.ended_minutes)


def test_a_run_never_fails_more_often_than_it_says() -> None:
    """The attempts of a witness lie F apart and contain exactly its misses, in one row."""
    for timing in real_policies(40):
        run = breaking_run(timing, published_rule(timing.retention_minutes))
        times = [each.at_minutes for each in run.attempts]
        assert times == list(range(times[0], times[-1] + 1, timing.interval_minutes))
        assert sum(not each.succeeded for each in run.attempts) == run.misses


def test_the_seeds_rule_is_not_sufficient() -> None:
    """F 12 h, R 12 h 1 min, D 30 min: the seed's rule holds and 29 minutes pass without a usable point."""
    verdict = judge(request_of({"retention": "12h1m", "app_consistent_every": "12h"}))
    found = {each.id: each for each in verdict.findings}
    assert found["SP-POL-5"].outcome is PolicyOutcome.PASS
    shown = found["SP-POL-11"].calendar
    assert isinstance(shown, Calendar)
    assert [gap.minutes for gap in shown.gaps] == [29]
    assert verdict.conforms
    assert not verdict.advised


def test_the_verdict_is_that_of_the_vocabulary_on_the_seeds_rule() -> None:
    """A policy in range conforms exactly when enabling replication with it would not be refused."""
    for retention, every in itertools.product((0, 60, 61, 120, 300, 719, 720, 721, 1440), range(0, 721, 60)):
        policy = ReplicationPolicy(retention, every)
        assert judge(PolicyRequest(policy)).conforms is _accepted(policy), policy


def _accepted(policy: ReplicationPolicy) -> bool:
    try:
        check_policy(policy)
    except Refused:
        return False
    return True


def test_equal_instants_publish_before_they_prune() -> None:
    """At (m+1)·F + D = R there is no gap, one minute less retention opens a gap of one minute."""
    exact = Timing(750, 720, 30, 0)
    taken = (SnapshotAttempt(0), SnapshotAttempt(720))
    assert plainly_safe(exact)
    assert calendar(taken, plain_rule(750), 30, 751).gaps == ()
    assert [gap.minutes for gap in calendar(taken, plain_rule(749), 30, 751).gaps] == [1]


def test_the_window_is_half_open() -> None:
    """A point is usable at s + D and no longer at s + R."""
    timing = Timing(100, 50, 30, 0)
    assert [usable(0, now, timing) for now in (29, 30, 99, 100)] == [False, True, True, False]


def test_thinning_opens_the_gap_that_the_plain_bound_denies() -> None:
    """R 48 h, F 1 h, m 46, D 30 min: B is thinned in favour of A, and 30 minutes are left with nothing."""
    timing = Timing(2880, 60, 30, 46)
    run = breaking_run(timing, published_rule(2880))
    shown = run.calendar(published_rule(2880), 30)
    assert plainly_safe(timing)
    assert withstands(timing, plain_rule(2880))
    assert (run.misses, [gap.minutes for gap in shown.gaps]) == (46, [30])
    assert (shown.lives[1].reason, shown.lives[1].favours) == (Reason.THINNED, "A")


def test_the_margin_is_the_last_number_of_misses_that_simulation_survives() -> None:
    """With the margin's misses no simulated run has a gap, with one more there is one."""
    for retention, every in ((1440, 240), (2880, 60), (10080, 120), (21600, 180), (20160, 60)):
        margin = judge(_request(retention, every)).margin
        assert margin is not None
        rule = published_rule(retention)
        assert not worst_gap(Timing(retention, every, 30, margin), rule)
        assert worst_gap(Timing(retention, every, 30, margin + 1), rule)


def _request(retention: int, every: int) -> PolicyRequest:
    return PolicyRequest(ReplicationPolicy(retention, every))


def test_hints_are_the_nearest_safe_values() -> None:
    """What is recommended is safe, and one hour further it is not: by simulation, for every misses up to 3."""
    for misses in range(4):
        timing = Timing(2880, 720, 45, misses)
        every = longest_interval(timing, published_rule)
        keep = shortest_retention(timing, published_rule)
        assert every is not None
        assert keep is not None
        assert not worst_gap(Timing(2880, every, 45, misses), published_rule(2880))
        assert every == 720 or worst_gap(Timing(2880, every + 60, 45, misses), published_rule(2880))
        assert not worst_gap(Timing(keep, 720, 45, misses), published_rule(keep))
        assert worst_gap(Timing(keep - 60, 720, 45, misses), published_rule(keep - 60))


def test_no_value_is_recommended_where_none_is_safe() -> None:
    """With 5000 misses no interval and no retention of 15 days helps."""
    timing = Timing(2880, 60, 30, 5000)
    assert longest_interval(timing, published_rule) is None
    assert shortest_retention(timing, published_rule) is None


def test_the_loss_is_the_largest_multiple_below_the_bucket() -> None:
    """One hour in two-hour buckets loses one hour; three hours in four-hour buckets lose three; hourly lose none."""
    assert loss_minutes(60, published_rule(2880)) == 60
    assert loss_minutes(180, published_rule(14400)) == 180
    assert loss_minutes(60, published_rule(1440)) == 0
    assert loss_minutes(60, plain_rule(14400)) == 0


def test_a_wrong_run_is_not_believed() -> None:
    """A run whose gap the simulator does not see stops the verdict instead of being printed."""
    request = _request(1440, 240)
    run = breaking_run(request.timing, request.rule)
    fewer = Witness(run.misses, tuple(SnapshotAttempt(each.at_minutes) for each in run.attempts), run.gap)
    with pytest.raises(AssertionError):
        confirmed_calendar(request, fewer)
