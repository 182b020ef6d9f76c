"""The mobility agent's disk: a raw file whose writes are captured in a dirty bitmap (seed: Mobility agent).

Bitmap file: magic 8, version 4, clean flag 4, blocks 8, write 8, digest 16 of those (and of the bits when clean), then
the bits at byte 4096. `write` is the last one when clean, else a number that no write ever exceeded.

Maintainers keep: the flag is cleared, durably, before the first write behind it, and set only by `close` behind the
bits' own barrier; without it, or without the file, every block counts as dirty. (domain §7, B10)
"""

import hashlib
import struct

from siteproof.model.nouns.problem import Problem
from siteproof.reference.datapath.bitmap import DirtyBitmap
from siteproof.reference.datapath.blocks import BLOCK_BYTES, Blocks
from siteproof.reference.datapath.cut import Cut
from siteproof.reference.datapath.device import SourceFailed, StoreFailed
from siteproof.reference.datapath.effects import Barrier, Bytes, Effect, Executor, SyncDirectory, Truncate, Write, Zero
from siteproof.reference.datapath.holes import is_hole

MAGIC = b"SPDIRTY1"
VERSION = 2
BITS_AT = 4096
RESERVED_WRITES = 1 << 20  # so many numbers are set aside at a time: after a crash counting goes on behind them
_HEAD = struct.Struct("<8sIIQQ")
_DIGEST_BYTES = 16
_ZEROS = bytes(256 * BLOCK_BYTES)


