"""B7: a new replica is smaller than its source and is reported up to date (happened in linstor-server #259).

Disks beyond one MiB get replicas of whole MiB; what lies behind is neither sent nor missed.
"""

from collections.abc import Iterator

from siteproof.model.nouns.vocabulary import Direction
from siteproof.reference.datapath.blocks import Blocks
from siteproof.reference.datapath.cut import Cut
from siteproof.reference.datapath.effects import Bytes
from siteproof.reference.datapath.replica import Replica
from siteproof.reference.process_server import ProcessServer
from siteproof.reference.replication_service import ReplicationService
from siteproof.reference.replicator import Replicator
from siteproof.reference.stores import Stores
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit

EXTENT_BYTES = 1 << 20


class WrongStores(Stores):
    """Allocates in extents."""

    def replica(
        self, direction: Direction, service: ReplicationService, machine: str, disk: str, size_bytes: int
    ) -> Replica:
        """Round down, and that is wrong."""
        whole = size_bytes - size_bytes % EXTENT_BYTES
        return super().replica(direction, service, machine, disk, whole or size_bytes)


class WrongProcessServer(ProcessServer):
    """Sends what fits."""

    def frames(self, disk: str, replica: Replica, cut: Cut, blocks: Blocks | None = None) -> Iterator[Bytes]:
        """The rest has no place to go to."""
        wanted = cut.blocks if blocks is None else blocks
        return super().frames(disk, replica, cut, wanted[wanted < replica.blocks])


class WrongReplicator(Replicator):
    """Uses it."""

    server_type = WrongProcessServer


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The reference with B7."""
    return exhibit("B7", directory, durable, replicator=WrongReplicator, stores=WrongStores)
