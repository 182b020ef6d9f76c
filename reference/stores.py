"""Where everything lies: the on-premises site, the cloud and the exports, each a folder of its own.

Replicas live on the receiving side: in the cloud while data flows forward, at the site while it flows back.
"""

import itertools
import shutil
import weakref
from pathlib import Path

from siteproof.model.nouns.scenario import DiskSpec, MachineSpec
from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.model.nouns.subject import FaultKind
from siteproof.model.nouns.vocabulary import Direction, Place
from siteproof.reference.datapath.effects import Barrier, Effect, SyncDirectory, Unlink
from siteproof.reference.datapath.folder import FolderExecutor
from siteproof.reference.datapath.keys import KeyEncryptionKey
from siteproof.reference.datapath.replica import Replica
from siteproof.reference.datapath.state_lock import StateLock
from siteproof.reference.host import Host, lay_out
from siteproof.reference.machine_log import MachineLog
from siteproof.reference.replication_service import ReplicationService
from siteproof.reference.troubled_folder import TroubledFolder

EXPORTS_MAX_BYTES = 4 << 30
WAITS = (Barrier, SyncDirectory)


class SimulatedFolder(TroubledFolder):
    """A folder without barriers: for simulation only, where no power can be lost and nobody else is in the folder."""

    def __init__(self, root: str | Path) -> None:
        """See FolderExecutor."""
        super().__init__(root)
        self._seen: set[str] = set()  # folders that are no links, and that nobody can replace by one

    def _is_link(self, folder: str) -> bool:
        if folder in self._seen:
            return False
        if super()._is_link(folder):
            return True
        if Path(folder).is_dir():
            self._seen.add(folder)
        return False

    def perform(self, effect: Effect) -> None:
        """Carry everything out but the waiting for the device."""
        if self.trouble or not isinstance(effect, WAITS):
            super().perform(effect)


class Stores:
    """The folders below `root` and the key that wraps every disk's key."""

    host_type: type[Host] = Host
    replica_type: type[Replica] = Replica

    def __init__(self, root: Path, durable: bool, kek: KeyEncryptionKey | None = None) -> None:
        """Create what is missing; without a key one is made when it is first needed and never leaves the memory.

        Without a key of somebody's nobody could read what is below the root later, and it goes with this object.
        """
        folder = TroubledFolder if durable else SimulatedFolder
        self.root = root
        self.site = folder(root / "site")
        self.cloud = folder(root / "cloud")
        self.exports = folder(root / "exports")
        self._kek = kek
        self._count = itertools.count(1)
        self._leases: list[str] = []  # folders below `exports`, oldest first
        self._sizes: dict[str, int] = {}  # of those that are complete, in bytes
        self._lock = StateLock(root)
        if kek is None:
            self._removal = weakref.finalize(self, shutil.rmtree, root, ignore_errors=True)

    @property
    def kek(self) -> KeyEncryptionKey:
        """The key-encryption key."""
        if self._kek is None:
            self._kek = KeyEncryptionKey.generate()
        return self._kek

    def side(self, place: Place) -> FolderExecutor:
        """The folder in which a place's machines live."""
        return self.site if place is Place.PRIMARY else self.cloud

    def strike(self, machine: str, kind: FaultKind) -> None:
        """From here on the device below the replicas of that machine is full, or broken, or works again."""
        for folder in (self.site, self.cloud):
            if kind is FaultKind.STORE_MENDED:
                folder.trouble.pop(machine, None)
            else:
                folder.trouble[machine] = kind

    def receiving(self, direction: Direction) -> FolderExecutor:
        """The folder in which the replicas of that direction live."""
        return self.cloud if direction is Direction.FORWARD else self.site

    def first_host(self, spec: MachineSpec) -> Host:
        """The machine as the scenario describes it, at the site."""
        return self.host_type.opened(self.site, {disk.name: self._raw(spec, disk) for disk in spec.disks})

    def _raw(self, spec: MachineSpec, disk: DiskSpec) -> str:
        return lay_out(self.site, f"machines/{spec.name}/{disk.name}.raw", disk.blocks, disk.image)

    def service(self, direction: Direction, machine: str, service_type: type[ReplicationService]) -> ReplicationService:
        """A new replication service without disks, with a log and a folder of its own on the receiving side."""
        store, folder = self.receiving(direction), f"{machine}-{next(self._count)}"
        service = service_type(MachineLog.create(store, folder, self.kek, machine), store, folder, self.kek)
        service.replica_type = self.replica_type
        return service

    def replica(
        self, direction: Direction, service: ReplicationService, machine: str, disk: str, size_bytes: int
    ) -> Replica:
        """A new, empty replica of that service, on the receiving side."""
        store, full_name, blocks = self.receiving(direction), f"{machine}/{disk}", -(-size_bytes // BLOCK_BYTES)
        place = f"{service.folder}/{disk}"
        return self.replica_type.create(store, place, blocks, self.kek, disk=full_name, size_bytes=size_bytes)

    def fresh_folder(self, machine: str, place: Place) -> str:
        """A folder for a new machine, on that place's side."""
        return f"machines/{machine}-{place.value}-{next(self._count)}"

    def lease(self) -> str:
        """A new folder in `exports` for the images of one restore; the oldest ones go when all take too much space."""
        self._trim()
        self._leases.append(f"{next(self._count):06d}")
        return self._leases[-1]

    def fresh(self, hint: str) -> str:
        """A file name in a folder of its own in `exports`."""
        return f"{self.lease()}/{hint}.raw"

    def _trim(self) -> None:
        """Sparse files count with what they really take, and the last restore always stays."""
        if self._leases:
            self._sizes[self._leases[-1]] = self._size(self._leases[-1])  # the others are what they were
        kept = 0
        for name in reversed(self._leases[:]):
            kept += self._sizes[name]
            if kept > EXPORTS_MAX_BYTES and name != self._leases[-1]:
                for file in self.exports.list(name):
                    self.exports.perform(Unlink(f"{name}/{file}"))
                self._leases.remove(name)
                del self._sizes[name]

    def _size(self, lease: str) -> int:
        files = [Path(self.exports.path(f"{lease}/{file}")) for file in self.exports.list(lease)]
        return sum(file.stat().st_blocks * 512 for file in files)

    def close(self) -> None:
        """Close every handle and let go of the lock; the files stay."""
        self._lock.release()
        for folder in (self.site, self.cloud, self.exports):
            folder.close()

    def remove(self) -> None:
        """Remove everything below the root; the end of the process does it for whoever forgot."""
        self.close()
        self._removal()
