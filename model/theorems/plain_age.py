"""Plain-age retention: an application-consistent point is always usable iff (m+1)·F + D <= R (domain §2).

R, F, D are symbolic reals and m a symbolic integer: one proof covers every policy. Safety is an inductive timed
automaton; the converse is one explicit run that is legal for all parameters.
"""

from typing import Any

import z3

from siteproof.model.theorems.theorem import Obligation, Theorem, product_sign

F, R, D = z3.Reals("F R D")  # interval, retention, latency
m = z3.Int("m")  # tolerated misses in a row
u, t = z3.Reals("u t")  # a point's source time and the instant of asking
a, x = z3.Ints("a x")  # the number of an attempt; misses that really happened
POSITIVE = (F > 0, R > 0, D >= 0, m >= 0)
CYCLE = (m + 1) * F + D


def usable(taken: Any, now: Any) -> Any:
    """The half-open window of the convention."""
    return z3.And(taken + D <= now, now < taken + R)


def _safety() -> tuple[Obligation, ...]:
    """The automaton: `due` to the next outcome, `k` misses so far, `age` of the newest point, `have` it still exists.

    An outcome becomes known D after its attempt, so outcomes follow each other at F. Outcomes come before pruning at
    equal instants, and pruning is urgent.
    """
    due, age, d = z3.Reals("due age d")
    k, have = z3.Int("k"), z3.Bool("have")

    def invariant(due: Any, age: Any, k: Any, have: Any) -> Any:
        return z3.And(due >= 0, due <= F, k >= 0, k <= m, have, age == D + k * F + F - due)

    given = (*POSITIVE, CYCLE <= R)
    here = (*given, invariant(due, age, k, have))
    prunes = z3.And(due > 0, have, age >= R)
    published = invariant(F, D, z3.IntVal(0), z3.BoolVal(True))
    tick = (d > 0, d <= due, z3.Not(prunes), z3.Implies(have, age + d <= R))
    return (
        Obligation("the first publication starts it", given, published),
        Obligation("time passes", (*here, *tick), invariant(due - d, age + d, k, have)),
        Obligation("a point is published", (*here, due == 0), published),
        Obligation("an attempt fails", (*here, due == 0, k < m), invariant(F, age, k + 1, have)),
        Obligation("the newest point is pruned", (*here, prunes), invariant(due, age, k, z3.BoolVal(False))),
        Obligation("it is usable at every instant", (*here, due > 0), z3.And(have, age >= D, age < R)),
    )


def _never_usable(number: Any, now: Any) -> Any:
    """Attempt 0 succeeds, m fail, all later ones succeed: is attempt `number` of no use now?"""
    succeeded = z3.Or(number == 0, number > m)
    return z3.Implies(succeeded, z3.Not(usable(number * F, now)))


def _later(number: Any) -> Any:
    return product_sign(number - m - 1, F)


def _converse() -> tuple[Obligation, ...]:
    given = (*POSITIVE, CYCLE > R, a >= 0, _later(a))
    instant = z3.If(R >= D, R, D)
    return (
        Obligation("at most m in a row fail", (*POSITIVE, a >= 0), z3.Or(a == 0, a + m > m)),
        Obligation("nothing is usable then", given, z3.And(instant >= D, _never_usable(a, instant))),
    )


def _seed_rule_is_necessary() -> tuple[Obligation, ...]:
    instant = z3.If(R >= D, R, D)
    given = (F > 0, R > 0, D > 0, R <= F, a >= 0, product_sign(a - 1, F))
    return (Obligation("a gap without any miss", given, z3.Not(usable(a * F, instant))),)


def _margin() -> tuple[Obligation, ...]:
    n, loss = z3.Int("n"), z3.Real("L")
    given = (*POSITIVE, n >= 0, loss >= 0, (n + 1) * F + D + loss <= R, (n + 2) * F + D + loss > R)
    return (
        Obligation("n misses are safe", (*given, m <= n, product_sign(n - m, F)), CYCLE + loss <= R),
        Obligation("n + 1 misses are not", (*given, m > n, product_sign(m - n - 1, F)), CYCLE + loss > R),
    )


def _seed_rule_suffices() -> tuple[Obligation, ...]:
    f, r, d, s, now = z3.Ints("F R D s t")
    given = (f >= 60, f <= 720, f % 60 == 0, d == 30, f < r, s == 0, s + d <= now, now < s + f + d)
    return (Obligation("no miss and still a gap", given, now < s + r),)


