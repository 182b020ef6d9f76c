"""A first adapter: a machine's disks are copied at once, changes when asked to, and a copy is kept every five minutes.

Replace what happens in `Example` by calls to your product, and declare more capabilities as you go.
"""

# ruff: noqa: ARG002, D102  (the contract documents the methods: siteproof adapter guide; some ignore their arguments)

from pathlib import Path

from attrs import define, field

from siteproof.model.nouns.commands import Accepted, Answer, Command, Refusal
from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.observation import Observation, Regions
from siteproof.model.nouns.policy import MINUTE_MS, RecoveryPoint
from siteproof.model.nouns.scenario import Scenario
from siteproof.model.nouns.subject import (
    Capability,
    DataMode,
    Description,
    DiskAddress,
    Fault,
    Image,
    ImageKind,
    Provider,
    Unsupported,
    Write,
)
from siteproof.model.nouns.vocabulary import Consistency, Place, Protection, Verb

BLOCK_BYTES = 4096
NAMES = ("initial_replication", "delta", "crash_points", "older_points", "virtual_clock")
OFFERED = {Capability(name): Provider.PRODUCT for name in NAMES}


@define
class Machine:
    """One machine: its disks now, their replica, and the points that were kept."""

    disks: dict[str, bytearray]
    interval_ms: int
    protected: bool = False
    replica: dict[str, bytes] = field(factory=dict)
    points: dict[str, tuple[RecoveryPoint, dict[str, bytes]]] = field(factory=dict)
    next_point_ms: int = 0
    replicated_ms: int = 0
    made: int = 0

    def replicate(self, now_ms: int) -> None:
        self.replicated_ms = now_ms
        self.replica = {name: bytes(disk) for name, disk in self.disks.items()}

    def keep_point(self, now_ms: int) -> None:
        self.replicate(now_ms)
        self.made += 1
        point = RecoveryPoint(f"point-{self.made}", Consistency.CRASH, now_ms, self.made)
        self.points[point.name] = (point, self.replica)
        self.next_point_ms = now_ms + self.interval_ms


class Example:
    """The calls of the contract."""

    def __init__(self) -> None:
        """Nothing is there before `reset`."""
        self.machines: dict[str, Machine] = {}
        self.now_ms = 0

    def describe(self) -> Description:
        return Description("my product", "0.1", dict(OFFERED), ours=True, data=DataMode.INLINE)

    def reset(self, scenario: Scenario) -> None:
        self.now_ms, self.machines = scenario.start_ms, {}
        for spec in scenario.machines:
            disks = {disk.name: bytearray(disk.size_bytes) for disk in spec.disks}
            for disk in [each for each in spec.disks if each.image]:
                content = Path(disk.image).read_bytes()
                disks[disk.name][: len(content)] = content
            self.machines[spec.name] = Machine(disks, scenario.policy.crash_consistent_minutes * MINUTE_MS)

    def write(self, address: DiskAddress, writes: tuple[Write, ...]) -> None:
        disk = self.disk(address)
        for each in writes:
            disk[each.block * BLOCK_BYTES : (each.block + 1) * BLOCK_BYTES] = each.data

    def flush(self, address: DiskAddress) -> None:
        """Every write is durable here when it returns."""

    def discard(self, address: DiskAddress, block: int, blocks: int) -> None:
        raise Unsupported("discard")

    def read(self, address: DiskAddress) -> Image:
        return Image(address.disk, ImageKind.INLINE, data=bytes(self.disk(address)))

    def disk(self, address: DiskAddress) -> bytearray:
        if address.place not in (Place.ACTIVE, Place.PRIMARY):
            raise Unsupported(f"there is no machine at {address.place.value}")
        return self.machines[address.machine].disks[address.disk]

    def do(self, command: Command) -> Answer:
        machine = self.machines[command.machine]
        if command.verb not in allowed(machine):
            return Refusal(ErrorCode.OPERATION_NOT_ALLOWED, command.verb.value)
        machine.protected = command.verb is Verb.ENABLE
        machine.points, machine.replica = {}, {}
        if machine.protected:
            machine.keep_point(self.now_ms)
        return Accepted(f"job-{command.verb.value}")

    def observe(self, machine: str) -> Observation:
        seen = self.machines[machine]
        regions = Regions(Protection.PROTECTED if seen.protected else Protection.UNPROTECTED)
        points = tuple(point for point, _ in seen.points.values())
        rpo_ms = self.now_ms - seen.replicated_ms if points else None
        return Observation(machine, self.now_ms, regions, allowed(seen), points=points, rpo_ms=rpo_ms)

    def restore(self, machine: str, point: str) -> tuple[Image, ...]:
        if point not in self.machines[machine].points:
            raise Refused(ErrorCode.RECOVERY_POINT_UNAVAILABLE, point)
        _, disks = self.machines[machine].points[point]
        return tuple(Image(name, ImageKind.INLINE, data=data) for name, data in disks.items())

    def fault(self, fault: Fault) -> None:
        raise Unsupported(fault.kind.value)

    def advance(self, milliseconds: int) -> None:
        end_ms = self.now_ms + milliseconds
        protected = [each for each in self.machines.values() if each.protected]
        while due := [each for each in protected if each.next_point_ms <= end_ms]:
            first = min(due, key=lambda each: each.next_point_ms)
            first.keep_point(first.next_point_ms)
        self.now_ms = end_ms

    def settle(self) -> None:
        for each in self.machines.values():
            if each.protected:
                each.replicate(self.now_ms)

    def close(self) -> None:
        """Nothing is held outside of this object."""


def allowed(machine: Machine) -> tuple[Verb, ...]:
    """The commands that make sense now."""
    return (Verb.DISABLE,) if machine.protected else (Verb.ENABLE,)


make_subject = Example  # what `siteproof conform --python my_adapter:make_subject` calls
