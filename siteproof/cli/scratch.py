"""Scratch disks in memory, where there is a file system in memory with room: nothing on them outlives the command.

Rule: what a user asked to keep is never here. A folder that a killed command left is swept by the next one.
"""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from siteproof.cli.memory import MEBIBYTE, available_bytes

IN_MEMORY = Path("/dev/shm")  # noqa: S108  (only a private folder is made in it)
PREFIX = "siteproof-scratch-"
LOCK = "lock"
USUAL_BYTES = 256 * MEBIBYTE
"""What the cases of the suite need at most at one moment, with much to spare."""
SHARE = 2  # memory is given back at the end, but it is the whole machine's: at most half of what is free
YOUNG_SECONDS = 60.0


@contextmanager
def scratch(size_bytes: int = USUAL_BYTES) -> Iterator[Path]:
    """While the body runs, temporary files of this process stand in a private folder: in memory when that has room."""
    _sweep()
    before = tempfile.tempdir
    place = IN_MEMORY if _has_room(size_bytes) else None
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=place, ignore_cleanup_errors=True) as folder:
        lock = _locked(Path(folder))
        tempfile.tempdir = folder
        try:
            yield Path(folder)
        finally:
            tempfile.tempdir = before
            os.close(lock)


def _has_room(size_bytes: int) -> bool:
    with suppress(OSError):
        found = os.statvfs(IN_MEMORY)
        free = min(found.f_bavail * found.f_frsize, available_bytes() or 0)
        return os.access(IN_MEMORY, os.W_OK) and size_bytes * SHARE <= free
    return False


def _locked(folder: Path) -> int:
    """A lock that ends with the last process that works in the folder, however that ends."""
    lock = os.open(folder / LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return lock


def _sweep() -> None:
    for folder in IN_MEMORY.glob(f"{PREFIX}*"):
        with suppress(OSError):
            if _is_left(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _is_left(folder: Path) -> bool:
    """Nobody holds its lock, and it is too old to be one that is being made just now."""
    found = folder.stat()
    if found.st_uid != os.getuid() or time.time() - found.st_mtime < YOUNG_SECONDS:
        return False
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return True
