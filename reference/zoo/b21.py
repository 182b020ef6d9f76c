"""B21: a point that only the target knows is deleted by replication (happened in sanoid, issues 1036 and 60).

The selection latest makes a point at the target. The source never heard of it, so the next scheduled point removes it,
once nothing stands on it any more.
"""

from siteproof.reference.machine import Machine
from siteproof.reference.points import StoredPoint
from siteproof.reference.replicator import Replicator
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit


class WrongReplicator(Replicator):
    """Brings the target's list into line with the source's."""

    _unknown: set[str]

    def latest(self, machine: Machine) -> StoredPoint | None:
        """Remember what the source did not ask for."""
        known = {point.name for point in machine.points}
        point = super().latest(machine)
        made = {point.name} - known if point is not None else set()
        self._unknown = getattr(self, "_unknown", set()) | made
        return point

    def outlived(self, machine: Machine) -> set[str]:
        """And remove it, and that is wrong."""
        return super().outlived(machine) | (getattr(self, "_unknown", set()) - machine.pinned)


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The reference with B21."""
    return exhibit("B21", directory, durable, replicator=WrongReplicator)
