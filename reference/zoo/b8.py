"""B8: change tracking is wrong after a disk grew past a boundary (happened in VMware, KB 2090639).

The comparison after the growth is right. Later changes behind the boundary of one MiB are not tracked if the disk was
smaller than that when protection began.
"""

from siteproof.reference.agent import MachineCut, MobilityAgent
from siteproof.reference.host import Host
from siteproof.reference.replicator import Replicator
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit

BOUNDARY_BLOCKS = 256


class WrongAgent(MobilityAgent):
    """Its table of changes was made for the disk that it met first."""

    def __init__(self, host: Host, disks: tuple[str, ...]) -> None:
        """Remember which disks are small."""
        super().__init__(host, disks)
        self._small = [disk for disk in self.disks.values() if disk.blocks <= BOUNDARY_BLOCKS]

    def cut(self) -> MachineCut:
        """Forget what is dirty behind the boundary, and that is wrong."""
        for disk in self._small:
            blocks = disk.dirty.take()
            disk.dirty.restore(blocks[blocks < BOUNDARY_BLOCKS])
        return super().cut()


class WrongReplicator(Replicator):
    """Uses it."""

    agent_type = WrongAgent


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The reference with B8."""
    return exhibit("B8", directory, durable, replicator=WrongReplicator)
