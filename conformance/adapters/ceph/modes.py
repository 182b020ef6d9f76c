"""How the two modes of mirroring bring a replica up to an instant. Rule: only the product's own marks say that it has.

Journal: events are replayed in order, so a metadata event that has arrived says that all before it has. Snapshot: a
mirror snapshot that the replica calls complete holds all that was there when it was taken.
"""

import functools
import itertools
from typing import Any, Protocol

from siteproof.conformance.adapters.ceph.binding import rbd, until
from siteproof.conformance.adapters.ceph.images import Images
from siteproof.conformance.adapters.ceph.site import CephSite

MARK = "siteproof"
ARRIVES_SECONDS_MAX = 45.0


class Mode(Protocol):
    """A mode of mirroring."""

    name: str
    journal: bool

    def kind(self) -> Any:
        """The product's constant for it."""

    def send(self, images: Images, source: CephSite, disk: int) -> int:
        """Let the present instant travel; a number by which it is recognised."""

    def has(self, images: Images, target: CephSite, disk: int, number: int) -> bool:
        """Whether that instant has arrived."""


class Journal:
    """Every write travels by itself."""

    name, journal = "journal", True

    def __init__(self) -> None:
        """No mark was given."""
        self._count = itertools.count(1)

    def kind(self) -> Any:
        """See Mode."""
        return rbd().RBD_MIRROR_IMAGE_MODE_JOURNAL

    def send(self, images: Images, source: CephSite, disk: int) -> int:
        """See Mode."""
        number = next(self._count)
        images.handle(source, images.name(disk)).metadata_set(MARK, str(number))
        return number

    def has(self, images: Images, target: CephSite, disk: int, number: int) -> bool:
        """See Mode."""
        with images.opened(target, disk, read_only=True) as image:
            try:
                return bool(image.metadata_get(MARK) == str(number))
            except KeyError:
                return False


class Snapshot:
    """What differs between two mirror snapshots travels when the later one is taken."""

    name, journal = "snapshot", False

    def kind(self) -> Any:
        """See Mode."""
        return rbd().RBD_MIRROR_IMAGE_MODE_SNAPSHOT

    def send(self, images: Images, source: CephSite, disk: int) -> int:
        """See Mode."""
        return int(images.handle(source, images.name(disk)).mirror_image_create_snapshot())

    def has(self, images: Images, target: CephSite, disk: int, number: int) -> bool:
        """See Mode."""
        with images.opened(target, disk, read_only=True) as image:
            for each in image.list_snaps():
                if each["namespace"] == rbd().RBD_SNAP_NAMESPACE_TYPE_MIRROR:
                    mirror = image.snap_get_mirror_namespace(each["id"])
                    if mirror["primary_snap_id"] == number and mirror["complete"]:
                        return True
        return False


def bring_up(mode: Mode, images: Images, source: CephSite, target: CephSite, disks: tuple[int, ...]) -> None:
    """The target holds the present instant of these disks on return; Trouble when it takes too long."""
    numbers = {disk: mode.send(images, source, disk) for disk in disks}
    for disk, number in numbers.items():
        what = f"{images.name(disk)} at site {target.name}"
        until(what, functools.partial(mode.has, images, target, disk, number), ARRIVES_SECONDS_MAX)
