"""B9: tracked changes are lost while points are merged (happened in VMware, Broadcom KB 317933).

Thinning takes half a second. What is written meanwhile and not shipped yet is gone from the bitmap when it has ended.
"""

from siteproof.reference.machine import Machine
from siteproof.reference.replicator import Replicator
from siteproof.reference.stream import Stream
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit

MERGE_MS = 500


class WrongReplicator(Replicator):
    """Merges points with the bitmap open."""

    def prune(self, machine: Machine) -> None:
        """Save the bitmap as it was before, and that is wrong."""
        merged = self.outlived(machine)
        super().prune(machine)
        if merged and machine.stream is not None:
            stream: Stream = machine.stream
            self.rhythm.plan(machine, self.now_ms + MERGE_MS, lambda: stream.agent.cut().done())


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The reference with B9."""
    return exhibit("B9", directory, durable, replicator=WrongReplicator)
