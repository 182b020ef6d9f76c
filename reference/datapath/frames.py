"""The frame: up to RAW_MAX bytes of blocks, compressed, then encrypted and authenticated with their header.

Layout, little endian: header of 48 bytes {magic 4, kind 1, codec 1, flags 2, sequence 8, first block 8, LSN 8, raw
length 4, ciphertext length 4, runs 4, crc32 of the 44 bytes before it}, which is the associated data; then ciphertext
and 16-byte tag. Plaintext: run table (8 bytes per run, blocks.py), then the codec's payload
(docs/data-path.md, Log format).

Maintainers keep: every length and range is checked before it is used; the tag is checked before anything is believed.
"""

import struct
import threading
import zlib
from enum import IntEnum

import numpy as np
import zstandard
from attrs import frozen
from cryptography.exceptions import InvalidTag

from siteproof.reference.datapath.blocks import BLOCK_BYTES, COUNT_MASK, ZERO, Blocks, Mask, Runs, blocks_of
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.effects import Bytes
from siteproof.reference.datapath.keys import Aead, nonce_of

MAGIC = b"SPF1"
TAG_BYTES = 16
RAW_MAX = 4 << 20
RUNS_MAX = 1 << 16
BLOCK_MAX = 1 << 48
ZSTD_LEVEL = 1
WORTH_IT = 0.97  # a payload that compresses worse than this travels as it is

_HEAD = struct.Struct("<4sBBHQQQIII")
_CRC = struct.Struct("<I")
HEADER_BYTES = _HEAD.size + _CRC.size
RUN_BYTES = 8
_LENGTH_MAX = RUNS_MAX * RUN_BYTES + RAW_MAX + TAG_BYTES


class FrameKind(IntEnum):
    """What a frame carries."""

    DATA = 1  # blocks with their bytes, and zero runs between them
    ZERO = 2  # zero runs only
    MARKER = 3  # a recovery point or a window, as JSON
    COMMIT = 4  # the end of a group
    UNDO = 5  # what blocks held before they were first overwritten
    LOST = 6  # blocks whose old content was damaged when it should have been saved; zero runs


class Codec(IntEnum):
    """How the payload is packed."""

    RAW = 0
    ZSTD = 1


KINDS = frozenset(FrameKind)
CODECS = frozenset(Codec)
BLOCK_KINDS = frozenset({FrameKind.DATA, FrameKind.ZERO, FrameKind.UNDO, FrameKind.LOST})
FLAG_CUT = 1  # on a commit: the group's end is a consistent cut


@frozen
class Header:
    """A frame's header; `raw_length` and `cipher_length` in bytes, the latter with the tag."""

    kind: FrameKind
    codec: Codec
    flags: int
    sequence: int
    first_block: int
    lsn: int
    raw_length: int
    cipher_length: int
    runs: int

    @property
    def frame_length(self) -> int:
        """Header, ciphertext and tag in bytes."""
        return HEADER_BYTES + self.cipher_length

    def pack(self) -> bytes:
        """The 48 bytes of the header."""
        numbers = (self.sequence, self.first_block, self.lsn, self.raw_length, self.cipher_length, self.runs)
        head = _HEAD.pack(MAGIC, self.kind, self.codec, self.flags, *numbers)
        return head + _CRC.pack(zlib.crc32(head))


@frozen(eq=False)
class Plain:
    """What a frame says, still compressed: `text` is the run table followed by the payload."""

    kind: FrameKind
    codec: Codec
    flags: int
    first_block: int
    lsn: int
    raw_length: int
    runs: int
    text: Bytes

    @property
    def block_count(self) -> int:
        """How many blocks the frame tells of, zeros included."""
        return int((self.table[:, 1] & COUNT_MASK).sum())

    @property
    def table(self) -> Runs:
        """The run table, (runs, 2)."""
        return np.frombuffer(self.text, "<u4", self.runs * 2).reshape(-1, 2)

    def blocks(self) -> tuple[Blocks, Mask]:
        """All block numbers in order, and which of them are zero (those have no bytes in `raw`)."""
        return blocks_of(self.first_block, self.table)

    def raw(self) -> Bytes:
        """The payload as it was before compression, `raw_length` bytes; ValueError when it is not that."""
        body = memoryview(self.text)[self.runs * RUN_BYTES :]
        if self.codec is Codec.RAW:
            return body
        return _decompress(body, self.raw_length)


class _PerThread(threading.local):
    """A compressor and a decompressor of each thread's own; neither may be shared."""

    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(level=ZSTD_LEVEL, write_checksum=False)
        self.decompressor = zstandard.ZstdDecompressor()


_own = _PerThread()


def compress(kind: FrameKind, first_block: int, table: Runs, payload: Bytes, lsn: int) -> Plain:
    """A frame of blocks, packed with zstd-1, or as it is when that does not help; `payload` is copied."""
    raw_length = len(payload)
    packed = _own.compressor.compress(payload) if raw_length else b""
    codec = Codec.ZSTD if raw_length and len(packed) < raw_length * WORTH_IT else Codec.RAW
    text = b"".join((table.tobytes(), packed if codec is Codec.ZSTD else payload))
    return Plain(kind, codec, 0, first_block, lsn, raw_length, len(table), text)


def note(kind: FrameKind, text: bytes, lsn: int, flags: int = 0) -> Plain:
    """A frame without blocks: a marker's or a commit's few bytes."""
    return Plain(kind, Codec.RAW, flags, 0, lsn, len(text), 0, text)


