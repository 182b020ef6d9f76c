"""B36: a background mirror breaks the write order, so its snapshots are not crash-consistent (happened in QEMU 7.2).

A batch of more than 64 blocks is sent in the order of block numbers, 64 at a time; a point taken meanwhile holds the
low blocks of the newest writes and not the high blocks of older ones.
"""

from collections.abc import Mapping

from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit
from siteproof.reference.zoo.parts import UnevenReplicator, UnevenStream

PART_BLOCKS = 64


class WrongStream(UnevenStream):
    """A part at a time."""

    def late(self) -> Mapping[str, int]:
        """The low blocks first, and that is wrong."""
        return dict.fromkeys(self.agent.disks, PART_BLOCKS)


class WrongReplicator(UnevenReplicator):
    """Uses it."""

    stream_type = WrongStream


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The reference with B36."""
    return exhibit("B36", directory, durable, replicator=WrongReplicator)
