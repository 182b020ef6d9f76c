"""What any tour costs at least: a price on every state that shows it.

A walk pays one for each step, and the difference between the prices of the step's ends. Over a whole walk the
differences add up to nothing more, because no price is above that of the initial state; and what a single step pays is
never below zero. Everything owed is taken at least once: the cheapest step for each, added up, is a bound.

Rule: the bound is worked out from the prices alone, in exact fractions; who found the prices does not matter.
"""

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from fractions import Fraction

from attrs import frozen

Prices = Mapping[int, Fraction]
"""A price for each place, none above 0; the initial place has 0."""


@frozen
class PricedStep:
    """A transition from place to place, and what it covers. A place is a state, or many states taken for one."""

    source: int
    target: int
    covers: Hashable


def worth(steps: Iterable[PricedStep], prices: Prices) -> int:
    """How many steps any tour takes at least, by these prices."""
    assert prices[0] == 0, "prices that pay for beginning prove nothing"
    least: dict[Hashable, Fraction] = {}
    for step in steps:
        left = 1 + prices[step.target] - prices[step.source]
        assert left >= 0, "prices that pay for walking prove nothing"
        least[step.covers] = min(left, least.get(step.covers, left))
    assert all(price <= 0 for price in prices.values()), "prices that pay for ending prove nothing"
    return math.ceil(sum(least.values()))


def best_prices(steps: Sequence[PricedStep]) -> Prices:
    """The prices that show most (the dual of the tour as a linear program); place 0 is the initial one."""
    import z3  # noqa: PLC0415  (takes a third of a second, and a small tour does not need it)

    from siteproof.model.engines.prove.answer import answer  # noqa: PLC0415  (the same)

    places = sorted({0, *(place for step in steps for place in (step.source, step.target))})
    own = z3.Context()  # of equally good prices always the same ones, whatever was solved before
    price = {place: z3.Real(f"price {place}", own) for place in places}
    least = {
        covers: z3.Real(f"least {number}", own) for number, covers in enumerate({step.covers: None for step in steps})
    }
    program = z3.Optimize(ctx=own)
    program.add(price[0] == 0, *(each <= 0 for each in price.values()), *(each >= 0 for each in least.values()))
    program.add(*(least[step.covers] <= 1 + price[step.target] - price[step.source] for step in steps))
    program.maximize(z3.Sum(list(least.values())))
    assert str(answer(program)) == "sat", "no price at all proves something"
    model = program.model()
    values = ((place, model.eval(each, model_completion=True).as_fraction()) for place, each in price.items())
    return {place: Fraction(value.numerator, value.denominator) for place, value in values}
