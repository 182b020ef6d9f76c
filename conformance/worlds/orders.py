"""Orders: rows of things in which each one comes directly before each other one (row-complete Latin squares).

Rule: pure. Of n things (n even) there are n rows, each holds every thing once, and over all rows every ordered pair is
neighbours exactly once (E. J. Williams 1949); an odd number is filled up by whoever asks.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeVar

T = TypeVar("T")


def row(things: Sequence[T], number: int) -> tuple[T, ...]:
    """Row `number` (any number; rows repeat after as many as there are things); ValueError for an odd many of them."""
    many = len(things)
    if many % 2:
        raise ValueError("rows are complete for an even number of things only")
    zigzag = [step // 2 if step % 2 == 0 else many - (step + 1) // 2 for step in range(many)]
    return tuple(things[(place + number) % many] for place in zigzag)


def pairs(things: Sequence[T], number: int) -> tuple[tuple[T, T], ...]:
    """The neighbours of row `number`, those that share no thing first: half of them play everything once."""
    found = tuple(pairwise(row(things, number)))
    return found[::2] + found[1::2]
