"""B24: a restore completes successfully with wrong data (happened in Longhorn, issue 12830).

A machine made from an older point gets the right first disk; its other disks are those of the newest point.
"""

from siteproof.reference.datapath.effects import Executor
from siteproof.reference.replication_service import ReplicationService
from siteproof.reference.replicator import Replicator
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit


class WrongService(ReplicationService):
    """Looks the point up for the first disk only."""

    def promote(self, name: str | None, store: Executor, folder: str) -> dict[str, str]:
        """The newest point for the other disks, and that is wrong."""
        files = super().promote(name, store, folder)
        for disk, replica in list(self.replicas.items())[1:]:
            replica.promote(replica.points()[-1].name if name else None, store, files[disk])
        return files


class WrongReplicator(Replicator):
    """Uses it."""

    service_type = WrongService


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The reference with B24."""
    return exhibit("B24", directory, durable, replicator=WrongReplicator)
