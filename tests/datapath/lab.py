"""A small world for tests of the data path: a store in memory, a source disk, a replica, and what must be true of it.

Maintainers keep: the world's truth is written by the workload, never read back from what is tested.
"""

import random
from collections.abc import Callable, Iterator

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from siteproof.model.nouns.problem import Problem
from siteproof.reference.datapath.blocks import Blocks
from siteproof.reference.datapath.cut import Cut
from siteproof.reference.datapath.effects import (
    Acknowledge,
    Barrier,
    Bytes,
    Effect,
    Executor,
    Rename,
    SyncDirectory,
    Truncate,
    Unlink,
    Write,
)
from siteproof.reference.datapath.keys import DiskKeys, KeyEncryptionKey
from siteproof.reference.datapath.replica import Replica
from siteproof.reference.datapath.sealer import Sealer
from siteproof.reference.datapath.tracker import SourceDisk
from tests.datapath.nonces import Nonces

BLOCK = 4096
KEK = KeyEncryptionKey(bytes(range(32)))


class MemoryExecutor:
    """Files in a dictionary: the world without a device, for thousands of crashes per second."""

    def __init__(self) -> None:
        self.files: dict[str, bytearray] = {}
        self.acknowledged = 0

    def perform(self, effect: Effect) -> None:
        """Carry the effect out."""
        match effect:
            case Write(file, offset, data):
                held = self.files.setdefault(file, bytearray())
                held.extend(bytes(max(0, offset - len(held))))
                held[offset : offset + len(data)] = data
            case Truncate(file, size):
                held = self.files.setdefault(file, bytearray())
                del held[size:]
                held.extend(bytes(size - len(held)))
            case Rename(old, new):
                self.files[new] = self.files.pop(old)
            case Unlink(file):
                del self.files[file]
            case Acknowledge(_, lsn):
                self.acknowledged = max(self.acknowledged, lsn)
            case Barrier(file):
                assert file in self.files
            case SyncDirectory():
                pass

    def read_into(self, file: str, offset: int, buffer: bytearray | memoryview) -> int:
        """As a file would."""
        data = self.read(file, offset, len(buffer))
        memoryview(buffer)[: len(data)] = data
        return len(data)

    def read(self, file: str, offset: int, length: int) -> bytes:
        """As a file would."""
        return bytes(self._file(file)[offset : offset + length])

    def size(self, file: str) -> int:
        """As a file would."""
        return len(self._file(file))

    def exists(self, file: str) -> bool:
        """As a folder would."""
        return file in self.files

    def list(self, folder: str) -> tuple[str, ...]:
        """As a folder would."""
        pairs = (file.rpartition("/") for file in self.files)
        return tuple(sorted(name for place, _, name in pairs if place == folder))

    def path(self, file: str) -> str:
        """There is none outside."""
        return file

    def _file(self, file: str) -> bytearray:
        if file not in self.files:
            raise Problem(f"no file {file!r}", "not in memory", "none")
        return self.files[file]


class SpyCipher:
    """AES-GCM that notes every (key, nonce) that it seals with."""

    def __init__(self, sealed: list[tuple[bytes, bytes]], key: bytes) -> None:
        self._sealed, self._key, self._inner = sealed, key, AESGCM(key)

    def encrypt_into(self, nonce: bytes, data: Bytes, associated_data: Bytes, buf: bytearray | memoryview) -> int:
        """Note and seal."""
        self._sealed.append((self._key, nonce))
        return self._inner.encrypt_into(nonce, data, associated_data, buf)

    def decrypt_into(self, nonce: bytes, data: Bytes, associated_data: Bytes, buf: bytearray | memoryview) -> int:
        """Open."""
        return self._inner.decrypt_into(nonce, data, associated_data, buf)


class HeardSealer(Sealer):
    """A sealer that tells a ledger of every frame that leaves."""

    def __init__(self, nonces: Nonces, keys: DiskKeys, invitation: int) -> None:
        super().__init__(keys, invitation)
        self._nonces = nonces

    def seal(self, cut: Cut, blocks: Blocks | None = None) -> Iterator[bytes | bytearray]:
        """As a sealer, aloud."""
        for part in super().seal(cut, blocks):
            self._nonces.hear(f"wire {id(self)}", part)
            yield part


