"""The process server: caches, compresses and encrypts what the agent hands over, and counts the bytes that leave.

Plain data never reaches the link: what travels are sealed frames of one stream per disk, fresh after every break.
"""

from collections.abc import Iterator
from functools import partial

from siteproof.reference.datapath.blocks import Blocks
from siteproof.reference.datapath.cut import Cut
from siteproof.reference.datapath.effects import Bytes
from siteproof.reference.datapath.replica import Replica
from siteproof.reference.datapath.sealer import Sealer
from siteproof.reference.link import Link

BULK_BLOCKS = 4096  # 16 MiB


class ProcessServer:
    """One machine's channel to the other side."""

    sealer_type: type[Sealer] = Sealer

    def __init__(self, link: Link) -> None:
        """Nothing sealed yet; a stream is opened by its first cut."""
        self.link = link
        self._sealers: dict[str, Sealer] = {}

    def sealer(self, disk: str, replica: Replica) -> Sealer:
        """The disk's open stream, or a fresh one with a new key."""
        if disk not in self._sealers:
            self._sealers[disk] = self.sealer_type(replica.keys, replica.invite(), _workers(replica.blocks))
            self._sealers[disk].shown = partial(self.link.shown, disk)
        return self._sealers[disk]

    def frames(self, disk: str, replica: Replica, cut: Cut, blocks: Blocks | None = None) -> Iterator[Bytes]:
        """Sealed frames of the cut, or of those blocks of it, each counted as it leaves; LinkDown when it cannot."""
        self.link.require()
        for frame in self.sealer(disk, replica).seal(cut, blocks):
            self.link.carried(len(frame))
            yield frame

    def break_streams(self) -> None:
        """Forget every stream: after a break nothing may continue under an old key and sequence."""
        self._sealers.clear()


def _workers(blocks: int) -> int:
    """Threads pay off only where an initial copy has many frames."""
    return 2 if blocks > BULK_BLOCKS else 0
