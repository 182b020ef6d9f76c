"""The published tiers: gaps between kept points and exact numbers of points (domain §2; SP-RET-18).

Whole minutes; t, the phase of the points and the retention are symbolic.
"""

from typing import Any

import z3

from siteproof.model.theorems.theorem import Obligation, Theorem

t, phase, start, days = z3.Ints("t phase start days")
p, q = z3.Ints("p q")
CRASH = 5
DAY = 1440


def _count(above: Any, upto: Any, step: int, offset: Any) -> Any:
    """How many offset + k·step lie in (above, upto]."""
    return (upto - offset) / step - (above - offset) / step


def _counted(*tiers: tuple[int, Any, int]) -> Any:
    """Points younger than 2 h, then one per bucket in each (from age, to age, width); `start` is a bucket's oldest."""
    fine = _count(t - 120, t, CRASH, phase)
    return fine + sum(_count(t - older, t - younger, width, start) for younger, older, width in tiers)


def _one_day() -> tuple[Obligation, ...]:
    return (Obligation("46", (), _counted((120, DAY, 60)) == 46),)


def _two_to_seven() -> tuple[Obligation, ...]:
    given = (days >= 2, days <= 7)
    claim = _counted((120, days * DAY, 120)) == 47 + 12 * (days - 2)
    return (Obligation("47 + 12(R-2)", given, claim),)


def _eight_to_fifteen() -> tuple[Obligation, ...]:
    given = (days >= 8, days <= 15)
    claim = _counted((120, 7 * DAY, 120), (7 * DAY, days * DAY, 240)) == 113 + 6 * (days - 8)
    return (Obligation("113 + 6(R-8)", given, claim),)


def _closed_edges() -> tuple[Obligation, ...]:
    """Fine while age <= 2 h, pruned when age > R: the two edges move by one minute."""
    fine = _count(t - 121, t, CRASH, phase)
    hourly = _count(t - DAY - 1, t - 121, 60, start)
    return (
        Obligation("46 or 47", (), z3.And(fine + hourly >= 46, fine + hourly <= 47)),
        Obligation("47 exactly when a point is 2 h old", (), (fine + hourly == 47) == ((t - 120 - phase) % CRASH == 0)),
    )


def _app_points_on_top() -> tuple[Obligation, ...]:
    """An application-consistent point adds itself while it is fine, and its bucket may outlive its oldest point."""
    interval = z3.Int("F")
    third = (interval >= 60, p > t - 120, p + 2 * interval <= t)
    lowest, highest = (t - DAY + 1) / 60, (t - 120) / 60
    return (
        Obligation("at most two fine ones", third, z3.BoolVal(False)),
        Obligation("at most one bucket more", (), highest - lowest + 1 <= 23),
    )


def _gap_below_two_buckets() -> tuple[Obligation, ...]:
    edge, width, older, newer = z3.Reals("edge g older newer")
    given = (width > 0, edge <= older, older < edge + width, edge + width <= newer, newer < edge + 2 * width)
    return (Obligation("one point in each bucket", given, z3.And(newer - older > 0, newer - older < 2 * width)),)


def _gap_is_the_bucket() -> tuple[Obligation, ...]:
    """The oldest point of each of two neighbouring buckets, points every five minutes in any phase."""
    i, j = z3.Ints("i j")

    def regular(width: int) -> Obligation:
        older, newer = phase + CRASH * i, phase + CRASH * j
        first = (older >= start, older - CRASH < start)
        second = (newer >= start + width, newer - CRASH < start + width)
        return Obligation(f"{width} min", (*first, *second), newer - older == width)

    return tuple(regular(width) for width in (60, 120, 240))


def _gap_at_most_the_bucket() -> tuple[Obligation, ...]:
    """An application-consistent point anywhere in its bucket wins it."""
    given = (start >= 0, start % 60 == 0, p >= start, p < start + 60, q >= start + 60, q < start + 120)
    return (Obligation("application-consistent wins", given, q - p <= 60),)


def _gap_at_the_fine_edge() -> tuple[Obligation, ...]:
    """The bucket that straddles the age of 2 h: its oldest point p, and q the oldest point younger than 2 h."""

    def edge(width: int) -> Obligation:
        straddles = (start <= t - 120, t - 120 < start + width, p >= start, p < start + CRASH, p <= t - 120)
        fine = (q > t - 120, q <= t - 120 + CRASH)
        return Obligation(f"{width} min", (*straddles, *fine), q - p < width + CRASH)

    return (edge(60), edge(120))


