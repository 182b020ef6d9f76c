"""The machines' disks as their workload sees them: connections to whatever runs at a place, and the judge's reads.

Rule: a place that is switched off takes no write, and a read never changes what it reads.
"""

import contextlib
import itertools
from pathlib import Path

from siteproof.conformance.adapters.qemu import disks
from siteproof.conformance.adapters.qemu.client import CHUNK_BYTES, Connection
from siteproof.conformance.adapters.qemu.process import Daemon
from siteproof.conformance.adapters.qemu.sites import QemuSites
from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.stamp import BLOCK_BYTES, Stamp
from siteproof.model.nouns.subject import Image, ImageKind, Write


class NbdExports:
    """What runs: each exported node with the connection of its workload."""

    def __init__(self, sites: QemuSites) -> None:
        """Nothing runs yet."""
        self._sites = sites
        self._running: dict[str, Connection] = {}
        self._copies = itertools.count()

    def power_on(self, daemon: Daemon, node: str) -> None:
        """Let the workload at the node."""
        disks.export(daemon, node, writable=True)
        self._running[node] = Connection(daemon.nbd_socket, node)

    def power_off(self, daemon: Daemon, node: str) -> None:
        """Take the node away from its workload; harmless when it is off."""
        if node in self._running:
            self.forget(node)
            disks.unexport(daemon, node)

    def forget(self, node: str) -> None:
        """The node's daemon has gone, or is about to."""
        if connection := self._running.pop(node, None):
            connection.close()

    def connection(self, node: str) -> Connection:
        """The workload's connection; Refused when the node is off."""
        if node not in self._running:
            raise Refused(ErrorCode.OPERATION_NOT_ALLOWED, "that machine is off")
        return self._running[node]

    def read(self, daemon: Daemon, node: str, disk: str) -> Image:
        """A raw copy of the node's present bytes, whether it runs or not; kept until the next reset."""
        path = self._sites.image(f"copy{next(self._copies)}")
        if node in self._running:
            self._running[node].copy_to(path)
        else:
            disks.copy_out(daemon, node, path)
        return Image(disk, ImageKind.PATH, str(path))

    def close(self) -> None:
        """End every connection."""
        for connection in self._running.values():
            connection.close()
        self._running.clear()


def write_block(connection: Connection, write: Write) -> None:
    """Write one block, of its stamp or of its own data, and wait for the acknowledgement."""
    connection.write(write.block * BLOCK_BYTES, write.data or stamp_of(write).to_bytes())


def stamp_of(write: Write) -> Stamp:
    """The stamp whose bytes a stamped write stands for."""
    return Stamp(
        write.machine_index, write.disk_index, write.block, write.sequence, write.time_ms, write.seed, write.noise
    )


def fill(connection: Connection, image: Path) -> None:
    """Put a raw image onto a disk; Problem when it cannot be read or is too long."""
    try:
        with contextlib.closing(image.open("rb")) as file:
            for number in itertools.count():
                if not (data := file.read(CHUNK_BYTES)):
                    return
                connection.write(number * CHUNK_BYTES, data)
    except OSError as error:
        raise Problem("the disk's image cannot be read", str(error), "name a readable raw file") from error
