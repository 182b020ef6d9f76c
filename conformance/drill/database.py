"""SQLite on a virtual disk: every page it writes is a block write, every sync a flush (apsw VFS).

The disk holds three files in fixed slots behind a one-block table of contents, which is rewritten atomically. A cut
of the writes that respects flushes must reopen with every transaction that had been acknowledged before the cut.
"""

import itertools
import struct
from collections.abc import Callable
from typing import Any

import apsw
from attrs import define, field

from siteproof.model.nouns.stamp import BLOCK_BYTES

SLOTS = 3
_ENTRY = struct.Struct("<32sQ")
_names = itertools.count()


@define(eq=False)
class BlockDisk:
    """A disk held in memory that tells `wrote(block, data)` and `flushed()` of everything that happens to it."""

    data: bytearray
    wrote: Callable[[int, bytes], None] = lambda _block, _data: None
    flushed: Callable[[], None] = lambda: None
    files: dict[str, list[int]] = field(factory=dict)  # name -> [slot, size in bytes]

    def __attrs_post_init__(self) -> None:
        """Read the table of contents."""
        for slot in range(SLOTS):
            name, size = _ENTRY.unpack_from(self.data, slot * _ENTRY.size)
            if name.strip(b"\0"):
                self.files[name.strip(b"\0").decode()] = [slot, size]

    @property
    def slot_bytes(self) -> int:
        """How large a file may grow."""
        return (len(self.data) // BLOCK_BYTES - 1) // SLOTS * BLOCK_BYTES

    def base(self, name: str) -> int:
        """The byte offset of a file."""
        return BLOCK_BYTES + self.files[name][0] * self.slot_bytes

    def write(self, offset: int, data: bytes) -> None:
        """Change bytes; every block touched is written whole."""
        self.data[offset : offset + len(data)] = data
        for block in range(offset // BLOCK_BYTES, (offset + len(data) - 1) // BLOCK_BYTES + 1):
            self.wrote(block, bytes(self.data[block * BLOCK_BYTES : (block + 1) * BLOCK_BYTES]))

    def create(self, name: str) -> None:
        """Give a new file a free slot."""
        free = set(range(SLOTS)) - {slot for slot, _ in self.files.values()}
        self.files[name] = [min(free), 0]
        self._write_table()

    def resize(self, name: str, size_bytes: int) -> None:
        """Set a file's size; what is cut off reads as zeros when the file grows again, as in a file system."""
        old = self.files[name][1]
        if size_bytes < old:
            self._zero(self.base(name) + size_bytes, old - size_bytes)
        if size_bytes != old:
            self.files[name][1] = size_bytes
            self._write_table()

    def delete(self, name: str) -> None:
        """Forget a file, then zero its slot."""
        offset, size = self.base(name), self.files.pop(name)[1]
        self._write_table()
        if size:
            self._zero(offset, size)

    def _zero(self, offset: int, length: int) -> None:
        self.flushed()
        self.write(offset, bytes(length))
        self.flushed()

    def _write_table(self) -> None:
        table = bytearray(BLOCK_BYTES)
        for name, (slot, size) in self.files.items():
            _ENTRY.pack_into(table, slot * _ENTRY.size, name.encode(), size)
        self.write(0, bytes(table))


class _File:
    """One open file of the VFS."""

    def __init__(self, disk: BlockDisk, name: str) -> None:
        self._disk, self._name = disk, name

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802  (apsw's interface)
        base, size = self._disk.base(self._name), self._disk.files[self._name][1]
        return bytes(self._disk.data[base + offset : base + min(offset + amount, size)]) if offset < size else b""

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802  (apsw's interface)
        if offset + len(data) > self._disk.slot_bytes:
            raise apsw.FullError
        self._disk.write(self._disk.base(self._name) + offset, bytes(data))
        self._disk.resize(self._name, max(self._disk.files[self._name][1], offset + len(data)))

    def xTruncate(self, size: int) -> None:  # noqa: N802  (apsw's interface)
        self._disk.resize(self._name, size)

    def xSync(self, _flags: int) -> None:  # noqa: N802  (apsw's interface)
        self._disk.flushed()

    def xFileSize(self) -> int:  # noqa: N802  (apsw's interface)
        return self._disk.files[self._name][1]

    def xClose(self) -> None: ...  # noqa: N802  (apsw's interface)

    def xLock(self, _level: int) -> None: ...  # noqa: N802  (apsw's interface)

    def xUnlock(self, _level: int) -> None: ...  # noqa: N802  (apsw's interface)

    def xCheckReservedLock(self) -> bool:  # noqa: N802  (apsw's interface)
        return False

    def xFileControl(self, _operation: int, _pointer: int) -> bool:  # noqa: N802  (apsw's interface)
        return False

    def xSectorSize(self) -> int:  # noqa: N802  (apsw's interface)
        return BLOCK_BYTES

    def xDeviceCharacteristics(self) -> int:  # noqa: N802  (apsw's interface)
        return 0


class _DiskVfs(apsw.VFS):
    """Every file lives on one BlockDisk; names are reduced to their last part."""

    def __init__(self, disk: BlockDisk) -> None:
        self.vfs_name = f"siteproof-{next(_names)}"
        self._disk = disk
        super().__init__(self.vfs_name, "")

    def xOpen(self, name: Any, _flags: list[int]) -> _File:  # type: ignore[override]  # noqa: N802  (apsw's interface)
        plain = _last(name.filename() if hasattr(name, "filename") else name or "temporary")
        if plain not in self._disk.files:
            self._disk.create(plain)
        return _File(self._disk, plain)

    def xAccess(self, name: str, _flags: int) -> bool:  # noqa: N802  (apsw's interface)
        return _last(name) in self._disk.files

    def xDelete(self, name: str, _sync: bool) -> None:  # noqa: N802  (apsw's interface)
        self._disk.delete(_last(name))
        self._disk.flushed()

    def xFullPathname(self, name: str) -> str:  # noqa: N802  (apsw's interface)
        return "/" + _last(name)


def _last(name: str) -> str:
    return name.rsplit("/", 1)[-1]


class Database:
    """A ledger of transactions on a BlockDisk; `commit` returns only after SQLite has synced the disk."""

    def __init__(self, disk: BlockDisk) -> None:
        """Open the database on the disk, running SQLite's own recovery, or create it."""
        self._vfs = _DiskVfs(disk)
        self._connection = apsw.Connection("/ledger.db", vfs=self._vfs.vfs_name)
        for pragma in ("page_size=4096", "locking_mode=exclusive", "journal_mode=delete", "synchronous=full"):
            self._connection.execute(f"pragma {pragma}").fetchall()
        self._connection.execute("create table if not exists entry(number integer primary key, note text)")

    def commit(self, number: int, note: str) -> None:
        """Commit one transaction; on return it must survive any crash."""
        self._connection.execute("insert into entry values(?, ?)", (number, note))

    def numbers(self) -> list[int]:
        """The transactions there are, in order."""
        return [row[0] for row in self._connection.execute("select number from entry order by number")]

    def faults(self) -> str:
        """What SQLite's integrity check finds wrong; empty when nothing is."""
        found = self._connection.execute("pragma integrity_check").fetchall()
        return "" if found == [("ok",)] else str(found[:5])

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
