"""Thinning: the bound under the published tiers, derived and proved for itself (domain §2).

A bucket keeps its oldest application-consistent point, so the newest one that was taken may be represented by one that
is older by up to L, the largest multiple of F below the bucket's width g. The exact condition becomes
(m+1)·F + D + L <= R, for every tier that lasts at least one bucket (g <= R - T; all published rows of whole days do).
"""

from typing import Any

import z3

from siteproof.model.theorems.theorem import Obligation, Theorem, product_sign

F, R, D, G, T = z3.Reals("F R D g T")  # interval, retention, latency, bucket width, age at which the tier begins
m, n, i, a = z3.Ints("m n i a")  # tolerated misses; L = n·F; positions and attempts
u, r, t = z3.Reals("u r t")  # the newest point that is D old, the oldest of its bucket, the instant of asking
LOSS = n * F
CYCLE = (m + 1) * F + D
LARGEST = z3.And(n >= 0, n * F < G, (n + 1) * F >= G)
POSITIVE = (F > 0, R > 0, D > 0, m >= 0, G > 0, T >= 0)


def _plain_bound_suffices() -> tuple[Obligation, ...]:
    """R 48 h, F 1 h, D 30 min, two-hour buckets: two points of one bucket, then m misses."""
    older, newer, instant, misses = z3.Ints("older newer t m")
    timing = (misses >= 0, (misses + 1) * 60 + 30 <= 2880)
    together = (older >= 0, newer == older + 60, older / 120 == newer / 120)
    asked = (instant >= older + 30, instant < newer + (misses + 1) * 60 + 30)
    return (Obligation("the oldest of the bucket still lives", (*timing, *together, *asked), instant < older + 2880),)


def _lattice() -> tuple[Obligation, ...]:
    given = (F > 0, G > 0, LARGEST, i >= 0, i * F < G, product_sign(i - n - 1, F), product_sign(n - i, F))
    return (Obligation("no two attempts of one bucket are further apart", given, z3.And(i <= n, i * F <= LOSS)),)


def _safety() -> tuple[Obligation, ...]:
    newest = (u <= t - D, t - D < u + (m + 1) * F)
    oldest = (r <= u, u - r <= LOSS)
    alive = z3.Function("alive", z3.RealSort(), z3.BoolSort())
    other = z3.Real("other")
    oldest_of_all = z3.ForAll([other], z3.Implies(alive(other), r <= other), patterns=[alive(other)])
    return (
        Obligation(
            "the oldest of the bucket serves",
            (*POSITIVE, LARGEST, CYCLE + LOSS <= R, *newest, *oldest),
            z3.And(r + D <= t, t < r + R),
        ),
        Obligation("and thinning keeps it", (oldest_of_all, alive(other)), z3.Not(other < r)),
    )


def _converse() -> tuple[Obligation, ...]:
    """Attempts 0..n succeed in one bucket that begins at 0, m fail, later ones succeed."""
    instant = z3.If(R >= D, R, D)
    given = (*POSITIVE, LARGEST, T + G <= R, CYCLE + LOSS > R)
    dropped_for_first = (a >= 1, a <= n, product_sign(n - a, F))
    late = (a > n + m, product_sign(a - n - m - 1, F))
    own = a * F
    return (
        Obligation("the first point has expired", given, z3.And(instant >= D, instant >= R)),
        Obligation("the others share its bucket", (*given, *dropped_for_first), own < G),
        Obligation("they reach the tier while it lives", (*given, *dropped_for_first), own + T < R),
        Obligation("the next one is not usable yet", (*given, *late), own + D > instant),
        Obligation("at most m in a row fail", (*given, a > n, a <= n + m), a - n <= m),
    )


def _hourly_buckets_lose_nothing() -> tuple[Obligation, ...]:
    given = (F >= 60, G == 60, LARGEST, product_sign(n - 1, F))
    return (Obligation("F is at least one hour", given, n == 0),)


def _loss_table() -> tuple[Obligation, ...]:
    """The losses of whole-hour intervals, in hours; n below 4 is enough, because four hours hold no more."""
    hours, loss = z3.Ints("hours loss")
    product = z3.If(n == 0, 0, z3.If(n == 1, hours, z3.If(n == 2, 2 * hours, 3 * hours)))

    def table(width: int, losses: dict[int, int]) -> Obligation:
        largest = (n >= 0, n <= 3, loss == product, loss < width, loss + hours >= width)
        expected: Any = z3.IntVal(0)
        for interval, lost in losses.items():
            expected = z3.If(hours == interval, lost, expected)
        return Obligation(f"{width} h buckets", (hours >= 1, hours <= 12, *largest), loss == expected)

    return (table(2, {1: 1}), table(4, {1: 3, 2: 2, 3: 3}))


