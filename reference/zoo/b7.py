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
from siteproof.reference.replicator import Replicator
from siteproof.reference.stores import Stores
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit

EXTENT_BLOCKS = 256


class WrongStores(Stores):
    """Allocates in extents."""

    def replica(self, direction: Direction, machine: str, disk: str, blocks: int, size_bytes: int = 0) -> Replica:
        """Round down, and that is wrong."""
        del size_bytes
        whole = blocks - blocks % EXTENT_BLOCKS
        return super().replica(direction, machine, disk, whole or blocks)


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
