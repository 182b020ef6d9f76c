"""The dirty bitmap: which blocks have changed since they were sent last, one bit per 4 KiB block when it is stored.

Maintainers keep: a bit is cleared only by `take`, and whoever takes either delivers or gives back.
"""

import numpy as np

from siteproof.reference.datapath.block_set import PAGE_BLOCKS, BlockSet
from siteproof.reference.datapath.blocks import Blocks


class DirtyBitmap(BlockSet):
    """Bits of a disk of so many blocks, all clear at first; memory only where some are set."""

    def mark(self, block: int, blocks: int = 1) -> None:
        """Consecutive blocks are dirty."""
        super().mark(block, blocks)

    def restore(self, blocks: Blocks) -> None:
        """Blocks that were taken and not delivered are dirty again; those beyond the end of the disk are gone."""
        self.add(blocks)

    def take(self) -> Blocks:
        """The dirty blocks in ascending order; none is dirty any more."""
        blocks = self.listed()
        self.clear()
        return blocks

    def resize(self, blocks: int) -> None:
        """Bits beyond the end go; new blocks are dirty."""
        self.fit(blocks)

    def to_bytes(self) -> bytes:
        """The stored form: little-endian bits, eight blocks per byte."""
        stored = np.zeros((self.blocks + 7) // 8, np.uint8)
        for page, held in self._pages.items():
            bits = np.ones(self._size(page), bool) if held is None else held[: self._size(page)]
            at = page * (PAGE_BLOCKS // 8)
            packed = np.packbits(bits, bitorder="little")
            stored[at : at + len(packed)] = packed
        return stored.tobytes()

    @classmethod
    def from_bytes(cls, data: bytes, blocks: int) -> "DirtyBitmap":
        """The bitmap again; ValueError when the length is not that of so many blocks."""
        if len(data) != (blocks + 7) // 8:
            raise ValueError(f"{len(data)} bytes are not a bitmap of {blocks} blocks")
        bitmap, stored = cls(blocks), np.frombuffer(data, np.uint8)
        for page in range(-(-blocks // PAGE_BLOCKS)):
            at = page * (PAGE_BLOCKS // 8)
            part = stored[at : at + PAGE_BLOCKS // 8]
            if part.any():
                bits = np.unpackbits(part, count=bitmap._size(page), bitorder="little")
                bitmap.add(np.flatnonzero(bits) + page * PAGE_BLOCKS)
        return bitmap
