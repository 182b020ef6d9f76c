"""Delta debugging on lists: the shortest sub-list that still fails, in a bounded number of tries (ddmin)."""

import itertools
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


def minimise(
    items: Sequence[T],
    fails: Callable[[tuple[T, ...]], bool],
    tries_max: int = 2000,
    on_shorter: Callable[[int], None] = lambda _length: None,
) -> tuple[T, ...]:
    """A sub-list of `items` on which `fails` is true and from which no single item can be left out.

    `fails(items)` must be true. With `tries_max` calls of `fails` used up, the shortest list found so far is returned.
    `on_shorter` hears the length of each shorter list.
    """
    search = _Search(fails, tries_max)
    found, pieces = tuple(items), 2
    while len(found) >= 2 and search.left:
        shorter = search.first_failing(_without_each_piece(found, pieces))
        if shorter is not None:
            found, pieces = shorter, max(pieces - 1, 2)
            on_shorter(len(found))
        elif pieces >= len(found):
            break
        else:
            pieces = min(pieces * 2, len(found))
    return found


class _Search(Generic[T]):
    """Calls `fails` at most `tries_max` times."""

    def __init__(self, fails: Callable[[tuple[T, ...]], bool], tries_max: int) -> None:
        self._fails = fails
        self.left = tries_max

    def first_failing(self, candidates: Sequence[tuple[T, ...]]) -> tuple[T, ...] | None:
        """The first candidate that fails, or None when none does or the tries are used up."""
        for candidate in candidates[: self.left]:
            self.left -= 1
            if self._fails(candidate):
                return candidate
        return None


def _without_each_piece(items: tuple[T, ...], pieces: int) -> list[tuple[T, ...]]:
    edges = [len(items) * piece // pieces for piece in range(pieces + 1)]
    return [items[:start] + items[end:] for start, end in itertools.pairwise(edges) if end > start]
