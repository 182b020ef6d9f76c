"""What a service exports over NBD: disks of machines that run, through the change tracker, and points, read only.

Maintainers keep: a write is a write of the machine, captured before it happens; who is off takes none. A device holds
no lock between two requests.
"""

import threading
from collections.abc import Mapping
from functools import partial

from siteproof.model.nouns.errors import Refused
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.model.nouns.vocabulary import Place
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.device import StoreFailed
from siteproof.reference.datapath.points import PointView
from siteproof.reference.datapath.tracker import SourceDisk
from siteproof.reference.host import Host
from siteproof.reference.machine import Machine
from siteproof.reference.service.nbd import Device, DeviceError, Error, Opener
from siteproof.reference.service.service import Service

ZERO_BLOCKS = 1024  # zeroed under the guard at a time


class MachineDisk:
    """A disk of a machine at one place; any offset and length, whole blocks below."""

    read_only = False

    def __init__(self, host: Host, name: str) -> None:
        """The disk as it is now; a later resize is seen by the next connection."""
        self._host, self._name = host, name
        self.size_bytes = host.disk(name).size_bytes

    def _disk(self) -> SourceDisk:
        try:
            return self._host.powered(self._name)
        except (Refused, Problem) as refusal:
            raise DeviceError(Error.SHUTDOWN) from refusal

    def read(self, offset: int, length: int) -> bytes:
        """The bytes as they are now."""
        first, count, skip = _span(offset, length)
        with _failures(), self._host.guard:
            return self._disk().read(first, count)[skip : skip + length]

    def write(self, offset: int, data: bytes) -> None:
        """Overwrite; what shares a first or last block with others is read before."""
        first, count, skip = _span(offset, len(data))
        with _failures(), self._host.guard:
            disk = self._disk()
            if skip or len(data) % BLOCK_BYTES:
                whole = bytearray(disk.read(first, count))
                whole[skip : skip + len(data)] = data
                data = bytes(whole)
            disk.write(first, data)

    def zero(self, offset: int, length: int) -> None:
        """Make zeros: whole blocks as discards, the rest as writes."""
        first, end = -(-offset // BLOCK_BYTES), (offset + length) // BLOCK_BYTES
        if first >= end:
            self.write(offset, bytes(length))
            return
        if head := first * BLOCK_BYTES - offset:
            self.write(offset, bytes(head))
        for block in range(first, end, ZERO_BLOCKS):
            with _failures(), self._host.guard:
                self._disk().discard(block, min(ZERO_BLOCKS, end - block))
        if tail := offset + length - end * BLOCK_BYTES:
            self.write(end * BLOCK_BYTES, bytes(tail))

    def flush(self) -> None:
        """A barrier: what was written survives a crash of the machine."""
        with _failures():
            self._disk().flush()


class PointDisk:
    """A disk at a recovery point."""

    read_only = True

    def __init__(self, view: PointView, guard: threading.RLock) -> None:
        """Reads go through the replica, one at a time with everything else that it does."""
        self._view, self._guard = view, guard
        self.size_bytes = view.size_bytes

    def read(self, offset: int, length: int) -> bytes:
        """The bytes at the point."""
        first, count, skip = _span(offset, length)
        with _failures(), self._guard:
            return self._view.read(first, count)[skip : skip + length]

    def write(self, offset: int, data: bytes) -> None:
        """Refused."""
        del offset, data
        raise DeviceError(Error.NOT_PERMITTED)

    def zero(self, offset: int, length: int) -> None:
        """Refused."""
        del offset, length
        raise DeviceError(Error.NOT_PERMITTED)

    def flush(self) -> None:
        """Nothing was written."""


class _failures:  # noqa: N801  (used as a block)
    """What a disk answers to a failure below it."""

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """The failure in the words of the protocol."""
        if isinstance(error, StoreFailed):
            raise DeviceError(Error.NO_SPACE if error.full else Error.IO) from error
        if isinstance(error, CorruptLog | Refused):
            raise DeviceError(Error.IO) from error
        if isinstance(error, Problem):
            raise DeviceError(Error.INVALID) from error


def _span(offset: int, length: int) -> tuple[int, int, int]:
    """First block, number of blocks, and where in the first one the range begins."""
    first = offset // BLOCK_BYTES
    end = -(-(offset + length) // BLOCK_BYTES)
    return first, max(1, end - first), offset - first * BLOCK_BYTES


def exports_of(service: Service) -> Mapping[str, Opener]:
    """Every disk of every machine as `machine/disk`, and every point of it as `machine/disk@point`."""
    found: dict[str, Opener] = {}
    with service.guard:
        for name, machine in service.vault.machines.items():
            host = machine.host(Place.ACTIVE)
            for disk in host.disks if host is not None else ():
                assert host is not None
                found[f"{name}/{disk}"] = partial(MachineDisk, host, disk)
        for name, machine in service.vault.machines.items():
            found |= _points(service, name, machine)
    return found


def _points(service: Service, name: str, machine: Machine) -> dict[str, Opener]:
    if machine.stream is None:
        return {}
    return {
        f"{name}/{disk}@{point.name}": partial(_point, service, machine, disk, point.name)
        for point in machine.listed
        for disk in machine.stream.service.replicas
    }


def _point(service: Service, machine: Machine, disk: str, point: str) -> Device:
    with service.guard:
        assert machine.stream is not None
        return PointDisk(machine.stream.service.replicas[disk].open_point(point), service.guard)
