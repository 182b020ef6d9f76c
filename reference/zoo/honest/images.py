"""Honest variants of images: the same bytes in another form.

Rule: see the folder's `__init__`.
"""

from pathlib import Path

from attrs import evolve

from siteproof.model.nouns.subject import DiskAddress, Image, ImageKind
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import variant


class Inline(ReferenceSubject):
    """Bytes on the wire."""

    def read(self, address: DiskAddress) -> Image:
        """The present bytes."""
        return _inline(super().read(address))

    def restore(self, machine: str, point: str) -> tuple[Image, ...]:
        """The bytes of a point."""
        return tuple(map(_inline, super().restore(machine, point)))


def _inline(image: Image) -> Image:
    return Image(image.disk, ImageKind.INLINE, data=Path(image.location).read_bytes())


class Copies(ReferenceSubject):
    """A file of its own for every reader, without holes."""

    def read(self, address: DiskAddress) -> Image:
        """A copy of the present bytes."""
        return self._copied(super().read(address))

    def restore(self, machine: str, point: str) -> tuple[Image, ...]:
        """A copy of a point's bytes."""
        return tuple(map(self._copied, super().restore(machine, point)))

    def _copied(self, image: Image) -> Image:
        stores = self.appliance.stores
        target = Path(stores.exports.path(stores.fresh(f"{image.disk}-copy")))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(Path(image.location).read_bytes())
        return evolve(image, location=str(target))


def inline(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Inline bytes."""
    return variant("inline", directory, durable, subject=Inline)


def copies(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Copies."""
    return variant("copies", directory, durable, subject=Copies)
