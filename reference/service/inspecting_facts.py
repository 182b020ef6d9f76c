"""A look into the small files beside the logs: `disk`, `owner`, `state` and a disk's change bitmap (docs/formats.md).

Maintainers keep: layouts stand where they are written; here they are only named. Nothing is changed, no key is shown.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from siteproof.model.nouns.problem import Problem
from siteproof.reference.datapath.bitmap import DirtyBitmap
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.folder import FolderExecutor
from siteproof.reference.datapath.fuse import read_owner
from siteproof.reference.datapath.keys import DiskKeys, KeyEncryptionKey
from siteproof.reference.datapath.state import SLOT_BYTES, open_disk, read_disk, read_slots
from siteproof.reference.datapath.tracker import BITS_AT, read_bitmap

Row = dict[str, Any]
HEAD_BYTES = 4096


def inspect_facts(path: Path, key: Path | None) -> Iterator[Row] | None:
    """The rows of a small file; None when it is none of them. With the key, what it seals or tags is checked."""
    with path.open("rb") as file:
        head = os.pread(file.fileno(), HEAD_BYTES, 0)
    reader = READERS.get(head[:6].decode("latin-1"))
    return reader(path, head, key) if reader is not None else None


def _disk(path: Path, head: bytes, key: Path | None) -> Iterator[Row]:
    try:
        name, wrapped = read_disk(head, path.name)
    except CorruptLog as damage:
        yield _damage(damage)
        return
    row: Row = {"what": "disk", "disk": name, "wrapped_bytes": len(wrapped)}
    if key is not None:
        row |= {"authentic": True, "key_id": _keys(path, key).key_id.hex()}
    yield row


def _owner(path: Path, head: bytes, key: Path | None) -> Iterator[Row]:
    del key
    epoch = read_owner(head)
    if epoch is None:
        yield _damage(CorruptLog(path.name, 0, "no intact claim"))
    else:
        yield {"what": "owner", "epoch": epoch}


def _state(path: Path, head: bytes, key: Path | None) -> Iterator[Row]:
    """Every slot that was written; without the key nobody can tell whether it counts."""
    digest_key = _keys(path, key).digest_key() if key is not None else None
    for slot, state, authentic in read_slots(head, digest_key):
        row: Row = {"what": "slot", "slot": slot, "pair": "acknowledged" if slot > 1 else "applied"}
        yield row | msgspec.to_builtins(state) | ({} if authentic is None else {"authentic": authentic})
        if authentic is False:
            yield _damage(CorruptLog(path.name, slot * SLOT_BYTES, "the slot's tag does not match"))


def _bitmap(path: Path, head: bytes, key: Path | None) -> Iterator[Row]:
    del key
    bits = path.read_bytes()[BITS_AT:]
    found = read_bitmap(head, bits)
    if found is None:
        yield _damage(CorruptLog(path.name, 0, "no intact head; every block counts as dirty"))
        return
    clean, blocks, written = found
    row: Row = {"what": "bitmap", "clean": clean, "blocks": blocks, "written": written}
    yield row | ({"dirty": int(DirtyBitmap.from_bytes(bits, blocks).count)} if clean else {})


def _damage(damage: CorruptLog) -> Row:
    return {"what": "damage", "offset": damage.offset, "reason": damage.reason}


def _keys(path: Path, key: Path) -> DiskKeys:
    store = FolderExecutor(path.absolute().parent.parent)
    try:
        return open_disk(store, path.absolute().parent.name, KeyEncryptionKey.from_file(key))
    except CorruptLog as damage:
        raise Problem(f"{str(path)!r} has no usable key", damage.reason, "look at it without the key") from damage
    finally:
        store.close()


READERS: dict[str, Callable[[Path, bytes, Path | None], Iterator[Row]]] = {
    "SPDISK": _disk,
    "SPOWNE": _owner,
    "SPSTAT": _state,
    "SPDIRT": _bitmap,
}
