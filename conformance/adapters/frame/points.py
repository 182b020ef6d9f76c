"""The list of recovery points of one machine. Rule: a name is given once and never again.

Points of instants between which nothing changed stand on one mark of the product.
"""

from attrs import evolve, frozen

from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.policy import RecoveryPoint
from siteproof.model.nouns.vocabulary import Consistency, Selection


@frozen
class Marked:
    """A recovery point and the product's mark that holds its bytes."""

    point: RecoveryPoint
    mark: str


class PointList:
    """Points of one machine, oldest first."""

    def __init__(self, machine: str) -> None:
        """No points yet."""
        self.entries: tuple[Marked, ...] = ()
        self._machine = machine
        self._count = 0

    def next_mark(self) -> str:
        """A name for a mark that was never given before."""
        return f"p{self._count + 1}"

    def add(self, mark: str, taken_at_ms: int) -> Marked:
        """List the instant that a mark holds."""
        self._count += 1
        name = f"{self._machine}-point-{self._count}"
        new = Marked(RecoveryPoint(name, Consistency.CRASH, taken_at_ms, self._count), mark)
        self.entries += (new,)
        return new

    def keep(self, *names: str) -> set[str]:
        """Forget every other point; the marks that nobody needs any more."""
        before = {each.mark for each in self.entries}
        self.entries = tuple(each for each in self.entries if each.point.name in names)
        return before - {each.mark for each in self.entries}

    def named(self, name: str) -> Marked:
        """The listed point of that name, or Refused(RecoveryPointUnavailable)."""
        found = [each for each in self.entries if each.point.name == name]
        return _last(found, f"no point is called {name!r}")

    def select(self, selection: Selection, name: str) -> Marked:
        """The point that a selection means, or Refused(RecoveryPointUnavailable)."""
        if selection is Selection.CUSTOM:
            return self.named(name)
        if selection is Selection.LATEST_APP_CONSISTENT:
            raise Refused(ErrorCode.RECOVERY_POINT_UNAVAILABLE, "there are no application-consistent points")
        return _last(list(self.entries), "there is no point")

    def shown(self, pinned: set[str]) -> tuple[RecoveryPoint, ...]:
        """The points as observed, those in use marked."""
        return tuple(evolve(each.point, pinned=each.point.name in pinned) for each in self.entries)


def _last(found: list[Marked], otherwise: str) -> Marked:
    if not found:
        raise Refused(ErrorCode.RECOVERY_POINT_UNAVAILABLE, otherwise)
    return found[-1]
