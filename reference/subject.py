"""The reference as a Subject: the contract's calls on an appliance in its own folder (docs/design.md, conformance).

Every byte is real; time is virtual. Nothing here decides anything: each call goes to the part that does.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from siteproof.model.nouns.administration import AdminCommand
from siteproof.model.nouns.appliances import ApplianceEvent, ApplianceView
from siteproof.model.nouns.commands import Accepted, Answer, Command, Refusal
from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.frames import TappedFrame
from siteproof.model.nouns.groups import GroupCommand
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.plans import PlanCommand, PlanObservation, SavedPlan
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.profile import CORE, Profile
from siteproof.model.nouns.scenario import Scenario
from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.model.nouns.subject import (
    CONTRACT_VERSION,
    Capability,
    Description,
    DiskAddress,
    During,
    Fault,
    Image,
    ImageKind,
    Provider,
    Write,
)
from siteproof.model.nouns.vocabulary import Place
from siteproof.reference import faults, observer
from siteproof.reference.appliance import Appliance
from siteproof.reference.arranged import Arrangements
from siteproof.reference.host import Host, Writer
from siteproof.reference.journal import VARIABLE, journal, silent
from siteproof.reference.link import Link
from siteproof.reference.machine import Machine
from siteproof.reference.scheduler import Scheduler
from siteproof.reference.stores import Stores
from siteproof.reference.vault import Vault

VERSION = "0.1.0"
MEMORY = Path("/dev/shm")  # noqa: S108  (a folder of its own with mode 0700 is made below it)
MEMORY_BYTES_MIN = 4 << 30


class ReferenceSubject:
    """One appliance and its machines below one folder; the class attributes are where the zoo differs."""

    appliance_type: type[Appliance] = Appliance
    stores_type: type[Stores] = Stores
    vault_type: type[Vault] = Vault
    name = "siteproof reference appliance"

    def __init__(self, directory: str | Path | None = None, durable: bool = True, profile: Profile = CORE) -> None:
        """Work below `directory` (a temporary one by default); without `durable` nothing waits for the device."""
        self._parent = str(directory) if directory else _usual_parent(durable)
        self._durable = durable
        self._profile = profile
        self._appliance: Appliance | None = None
        self._arrangements = Arrangements(self._happens)
        kept = os.environ.get(VARIABLE)
        self._note = journal(Path(kept).absolute()) if kept else silent

    @property
    def appliance(self) -> Appliance:
        """The present appliance, or a Problem before the first reset."""
        if self._appliance is None:
            raise Problem("there is no scenario", "reset was not called", "call reset with a scenario first")
        return self._appliance

    def describe(self) -> Description:
        """Who the subject is and what it can do."""
        return Description(
            name=self.name,
            version=VERSION,
            capabilities=dict.fromkeys(Capability, Provider.PRODUCT),
            contract=CONTRACT_VERSION,
            profile=self._profile,
            parameters=self._parameters(),
            ours=True,
        )

    def _parameters(self) -> Mapping[str, str]:
        durable = "every barrier waits for the device" if self._durable else "simulation: barriers do not wait"
        return {"durability": durable, "clock": "virtual", "cipher": "AES-256-GCM", "block_bytes": str(BLOCK_BYTES)}

    def reset(self, scenario: Scenario) -> None:
        """Forget everything and set up the scenario: machines run, nothing is protected, the link is up."""
        self.close()
        stores = self.stores_type(Path(tempfile.mkdtemp(prefix="siteproof-", dir=self._parent)), self._durable)
        try:
            machines = {
                spec.name: Machine(spec, scenario.policy, Link(), {Place.PRIMARY: stores.first_host(spec)})
                for spec in scenario.machines
            }
        except BaseException:
            stores.remove()
            raise
        clock = Scheduler(scenario.start_ms)
        self._appliance = self.appliance_type(
            self.vault_type(machines, self._note), stores, clock, scenario.policy, self._profile
        )

    def write(self, address: DiskAddress, writes: tuple[Write, ...]) -> None:
        """Write blocks in order; on return all are acknowledged. Refused when that machine is off."""
        machine, host = self._host(address)
        host.write(address.disk, writes)
        self._wrote(machine, host)

    def flush(self, address: DiskAddress) -> None:
        """A write barrier on that disk."""
        self._host(address)[1].powered(address.disk).flush()

    def discard(self, address: DiskAddress, block: int, blocks: int) -> None:
        """Discard blocks; they read as zeros from now on."""
        machine, host = self._host(address)
        host.powered(address.disk).discard(block, blocks)
        self._wrote(machine, host)

    def _wrote(self, machine: Machine, host: Host) -> None:
        if machine.stream is not None and machine.stream.agent.host is host:
            self.appliance.replicator.wrote(machine)

    def _host(self, address: DiskAddress) -> tuple[Machine, Host]:
        machine = self.appliance.vault.machine(address.machine)
        host = machine.host(address.place)
        if host is None:
            raise Refused(ErrorCode.OPERATION_NOT_ALLOWED, f"there is no machine at {address.place.value}")
        return machine, host

    def read(self, address: DiskAddress) -> Image:
        """The present bytes of one copy of a disk, as a raw file."""
        machine = self.appliance.vault.machine(address.machine)
        if address.place is Place.PRIMARY and Place.PRIMARY not in machine.hosts and machine.stream is not None:
            return self._received(machine, address.disk)
        host = self._host(address)[1]
        host.disk(address.disk)
        store = self.appliance.stores.side(_placed(machine, address.place))
        return Image(address.disk, ImageKind.PATH, store.path(host.files[address.disk]))

    @staticmethod
    def _received(machine: Machine, disk: str) -> Image:
        """What a machine that is being replicated back would start from: the newest applied state."""
        assert machine.stream is not None
        return Image(disk, ImageKind.PATH, machine.stream.service.replicas[disk].seed_path())

    def do(self, command: Command) -> Answer:
        """Accept a command as a job, or refuse it with a named error and change nothing."""
        return self._asked(lambda: self.appliance.do(command))

    def do_group(self, command: GroupCommand) -> Answer:
        """Accept the command as one job of all members, or refuse it with a named error and change nothing."""
        return self._asked(lambda: self.appliance.groups.do(command))

    def administer(self, command: AdminCommand) -> Answer:
        """Carry the command out, or refuse it with a named error and change nothing."""
        return self._asked(lambda: self.appliance.administration.do(command))

    def observe_appliances(self) -> tuple[ApplianceView, ...]:
        """Every appliance of the site: at once, without changing anything."""
        return self.appliance.fleet.views()

    def appliance_event(self, event: ApplianceEvent) -> None:
        """Let that happen to an appliance."""
        self.appliance.fleet.happens(event)

    def tap(self, machine: str) -> tuple[TappedFrame, ...]:
        """Everything of the machine that left since the last call, oldest first; the first call begins to listen."""
        return self.appliance.vault.machine(machine).link.tap()

    def inject(self, machine: str, disk: str, sealed: bytes) -> bool:
        """Hand those bytes to the receiving side as if they came from the sender; whether it took them."""
        stream = self.appliance.vault.machine(machine).stream
        return stream is not None and disk in stream.service.replicas and stream.intrude(disk, sealed)

    def save_plan(self, plan: SavedPlan) -> Answer:
        """Keep the plan, in place of the one of that name; Refusal when it is none, and the old one stays."""
        return self._asked(lambda: self.appliance.plans.save(plan))

    def run_plan(self, command: PlanCommand) -> Answer:
        """Run a plan as one job. After `settle` it has ended, or waits for an answer or for the end of a script."""
        return self._asked(lambda: self.appliance.plans.run(command))

    def answer_prompt(self, plan: str) -> Answer:
        """Somebody has answered the prompt that is shown: the plan goes on."""
        return self._asked(lambda: self.appliance.plans.answer(plan))

    def observe_plan(self, plan: str) -> PlanObservation:
        """What there is to see of the plan; Refused when there is none of that name."""
        return self.appliance.plans.observe(plan)

    @staticmethod
    def _asked(ask: Callable[[], Accepted]) -> Answer:
        try:
            return ask()
        except Refused as refusal:
            return Refusal(refusal.code, refusal.detail)

    def observe(self, machine: str) -> Observation:
        """What the vault shows of the machine at this moment."""
        return observer.observe(self.appliance, machine)

    def restore(self, machine: str, point: str) -> tuple[Image, ...]:
        """Bytes of every disk at a recovery point, without changing anything; Refused when it is not there."""
        return self.appliance.export(machine, point)

    def fault(self, fault: Fault) -> None:
        """Make something go wrong, or mend it."""
        faults.strike(self.appliance, fault)

    def arrange(self, during: tuple[During, ...]) -> None:
        """What shall happen inside the calls that follow, in place of what was arranged before and has not happened."""
        self._arrangements.replace(during, self.appliance.vault.machines, self.appliance.scheduler)

    def _happens(self, each: During) -> None:
        if each.fault is not None:
            self.fault(each.fault)
        elif each.address is not None:
            self.write(each.address, each.writes)

    def advance(self, milliseconds: int) -> None:
        """Let virtual time pass."""
        self.appliance.advance(milliseconds)

    def settle(self) -> None:
        """Bring every job to its end and replicate what waits; the clock does not move."""
        self.appliance.settle()

    def register_writer(self, machine: str, writer: Writer) -> None:
        """An application of the running machine which flushes its memory before each app-consistent point."""
        host = self.appliance.vault.machine(machine).host(Place.ACTIVE)
        if host is not None:
            host.writers.append(writer)

    def close(self) -> None:
        """Remove the folder with everything in it."""
        if self._appliance is not None:
            self._appliance.stores.remove()
            self._appliance = None


def _placed(machine: Machine, place: Place) -> Place:
    return machine.active_place if place is Place.ACTIVE else place


def _usual_parent(durable: bool) -> str | None:
    """A simulation keeps its files in memory where the machine has plenty; everything else lies on disk."""
    if durable or not MEMORY.is_dir() or not os.access(MEMORY, os.W_OK):
        return None
    return str(MEMORY) if shutil.disk_usage(MEMORY).free > MEMORY_BYTES_MIN else None


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The honest appliance, ready for `reset`."""
    return ReferenceSubject(directory, durable)
