"""B42: a spurious split brain triggers a resynchronisation that discards data (happened in ceph-csi, issue 3209).

On the way back a link that breaks and returns with changes waiting is taken for a split brain, and the machine that
runs is the one that gives in: its newest writes are replaced by what the other side has.
"""

from siteproof.reference.datapath.blocks import BLOCK_BYTES
from siteproof.reference.machine import Machine
from siteproof.reference.replicator import Replicator
from siteproof.reference.stream import Stream
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit


class WrongReplicator(Replicator):
    """Sees a split brain where there is none."""

    def reconnected(self, machine: Machine) -> None:
        """Let the side that was away win, and that is wrong."""
        if machine.replicating and not machine.forward and machine.stream is not None:
            machine.stream.service.apply()
            _give_in(machine.stream)
        super().reconnected(machine)


def _give_in(stream: Stream) -> None:
    for name, disk in stream.agent.disks.items():
        for block in disk.dirty.take().tolist():
            held = bytearray(BLOCK_BYTES)
            stream.service.replicas[name].read_seed(block, memoryview(held))
            disk.write(block, held)


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The reference with B42."""
    return exhibit("B42", directory, durable, replicator=WrongReplicator)