def seal(cipher: Aead, sequence: int, plain: Plain) -> bytearray:
    """The frame's bytes: header, ciphertext, tag. A sequence is used once per cipher."""
    length = len(plain.text) + TAG_BYTES
    numbers = (plain.first_block, plain.lsn, plain.raw_length, length, plain.runs)
    head = Header(plain.kind, plain.codec, plain.flags, sequence, *numbers).pack()
    frame = bytearray(HEADER_BYTES + length)
    frame[:HEADER_BYTES] = head
    cipher.encrypt_into(nonce_of(sequence), plain.text, head, memoryview(frame)[HEADER_BYTES:])
    return frame


def nonce_in(frame: Bytes) -> bytes:
    """The nonce that a frame of our own is sealed under."""
    return nonce_of(read_header(frame, "frame", 0).sequence)


def read_header(data: Bytes, file: str, offset: int) -> Header:
    """The header at the start of `data`, its ranges checked; CorruptLog names `file` and `offset` otherwise."""
    if len(data) < HEADER_BYTES:
        raise CorruptLog(file, offset, f"{len(data)} bytes are too few for a frame header")
    head = bytes(data[:HEADER_BYTES])
    magic, kind, codec, flags, *numbers = _HEAD.unpack_from(head)
    if magic != MAGIC or _CRC.unpack_from(head, _HEAD.size)[0] != zlib.crc32(head[: _HEAD.size]):
        raise CorruptLog(file, offset, "no intact frame header")
    if kind not in KINDS or codec not in CODECS or flags & ~FLAG_CUT:
        raise CorruptLog(file, offset, f"unknown kind {kind}, codec {codec} or flags {flags}")
    header = Header(FrameKind(kind), Codec(codec), flags, *numbers)
    if fault := _range_fault(header):
        raise CorruptLog(file, offset, fault)
    return header


def _range_fault(header: Header) -> str:
    smallest = header.runs * RUN_BYTES + TAG_BYTES
    checks = (
        (header.runs > RUNS_MAX, f"{header.runs} runs are more than {RUNS_MAX}"),
        (header.raw_length > RAW_MAX, f"{header.raw_length} raw bytes are more than {RAW_MAX}"),
        (header.first_block > BLOCK_MAX, f"block {header.first_block} is beyond any disk"),
        (not smallest <= header.cipher_length <= _LENGTH_MAX, f"a ciphertext of {header.cipher_length} bytes"),
        (header.kind not in BLOCK_KINDS and header.runs > 0, "runs in a frame without blocks"),
        (header.kind in BLOCK_KINDS and header.runs == 0, "a frame of blocks without runs"),
    )
    return next((text for wrong, text in checks if wrong), "")


def unseal(cipher: Aead, header: Header, frame: Bytes, file: str, offset: int) -> Plain:
    """Authenticate and decrypt one whole frame; CorruptLog when a single bit differs from what was sealed."""
    if len(frame) != header.frame_length:
        raise CorruptLog(file, offset, f"the frame ends after {len(frame)} of {header.frame_length} bytes")
    view, text = memoryview(frame), bytearray(header.cipher_length - TAG_BYTES)
    try:
        cipher.decrypt_into(nonce_of(header.sequence), view[HEADER_BYTES:], view[:HEADER_BYTES], text)
    except InvalidTag as error:
        raise CorruptLog(file, offset, "the authentication tag does not match: damaged or tampered") from error
    numbers = (header.flags, header.first_block, header.lsn, header.raw_length, header.runs)
    plain = Plain(header.kind, header.codec, *numbers, text)
    if fault := _content_fault(plain):
        raise CorruptLog(file, offset, fault)
    return plain


def check_reach(plain: Plain, blocks: int, file: str, offset: int) -> None:
    """CorruptLog when the frame's last run ends beyond a disk of so many blocks."""
    if plain.runs:
        start, count = (int(number) for number in plain.table[-1])
        if plain.first_block + start + (count & COUNT_MASK) > blocks:
            raise CorruptLog(file, offset, f"the frame reaches beyond the disk's {blocks} blocks")


def _content_fault(plain: Plain) -> str:
    """What is wrong with an authentic frame's runs and lengths; a writer with a defect is not believed either."""
    if plain.codec is Codec.RAW and len(plain.text) != plain.runs * RUN_BYTES + plain.raw_length:
        return "the payload's length is not the raw length"
    return _runs_fault(plain) if plain.runs else ""


def _runs_fault(plain: Plain) -> str:
    starts = plain.table[:, 0].astype(np.int64)
    counts = (plain.table[:, 1] & COUNT_MASK).astype(np.int64)
    carried = counts[plain.table[:, 1] & ZERO == 0].sum()
    checks: tuple[tuple[bool, str], ...] = (
        (bool((counts == 0).any()), "an empty run"),
        (int(starts[0]) != 0, "the first run does not start at the first block"),
        (bool((starts[1:] < starts[:-1] + counts[:-1]).any()), "runs overlap or run backwards"),
        (int(carried) * BLOCK_BYTES != plain.raw_length, "the runs do not add up to the raw length"),
        (plain.kind is FrameKind.ZERO and carried != 0, "bytes in a frame of zeros"),
    )
    return next((text for wrong, text in checks if wrong), "")


def _decompress(body: Bytes, raw_length: int) -> bytes:
    """At most `raw_length` bytes are ever allocated, whatever the payload claims."""
    try:
        if zstandard.frame_content_size(body) != raw_length:
            raise ValueError("the payload's size is not the raw length")
        raw: bytes = _own.decompressor.decompress(body, max_output_size=raw_length)
    except zstandard.ZstdError as error:
        raise ValueError(f"the payload cannot be decompressed: {error}") from error
    return raw
