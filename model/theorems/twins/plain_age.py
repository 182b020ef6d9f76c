"""Twins of the plain-age theorems: 102,400 policies simulated tick by tick, and small ones against every adversary."""

import functools
import itertools
from collections.abc import Iterator
from typing import Any

from siteproof.model.theorems.twins.adversary import Small, has_gap
from siteproof.model.theorems.twins.tally import Twin, TwinTally, tally

RETENTIONS, INTERVALS, LATENCIES, MISSES = range(1, 41), range(1, 21), range(16), range(8)


@functools.cache
def simulated() -> Any:
    """One row per policy: R, F, D, m, longest gap, greatest age of the newest usable point (-1: never usable).

    The worst run: one success, m misses, then successes only; every tick is looked at.
    """
    import numpy as np  # noqa: PLC0415  (only the twins need it)

    axes = np.meshgrid(RETENTIONS, INTERVALS, LATENCIES, MISSES, indexing="ij")
    retention, interval, latency, misses = (axis.ravel().astype(np.int32) for axis in axes)
    ticks = MISSES[-1] * INTERVALS[-1] + INTERVALS[-1] + LATENCIES[-1] + RETENTIONS[-1]
    newest = np.full(len(retention), -1_000_000, np.int32)
    gap, longest, oldest = (np.zeros(len(retention), np.int32) for _ in range(3))
    oldest -= 1
    for now in range(ticks):
        source = now - latency  # a success of this tick becomes usable now
        number = source // interval
        arrives = (source >= 0) & (source % interval == 0) & ((number == 0) | (number > misses))
        newest = np.where(arrives, source, newest)
        age = now - newest
        served = age < retention
        gap = np.where(served | (source < 0), 0, gap + 1)
        longest = np.maximum(longest, gap)
        oldest = np.where(served, np.maximum(oldest, age), oldest)
    return np.stack([retention, interval, latency, misses, longest, oldest], axis=1)


def _rows(holds: Any) -> TwinTally:
    """Tally over all simulated policies; `holds` maps the columns to an array of truth."""
    rows = simulated()
    truth = holds(*rows.T)
    wrong = rows[~truth]
    return TwinTally(len(rows), len(wrong), tuple(map(tuple, wrong[:5].tolist())))


def _cycle(interval: Any, latency: Any, misses: Any) -> Any:
    """(m+1)·F + D of numbers or columns."""
    return (misses + 1) * interval + latency


def _safety() -> TwinTally:
    small = tally((p, has_gap(p) is False) for p in small_policies() if plain_bound(p))
    large = _rows(lambda r, f, d, m, gap, _: (_cycle(f, d, m) > r) | (gap == 0))
    return TwinTally(small.tried + large.tried, small.broken + large.broken, small.examples + large.examples)


def _converse() -> TwinTally:
    small = tally((p, has_gap(p)) for p in small_policies() if not plain_bound(p))
    large = _rows(lambda r, f, d, m, gap, _: (_cycle(f, d, m) <= r) | (gap > 0))
    return TwinTally(small.tried + large.tried, small.broken + large.broken, small.examples + large.examples)


def small_policies() -> Iterator[Small]:
    """Policies for the exhaustive adversary."""
    for numbers in itertools.product(range(1, 9), range(1, 4), range(4), range(3)):
        yield Small(*numbers)


def plain_bound(policy: Small) -> bool:
    """(m+1)·F + D <= R."""
    return bool(_cycle(policy.interval, policy.latency, policy.misses) <= policy.retention)


def _margin() -> TwinTally:
    """The largest m without a gap is n with (n+1)·F + D <= R < (n+2)·F + D, wherever the grid shows it."""

    def cases() -> Iterator[tuple[Any, bool]]:
        safe: dict[tuple[int, int, int], list[int]] = {}
        for r, f, d, m, gap, _ in simulated().tolist():
            safe.setdefault((r, f, d), []).extend([m] if gap == 0 else [])
        for (r, f, d), counts in safe.items():
            margin = (r - d) // f - 1
            yield (r, f, d), counts == list(range(min(margin, MISSES[-1]) + 1))

    return tally(cases())


