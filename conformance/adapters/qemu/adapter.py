"""QEMU's storage daemon as a Subject: the contract's calls, handed to the machine they are about.

Rule: what QEMU does is claimed for the product, what is invented around it for the adapter, and the rest not at all.
"""

import itertools
import re
import subprocess
from collections.abc import Callable

from siteproof.conformance.adapters.qemu import client, disks, lifecycle, monitor, process, view
from siteproof.conformance.adapters.qemu.copies import DiskCopies
from siteproof.conformance.adapters.qemu.machine import QemuMachine
from siteproof.conformance.adapters.qemu.sites import QemuSites
from siteproof.conformance.adapters.qemu.workload import NbdExports, write_block
from siteproof.model.nouns.commands import Accepted, Answer, Command, Refusal
from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.model.nouns.scenario import Scenario
from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.model.nouns.subject import (
    Capability,
    Description,
    DiskAddress,
    Fault,
    FaultKind,
    Image,
    Provider,
    Unsupported,
    Write,
)
from siteproof.model.nouns.vocabulary import Place, Protection, Verb

# fmt: off
CAPABILITIES: dict[Capability, Provider] = {
    Capability.INITIAL_REPLICATION: Provider.PRODUCT,  # blockdev-backup sync=full
    Capability.DELTA:               Provider.PRODUCT,  # blockdev-backup sync=bitmap
    Capability.CRASH_POINTS:        Provider.PRODUCT,  # one transaction for all disks; the adapter names the instants
    Capability.OLDER_POINTS:        Provider.PRODUCT,  # the layers of a backing chain
    Capability.TOTAL_ORDER:         Provider.PRODUCT,  # copy before write: exactly what was acknowledged by then
    Capability.DISCARD:             Provider.PRODUCT,  # NBD write zeroes
    Capability.TEST_FAILOVER:       Provider.ADAPTER,  # an overlay on a layer, deleted by the clean-up
    Capability.FAILOVER:            Provider.ADAPTER,  # the source's export withdrawn, an overlay on a layer
    Capability.CHANGE_POINT:        Provider.ADAPTER,
    Capability.COMMIT:              Provider.ADAPTER,
    Capability.MIGRATION:           Provider.ADAPTER,  # block-stream, then the layers are deleted
    Capability.LIFECYCLE:           Provider.ADAPTER,
    Capability.WATERMARKS:          Provider.ADAPTER,
    Capability.BYTE_COUNTS:         Provider.ADAPTER,  # counted on the line between the daemons
    Capability.VIRTUAL_CLOCK:       Provider.ADAPTER,  # `advance` takes the increments and points that fall due
    Capability.LINK_FAULTS:         Provider.ADAPTER,  # the line between the daemons is cut
    Capability.TARGET_FAULTS:       Provider.ADAPTER,  # the target daemon is killed, a new one opens what it left
}
# fmt: on


FAULTS: dict[FaultKind, Callable[[QemuMachine], None]] = {
    FaultKind.LINK_DOWN: lambda machine: machine.link.cut(),
    FaultKind.LINK_UP: lambda machine: machine.link.heal(),
    FaultKind.SITE_DOWN: QemuMachine.site_down,
    FaultKind.SITE_UP: QemuMachine.site_back,
}


def make_subject() -> "QemuSubject":
    """A subject that starts its own throw-away daemons; Problem (exit 3) when QEMU or a binding is missing."""
    client.binding()
    monitor.library()
    return QemuSubject(version(process.program()))


