"""Twins of the pin theorems: arrivals in every small rhythm, pruned by `keep.kept`, with a pin and without."""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from attrs import evolve

from siteproof.model.nouns.policy import MINUTE_MS, RecoveryPoint
from siteproof.model.spec.retention_rule import RetentionRule, Tier, plain_rule
from siteproof.model.theorems.keep import kept
from siteproof.model.theorems.twins.pruning import point
from siteproof.model.theorems.twins.tally import Twin, TwinTally, tally

CRASH = 2  # arrivals are at most so many minutes apart
LONG = RetentionRule(11, (Tier(0, 0), Tier(1, 2), Tier(5, 4)))  # each tier lasts its bucket and CRASH
SHORT = RetentionRule(9, (Tier(0, 0), Tier(1, 2), Tier(5, 4)))  # the last one lasts its bucket only
RETENTION = 5


def _goes_at(arrivals: Sequence[int], released: int) -> int:
    """The arrival that prunes the first point, which is in use until `released`."""
    alive = [point(arrivals[0], 0)]
    for number, now in enumerate(arrivals[1:], 1):
        alive = [evolve(each, pinned=each.sequence == 0 and now < released) for each in alive]
        alive = list(kept([*alive, point(now, number)], now * MINUTE_MS, plain_rule(RETENTION)))
        if alive[0].sequence:
            return now
    raise AssertionError(arrivals)


def _deferred() -> TwinTally:
    """Every rhythm of up to three minutes; the latest pruning is one minute short of the bound."""
    crash = 3

    def late(released: int) -> Iterator[int]:
        due = max(RETENTION, released)
        for steps in itertools.product(range(1, crash + 1), repeat=6):
            arrivals = [*itertools.accumulate(steps, initial=0), *range(sum(steps) + crash, 40, crash)]
            yield _goes_at(arrivals, released) - due

    return tally((released, set(late(released)) == set(range(crash))) for released in range(13))


def _lives(stream: Sequence[RecoveryPoint], rule: RetentionRule) -> Iterator[set[int]]:
    """The sequences that are kept after each arrival."""
    alive: tuple[RecoveryPoint, ...] = ()
    for arriving in stream:
        alive = kept([*alive, arriving], arriving.taken_at_ms, rule)
        yield {each.sequence for each in alive}


def _streams() -> Iterator[list[RecoveryPoint]]:
    """Twelve points in every rhythm of four steps, in every phase to the buckets; none, or some, are app-consistent."""
    for steps, phase, every in itertools.product(itertools.product((1, CRASH), repeat=4), range(4), (1, 3, 99)):
        times = itertools.accumulate(itertools.islice(itertools.cycle(steps), 11), initial=phase)
        yield [point(at, number, app=number % every == every - 1) for number, at in enumerate(times)]


def _pin_costs_no_other(rule: RetentionRule) -> TwinTally:
    """Each of the first points is pinned from its arrival on; the others are kept as they are without the pin."""

    def same(stream: list[RecoveryPoint], pinned: int) -> bool:
        held = [evolve(each, pinned=each.sequence == pinned) for each in stream]
        pairs = zip(_lives(held, rule), _lives(stream, rule), strict=True)
        return all(with_pin - {pinned} == without - {pinned} for with_pin, without in pairs)

    def cases() -> Iterator[tuple[Any, bool]]:
        for stream, pinned in itertools.product(_streams(), range(5)):
            yield (tuple(each.taken_at_ms // MINUTE_MS for each in stream), pinned), same(stream, pinned)

    return tally(cases())


PINS: dict[str, Twin] = {
    "POL-T18": _deferred,
    "POL-T56": lambda: _pin_costs_no_other(LONG),
    "POL-T57": lambda: _pin_costs_no_other(SHORT),
}
