"""Residual risk: how likely the next execution shows something new, and how much there is that none has shown.

Rule: figures of the executions alone, by Good and Turing and by Chao; how far they are off is measured on models where
the truth is known (`python -m benchmarks fuzz`), and they are called estimates everywhere.
"""

import math
from collections import Counter
from collections.abc import Iterable

from attrs import frozen

Z_95 = 1.96


@frozen
class Estimate:
    """`news` of the next execution (with its upper end of 95 %), and how many things have not been `unseen` so far."""

    news: float
    news_at_most: float
    unseen: float

    def __str__(self) -> str:
        """For a line of status."""
        return f"the next is new with {self.news:.1%} (at most {self.news_at_most:.1%}), some {self.unseen:,.0f} unseen"


@frozen
class Count:
    """In how many executions a thing was seen, and in which one first."""

    executions: int
    first: int


def estimate(counts: Iterable[Count], executions: int) -> Estimate:
    """From what was seen how often in so many executions; without any, nothing is known.

    Leaving one out: an execution is new to all others when it alone has seen something (Good and Turing, for samples
    of many things at once). The number of unseen things is the lower bound of Chao for incidences.
    """
    if not executions:
        return Estimate(1.0, 1.0, math.inf)
    found = list(counts)
    alone = len({each.first for each in found if each.executions == 1})
    once, twice = (Counter(each.executions for each in found)[times] for times in (1, 2))
    share = (executions - 1) / executions
    unseen = share * (once * once / (2 * twice) if twice else once * (once - 1) / 2)
    pairs = len({each.first for each in found if each.executions == 2})
    return Estimate(alone / executions, _upper(alone, pairs, executions), unseen)


def _upper(alone: int, pairs: int, of: int) -> float:
    """The upper end of Esty's interval, which knows that what was seen twice was nearly alone; at least Wilson's."""
    spread = Z_95 * math.sqrt(alone * (1 - alone / of) + 2 * pairs) / of
    return max(min(1.0, alone / of + spread), _wilson(alone, of))


def _wilson(hits: int, of: int) -> float:
    share, z2 = hits / of, Z_95 * Z_95
    middle = share + z2 / (2 * of)
    spread = Z_95 * math.sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    return min(1.0, (middle + spread) / (1 + z2 / of))
