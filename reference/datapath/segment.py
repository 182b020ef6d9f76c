"""A segment: one header, then frames in sequence under one key; a file of a log, or a stream on the wire.

Header of 320 bytes, little endian: magic 8, format 2, minimum reader 2, role 4, epoch 8, number 8, first LSN 8,
salt 32, key id 8, tag of the frame before 16, disk name 160 (UTF-8, zero-padded), commitment 32, reserved 28, crc32 4.
The key is derived from all that stands before the commitment: a changed header is a changed key. (docs/data-path.md)

Maintainers keep: a header is written once with a fresh salt; a segment that was closed is never appended to again.
"""

import hmac
import struct
import zlib
from enum import IntEnum

from attrs import evolve, field, frozen

from siteproof.model.nouns.problem import Problem
from siteproof.reference.datapath import frames
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.effects import Bytes, Executor
from siteproof.reference.datapath.frames import Header, Plain
from siteproof.reference.datapath.keys import COMMITMENT_BYTES, Aead, DiskKeys, SegmentIdentity, SegmentKey, wrong_key

MAGIC = b"SPSEGMT1"
FORMAT = 1
SEGMENT_MAX = 64 << 20  # bytes
DISK_BYTES_MAX = 160
NO_TAG = bytes(frames.TAG_BYTES)

_BOUND = struct.Struct(f"<8sHHIQQQ32s8s16s{DISK_BYTES_MAX}s")
_TAIL = struct.Struct(f"<{COMMITMENT_BYTES}s28sI")
HEADER_BYTES = _BOUND.size + _TAIL.size


class Role(IntEnum):
    """Who writes the segment; part of the key, so a segment of one role is nothing in another's place."""

    STREAM = 1  # the source, on the wire
    CACHE = 2
    UNDO = 3
    CATALOGUE = 4
    CUTS = 5  # the cuts of a machine, over all of its disks
    VAULT = 6


@frozen
class SegmentHeader:
    """What a segment says of itself before its first frame. `previous` is the tag of the last frame before it."""

    role: Role
    disk: str
    epoch: int
    number: int
    first_lsn: int = 0
    previous: bytes = NO_TAG
    salt: bytes = b""
    key_id: bytes = b""
    commitment: bytes = field(default=b"", repr=False)

    def bound(self) -> bytes:
        """The bytes that the key is derived from."""
        numbers = (FORMAT, FORMAT, self.role, self.epoch, self.number, self.first_lsn)
        return _BOUND.pack(MAGIC, *numbers, self.salt, self.key_id, self.previous, self.disk.encode())

    def pack(self) -> bytes:
        """The header's HEADER_BYTES bytes."""
        head = self.bound() + self.commitment + bytes(28)
        return head + zlib.crc32(head).to_bytes(4, "little")

    def key(self, keys: DiskKeys) -> SegmentKey:
        """The segment's key, whether or not the commitment is right."""
        return keys.segment_key(self.salt, SegmentIdentity(FORMAT, self.disk, self.epoch, self.role), self.bound())


def new_header(keys: DiskKeys, header: SegmentHeader) -> tuple[SegmentHeader, Aead]:
    """The header with a fresh salt and its commitment, and the cipher for its frames."""
    salted = evolve(header, salt=keys.salt(), key_id=keys.key_id)
    key = salted.key(keys)
    return evolve(salted, commitment=key.commitment), key.cipher


def check_disk_name(disk: str) -> str:
    """The disk's name again; Problem when it does not fit into a header."""
    if not 0 < len(disk.encode()) <= DISK_BYTES_MAX or "\0" in disk:
        raise Problem(f"unusable disk name {disk!r}", f"1 to {DISK_BYTES_MAX} bytes of UTF-8", "use a shorter name")
    return disk


def open_header(keys: DiskKeys, data: Bytes, role: Role, file: str) -> tuple[SegmentHeader, Aead]:
    """The header at the start of `data` and its cipher; Problem when sealed under another key, else CorruptLog."""
    header = parse_header(data, file)
    if header.role is not role or header.disk != keys.disk:
        raise CorruptLog(file, 0, f"a segment of {header.disk!r} as {header.role.name}, not of {keys.disk!r}")
    if header.key_id != keys.key_id:
        raise wrong_key(file)
    key = header.key(keys)
    if not hmac.compare_digest(key.commitment, header.commitment):
        raise CorruptLog(file, 0, "the segment header was changed")
    return header, key.cipher


def parse_header(data: Bytes, file: str) -> SegmentHeader:
    """The header at the start of `data`, not authenticated; CorruptLog when it is damaged or of an unknown format."""
    head = bytes(data[:HEADER_BYTES])
    if len(head) < HEADER_BYTES or int.from_bytes(head[-4:], "little") != zlib.crc32(head[:-4]):
        raise CorruptLog(file, 0, "no intact segment header")
    magic, _, reader, role, epoch, number, lsn, salt, key_id, previous, disk = _BOUND.unpack_from(head)
    if magic != MAGIC or reader > FORMAT or role not in frozenset(Role):
        raise CorruptLog(file, 0, f"a segment of unknown format {reader} or role {role}")
    name = disk.rstrip(b"\0").decode(errors="replace")
    commitment = _TAIL.unpack_from(head, _BOUND.size)[0]
    return SegmentHeader(Role(role), name, epoch, number, lsn, previous, salt, key_id, commitment)


@frozen(eq=False)
class Record:
    """One frame where it was found; `raw` is the payload before compression."""

    file: str
    offset: int
    header: Header
    plain: Plain
    tag: bytes

    @property
    def end(self) -> int:
        """The byte offset behind the frame."""
        return self.offset + self.header.frame_length

    def raw(self) -> Bytes:
        """The payload's `raw_length` bytes; CorruptLog when it cannot be unpacked."""
        try:
            return self.plain.raw()
        except ValueError as error:
            raise CorruptLog(self.file, self.offset, str(error)) from error


class SegmentFile:
    """A segment in a file, read frame by frame; every frame is authenticated when it is read."""

    def __init__(self, executor: Executor, file: str, keys: DiskKeys, role: Role) -> None:
        """Read and check the header; Problem for another key, CorruptLog for a damaged header."""
        self.file = file
        self._executor = executor
        self.header, self.cipher = open_header(keys, executor.read(file, 0, HEADER_BYTES), role, file)

    def record(self, offset: int, sequence: int | None = None) -> Record:
        """The frame at `offset`; CorruptLog when damaged, or when `sequence` is given and not the frame's."""
        header = self.frame_header(offset)
        frame = self._executor.read(self.file, offset, header.frame_length)
        plain = frames.unseal(self.cipher, header, frame, self.file, offset)
        if sequence is not None and header.sequence != sequence:
            raise OutOfSequence(self.file, offset, f"frame {header.sequence} where {sequence} belongs: replay or gap")
        return Record(self.file, offset, header, plain, frame[-frames.TAG_BYTES :])

    def frame_header(self, offset: int) -> Header:
        """The header at `offset`, its ranges checked and not yet authenticated."""
        head = self._executor.read(self.file, offset, frames.HEADER_BYTES)
        return frames.read_header(head, self.file, offset)

    def read(self, offset: int, length: int) -> bytes:
        """Bytes as they stand in the file, not authenticated."""
        return self._executor.read(self.file, offset, length)


class OutOfSequence(CorruptLog):
    """An authentic frame in a wrong place: no crash does that."""
