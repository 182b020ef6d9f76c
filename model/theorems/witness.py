"""The smallest run that leaves nothing usable: found by z3 for one policy, handed out as attempts for the simulator.

z3 chooses the newest point, the point that stands for it after each tier of thinning, and the misses; it asks for the
fewest misses. What it finds is believed only after `calendar` has shown the same gap.
"""

from typing import Any

import z3
from attrs import frozen

from siteproof.model.engines.prove.answer import answer
from siteproof.model.nouns.vocabulary import Consistency
from siteproof.model.spec.retention_rule import RetentionRule, Tier
from siteproof.model.theorems.calendar import Calendar, RecoveryGap, SnapshotAttempt, calendar
from siteproof.model.theorems.timing import Timing


@frozen
class Witness:
    """Attempts (minutes) whose gap needs `misses` misses in a row, no fewer; `gap` is what z3 says of it."""

    misses: int
    attempts: tuple[SnapshotAttempt, ...]
    gap: RecoveryGap

    def calendar(
        self, rule: RetentionRule, latency_minutes: int, consistency: Consistency = Consistency.APP
    ) -> Calendar:
        """What the simulator makes of the attempts, up to the end of the gap."""
        return calendar(self.attempts, rule, latency_minutes, self.gap.end_minutes, consistency)


def breaking_run(timing: Timing, rule: RetentionRule) -> Witness:
    """The run with the fewest misses that opens a gap; `timing.misses` is not looked at. F must be positive.

    There always is one: enough misses outlast every retention. A policy is safe with m iff m < witness.misses.
    """
    first, newest, misses = z3.Ints("first newest misses")
    search = z3.Optimize()
    search.add(first >= 0, misses >= 0)
    search.add(*_represents(first, newest, timing.interval_minutes, rule))
    start, end = _gap(first, newest, misses, timing)
    search.add(start < end)
    for aim in (misses, newest - first, first):
        search.minimize(aim)
    said = answer(search)
    assert said == z3.sat, said
    model = search.model()
    found = [model.eval(each, model_completion=True).as_long() for each in (first, newest, misses)]
    return _run(found[0], found[1], found[2], timing)


def withstands(timing: Timing, rule: RetentionRule) -> bool:
    """Whether an application-consistent point is usable at all times with these misses, decided by z3."""
    return timing.misses < breaking_run(timing, rule).misses


def _represents(first: Any, newest: Any, interval: int, rule: RetentionRule) -> list[Any]:
    """Each tier may replace the point by an older one of its bucket that is still alive when the tier is reached."""
    formulas, standing = [], newest
    for number, tier in enumerate(rule.buckets):
        steps, bucket = z3.Ints(f"steps{number} bucket{number}")
        older = standing - steps * interval
        formulas += [steps >= 0, *_in_bucket(older, standing, bucket, tier)]
        formulas.append(z3.Implies(steps > 0, tier.start_minutes + standing - older < rule.retention_minutes))
        standing = older
    return [*formulas, first == standing]


def _in_bucket(older: Any, newer: Any, bucket: Any, tier: Tier) -> list[Any]:
    return [bucket * tier.bucket_minutes <= older, newer < (bucket + 1) * tier.bucket_minutes]


def _gap(first: Any, newest: Any, misses: Any, timing: Timing) -> tuple[Any, Any]:
    """From the end of `first` (or the instant it was due, if that is later) until the successor is usable."""
    successor = newest + (misses + 1) * timing.interval_minutes
    return first + max(timing.retention_minutes, timing.latency_minutes), successor + timing.latency_minutes


def _run(first: int, newest: int, misses: int, timing: Timing) -> Witness:
    step = timing.interval_minutes
    start, end = _gap(first, newest, misses, timing)
    taken = range(first, newest + 1, step)
    failed = range(newest + step, newest + (misses + 1) * step, step)
    done = (
        *map(SnapshotAttempt, taken),
        *(SnapshotAttempt(at, succeeded=False) for at in failed),
        SnapshotAttempt(end - timing.latency_minutes),
    )
    return Witness(misses, done, RecoveryGap(start, end))
