"""Real files below one folder: the executor of the service (docs/design.md, reference; wall 6).

Maintainers keep: no name leaves the folder: no absolute path, no "..", no symbolic link is followed. At most
`HANDLES_MAX` files are open at a time.
"""

# ruff: noqa: PTH103, PTH104, PTH108, PTH113, PTH114, PTH120
# paths are texts here: they are joined and asked many thousands of times a day

import errno
import os
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from siteproof.model.nouns.problem import Problem
from siteproof.reference.datapath.device import refused
from siteproof.reference.datapath.effects import (
    Acknowledge,
    Barrier,
    Bytes,
    Effect,
    Rename,
    SyncDirectory,
    Truncate,
    Unlink,
    Write,
    Zero,
)
from siteproof.reference.datapath.holes import punch

HANDLES_MAX = 64
NO_PARTS = frozenset({"", ".", ".."})
NOT_THERE = frozenset({errno.ENOENT, errno.ELOOP, errno.ENOTDIR, errno.EISDIR, errno.EACCES, errno.EPERM})


class FolderExecutor:
    """Carries out effects below `root`, which is created; `on_acknowledge` hears of every Acknowledge."""

    def __init__(self, root: str | Path, on_acknowledge: Callable[[Acknowledge], None] | None = None) -> None:
        """Open the folder; nothing outside of it will ever be read or written through this object."""
        self._root = Path(root).resolve()
        self._root.mkdir(parents=True, exist_ok=True)
        self._place = str(self._root)
        self._handles: OrderedDict[str, int] = OrderedDict()
        self._anchored: set[Path] = set()  # folders whose own names are durable
        self._on_acknowledge = on_acknowledge

    def perform(self, effect: Effect) -> None:
        """Carry the effect out before returning; Problem when the name leads outside or the device refuses."""
        try:
            self._perform(effect)
        except OSError as error:
            raise refused(type(effect).__name__.lower(), error) from error

    def _perform(self, effect: Effect) -> None:
        match effect:
            case Write(file, offset, data):
                handle = self._handle(file, create=True)
                if not (isinstance(effect, Zero) and punch(handle, offset, len(data))):
                    _write_all(handle, data, offset)
            case Barrier(file):
                os.fdatasync(self._handle(file))
            case Truncate(file, size):
                os.ftruncate(self._handle(file, create=True), size)
            case Rename(old, new):
                self._rename(old, new)
            case Unlink(file):
                self._forget(file)
                os.unlink(self._inside(file))
            case SyncDirectory(folder):
                self._sync_directory(folder)
            case Acknowledge():
                if self._on_acknowledge:
                    self._on_acknowledge(effect)

    def read_into(self, file: str, offset: int, buffer: bytearray | memoryview) -> int:
        """Fill `buffer` from byte `offset` and return how many bytes there were; Problem when there is no file."""
        view, handle = memoryview(buffer), self._handle(file)
        try:
            count = done = os.preadv(handle, [view], offset) if view else 0
            while count and done < len(view):
                count = os.preadv(handle, [view[done:]], offset + done)
                done += count
        except OSError as error:
            raise refused("read", error) from error
        return done

    def read(self, file: str, offset: int, length: int) -> bytes:
        """Up to `length` bytes from byte `offset`, shorter only at the end of the file."""
        handle = self._handle(file)
        try:
            return os.pread(handle, length, offset)
        except OSError as error:
            raise refused("read", error) from error

    def size(self, file: str) -> int:
        """The file's size in bytes; Problem when there is no such file."""
        handle = self._handle(file)
        try:
            return os.fstat(handle).st_size
        except OSError as error:
            raise refused("look at a file", error) from error

    def exists(self, file: str) -> bool:
        """Whether there is such a file."""
        return os.path.isfile(self._inside(file))

    def list(self, folder: str) -> tuple[str, ...]:
        """The names of the files directly in the folder, sorted; nothing when there is no such folder."""
        place = self._inside(folder) if folder else self._place
        try:
            with os.scandir(place) as entries:  # tells files from folders without a look at each
                return tuple(sorted(entry.name for entry in entries if entry.is_file()))
        except (FileNotFoundError, NotADirectoryError):
            return ()
        except OSError as error:
            raise refused("list a folder", error) from error

    def path(self, file: str) -> str:
        """The file's absolute path."""
        return self._inside(file)

    def close(self) -> None:
        """Close every handle; the files stay."""
        while self._handles:
            os.close(self._handles.popitem()[1])

    def _handle(self, file: str, *, create: bool = False) -> int:
        if file in self._handles:
            self._handles.move_to_end(file)
            return self._handles[file]
        self._handles[file] = handle = self._open(file, create=create)
        if len(self._handles) > HANDLES_MAX:
            os.close(self._handles.popitem(last=False)[1])
        return handle

    def _open(self, file: str, *, create: bool) -> int:
        path = self._inside(file)
        flags = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC | (os.O_CREAT if create else 0)
        try:
            return _opened(path, flags)
        except OSError as error:
            raise (_cannot_open(file, error) if error.errno in NOT_THERE else refused("open", error)) from error

    def _inside(self, name: str) -> str:
        """The absolute path of a relative name, having checked that it stays below the root."""
        parts = name.split("/")
        if "\0" in name or not NO_PARTS.isdisjoint(parts):
            raise _outside(name, "the name is not a plain relative path")
        place = self._place
        for part in parts[:-1]:
            place = f"{place}/{part}"
            if self._is_link(place):
                raise _outside(name, "a folder on the way is a symbolic link")
        return f"{place}/{parts[-1]}"

    def _is_link(self, folder: str) -> bool:
        """Whether the name leads elsewhere now, whatever it was before."""
        return os.path.islink(folder)

    def _rename(self, old: str, new: str) -> None:
        self._forget(old)
        self._forget(new)
        os.rename(self._inside(old), self._inside(new))

    def _forget(self, file: str) -> None:
        handle = self._handles.pop(file, None)
        if handle is not None:
            os.close(handle)

    def _sync_directory(self, folder: str) -> None:
        """Sync the folder, and once those above it, so that a new folder survives with its files."""
        place = Path(self._inside(folder)) if folder else self._root
        _sync_folder(place)
        while place != self._root and place not in self._anchored:
            self._anchored.add(place)
            place = place.parent
            _sync_folder(place)


def _opened(path: str, flags: int) -> int:
    """A handle; a file that may be made gets its folder, too."""
    try:
        return os.open(path, flags, 0o600)
    except FileNotFoundError:
        if not flags & os.O_CREAT:
            raise
    os.makedirs(os.path.dirname(path), exist_ok=True)
    return os.open(path, flags, 0o600)


def _write_all(handle: int, data: Bytes, offset: int) -> None:
    view = memoryview(data).cast("B")
    done = os.pwrite(handle, view, offset) if view else 0
    while done < len(view):
        done += os.pwrite(handle, view[done:], offset + done)


def _sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _outside(name: str, why: str) -> Problem:
    return Problem(f"the store refuses the name {name!r}", why, "use a relative path below the store's folder")


def _cannot_open(file: str, error: OSError) -> Problem:
    return Problem(f"the store has no usable file {file!r}", error.strerror or "unknown", "check the store's folder")
