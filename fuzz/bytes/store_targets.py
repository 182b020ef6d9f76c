"""Byte targets of the data path: what is sealed is taken back, and nothing that was tampered with ever decodes.

Rule: keys and random choices are the same in each attempt; nothing of a target is remembered from one to the next.
"""

import random
from collections.abc import Iterator

import numpy as np

from siteproof.fuzz.bytes.target import ByteTarget, must, named
from siteproof.fuzz.crashes.disk import CrashDisk
from siteproof.reference.datapath.blocks import blocks_of, run_table
from siteproof.reference.datapath.catalogue import Catalogue, load, save
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.keys import DiskKeys
from siteproof.reference.datapath.sealer import Sealer
from siteproof.reference.datapath.segment import Role, SegmentHeader, new_header, open_header
from siteproof.reference.datapath.state import read_disk, read_slots
from siteproof.reference.datapath.stream import StreamReader
from siteproof.reference.datapath.tracker import SourceDisk, read_bitmap

BLOCK, BLOCKS = 4096, 24
CONTENTS = {0: b"a", 3: b"bc", 4: b"", 9: b"d", 23: b"e"}
FILE = "r/points"


def keys() -> DiskKeys:
    """The keys of a disk whose every random choice is the same in each attempt."""
    return DiskKeys("web/sda", bytes(range(32)), random=random.Random(7).randbytes)  # noqa: S311  (an experiment's)


def _content(block: int) -> bytes:
    return (CONTENTS[block] * BLOCK)[:BLOCK] or bytes(BLOCK)


def _sealed() -> bytes:
    reader = StreamReader(keys())
    disk = SourceDisk.create(CrashDisk(), "a.raw", "a.bitmap", BLOCKS)
    disk.start_capture()
    for block in CONTENTS:
        disk.write(block, _content(block))
    cut = disk.take()
    stream = b"".join(bytes(part) for part in Sealer(keys(), reader.invite()).seal(cut))
    cut.done()
    return stream


def _stream(data: bytes) -> None:
    """Whatever a reader takes from any bytes is a block that was sealed."""
    reader = StreamReader(keys())
    reader.invite()
    for block, content in _taken(reader, data):
        must(block in CONTENTS and content == _content(block), f"block {block} was taken, and was never sealed so")


def _taken(reader: StreamReader, data: bytes) -> Iterator[tuple[int, bytes]]:
    for plain in reader.read(data, BLOCKS, 0):
        raw = bytes(plain.raw())
        parts = iter(raw[at : at + BLOCK] for at in range(0, len(raw), BLOCK))
        blocks, zero = plain.blocks()
        for block, is_zero in zip(blocks.tolist(), zero.tolist(), strict=True):
            yield block, bytes(BLOCK) if is_zero else next(parts)


HEADER = SegmentHeader(Role.CACHE, "web/sda", 3, 4, 5)


def _header(data: bytes) -> None:
    found, _ = open_header(keys(), data, Role.CACHE, "f")
    must(data[: len(HEADER_BYTES)] == HEADER_BYTES and found == OPENED, "a header opened that nobody has written")


HEADER_BYTES = new_header(keys(), HEADER)[0].pack()
OPENED = open_header(keys(), HEADER_BYTES, Role.CACHE, "f")[0]


def _runs(data: bytes) -> None:
    """Any bytes as a set of blocks: what its run table says is that set."""
    marked = {at * 7 + byte % 7: bool(byte & 64) for at, byte in enumerate(data[:400]) if byte & 128}
    if not marked:
        return
    blocks, zero = np.array(sorted(marked), np.int64), np.array([marked[each] for each in sorted(marked)])
    found, is_zero = blocks_of(int(blocks[0]), run_table(blocks, zero))
    must(
        found.tolist() == blocks.tolist() and is_zero.tolist() == zero.tolist(), "other blocks came out of a run table"
    )


def _catalogue_bytes() -> bytes:
    disk = CrashDisk()
    save(disk, "r", keys(), Catalogue())
    return disk.read(FILE, 0, disk.size(FILE))


CATALOGUE_BYTES = _catalogue_bytes()


def _catalogue(data: bytes) -> None:
    load(CrashDisk.holding({FILE: data}), "r", keys(), 0)
    must(data[: len(CATALOGUE_BYTES)] == CATALOGUE_BYTES, "a catalogue was read that nobody has written")


def _facts(data: bytes) -> None:
    """The plain records that are read before any key is known."""
    for slot, _, fits in read_slots(data, None):
        must(0 <= slot < 4 and fits is None, "a slot beyond the file, or a tag that fits without a key")
    read_bitmap(data[:64], data[64:])
    read_disk(data, "disk")


TARGETS = (
    ByteTarget("frame", "taken ⊆ sealed; else CorruptLog", named(_stream, CorruptLog), (_sealed(),)),
    ByteTarget("segment", "open ∘ pack = id, and no other bytes open", named(_header, CorruptLog), (HEADER_BYTES,)),
    ByteTarget("run table", "blocks ∘ table = id", _runs, (bytes(range(256)), b"\xff" * 64)),
    ByteTarget("catalogue", "load ∘ save = id, no others load", named(_catalogue, CorruptLog), (CATALOGUE_BYTES,)),
    ByteTarget("records", "disk, state and bitmap records: read, or CorruptLog", named(_facts, CorruptLog),
               (bytes(4096 * 2),)),
)  # fmt: skip
