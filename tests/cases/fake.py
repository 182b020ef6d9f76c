"""A tiny honest subject in memory: it exists to prove the judge, and its children are wrong on purpose.

Rule: as plain as possible, one method per promise, so that a miniature overrides exactly the promise that it breaks.
"""

from collections.abc import Callable

from attrs import define, evolve, field

from siteproof.model import lifecycle
from siteproof.model.nouns.commands import Accepted, Answer, Command, Refusal
from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.observation import DiskView, Event, Observation, Regions, Watermarks
from siteproof.model.nouns.policy import MINUTE_MS, RecoveryPoint, ReplicationPolicy, check_policy
from siteproof.model.nouns.profile import CORE
from siteproof.model.nouns.scenario import MachineSpec, Scenario
from siteproof.model.nouns.stamp import BLOCK_BYTES, Stamp
from siteproof.model.nouns.subject import (
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
    Consistency,
    Direction,
    Place,
    Protection,
    Resync,
    ResyncReason,
    Selection,
    Site,
    Verb,
)
from siteproof.model.policy.keep import kept
from siteproof.model.policy.rule import published_rule

Disks = dict[str, bytearray]
FRAME_BYTES = 48
DIGEST_BYTES = 16
NEEDS_LINK = (Verb.RESYNCHRONIZE, Verb.REPROTECT, Verb.FAIL_BACK)
MARKS = {
    FaultKind.FORCED_SHUTDOWN: (ResyncReason.FORCED_SHUTDOWN, ErrorCode.UNCLEAN_SOURCE_SHUTDOWN),
    FaultKind.AGENT_CRASH: (ResyncReason.FORCED_SHUTDOWN, ErrorCode.UNCLEAN_SOURCE_SHUTDOWN),
    FaultKind.LOW_MEMORY: (ResyncReason.LOW_MEMORY, ErrorCode.SOURCE_LOW_MEMORY),
    FaultKind.LOG_CORRUPT: (ResyncReason.CORRUPT_LOG, ErrorCode.CORRUPT_LOG_RECORD),
    FaultKind.LOG_TRUNCATED: (ResyncReason.CORRUPT_LOG, ErrorCode.CORRUPT_LOG_RECORD),
    FaultKind.DISK_RESIZED: (ResyncReason.DISK_RESIZED, ErrorCode.DISK_RESIZED),
}


@define(eq=False)
class FakeMachine:
    """Three copies of the disks, the replica, the points, and the regions."""

    spec: MachineSpec
    copies: dict[Place, Disks]
    policy: ReplicationPolicy
    regions: Regions = field(factory=Regions)
    replica: Disks = field(factory=dict)
    points: list[tuple[RecoveryPoint, dict[str, bytes]]] = field(factory=list)
    dirty: dict[str, set[int]] = field(factory=dict)
    written: dict[str, int] = field(factory=dict)
    shipped: dict[str, int] = field(factory=dict)
    events: list[Event] = field(factory=list)
    job: Command | None = None
    before: Regions = field(factory=Regions)
    phases: tuple[Regions, ...] = ()
    job_fails: bool = False
    link_up: bool = True
    site_up: bool = True
    reason: ResyncReason | None = None
    generation: int = 0
    bytes_sent: int = 0
    synced_ms: int = 0
    enabled_ms: int = 0
    used: str = ""
    skipped: set[tuple[str, int]] = field(factory=set)  # only a miniature skips anything
    made: int = 0

    @property
    def source(self) -> Disks:
        """The disks of the copy that runs production."""
        return self.copies[lifecycle.running_place(self.regions)]

    def source_of(self, regions: Regions) -> Disks:
        """The disks of the copy that runs in these regions."""
        return self.copies[lifecycle.running_place(regions)]


