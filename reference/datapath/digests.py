"""Digests of a disk at three levels: 4 MiB windows, 128 KiB leaves, 4 KiB blocks (docs/data-path.md, Resync protocol).

Maintainers keep: keyed BLAKE3 cut to 16 bytes; a window's root is the digest of its leaves' digests. Equal roots mean
equal bytes, and nobody without the disk's key learns anything from them.
"""

from collections.abc import Callable

from blake3 import blake3

from siteproof.reference.datapath.blocks import BLOCK_BYTES

WINDOW_BLOCKS = 1024
LEAF_BLOCKS = 32
DIGEST_BYTES = 16
LEAVES_PER_WINDOW = WINDOW_BLOCKS // LEAF_BLOCKS

ReadInto = Callable[[int, memoryview], None]
IsEmpty = Callable[[int, int], bool]


class Digester:
    """Digests of a disk of `blocks` blocks that `read(block, buffer)` reads; one buffer of a window is reused.

    Windows that `is_empty(block, blocks)` says to be zeros are not read: their digests are known.
    """

    def __init__(
        self, key: bytes, blocks: int, read: ReadInto, is_empty: IsEmpty = lambda _block, _blocks: False
    ) -> None:
        """Nothing is read before it is asked for."""
        self._is_empty = is_empty
        self._of_zeros: dict[int, bytes] = {}  # by the number of blocks
        self.windows = -(-blocks // WINDOW_BLOCKS)
        self._key = key
        self._blocks = blocks
        self._read = read
        self._buffer = memoryview(bytearray(min(WINDOW_BLOCKS, blocks) * BLOCK_BYTES))

    def leaves(self, window: int) -> bytes:
        """The digests of the window's leaves, one after the other."""
        first = window * WINDOW_BLOCKS
        count = min(WINDOW_BLOCKS, self._blocks - first)
        if self._is_empty(first, count):
            return self._zeros(count)
        return self._digests(first, WINDOW_BLOCKS, LEAF_BLOCKS)

    def _zeros(self, blocks: int) -> bytes:
        if blocks not in self._of_zeros:
            self._buffer[: blocks * BLOCK_BYTES] = bytes(blocks * BLOCK_BYTES)
            self._of_zeros[blocks] = self._hashed(blocks * BLOCK_BYTES, LEAF_BLOCKS)
        return self._of_zeros[blocks]

    def blocks_of_leaf(self, leaf: int) -> bytes:
        """The digests of the blocks of one leaf of the disk."""
        return self._digests(leaf * LEAF_BLOCKS, LEAF_BLOCKS, 1)

    def root(self, leaves: bytes) -> bytes:
        """The digest of a window, from the digests of its leaves."""
        return self._digest(leaves)

    def _digests(self, first: int, blocks: int, step: int) -> bytes:
        length = min(blocks, self._blocks - first) * BLOCK_BYTES
        self._read(first, self._buffer[:length])
        return self._hashed(length, step)

    def _hashed(self, length: int, step: int) -> bytes:
        parts = range(0, length, step * BLOCK_BYTES)
        return b"".join(self._digest(self._buffer[at : min(at + step * BLOCK_BYTES, length)]) for at in parts)

    def _digest(self, data: bytes | memoryview) -> bytes:
        digest: bytes = blake3(data, key=self._key).digest(DIGEST_BYTES)
        return digest


def differing(ours: bytes, theirs: bytes) -> list[int]:
    """The indexes at which two strings of digests differ; ValueError when their lengths do."""
    if len(ours) != len(theirs):
        raise ValueError(f"{len(theirs)} bytes of digests where {len(ours)} belong")
    places = range(0, len(ours), DIGEST_BYTES)
    return [at // DIGEST_BYTES for at in places if ours[at : at + DIGEST_BYTES] != theirs[at : at + DIGEST_BYTES]]