def _gap_at_the_week() -> tuple[Obligation, ...]:
    """The age of 7 days falls into the two-hour bucket at `edge`, of the four-hour bucket at `start`.

    p stands for what is older in the latter, q is the next kept point: of the same two-hour bucket, or of the next.
    """
    edge, week_ago = z3.Ints("edge week_ago")
    straddles = (start % 240 == 0, z3.Or(edge == start, edge == start + 120), edge <= week_ago, week_ago < edge + 120)
    older = (p >= start, p < start + 240, p <= week_ago)
    newer = z3.Or(z3.And(q > week_ago, q < edge + 120), z3.And(q >= edge + 120, q < edge + 240))
    return (Obligation("four-hourly before two-hourly", (*straddles, *older, newer), q - p < 360),)


def _age_buckets_collapse() -> tuple[Obligation, ...]:
    """Buckets of age, keep the newest: at age 2 h + C a point meets its successor at age 2 h in its own bucket."""
    crash, retention = z3.Ints("C R")

    def met(width: int) -> Any:
        return (120 + crash) / width == 120 / width

    given = (crash >= 1, crash < 60, retention > 120 + crash)
    return (Obligation("hourly", given, met(60)), Obligation("two-hourly", given, met(120)))


def _once_chosen_always_chosen(*, absolute: bool) -> tuple[Obligation, ...]:
    """At t and the age T + g, p stands for its bucket; q existed then, or arrives later. Ranks are arbitrary."""
    later, begins, rank_p, rank_q = z3.Ints("later T rank_p rank_q")
    existed = z3.Bool("existed")

    def rivals(width: int, now: Any) -> Any:
        here = (p, q) if absolute else (now - p, now - q)
        return z3.And(now - p >= begins, now - q >= begins, here[0] / width == here[1] / width)

    def settled(width: int) -> Obligation:
        stood = z3.Implies(z3.And(existed, rivals(width, t)), rank_p <= rank_q)
        times = (p >= 0, q >= 0, begins >= 0, t - p >= begins + width, later > t, q <= later)
        arrives = existed == (q <= t)
        return Obligation(f"{width} min", (*times, stood, arrives, rivals(width, later)), rank_p <= rank_q)

    return tuple(settled(width) for width in (60, 120, 240))


# fmt: off
COUNTS: tuple[Theorem, ...] = (
    Theorem("POL-T34", "Between kept points of a tier with buckets of g lies less than 2g.", ("SP-RET-12",),
            _gap_below_two_buckets),
    Theorem("POL-T35", "With a point every 5 minutes in any phase, kept points of a tier lie exactly g apart.",
            ("SP-RET-4", "SP-RET-5", "SP-RET-6"), _gap_is_the_bucket),
    Theorem("POL-T36", "Kept points of a tier lie at most g apart even when application-consistent points win.",
            ("SP-RET-13",), _gap_at_most_the_bucket, holds=False),
    Theorem("POL-T37", "Across the age of 2 h kept points lie less than g + 5 minutes apart.", ("SP-RET-3",),
            _gap_at_the_fine_edge),
    Theorem("POL-T55", "Across the age of 7 days kept points lie less than 6 hours apart.", ("SP-RET-6",),
            _gap_at_the_week),
    Theorem("POL-T38", "Retention 1 day keeps exactly 46 crash-consistent points.", ("SP-RET-18",), _one_day),
    Theorem("POL-T39", "Retention R of 2 to 7 days keeps exactly 47 + 12(R-2).", ("SP-RET-18",), _two_to_seven),
    Theorem("POL-T40", "Retention R of 8 to 15 days keeps exactly 113 + 6(R-8).", ("SP-RET-18",), _eight_to_fifteen),
    Theorem("POL-T41", "Closed edges add one point exactly when a point is 2 h old, for 1 day.", ("SP-RET-18",),
            _closed_edges),
    Theorem("POL-T42", "Application-consistent points add at most three to the 46 of 1 day.", ("SP-RET-18",),
            _app_points_on_top),
    Theorem("POL-T43", "Buckets of age that keep the newest collapse all history to 2 h.", ("SP-RET-12",),
            _age_buckets_collapse, source="domain §2, §7 B34"),
    Theorem("POL-T44", "In absolute buckets who stands for its bucket at age T + g does so until its tier ends.",
            ("SP-RET-12",), lambda: _once_chosen_always_chosen(absolute=True)),
    Theorem("POL-T45", "In buckets of age who stands for its bucket at age T + g does so until its tier ends.",
            ("SP-RET-12",), lambda: _once_chosen_always_chosen(absolute=False), holds=False,
            source="domain §2, §7 B34"),
)
# fmt: on