def _longest_gap() -> tuple[Obligation, ...]:
    """With D >= R no point is ever usable and the gap has no end."""
    run = (*POSITIVE, CYCLE > R, D < R)
    any_run = (*run, x >= 0, x <= m, product_sign(m - x, F))
    inside = (*run, a >= 0, _later(a), t >= R, t < CYCLE)
    return (
        Obligation("no gap is longer", any_run, (x + 1) * F + D - R <= CYCLE - R),
        Obligation("this one is as long", inside, _never_usable(a, t)),
    )


def _staleness() -> tuple[Obligation, ...]:
    some = (*POSITIVE, x >= 0, x <= m, product_sign(m - x, F), u <= t - D, t - D < u + (x + 1) * F)
    worst = (*POSITIVE, CYCLE <= R, t >= D, t < CYCLE, a > m, _later(a))
    return (
        Obligation("the newest usable point is younger than the cycle", some, t - u < CYCLE),
        Obligation("and it can be as old as that", worst, z3.And(usable(0, t), a * F + D > t)),
    )


def _open_windows() -> tuple[Obligation, ...]:
    def opened(taken: Any, now: Any) -> Any:
        return z3.And(taken + D < now, now < taken + R)

    safe = (*POSITIVE, CYCLE < R, u + D < t, t <= u + CYCLE)
    gap = (*POSITIVE, CYCLE >= R, D < R, a > m, _later(a))
    return (
        Obligation("strictly less is enough", safe, opened(u, t)),
        Obligation("equal is not", gap, z3.Not(z3.Or(opened(0, R), opened(a * F, R)))),
    )


def _varying_latency() -> tuple[Obligation, ...]:
    own = z3.Real("own")
    given = (*POSITIVE, CYCLE <= R, own >= 0, own <= D, u <= t - D, t - D < u + (m + 1) * F)
    return (Obligation("the newest point that is D old serves", given, z3.And(u + own <= t, t < u + R)),)


def _local_clocks() -> tuple[Obligation, ...]:
    """Ages are differences of local clocks, which daylight saving and travel shift by up to h between two instants."""
    h, shift, asked = z3.Reals("h shift asked")
    given = (*POSITIVE, h >= 0, h < R)
    newest = (u <= t - D, t - D < u + (m + 1) * F, u <= asked, asked <= t)
    instant = z3.If(R - h >= D, R - h, D)
    first = z3.And(
        instant > 0, instant >= D, z3.Not(usable(0, instant + h))
    )  # the clock has gone forward by h since its point
    late = (a > m, _later(a))
    return (
        Obligation(
            "no shift prunes the point that serves",
            (*given, CYCLE + h <= R, *newest, shift >= -h, shift <= h),
            asked - u + shift < R,
        ),
        Obligation("a shift of h prunes it too soon", (*given, CYCLE + h > R), first),
        Obligation("the next one is not usable yet", (*given, CYCLE + h > R, *late), a * F + D > instant),
    )


# fmt: off
PLAIN_AGE: tuple[Theorem, ...] = (
    Theorem("POL-T1", "Under plain age, (m+1)·F + D <= R keeps an application-consistent point usable at all times.",
            ("SP-POL-8", "SP-RET-15"), _safety),
    Theorem("POL-T2", "Under plain age, (m+1)·F + D > R has a run with an instant at which nothing is usable.",
            ("SP-POL-8", "SP-RET-15"), _converse),
    Theorem("POL-T3", "With R <= F there is a gap even if no attempt ever fails: the seed's rule is necessary.",
            ("SP-POL-5",), _seed_rule_is_necessary, source="seed: App-consistent"),
    Theorem("POL-T4", "Exactly n misses are tolerated, where (n+1)·F + D + L <= R < (n+2)·F + D + L, L 0 at plain age.",
            ("SP-POL-8", "SP-POL-11"), _margin),
    Theorem("POL-T5", "F < R keeps an application-consistent point usable at all times.",
            ("SP-POL-5",), _seed_rule_suffices, holds=False, source="seed: App-consistent"),
    Theorem("POL-T6", "The longest gap is (m+1)·F + D - R, and it is reached (D < R).", ("SP-POL-8",), _longest_gap),
    Theorem("POL-T7", "The newest usable application-consistent point is always younger than (m+1)·F + D, no less.",
            ("SP-POL-8", "SP-RPO-1"), _staleness),
    Theorem("POL-T8", "With windows open at both ends the condition is (m+1)·F + D < R.", ("SP-RET-15",),
            _open_windows),
    Theorem("POL-T9", "Latencies that vary up to D keep the bound of the constant D.", ("SP-POL-8",), _varying_latency),
    Theorem("POL-T58", "Ages by local clocks that shift by up to h < R need exactly h more: (m+1)·F + D + h <= R.",
            ("SP-POL-8", "SP-RET-1"), _local_clocks),
)
# fmt: on
