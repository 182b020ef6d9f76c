"""The site of a service: disks that stand where their owner keeps them, beside what the appliance itself made.

Maintainers keep: an owner's image is read, written and resized as its machine asks, and never removed or renamed.
"""

import threading
from collections.abc import Mapping
from pathlib import Path

from siteproof.reference.datapath.effects import Effect, Unlink
from siteproof.reference.troubled_folder import TroubledFolder


class ImageStore(TroubledFolder):
    """A folder in which some names are images elsewhere; several threads may use it."""

    def __init__(self, root: Path, images: Mapping[str, str]) -> None:
        """`images` are absolute paths by the name under which the store knows them."""
        super().__init__(root)
        self._images = dict(images)
        self._guard = threading.RLock()

    def adopt(self, name: str, path: str) -> None:
        """From now on that name is the image at that path."""
        self._images[name] = path

    def perform(self, effect: Effect) -> None:
        """As a folder, but that an owner's image stays when its machine is removed."""
        if isinstance(effect, Unlink) and effect.file in self._images:
            self._forget(effect.file)
            del self._images[effect.file]
            return
        super().perform(effect)

    def _inside(self, name: str) -> str:
        return self._images[name] if name in self._images else super()._inside(name)

    def _handle(self, file: str, *, create: bool = False) -> int:
        with self._guard:
            return super()._handle(file, create=create)
