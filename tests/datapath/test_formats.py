"""docs/formats.md is enough to read what the appliance keeps: a reader that shares no code with it, and golden files.

Maintainers keep: `golden/` was written once by this format; when the format changes, so do its version and the folder.
"""

import hashlib
import json
import random
import struct
import zlib
from pathlib import Path

import pytest
import xxhash
import zstandard
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from siteproof.reference.datapath.replica import Replica
from tests.datapath.lab import BLOCK, KEK, MemoryExecutor, World

GOLDEN = Path(__file__).parent / "golden"
BLOCKS = 12


def derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    """HKDF-SHA256."""
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)


class Reader:
    """What docs/formats.md says, and nothing else."""

    def __init__(self, files: dict[str, bytes], kek: bytes) -> None:
        self.files = files
        disk = files["disk"]
        assert disk[:8] == b"SPDISK01"
        length = struct.unpack_from("<H", disk, 8)[0]
        self.name, wrapped = disk[10 : 10 + length].decode(), disk[10 + length :]
        wrap = derive(kek, wrapped[:32], b"siteproof/wrap", 32)
        self.secret = AESGCM(wrap).decrypt(bytes(12), wrapped[32:], disk[: 10 + length])
        self.digest_key = derive(self.secret, b"", b"siteproof/digest/" + self.name.encode(), 32)

    def state(self) -> dict[str, int]:
        """The newest applied record."""
        found: dict[int, dict[str, int]] = {}
        for slot in (0, 1):
            data = self.files["state"][slot * 512 : slot * 512 + 113]
            body, tag = data[:97], data[97:]
            keyed = hashlib.blake2b(body, digest_size=16, key=self.digest_key, person=b"\0").digest()
            if tag == keyed:
                magic, generation, lsn, size, catalogue = struct.unpack_from("<8sQQQQ", body)
                assert (magic, generation % 2) == (b"SPSTATE2", slot)
                found[generation] = {"lsn": lsn, "size_bytes": size, "catalogue": catalogue, "window": body[96]}
        return found[max(found)]

    def frames(self, name: str) -> list[tuple[int, int, bytes, list[tuple[int, int]]]]:
        """Every frame of a segment as (kind, first block, payload, runs)."""
        data = self.files[name]
        head = struct.unpack_from("<8sHHIQQQ32s8s16s160s32s28sI", data)
        assert (head[0], head[1], head[13]) == (b"SPSEGMT1", 1, zlib.crc32(data[:316]))
        role, epoch, salt = head[3], head[4], head[7]
        info = f"siteproof/segment/1/{role}/{epoch}/{self.name}/".encode() + data[:256]
        key = derive(self.secret, salt, info, 64)
        assert key[32:] == head[11]
        found: list[tuple[int, int, bytes, list[tuple[int, int]]]] = []
        at = 320
        while at < len(data):
            magic, kind, codec, _, sequence, first, _, raw, length, runs, crc = struct.unpack_from(
                "<4sBBHQQQIIII", data, at
            )
            assert (magic, sequence, crc) == (b"SPF1", len(found), zlib.crc32(data[at : at + 44]))
            sealed = data[at + 48 : at + 48 + length]
            text = AESGCM(key[:32]).decrypt(sequence.to_bytes(12, "little"), sealed, data[at : at + 48])
            payload = text[runs * 8 :]
            payload = zstandard.ZstdDecompressor().decompress(payload) if codec else payload
            assert len(payload) == raw
            found.append((kind, first, payload, list(struct.iter_unpack("<II", text[: runs * 8]))))
            at += 48 + length
        return found

    def seed(self) -> bytes:
        """The image, every block of it checked."""
        image, key = self.files["seed.raw"], int.from_bytes(self.digest_key[:8], "little")
        for block in range(len(image) // BLOCK):
            data = image[block * BLOCK : (block + 1) * BLOCK]
            stored = struct.unpack_from("<Q", self.files["seed.sums"], block * 8)[0]
            assert stored == (xxhash.xxh3_64_intdigest(data, (key + block) % 2**64) or 1 if any(data) else 0)
        return image[: self.state()["size_bytes"]]

    def point(self, name: str) -> bytes:
        """The image of a recovery point: the seed under the undo logs, the earliest content winning."""
        catalogue = json.loads(self.frames("points")[0][2])
        entries = catalogue["entries"]
        index = [entry["point"]["name"] for entry in entries].index(name)
        image, seen = bytearray(self.files["seed.raw"]), set[int]()
        for log in [log for entry in entries[index:] for log in entry["logs"]]:
            for file in sorted(file for file in self.files if file.startswith(f"undo-{log:08d}-")):
                self._lay_over(image, seen, file)
        return bytes(image[: entries[index]["size_bytes"]])

    def _lay_over(self, image: bytearray, seen: set[int], file: str) -> None:
        for kind, first, payload, runs in self.frames(file):
            at = 0
            for start, count in runs if kind == 5 else []:
                for block in range(first + start, first + start + (count & 0x7FFFFFFF)):
                    data = bytes(BLOCK) if count >> 31 else payload[at : at + BLOCK]
                    at += 0 if count >> 31 else BLOCK
                    if block not in seen:
                        image[block * BLOCK : (block + 1) * BLOCK] = data
                    seen.add(block)


def life(store: MemoryExecutor) -> World:
    """A small replica with two points, and a third state applied."""
    world = World(store, blocks=BLOCKS, seed=3).create()
    for number in range(3):
        world.disk.write(number, random.Random(number).randbytes(64) * 64 * 2)
        world.disk.discard(9, 1)
        world.ship()
        world.replica.apply()
        if number < 2:
            world.point(f"p{number}")
            world.replica.apply()
    world.replica.close()
    return world


def test_a_reader_from_the_documentation_alone_sees_the_same() -> None:
    """State, seed, checksums, catalogue, points: read by another program's eyes."""
    store = MemoryExecutor()
    world = life(store)
    reader = Reader({name.removeprefix("r/"): bytes(data) for name, data in store.files.items()}, KEK.secret)
    state = reader.state()
    assert (state["lsn"], state["size_bytes"], state["window"]) == (6, BLOCKS * BLOCK, 0)
    assert reader.seed() == world.image()
    assert {name: reader.point(name) for name in world.points} == world.points
    owner = store.files["r/owner"]
    assert (bytes(owner[:8]), int.from_bytes(owner[8:16], "little")) == (b"SPOWNER1", 1)


@pytest.mark.parametrize("name", ["p0", "p1", None])
def test_golden_files_are_read(name: str | None) -> None:
    """What this format wrote once is opened today, and by the documented reader: the same images."""
    files = {path.name: path.read_bytes() for path in GOLDEN.iterdir()}
    wanted = json.loads(files.pop("images.json"))[str(name)]
    store = MemoryExecutor()
    store.files = {f"r/{file}": bytearray(data) for file, data in files.items()}
    with Replica.open(store, "r", KEK).open_point(name) as view:
        assert hashlib.sha256(view.read(0, BLOCKS)).hexdigest() == wanted
    reader = Reader(files, KEK.secret)
    assert hashlib.sha256(reader.point(name) if name else reader.seed()).hexdigest() == wanted
