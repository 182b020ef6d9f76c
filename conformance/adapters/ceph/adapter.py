"""Ceph's RBD mirroring as a Subject, in each of its modes.

Rule: what Ceph does is claimed for the product; the schedule, the names of points and the table of commands are the
adapter's. Clusters stay over a `reset`, images do not.
"""

import itertools
from collections.abc import Mapping
from pathlib import Path

from siteproof.conformance.adapters.ceph import binding, images, settings
from siteproof.conformance.adapters.ceph.machine import CephMachine
from siteproof.conformance.adapters.ceph.modes import Journal, Mode, Snapshot
from siteproof.conformance.adapters.ceph.sites import CephSites
from siteproof.conformance.adapters.frame.product import ForeignProduct
from siteproof.conformance.adapters.frame.subject import FrameSubject
from siteproof.model.nouns.scenario import MachineSpec, Scenario
from siteproof.model.nouns.subject import Capability, Description, During, Provider
from siteproof.model.nouns.vocabulary import Place

# fmt: off
CAPABILITIES: dict[Capability, Provider] = {
    Capability.INITIAL_REPLICATION: Provider.PRODUCT,  # mirror image enable
    Capability.DELTA:               Provider.PRODUCT,  # the journal's replay, or mirror snapshots
    Capability.CRASH_POINTS:        Provider.PRODUCT,  # user snapshots, carried over; the adapter names the instants
    Capability.OLDER_POINTS:        Provider.PRODUCT,
    Capability.TOTAL_ORDER:         Provider.PRODUCT,
    Capability.DISCARD:             Provider.PRODUCT,  # write_zeroes
    Capability.RESYNC:              Provider.PRODUCT,  # mirror image resync, a new copy; the adapter says when
    Capability.TEST_FAILOVER:       Provider.PRODUCT,  # a clone of the replica's snapshot
    Capability.FAILOVER:            Provider.PRODUCT,  # demote and promote, or promote --force
    Capability.CHANGE_POINT:        Provider.PRODUCT,  # snap rollback
    Capability.REPROTECT:           Provider.PRODUCT,  # implied by the demotion, or resync
    Capability.FAILBACK:            Provider.PRODUCT,
    Capability.COMMIT:              Provider.ADAPTER,  # the other snapshots are removed
    Capability.MIGRATION:           Provider.ADAPTER,  # mirror image disable
    Capability.LIFECYCLE:           Provider.ADAPTER,
    Capability.WATERMARKS:          Provider.ADAPTER,
    Capability.BYTE_COUNTS:         Provider.ADAPTER,  # counted by the router between the sites
    Capability.VIRTUAL_CLOCK:       Provider.ADAPTER,  # `advance` takes the points and mirror snapshots that fall due
    Capability.LINK_FAULTS:         Provider.ADAPTER,  # the router stops forwarding
    Capability.TARGET_FAULTS:       Provider.ADAPTER,  # rbd-mirror of the receiving site is killed
    Capability.DURING:              Provider.ADAPTER,  # a thread watches the router's counters
}
# fmt: on
RESETS_MAX = 60  # old images are left where they are; now and then everything is made anew
CHUNK_BYTES = 1 << 20


def journal() -> "CephSubject":
    """Journal mode; Problem (exit 3) when Ceph is missing or there is no namespace of our own."""
    return CephSubject(Journal())


def snapshot() -> "CephSubject":
    """Snapshot mode; Problem (exit 3) when Ceph is missing or there is no namespace of our own."""
    return CephSubject(Snapshot())


def snapshot_trimmed() -> "CephSubject":
    """Snapshot mode where removed snapshots are trimmed without a pause: one option away from the default."""
    return CephSubject(Snapshot(), {"osd snap trim sleep hdd": "0"})


class CephSubject(FrameSubject):
    """Two clusters and everything that makes them answer the contract."""

    def __init__(self, mode: Mode, further: Mapping[str, str] | None = None) -> None:
        """Nothing is started before `reset`; `further` options of Ceph are shown as parameters."""
        super().__init__()
        binding.check()
        self._further = dict(further or {})
        self._mode = mode
        self._sites: CephSites | None = None
        self._mine: list[CephMachine] = []
        self._run = itertools.count()
        self._resets = 0
        self._prefix = ""

    def describe(self) -> Description:
        """See FrameSubject."""
        version = binding.version()
        parameters = {
            "ceph": version,
            "mode": self._mode.name,
            "object_bytes": str(1 << images.OBJECT_ORDER),
            "link": "16 Mbit/s while a fault is arranged by bytes, unlimited otherwise",
            **{name.replace(" ", "_"): value for name, value in {**settings.TOLD, **self._further}.items()},
        }
        return Description(
            f"Ceph rbd-mirror, {self._mode.name} mode", version, CAPABILITIES, parameters=parameters, ours=True
        )

    def begin(self, scenario: Scenario) -> None:
        """See FrameSubject."""
        del scenario
        self._resets += 1
        if self._sites is None or self._resets > RESETS_MAX:
            self.end()
            self._sites = CephSites(self._further)
        self._sites.network.slow(down=False)
        self._sites.network.switch(up=True)
        self._sites.revive()
        for machine in self._mine:
            machine.close()
        self._mine = []
        self._prefix = f"r{next(self._run)}"

    def make(self, index: int, spec: MachineSpec) -> ForeignProduct:
        """See FrameSubject."""
        assert self._sites is not None, "begin has been called"
        sizes = tuple(disk.size_bytes for disk in spec.disks)
        machine = CephMachine(self._sites, self._mode, f"{self._prefix}m{index}", sizes)
        self._mine.append(machine)
        for number, disk in enumerate(spec.disks):
            if disk.image:
                _fill(machine, number, Path(disk.image))
        return machine

    def arrange(self, during: tuple[During, ...]) -> None:
        """See FrameSubject; what is to be struck at a number of bytes travels at a rate at which it can be."""
        if self._sites is not None:
            self._sites.network.slow(down=any(each.after_bytes is not None for each in during))
        super().arrange(during)

    def end(self) -> None:
        """See FrameSubject."""
        self._mine = []
        self._resets = 0
        if self._sites is not None:
            self._sites.close()
        self._sites = None


def _fill(machine: CephMachine, disk: int, image: Path) -> None:
    with image.open("rb") as file:
        for number in itertools.count():
            if not (data := file.read(CHUNK_BYTES)):
                return
            machine.write(Place.PRIMARY, disk, number * CHUNK_BYTES, data)
