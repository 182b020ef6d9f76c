"""Long histories at once: the arrays of `fates` behind the same answer as the steps of `history`.

Only what arrays can follow; for anything else there is no answer, and the steps give it. A drop is made when somebody
looks at it: years of points have many, and most questions are about their number.
"""

from collections.abc import Iterator, Sequence
from typing import overload

import numpy as np

from siteproof.model.nouns.policy import RecoveryPoint
from siteproof.model.nouns.vocabulary import Consistency
from siteproof.model.spec.retention_rule import RetentionRule
from siteproof.model.theorems.fates import FOREVER_MS, Arrivals, Times, counts_of, fates_of, too_wild
from siteproof.model.theorems.keep import Reason, choose
from siteproof.model.theorems.past import Drop, RetentionRun


class Drops(Sequence[Drop]):
    """The drops of a history, in the order in which they happened."""

    def __init__(self, points: Sequence[RecoveryPoint], ends_ms: Times, favours: Times) -> None:
        """All points with their ends and, for thinned ones, the place of the one that their bucket keeps."""
        self._points = points
        gone = np.flatnonzero(ends_ms != FOREVER_MS)
        order = gone[np.argsort(ends_ms[gone], kind="stable")]
        self._rows = (order, ends_ms[order], favours[order])

    def __len__(self) -> int:
        """How many points went."""
        return len(self._rows[0])

    def __iter__(self) -> Iterator[Drop]:
        """Each drop, made now."""
        return map(self._drop, *(column.tolist() for column in self._rows))

    @overload
    def __getitem__(self, index: int) -> Drop: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Drop]: ...
    def __getitem__(self, index: int | slice) -> Drop | Sequence[Drop]:
        """One drop, or some of them."""
        if isinstance(index, slice):
            return tuple(map(self._drop, *(column[index].tolist() for column in self._rows)))
        return self._drop(*(int(column[index]) for column in self._rows))

    def _drop(self, place: int, at_ms: int, favoured: int) -> Drop:
        if favoured < 0:
            return Drop(self._points[place], at_ms, Reason.EXPIRED)
        return Drop(self._points[place], at_ms, Reason.THINNED, self._points[favoured].name)


def run_at_once(points: Sequence[RecoveryPoint], rule: RetentionRule) -> RetentionRun | None:
    """The history, or None when arrays cannot follow it: shared points, nothing stored, clocks that run backwards."""
    kind = Consistency.APP
    taken = np.array([point.taken_at_ms for point in points], dtype=np.int64)
    app = np.array([point.consistency is kind for point in points], dtype=np.bool_)
    arrivals = Arrivals(taken, app, taken)
    if not rule.retention_minutes or {point.shared for point in points} != {""} or too_wild(arrivals, rule):
        return None
    ends_ms, favours = fates_of(arrivals, rule)
    now_ms = int(taken[-1])
    kept = [points[place] for place in np.flatnonzero(ends_ms == FOREVER_MS).tolist()]
    counts = tuple(counts_of(arrivals, ends_ms).tolist())
    return RetentionRun(choose(kept, now_ms, rule), Drops(points, ends_ms, favours), counts, now_ms)
