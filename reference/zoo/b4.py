"""B4: a resynchronisation overwrites newer application data (a design note of LINBIT tells of it).

The application writes a block again while both sides are compared. The new content is shipped first; then what the
comparison had read before arrives, and the block holds its old content while nothing is dirty.
"""

from functools import partial

import numpy as np
from attrs import frozen

from siteproof.reference.agent import MachineCut
from siteproof.reference.comparison import Resynchronization
from siteproof.reference.datapath.blocks import BLOCK_BYTES, Blocks
from siteproof.reference.datapath.cut import Cut
from siteproof.reference.datapath.tracker import SourceDisk
from siteproof.reference.replicator import Replicator
from siteproof.reference.resynchronizer import Comparisons
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit


@frozen(eq=False)
class Stale:
    """Blocks as they were when the comparison began."""

    blocks: Blocks
    data: bytearray

    def read(self, block: int, buffer: memoryview) -> None:
        """Fill the buffer with the old content of consecutive blocks."""
        at = int(np.searchsorted(self.blocks, block)) * BLOCK_BYTES
        buffer[:] = self.data[at : at + len(buffer)]


class LateResynchronization(Resynchronization):
    """Sends what it read at the beginning when everything else has arrived."""

    def close(self, cut: MachineCut) -> None:
        """The newer writes first, the older ones last, and that is wrong."""
        held = {disk: self._stale(self.stream.agent.disks[disk], part) for disk, part in cut.cuts.items()}
        super().close(cut)
        self.stream.ship()
        for disk, stale in held.items():
            if len(stale.blocks):
                self._overwrite(disk, stale)
        self.stream.service.apply()

    @staticmethod
    def _stale(source: SourceDisk, part: Cut) -> Stale:
        blocks = source.dirty.take()
        source.dirty.restore(blocks)
        data = bytearray(len(blocks) * BLOCK_BYTES)
        part.read_into(blocks, memoryview(data))
        return Stale(blocks, data)

    def _overwrite(self, disk: str, stale: Stale) -> None:
        source, replica = self.stream.agent.disks[disk], self.stream.service.replicas[disk]
        late = Cut(source.written, stale.blocks, source.blocks, partial(stale.read), lambda *_: None)
        for frame in self.stream.server.frames(disk, replica, late):
            replica.receive(frame)
        replica.commit(source.written)


class WrongComparisons(Comparisons):
    """Runs those."""

    comparison_type = LateResynchronization


class WrongReplicator(Replicator):
    """Uses them."""

    comparisons_type = WrongComparisons


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The reference with B4."""
    return exhibit("B4", directory, durable, replicator=WrongReplicator)
