"""Retention is a pure function with reasons; running it for days gives what applying it point by point gives."""

import random

from attrs import evolve

from siteproof.model.nouns.policy import MINUTE_MS, RecoveryPoint, ReplicationPolicy
from siteproof.model.nouns.scenario import START_MS
from siteproof.model.nouns.vocabulary import Consistency
from siteproof.model.spec.retention_rule import (
    Alignment,
    Representative,
    RetentionRule,
    published_rule,
    published_tiers,
)
from siteproof.model.theorems.history import run, schedule
from siteproof.model.theorems.keep import Reason, choose, kept

HOUR = 60


def point(
    taken_minutes: int,
    sequence: int,
    consistency: Consistency = Consistency.CRASH,
    *,
    shared: str = "",
    pinned: bool = False,
) -> RecoveryPoint:
    """A point named after its sequence."""
    return RecoveryPoint(f"p{sequence}", consistency, taken_minutes * MINUTE_MS, sequence, shared, pinned)


def test_every_choice_has_its_reason() -> None:
    """Fine, bucket, thinned, expired, pinned and newest are told apart."""
    now = 48 * HOUR
    points = [
        point(0, 1),
        point(1, 2, pinned=True),
        point(24 * HOUR, 3),
        point(24 * HOUR + 5, 4),
        point(now - 60, 5),
        point(now, 6),
    ]
    reasons = [each.reason for each in choose(points, now * MINUTE_MS, published_rule(48 * HOUR))]
    expected = [Reason.EXPIRED, Reason.PINNED, Reason.BUCKET, Reason.THINNED, Reason.FINE, Reason.NEWEST]
    assert reasons == expected


def test_a_thinned_point_names_the_one_that_stays() -> None:
    """The choice of a thinned point favours its bucket's representative."""
    points = [point(0, 1), point(5, 2), point(600, 3)]
    assert choose(points, 600 * MINUTE_MS, published_rule(1440))[1].favours == "p1"


def test_an_app_consistent_point_wins_its_bucket_then_a_shared_one() -> None:
    """Application-consistent before crash-consistent, a group's before a machine's own, then the oldest."""
    points = [
        point(0, 1),
        point(5, 2, consistency=Consistency.APP),
        point(10, 3, consistency=Consistency.APP, shared="g"),
        point(15, 4, consistency=Consistency.APP, shared="g"),
        point(600, 5),
    ]
    assert [each.name for each in kept(points, 600 * MINUTE_MS, published_rule(1440))] == ["p3", "p5"]


def test_edges_are_half_open() -> None:
    """At the age of exactly 2 h a point is thinned, at exactly R it is pruned; one minute sooner it is not."""
    rule = published_rule(1440)
    pair = [point(0, 1), point(5, 2), point(5000, 3)]
    assert choose(pair, 124 * MINUTE_MS, rule)[1].reason is Reason.FINE
    assert choose(pair, 125 * MINUTE_MS, rule)[1].reason is Reason.THINNED
    assert choose(pair, 1439 * MINUTE_MS, rule)[0].kept
    assert not choose(pair, 1440 * MINUTE_MS, rule)[0].kept


def test_the_newest_by_sequence_stays_whatever_the_clock_says() -> None:
    """After a jump back of a day the last point of the stream is kept, though an older one has a later clock."""
    points = [point(3000, 1), point(60, 2)]
    assert [each.reason for each in choose(points, 3000 * MINUTE_MS, published_rule(1440))][1] is Reason.NEWEST


def test_retention_0_stores_nothing() -> None:
    """Not even the newest point is stored."""
    assert kept([point(0, 1)], 0, published_rule(0)) == ()


def test_the_published_table_has_three_rows() -> None:
    """Hourly up to one day, two-hourly up to seven, then four-hourly after day seven; edges belong to the shorter."""
    widths = {
        hours: [tier.bucket_minutes for tier in published_tiers(hours * HOUR)] for hours in (24, 25, 168, 169, 360)
    }
    assert widths == {24: [0, 60], 25: [0, 120], 168: [0, 120], 169: [0, 120, 240], 360: [0, 120, 240]}


def test_age_buckets_that_keep_the_newest_collapse_history() -> None:
    """The trap of bug class B34: a day of points shrinks to a little over two hours."""
    trap = evolve(published_rule(1440), representative=Representative.NEWEST, alignment=Alignment.AGE)
    alive: list[RecoveryPoint] = []
    for number, at in enumerate(range(0, 1440, 5)):
        alive = list(kept([*alive, point(at, number)], at * MINUTE_MS, trap))
    assert alive[-1].taken_at_ms - alive[0].taken_at_ms <= 125 * MINUTE_MS


def test_days_of_points_equal_the_pure_function_applied_each_time() -> None:
    """Queues and `choose` agree on random retentions, intervals, phases, stalls and a takeover."""
    rng = random.Random(1)
    for _ in range(25):
        retention = rng.choice([0, 3, 5, 60, 121, 125, 180, 1440, 1500, 2880, 4000, 10200])
        rule = published_rule(retention)
        policy = ReplicationPolicy(retention, rng.choice([0, 60, 120, 180]))
        points = list(schedule(policy, START_MS + MINUTE_MS * rng.randrange(240), rng.randrange(200, 2500)))
        points = [each for each in points if rng.random() > 0.1]
        before = rng.randrange(len(points))
        alive = _one_by_one(points[:before], published_rule(1440), [])
        assert [each.point for each in run(points[:before], published_rule(1440)).kept] == alive
        after = run(points[before:], rule, alive)
        assert [each.point for each in after.kept if each.kept] == _one_by_one(points[before:], rule, alive)
        assert len(after.drops) + after.counts[-1] == len(points) - before + len(alive)


def _one_by_one(points: list[RecoveryPoint], rule: RetentionRule, alive: list[RecoveryPoint]) -> list[RecoveryPoint]:
    for each in points:
        alive = list(kept([*alive, each], each.taken_at_ms, rule))
    return alive


def test_every_kind_of_point_keeps_its_own_interval() -> None:
    """Crash-consistent every 7 minutes, application-consistent every 60, in order of time, numbered without a gap."""
    points = list(schedule(ReplicationPolicy(1440, 60, crash_consistent_minutes=7), START_MS, 180, first=5))
    apps = [each for each in points if each.consistency is Consistency.APP]
    assert [(each.taken_at_ms - START_MS) // MINUTE_MS for each in apps] == [0, 60, 120, 180]
    assert len(points) - len(apps) == 180 // 7 + 1
    assert [each.sequence for each in points] == list(range(5, 5 + len(points)))
    assert sorted(each.taken_at_ms for each in points) == [each.taken_at_ms for each in points]


def test_steady_state_counts_are_those_of_the_table() -> None:
    """46 for one day, 47 for two, 107 for seven, 113 for eight, 155 for fifteen."""
    found = {}
    for days in (1, 2, 7, 8, 15):
        policy = ReplicationPolicy(days * 1440)
        past = run(schedule(policy, START_MS, (days + 3) * 1440), published_rule(days * 1440))
        found[days] = set(past.counts[-288:])
    assert found == {1: {46}, 2: {47}, 7: {107}, 8: {113}, 15: {155}}