class FakeSubject:
    """Everything of the contract, without files, frames or threads."""

    left_out: frozenset[Capability] = frozenset({Capability.GROUPS})

    def __init__(self) -> None:
        self.machines: dict[str, FakeMachine] = {}
        self.now_ms = 0
        self.jobs = 0

    def describe(self) -> Description:
        """All capabilities but groups."""
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
        if machine.regions.protection is not Protection.UNPROTECTED:
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

    def select(self, machine: FakeMachine, command: Command) -> RecoveryPoint | None:
        """The newest point that fits the selection."""
        points = [point for point, _ in machine.points]
        kinds: dict[Selection, Callable[[RecoveryPoint], bool]] = {
            Selection.CUSTOM: lambda p: p.name == command.point,
            Selection.LATEST_APP_CONSISTENT: lambda p: p.consistency is Consistency.APP,
            Selection.LATEST_CRASH_CONSISTENT: lambda p: p.consistency is Consistency.CRASH,
        }
        fits = kinds.get(command.selection, lambda _: True)
        return next((point for point in reversed(points) if fits(point)), None)

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
            tuple(self._disk_view(m, disk.name) for disk in m.spec.disks),
            (lifecycle.running_place(m.regions),) if m.site_up or m.regions.active is Site.RECOVERY else (),
            self.rpo_ms(m),
            events=tuple(m.events),
            resync_reason=m.reason,
            generation=m.generation,
            bytes_sent=m.bytes_sent,
            link_up=m.link_up,
            running_job=m.job.verb.value if m.job else "",
        )

    def rpo_ms(self, m: FakeMachine) -> int | None:
        """Since the source time of what `latest` would produce now: what was received, or the newest point."""
        if not m.points:
            return None
        return self.now_ms - (m.synced_ms if m.regions.resync is Resync.NONE else m.points[-1][0].taken_at_ms)

    def _disk_view(self, m: FakeMachine, disk: str) -> DiskView:
        sent = m.shipped.get(disk, 0)
        marks = Watermarks(m.written.get(disk, 0), sent, sent, sent, sent if m.points else 0)
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
            machine.events.append(Event(self.now_ms, ErrorCode.TIME_JUMP_BACKWARD, machine.spec.name))
        elif fault.kind in MARKS:
            if fault.kind is FaultKind.DISK_RESIZED:
                disk = machine.source[fault.disk or machine.spec.disks[0].name]
                disk.extend(bytes(fault.amount * BLOCK_BYTES - len(disk)))
            self.mark(machine, *MARKS[fault.kind])

    def mark(self, machine: FakeMachine, reason: ResyncReason, code: ErrorCode) -> None:
        """The sides may differ."""
        if machine.regions.protection is Protection.PROTECTED and machine.regions.active is Site.PRIMARY:
            machine.events.append(Event(self.now_ms, code, machine.spec.name))
            if machine.regions.resync is Resync.NONE:
                machine.regions = evolve(machine.regions, resync=Resync.REQUIRED)
                machine.reason = reason

    def advance(self, milliseconds: int) -> None:
        """Ship, and stop at every five-minute point."""
        end = self.now_ms + milliseconds
        while self.now_ms < end:
            self.now_ms = min([end, *(self._next_point_ms(m) for m in self.machines.values())])
            for machine in self.machines.values():
                self.tick(machine)

    def _next_point_ms(self, m: FakeMachine) -> int:
        step = 5 * MINUTE_MS
        return m.enabled_ms + ((self.now_ms - m.enabled_ms) // step + 1) * step

    def tick(self, m: FakeMachine) -> None:
        """What the scheduler does at this instant."""
        self.ship(m)
        self.resynchronize_at_night(m)
        due = m.enabled_ms and self._due(m, 5 * MINUTE_MS)
        if due and self.takes_points(m):
            app = m.policy.app_consistent_minutes
            self.take_point(m, Consistency.APP if app and self._due(m, app * MINUTE_MS) else Consistency.CRASH)
            self.prune(m)
        stale = m.points and self.now_ms - m.points[-1][0].taken_at_ms > 60 * MINUTE_MS
        if stale and ErrorCode.NO_CRASH_CONSISTENT_POINT not in {event.code for event in m.events}:
            m.events.append(Event(self.now_ms, ErrorCode.NO_CRASH_CONSISTENT_POINT, m.spec.name))
        told = ErrorCode.RPO_THRESHOLD_EXCEEDED in {event.code for event in m.events}
        if m.points and not told and self.now_ms - m.synced_ms > m.policy.rpo_threshold_minutes * MINUTE_MS:
            m.events.append(Event(self.now_ms, ErrorCode.RPO_THRESHOLD_EXCEEDED, m.spec.name))

    def resynchronize_at_night(self, m: FakeMachine) -> None:
        """By itself outside office hours; a run that fails waits for a manual one."""
        hour = self.now_ms // (60 * MINUTE_MS) % 24
        if m.regions.resync is not Resync.REQUIRED or m.job or 8 <= hour < 18:
            return
        if not m.link_up:
            m.events.append(Event(self.now_ms, ErrorCode.NO_RESYNC_PROGRESS, m.spec.name))
            m.regions = evolve(m.regions, resync=Resync.FAILED)
            return
        self.on_resynchronize(m, Command(Verb.RESYNCHRONIZE, m.spec.name), m.regions)
        m.regions = evolve(m.regions, resync=Resync.NONE)

    def _due(self, m: FakeMachine, step_ms: int) -> bool:
        return (self.now_ms - m.enabled_ms) % step_ms == 0 and self.now_ms > m.enabled_ms

    def takes_points(self, m: FakeMachine) -> bool:
        """Only a protected machine in the forward direction whose sides agree."""
        return (
            m.regions.protection is Protection.PROTECTED
            and m.regions.direction is Direction.FORWARD
            and m.regions.resync is Resync.NONE
            and m.link_up
        )

    def take_point(self, m: FakeMachine, consistency: Consistency) -> RecoveryPoint:
        """The replica as it is, under a new name."""
        m.made += 1
        point = RecoveryPoint(f"{m.spec.name}-point-{m.made}", consistency, self.now_ms, m.made)
        m.points.append((point, {name: bytes(data) for name, data in m.replica.items()}))
        return point

    def prune(self, m: FakeMachine) -> None:
        """The published rule."""
        rule = published_rule(m.policy.retention_minutes)
        left = {point.name for point in kept([point for point, _ in m.points], self.now_ms, rule)}
        m.points = [each for each in m.points if each[0].name in left]

    def ship(self, m: FakeMachine) -> None:
        """Everything dirty travels, or meets a dead link."""
        replicating = m.regions.protection is Protection.PROTECTED and m.regions.active is Site.PRIMARY
        if not replicating or m.regions.resync is not Resync.NONE:
            return
        if not m.link_up:
            if any(m.dirty.values()):
                self.mark(m, ResyncReason.LINK_FAILURE, ErrorCode.UPLOAD_FAILED)
            return
        for disk, blocks in m.dirty.items():
            for block in sorted(blocks):
                self.send(m, disk, block)
            m.shipped[disk] = m.written.get(disk, 0)
        m.dirty, m.synced_ms = {}, self.now_ms

    def send(self, m: FakeMachine, disk: str, block: int) -> None:
        """One block to the replica."""
        span = slice(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES)
        m.replica[disk][span] = m.source[disk][span]
        m.bytes_sent += BLOCK_BYTES + FRAME_BYTES

    def settle(self) -> None:
        """Jobs end, then replication drains."""
        for machine in self.machines.values():
            self.finish(machine)
            self.ship(machine)

    def finish(self, m: FakeMachine) -> None:
        """The running job ends, as it should or as it was told to."""
        command, m.job = m.job, None
        if command is None:
            return
        end = m.phases[-1]
        if m.job_fails or (command.verb in NEEDS_LINK and not m.link_up):
            m.job_fails = False
            end = lifecycle.failed(m.before, command.verb, CORE)
        else:
            getattr(self, f"on_{command.verb.value}")(m, command, end)
        m.regions = end

    def on_enable(self, m: FakeMachine, command: Command, end: Regions) -> None:
        """Copy everything and take a first point."""
        del end
        m.policy = command.policy or m.policy
        self.full_copy(m)
        m.enabled_ms = m.synced_ms = self.now_ms
        self.take_point(m, Consistency.CRASH)

    def full_copy(self, m: FakeMachine) -> None:
        """Every block of every disk."""
        m.replica = {name: bytearray(data) for name, data in m.source.items()}
        m.bytes_sent += sum(len(data) for data in m.replica.values())
        m.dirty = {}
        m.shipped = dict(m.written)

    def on_disable(self, m: FakeMachine, command: Command, end: Regions) -> None:
        """Nothing is left of the replication."""
        del command, end
        m.points, m.replica, m.dirty, m.reason, m.enabled_ms = [], {}, {}, None, 0

    def on_resynchronize(self, m: FakeMachine, command: Command, end: Regions) -> None:
        """Compare everything, send what differs."""
        del command, end
        for disk, data in m.source.items():
            m.replica[disk].extend(bytes(len(data) - len(m.replica[disk])))
            m.bytes_sent += len(data) // BLOCK_BYTES * DIGEST_BYTES
            for start in range(0, len(data), BLOCK_BYTES):
                if data[start : start + BLOCK_BYTES] != m.replica[disk][start : start + BLOCK_BYTES]:
                    self.send(m, disk, start // BLOCK_BYTES)
        m.dirty, m.reason, m.synced_ms = {}, None, self.now_ms
        m.shipped = dict(m.written)

    def on_test_failover(self, m: FakeMachine, command: Command, end: Regions) -> None:
        """A copy of the point."""
        del end
        self.build(m, Place.TEST, command)

    def on_clean_up_test(self, m: FakeMachine, command: Command, end: Regions) -> None:
        """The copy goes."""
        del command, end
        m.copies.pop(Place.TEST, None)
        self._pin(m, "")

    def on_fail_over(self, m: FakeMachine, command: Command, end: Regions) -> None:
        """The machine at the target is made from the point."""
        del end
        m.generation += 1
        self.build(m, Place.RECOVERY, command)
        m.reason, m.dirty = None, {}

    def on_change_recovery_point(self, m: FakeMachine, command: Command, end: Regions) -> None:
        """The same from another point."""
        del end
        self.build(m, Place.RECOVERY, command)

    def build(self, m: FakeMachine, place: Place, command: Command) -> None:
        """Fill a copy from the selected point; `latest` first turns what was received into a point."""
        fresh = m.regions.resync is Resync.NONE and lifecycle.running_place(m.regions) is Place.PRIMARY
        if (
            command.selection is Selection.LATEST
            and fresh
            and m.points[-1][1] != {k: bytes(v) for k, v in m.replica.items()}
        ):
            self.take_point(m, Consistency.CRASH)
        point = self.select(m, command)
        assert point is not None
        held = next(disks for each, disks in m.points if each.name == point.name)
        m.copies[place] = {name: bytearray(data) for name, data in held.items()}
        self._pin(m, point.name)

    def _pin(self, m: FakeMachine, name: str) -> None:
        m.used = name
        m.points = [(evolve(point, pinned=point.name == name), disks) for point, disks in m.points]

    def on_commit(self, m: FakeMachine, command: Command, end: Regions) -> None:
        """All other points go."""
        del command
        m.points = [each for each in m.points if each[0].name == m.used and end.direction is Direction.FORWARD]
        if end.direction is Direction.REVERSE:
            m.copies.pop(Place.RECOVERY, None)

    def on_complete_migration(self, m: FakeMachine, command: Command, end: Regions) -> None:
        """Replication data goes."""
        self.on_disable(m, command, end)

    def on_reprotect(self, m: FakeMachine, command: Command, end: Regions) -> None:
        """Only differences travel, into the disks of the other side."""
        m.points, m.used = [], ""
        m.replica = m.copies.get(Place.PRIMARY if end.direction is Direction.REVERSE else Place.TEST, {})
        running, m.regions = m.source, end
        assert running is m.source
        if end.direction is Direction.REVERSE:
            self.on_resynchronize(m, command, end)
            return
        self.full_copy(m)
        m.enabled_ms = m.synced_ms = self.now_ms
        self.take_point(m, Consistency.CRASH)

    def on_fail_back(self, m: FakeMachine, command: Command, end: Regions) -> None:
        """The rest travels, then the on-premises machine starts."""
        self.on_resynchronize(m, command, end)
        m.generation += 1

    def on_cancel(self, m: FakeMachine, command: Command, end: Regions) -> None:
        """The machine in the cloud runs again; what was written on-premises meanwhile is overwritten."""
        m.replica = m.copies[Place.PRIMARY]
        m.regions = end
        self.on_resynchronize(m, command, end)

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
    return {disk.name: bytearray(disk.size_bytes) for disk in spec.disks}


def _content(write: Write) -> bytes:
    stamp = Stamp(
        write.machine_index, write.disk_index, write.block, write.sequence, write.time_ms, write.seed, write.noise
    )
    return write.data or stamp.to_bytes()
