"""A liar: it remembers the numbers of every write and holds no data.

Its lifecycle, its points and its watermarks are as they should be, and its images have the right size and the right
stamp headers; behind the headers there is nothing. Who believes numbers is satisfied, who reads bytes is not.
"""

# ruff: noqa: ARG002, D102  (the methods are documented by the contract; some ignore their arguments)

from attrs import define, evolve, field

from siteproof.model.nouns.commands import Accepted, Answer, Command, Refusal
from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.observation import DiskView, Observation, Regions, Watermarks
from siteproof.model.nouns.policy import MINUTE_MS, RecoveryPoint
from siteproof.model.nouns.scenario import Scenario
from siteproof.model.nouns.stamp import BLOCK_BYTES, Stamp
from siteproof.model.nouns.subject import (
    Capability,
    Description,
    DiskAddress,
    Fault,
    Image,
    ImageKind,
    Provider,
    Subject,
    Unsupported,
    Write,
)
from siteproof.model.nouns.vocabulary import Consistency, Place, Protection, Site, Verb

CLAIMS = (
    Capability.INITIAL_REPLICATION,
    Capability.DELTA,
    Capability.CRASH_POINTS,
    Capability.OLDER_POINTS,
    Capability.FAILOVER,
    Capability.LIFECYCLE,
    Capability.WATERMARKS,
    Capability.VIRTUAL_CLOCK,
    Capability.TOTAL_ORDER,
)
POINT_MS = 5 * MINUTE_MS
Stamps = dict[str, dict[int, Stamp]]


@define
class Believed:
    """What it remembers of one machine: per disk and block the last stamp, and the same per point."""

    sizes: dict[str, int]
    regions: Regions = field(factory=Regions)
    stamps: Stamps = field(factory=dict)
    points: dict[str, tuple[RecoveryPoint, Stamps]] = field(factory=dict)
    written: int = 0
    made: int = 0
    generation: int = 0

    def copy(self) -> Stamps:
        return {disk: dict(stamps) for disk, stamps in self.stamps.items()}


class StampsOnly:
    """Numbers in, numbers out."""

    def __init__(self) -> None:
        self.machines: dict[str, Believed] = {}
        self.now_ms = 0

    def describe(self) -> Description:
        return Description("stamps only", "1", dict.fromkeys(CLAIMS, Provider.PRODUCT), ours=True)

    def reset(self, scenario: Scenario) -> None:
        self.now_ms = scenario.start_ms
        self.machines = {m.name: Believed({d.name: d.size_bytes for d in m.disks}) for m in scenario.machines}

    def write(self, address: DiskAddress, writes: tuple[Write, ...]) -> None:
        machine = self.machines[address.machine]
        for w in writes:
            stamp = Stamp(w.machine_index, w.disk_index, w.block, w.sequence, w.time_ms, w.seed, w.noise)
            machine.stamps.setdefault(address.disk, {})[w.block] = stamp
            machine.written = max(machine.written, w.sequence)

    def flush(self, address: DiskAddress) -> None:
        del address

    def discard(self, address: DiskAddress, block: int, blocks: int) -> None:
        raise Unsupported("discard")

    def read(self, address: DiskAddress) -> Image:
        machine = self.machines[address.machine]
        if address.place is Place.TEST:
            raise Unsupported("no test machine")
        return hollow(address.disk, machine.sizes[address.disk], machine.stamps.get(address.disk, {}))

    def do(self, command: Command) -> Answer:
        machine = self.machines[command.machine]
        if command.verb not in allowed(machine.regions):
            return Refusal(ErrorCode.OPERATION_NOT_ALLOWED)
        if command.verb is Verb.ENABLE:
            machine.regions = evolve(machine.regions, protection=Protection.PROTECTED)
            self.take_point(machine)
        elif command.verb is Verb.FAIL_OVER:
            machine.regions = evolve(machine.regions, protection=Protection.FAILED_OVER, active=Site.RECOVERY)
            machine.generation += 1
        else:
            machine.regions, machine.points = Regions(), {}
        return Accepted("job")

    def take_point(self, machine: Believed) -> None:
        machine.made += 1
        point = RecoveryPoint(f"point-{machine.made}", Consistency.CRASH, self.now_ms, machine.made)
        machine.points[point.name] = (point, machine.copy())

    def observe(self, machine: str) -> Observation:
        seen = self.machines[machine]
        marks = Watermarks(*[seen.written] * 5)
        return Observation(
            machine,
            self.now_ms,
            seen.regions,
            allowed(seen.regions),
            points=tuple(point for point, _ in seen.points.values()),
            disks=tuple(DiskView(name, size // BLOCK_BYTES, watermarks=marks) for name, size in seen.sizes.items()),
            running=(Place.RECOVERY if seen.regions.active is Site.RECOVERY else Place.PRIMARY,),
            rpo_ms=0 if seen.points else None,
            generation=seen.generation,
        )

    def restore(self, machine: str, point: str) -> tuple[Image, ...]:
        seen = self.machines[machine]
        if point not in seen.points:
            raise Refused(ErrorCode.RECOVERY_POINT_UNAVAILABLE)
        stamps = seen.points[point][1]
        return tuple(hollow(disk, size, stamps.get(disk, {})) for disk, size in seen.sizes.items())

    def fault(self, fault: Fault) -> None:
        raise Unsupported(fault.kind.value)

    def advance(self, milliseconds: int) -> None:
        for _ in range(milliseconds // POINT_MS):
            self.now_ms += POINT_MS
            for machine in self.machines.values():
                if machine.regions.protection is Protection.PROTECTED:
                    self.take_point(machine)
        self.now_ms += milliseconds % POINT_MS

    def settle(self) -> None:
        """Everything has happened already."""

    def close(self) -> None:
        """Nothing is held."""


def allowed(regions: Regions) -> tuple[Verb, ...]:
    """The lifecycle as far as it goes here."""
    table = {
        Protection.UNPROTECTED: (Verb.ENABLE,),
        Protection.PROTECTED: (Verb.FAIL_OVER, Verb.DISABLE),
        Protection.FAILED_OVER: (Verb.DISABLE,),
    }
    return table[regions.protection]


def hollow(disk: str, size_bytes: int, stamps: dict[int, Stamp]) -> Image:
    """An image that holds the stamps' headers and zeros behind them."""
    image = bytearray(size_bytes)
    for block, stamp in stamps.items():
        header = stamp.header()
        image[block * BLOCK_BYTES : block * BLOCK_BYTES + len(header)] = header
    return Image(disk, ImageKind.INLINE, data=bytes(image))


def make_subject() -> Subject:
    """A new one."""
    return StampsOnly()
