"""The replica's few facts outside the log: what it is, how far it was applied, how far it was acknowledged.

File `disk`: magic 8, length of the name 2, name, wrapped data key. File `state`: four slots of 512 bytes, each one
record under a keyed BLAKE2b tag; slots 0 and 1 alternate for the applied state, 2 and 3 for the acknowledgement.
A record, little endian: magic 8, generation 8, LSN 8, size in bytes 8, catalogue number 8, applied position (segment,
offset, sequence) 24, undo log 8, its position 24, window flag 1, tag 16.

Maintainers keep: an applied state is written behind the seed's barrier and before its own; an acknowledgement is
written behind the log's barrier and needs none: it may be lost, but it never claims too much.
"""

import hashlib
import hmac
import struct
from collections.abc import Iterator
from typing import Any

from attrs import evolve, field, frozen

from siteproof.model.nouns.problem import Problem
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.effects import Barrier, Executor, Rename, SyncDirectory, Truncate, Write
from siteproof.reference.datapath.keys import WRAPPED_BYTES, DiskKeys, KeyEncryptionKey
from siteproof.reference.datapath.log import Position

MAGIC = b"SPDISK01"
SLOT_BYTES = 512
_SUPER = struct.Struct("<8sH")
_STATE = struct.Struct("<8sQQQQQQQQQQQB")
_STATE_MAGIC = b"SPSTATE2"
_TAG_BYTES = 16


@frozen
class State:
    """How far a replica is. `applied` is behind the last applied record; `undo` is the newest undo log's last cut."""

    generation: int = 0
    lsn: int = 0
    size_bytes: int = 0
    catalogue: int = 0  # the catalogue of points has at least this number
    applied: Position = field(factory=Position)
    undo_number: int = 0
    undo: Position = field(factory=Position)
    window: bool = False  # a resynchronisation or an initial copy has begun and not ended

    def reached(self, log: int) -> Position:
        """How far an undo log is known to go."""
        return self.undo if log == self.undo_number else Position()

    def pack(self) -> bytes:
        """The record's bytes."""
        positions = (*numbers_of(self.applied), self.undo_number, *numbers_of(self.undo))
        numbers = (self.generation, self.lsn, self.size_bytes, self.catalogue)
        return _STATE.pack(_STATE_MAGIC, *numbers, *positions, self.window)


def numbers_of(at: Position) -> tuple[int, int, int]:
    """Segment, offset and sequence."""
    return at.segment, at.offset, at.sequence


def _unpack(data: bytes) -> State:
    _, generation, lsn, size_bytes, catalogue, *numbers, window = _STATE.unpack(data)
    applied, undo_number, undo = Position(*numbers[:3]), numbers[3], Position(*numbers[4:])
    return State(generation, lsn, size_bytes, catalogue, applied, undo_number, undo, bool(window))


