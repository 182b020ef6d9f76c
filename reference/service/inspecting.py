"""A look into one sealed file, frame by frame, as docs/formats.md describes it: for whoever has to find out.

Maintainers keep: nothing is changed; blocks are counted and never shown; records are shown only under the right key.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from siteproof.model.nouns.problem import Problem
from siteproof.reference.datapath import frames
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.folder import FolderExecutor
from siteproof.reference.datapath.frames import FrameKind
from siteproof.reference.datapath.keys import Aead, KeyEncryptionKey
from siteproof.reference.datapath.segment import HEADER_BYTES, SegmentHeader, open_header, parse_header
from siteproof.reference.datapath.state import open_disk
from siteproof.reference.service.inspecting_facts import inspect_facts

Row = dict[str, Any]


def inspect(path: Path, key: Path | None = None) -> Iterator[Row]:
    """A row for the header and one for every frame; with the key-encryption key each frame is authenticated.

    Damage ends the rows with one that says where and why; Problem when this is no segment, or the key is another one.
    """
    if not path.is_file():
        raise Problem(f"no file {str(path)!r}", "it cannot be read", "name a log of an appliance")
    small = inspect_facts(path, key)
    if small is not None:
        yield from small
        return
    with path.open("rb") as file:
        head = os.pread(file.fileno(), HEADER_BYTES, 0)
        try:
            header = parse_header(head, path.name)
        except CorruptLog as damage:
            raise Problem(
                f"{str(path)!r} is no segment",
                damage.reason,
                "name a log, a disk, an owner, a state or a bitmap of a state directory",
            ) from damage
        cipher = _cipher(path, key, head, header) if key is not None else None
        yield _described(header)
        yield from _frames(file.fileno(), path.name, cipher)


def _cipher(path: Path, key: Path, head: bytes, header: SegmentHeader) -> Aead:
    store = FolderExecutor(path.absolute().parent.parent)
    try:
        keys = open_disk(store, path.absolute().parent.name, KeyEncryptionKey.from_file(key))
        return open_header(keys, head, header.role, path.name)[1]
    except CorruptLog as damage:
        raise Problem(f"{str(path)!r} is damaged", damage.reason, "look at it without the key") from damage
    finally:
        store.close()


def _described(header: SegmentHeader) -> Row:
    return {
        "what": "segment",
        "role": header.role.name.lower(),
        "disk": header.disk,
        "epoch": header.epoch,
        "number": header.number,
        "first_lsn": header.first_lsn,
        "salt": header.salt.hex(),
        "key_id": header.key_id.hex(),
        "previous": header.previous.hex(),
    }


def _frames(handle: int, file: str, cipher: Aead | None) -> Iterator[Row]:
    offset, size = HEADER_BYTES, os.fstat(handle).st_size
    while offset < size:
        try:
            row, length = _frame(handle, file, offset, cipher)
        except CorruptLog as damage:
            yield {"what": "damage", "offset": damage.offset, "reason": damage.reason}
            return
        yield row
        offset += length


def _frame(handle: int, file: str, offset: int, cipher: Aead | None) -> tuple[Row, int]:
    head = frames.read_header(os.pread(handle, frames.HEADER_BYTES, offset), file, offset)
    kind = head.kind.name.lower()
    row: Row = {"what": kind, "offset": offset, "sequence": head.sequence, "lsn": head.lsn}
    row |= {"first_block": head.first_block, "runs": head.runs, "raw_bytes": head.raw_length}
    row |= {"sealed_bytes": head.frame_length, "flags": head.flags, "codec": head.codec.name.lower()}
    if cipher is not None:
        plain = frames.unseal(cipher, head, os.pread(handle, head.frame_length, offset), file, offset)
        row |= {"authentic": True, "blocks": plain.block_count}
        if head.kind is FrameKind.MARKER:
            row["record"] = msgspec.json.decode(bytes(plain.raw()))
    return row, head.frame_length