def _open_windows() -> TwinTally:
    """Ticks of half a unit: parameters are even, instants may be odd."""

    def safe(r: int, f: int, d: int, m: int) -> bool:
        taken = [0, *range((m + 1) * f, (m + 1) * f + 3 * r + 2, f)]
        last = (m + 1) * f + d + r
        return all(any(s + d < now < s + r for s in taken) for now in range(d + 1, last))

    grid = itertools.product(range(2, 17, 2), range(2, 9, 2), range(0, 9, 2), range(3))
    return tally(((r, f, d, m), safe(r, f, d, m) == (_cycle(f, d, m) < r)) for r, f, d, m in grid if d < r)


def _varying() -> TwinTally:
    """Every assignment of own latencies up to D to the first points; F, D, m small; the bound is met exactly."""

    def safe(f: int, d: int, m: int, own: tuple[int, ...]) -> bool:
        r, step = _cycle(f, d, m), (m + 1) * f
        taken = [number * step for number in range(len(own))]
        ends = taken[-1] + d
        return all(
            any(s + each <= now < s + r for s, each in zip(taken, own, strict=True)) for now in range(d, ends + 1)
        )

    def cases() -> Iterator[tuple[Any, bool]]:
        for f, d, m in itertools.product(range(1, 5), range(4), range(3)):
            for own in itertools.product(range(d + 1), repeat=4):
                yield (f, d, m, own), safe(f, d, m, own)

    return tally(cases())


def _local_clocks() -> TwinTally:
    """Every legal run of six attempts, and a clock that goes forward by h at any tick (backward it only keeps longer).

    Some run has an instant with nothing usable exactly when the bound is not met.
    """
    attempts = 6

    def usable(taken: int, now: int, policy: tuple[int, ...], jump: int) -> bool:
        retention, _interval, latency, _misses, hour = policy
        local_age = now - taken + (hour if taken < jump <= now else 0)
        return taken + latency <= now and local_age < retention

    def gap(policy: tuple[int, ...], run: tuple[bool, ...], jump: int) -> bool:
        _retention, interval, latency, _misses, _hour = policy
        taken = [number * interval for number, succeeded in enumerate(run) if succeeded]
        return any(not any(usable(s, now, policy, jump) for s in taken) for now in range(latency, taken[-1] + latency))

    def some_gap(policy: tuple[int, ...]) -> bool:
        runs = [run for run in itertools.product((True, False), repeat=attempts) if _legal(run, policy[3])]
        jumps = range(1, attempts * policy[1] + policy[2])
        return any(gap(policy, run, jump) for run in runs for jump in jumps)

    grid = itertools.product(range(1, 9), range(1, 3), range(3), range(3), range(3))
    shifts = ((r, f, d, m, h) for r, f, d, m, h in grid if h < r)
    return tally(((r, f, d, m, h), some_gap((r, f, d, m, h)) == (_cycle(f, d, m) + h > r)) for r, f, d, m, h in shifts)


def _legal(run: tuple[bool, ...], misses: int) -> bool:
    """It begins and ends with a success, and never more than `misses` attempts in a row fail."""
    failures = [len(list(group)) for succeeded, group in itertools.groupby(run) if not succeeded]
    return run[0] and run[-1] and max(failures, default=0) <= misses


def _stale(r: Any, f: Any, d: Any, m: Any, oldest: Any) -> Any:
    """In whole ticks "younger than the cycle, no less" means: the greatest age is the cycle minus one tick."""
    cycle = _cycle(f, d, m)
    return (cycle > r) | (oldest == cycle - 1)


PLAIN_AGE: dict[str, Twin] = {
    "POL-T1": _safety,
    "POL-T2": _converse,
    "POL-T3": lambda: _rows(lambda r, f, d, _m, gap, _: (r > f) | (d == 0) | (gap > 0)),
    "POL-T4": _margin,
    "POL-T5": lambda: _rows(lambda r, f, _d, m, gap, _: (m > 0) | (f >= r) | (gap == 0)),
    "POL-T6": lambda: _rows(
        lambda r, f, d, m, gap, _: (_cycle(f, d, m) <= r) | (d >= r) | (gap == _cycle(f, d, m) - r)
    ),
    "POL-T7": lambda: _rows(lambda r, f, d, m, _gap, oldest: _stale(r, f, d, m, oldest)),
    "POL-T8": _open_windows,
    "POL-T9": _varying,
    "POL-T58": _local_clocks,
}
