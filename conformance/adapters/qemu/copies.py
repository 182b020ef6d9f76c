"""Where a machine's disks are at each place: the source's own nodes, or writable overlays on a layer of the replica.

Rule: an overlay never changes what it stands on, and taking it down deletes all that was written in it.
"""

from pathlib import Path
from typing import Protocol

from siteproof.conformance.adapters.qemu import disks
from siteproof.conformance.adapters.qemu.process import Daemon
from siteproof.conformance.adapters.qemu.sites import QemuSites
from siteproof.conformance.adapters.qemu.workload import NbdExports, fill
from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.scenario import DiskSpec
from siteproof.model.nouns.vocabulary import Place


class Chain(Protocol):
    """Layers of a replica that an overlay can stand on."""

    @property
    def sizes(self) -> dict[int, int]:
        """Bytes of each disk, by its number."""

    def node(self, disk: int, layer: int) -> str:
        """The target's node of a disk's layer."""


LETTER = {Place.TEST: "t", Place.RECOVERY: "f"}


class DiskCopies:
    """The copies of the disks of machine number `machine`, by place and disk number."""

    def __init__(self, sites: QemuSites, exports: NbdExports, machine: int) -> None:
        """No copy exists yet."""
        self._sites = sites
        self._exports = exports
        self._machine = machine
        self._nodes: dict[Place, dict[int, str]] = {}
        self._below: dict[str, str] = {}  # the layer that an overlay stands on, empty when it stands alone
        self._count = 0

    def make_source(self, specs: tuple[DiskSpec, ...]) -> None:
        """Create the primary machine's disks, filled as the scenario says, and switch it on."""
        self._nodes[Place.PRIMARY] = {number: f"a{self._machine}-{number}" for number in range(len(specs))}
        for number, node in self._nodes[Place.PRIMARY].items():
            disks.create(self._sites.sources[self._machine], node, self._sites.folder, specs[number].size_bytes)
            self._exports.power_on(self._sites.sources[self._machine], node)
            if specs[number].image:
                fill(self._exports.connection(node), Path(specs[number].image))

    def stand_up(self, place: Place, replica: Chain, layer: int) -> None:
        """Switch on a machine at the target: a writable overlay per disk on the layer."""
        self._count += 1
        self._nodes[place] = {}
        for disk, size in replica.sizes.items():
            node = f"{LETTER[place]}{self._machine}-{disk}-{self._count}"
            self._below[node] = replica.node(disk, layer)
            disks.create(self._sites.target, node, self._sites.folder, size, self._below[node])
            self._exports.power_on(self._sites.target, node)
            self._nodes[place][disk] = node

    def take_down(self, place: Place) -> None:
        """Switch the overlay machine off and delete it with all that was written in it."""
        self.switch_off(place)
        for node in self._nodes.pop(place, {}).values():
            disks.delete(self._sites.target, node, self._sites.folder)

    def switch_off(self, place: Place) -> None:
        """Take the machine from its workload; its disks stay."""
        for node in self._nodes.get(place, {}).values():
            self._exports.power_off(self.daemon(place), node)

    def lose_power(self) -> None:
        """The primary site is gone in a moment: its daemon is killed."""
        for node in self._nodes[Place.PRIMARY].values():
            self._exports.forget(node)
        self._sites.sources[self._machine].kill()

    def regain_power(self, *, running: bool) -> None:
        """A new daemon opens the primary machine's disks as they were left; the machine runs if it is said to."""
        self._sites.restart_source(self._machine)
        for node in self._nodes[Place.PRIMARY].values():
            disks.reopen(self.daemon(Place.PRIMARY), node, self._sites.folder)
            if running:
                self._exports.power_on(self.daemon(Place.PRIMARY), node)

    def target_killed(self) -> None:
        """The target daemon is about to be killed, and with it what runs on overlays."""
        for place in LETTER:
            for node in self._nodes.get(place, {}).values():
                self._exports.forget(node)

    def target_restarted(self) -> None:
        """Open the overlays in the new target daemon, once the layers are, and let their machines run again."""
        for place in LETTER:
            for node in self._nodes.get(place, {}).values():
                disks.reopen(self._sites.target, node, self._sites.folder, self._below[node])
                self._exports.power_on(self._sites.target, node)

    def make_independent(self, place: Place) -> None:
        """Copy everything below into the overlays and flush it, so that the layers are no longer needed."""
        for node in self._nodes[place].values():
            self._sites.target.run_job("block-stream", f"{node}-job", device=node, auto_dismiss=False)
            self._exports.connection(node).flush()  # block-stream leaves its work in the daemon's memory
            self._below[node] = ""

    def node(self, place: Place, disk: int) -> str:
        """The node of one disk at a place; Refused when there is no such copy."""
        node = self._nodes.get(place, {}).get(disk)
        if node is None:
            raise Refused(ErrorCode.OPERATION_NOT_ALLOWED, f"there is no {place.value} copy of that disk")
        return node

    def daemon(self, place: Place) -> Daemon:
        """The daemon that holds what stands at a place."""
        return self._sites.sources[self._machine] if place is Place.PRIMARY else self._sites.target