class QemuSubject:
    """Two storage daemons and everything that makes them answer the contract."""

    def __init__(self, version: str) -> None:
        """Nothing is started before `reset`."""
        self._version = version
        self._scenario = Scenario(machines=())
        self._sites: QemuSites | None = None
        self._exports: NbdExports | None = None
        self._machines: dict[str, QemuMachine] = {}
        self._jobs = itertools.count(1)

    def describe(self) -> Description:
        """Who this is; parameters name QEMU's version and what decides how it copies."""
        parameters = {
            "qemu": self._version,
            "bitmap_granularity_bytes": str(disks.GRANULARITY_BYTES),
            "capture": "dirty bitmap between two instants, copy before write at an instant",
            "transport": "NBD over unix sockets, relayed by the adapter",
        }
        return Description(
            "qemu-storage-daemon, incremental", self._version, CAPABILITIES, parameters=parameters, ours=True
        )

    def reset(self, scenario: Scenario) -> None:
        """Kill what runs, start two fresh daemons, make the scenario's machines."""
        self.close()
        self._scenario = scenario
        size_bytes = sum(disk.size_bytes for machine in scenario.machines for disk in machine.disks)
        self._sites = QemuSites(len(scenario.machines), size_bytes)
        self._exports = NbdExports(self._sites)
        for index, spec in enumerate(scenario.machines):
            copies = DiskCopies(self._sites, self._exports, index)
            self._machines[spec.name] = QemuMachine(self._sites, copies, index, spec, scenario.start_ms)

    def write(self, address: DiskAddress, writes: tuple[Write, ...]) -> None:
        """Write block after block over NBD; each is acknowledged before the next."""
        machine = self._machine(address.machine)
        connection = self._connection(address)
        for write in writes:
            write_block(connection, write)
            if machine.place(address.place) is Place.PRIMARY:
                machine.note_change(machine.disk(address.disk), write.sequence)

    def flush(self, address: DiskAddress) -> None:
        """An NBD flush."""
        self._connection(address).flush()

    def discard(self, address: DiskAddress, block: int, blocks: int) -> None:
        """NBD write zeroes, because an NBD trim promises nothing about what is read afterwards."""
        machine = self._machine(address.machine)
        self._connection(address).zero(block * BLOCK_BYTES, blocks * BLOCK_BYTES)
        if machine.place(address.place) is Place.PRIMARY:
            machine.note_change(machine.disk(address.disk), 0)

    def read(self, address: DiskAddress) -> Image:
        """A raw copy that the daemon's own NBD server produced."""
        machine = self._machine(address.machine)
        place = machine.place(address.place)
        node = machine.copies.node(place, machine.disk(address.disk))
        return self._open_exports().read(machine.copies.daemon(place), node, address.disk)

    def do(self, command: Command) -> Answer:
        """Check the adapter's own table, then let QEMU work; only enabling is still running on return."""
        machine = self._machine(command.machine)
        try:
            lifecycle.check(machine.regions, command.verb)
            self._check_identity(machine, command.verb)
            machine.do(command, self._scenario.policy)
        except Refused as refused:
            return Refusal(refused.code, refused.detail)
        return Accepted(f"job-{next(self._jobs)}")

    def observe(self, machine: str) -> Observation:
        """What the adapter knows and what QEMU's bitmaps say."""
        return view.observe(self._machine(machine))

    def restore(self, machine: str, point: str) -> tuple[Image, ...]:
        """Raw copies of the point's layer, read through a read-only export of the target daemon."""
        mine = self._machine(machine)
        layer = mine.points.named(point).layer
        exports, target = self._open_exports(), self._open_sites().target
        nodes = {mine.spec.disks[number].name: mine.replica.node(number, layer) for number in mine.replica.sizes}
        return tuple(exports.read(target, node, disk) for disk, node in nodes.items())

    def fault(self, fault: Fault) -> None:
        """Cut or heal the line, kill or restart the source's daemon, of one machine or of all; or kill the target's."""
        if fault.kind is FaultKind.TARGET_CRASH:
            self._crash_target()
            return
        act = FAULTS.get(fault.kind)
        if act is None:
            raise Unsupported(f"the fault {fault.kind.value} is not part of this adapter")
        for machine in [self._machine(fault.machine)] if fault.machine else self._machines.values():
            act(machine)

    def advance(self, milliseconds: int) -> None:
        """Do at once what falls due within that time; the time itself is the adapter's account."""
        for machine in self._machines.values():
            machine.finish_job()
            machine.pass_time(machine.now_ms + milliseconds)

    def settle(self) -> None:
        """Finish initial copies and ship what is dirty."""
        for machine in self._machines.values():
            machine.finish_job()
            machine.ship()

    def close(self) -> None:
        """Kill the daemons and delete their folder; `reset` may start anew."""
        self._machines = {}
        if self._exports:
            self._exports.close()
        if self._sites:
            self._sites.close()
        self._sites = self._exports = None

    def _crash_target(self) -> None:
        self._open_sites().target.kill()
        for machine in self._machines.values():
            machine.target_killed()
        self._open_sites().restart_target()
        for machine in self._machines.values():
            machine.target_restarted()

    def _machine(self, name: str) -> QemuMachine:
        if name not in self._machines:
            raise Problem(f"there is no machine {name!r}", "the scenario has none of that name", "reset it with one")
        return self._machines[name]

    def _connection(self, address: DiskAddress) -> client.Connection:
        machine = self._machine(address.machine)
        node = machine.copies.node(machine.place(address.place), machine.disk(address.disk))
        return self._open_exports().connection(node)

    def _check_identity(self, machine: QemuMachine, verb: Verb) -> None:
        others = [each for each in self._machines.values() if each is not machine and _is_protected(each)]
        twins = [each.spec.name for each in others if machine.spec.identity == each.spec.identity != ""]
        if verb is Verb.ENABLE and twins:
            raise Refused(ErrorCode.DUPLICATE_MACHINE_IDENTITY, f"{twins[0]} reports it too")

    def _open_sites(self) -> QemuSites:
        assert self._sites is not None, "a machine was found, so there are sites"
        return self._sites

    def _open_exports(self) -> NbdExports:
        assert self._exports is not None, "a machine was found, so there are exports"
        return self._exports


def _is_protected(machine: QemuMachine) -> bool:
    return machine.regions.protection is not Protection.UNPROTECTED


def version(program: str) -> str:
    """What the program says of itself; Problem (exit 3) when it says nothing of the kind."""
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=30, check=False)  # noqa: S603  (a fixed argument of a program found on the path)
    found = re.search(r"version (\S+)", answer.stdout)
    if found is None:
        cause = (answer.stdout + answer.stderr).strip()[:200] or f"exit code {answer.returncode}"
        raise Problem(f"{process.PROGRAM} does not tell its version", cause, process.HINT, ExitCode.CANNOT_JUDGE)
    return found[1]
