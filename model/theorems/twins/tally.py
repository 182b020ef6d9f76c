"""What a twin returns."""

from collections.abc import Callable, Iterable
from typing import Any

from attrs import frozen

SHOWN_MAX = 5


@frozen
class TwinTally:
    """How many cases were tried, how many break the claim, and the first few of those."""

    tried: int
    broken: int
    examples: tuple[Any, ...] = ()


Twin = Callable[[], TwinTally]


def tally(cases: Iterable[tuple[Any, bool]]) -> TwinTally:
    """Count (case, does the claim hold) pairs."""
    tried, broken = 0, []
    for case, holds in cases:
        tried += 1
        if not holds:
            broken.append(case)
    return TwinTally(tried, len(broken), tuple(broken[:SHOWN_MAX]))
