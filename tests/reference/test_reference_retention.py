"""The reference's thinning keeps exactly the published tiers, and says why (domain §2)."""

from collections.abc import Iterable

import pytest

from siteproof.model.nouns.policy import DAY_MINUTES, MINUTE_MS
from siteproof.model.nouns.vocabulary import Consistency
from siteproof.reference.points import StoredPoint
from siteproof.reference.retention import thin

START_MS = 1_767_571_200_000  # a Monday, 00:00 UTC: every bucket edge of a day is an hour from here
STEP_MINUTES = 5


def point(minute: float, consistency: Consistency = Consistency.CRASH) -> StoredPoint:
    """A point taken that many minutes after the start."""
    time_ms = START_MS + round(minute * MINUTE_MS)
    return StoredPoint(f"{consistency.value}-{minute}", consistency, time_ms, time_ms, round(minute * 1000))


def kept(points: Iterable[StoredPoint], minute: float, retention_minutes: int) -> list[StoredPoint]:
    """What stays at that minute."""
    now_ms = START_MS + round(minute * MINUTE_MS)
    return [row.point for row in thin(list(points), now_ms, retention_minutes) if row.kept]


def aged(days: int, until_minute: int, retention_minutes: int) -> list[StoredPoint]:
    """The points that remain after `days` of a crash point every five minutes, thinned after each new one."""
    points: list[StoredPoint] = []
    for minute in range(0, until_minute + days * DAY_MINUTES, STEP_MINUTES):
        points = kept([*points, point(minute)], minute, retention_minutes)
    return points


@pytest.mark.parametrize("offset", [0, 30, 55, 60, 95])
def test_one_day_keeps_46_crash_points_in_steady_state(offset: int) -> None:
    """Twenty-four of the last two hours and twenty-two hourly ones, whatever the minute."""
    assert len(aged(2, offset + STEP_MINUTES, DAY_MINUTES)) == 46


@pytest.mark.parametrize(("days", "count"), [(2, 47), (3, 59), (7, 107)])
def test_two_to_seven_days_keep_47_and_12_more_a_day(days: int, count: int) -> None:
    """After the fine two hours one point in two hours stays."""
    assert len(aged(days + 1, STEP_MINUTES, days * DAY_MINUTES)) == count


@pytest.mark.parametrize(("days", "count"), [(8, 113), (15, 155)])
def test_eight_to_fifteen_days_keep_113_and_6_more_a_day(days: int, count: int) -> None:
    """Beyond day seven one point in four hours stays."""
    assert len(aged(days + 1, STEP_MINUTES, days * DAY_MINUTES)) == count


def test_below_one_day_a_point_stays_until_it_is_as_old_as_the_retention() -> None:
    """Kept strictly below the retention, pruned at it; the first of its hour stands for it meanwhile."""
    points = [point(0), point(1), point(61), point(700)]
    assert kept(points, 719, 720) == [points[0], *points[2:]]
    assert kept(points, 720, 720) == points[1:]


@pytest.mark.parametrize(
    ("minutes", "hours"), [(190, 1), (1440, 1), (1441, 2), (1500, 2), (2820, 2), (7 * 1440, 2), (7 * 1440 + 1, 2)]
)
def test_a_retention_between_two_rows_follows_the_longer_one(minutes: int, hours: int) -> None:
    """Up to one day hourly, above it two-hourly: two points an hour apart, both older than two hours."""
    pair = [point(0), point(60)]
    assert kept([*pair, point(185)], 185, minutes) == [*pair[: 3 - hours], point(185)]


def test_only_above_seven_days_the_last_tier_begins() -> None:
    """At 7 days a point of that age goes; at 7 days and an hour it is kept, one in four hours."""
    pair = [point(0), point(120)]
    now = 7 * DAY_MINUTES + 125
    assert kept([*pair, point(now)], now, 7 * DAY_MINUTES) == [point(now)]
    assert kept([*pair, point(now)], now, 7 * DAY_MINUTES + 180) == [pair[0], point(now)]


def test_the_newest_point_is_never_pruned() -> None:
    """After an outage of a month the last point is still there."""
    points = [point(0), point(5)]
    assert kept(points, 30 * DAY_MINUTES, DAY_MINUTES) == points[1:]


def test_a_pinned_point_stays_whatever_its_age() -> None:
    """A point in use is judged `in use`."""
    old = point(0)
    rows = thin([old, point(5000)], START_MS + 5000 * MINUTE_MS, DAY_MINUTES, {old.name})
    assert [(row.kept, row.reason) for row in rows] == [(True, "in use"), (True, "newest")]


def test_the_oldest_of_a_bucket_stays_but_an_app_consistent_one_wins() -> None:
    """Two crash points and a later app-consistent one of the same hour: the app-consistent one represents it."""
    hour = [point(0), point(5), point(30, Consistency.APP), point(55)]
    assert kept([*hour[:2], point(300)], 300, DAY_MINUTES) == [hour[0], point(300)]
    assert kept([*hour, point(300)], 300, DAY_MINUTES) == [hour[2], point(300)]


def test_the_two_hour_edge_is_half_open() -> None:
    """At exactly two hours a point is no longer among the fine ones."""
    pair = [point(60), point(65)]
    assert kept([*pair, point(180)], 180, DAY_MINUTES) == [*pair, point(180)]
    assert kept([*pair, point(185)], 185, DAY_MINUTES) == [pair[0], point(185)]


def test_points_are_ordered_by_their_sequence_and_not_by_any_clock() -> None:
    """The newest in the stream stays even when its wall clock says otherwise."""
    first = StoredPoint("first", Consistency.CRASH, START_MS, START_MS + 999_999, 1)
    last = StoredPoint("last", Consistency.CRASH, START_MS + 1, START_MS - 999_999, 2)
    rows = thin([last, first], START_MS + 90 * DAY_MINUTES * MINUTE_MS, DAY_MINUTES)
    assert [(row.point.name, row.kept) for row in rows] == [("first", False), ("last", True)]


def test_thinning_twice_at_one_instant_is_thinning_once() -> None:
    """What was kept is kept again, so the result does not depend on how often the appliance looks."""
    every_point = [point(minute) for minute in range(0, 3 * DAY_MINUTES, STEP_MINUTES)]
    once = kept(every_point, 3 * DAY_MINUTES, 2 * DAY_MINUTES)
    assert kept(once, 3 * DAY_MINUTES, 2 * DAY_MINUTES) == once
    assert 0 < len(once) < len(every_point)
