"""The nearest policies that are safe: what a hint may recommend, computed by z3 and checked again by `breaking_run`.

The objective uses the proved bound (m+1)·F + D + L <= R; a value that the exact search does not confirm is excluded.
"""

from collections.abc import Callable
from typing import Any

import z3
from attrs import evolve

from siteproof.model.engines.prove.answer import answer
from siteproof.model.nouns.policy import APP_CONSISTENT_HOURS_MAX, DAY_MINUTES, HOUR_MINUTES, RETENTION_DAYS_MAX
from siteproof.model.spec.retention_rule import WEEK_MINUTES, RetentionRule
from siteproof.model.theorems.timing import Timing
from siteproof.model.theorems.witness import withstands

RuleOf = Callable[[int], RetentionRule]  # the rule of a retention in minutes
INTERVAL_HOURS = range(1, APP_CONSISTENT_HOURS_MAX + 1)
RETENTION_HOURS_MAX = RETENTION_DAYS_MAX * 24


def loss_minutes(interval_minutes: int, rule: RetentionRule) -> int:
    """L: how much older than a point its bucket's oldest can be, at most (theorems POL-T25, POL-T29)."""
    width = max((tier.bucket_minutes for tier in rule.buckets), default=1)
    return (width - 1) // interval_minutes * interval_minutes


def longest_interval(timing: Timing, rule_of: RuleOf) -> int | None:
    """The largest whole-hour interval (minutes) that is safe with this retention, latency and misses."""
    hours = z3.Int("hours")
    rule = rule_of(timing.retention_minutes)
    bound = (timing.misses + 1) * hours * HOUR_MINUTES + timing.latency_minutes + _loss(hours, rule)
    search = _search(hours, INTERVAL_HOURS[0], INTERVAL_HOURS[-1], bound <= timing.retention_minutes)
    search.add(hours * HOUR_MINUTES < timing.retention_minutes)
    search.maximize(hours)
    return _confirmed(search, hours, lambda found: withstands(evolve(timing, interval_minutes=found), rule))


def shortest_retention(timing: Timing, rule_of: RuleOf) -> int | None:
    """The smallest whole-hour retention (minutes) that is safe with this interval, latency and misses."""
    hours = z3.Int("hours")
    losses = [loss_minutes(timing.interval_minutes, rule_of(days * DAY_MINUTES)) for days in (1, 7, 15)]
    minutes = hours * HOUR_MINUTES
    loss = z3.If(minutes <= DAY_MINUTES, losses[0], z3.If(minutes <= WEEK_MINUTES, losses[1], losses[2]))
    search = _search(hours, 1, RETENTION_HOURS_MAX, timing.cycle_minutes + loss <= minutes)
    search.add(minutes > timing.interval_minutes)
    search.minimize(hours)
    return _confirmed(search, hours, lambda found: withstands(evolve(timing, retention_minutes=found), rule_of(found)))


def _loss(hours: Any, rule: RetentionRule) -> Any:
    """L as a table over the whole-hour intervals."""
    table: Any = z3.IntVal(0)
    for each in INTERVAL_HOURS:
        table = z3.If(hours == each, loss_minutes(each * HOUR_MINUTES, rule), table)
    return table


def _search(hours: Any, lowest: int, highest: int, bound: Any) -> Any:
    search = z3.Optimize()
    search.add(hours >= lowest, hours <= highest, bound)
    return search


def _confirmed(search: Any, hours: Any, safe: Callable[[int], bool]) -> int | None:
    for _ in range(RETENTION_HOURS_MAX):
        if answer(search) != z3.sat:
            return None
        found = search.model()[hours].as_long()
        if safe(found * HOUR_MINUTES):
            return int(found) * HOUR_MINUTES
        search.add(hours != found)
    return None
