"""The replication service: cache log -> seed disk -> recovery points, for all disks of a machine (seed: step 5).

A point exists for all disks or for none; the machine's bytes at a point are only ever read, never written.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Protocol

from siteproof.model.nouns.subject import Image, ImageKind
from siteproof.reference.datapath.effects import Executor, Truncate, Write
from siteproof.reference.datapath.keys import KeyEncryptionKey
from siteproof.reference.datapath.replica import Replica
from siteproof.reference.points import StoredPoint

TAIL_BYTES = 64


class Exports(Protocol):
    """Where exported images go: a fresh file name for each."""

    def fresh(self, hint: str) -> str:
        """A file name that was never used before."""
        ...


class ReplicationService:
    """The replicas of one machine by disk name."""

    def __init__(self, replicas: Mapping[str, Replica], store: Executor, kek: KeyEncryptionKey) -> None:
        """Take over the open replicas, which live in `store`."""
        self.replicas = dict(replicas)
        self._store = store
        self._kek = kek

    @property
    def intact(self) -> bool:
        """Whether what was received is a consistent cut: no disk is inside an initial copy or a comparison."""
        return not any(replica.window_open for replica in self.replicas.values())

    def resize(self, blocks: Mapping[str, int]) -> None:
        """Give every seed disk the size of its source; points keep the size that they were taken at."""
        for disk, replica in self.replicas.items():
            if replica.blocks != blocks[disk]:
                replica.resize(blocks[disk])

    def open_window(self) -> None:
        """Nothing is a cut from here on; durable, so a restart knows it too."""
        for replica in self.replicas.values():
            replica.open_window()

    def close_window(self) -> None:
        """What was received so far is a cut again, on all disks."""
        for replica in self.replicas.values():
            replica.close_window()

    def apply(self) -> None:
        """Process everything that the cache holds; CorruptLog when a record cannot be believed."""
        for replica in self.replicas.values():
            replica.apply()

    def abandon(self) -> None:
        """Drop what was received since the last commit."""
        for replica in self.replicas.values():
            replica.abandon()

    def create_point(self, point: StoredPoint) -> None:
        """Make the applied state of all disks a recovery point, and process its bookmark: no later damage takes it."""
        made: list[Replica] = []
        try:
            for replica in self.replicas.values():
                replica.create_point(point.name, point.consistency, point.taken_at_ms)
                made.append(replica)
                replica.apply()
        except Exception:
            for replica in made:
                replica.drop_point(point.name)
            raise

    def drop_points(self, names: AbstractSet[str]) -> None:
        """Remove points wherever they are; their names will never be used again."""
        for replica in self.replicas.values():
            for name in names & {point.name for point in replica.points()}:
                replica.drop_point(name)

    def export(self, name: str, store: Executor, exports: Exports) -> tuple[Image, ...]:
        """Every disk's bytes at the point, as raw files of their own; Refused when the point is not there."""
        return tuple(self._export(disk, replica, name, store, exports) for disk, replica in self.replicas.items())

    def _export(self, disk: str, replica: Replica, name: str, store: Executor, exports: Exports) -> Image:
        file = exports.fresh(disk)
        with replica.open_point(name) as view:
            view.materialise(store, file)
        return Image(disk, ImageKind.PATH, store.path(file))

    def promote(self, name: str | None, store: Executor, folder: str) -> dict[str, str]:
        """A machine disk per replica, from the point (None: the newest applied state); file names by disk."""
        files = {disk: f"{folder}/{disk}.raw" for disk in self.replicas}
        for disk, replica in self.replicas.items():
            replica.promote(name, store, files[disk])
        return files

    def reopen(self) -> None:
        """Open every replica from its store, as after a crash; CorruptLog when acknowledged records are not there."""
        for disk, replica in self.replicas.items():
            acknowledged = replica.watermarks.cached
            self.replicas[disk] = replica.open(self._store, replica.folder, self._kek, acknowledged=acknowledged)

    def salvage(self) -> None:
        """Give up every log behind what was applied; points stay, and a comparison is needed."""
        for disk, replica in self.replicas.items():
            self.replicas[disk] = replica.salvage(self._store, replica.folder, self._kek)

    def damage_log(self, *, truncate: bool) -> None:
        """For experiments: flip the last byte of every newest log segment, or cut it off."""
        for replica in self.replicas.values():
            logs = [name for name in self._store.list(replica.folder) if name.startswith("cache-")]
            if logs:
                _damage(self._store, f"{replica.folder}/{logs[-1]}", truncate=truncate)

    def destroy(self) -> None:
        """Remove logs, seed disks and points."""
        for replica in self.replicas.values():
            replica.destroy()
        self.replicas.clear()


def _damage(store: Executor, file: str, *, truncate: bool) -> None:
    size = store.size(file)
    if truncate:
        store.perform(Truncate(file, max(0, size - TAIL_BYTES)))
    elif size:
        flipped = bytes([store.read(file, size - 1, 1)[0] ^ 0xFF])
        store.perform(Write(file, size - 1, flipped))
