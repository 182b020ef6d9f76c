"""The contract's calls around products that share the frame.

Rule: the frame keeps no byte and no answer of a product; it asks, and shows what came of it.
"""

import itertools
from abc import ABC, abstractmethod
from collections.abc import Callable

from siteproof.conformance.adapters.frame import view
from siteproof.conformance.adapters.frame.arrangement import ForeignArrangements
from siteproof.conformance.adapters.frame.machine import FrameMachine
from siteproof.conformance.adapters.frame.product import ForeignProduct, ProductTrouble
from siteproof.model.nouns.commands import Accepted, Answer, Command, Refusal
from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.scenario import MachineSpec, Scenario
from siteproof.model.nouns.stamp import BLOCK_BYTES, Stamp
from siteproof.model.nouns.subject import (
    Description,
    DiskAddress,
    During,
    Fault,
    FaultKind,
    Image,
    ImageKind,
    Unsupported,
    Write,
)
from siteproof.model.nouns.vocabulary import Protection, Verb


def stamp_of(write: Write) -> bytes:
    """The bytes that a write stands for."""
    if write.data:
        return write.data
    where = (write.machine_index, write.disk_index, write.block)
    return Stamp(*where, write.sequence, write.time_ms, write.seed, write.noise).to_bytes()


class FrameSubject(ABC):
    """A subject whose machines are made by `make`; `open` and `close_all` start and end the product's servers."""

    def __init__(self) -> None:
        """Nothing is started before `reset`."""
        self.machines: dict[str, FrameMachine] = {}
        self._scenario = Scenario(machines=())
        self._jobs = itertools.count(1)
        self._arrangements = ForeignArrangements(self._happens, lambda name: self._machine(name).product.bytes_sent)

    @abstractmethod
    def describe(self) -> Description:
        """Who this is."""

    @abstractmethod
    def begin(self, scenario: Scenario) -> None:
        """Forget everything before; the servers are up on return."""

    @abstractmethod
    def make(self, index: int, spec: MachineSpec) -> ForeignProduct:
        """The product's part of one machine, whose disks are there and hold what the scenario says."""

    @abstractmethod
    def end(self) -> None:
        """Leave nothing behind; `begin` may start anew."""

    def reset(self, scenario: Scenario) -> None:
        """See Subject."""
        self._arrangements.disarm()
        self.machines = {}
        self.begin(scenario)
        self._scenario = scenario
        for index, spec in enumerate(scenario.machines):
            self.machines[spec.name] = FrameMachine(self.make(index, spec), spec, scenario.start_ms)

    def write(self, address: DiskAddress, writes: tuple[Write, ...]) -> None:
        """See Subject."""
        machine = self._machine(address.machine)
        place, disk = machine.running_place(address.place), machine.disk(address.disk)
        for write in writes:
            machine.product.write(place, disk, write.block * BLOCK_BYTES, stamp_of(write))
            if place is machine.active:
                machine.changes.note(disk, range(write.block, write.block + 1), write.sequence)

    def flush(self, address: DiskAddress) -> None:
        """See Subject."""
        machine = self._machine(address.machine)
        machine.product.flush(machine.running_place(address.place), machine.disk(address.disk))

    def discard(self, address: DiskAddress, block: int, blocks: int) -> None:
        """See Subject."""
        machine = self._machine(address.machine)
        place, disk = machine.running_place(address.place), machine.disk(address.disk)
        machine.product.zero(place, disk, block * BLOCK_BYTES, blocks * BLOCK_BYTES)
        if place is machine.active:
            machine.changes.note(disk, range(block, block + blocks), 0)

    def read(self, address: DiskAddress) -> Image:
        """See Subject."""
        machine = self._machine(address.machine)
        path = machine.product.dump(machine.place(address.place), machine.disk(address.disk))
        return Image(address.disk, ImageKind.PATH, str(path))

    def do(self, command: Command) -> Answer:
        """See Subject; whatever is accepted has ended on return."""
        machine = self._machine(command.machine)
        machine.product.revive()
        try:
            self._check_identity(machine, command.verb)
            machine.do(command, self._scenario.policy)
            machine.count()
        except Refused as refused:
            return Refusal(refused.code, refused.detail)
        return Accepted(f"job-{next(self._jobs)}")

    def observe(self, machine: str) -> Observation:
        """See Subject."""
        return view.observe(self._machine(machine))

    def restore(self, machine: str, point: str) -> tuple[Image, ...]:
        """See Subject."""
        mine = self._machine(machine)
        mark = mine.points.named(point).mark
        try:
            paths = {mine.spec.disks[number].name: mine.product.restore(mark, number) for number in mine.disks}
        except ProductTrouble as trouble:  # it is listed, and the product cannot give it
            raise Refused(ErrorCode.RECOVERY_POINT_UNAVAILABLE, str(trouble)) from trouble
        return tuple(Image(disk, ImageKind.PATH, str(path)) for disk, path in paths.items())

    def fault(self, fault: Fault) -> None:
        """See Subject; what died by it is started again at once."""
        if fault.kind is FaultKind.CLOCK_JUMP:
            self._machine(fault.machine).clock_jumps(fault.amount)
            return
        act = _FAULTS.get(fault.kind)
        if act is None:
            raise Unsupported(f"the fault {fault.kind.value} is not part of this adapter")
        for machine in [self._machine(fault.machine)] if fault.machine else self.machines.values():
            act(machine)
            machine.product.revive()

    def arrange(self, during: tuple[During, ...]) -> None:
        """See Arranging."""
        self._arrangements.arm(during)

    def advance(self, milliseconds: int) -> None:
        """Do at once what falls due within that time."""
        while (due := self._arrangements.next_within(milliseconds)) is not None:
            wait_ms, during = due
            milliseconds -= wait_ms
            self._pass(wait_ms)
            self._happens(during)
        self._pass(milliseconds)

    def settle(self) -> None:
        """See Subject."""
        for machine in self.machines.values():
            machine.ship()
            machine.count()

    def close(self) -> None:
        """See Subject."""
        self._arrangements.disarm()
        self.machines = {}
        self.end()

    def _pass(self, milliseconds: int) -> None:
        for machine in self.machines.values():
            machine.pass_time(machine.now_ms + milliseconds)
            machine.count()

    def _happens(self, during: During) -> None:
        """May be called by another thread: nothing is started here."""
        if during.fault is not None:
            _FAULTS[during.fault.kind](self._machine(during.machine))
        if during.address is not None:
            self.write(during.address, during.writes)

    def _machine(self, name: str) -> FrameMachine:
        if name not in self.machines:
            raise Problem(f"there is no machine {name!r}", "the scenario has none of that name", "reset it with one")
        return self.machines[name]

    def _check_identity(self, machine: FrameMachine, verb: Verb) -> None:
        others = [each for each in self.machines.values() if each is not machine]
        protected = [each for each in others if each.regions.protection is not Protection.UNPROTECTED]
        twins = [each.spec.name for each in protected if machine.spec.identity == each.spec.identity != ""]
        allowed = verb is Verb.ENABLE and machine.regions.protection is Protection.UNPROTECTED
        if allowed and twins:
            raise Refused(ErrorCode.DUPLICATE_MACHINE_IDENTITY, f"{twins[0]} reports it too")


def _site_down(machine: FrameMachine) -> None:
    machine.site_up = False
    machine.product.cut()


def _site_up(machine: FrameMachine) -> None:
    machine.site_up = True
    machine.product.heal()


_FAULTS: dict[FaultKind, Callable[[FrameMachine], None]] = {
    FaultKind.LINK_DOWN: lambda machine: machine.product.cut(),
    FaultKind.LINK_UP: lambda machine: machine.product.heal(),
    FaultKind.SITE_DOWN: _site_down,
    FaultKind.SITE_UP: _site_up,
    FaultKind.TARGET_CRASH: lambda machine: machine.product.crash_target(),
}
