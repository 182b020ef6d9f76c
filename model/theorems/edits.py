"""Editing a policy: which points a change of the retention deletes (domain §2, traps; seed: Managing policies)."""

from typing import Any

import z3

from siteproof.model.theorems.theorem import Obligation, Theorem

DAY = 1440
now, old, new = z3.Ints("now old new")  # minutes; retentions before and after
p, q = z3.Ints("p q")  # two points by source time, the younger and the older


def _row(retention: Any) -> Any:
    """The row of the published table: 0 for 1 day, 1 for 2 to 7, 2 for 8 to 15."""
    return z3.If(retention <= DAY, 0, z3.If(retention <= 7 * DAY, 1, 2))


def _bucket_minutes(retention: Any, age: Any) -> Any:
    coarse = z3.If(z3.And(_row(retention) == 2, age >= 7 * DAY), 240, 120)
    return z3.If(_row(retention) == 0, 60, coarse)


def _same_bucket(retention: Any) -> Any:
    """Both points lie in one bucket of the tier that governs both; widths are constants so that divisions are."""
    widths = (60, 120, 240)
    return z3.Or(
        *(
            z3.And(
                _bucket_minutes(retention, now - p) == width,
                _bucket_minutes(retention, now - q) == width,
                p / width == q / width,
            )
            for width in widths
        )
    )


def _kept_by_old_dropped_by_new(*, within_a_row: bool) -> tuple[Obligation, ...]:
    """Let p stand for its bucket under the old retention: no older living point q shares it. Is it so under the new?"""
    range_ = (old >= 60, old < new, new <= 15 * DAY, old % 60 == 0, new % 60 == 0)
    living = (q >= 0, q < p, p <= now, now - p >= 120, now - q < old)
    apart = z3.Not(_same_bucket(old))
    rows = _row(old) == _row(new) if within_a_row else z3.BoolVal(True)
    return (Obligation("a point kept so far stays", (*range_, *living, apart, rows), z3.Not(_same_bucket(new))),)


def _one_to_two_days() -> tuple[Obligation, ...]:
    """The case of domain §2: 1 day becomes 2 days."""
    (each,) = _kept_by_old_dropped_by_new(within_a_row=False)
    return (Obligation("1 day becomes 2 days", (*each.given, old == DAY, new == 2 * DAY), each.claim),)


def _history_grows_with_time() -> tuple[Obligation, ...]:
    """The retention is raised at `changed`; kept neighbours lie at most c apart. `e` is followed by `p`, both in time.

    What exists at the change is younger than the old retention; what is kept later existed then, or was taken since.
    """
    changed, asked, c, e = z3.Ints("changed asked c e")
    given = (old > 0, old < new, c > 0, asked >= changed, e < p, p - e <= c)
    existed = z3.Or(p > changed, changed - p < old)
    kept = z3.And(existed, asked - p < new)
    since = asked - changed
    first_then = (p <= changed, changed - p < old, changed - e >= old)
    first_now = (asked - p < new, asked - e >= new)
    return (
        Obligation("nothing is resurrected", (*given, kept, p <= changed), asked - p < old + since),
        Obligation(
            "meanwhile it reaches back as far as before and the time since",
            (*given, *first_then, old + since <= new),
            z3.And(kept, asked - p >= old + since - c),
        ),
        Obligation(
            "and in the end as far as the new one says",
            (*given, *first_now, old + since >= new),
            z3.And(kept, asked - p >= new - c),
        ),
    )


# fmt: off
EDITS: tuple[Theorem, ...] = (
    Theorem("POL-T21", "Raising the retention from 1 day to 2 days deletes no point.", ("SP-RET-5", "SP-RET-14"),
            _one_to_two_days, holds=False),
    Theorem("POL-T22", "Raising the retention within one row of the published table deletes no point.", ("SP-RET-14",),
            lambda: _kept_by_old_dropped_by_new(within_a_row=True)),
    Theorem("POL-T23", "A raise resurrects nothing: history then reaches back R plus the time since, up to the new R.",
            ("SP-RET-14",), _history_grows_with_time),
)
# fmt: on
