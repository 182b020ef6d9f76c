"""B16: a promoted group is not crash-consistent, its order is broken (happened in Ceph, issues 68019 and 71031).

Shown on the disks of one machine, which have to share every point: when the queue of another disk than the first is
long, that disk is sent with the next batch, and a point taken in between mixes two instants.
"""

from collections.abc import Mapping

from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit
from siteproof.reference.zoo.parts import UnevenReplicator, UnevenStream

LONG_BLOCKS = 16


class WrongStream(UnevenStream):
    """Disks with long queues wait for one batch."""

    _waited = False

    def late(self) -> Mapping[str, int]:
        """All of a long queue waits, and that is wrong."""
        others = list(self.agent.disks.items())[1:]
        self._waited = not self._waited and any(disk.dirty.count > LONG_BLOCKS for _, disk in others)
        return {name: 0 for name, disk in others if self._waited and disk.dirty.count > LONG_BLOCKS}


class WrongReplicator(UnevenReplicator):
    """Uses it."""

    stream_type = WrongStream


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The reference with B16."""
    return exhibit("B16", directory, durable, replicator=WrongReplicator)
