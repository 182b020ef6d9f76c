"""Stamp to bytes: a block's whole content follows from five numbers, so that every lost, torn or old block is seen.

A write request may carry numbers only; whoever holds the disk must produce these bytes. Layout of a stamped block,
little endian: magic 8, seed 8, machine 4, disk 4, block 8, sequence 8, time_ms 8, noise bytes 4, reserved 4,
digest 8 (blake2b of the 56 bytes before it), then `noise` incompressible bytes, then a run of one byte.
"""

import functools
import hashlib
import struct

from attrs import frozen

BLOCK_BYTES = 4096
MAGIC = b"SPSTAMP1"
_HEAD = struct.Struct("<8sQIIQQQII")
HEADER_BYTES = _HEAD.size + 8


@frozen
class Stamp:
    """Who wrote which block, as which write, when. `machine` and `disk` are indexes within the scenario."""

    machine: int
    disk: int
    block: int
    sequence: int
    time_ms: int = 0
    seed: int = 0
    noise: int = 2048  # incompressible bytes of the filler, 0 to 4032

    def to_bytes(self, size: int = BLOCK_BYTES) -> bytes:
        """The block's content, `size` bytes long (at least HEADER_BYTES)."""
        return _content(self.header(), self.sequence, min(self.noise, size - HEADER_BYTES), size)

    def header(self) -> bytes:
        """The first HEADER_BYTES bytes of the block."""
        numbers = (self.seed, self.machine, self.disk, self.block, self.sequence, self.time_ms, self.noise, 0)
        head = _HEAD.pack(MAGIC, *numbers)
        return head + hashlib.blake2b(head, digest_size=8).digest()


@functools.lru_cache(1024)  # who writes a block and who follows the writes ask one after the other
def _content(head: bytes, sequence: int, noise: int, size: int) -> bytes:
    filler = hashlib.shake_128(head).digest(noise) if noise else b""
    return head + filler + bytes([sequence % 255 + 1]) * (size - HEADER_BYTES - noise)


def read_stamp(block: bytes) -> Stamp | None:
    """The stamp of a block, or None when the block is not, or no longer exactly, what a stamp produces."""
    stamp = read_header(block)
    return stamp if stamp is not None and stamp.to_bytes(len(block)) == bytes(block) else None


def read_header(block: bytes) -> Stamp | None:
    """The stamp named by a block's header alone: a torn block still says which write it came from."""
    if len(block) < HEADER_BYTES or bytes(block[:8]) != MAGIC:
        return None
    _, seed, machine, disk, number, sequence, time_ms, noise, _ = _HEAD.unpack_from(block)
    stamp = Stamp(machine, disk, number, sequence, time_ms, seed, noise)
    return stamp if stamp.header() == bytes(block[:HEADER_BYTES]) else None
