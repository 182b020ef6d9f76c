"""A tiny honest subject in memory: it exists to prove the judge, and its children are wrong on purpose.

Rule: as plain as possible, one method per promise, so that a miniature overrides exactly the promise that it breaks.
"""

from pathlib import Path

from siteproof.model.nouns.commands import Accepted, Answer, Command, Refusal
from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.observation import DiskView, Event, Observation, Regions, Watermarks
from siteproof.model.nouns.policy import ReplicationPolicy, check_policy
from siteproof.model.nouns.profile import CORE
from siteproof.model.nouns.scenario import DiskSpec, MachineSpec, Scenario
from siteproof.model.nouns.stamp import BLOCK_BYTES, Stamp
from siteproof.model.nouns.subject import (
    SINCE,
    Capability,
    Description,
    DiskAddress,
    Fault,
    FaultKind,
    Image,
    ImageKind,
    Provider,
    Write,
)
from siteproof.model.nouns.vocabulary import (
    Place,
    Protection,
    Resync,
    Selection,
    Verb,
)
from siteproof.model.spec.lifecycle import table as lifecycle
from tests.cases.fake_jobs import FakeJobs
from tests.cases.fake_machine import MARKS, Disks, FakeMachine


class FakeSubject(FakeJobs):
    """Everything of the contract, without files, frames or threads."""

    left_out: frozenset[Capability] = frozenset(
        {*SINCE, Capability.DURING, Capability.JOB_CANCELS, Capability.STORE_FAULTS}  # it speaks version 1
    )

    def describe(self) -> Description:
        """All capabilities but those that are left out."""
        offered = {each: Provider.PRODUCT for each in Capability if each not in self.left_out}
        return Description("fake", "1", offered, ours=True)

    def reset(self, scenario: Scenario) -> None:
        """Machines with disks of zeros."""
        self.now_ms, self.jobs = scenario.start_ms, 0
        self.machines = {
            spec.name: FakeMachine(spec, {Place.PRIMARY: _blank(spec)}, scenario.policy) for spec in scenario.machines
        }

    def write(self, address: DiskAddress, writes: tuple[Write, ...]) -> None:
        """Into the addressed copy; changes of production are tracked."""
        machine = self.machines[address.machine]
        if address.place is not Place.ACTIVE and address.place not in self.running(machine):
            raise Refused(ErrorCode.SOURCE_NO_HEARTBEAT, "the machine is off")
        for write in writes:
            self.store(machine, address, write.block, _content(write))

    def store(self, machine: FakeMachine, address: DiskAddress, block: int, data: bytes) -> None:
        """One block."""
        place = lifecycle.running_place(machine.regions) if address.place is Place.ACTIVE else address.place
        machine.copies[place][address.disk][block * BLOCK_BYTES : (block + 1) * BLOCK_BYTES] = data
        if place is lifecycle.running_place(machine.regions):
            self.track(machine, address.disk, block, data)

    def track(self, machine: FakeMachine, disk: str, block: int, data: bytes) -> None:
        """Remember that the block has to travel."""
        del data
        if machine.regions.protection is not Protection.UNPROTECTED and machine.replicates(disk):
            machine.dirty.setdefault(disk, set()).add(block)
            machine.written[disk] = machine.written.get(disk, 0) + 1

    def flush(self, address: DiskAddress) -> None:
        """Everything is in order anyway."""

    def discard(self, address: DiskAddress, block: int, blocks: int) -> None:
        """Zeros."""
        for each in range(block, block + blocks):
            self.store(self.machines[address.machine], address, each, bytes(BLOCK_BYTES))

    def read(self, address: DiskAddress) -> Image:
        """Inline bytes."""
        machine = self.machines[address.machine]
        place = lifecycle.running_place(machine.regions) if address.place is Place.ACTIVE else address.place
        if place not in machine.copies:
            raise Refused(ErrorCode.OPERATION_NOT_ALLOWED, f"there is no {place.value} copy")
        return Image(address.disk, ImageKind.INLINE, data=bytes(machine.copies[place][address.disk]))

    def do(self, command: Command) -> Answer:
        """Guards in the order of the specification, then a held job."""
        machine = self.machines[command.machine]
        code = self.guard(machine, command)
        if code:
            return Refusal(code, "retention or interval" if code is ErrorCode.POLICY_INVALID else "")
        machine.phases = lifecycle.phases(machine.regions, command.verb, CORE)
        machine.job, self.jobs = command, self.jobs + 1
        machine.before, machine.regions = machine.regions, machine.phases[0]
        return Accepted(f"job-{self.jobs}")

    def guard(self, machine: FakeMachine, command: Command) -> ErrorCode | None:
        """The first reason to refuse, or None."""
        return lifecycle.refusal(machine.regions, command.verb, CORE) or self.argument_guard(machine, command)

    def argument_guard(self, machine: FakeMachine, command: Command) -> ErrorCode | None:
        """Identity, policy, point."""
        if command.verb is Verb.ENABLE:
            others = [m for m in self.machines.values() if m is not machine and m.regions != Regions()]
            if any(other.spec.identity == machine.spec.identity for other in others):
                return ErrorCode.DUPLICATE_MACHINE_IDENTITY
            return _policy_error(command.policy)
        needs_point = command.verb in (Verb.TEST_FAILOVER, Verb.FAIL_OVER, Verb.CHANGE_RECOVERY_POINT)
        if needs_point and self.select(machine, command) is None and command.selection is not Selection.LATEST:
            return ErrorCode.RECOVERY_POINT_UNAVAILABLE
        return None

    def observe(self, machine: str) -> Observation:
        """Everything that there is to see."""
        m = self.machines[machine]
        allowed = tuple(sorted(lifecycle.allowed_operations(m.regions, CORE)))
        return Observation(
            machine,
            self.now_ms,
            m.regions,
            allowed,
            tuple(point for point, _ in m.points),
            tuple(self._disk_view(m, disk.name) for disk in m.spec.disks if m.replicates(disk.name)),
            self.running(m),
            self.rpo_ms(m),
            events=tuple(m.events),
            resync_reason=m.reason,
            generation=m.generation,
            bytes_sent=m.bytes_sent,
            link_up=m.link_up,
            running_job=m.job.verb.value if m.job else "",
        )

    def running(self, m: FakeMachine) -> tuple[Place, ...]:
        """Production, unless its site is down, and the test machine of a drill."""
        production = lifecycle.running_place(m.regions)
        on = (production,) if m.site_up or production is Place.RECOVERY else ()
        return (*on, Place.TEST) if Place.TEST in m.copies else on

    def rpo_ms(self, m: FakeMachine) -> int | None:
        """Since the source time of what `latest` would produce now: what was received, or the newest point."""
        if not m.points:
            return None
        return self.now_ms - (m.synced_ms if m.regions.resync is Resync.NONE else m.points[-1][0].taken_at_ms)

    def _disk_view(self, m: FakeMachine, disk: str) -> DiskView:
        sent = m.shipped.get(disk, 0)
        marks = Watermarks(m.written.get(disk, 0), sent, sent, sent, sent if m.pointed else 0)
        return DiskView(
            disk, len(m.source[disk]) // BLOCK_BYTES, dirty_blocks=len(m.dirty.get(disk, ())), watermarks=marks
        )

    def restore(self, machine: str, point: str) -> tuple[Image, ...]:
        """Inline bytes of all disks."""
        for each, disks in self.machines[machine].points:
            if each.name == point:
                return tuple(Image(name, ImageKind.INLINE, data=data) for name, data in disks.items())
        raise Refused(ErrorCode.RECOVERY_POINT_UNAVAILABLE, point)

    def fault(self, fault: Fault) -> None:
        """Links, jobs, and everything that marks a machine."""
        for machine in self.machines.values():
            if fault.machine in ("", machine.spec.name):
                self.break_something(machine, fault)

    def break_something(self, machine: FakeMachine, fault: Fault) -> None:
        """One fault for one machine."""
        if fault.kind in (FaultKind.LINK_DOWN, FaultKind.LINK_UP):
            machine.link_up = fault.kind is FaultKind.LINK_UP
        elif fault.kind in (FaultKind.SITE_DOWN, FaultKind.SITE_UP):
            machine.link_up = machine.site_up = fault.kind is FaultKind.SITE_UP
        elif fault.kind is FaultKind.JOB_FAILS:
            machine.job_fails = True
        elif fault.kind is FaultKind.CLOCK_JUMP:
            code = ErrorCode.TIME_JUMP_BACKWARD if fault.amount < 0 else ErrorCode.TIME_JUMP_FORWARD
            machine.events.append(Event(self.now_ms, code, machine.spec.name))
        elif fault.kind in MARKS:
            if fault.kind is FaultKind.DISK_RESIZED:
                disk = machine.source[fault.disk or machine.spec.disks[0].name]
                disk.extend(bytes(fault.amount * BLOCK_BYTES - len(disk)))
            self.mark(machine, *MARKS[fault.kind])

    def close(self) -> None:
        """Nothing to release."""


def make_subject() -> FakeSubject:
    """The factory, by name."""
    return FakeSubject()


def _policy_error(policy: ReplicationPolicy | None) -> ErrorCode | None:
    try:
        check_policy(policy or ReplicationPolicy())
    except Refused as refused:
        return refused.code
    return None


def _blank(spec: MachineSpec) -> Disks:
    return {disk.name: _first_bytes(disk) for disk in spec.disks}


def _first_bytes(disk: DiskSpec) -> bytearray:
    """What the scenario says, and zeros behind it."""
    held = Path(disk.image).read_bytes() if disk.image else b""
    return bytearray(held.ljust(disk.size_bytes, b"\0"))


def _content(write: Write) -> bytes:
    stamp = Stamp(
        write.machine_index, write.disk_index, write.block, write.sequence, write.time_ms, write.seed, write.noise
    )
    return write.data or stamp.to_bytes()
