"""Content digests: a block is known to the judge by the 64-bit xxh3 of its 4096 bytes.

Rule: one function computes digests, for ledgers and for images alike, so that equal bytes always compare equal.
"""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import xxhash

from siteproof.model.nouns.stamp import BLOCK_BYTES

Digests: TypeAlias = npt.NDArray[np.uint64]


def block_digests(data: "bytes | bytearray | memoryview") -> Digests:
    """One digest per 4096-byte block; a shorter last block is padded with zeros."""
    view = memoryview(data).cast("B")
    whole = len(view) - len(view) % BLOCK_BYTES
    digest = xxhash.xxh3_64_intdigest
    found = [digest(view[start : start + BLOCK_BYTES]) for start in range(0, whole, BLOCK_BYTES)]
    if whole < len(view):
        found.append(digest(bytes(view[whole:]).ljust(BLOCK_BYTES, b"\0")))
    return np.array(found, dtype=np.uint64)


def digest_of(block: bytes) -> int:
    """The digest of one block."""
    return xxhash.xxh3_64_intdigest(block)


ZERO = digest_of(bytes(BLOCK_BYTES))


def zeros(blocks: int) -> Digests:
    """The digests of a disk of zeros."""
    return np.full(blocks, ZERO, dtype=np.uint64)
