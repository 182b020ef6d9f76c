"""Both sites in one private folder: a source daemon and a link per machine, one target daemon for all replicas.

Rule: everything that must be released hangs on one `QemuSites`, and releasing it twice or at exit is harmless.
"""

import os
import shutil
import tempfile
import weakref
from pathlib import Path

from siteproof.conformance.adapters.frame.link import Link
from siteproof.conformance.adapters.qemu.process import Daemon

MEMORY = Path("/dev/shm")  # noqa: S108  (mkdtemp makes a private folder in it)
MEMORY_BYTES_MAX = 64 << 20
SPARE_FACTOR = 16


class QemuSites:
    """The folder, the daemon `target`, and per machine index the daemons `sources` and the `links` between."""

    def __init__(self, machines: int, size_bytes: int) -> None:
        """Start everything, for disks of that size in all; Problem (exit 3) when a daemon cannot be started."""
        self.folder = Path(tempfile.mkdtemp(prefix="siteproof-qemu-", dir=_in_memory(size_bytes)))
        self._release = weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)
        self.links: list[Link] = []
        self.sources: list[Daemon] = []
        self._daemons: list[Daemon] = []
        try:
            self.target = self._start("b")
            self.sources += [self._start(f"a{each}") for each in range(machines)]
            self.links += [Link(self.entrance(each), self.target.nbd_socket) for each in range(machines)]
        except BaseException:
            self.close()
            raise

    def entrance(self, machine: int) -> Path:
        """Where the machine's link begins."""
        return self.folder / f"l{machine}"

    def image(self, name: str) -> Path:
        """Where a copy of that name for the judge's own reading belongs."""
        return self.folder / f"{name}.raw"

    def restart_source(self, machine: int) -> None:
        """A new source daemon for the machine, after the old one was killed; no disk is open in it."""
        self.sources[machine] = self._start(f"a{machine}")

    def restart_target(self) -> None:
        """Kill the target daemon and start a new one; no layer is open in it."""
        self.target.kill()
        self.target = self._start("b")

    def close(self) -> None:
        """Kill the daemons and delete the folder."""
        for daemon in self._daemons:
            daemon.kill()
        for link in self.links:
            link.close()
        self._release()

    def _start(self, name: str) -> Daemon:
        self._daemons.append(Daemon(name, self.folder))
        return self._daemons[-1]


def _in_memory(size_bytes: int) -> Path | None:
    """Small disks live in memory, where a flush costs nothing; a killed daemon cannot tell the difference."""
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > SPARE_FACTOR * MEMORY_BYTES_MAX
    return MEMORY if roomy and size_bytes <= MEMORY_BYTES_MAX and os.access(MEMORY, os.W_OK) else None
