"""B26: a listed recovery point cannot be restored (happened in Azure Site Recovery, BookmarkNotFound).

Retention removes a point from the replica and forgets to tell the catalogue, which goes on offering it.
"""

from siteproof.reference.machine import Machine
from siteproof.reference.replicator import Replicator
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import subject_with


class WrongReplicator(Replicator):
    """Prunes bytes, not names."""

    def prune(self, machine: Machine) -> None:
        """Remove what is outlived from the replica only, and that is wrong."""
        if machine.stream is not None:
            machine.stream.service.drop_points(self.outlived(machine))


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The reference with B26."""
    return subject_with(WrongReplicator, "B26", directory, durable)
