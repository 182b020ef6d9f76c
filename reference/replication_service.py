"""The replication service: cache log -> seed disk -> recovery points, for all disks of a machine (seed: step 5).

A cut and a point exist for all disks or for none: disks prepare, the machine log commits, disks confirm. The machine's
bytes at a point are only ever read, never written.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from functools import partial
from typing import Protocol

from siteproof.model.nouns.policy import RecoveryPoint
from siteproof.model.nouns.subject import Image, ImageKind
from siteproof.reference.datapath.applier import Marker
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.device import StoreFailed
from siteproof.reference.datapath.effects import Executor, Truncate, Unlink, Write
from siteproof.reference.datapath.keys import KeyEncryptionKey
from siteproof.reference.datapath.replica import Replica
from siteproof.reference.machine_log import End, MachineLog, Standing, end_of
from siteproof.reference.points import StoredPoint
from siteproof.reference.steps import Steps, exhaust

TAIL_BYTES = 64


class Exports(Protocol):
    """Where exported images go: a folder for each restore."""

    def lease(self) -> str:
        """A folder that was never used before."""
        ...


class ReplicationService:
    """The replicas of one machine by disk name, under the log that commits for all of them."""

    replica_type: type[Replica] = Replica

    def __init__(self, log: MachineLog, store: Executor, folder: str, kek: KeyEncryptionKey) -> None:
        """Of a machine whose log is in that folder of the store; `add` or `attach` its replicas."""
        self.replicas: dict[str, Replica] = {}
        self.log = log
        self.folder = folder
        self._disks: tuple[str, ...] = ()
        self._store = store
        self._kek = kek

    def attach(self, disks: tuple[str, ...]) -> None:
        """Open what the store holds of these disks; CorruptLog when acknowledged records are not there any more."""
        self._disks = disks
        for disk in disks:
            self._take(disk, self._opened(disk, f"{self.folder}/{disk}"))
        self._forget_leftovers()

    @property
    def intact(self) -> bool:
        """Whether what was received is a consistent cut."""
        return not any(replica.window_open for replica in self.replicas.values())

    @property
    def failed(self) -> bool:
        """Whether the store has failed, and everything is opened anew before anything else happens."""
        return self.log.failed or any(replica.failed for replica in self.replicas.values())

    def add(self, disk: str, replica: Replica) -> None:
        """Take over one more open replica, new and empty."""
        self.log.record({disk: end_of(replica.watermarks.cached, replica.end)})
        self._disks = (*self._disks, disk)
        self._take(disk, replica)

    def _take(self, disk: str, replica: Replica) -> None:
        self.replicas[disk] = replica
        replica.join(partial(self._settle_one, disk))

    def _opened(self, disk: str, folder: str, acknowledged: int = 0) -> Replica:
        end = self.log.standing.disks.get(disk)
        if end is None:
            raise CorruptLog(folder, 0, "the machine's log does not know the disk")
        kek, known = self._kek, max(acknowledged, end.lsn)
        return self.replica_type.open(self._store, folder, kek, acknowledged=known, committed=end.position)

    def recover(self) -> None:
        """Open everything anew when the store has failed: that believes only what is durable.

        StoreFailed again while it still fails, CorruptLog when acknowledged records are not there any more.
        """
        if not self.failed:
            return
        self._give_up("another part of it failed")
        self.log = self.log.open(self._store, self.folder, self._kek)
        for disk, replica in self.replicas.items():
            self._take(disk, self._opened(disk, replica.folder, replica.watermarks.cached))
        self._forget_leftovers()

    def _forget_leftovers(self) -> None:
        """A point that the machine's log does not know is on some of the disks only, or was about to go."""
        known = {point.name for point in self.log.standing.points}
        for replica in self.replicas.values():
            _drop(replica, {point.name for point in replica.points()} - known)

    def commit(self, lsns: Mapping[str, int]) -> None:
        """What was received is one cut of the machine, at these writes: on all disks, or on none."""
        self._settle({disk: (lsn, None) for disk, lsn in lsns.items()})

    def _settle_one(self, disk: str, lsn: int, marker: Marker | None) -> None:
        self._settle({disk: (lsn, marker)})

    def _settle(self, wanted: Mapping[str, tuple[int, Marker | None]], point: StoredPoint | None = None) -> None:
        """Prepare, commit, confirm; whatever fails on the way, only opening anew tells what counts."""
        try:
            ends = {disk: self._prepare(self.replicas[disk], *cut) for disk, cut in wanted.items()}
            self.log.record(ends, point)
            for disk in wanted:
                self.replicas[disk].confirm()
        except BaseException:
            self._give_up("a cut of the machine failed")
            raise

    @staticmethod
    def _prepare(replica: Replica, lsn: int, marker: Marker | None) -> End:
        return end_of(max(lsn, replica.watermarks.cached), replica.prepare(lsn, marker))

    def _give_up(self, reason: str) -> None:
        self.log.give_up(reason)
        for replica in self.replicas.values():
            replica.give_up(reason)

    def _marked(self, marker: Marker, disks: list[str]) -> Mapping[str, tuple[int, Marker | None]]:
        return {disk: (self.replicas[disk].watermarks.cached, marker) for disk in disks}

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
        self._set_window(opened=True)

    def close_window(self) -> None:
        """What was received so far is a cut again, on all disks."""
        self._set_window(opened=False)

    def _set_window(self, *, opened: bool) -> None:
        self.recover()
        disks = [disk for disk, replica in self.replicas.items() if replica.window_open is not opened]
        if disks:
            self._settle(self._marked(Marker(window=opened), disks))

    def apply(self) -> None:
        """Process everything that the cache holds; CorruptLog when a record cannot be believed."""
        exhaust(self.applying())

    def applying(self) -> Steps:
        """The same, a record at a time."""
        self.recover()
        for replica in self.replicas.values():
            yield from replica.applying()

    def abandon(self) -> None:
        """Drop what was received since the last commit."""
        for replica in self.replicas.values():
            replica.abandon()

    def create_point(self, point: StoredPoint) -> None:
        """Make the applied state of all disks a recovery point, and process its bookmark: no later damage takes it."""
        self.recover()
        wanted = {disk: _pointed(replica, point) for disk, replica in self.replicas.items()}
        try:
            self._settle(wanted, point)
            for replica in self.replicas.values():
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
        known = tuple(point.name for point in self.log.standing.points if point.name in names)
        if known:
            self.log.record({}, dropped=known)
        for replica in self.replicas.values():
            _drop(replica, names & {point.name for point in replica.points()})

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
        self._give_up("the service restarts")
        self.recover()

    def salvage(self) -> None:
        """Give up every log behind what was applied; points stay, and a comparison is needed.

        The machine's log begins anew with what there is: it may be what cannot be believed.
        """
        try:
            for disk in self._disks:
                self._take(disk, self.replica_type.salvage(self._store, f"{self.folder}/{disk}", self._kek))
            self.log = self.log.renew(self._store, self.folder, self._kek, self._found())
            self._forget_leftovers()
        except BaseException:
            self._give_up("not everything could be salvaged")
            raise

    def _found(self) -> Standing:
        """What the replicas hold, told as far as possible in the words of the present log."""
        known = self.log.standing
        listed = {point.name: point for point in known.points}
        points = tuple(listed.get(point.name) or of_replica(point, known.last) for point in self._shared())
        ends = {disk: end_of(replica.watermarks.cached, replica.end) for disk, replica in self.replicas.items()}
        return Standing(ends, points, known.last)

    def _shared(self) -> list[RecoveryPoint]:
        """The points that every disk has, oldest first."""
        shared = self.points()
        first = next(iter(self.replicas.values()), None)
        return [point for point in (first.points() if first else ()) if point.name in shared]

    def damage_log(self, *, truncate: bool) -> None:
        """For experiments: flip the last byte of every newest log segment, or cut it off."""
        for replica in self.replicas.values():
            logs = [name for name in self._store.list(replica.folder) if name.startswith("cache-")]
            if logs:
                _damage(self._store, f"{replica.folder}/{logs[-1]}", truncate=truncate)

    def destroy(self) -> None:
        """Remove logs, seed disks and points; StoreFailed when something is left, which no new replica ever meets."""
        replicas, self.replicas = self.replicas, {}
        parts: tuple[Replica | MachineLog, ...] = (*replicas.values(), self.log)
        failures = [failure for part in parts if (failure := _destroy(part))]
        if failures:
            raise failures[0]


def _drop(replica: Replica, names: AbstractSet[str]) -> None:
    for name in names:
        replica.drop_point(name)
    if names:
        replica.compact()


def _pointed(replica: Replica, point: StoredPoint) -> tuple[int, Marker]:
    found = replica.new_point(point.name, point.consistency, point.taken_at_ms)
    return replica.watermarks.cached, Marker(point=found)


def of_replica(point: RecoveryPoint, last: int) -> StoredPoint:
    """A point whose entry in the machine's log is lost; its own clock stands in for the vault's."""
    return StoredPoint(point.name, point.consistency, point.taken_at_ms, point.taken_at_ms, last)


def _destroy(part: Replica | MachineLog) -> StoreFailed | None:
    try:
        part.destroy()
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