class StateFile:
    """The `state` file of a replica; `state` is what was recorded last, `acknowledged` what was promised."""

    def __init__(self, executor: Executor, folder: str, keys: DiskKeys) -> None:
        """Attach to the file; call `load` or `record` first."""
        self.state = State()
        self.acknowledged = State()
        self._executor = executor
        self._folder = folder
        self._file = f"{folder}/state"
        self._key = keys.digest_key()

    def load(self) -> None:
        """Read the newest intact slots and make them durable; CorruptLog when there is no intact applied state."""
        self._check_version()
        slots = [self._read(index) for index in range(4)]
        applied = [slot for slot in slots[:2] if slot]
        if not applied:
            raise CorruptLog(self._file, 0, "no intact record of what was applied")
        self.state = max(applied, key=lambda slot: slot.generation)
        promised = [slot for slot in slots[2:] if slot]
        self.acknowledged = max(promised, key=lambda slot: slot.generation, default=self.state)
        self._settle(bool(promised))

    def record(self, state: State) -> None:
        """Make the applied state durable."""
        new = evolve(state, generation=self.state.generation + 1)
        self._write(new.generation % 2, new)
        self._executor.perform(Barrier(self._file))
        self.state = new

    def promise(self, lsn: int, end: Position) -> None:
        """Note that everything up to `lsn` is behind the log's barrier at `end`."""
        self._promise(evolve(self.acknowledged, lsn=lsn, applied=end))

    def bind(self, catalogue: int) -> None:
        """Note that the catalogue of points has this number: an older one put in its place is found."""
        self._promise(evolve(self.acknowledged, catalogue=catalogue))

    @property
    def catalogue(self) -> int:
        """The number that the catalogue of points has at least."""
        return max(self.state.catalogue, self.acknowledged.catalogue)

    def _promise(self, promise: State) -> None:
        new = evolve(promise, generation=self.acknowledged.generation + 1)
        self._write(2 + new.generation % 2, new)
        self.acknowledged = new

    def _settle(self, promised: bool) -> None:
        """Write what was found in its own slots again: a failed sync may have left it to be read and no more."""
        self._write(self.state.generation % 2, self.state)
        if promised:
            self._write(2 + self.acknowledged.generation % 2, self.acknowledged)
        self._executor.perform(Barrier(self._file))

    def _check_version(self) -> None:
        magic = self._executor.read(self._file, 0, 8)
        if magic[:7] == _STATE_MAGIC[:7] and magic > _STATE_MAGIC:
            raise Problem(f"{self._file} was written by a newer version", magic.decode(), "use that version")
        if magic[:7] == _STATE_MAGIC[:7] and magic < _STATE_MAGIC:
            raise Problem(f"{self._file} was written by an older version", magic.decode(), "replicate anew")

    def _write(self, slot: int, state: State) -> None:
        data = state.pack()
        self._executor.perform(Write(self._file, slot * SLOT_BYTES, data + self._tag(slot // 2, data)))

    def _read(self, slot: int) -> State | None:
        data = self._executor.read(self._file, slot * SLOT_BYTES, _STATE.size + _TAG_BYTES)
        body, tag = data[: _STATE.size], data[_STATE.size :]
        return _unpack(body) if hmac.compare_digest(tag, self._tag(slot // 2, body)) else None

    def _tag(self, purpose: int, body: bytes) -> bytes:
        return _slot_tag(self._key, purpose, body)


def create_disk(executor: Executor, folder: str, keys: DiskKeys, kek: KeyEncryptionKey) -> None:
    """Write the `disk` file under a temporary name and rename it: a replica exists wholly or not at all."""
    head = _SUPER.pack(MAGIC, len(keys.disk.encode())) + keys.disk.encode()
    replace(executor, folder, "disk", head + kek.wrap(keys.secret, head, keys.random))


def open_disk(executor: Executor, folder: str, kek: KeyEncryptionKey, **cipher: Any) -> DiskKeys:
    """The disk's keys, `cipher` as in DiskKeys; Problem when there is no replica, or the key is another one."""
    head, wrapped = _disk_record(executor, folder)
    return DiskKeys(head[_SUPER.size :].decode(), kek.unwrap(wrapped, head), **cipher)


def _disk_record(executor: Executor, folder: str) -> tuple[bytes, bytes]:
    """The head of the disk record and the wrapped key behind it."""
    file = f"{folder}/disk"
    data = executor.read(file, 0, SLOT_BYTES) if executor.exists(file) else b""
    if not data:
        raise Problem(f"there is no replica in {folder!r}", "its disk record is missing", "create it")
    wrapped = read_disk(data, file)[1]
    return data[: len(data) - len(wrapped)], wrapped


def read_disk(data: bytes, file: str) -> tuple[str, bytes]:
    """The disk's name in a disk record, and its wrapped key; CorruptLog when it is damaged."""
    if len(data) < _SUPER.size or data[:8] != MAGIC:
        raise CorruptLog(file, 0, "no intact disk record")
    split = _SUPER.size + int(_SUPER.unpack_from(data)[1])
    if len(data) != split + WRAPPED_BYTES:
        raise CorruptLog(file, split, "the wrapped key has a wrong length")
    return data[_SUPER.size : split].decode(errors="replace"), data[split:]


def read_slots(data: bytes, digest_key: bytes | None) -> Iterator[tuple[int, State, bool | None]]:
    """Every slot of a `state` file that was written: its number, what it says, whether its tag fits (None: unknown)."""
    for slot in range(4):
        held = data[slot * SLOT_BYTES : slot * SLOT_BYTES + _STATE.size + _TAG_BYTES]
        body, tag = held[: _STATE.size], held[_STATE.size :]
        if len(tag) == _TAG_BYTES and any(held):
            fits = digest_key and hmac.compare_digest(tag, _slot_tag(digest_key, slot // 2, body))
            yield slot, _unpack(body), None if digest_key is None else bool(fits)


def _slot_tag(key: bytes, purpose: int, body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=_TAG_BYTES, key=key, person=bytes([purpose])).digest()


def rewrap_disk(executor: Executor, folder: str, old: KeyEncryptionKey, new: KeyEncryptionKey) -> bool:
    """Wrap the disk's data key under the new key; False when it was already; Problem when neither key fits."""
    head, wrapped = _disk_record(executor, folder)
    try:
        new.unwrap(wrapped, head)
    except Problem:
        replace(executor, folder, "disk", head + new.wrap(old.unwrap(wrapped, head), head))
        return True
    return False


def replace(executor: Executor, folder: str, name: str, data: bytes) -> None:
    """Give a small file new content, durably and atomically."""
    new = f"{folder}/{name}.new"
    executor.perform(Truncate(new, 0))
    executor.perform(Write(new, 0, data))
    executor.perform(Barrier(new))
    executor.perform(Rename(new, f"{folder}/{name}"))
    executor.perform(SyncDirectory(folder))
