"""The dirty bitmap: which blocks have changed since they were sent last, one bit per 4 KiB block when it is stored.

Maintainers keep: a bit is cleared only by `take`, and whoever takes either delivers or gives back.
"""

import numpy as np

from siteproof.reference.datapath.blocks import Blocks


class DirtyBitmap:
    """Bits of a disk of so many blocks, all clear at first."""

    def __init__(self, blocks: int) -> None:
        """One byte per block in memory, touched only where it is used."""
        self._bits = np.zeros(blocks, bool)

    @property
    def blocks(self) -> int:
        """The disk's size in blocks."""
        return len(self._bits)

    @property
    def count(self) -> int:
        """How many blocks are dirty."""
        return int(np.count_nonzero(self._bits))

    def mark(self, block: int, blocks: int = 1) -> None:
        """Consecutive blocks are dirty."""
        self._bits[block : block + blocks] = True

    def restore(self, blocks: Blocks) -> None:
        """Blocks that were taken and not delivered are dirty again; those beyond the end of the disk are gone."""
        self._bits[blocks[blocks < len(self._bits)]] = True

    def take(self) -> Blocks:
        """The dirty blocks in ascending order; none is dirty any more."""
        blocks = np.flatnonzero(self._bits)
        self._bits[blocks] = False
        return blocks

    def resize(self, blocks: int) -> None:
        """Bits beyond the end go; new blocks are dirty."""
        grown = np.ones(blocks, bool)
        kept = min(blocks, len(self._bits))
        grown[:kept] = self._bits[:kept]
        self._bits = grown

    def to_bytes(self) -> bytes:
        """The stored form: little-endian bits, eight blocks per byte."""
        return np.packbits(self._bits, bitorder="little").tobytes()

    @classmethod
    def from_bytes(cls, data: bytes, blocks: int) -> "DirtyBitmap":
        """The bitmap again; ValueError when the length is not that of so many blocks."""
        if len(data) != (blocks + 7) // 8:
            raise ValueError(f"{len(data)} bytes are not a bitmap of {blocks} blocks")
        bitmap = cls(blocks)
        bitmap._bits[:] = np.unpackbits(np.frombuffer(data, np.uint8), count=blocks, bitorder="little").view(bool)
        return bitmap
