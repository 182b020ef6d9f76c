"""An NBD client of one export, on Debian's libnbd binding. Rule: every address is checked, every wait has a bound.

libnbd is not on the package index, so Debian's module folder is appended to the path when a connection is first made.
"""

import contextlib
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from siteproof.model.nouns.problem import ExitCode, Problem

DEBIAN_MODULES = "/usr/lib/python3/dist-packages"
CHUNK_BYTES = 1 << 20
NBD_SECONDS_MAX = 60.0
POLL_MS = 1_000


class Connection:
    """A connection to the export `export` of the NBD server on the unix socket `socket`."""

    def __init__(self, socket: Path, export: str) -> None:
        """Connect; Problem (exit 3) when the binding is missing."""
        self._nbd = binding()
        self._handle = self._nbd.NBD()
        self._handle.set_export_name(export)
        self._handle.aio_connect_unix(str(socket))
        self._wait(lambda: not self._handle.aio_is_connecting(), "the connection")
        self.size_bytes = int(self._handle.get_size())

    def write(self, offset: int, data: bytes) -> None:
        """Write and wait for the acknowledgement."""
        buffer = self._nbd.Buffer.from_bytearray(bytearray(data))
        self._finish(self._handle.aio_pwrite(buffer, self._inside(offset, len(data))), "a write")

    def zero(self, offset: int, length: int) -> None:
        """Make a range read as zeros, giving its space back where the disk can."""
        self._finish(self._handle.aio_zero(length, self._inside(offset, length)), "a write of zeros")

    def flush(self) -> None:
        """Return when everything acknowledged before is stable."""
        self._finish(self._handle.aio_flush(), "a flush")

    def copy_to(self, path: Path) -> None:
        """Write the whole export into the raw file `path`, leaving holes where it is zero."""
        zeros = bytes(CHUNK_BYTES)
        with path.open("wb") as file:
            for offset in range(0, self.size_bytes, CHUNK_BYTES):
                data = self._read(offset, min(CHUNK_BYTES, self.size_bytes - offset))
                if data != zeros[: len(data)]:
                    file.seek(offset)
                    file.write(data)
            file.truncate(self.size_bytes)

    def close(self) -> None:
        """Disconnect; harmless when the server has gone."""
        with contextlib.suppress(self._nbd.Error):
            self._handle.aio_disconnect()
        del self._handle

    def _read(self, offset: int, length: int) -> bytearray:
        buffer = self._nbd.Buffer(length)
        self._finish(self._handle.aio_pread(buffer, offset), "a read")
        data: bytearray = buffer.to_bytearray()
        return data

    def _finish(self, cookie: int, what: str) -> None:
        self._wait(lambda: self._handle.aio_command_completed(cookie), what)

    def _wait(self, done: Callable[[], bool], what: str) -> None:
        """Let libnbd work until `done`; its own Error passes through, Problem (exit 3) after NBD_SECONDS_MAX."""
        end = time.monotonic() + NBD_SECONDS_MAX
        while not done():
            if time.monotonic() > end:
                cause = f"{what} has no answer after {NBD_SECONDS_MAX:g} s"
                raise Problem("the storage daemon is stuck", cause, "look at the machine's load", ExitCode.CANNOT_JUDGE)
            self._handle.poll(POLL_MS)

    def _inside(self, offset: int, length: int) -> int:
        if not 0 <= offset <= offset + length <= self.size_bytes:
            cause = f"bytes {offset} to {offset + length} of a disk of {self.size_bytes} bytes"
            raise Problem("the access is outside of the disk", cause, "use blocks of the scenario's disk")
        return offset


def binding() -> Any:
    """Debian's `nbd` module; Problem (exit 3) when it is not installed for this Python."""
    if DEBIAN_MODULES not in sys.path:
        sys.path.append(DEBIAN_MODULES)
    try:
        import nbd  # noqa: PLC0415  (the path above has to be there first)
    except ImportError as error:
        hint = "install the Debian package python3-libnbd and use the Python 3.11 it is built for"
        raise Problem("the NBD client library is missing", str(error), hint, ExitCode.CANNOT_JUDGE) from error
    return nbd
