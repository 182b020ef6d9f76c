"""An exhaustive adversary: every legal run of small whole numbers, followed state by state until no state is new.

It decides whether some run of successes and misses leaves an instant without a usable point. It has its own small
retention, so that it shares nothing with the prover, the calendar or `keep.choose`.
"""

import math
from collections.abc import Iterator

from attrs import frozen

State = tuple[int, tuple[int, ...], int, int]  # place in the period, ages, misses, ticks to go


@frozen
class Small:
    """Small whole ticks. `tiers` are (age, bucket width) pairs, widths nested; `phase` shifts the attempts."""

    retention: int
    interval: int
    latency: int
    misses: int
    tiers: tuple[tuple[int, int], ...] = ()
    phase: int = 0
    fresh: int = 1_000_000  # only points younger than this count

    @property
    def period(self) -> int:
        """After so many ticks attempts and buckets line up again."""
        return math.lcm(self.interval, *(width for _, width in self.tiers))


def has_gap(policy: Small) -> bool:
    """Whether some run reaches an instant, after the first point was due, with nothing usable."""
    first: State = (policy.phase % policy.period, (0,), 0, policy.latency)
    seen, waiting = {first}, [first]
    while waiting:
        state = waiting.pop()
        if state[3] == 0 and not _serves(policy, state[1]):
            return True
        fresh = [each for each in _next(policy, state) if each not in seen]
        seen.update(fresh)
        waiting += fresh
    return False


def _serves(policy: Small, ages: tuple[int, ...]) -> bool:
    return any(policy.latency <= age < min(policy.retention, policy.fresh) for age in ages)


def _next(policy: Small, state: State) -> Iterator[State]:
    place, ages, misses, due = state
    now, older, left = (place + 1) % policy.period, tuple(age + 1 for age in ages), max(due - 1, 0)
    if (now - policy.phase) % policy.interval:
        yield now, _thinned(policy, now, older), misses, left
        return
    yield now, _thinned(policy, now, (*older, 0)), 0, left
    if misses < policy.misses:
        yield now, _thinned(policy, now, older), misses + 1, left


def _thinned(policy: Small, now: int, ages: tuple[int, ...]) -> tuple[int, ...]:
    """Oldest first: a point stays unless it has expired or an older one of its tier has its bucket."""
    taken, kept = set(), []
    for age in sorted(ages, reverse=True):
        place = _bucket(policy, now, age)
        if age >= policy.retention or (place and place in taken):
            continue
        taken.add(place)
        kept.append(age)
    return tuple(kept)


def _bucket(policy: Small, now: int, age: int) -> tuple[int, int] | None:
    """(age at which the tier begins, bucket); absolute time is `now` plus whole periods, enough to stay positive."""
    reached = [tier for tier in policy.tiers if tier[0] <= age]
    if not reached:
        return None
    start, width = reached[-1]
    return start, (now - age) // width
