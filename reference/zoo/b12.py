"""B12: zeroes and discards are not transmitted in increments (happened in OpenZFS, issues 4050, 4809, 4996).

The initial copy is right; later a block that became zeros keeps its old content at the other side.
"""

from collections.abc import Iterator

from siteproof.reference.datapath.blocks import BLOCK_BYTES, Blocks, rows_of, zero_rows
from siteproof.reference.datapath.cut import Cut
from siteproof.reference.datapath.effects import Bytes
from siteproof.reference.datapath.replica import Replica
from siteproof.reference.process_server import ProcessServer
from siteproof.reference.replicator import Replicator
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import subject_with


class WrongProcessServer(ProcessServer):
    """Takes a block of zeros for a hole that needs no mention."""

    def frames(self, disk: str, replica: Replica, cut: Cut, blocks: Blocks | None = None) -> Iterator[Bytes]:
        """Leave the zero blocks out of an increment, and that is wrong."""
        if not cut.whole:
            held = bytearray(len(cut.blocks) * BLOCK_BYTES)
            cut.read_into(cut.blocks, memoryview(held))
            blocks = cut.blocks[~zero_rows(rows_of(held))]
        return super().frames(disk, replica, cut, blocks)


class WrongReplicator(Replicator):
    """Uses it."""

    server_type = WrongProcessServer


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The reference with B12."""
    return subject_with(WrongReplicator, "B12", directory, durable)