class World:
    """One source disk and its replica in `store`, with the truth about points and cuts beside them."""

    def __init__(
        self,
        store: Executor,
        blocks: int = 96,
        seed: int = 1,
        secret: Callable[[int], bytes] | None = None,
        source: Executor | None = None,
    ) -> None:
        self.store = store
        self.nonces = Nonces()
        self.uneven = False  # the sides differ in more than what is dirty
        self.random = random.Random(seed)
        self.sealed: list[tuple[bytes, bytes]] = []
        self.secret = secret or random.Random(seed + 1).randbytes
        self.disk = SourceDisk.create(source or MemoryExecutor(), "web.raw", "web.bitmap", blocks)
        self.cuts: list[tuple[int, bytes]] = [
            (0, bytes(blocks * BLOCK))
        ]  # in order of commit, the last may be in flight
        self.points: dict[str, bytes] = {}  # must be there
        self.unsure: dict[str, bytes] = {}  # may be there: being created or dropped
        self.replica: Replica
        self.sealer: Sealer

    def cipher(self, key: bytes) -> SpyCipher:
        """The cipher of this world."""
        return SpyCipher(self.sealed, key)

    def create(self) -> "World":
        """The replica, empty."""
        blocks = self.disk.blocks
        self.replica = Replica.create(
            self.store, "r", blocks, KEK, disk="web/sda", random=self.secret, aead=self.cipher
        )
        self.connect()
        self.disk.start_capture()
        return self

    def create_once(self) -> None:
        """The replica, or what a broken creation left of it."""
        if self.store.exists("r/disk"):
            self.reopen()
            self.connect()
            self.disk.start_capture()
        else:
            self.create()

    def reopen(self, store: Executor | None = None, acknowledged: int = 0) -> None:
        """The replica again, from what its store holds."""
        self.store = store or self.store
        found = Replica.open(self.store, "r", KEK, acknowledged=acknowledged, random=self.secret, aead=self.cipher)
        self.replica = found

    def connect(self) -> None:
        """A fresh stream."""
        self.sealer = HeardSealer(self.nonces, self.replica.keys, self.replica.invite())

    def image(self) -> bytes:
        """The source's bytes now."""
        return self.disk.read(0, self.disk.blocks)

    def work(self, writes: int = 8) -> None:
        """Random writes and discards; a third of the written bytes are zeros or repeat."""
        for _ in range(writes):
            count = self.random.randint(1, 6)
            block = self.random.randrange(self.disk.blocks - count)
            if self.random.random() < 0.25:
                self.disk.discard(block, count)
            else:
                fill = self.random.choice((self.random.randbytes(BLOCK), bytes([self.random.randrange(3)]) * BLOCK))
                self.disk.write(block, fill * count)

    def send(self, cut: Cut) -> None:
        """Every frame of the cut, and the commit; whatever breaks it off, the cut is given back."""
        try:
            for frame in self.sealer.seal(cut):
                self.replica.receive(frame)
            self.replica.commit(cut.lsn)
        except BaseException:
            cut.failed()
            raise
        cut.done()

    def ship(self, *, everything: bool = False) -> None:
        """What is dirty, or the whole disk, as one committed cut."""
        cut = self.disk.take_all() if everything else self.disk.take()
        self.cuts.append((cut.lsn, self.image()))
        self.send(cut)

    def point(self, name: str) -> None:
        """A recovery point of the newest cut."""
        cached = self.replica.watermarks.cached
        self.unsure[name] = next(image for lsn, image in reversed(self.cuts) if lsn == cached)
        self.replica.create_point(name)
        self.points[name] = self.unsure.pop(name)

    def drop(self, name: str) -> None:
        """Forget a point."""
        self.unsure[name] = self.points.pop(name)
        self.replica.drop_point(name)
        del self.unsure[name]

    def seen(self, name: str | None) -> bytes:
        """The bytes of a point, or of the newest applied state."""
        with self.replica.open_point(name) as view:
            return view.read(0, view.blocks)

    def check_points(self) -> None:
        """Every listed point is one that may be there, with its bytes; none that must be there is missing."""
        listed = {point.name for point in self.replica.points()}
        assert set(self.points) <= listed <= set(self.points) | set(self.unsure)
        for name in listed:
            assert self.seen(name) == {**self.unsure, **self.points}[name], name

    def check_newest(self) -> None:
        """The newest applied state is the newest cut."""
        self.replica.apply()
        assert self.seen(None) == self.cuts[-1][1]
