"""An honest variant of the source: a disk cache that loses its power loses what was not flushed.

Rule: see the folder's `__init__`; what a flush has returned for stays, and so does everything before it.
"""

from siteproof.model.nouns.scenario import Scenario
from siteproof.model.nouns.subject import DiskAddress, Fault, FaultKind, Write
from siteproof.model.nouns.vocabulary import Place
from siteproof.reference.host import Host
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import variant

POWER = (FaultKind.FORCED_SHUTDOWN, FaultKind.SITE_DOWN)
Cached = dict[int, bytes]  # what a block held at the last flush


class Forgetful(ReferenceSubject):
    """On-premises disks have a volatile cache."""

    _cached: dict[tuple[str, str], Cached]
    _owner: dict[str, Host]  # whose disks the caches belong to: who comes home comes home to empty ones

    def reset(self, scenario: Scenario) -> None:
        """All caches are empty."""
        self._cached, self._owner = {}, {}
        super().reset(scenario)

    def write(self, address: DiskAddress, writes: tuple[Write, ...]) -> None:
        """Into the cache."""
        for write in writes:
            self._remember(address, range(write.block, write.block + 1))
        super().write(address, writes)

    def discard(self, address: DiskAddress, block: int, blocks: int) -> None:
        """Into the cache."""
        self._remember(address, range(block, block + blocks))
        super().discard(address, block, blocks)

    def flush(self, address: DiskAddress) -> None:
        """Out of the cache."""
        super().flush(address)
        self._cached.pop((address.machine, address.disk), None)

    def fault(self, fault: Fault) -> None:
        """Without power the caches are empty, and the disks are as they were at the last flush."""
        for machine in self.appliance.vault.machines.values():
            host = machine.hosts.get(Place.PRIMARY)
            struck = fault.kind in POWER and fault.machine in ("", machine.name)
            if struck and host is not None and host.running and machine.active_place is Place.PRIMARY:
                self._lose(machine.name, host)
        super().fault(fault)

    def _come_home(self, machine: str, host: Host) -> None:
        self._owner[machine] = host
        self._cached = {key: held for key, held in self._cached.items() if key[0] != machine}

    def _remember(self, address: DiskAddress, blocks: range) -> None:
        machine = self.appliance.vault.machine(address.machine)
        host = machine.host(address.place)
        if host is None or not host.running or host is not machine.hosts.get(Place.PRIMARY):
            return
        if self._owner.setdefault(address.machine, host) is not host:
            self._come_home(address.machine, host)
        cached = self._cached.setdefault((address.machine, address.disk), {})
        for block in blocks:
            if block not in cached and block < host.disk(address.disk).blocks:
                cached[block] = host.disk(address.disk).read(block, 1)

    def _lose(self, name: str, host: Host) -> None:
        for disk in host.disks if self._owner.get(name) is host else ():
            for block, held in self._cached.pop((name, disk), {}).items():
                host.disk(disk).write(block, held)


def forgetful(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Loses unflushed writes with its power."""
    return variant("forgetful", directory, durable, subject=Forgetful)
