"""B35: an acknowledged block is lost when the target process dies (happened with QEMU 7.2 and a write-back target).

What was received and not yet applied is in memory only. After a restart the replica is what was applied, the source
knows of nothing, and the blocks are never sent again.
"""

from siteproof.reference.replication_service import ReplicationService
from siteproof.reference.replicator import Replicator
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit


class WrongService(ReplicationService):
    """Acknowledges what a restart loses."""

    def reopen(self) -> None:
        """Open what was applied and say nothing of the rest, and that is wrong."""
        marks = [replica.watermarks for replica in self.replicas.values()]
        if not self.intact or all(mark.cached == mark.applied for mark in marks):
            super().reopen()
            return
        self.salvage()
        self.close_window()


class WrongReplicator(Replicator):
    """Uses it."""

    service_type = WrongService


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The reference with B35."""
    return exhibit("B35", directory, durable, replicator=WrongReplicator)
