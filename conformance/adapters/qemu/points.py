"""The list of recovery points of one machine: names for layers. Rule: a name is given once and never again."""

from attrs import evolve, frozen

from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.policy import RecoveryPoint
from siteproof.model.nouns.vocabulary import Consistency, Selection


@frozen
class LayerPoint:
    """A recovery point and the layer that holds its bytes."""

    point: RecoveryPoint
    layer: int


class QemuPoints:
    """Points of one machine, oldest first. There is no retention: points stay until commit or disable."""

    def __init__(self, machine: str) -> None:
        """No points yet."""
        self.entries: tuple[LayerPoint, ...] = ()
        self._machine = machine
        self._count = 0

    def add(self, layer: int, taken_at_ms: int) -> LayerPoint:
        """Name the instant that a finished layer holds."""
        self._count += 1
        name = f"{self._machine}-point-{self._count}"
        new = LayerPoint(RecoveryPoint(name, Consistency.CRASH, taken_at_ms, self._count), layer)
        self.entries += (new,)
        return new

    def keep(self, names: set[str]) -> None:
        """Forget every other point."""
        self.entries = tuple(each for each in self.entries if each.point.name in names)

    def named(self, name: str) -> LayerPoint:
        """The listed point of that name, or Refused(RecoveryPointUnavailable)."""
        found = [each for each in self.entries if each.point.name == name]
        return _last(tuple(found), f"no point is called {name!r}")

    def select(self, selection: Selection, name: str) -> LayerPoint:
        """The point that a selection means, or Refused(RecoveryPointUnavailable)."""
        if selection is Selection.CUSTOM:
            return self.named(name)
        if selection is Selection.LATEST_APP_CONSISTENT:
            raise Refused(ErrorCode.RECOVERY_POINT_UNAVAILABLE, "there are no application-consistent points")
        return _last(self.entries, "there is no point")

    def shown(self, pinned: set[str]) -> tuple[RecoveryPoint, ...]:
        """The points as observed, those in use marked."""
        return tuple(evolve(each.point, pinned=each.point.name in pinned) for each in self.entries)


def _last(found: tuple[LayerPoint, ...], otherwise: str) -> LayerPoint:
    if not found:
        raise Refused(ErrorCode.RECOVERY_POINT_UNAVAILABLE, otherwise)
    return found[-1]
