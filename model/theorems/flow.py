"""Churn, backlog, RPO, storage, garbage and groups (domain §2, §4; docs/data-path.md).

Churn is a token bucket: at most sigma bytes at once and rho bytes per minute on average. Amounts per step (rho·dt,
B·dt) are symbolic non-negative reals, so every step length is covered.
"""

from typing import Any

import z3

from siteproof.model.theorems.theorem import Obligation, Theorem

sigma, rho, band = z3.Reals("sigma rho B")
q, tokens, written, refill, drain = z3.Reals("q tokens written refill drain")  # refill = rho·dt, drain = B·dt
p, w, o, head = z3.Ints("p w o head")


def _refilled() -> Any:
    return z3.If(tokens + refill > sigma, sigma, tokens + refill)


def _backlog() -> tuple[Obligation, ...]:
    def invariant(backlog: Any, left: Any) -> Any:
        return z3.And(backlog >= 0, left >= 0, left <= sigma, backlog + left <= sigma)

    step = (sigma > 0, refill >= 0, refill <= drain, written >= 0, written <= _refilled(), invariant(q, tokens))
    after = z3.If(q + written - drain > 0, q + written - drain, z3.RealVal(0))
    return (
        Obligation("it begins empty", (sigma > 0,), invariant(z3.RealVal(0), sigma)),
        Obligation("tokens refill, writes arrive, the link drains", step, invariant(after, _refilled() - written)),
    )


def _rpo() -> tuple[Obligation, ...]:
    """A bookmark behind a backlog of q leaves after `lag`; its point serves D later, the next one another C later."""
    lag, crash, latency, s, t = z3.Reals("lag C D s t")
    given = (band > 0, sigma > 0, crash > 0, latency >= 0, q >= 0, q <= sigma, lag * band == q, t >= s)
    newest = (t < s + crash + lag + latency,)
    return (Obligation("its age", (*given, *newest), (t - s) * band < (crash + latency) * band + sigma),)


def _overload() -> tuple[Obligation, ...]:
    limit, t = z3.Reals("limit t")
    given = (rho > band, band >= 0, limit >= 0, t * (rho - band) == limit + (rho - band))
    return (Obligation("the backlog passes every limit", given, z3.And((rho - band) * t > limit, t > 0)),)


def _storage() -> tuple[Obligation, ...]:
    """Bytes written since the oldest kept point; `due` = rho times its age. Undo of any point is a part of them."""
    since, due, cap = z3.Reals("since due cap")

    def invariant(bytes_since: Any, left: Any, earned: Any) -> Any:
        return z3.And(bytes_since >= 0, left >= 0, bytes_since + left <= sigma + earned)

    step = (sigma > 0, due >= 0, refill >= 0, written >= 0, written <= _refilled(), invariant(since, tokens, due))
    first, second, union = z3.Reals("first second union")
    return (
        Obligation("a point begins with nothing", (sigma > 0, tokens >= 0, tokens <= sigma), invariant(0, tokens, 0)),
        Obligation("writes", step, invariant(since + written, _refilled() - written, due + refill)),
        Obligation("within the retention", (invariant(since, tokens, due), due <= cap), since <= sigma + cap),
        Obligation(
            "merging two neighbours adds nothing",
            (first >= 0, second >= 0, union <= first + second, first + second <= since),
            union <= since,
        ),
    )


def _garbage(*, spares_every_point: bool) -> tuple[Obligation, ...]:
    """A block version was written at w and overwritten at o <= head; a point at p needs it iff w <= p < o."""
    kept, newest = z3.Function("kept", z3.IntSort(), z3.BoolSort()), z3.Int("newest")

    def needs(point: Any) -> Any:
        return z3.And(w <= point, point < o)

    nobody = z3.ForAll([head], z3.Implies(kept(head), z3.Not(needs(head))), patterns=[kept(head)])
    not_newest = z3.And(kept(newest), z3.Not(needs(newest)))
    now = z3.Int("now")
    later = z3.Or(kept(p), p >= now)  # points are only ever deleted, and created at the head of the stream
    given = (w >= 0, w < o, o <= now, p >= 0, nobody if spares_every_point else not_newest, later)
    return (Obligation("a freed version is never missed", given, z3.Not(needs(p))),)


def _group_latency() -> tuple[Obligation, ...]:
    """A shared point serves when its slowest member has it; the group's own misses count."""
    one, two, latency, u, t, cycle, retention = z3.Reals("d1 d2 D u t cycle R")
    slowest = z3.If(one >= two, one, two)
    given = (one >= 0, two >= 0, one <= latency, two <= latency, cycle + latency <= retention)
    asked = (u <= t - latency, t - latency < u + cycle)
    return (Obligation("all members have it", (*given, *asked), z3.And(u + slowest <= t, t < u + retention)),)


def _group_misses() -> tuple[Obligation, ...]:
    """Two members, two attempts; neither member fails twice in a row."""
    a0, a1, b0, b1 = z3.Bools("a0 a1 b0 b1")
    given = (z3.Or(a0, a1), z3.Or(b0, b1))
    return (Obligation("the group does not fail twice in a row", given, z3.Or(z3.And(a0, b0), z3.And(a1, b1))),)


# fmt: off
FLOW: tuple[Theorem, ...] = (
    Theorem("POL-T46", "Churn within a token bucket and rho <= B keep the backlog at most sigma.", ("SP-RPO-1",),
            _backlog),
    Theorem("POL-T47", "Then the RPO of stored points stays below C + D + sigma/B.", ("SP-RPO-1",), _rpo),
    Theorem("POL-T48", "With rho > B the backlog, and with it the RPO, passes every limit.", ("SP-RPO-2",), _overload),
    Theorem("POL-T49", "Undo data of all kept points is at most sigma + rho·R.", ("SP-RET-20",), _storage),
    Theorem("POL-T50", "Freeing a version that no kept point needs harms no point, now or later.", ("SP-RET-16",),
            lambda: _garbage(spares_every_point=True), source="domain §2, §7 B9"),
    Theorem("POL-T51", "Freeing a version that the newest point does not need harms no point.", ("SP-RET-16",),
            lambda: _garbage(spares_every_point=False), holds=False, source="domain §2, §7 B9"),
    Theorem("POL-T52", "A group's points keep the bound with the slowest member's latency and the group's misses.",
            ("SP-POL-8",), _group_latency, source="domain §2, §4"),
    Theorem("POL-T53", "If no member fails twice in a row, neither does the group.", ("SP-POL-8",), _group_misses,
            holds=False, source="domain §2, §4"),
)
# fmt: on
