"""Twins of the editing theorems: `keep.choose` and `history.run` before and after the retention is raised."""

import itertools
from collections.abc import Iterator
from typing import Any

from siteproof.model.nouns.policy import DAY_MINUTES, MINUTE_MS, ReplicationPolicy
from siteproof.model.spec.retention_rule import RetentionRule, plain_rule, published_rule
from siteproof.model.theorems.history import run, schedule
from siteproof.model.theorems.keep import kept
from siteproof.model.theorems.twins.pruning import point
from siteproof.model.theorems.twins.tally import Twin, TwinTally, tally

CRASH = 5


def _raised(pairs: Iterator[tuple[int, int]]) -> TwinTally:
    """Points of the old retention's steady state, chosen again under the longer one at the same instant."""

    def cases() -> Iterator[tuple[Any, bool]]:
        for old, new in pairs:
            for phase in (0, 35, 90):
                now = 3 * old + phase
                taken = [point(at, at) for at in range(0, now + 1, 5)]
                before = kept(taken, now * MINUTE_MS, published_rule(old))
                after = kept(before, now * MINUTE_MS, published_rule(new))
                yield (old, new, phase), before == after

    return tally(cases())


def _within_a_row() -> Iterator[tuple[int, int]]:
    hours = ((3, 5), (12, 24), (25, 48), (48, 72), (48, 168), (169, 192), (192, 360))
    return ((old * 60, new * 60) for old, new in hours)


def _reaches_back() -> TwinTally:
    """A steady state of the old retention, a raise, and the age of the oldest point hours and days later.

    Points lie 5 minutes apart at plain age, and a bucket apart where the published table thins (POL-T35).
    """

    def cases() -> Iterator[tuple[Any, bool]]:
        for old, new in ((60, 90), (60, 200), (DAY_MINUTES, 2 * DAY_MINUTES)):
            yield from _after_the_raise(plain_rule(old), plain_rule(new), CRASH)
        for old, new in itertools.combinations((2, 3, 5, 7), 2):
            rules = published_rule(old * DAY_MINUTES), published_rule(new * DAY_MINUTES)
            yield from _after_the_raise(*rules, rules[1].tiers[-1].bucket_minutes)

    return tally(cases())


def _after_the_raise(old: RetentionRule, new: RetentionRule, apart: int) -> Iterator[tuple[Any, bool]]:
    before = run(schedule(ReplicationPolicy(old.retention_minutes), 0, 2 * old.retention_minutes), old)
    raised = new.retention_minutes - old.retention_minutes
    for since in (CRASH, raised // 2 // CRASH * CRASH, raised, raised + DAY_MINUTES):
        policy = ReplicationPolicy(new.retention_minutes)
        future = schedule(policy, before.now_ms + CRASH * MINUTE_MS, since - CRASH, 10_000_000)
        after = run(future, new, [choice.point for choice in before.kept])
        age = (after.now_ms - after.kept[0].point.taken_at_ms) // MINUTE_MS
        reach = min(new.retention_minutes, old.retention_minutes + since)
        yield (old.retention_minutes, new.retention_minutes, since), reach - apart <= age < reach


EDITS: dict[str, Twin] = {
    "POL-T21": lambda: _raised(iter([(DAY_MINUTES, 2 * DAY_MINUTES)])),
    "POL-T22": lambda: _raised(_within_a_row()),
    "POL-T23": _reaches_back,
}
