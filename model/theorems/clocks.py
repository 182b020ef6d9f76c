"""Histories with bad clocks: skew between source, appliance and vault, stalls, missing points, daylight saving.

Everything random comes from the generator that is handed in. True time counts milliseconds of the epoch, in which
every day has 86,400 seconds: a leap day is a day like any other, and only local time knows of daylight saving.
"""

from datetime import UTC, date, datetime, timedelta

import numpy as np
from attrs import frozen

from siteproof.model.nouns.policy import DAY_MINUTES, HOUR_MINUTES, MINUTE_MS, ReplicationPolicy
from siteproof.model.theorems.fates import Arrivals, Flags, Times, steady

HOUR_MS = HOUR_MINUTES * MINUTE_MS
SECOND_MS = 1000


@frozen
class Weather:
    """How bad it gets. Skews wander slowly within these bounds; stalls are silences of the whole machine."""

    source_skew_ms: int = 10 * MINUTE_MS
    vault_skew_ms: int = 10 * MINUTE_MS
    missing_share: float = 0.02
    stalls: int = 0
    stall_minutes_max: int = 12 * HOUR_MINUTES


CALM = Weather(0, 0, 0.0, 0)


@frozen(eq=False)
class Torture:
    """A history as the clocks tell it, with the true times beside it."""

    true_ms: Times
    arrivals: Arrivals


def tortured(
    policy: ReplicationPolicy, start_ms: int, days: int, weather: Weather, chance: np.random.Generator
) -> Torture:
    """So many days of points: what is left of the schedule, stamped by the source, judged by the vault's clock."""
    crash = np.arange(0, days * DAY_MINUTES + 1, policy.crash_consistent_minutes)
    app = np.arange(0, days * DAY_MINUTES + 1, policy.app_consistent_minutes or days * DAY_MINUTES + 1)
    due = np.concatenate((crash, app if policy.app_consistent_minutes else app[:0]))
    kind = np.arange(len(due)) >= len(crash)
    order = np.lexsort((kind, due))
    due, kind = due[order], kind[order]
    there = (chance.random(len(due)) >= weather.missing_share) & ~_stalled(due, days, weather, chance)
    true_ms = start_ms + due[there] * MINUTE_MS
    source = true_ms + _skew(true_ms, weather.source_skew_ms, chance)
    vault = steady(true_ms + _skew(true_ms, weather.vault_skew_ms, chance))
    return Torture(true_ms, Arrivals(source, kind[there], vault))


def local_ms(true_ms: Times) -> Times:
    """Local time in a zone one hour ahead, two in summer: from the last Sunday of March to that of October."""
    return true_ms + HOUR_MS + HOUR_MS * in_summer(true_ms)


def in_summer(true_ms: Times) -> Times:
    """1 while daylight saving holds, else 0; it changes at 01:00 universal time."""
    years = range(_year(int(true_ms.min(initial=0))), _year(int(true_ms.max(initial=0))) + 1)
    changes = np.array([_last_sunday_ms(year, month) for year in years for month in (3, 10)], dtype=np.int64)
    return np.searchsorted(changes, true_ms, side="right") % 2


def _stalled(due: Times, days: int, weather: Weather, chance: np.random.Generator) -> Flags:
    begins = chance.integers(0, max(days * DAY_MINUTES, 1), weather.stalls)
    lengths = chance.integers(0, weather.stall_minutes_max + 1, weather.stalls)
    stalled = np.zeros(len(due), dtype=np.bool_)
    for begin, length in zip(begins, lengths, strict=True):
        stalled[np.searchsorted(due, begin) : np.searchsorted(due, begin + length)] = True
    return stalled


def _skew(true_ms: Times, most_ms: int, chance: np.random.Generator) -> Times:
    """A smooth wave of at most so much, with a period of days: clocks drift by seconds in an hour, they do not jump."""
    period = chance.uniform(3, 30) * DAY_MINUTES * MINUTE_MS
    wave = np.sin(2 * np.pi * (true_ms / period + chance.random()))
    skew: Times = np.rint(most_ms * wave).astype(np.int64)
    return skew


def _last_sunday_ms(year: int, month: int) -> int:
    last = date(year, month, 31)
    sunday = last - timedelta(days=(last.weekday() + 1) % 7)
    return int(datetime(sunday.year, month, sunday.day, 1, tzinfo=UTC).timestamp()) * SECOND_MS


def _year(time_ms: int) -> int:
    return datetime.fromtimestamp(time_ms / SECOND_MS, UTC).year
