"""Twins of the flow theorems: small amounts, every choice of the workload, or seeded walks where they are many."""

import itertools
import random
from collections.abc import Iterator
from typing import Any

from siteproof.model.theorems.twins.tally import Twin, TwinTally, tally

RUNS, STEPS = 400, 40


def _churn(rng: random.Random, sigma: int, rho: int) -> Iterator[int]:
    """Bytes written per tick by a workload that spends its token bucket greedily, lazily or at random."""
    tokens, mood = sigma, rng.choice((0.0, 0.3, 1.0))
    for _ in range(STEPS):
        tokens = min(sigma, tokens + rho)
        written = tokens if rng.random() < mood else rng.randint(0, tokens)
        tokens -= written
        yield written


def _parameters(seed: int) -> Iterator[tuple[random.Random, int, int, int]]:
    rng = random.Random(seed)  # noqa: S311  (a twin needs repeatable numbers, not secrets)
    for _ in range(RUNS):
        rho = rng.randint(1, 9)
        yield rng, rng.randint(1, 40), rho, rho + rng.randint(0, 4)


def _backlog() -> TwinTally:
    def highest(rng: random.Random, sigma: int, rho: int, band: int) -> int:
        backlog, seen = 0, 0
        for written in _churn(rng, sigma, rho):
            backlog = max(0, backlog + written - band)
            seen = max(seen, backlog)
        return seen

    return tally(((s, r, b), highest(rng, s, r, b) <= s) for rng, s, r, b in _parameters(1))


def _rpo() -> TwinTally:
    """Bookmarks every C ticks leave in order behind the bytes before them; the newest stored point's age is watched.

    Ticks are coarse: data that leaves within a tick counts at its end, which adds less than one tick.
    """

    def worst(rng: random.Random, sigma: int, rho: int, band: int, crash: int, latency: int) -> int:
        written, sent, marks, newest, age = 0, 0, [], 0, 0
        for now, more in enumerate(_churn(rng, sigma, rho)):
            if now % crash == 0:
                marks.append((now, written))
            written += more
            sent = min(written, sent + band)
            usable = [at for at, upto in marks if upto <= sent and now >= at + latency]
            newest = max([newest, *usable])
            age = max(age, now - newest)
        return age

    cases = ((rng, s, r, b, c, d) for rng, s, r, b in _parameters(2) for c, d in ((1, 0), (3, 2)))
    return tally(((s, r, b, c, d), worst(rng, s, r, b, c, d) * b < (c + d + 1) * b + s) for rng, s, r, b, c, d in cases)


def _overload() -> TwinTally:
    def passes(rho: int, band: int, limit: int) -> bool:
        backlog = 0
        for _ in range(limit + 1):
            backlog += rho - band
        return backlog > limit

    cases = ((r, b, q) for r, b, q in itertools.product(range(1, 9), range(8), (0, 10, 100)) if r > b)
    return tally((case, passes(*case)) for case in cases)


def _storage() -> TwinTally:
    """Points every 3 ticks for R ticks, some merged: the sum of the distinct bytes between neighbours."""

    def fits(rng: random.Random, sigma: int, rho: int, retention: int) -> bool:
        writes = list(_churn(rng, sigma, rho))
        for now in range(retention, STEPS):
            points = sorted({now - retention + 1, *rng.sample(range(now - retention + 1, now + 1), 3)})
            spans = itertools.pairwise([*points, now + 1])
            if sum(sum(writes[a:b]) for a, b in spans) > sigma + rho * retention:
                return False
        return True

    return tally(((s, r), fits(rng, s, r, 9)) for rng, s, r, _ in _parameters(3))


def _garbage(*, looks_at_all: bool) -> TwinTally:
    """Two kept points, one version [w, o), the head at 6: what is freed must be needed by no point then or later."""

    def safe(first: int, second: int, w: int, o: int) -> bool:
        kept = (first, second)
        asked = kept if looks_at_all else (max(kept),)
        freed = not any(w <= p < o for p in asked)
        later = (*kept, *range(6, 9))
        return not freed or not any(w <= p < o for p in later)

    cases = ((a, b, w, o) for a, b, w, o in itertools.product(range(7), range(7), range(6), range(1, 7)) if w < o)
    return tally((case, safe(*case)) for case in cases)


def _group_latency() -> TwinTally:
    """Two members with their own latencies, a shared point every cycle, R exactly at the bound."""

    def served(cycle: int, one: int, two: int, worst: int) -> bool:
        taken, slowest = range(0, 6 * cycle, cycle), max(one, two)
        last = taken[-1] + worst
        return all(any(s + slowest <= now < s + cycle + worst for s in taken) for now in range(worst, last))

    cases = itertools.product(range(1, 6), range(4), range(4), range(4))
    return tally(((c, a, b, d), served(c, a, b, d)) for c, a, b, d in cases if max(a, b) <= d)


def _group_misses() -> TwinTally:
    """Two members over four attempts; neither fails twice in a row; the group succeeds where both do."""

    def steady(row: tuple[bool, ...]) -> bool:
        return all(a or b for a, b in itertools.pairwise(row))

    rows = [row for row in itertools.product((False, True), repeat=4) if steady(row)]
    pairs = itertools.product(rows, rows)
    return tally(((a, b), steady(_both(a, b))) for a, b in pairs)


def _both(one: tuple[bool, ...], two: tuple[bool, ...]) -> Any:
    return tuple(a and b for a, b in zip(one, two, strict=True))


FLOW: dict[str, Twin] = {
    "POL-T46": _backlog,
    "POL-T47": _rpo,
    "POL-T48": _overload,
    "POL-T49": _storage,
    "POL-T50": lambda: _garbage(looks_at_all=True),
    "POL-T51": lambda: _garbage(looks_at_all=False),
    "POL-T52": _group_latency,
    "POL-T53": _group_misses,
}