def _nested(fine: int, coarse: int) -> tuple[Obligation, ...]:
    """Thinning step by step keeps what thinning at once keeps: a fine bucket, number b, never crosses a coarse edge."""
    p, q, b = z3.Ints("p q b")
    inside = tuple(z3.And(b * fine <= point, point < (b + 1) * fine) for point in (p, q))
    return (Obligation("one fine bucket, one coarse bucket", inside, p / coarse == q / coarse),)


def _every_nesting() -> tuple[Obligation, ...]:
    """The same for every width g and every multiple c·g of it; b numbers fine buckets, e coarse ones."""
    b, e, c = z3.Ints("b e c")
    point = z3.Real("point")
    in_fine = (G > 0, c >= 1, b * G <= point, point < (b + 1) * G)
    in_coarse = (e * c <= b, b + 1 <= (e + 1) * c)
    hints = (product_sign(b - e * c, G), product_sign((e + 1) * c - b - 1, G))
    claim = z3.And(e * c * G <= point, point < (e + 1) * c * G)
    return (Obligation("a point of the fine bucket is in the coarse one", (*in_fine, *in_coarse, *hints), claim),)


def _staleness() -> tuple[Obligation, ...]:
    newest = (u <= t - D, t - D < u + (m + 1) * F, r <= u, u - r <= LOSS)
    return (Obligation("whichever stands for it", (*POSITIVE, LARGEST, *newest), t - r < CYCLE + LOSS),)


def _shorter_interval_is_no_worse() -> tuple[Obligation, ...]:
    """Two-hour buckets, 2 days: F 2 h with m misses against F 1 h with 2m+1, the same time without a point."""
    misses, latency = z3.Ints("m D")
    safe_two = (misses + 1) * 120 + latency <= 2880
    safe_one = (2 * misses + 2) * 60 + latency + 60 <= 2880
    given = (misses >= 0, latency > 0, latency <= 120, safe_two)
    return (Obligation("what F 2 h survives, F 1 h survives", given, safe_one),)


def _bound(tier: Any) -> str:
    return f"(m+1)·F + D + L {tier} R, L the largest multiple of F below the bucket's width"


# fmt: off
TIERED: tuple[Theorem, ...] = (
    Theorem("POL-T24", "Under two-hour buckets (m+1)·F + D <= R keeps an application-consistent point usable.",
            ("SP-POL-11",), _plain_bound_suffices, holds=False),
    Theorem("POL-T25", "Two attempts in one bucket are at most L apart, L the largest multiple of F below its width.",
            ("SP-POL-11", "SP-RET-13"), _lattice),
    Theorem("POL-T26", f"Under thinning, {_bound('<=')}, keeps an application-consistent point usable.",
            ("SP-POL-11", "SP-RET-8"), _safety),
    Theorem("POL-T27", f"Under thinning, {_bound('>')}, has a run with an instant at which nothing is usable.",
            ("SP-POL-11", "SP-RET-8"), _converse),
    Theorem("POL-T28", "Hourly buckets lose nothing for F of an hour or more: up to 1 day the plain bound is exact.",
            ("SP-POL-11", "SP-RET-4"), _hourly_buckets_lose_nothing),
    Theorem("POL-T29", "L is 1 h for F = 1 h in two-hour buckets; 3, 2, 3 h for F = 1, 2, 3 h in four-hour ones.",
            ("SP-POL-11", "SP-RET-5", "SP-RET-6"), _loss_table),
    Theorem("POL-T30", "Two-hour buckets nest in four-hour buckets: thinning step by step equals thinning at once.",
            ("SP-RET-6", "SP-RET-13"), lambda: _nested(120, 240)),
    Theorem("POL-T31", "Buckets of every width nest in buckets of every multiple of it.", ("SP-RET-13",),
            _every_nesting),
    Theorem("POL-T32", "Two-hour buckets nest in three-hour buckets.", ("SP-RET-13",),
            lambda: _nested(120, 180), holds=False),
    Theorem("POL-T33", "Under thinning, halving the interval with twice the misses is never worse.", ("SP-POL-11",),
            _shorter_interval_is_no_worse, holds=False),
    Theorem("POL-T54", "Under thinning the newest usable application-consistent point is younger than (m+1)·F + D + L.",
            ("SP-POL-11", "SP-RPO-1"), _staleness),
)
# fmt: on
