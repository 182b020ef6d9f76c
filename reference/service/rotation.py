"""The key-encryption key replaced: every data key is wrapped anew, no data is sealed anew (docs/formats.md, Keys).

    keys/kek.next written · each `disk` record rewrapped, in place by rename · kek.next renamed to kek

Maintainers keep: at every instant each record opens with the key or with the next one, and both are there until all
are done. Doing it again finishes what was interrupted.
"""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from siteproof.reference.datapath.folder import FolderExecutor
from siteproof.reference.datapath.keys import KeyEncryptionKey
from siteproof.reference.datapath.state import MAGIC, rewrap_disk
from siteproof.reference.datapath.state_lock import StateLock
from siteproof.reference.service.certificates import write_secret
from siteproof.reference.service.state_directory import KEY, NEXT_KEY


def rotate(root: Path) -> int:
    """Give a stopped appliance a new key, or finish that; returns how many data keys have it.

    Problem while it runs, or when a record opens with neither key: then the former key stays, too.
    """
    lock = StateLock(root)
    try:
        next_key = root / NEXT_KEY
        if not next_key.exists():
            KeyEncryptionKey.from_file(root / KEY)  # nothing begins without a usable key
            write_secret(next_key, f"{secrets.token_hex(32)}\n".encode())
        count = _rewrap_all(root, KeyEncryptionKey.from_file(root / KEY), KeyEncryptionKey.from_file(next_key))
        next_key.replace(root / KEY)
        _sync(root / "keys")
        return count
    finally:
        lock.release()


def _rewrap_all(root: Path, old: KeyEncryptionKey, new: KeyEncryptionKey) -> int:
    store, count = FolderExecutor(root), 0
    try:
        for folder in _folders(root):
            rewrap_disk(store, folder, old, new)
            count += 1
    finally:
        store.close()
    return count


def _folders(root: Path) -> Iterator[str]:
    """Every folder with a wrapped data key: the vault's, machines', disks'."""
    for record in sorted(root.rglob("disk")):
        if record.is_file() and not record.is_symlink() and record.read_bytes()[: len(MAGIC)] == MAGIC:
            yield record.parent.relative_to(root).as_posix()


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
