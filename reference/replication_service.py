"""The replication service: cache log -> seed disk -> recovery points, for all disks of a machine (seed: step 5).

A point exists for all disks or for none; the machine's bytes at a point are only ever read, never written.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from typing import Protocol

from siteproof.model.nouns.subject import Image, ImageKind
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.device import StoreFailed
from siteproof.reference.datapath.effects import Executor, Truncate, Unlink, Write
from siteproof.reference.datapath.keys import KeyEncryptionKey
from siteproof.reference.datapath.replica import Replica
from siteproof.reference.points import StoredPoint

TAIL_BYTES = 64


class Exports(Protocol):
    """Where exported images go: a folder for each restore."""

    def lease(self) -> str:
        """A folder that was never used before."""
        ...


class ReplicationService:
    """The replicas of one machine by disk name."""

    def __init__(self, replicas: Mapping[str, Replica], store: Executor, kek: KeyEncryptionKey) -> None:
        """Take over the open replicas, which live in `store`."""
        self.replicas = dict(replicas)
        self._store = store
        self._kek = kek
        self._torn = False  # a cut was committed on some disks only

    @property
    def intact(self) -> bool:
        """Whether what was received is a consistent cut, on all disks the same one."""
        return not (self._torn or any(replica.window_open for replica in self.replicas.values()))

    def add(self, disk: str, replica: Replica) -> None:
        """Take over one more open replica."""
        self.replicas[disk] = replica

    def recover(self) -> None:
        """Open every replica anew whose store has failed: that believes only what is durable.

        StoreFailed again while it still fails, CorruptLog when acknowledged records are not there any more.
        """
        for disk, replica in self.replicas.items():
            if replica.failed:
                known = replica.watermarks.cached
                self.replicas[disk] = replica.open(self._store, replica.folder, self._kek, acknowledged=known)

    def commit(self, lsns: Mapping[str, int]) -> None:
        """What was received is one cut of the machine, at these writes; half of one is no cut and is never used."""
        self._torn = len(lsns) > 1
        for disk, lsn in lsns.items():
            self.replicas[disk].commit(lsn)
        self._torn = False

    def resize(self, sizes_bytes: Mapping[str, int]) -> None:
        """Give every seed disk the size of its source; points keep the size that they were taken at."""
        self.recover()
        for disk, replica in self.replicas.items():
            if replica.size_bytes != sizes_bytes[disk]:
                replica.resize(replica.blocks, sizes_bytes[disk])

    def points(self) -> frozenset[str]:
        """The points that are there on every disk."""
        names = [{point.name for point in replica.points()} for replica in self.replicas.values()]
        return frozenset(set[str].intersection(*names)) if names else frozenset()

    def take_damage(self) -> tuple[CorruptLog, ...]:
        """What was found damaged in the seeds since the last call."""
        return tuple(found for replica in self.replicas.values() for found in replica.take_damage())

    def open_window(self) -> None:
        """Nothing is a cut from here on; durable, so a restart knows it too."""
        self.recover()
        for replica in self.replicas.values():
            replica.open_window()

    def close_window(self) -> None:
        """What was received so far is a cut again, on all disks."""
        self.recover()
        for replica in self.replicas.values():
            replica.close_window()
        self._torn = False

    def apply(self) -> None:
        """Process everything that the cache holds; CorruptLog when a record cannot be believed."""
        self.recover()
        for replica in self.replicas.values():
            replica.apply()

    def abandon(self) -> None:
        """Drop what was received since the last commit."""
        for replica in self.replicas.values():
            replica.abandon()

    def create_point(self, point: StoredPoint) -> None:
        """Make the applied state of all disks a recovery point, and process its bookmark: no later damage takes it."""
        self.recover()
        try:
            for replica in self.replicas.values():
                replica.create_point(point.name, point.consistency, point.taken_at_ms)
                replica.apply()
        except Exception:
            with suppress(StoreFailed, CorruptLog):
                self.drop_points({point.name})
            raise

    def keep_points(self, names: AbstractSet[str]) -> None:
        """Remove every point but these: what a failure left on some of the disks, or what is not wanted any more."""
        self.drop_points({point.name for replica in self.replicas.values() for point in replica.points()} - names)

    def drop_points(self, names: AbstractSet[str]) -> None:
        """Remove points wherever they are; their names will never be used again."""
        self.recover()
        for replica in self.replicas.values():
            found = names & {point.name for point in replica.points()}
            for name in found:
                replica.drop_point(name)
            if found:
                replica.compact()

    def export(self, name: str, store: Executor, exports: Exports) -> tuple[Image, ...]:
        """Every disk's bytes at the point, as raw files of their own; it raises what keeps the point back."""
        self.recover()
        lease = exports.lease()
        files = {disk: f"{lease}/{disk}.raw" for disk in self.replicas}
        return tuple(self._export(disk, replica, name, store, files[disk]) for disk, replica in self.replicas.items())

    @staticmethod
    def _export(disk: str, replica: Replica, name: str, store: Executor, file: str) -> Image:
        try:
            with replica.open_point(name) as view:
                view.materialise(store, file)
        except (StoreFailed, CorruptLog):
            with suppress(StoreFailed):
                if store.exists(file):
                    store.perform(Unlink(file))
            raise
        return Image(disk, ImageKind.PATH, store.path(file))

    def promote(self, name: str | None, store: Executor, folder: str) -> dict[str, str]:
        """A machine disk per replica, from the point (None: the newest applied state); file names by disk."""
        self.recover()
        files = {disk: f"{folder}/{disk}.raw" for disk in self.replicas}
        try:
            for disk, replica in self.replicas.items():
                replica.promote(name, store, files[disk])
        except (StoreFailed, CorruptLog):
            for file in filter(store.exists, files.values()):
                with suppress(StoreFailed):
                    store.perform(Unlink(file))
            raise
        return files

    def reopen(self) -> None:
        """Open every replica from its store, as after a crash; CorruptLog when acknowledged records are not there."""
        for replica in self.replicas.values():
            replica.give_up("the service restarts")
        self.recover()

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
        """Remove logs, seed disks and points; StoreFailed when something is left, which no new replica ever meets."""
        replicas, self.replicas = self.replicas, {}
        failures = [failure for replica in replicas.values() if (failure := _destroy(replica))]
        if failures:
            raise failures[0]


def _destroy(replica: Replica) -> StoreFailed | None:
    try:
        replica.destroy()
    except StoreFailed as failure:
        return failure
    return None


def _damage(store: Executor, file: str, *, truncate: bool) -> None:
    size = store.size(file)
    if truncate:
        store.perform(Truncate(file, max(0, size - TAIL_BYTES)))
    elif size:
        flipped = bytes([store.read(file, size - 1, 1)[0] ^ 0xFF])
        store.perform(Write(file, size - 1, flipped))
