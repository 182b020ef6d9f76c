"""B19: encrypted increments of the reverse direction are corrupt (happened in OpenZFS, issue 16351).

The first stream of the way back is right. After a reconnect its increments carry every block's neighbour, sealed and
authenticated as it should be.
"""

from collections.abc import Iterator

import numpy as np

from siteproof.reference.datapath.blocks import BLOCK_BYTES, Blocks
from siteproof.reference.datapath.cut import Cut
from siteproof.reference.datapath.effects import Bytes
from siteproof.reference.datapath.replica import Replica
from siteproof.reference.machine import Machine
from siteproof.reference.process_server import ProcessServer
from siteproof.reference.replicator import Replicator
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit


class WrongProcessServer(ProcessServer):
    """Mixes up blocks once its way back was broken."""

    backwards = False
    _breaks = 0

    def break_streams(self) -> None:
        """Count how often it was."""
        super().break_streams()
        self._breaks += self.backwards

    def frames(self, disk: str, replica: Replica, cut: Cut, blocks: Blocks | None = None) -> Iterator[Bytes]:
        """Seal the neighbours, and that is wrong."""
        return super().frames(disk, replica, _shifted(cut, replica.blocks) if self._breaks else cut, blocks)


def _shifted(cut: Cut, size: int) -> Cut:
    def read(block: int, buffer: memoryview) -> None:
        for done in range(len(buffer) // BLOCK_BYTES):
            after = int(np.searchsorted(cut.blocks, block + done)) + 1
            neighbour = cut.blocks[after % len(cut.blocks)]
            cut.read_into(np.array([neighbour]), buffer[done * BLOCK_BYTES : (done + 1) * BLOCK_BYTES])

    return Cut(cut.lsn, cut.blocks, size, read, lambda *_: None)


class WrongReplicator(Replicator):
    """Uses it on the way back."""

    server_type = WrongProcessServer

    def resume(self, machine: Machine) -> None:
        """Tell the server which way it goes."""
        super().resume(machine)
        if machine.stream is not None and isinstance(machine.stream.server, WrongProcessServer):
            machine.stream.server.backwards = not machine.forward


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The reference with B19."""
    return exhibit("B19", directory, durable, replicator=WrongReplicator)
