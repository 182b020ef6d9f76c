"""Holes of raw files: where nothing is stored, and how a stretch becomes one (wall 4: this meets the file system).

Maintainers keep: a hole is an optimisation. Where a file system tells of none, or makes none, everything is data.
"""

import ctypes
import errno
import os

KEEP_SIZE, PUNCH_HOLE = 0x01, 0x02  # linux/falloc.h
CANNOT = frozenset({errno.EOPNOTSUPP, errno.ENOSYS, errno.ENODEV, errno.EPERM, errno.ESPIPE})


def is_hole(path: str, start: int, length: int) -> bool:
    """Whether these bytes of the file are stored nowhere, so that they read as zeros; False when nobody can tell."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        return os.lseek(handle, start, os.SEEK_DATA) >= start + length
    except OSError as error:
        return error.errno == errno.ENXIO  # nothing but a hole up to the end of the file
    finally:
        os.close(handle)


def punch(handle: int, start: int, length: int) -> bool:
    """Make these bytes of an open file read as zeros and give their space back; False where that cannot be done."""
    if length <= 0:
        return True
    library = ctypes.CDLL(None, use_errno=True)
    if not hasattr(library, "fallocate"):
        return False
    done = library.fallocate(handle, KEEP_SIZE | PUNCH_HOLE, ctypes.c_int64(start), ctypes.c_int64(length))
    code = ctypes.get_errno()
    if done == 0 or code in CANNOT:
        return bool(done == 0)
    raise OSError(code, os.strerror(code))
