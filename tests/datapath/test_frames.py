"""Frames: what is sealed comes back byte for byte, and nothing else comes back at all."""

import struct
import zlib

import numpy as np
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siteproof.reference.datapath import frames
from siteproof.reference.datapath.blocks import rows_of, run_table, zero_rows
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.frames import Codec, FrameKind, Header, Plain

BLOCK = 4096
CIPHER = AESGCM(bytes(32))
CONTENT = st.sampled_from([bytes(BLOCK), b"a" * BLOCK, bytes(4095) + b"\x01", b"\x01" + bytes(4095), None])


def sealed(blocks: list[int], contents: list[bytes], sequence: int = 5) -> bytearray:
    """A frame of these blocks."""
    data = b"".join(contents)
    rows = rows_of(data)
    zero = zero_rows(rows)
    kind = FrameKind.ZERO if zero.all() else FrameKind.DATA
    table = run_table(np.array(blocks), zero)
    return frames.seal(CIPHER, sequence, frames.compress(kind, blocks[0], table, rows[~zero].tobytes(), 9))


def opened(frame: bytes | bytearray) -> Plain:
    """The frame's content."""
    return frames.unseal(CIPHER, frames.read_header(frame, "f", 0), frame, "f", 0)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(0, 3000), min_size=1, max_size=40, unique=True), st.data())
def test_a_frame_returns_every_block_byte_for_byte(numbers: list[int], data: st.DataObject) -> None:
    """Any set of blocks with zero, compressible, nearly zero and random contents survives the round trip."""
    numbers.sort()
    noise = np.random.default_rng(len(numbers))
    contents = [data.draw(CONTENT) or noise.bytes(BLOCK) for _ in numbers]
    plain = opened(sealed(numbers, contents))
    blocks, zero = plain.blocks()
    raw = bytes(plain.raw())
    found = {}
    for block, is_zero in zip(blocks.tolist(), zero.tolist(), strict=True):
        found[block], raw = (bytes(BLOCK), raw) if is_zero else (raw[:BLOCK], raw[BLOCK:])
    assert not raw
    assert found == dict(zip(numbers, contents, strict=True))


def test_zero_blocks_carry_no_bytes() -> None:
    """A thousand zero blocks travel in less than a hundred bytes."""
    frame = sealed(list(range(1000)), [bytes(BLOCK)] * 1000)
    assert len(frame) < 100
    assert opened(frame).kind is FrameKind.ZERO


def test_incompressible_blocks_travel_as_they_are() -> None:
    """Random bytes cost their own size and less than 200 bytes more."""
    content = np.random.default_rng(1).bytes(BLOCK * 8)
    frame = sealed(list(range(8)), [content])
    assert frames.read_header(frame, "f", 0).codec is Codec.RAW
    assert len(frame) < len(content) + 200


@settings(deadline=None, max_examples=300)
@given(st.integers(0, 10_000), st.integers(1, 255))
def test_any_changed_bit_is_found(place: int, flip: int) -> None:
    """Whatever byte is changed in whatever way, header or ciphertext or tag, the frame is refused."""
    frame = sealed([3, 4, 9], [b"x" * BLOCK, bytes(BLOCK), np.random.default_rng(2).bytes(BLOCK)])
    frame[place % len(frame)] ^= flip
    with pytest.raises(CorruptLog):
        opened(frame)


@settings(deadline=None)
@given(st.integers(0, 10_000))
def test_any_truncation_is_found(length: int) -> None:
    """A frame without its last bytes is refused, whatever is left."""
    frame = sealed([3, 4, 9], [b"x" * BLOCK, bytes(BLOCK), np.random.default_rng(2).bytes(BLOCK)])
    with pytest.raises(CorruptLog, match=r"too few|ends after"):
        opened(frame[: length % len(frame)])


def test_a_changed_header_with_a_right_checksum_is_found() -> None:
    """The checksum is no protection: the header is authenticated, so a forged block number or LSN is refused."""
    frame = sealed([3], [b"x" * BLOCK])
    struct.pack_into("<Q", frame, 24, 77)
    struct.pack_into("<I", frame, 44, zlib.crc32(frame[:44]))
    with pytest.raises(CorruptLog, match="authentication tag"):
        opened(frame)


def test_huge_lengths_are_refused_before_anything_is_allocated() -> None:
    """Raw length, ciphertext length, runs and block number have bounds, checked on the header alone."""
    for number, value in (
        (2, frames.BLOCK_MAX + 1),
        (4, frames.RAW_MAX + 1),
        (5, 1 << 31),
        (5, 3),
        (6, frames.RUNS_MAX + 1),
    ):
        numbers = [FrameKind.DATA, Codec.RAW, 0, 3, 9, BLOCK, BLOCK + 24, 1]
        numbers[{2: 3, 4: 5, 5: 6, 6: 7}[number]] = value
        kind, codec, flags, first, lsn, raw, cipher, runs = numbers
        header = Header(FrameKind(kind), Codec(codec), flags, 0, first, lsn, raw, cipher, runs)
        with pytest.raises(CorruptLog):
            frames.read_header(header.pack(), "f", 0)


def test_authentic_nonsense_is_refused_too() -> None:
    """A writer with a defect is not believed: overlapping, empty or miscounted runs do not pass."""
    good = run_table(np.array([1, 2, 3]), np.zeros(3, bool))
    for table, size in (([[0, 1], [0, 1]], 2), ([[0, 0]], 0), ([[0, 2]], 1), ([[1, 1]], 1), ([[2, 1], [0, 1]], 2)):
        plain = frames.compress(FrameKind.DATA, 1, np.array(table, good.dtype), b"y" * (size * BLOCK), 1)
        with pytest.raises(CorruptLog):
            opened(frames.seal(CIPHER, 0, plain))
    assert opened(frames.seal(CIPHER, 0, frames.compress(FrameKind.DATA, 1, good, b"y" * (3 * BLOCK), 1))).runs == 1


def test_a_payload_that_unpacks_to_more_than_it_says_is_refused() -> None:
    """A decompression bomb is stopped by the raw length, before its bytes exist."""
    bomb = frames.compress(FrameKind.DATA, 0, run_table(np.arange(512), np.zeros(512, bool)), bytes(512 * BLOCK), 1)
    small = run_table(np.arange(1), np.zeros(1, bool)).tobytes()
    lying = Plain(FrameKind.DATA, bomb.codec, 0, 0, 1, BLOCK, 1, small + bytes(bomb.text)[8:])
    with pytest.raises(ValueError, match="raw length"):
        opened(frames.seal(CIPHER, 0, lying)).raw()


def test_a_frame_beyond_the_disk_is_refused() -> None:
    """A frame is checked against the disk's size before a single block number is expanded."""
    plain = opened(sealed([90, 95], [b"x" * BLOCK] * 2))
    frames.check_reach(plain, 96, "f", 0)
    with pytest.raises(CorruptLog, match="beyond the disk"):
        frames.check_reach(plain, 95, "f", 0)
