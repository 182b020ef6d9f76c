"""Liars about bytes: what they give out is not what was asked for.

Rule: see the folder's `__init__`.
"""

from pathlib import Path

from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.stamp import BLOCK_BYTES, HEADER_BYTES
from siteproof.model.nouns.subject import DiskAddress, Image, ImageKind
from siteproof.reference.appliance import Appliance
from siteproof.reference.machine import Machine
from siteproof.reference.replicator import Replicator
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit


class Hollow(ReferenceSubject):
    """Blocks are numbers with nothing behind them."""

    def read(self, address: DiskAddress) -> Image:
        """Headers only."""
        return _hollow(super().read(address))

    def restore(self, machine: str, point: str) -> tuple[Image, ...]:
        """Headers only."""
        return tuple(map(_hollow, super().restore(machine, point)))


def _hollow(image: Image) -> Image:
    data = bytearray(Path(image.location).read_bytes())
    for start in range(0, len(data), BLOCK_BYTES):
        data[start + HEADER_BYTES : start + BLOCK_BYTES] = bytes(BLOCK_BYTES - HEADER_BYTES)
    return Image(image.disk, ImageKind.INLINE, data=bytes(data))


class OfNow(ReferenceSubject):
    """The source is at hand, the points are far away."""

    def restore(self, machine: str, point: str) -> tuple[Image, ...]:
        """The disks of the machine that runs."""
        images = super().restore(machine, point)
        return tuple(self.read(DiskAddress(machine, image.disk)) for image in images)


class OneDisk(OfNow):
    """The first disk's point is real."""

    def restore(self, machine: str, point: str) -> tuple[Image, ...]:
        """The others are read from the machine that runs."""
        true = ReferenceSubject.restore(self, machine, point)
        return (*true[:1], *super().restore(machine, point)[1:])


class Newest(ReferenceSubject):
    """One state, many names."""

    def restore(self, machine: str, point: str) -> tuple[Image, ...]:
        """The newest point, whichever was named."""
        super().restore(machine, point)
        return super().restore(machine, self.appliance.vault.machine(machine).listed[-1].name)


class HidingReplicator(Replicator):
    """Takes points off the list and keeps them."""

    def prune(self, machine: Machine) -> None:
        """The list looks as it should."""
        gone = self.outlived(machine)
        machine.points = [point for point in machine.points if point.name not in gone]


class HidingAppliance(Appliance):
    """Gives out whatever it still has."""

    replicator_type = HidingReplicator

    def export(self, name: str, point: str) -> tuple[Image, ...]:
        """Listed or not."""
        stream = self.vault.machine(name).stream
        if stream is None:
            raise Refused(ErrorCode.RECOVERY_POINT_UNAVAILABLE, point)
        return stream.service.export(point, self.stores.exports, self.stores)


def hollow(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Stamps and no data."""
    return exhibit("hollow", directory, durable, subject=Hollow)


def of_now(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Restores from the source."""
    return exhibit("of now", directory, durable, subject=OfNow)


def one_disk(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Restores all disks but the first from the source."""
    return exhibit("one disk", directory, durable, subject=OneDisk)


def newest(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Has one point under many names."""
    return exhibit("newest", directory, durable, subject=Newest)


def hides(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Hides points instead of pruning them."""
    return exhibit("hides", directory, durable, appliance=HidingAppliance)
