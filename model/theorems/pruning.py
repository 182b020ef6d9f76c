"""Pruning: the newest point, stalls, clocks, pins and idempotence (domain §2; bug classes B11, B32, B38)."""

from typing import Any

import z3

from siteproof.model.theorems.theorem import Obligation, Theorem

R, age, d = z3.Reals("R age d")
p, q, jump = z3.Ints("p q jump")
HOUR = 60


def _newest_survives(*, guarded: bool, stalls: bool) -> tuple[Obligation, ...]:
    """`age` of the newest point, which exists; time passes by d. Without a stall a point comes every C < R."""
    crash = z3.Real("C")
    given = (crash > 0, crash < R, age >= 0, d > 0)
    regular = () if stalls else (age + d <= crash,)
    survives = z3.Or(z3.BoolVal(guarded), age + d < R)
    return (Obligation("time passes", (*given, *regular), survives),)


def _something_always_exists() -> tuple[Obligation, ...]:
    """`alive` before, `expired` by any clock whatsoever; pruning runs when point p arrives, and never otherwise."""
    alive, expired = (z3.Function(name, z3.IntSort(), z3.BoolSort()) for name in ("alive", "expired"))

    def pruned(point: Any, created: Any) -> Any:
        return z3.And(created, point != p, expired(point))

    arrives = z3.ForAll([q], z3.Implies(alive(q), q < p), patterns=[alive(q)])
    return (
        Obligation("a point arrives", (arrives,), z3.Not(pruned(p, z3.BoolVal(True)))),
        Obligation("time passes without one", (alive(q),), z3.Not(pruned(q, z3.BoolVal(False)))),
    )


def _all_survive_an_outage() -> tuple[Obligation, ...]:
    given = (R > 0, age >= 0, age < R, d > 0)
    return (Obligation("the engine prunes by age alone", given, age + d < R),)


def _any_clock() -> tuple[Obligation, ...]:
    """Each point carries an arbitrary wall clock; a point goes when its age says so and a later one is alive."""
    alive = z3.Function("alive", z3.IntSort(), z3.BoolSort())
    clock = z3.Function("clock", z3.IntSort(), z3.IntSort())
    wall, retention = z3.Ints("wall R")
    newest = z3.And(alive(p), z3.ForAll([q], z3.Implies(alive(q), q <= p), patterns=[alive(q)]))
    later = z3.Int("later")
    goes = z3.And(wall + jump - clock(p) >= retention, alive(later), later > p)
    return (Obligation("whatever the clocks show", (newest,), z3.Not(goes)),)


def _jump_backward() -> tuple[Obligation, ...]:
    """Points p < q by sequence; their clocks may run backwards between them."""
    clock_p, clock_q = z3.Ints("clock_p clock_q")
    given = (p >= 0, q == p + 1, clock_q == clock_p + 5 + jump, jump < 0, jump >= -2 * HOUR)
    return (Obligation("the newest by clock is the newest by sequence", given, clock_q >= clock_p),)


def _local_time() -> tuple[Obligation, ...]:
    """Ages by local time: the offset changes by one hour between a point and now."""
    taken, offset_then, offset_now, instant, retention = z3.Ints("taken offset_then offset_now now R")
    zones = z3.And(offset_then >= HOUR, offset_then <= 2 * HOUR, offset_then % HOUR == 0)
    given = (zones, z3.Or(offset_now == offset_then, offset_now == offset_then + HOUR), taken >= 0, retention >= HOUR)
    local_age = (instant + offset_now) - (taken + offset_then)
    alive = z3.And(instant >= taken, instant - taken < retention)
    return (Obligation("a living point is not pruned", (*given, alive), local_age < retention),)


def _idempotent() -> tuple[Obligation, ...]:
    """`first` and `second` are what one and two applications keep of an arbitrary set of points."""
    alive = z3.Function("alive", z3.IntSort(), z3.BoolSort())
    bucket, rank = (z3.Function(name, z3.IntSort(), z3.IntSort()) for name in ("bucket", "rank"))
    i = z3.Int("i")

    def first(point: Any) -> Any:
        rival = z3.And(alive(i), bucket(i) == bucket(point))
        return z3.And(alive(point), z3.ForAll([i], z3.Implies(rival, rank(point) <= rank(i)), patterns=[alive(i)]))

    rival = z3.And(first(q), bucket(q) == bucket(p))
    return (Obligation("a kept point stays kept", (first(p), rival), rank(p) <= rank(q)),)


