"""Effects: all that the data path ever asks of the world, and the protocol of those who carry it out.

Maintainers keep: the core only emits effects, in the order in which they have to happen. An executor may be real
(folder.py), may record, or may lose what was not yet behind a barrier (crashes.py): that is how crashes are enumerated.
"""

from typing import Protocol

from attrs import frozen

Bytes = bytes | bytearray | memoryview


@frozen
class Write:
    """Put `data` at byte `offset` of a file, creating the file; survives a crash only behind a `Barrier`."""

    file: str
    offset: int
    data: Bytes


@frozen
class Zero(Write):
    """A write of zeros that may give the space back instead of using it; any other executor takes it as a write."""


@frozen
class Barrier:
    """Everything written to the file so far survives a crash from here on (fdatasync)."""

    file: str


@frozen
class Truncate:
    """Set the file's size in bytes, creating the file; new bytes read as zeros and use no space."""

    file: str
    size: int


@frozen
class Rename:
    """Give `old` the name `new`, replacing what is there, atomically; durable behind a `SyncDirectory`."""

    old: str
    new: str


@frozen
class Unlink:
    """Remove a file; durable behind a `SyncDirectory`."""

    file: str


@frozen
class SyncDirectory:
    """Names created, changed and removed in the folder so far survive a crash from here on."""

    folder: str


@frozen
class Acknowledge:
    """Tell the other side that everything up to `lsn` of this replica is durable."""

    replica: str
    lsn: int


Effect = Write | Barrier | Truncate | Rename | Unlink | SyncDirectory | Acknowledge


class Executor(Protocol):
    """Carries out effects on files named by relative paths like "web-sda/seed.raw"."""

    def perform(self, effect: Effect) -> None:
        """Carry the effect out before returning; Problem when the name leads outside or the device refuses."""
        ...

    def read_into(self, file: str, offset: int, buffer: bytearray | memoryview) -> int:
        """Fill `buffer` from byte `offset` and return how many bytes there were; Problem when there is no file."""
        ...

    def read(self, file: str, offset: int, length: int) -> bytes:
        """Up to `length` bytes from byte `offset`, shorter only at the end of the file."""
        ...

    def size(self, file: str) -> int:
        """The file's size in bytes; Problem when there is no such file."""
        ...

    def exists(self, file: str) -> bool:
        """Whether there is such a file."""
        ...

    def list(self, folder: str) -> tuple[str, ...]:
        """The names of the files directly in the folder, sorted; nothing when there is no such folder."""
        ...

    def path(self, file: str) -> str:
        """Where a reader outside finds the file's bytes (an absolute path)."""
        ...
