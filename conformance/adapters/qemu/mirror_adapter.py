"""QEMU's continuous mirror as a Subject, in each of its copy modes.

Rule: the bytes are moved by QEMU, and everything of a lifecycle is the frame's. A background mirror claims no order of
writes; a write-blocking one does, because each write waits for the target's acknowledgement.
"""

from siteproof.conformance.adapters.frame.product import ForeignProduct
from siteproof.conformance.adapters.frame.subject import FrameSubject
from siteproof.conformance.adapters.qemu import client, mirror, monitor, process
from siteproof.conformance.adapters.qemu.adapter import version
from siteproof.conformance.adapters.qemu.mirror import CopyMode, QemuMirror
from siteproof.conformance.adapters.qemu.sites import QemuSites
from siteproof.conformance.adapters.qemu.workload import NbdExports
from siteproof.model.nouns.scenario import MachineSpec, Scenario
from siteproof.model.nouns.subject import Capability, Description, During, Provider

# fmt: off
CAPABILITIES: dict[Capability, Provider] = {
    Capability.INITIAL_REPLICATION: Provider.PRODUCT,  # blockdev-mirror sync=full
    Capability.DELTA:               Provider.PRODUCT,
    Capability.CRASH_POINTS:        Provider.ADAPTER,  # blockdev-snapshot at the target, at instants of the adapter's
    Capability.OLDER_POINTS:        Provider.PRODUCT,
    Capability.DISCARD:             Provider.PRODUCT,  # NBD write zeroes
    Capability.TEST_FAILOVER:       Provider.ADAPTER,
    Capability.FAILOVER:            Provider.ADAPTER,
    Capability.CHANGE_POINT:        Provider.ADAPTER,
    Capability.COMMIT:              Provider.ADAPTER,
    Capability.LIFECYCLE:           Provider.ADAPTER,
    Capability.WATERMARKS:          Provider.ADAPTER,
    Capability.BYTE_COUNTS:         Provider.ADAPTER,
    Capability.VIRTUAL_CLOCK:       Provider.ADAPTER,
    Capability.LINK_FAULTS:         Provider.ADAPTER,
    Capability.TARGET_FAULTS:       Provider.ADAPTER,  # the target's daemon is killed, a new one opens what it left
    Capability.DURING:              Provider.ADAPTER,
}
# fmt: on
SLOW_BYTES = 2_000_000  # per second, while something is to happen at a number of bytes


def background() -> "QemuMirrorSubject":
    """`copy-mode=background`, QEMU's default; Problem (exit 3) when QEMU or a binding is missing."""
    return QemuMirrorSubject(CopyMode.BACKGROUND)


def write_blocking() -> "QemuMirrorSubject":
    """`copy-mode=write-blocking`; Problem (exit 3) when QEMU or a binding is missing."""
    return QemuMirrorSubject(CopyMode.WRITE_BLOCKING)


class QemuMirrorSubject(FrameSubject):
    """Two storage daemons with a mirror between them."""

    def __init__(self, mode: CopyMode) -> None:
        """Nothing is started before `reset`."""
        super().__init__()
        client.binding()
        monitor.library()
        self._mode = mode
        self._version = version(process.program())
        self._sites: QemuSites | None = None
        self._exports: NbdExports | None = None

    def describe(self) -> Description:
        """See FrameSubject."""
        ordered = {Capability.TOTAL_ORDER: Provider.PRODUCT} if self._mode is CopyMode.WRITE_BLOCKING else {}
        parameters = {
            "qemu": self._version,
            "copy_mode": self._mode.value,
            "granularity_bytes": str(mirror.GRANULARITY_BYTES),
            "clock": "virtual: the jobs are paused between calls, and run in advance and settle",
            "target": "qcow2, cache=writeback, the default",
        }
        name = f"qemu-storage-daemon, {self._mode.value} mirror"
        return Description(name, self._version, CAPABILITIES | ordered, parameters=parameters, ours=True)

    def begin(self, scenario: Scenario) -> None:
        """See FrameSubject."""
        self.end()
        size_bytes = sum(disk.size_bytes for machine in scenario.machines for disk in machine.disks)
        self._sites = QemuSites(len(scenario.machines), size_bytes)
        self._exports = NbdExports(self._sites)

    def make(self, index: int, spec: MachineSpec) -> ForeignProduct:
        """See FrameSubject."""
        assert self._sites is not None, "begin has been called"
        assert self._exports is not None, "begin has been called"
        return QemuMirror(self._sites, self._exports, index, spec.disks, self._mode)

    def arrange(self, during: tuple[During, ...]) -> None:
        """See FrameSubject; what is to be struck at a number of bytes travels at a rate at which it can be."""
        slow = any(each.after_bytes is not None for each in during)
        for link in self._sites.links if self._sites else ():
            link.rate_bytes = SLOW_BYTES if slow else 0
        super().arrange(during)

    def end(self) -> None:
        """See FrameSubject."""
        if self._exports is not None:
            self._exports.close()
        if self._sites is not None:
            self._sites.close()
        self._sites = self._exports = None