def _pinned() -> tuple[Obligation, ...]:
    """In use until `released`; points arrive at most C apart, and an arrival prunes what is due."""
    taken, released, crash, last, arrival, delay = z3.Reals("taken released C last arrival delay")
    due = z3.If(taken + R >= released, taken + R, released)
    given = (R > 0, crash > 0, released >= taken)
    latest = due - (crash - delay) / 2 + crash  # the arrival before came just too early

    def goes(instant: Any) -> Any:
        return z3.And(instant >= released, instant - taken >= R)

    around = (last < due, due <= arrival, arrival - last <= crash)
    return (
        Obligation("in use, or young, it stays", (*given, arrival < due), z3.Not(goes(arrival))),
        Obligation("the first arrival after takes it", (*given, *around), z3.And(goes(arrival), arrival < due + crash)),
        Obligation("no less than C", (*given, delay >= 0, delay < crash), z3.And(latest > due + delay, latest >= due)),
    )


def _pin_costs_no_other(*, long_enough: bool) -> tuple[Obligation, ...]:
    """A tier of ages T to E with buckets of g; q had driven p out, which is pinned; r arrives in the tier later.

    All are of one bucket. If q is still in the tier when r reaches it, q drives r out and the pin changes nothing.
    """
    begins, ends, width, crash = z3.Reals("T E g C")
    edge, rival, pinned, other, arrival = z3.Reals("edge rival pinned other arrival")
    inside = (z3.And(edge <= each, each < edge + width) for each in (rival, pinned, other))
    reached = (other + begins <= arrival, arrival < other + begins + crash)
    lasts = ends >= begins + width + crash if long_enough else ends >= begins + width
    given = (begins >= 0, width > 0, crash > 0, lasts, *inside, *reached)
    return (Obligation("who drove it out is still in the tier", given, arrival - rival < ends),)


# fmt: off
PRUNING: tuple[Theorem, ...] = (
    Theorem("POL-T10", "The plain age rule never prunes the newest point, stalls included.", ("SP-RET-10",),
            lambda: _newest_survives(guarded=False, stalls=True), holds=False, source="domain §2, §7 B38"),
    Theorem("POL-T11", "The guarded rule never prunes the newest point, stalls included.", ("SP-RET-10",),
            lambda: _newest_survives(guarded=True, stalls=True)),
    Theorem("POL-T12", "Without stalls (a point at least every C < R) the plain age rule keeps the newest too.",
            ("SP-RET-10",), lambda: _newest_survives(guarded=False, stalls=False)),
    Theorem("POL-T13", "Pruned only when a point arrives, the newest spared: from the first on a point always exists.",
            ("SP-RET-9", "SP-RET-10"), _something_always_exists),
    Theorem("POL-T14", "An engine that prunes by age alone keeps its points through any outage.", ("SP-RET-9",),
            _all_survive_an_outage, holds=False, source="domain §2, §7 B38"),
    Theorem("POL-T15", "No clock jump of any size or direction prunes the newest point by sequence.", ("SP-RET-10",),
            _any_clock, source="domain §2, §7 B32"),
    Theorem("POL-T16", "After a clock jump backward the newest point by clock is the newest.", ("SP-RET-10",),
            _jump_backward, holds=False, source="domain §2, §7 B32"),
    Theorem("POL-T17", "Thinning is idempotent: applied to what it keeps, it drops nothing.", ("SP-RET-13",),
            _idempotent),
    Theorem("POL-T18", "A point in use until x stays, and is gone before max(taken + R, x) + C, no less.",
            ("SP-RET-11",), _pinned, source="domain §2, §7 B11"),
    Theorem("POL-T56", "A pin costs no other point where each tier that thins lasts g + C or longer.",
            ("SP-RET-11", "SP-RET-13"), lambda: _pin_costs_no_other(long_enough=True), source="domain §2, §7 B11"),
    Theorem("POL-T57", "A pin costs no other point where each tier that thins lasts g or longer.", ("SP-RET-11",),
            lambda: _pin_costs_no_other(long_enough=False), holds=False, source="domain §2, §7 B11"),
    Theorem("POL-T19", "Ages by local time prune no living point when daylight saving begins.", ("SP-RET-1",),
            _local_time, holds=False),
)
# fmt: on
