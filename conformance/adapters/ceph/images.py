"""The images of one machine at both sites, on librbd.

Rule: what runs is held open by its workload's handle alone; for everything else an image is opened and closed again.
"""

import threading
from pathlib import Path
from typing import Any

from siteproof.conformance.adapters.ceph.binding import rbd, until
from siteproof.conformance.adapters.ceph.site import CephSite
from siteproof.conformance.adapters.frame.product import ProductTrouble

OBJECT_ORDER = 16  # 64 KiB: a disk of a few MiB has as many objects as a real one of some hundreds
FEATURES = 1 | 4 | 8 | 16  # layering, exclusive lock, object map, fast diff
JOURNALING = 64
CHUNK_BYTES = 4 << 20
WRITABLE_SECONDS_MAX = 20.0


class Images:
    """Images called `name(disk)` at each site."""

    def __init__(self, prefix: str, folder: Path) -> None:
        """No image is there yet; copies for the judge go into `folder`."""
        self._prefix = prefix
        self._folder = folder
        self._handles: dict[tuple[str, str], Any] = {}
        self._count = 0
        self._lock = threading.Lock()

    def name(self, disk: int) -> str:
        """The image of a disk."""
        return f"{self._prefix}d{disk}"

    def create(self, site: CephSite, disk: int, size_bytes: int, *, journal: bool) -> None:
        """A new image of zeros."""
        features = FEATURES | (JOURNALING if journal else 0)
        api = rbd().RBD()
        api.create(site.io, self.name(disk), size_bytes, order=OBJECT_ORDER, old_format=False, features=features)

    def opened(self, site: CephSite, disk: int, snapshot: str | None = None, *, read_only: bool = False) -> Any:
        """A context in which the image is open."""
        return rbd().Image(site.io, self.name(disk), snapshot=snapshot, read_only=read_only)

    def handle(self, site: CephSite, name: str) -> Any:
        """The workload's handle."""
        with self._lock:
            key = (site.name, name)
            if key not in self._handles:
                self._handles[key] = rbd().Image(site.io, name)
            return self._handles[key]

    def release(self) -> None:
        """The workloads let go of everything."""
        with self._lock:
            for handle in self._handles.values():
                handle.close()
            self._handles.clear()

    def write(self, site: CephSite, name: str, offset: int, data: bytes) -> None:
        """Write; a copy that was promoted may stay read-only for a while, and then it is opened anew."""

        def attempt() -> bool:
            try:
                self.handle(site, name).write(data, offset)
            except rbd().ReadOnlyImage:
                self.release()
                return False
            return True

        until("a first write", attempt, WRITABLE_SECONDS_MAX, 0.1)

    def dump(self, site: CephSite, name: str, snapshot: str | None = None) -> Path:
        """A raw copy of the image, or of a snapshot of it."""
        self._count += 1
        path = self._folder / f"{self._prefix}-{self._count}.raw"
        zeros = bytes(CHUNK_BYTES)
        with rbd().Image(site.io, name, snapshot=snapshot, read_only=True) as image, path.open("wb") as file:
            size = image.size()
            for offset in range(0, size, CHUNK_BYTES):
                data = image.read(offset, min(CHUNK_BYTES, size - offset))
                if data != zeros[: len(data)]:
                    file.seek(offset)
                    file.write(data)
            file.truncate(size)
        return path

    def snapshots(self, site: CephSite, disk: int) -> set[str]:
        """The names of the image's own snapshots, mirror snapshots left out."""
        with self.opened(site, disk, read_only=True) as image:
            listed = list(image.list_snaps())
        return {each["name"] for each in listed if each["namespace"] == rbd().RBD_SNAP_NAMESPACE_TYPE_USER}

    def is_primary(self, site: CephSite, disk: int) -> bool:
        """Whether the product says that this copy is the primary one."""
        with self.opened(site, disk, read_only=True) as image:
            return bool(image.mirror_image_get_info()["primary"])

    def demote(self, site: CephSite, disk: int) -> None:
        """Demote a primary copy; Trouble in the product's words."""
        if self.is_primary(site, disk):
            try:
                with self.opened(site, disk) as image:
                    image.mirror_image_demote()
            except rbd().Error as error:
                raise ProductTrouble(f"the demotion was refused: {type(error).__name__}") from error