class SourceDisk:
    """A disk of a production machine. `written` is the sequence of its last write; `trusted` tells about the bitmap."""

    def __init__(self, executor: Executor, file: str, bitmap_file: str, written: int = 0) -> None:
        """Attach to an existing raw file; when its last block is not a whole one, the rest of that reads as zeros."""
        self.file = file
        self.size_bytes = executor.size(file)
        self._reserved = 0
        self._stored_clean = False  # the stored flag may be set: no write may happen under it
        self._executor = executor
        self._bitmap_file = bitmap_file
        self._cuts: list[Cut] = []
        self.capturing = False
        self.trusted, self.dirty, self.known = self._load()  # `known`: a write that the stored bitmap tells of
        self.stored = self.trusted  # whether the bitmap of an orderly stop was found here
        self.written = max(written, self.known)

    @property
    def blocks(self) -> int:
        """The disk's size in blocks, the last one counted in full."""
        return -(-self.size_bytes // BLOCK_BYTES)

    @classmethod
    def create(cls, executor: Executor, file: str, bitmap_file: str, blocks: int) -> "SourceDisk":
        """A new disk of zeros."""
        executor.perform(Truncate(file, 0))
        executor.perform(Truncate(file, blocks * BLOCK_BYTES))
        disk = cls(executor, file, bitmap_file)
        disk.trusted = True
        disk.dirty.take()
        return disk

    @property
    def open_cuts(self) -> int:
        """How many cuts were taken and neither delivered nor given back."""
        return len(self._cuts)

    def start_capture(self) -> None:
        """Writes mark blocks dirty from now on; the stored bitmap is worthless until `close`."""
        if not self.capturing:
            self._store(clean=False)
            self.capturing = True

    def stop_capture(self) -> None:
        """Writes are no longer marked, and nothing is dirty; open cuts fail quietly."""
        self.capturing = False
        self._cuts.clear()
        self.dirty.clear()

    def write(self, block: int, data: Bytes) -> int:
        """Overwrite consecutive blocks and return the write's sequence; Problem when it does not fit the disk."""
        count, rest = divmod(len(data), BLOCK_BYTES)
        if rest:
            raise Problem(f"a write of {len(data)} bytes", "disks are written in whole blocks of 4096", "pad the write")
        kept = self._within(block, data)
        sequence = self._change(block, count)
        self._do(Write(self.file, block * BLOCK_BYTES, kept))
        return sequence

    def discard(self, block: int, blocks: int) -> int:
        """Consecutive blocks read as zeros from now on; returns the write's sequence."""
        sequence = self._change(block, blocks)
        for first in range(block, block + blocks, 256):
            zeros = self._within(first, _ZEROS[: min(256, block + blocks - first) * BLOCK_BYTES])
            self._do(Zero(self.file, first * BLOCK_BYTES, zeros))
        return sequence

    def flush(self) -> None:
        """What was written survives a crash of the machine."""
        self._do(Barrier(self.file))

    def read(self, block: int, blocks: int) -> bytes:
        """The bytes of consecutive blocks as they are now."""
        self._check_range(block, blocks)
        data = bytearray(blocks * BLOCK_BYTES)
        self._executor.read_into(self.file, block * BLOCK_BYTES, data)
        return bytes(data)

    def adopt(self, lsn: int) -> None:
        """The other side has writes up to `lsn`, which this one has forgotten with its bitmap: count on behind them."""
        self.written = max(self.written, lsn)

    def take(self) -> Cut:
        """Everything dirty, as a consistent cut of this moment; clean until written again or until the cut fails."""
        return self._cut(self.dirty.take())

    def take_all(self) -> Cut:
        """The whole disk, as a consistent cut of this moment; nothing is dirty afterwards."""
        self.dirty.clear()
        return self._cut(None)

    def resize(self, blocks: int) -> None:
        """The disk has another size; new blocks are zeros and dirty. Open cuts fail quietly."""
        if self._stored_clean:
            self._store(clean=False)
        self._do(Truncate(self.file, blocks * BLOCK_BYTES))
        self._cuts.clear()
        self.size_bytes = blocks * BLOCK_BYTES
        self.dirty.resize(blocks)
        if not self.capturing:
            self.dirty.clear()

    def close(self) -> None:
        """A clean shutdown: the bitmap is stored and may be trusted by the next start."""
        for cut in list(self._cuts):
            cut.failed()
        self.flush()
        self._store(clean=True)
        self.capturing = False

    def path(self) -> str:
        """Where a reader outside finds the disk's bytes."""
        return self._executor.path(self.file)

    def _change(self, block: int, blocks: int) -> int:
        """Blocks are about to be overwritten: they are dirty from now on, however far the write gets."""
        self._check_range(block, blocks)
        if self._stored_clean or (self.capturing and self.written >= self._reserved):
            self._store(clean=False)
        for cut in tuple(self._cuts):  # one may end meanwhile, in another thread
            cut.preserve(block, blocks)
        self.written += 1
        if self.capturing:
            self.dirty.mark(block, blocks)
        return self.written

    def _within(self, block: int, data: Bytes) -> Bytes:
        """The part of the data that lies on the disk; what lies behind its end can only be zeros."""
        held = self.size_bytes - block * BLOCK_BYTES
        if 0 < held < len(data) and any(data[held:]):
            raise Problem(
                f"a write behind byte {self.size_bytes}", "the disk ends inside its last block", "write zeros"
            )
        return data if held >= len(data) or held <= 0 else data[:held]

    def _check_range(self, block: int, blocks: int) -> None:
        if block < 0 or blocks < 1 or block + blocks > self.blocks:
            what = f"blocks {block} to {block + blocks - 1} of a disk of {self.blocks}"
            raise Problem(f"{what} do not exist", "the range is outside of the disk", "stay within the disk")

    def _cut(self, blocks: Blocks | None) -> Cut:
        cut = Cut(self.written, blocks, self.blocks, self._read_now, self._end, self._is_hole)
        self._cuts.append(cut)
        return cut

    def _do(self, effect: Effect) -> None:
        try:
            self._executor.perform(effect)
        except StoreFailed as failure:
            what = f"{type(effect).__name__.lower()} {self.file}"
            raise SourceFailed(what, failure.cause, full=failure.full) from failure

    def _read_now(self, block: int, buffer: memoryview) -> None:
        try:
            held = self._executor.read_into(self.file, block * BLOCK_BYTES, buffer)
            buffer[held:] = bytes(len(buffer) - held)
        except StoreFailed as failure:
            raise SourceFailed(f"read block {block} of {self.file}", failure.cause) from failure

    def _is_hole(self, block: int, blocks: int) -> bool:
        return is_hole(self.path(), block * BLOCK_BYTES, blocks * BLOCK_BYTES)

    def _end(self, cut: Cut, delivered: bool) -> None:
        if cut in self._cuts:
            self._cuts.remove(cut)
            if not delivered and self.capturing:
                self.dirty.mark(0, self.blocks) if cut.whole else self.dirty.restore(cut.blocks)

    def _store(self, *, clean: bool) -> None:
        bits = self.dirty.to_bytes() if clean else b""
        if clean:
            self._do(Write(self._bitmap_file, BITS_AT, bits))
            self._do(Barrier(self._bitmap_file))
        self._stored_clean = self._stored_clean or clean
        reserved = self.written + (0 if clean else RESERVED_WRITES)
        head = _HEAD.pack(MAGIC, VERSION, clean, self.blocks, reserved)
        self._do(Write(self._bitmap_file, 0, head + _digest(head, bits)))
        self._do(Barrier(self._bitmap_file))
        self._do(SyncDirectory(self._bitmap_file.rpartition("/")[0]))
        self._stored_clean, self._reserved = clean, reserved

    def _load(self) -> tuple[bool, DirtyBitmap, int]:
        """Whether the stored bitmap may be trusted, the bitmap, and the last write that it knows of."""
        everything = DirtyBitmap(self.blocks)
        everything.mark(0, self.blocks)
        if not self._executor.exists(self._bitmap_file):
            return False, everything, 0
        head = self._executor.read(self._bitmap_file, 0, _HEAD.size + _DIGEST_BYTES)
        bits = self._executor.read(self._bitmap_file, BITS_AT, (self.blocks + 7) // 8)
        self._stored_clean, known = _stored(head, bits, self.blocks)
        if not self._stored_clean:
            return False, everything, known
        return True, DirtyBitmap.from_bytes(bits, self.blocks), known


def _digest(head: bytes, bits: bytes) -> bytes:
    return hashlib.blake2b(head + bits, digest_size=_DIGEST_BYTES).digest()


def _stored(head: bytes, bits: bytes, blocks: int) -> tuple[bool, int]:
    """Whether this is an intact bitmap of a clean shutdown, and a write that none exceeded; (False, 0) for damage."""
    found = read_bitmap(head, bits)
    if found is None:
        return False, 0
    clean, size, written = found
    return clean and size == blocks, written


def read_bitmap(head: bytes, bits: bytes) -> tuple[bool, int, int] | None:
    """Of an intact bitmap file: whether it was stored clean, its blocks, and a write that none exceeded."""
    if len(head) < _HEAD.size + _DIGEST_BYTES:
        return None
    magic, version, clean, size, written = _HEAD.unpack_from(head)
    tag = head[_HEAD.size : _HEAD.size + _DIGEST_BYTES]
    intact = tag == _digest(head[: _HEAD.size], bits[: (size + 7) // 8] if clean else b"")
    if not intact or (magic, version) != (MAGIC, VERSION):
        return None
    return clean == 1, int(size), int(written)
