"""Miniatures: the honest fake, wrong in exactly one promise each; every one of them has to be caught by name.

Rule: a miniature overrides one method and says in one sentence how it is wrong (domain §7 where it has a number).
"""

from attrs import evolve

from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.observation import Observation, Regions
from siteproof.model.nouns.policy import MINUTE_MS, RecoveryPoint
from siteproof.model.nouns.profile import CORE
from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.model.nouns.subject import DiskAddress, Fault, FaultKind, Image
from siteproof.model.nouns.vocabulary import (
    Consistency,
    Direction,
    Place,
    Protection,
    Resync,
    TestFailover,
    Verb,
)
from siteproof.model.spec.lifecycle import table as lifecycle
from siteproof.model.spec.retention_rule import Alignment, Representative, RetentionRule, published_rule
from siteproof.model.theorems.keep import kept
from tests.cases.fake import FakeSubject
from tests.cases.fake_machine import FakeMachine
from tests.cases.miniatures_of_kinds import (
    CopiesPhysicalMachinesOnce,
    FollowsTheShorterRow,
    KeepsOneAtRetentionZero,
    OffersPhysicalMachinesLess,
    ThinsAWeekOldPointLikeAYoungOne,
)


class ForgetsZeroes(FakeSubject):
    """B12: a block of zeros is not worth sending."""

    def track(self, machine: FakeMachine, disk: str, block: int, data: bytes) -> None:
        """Only blocks with something in them."""
        if any(data):
            super().track(machine, disk, block, data)


class ClearsMarksOnReconnect(FakeSubject):
    """B2: the handshake after a cut forgets the dirty blocks and the mark."""

    def break_something(self, machine: FakeMachine, fault: Fault) -> None:
        """All is well again."""
        super().break_something(machine, fault)
        if fault.kind is FaultKind.LINK_UP and machine.regions.resync is Resync.REQUIRED:
            machine.regions = evolve(machine.regions, resync=Resync.NONE)
            machine.dirty = {}


class LosesWritesInTheResyncWindow(FakeSubject):
    """B1: what is written while the sides are compared is neither compared nor dirty."""

    def track(self, machine: FakeMachine, disk: str, block: int, data: bytes) -> None:
        """Remember the old content, so that the comparison sees it."""
        super().track(machine, disk, block, data)
        if machine.job and machine.job.verb is Verb.RESYNCHRONIZE:
            machine.skipped.add((disk, block))

    def send(self, m: FakeMachine, disk: str, block: int) -> None:
        """Not what came too late."""
        if (disk, block) not in m.skipped:
            super().send(m, disk, block)


class ListsWhatItCannotRestore(FakeSubject):
    """B26: every third point is only a name."""

    def restore(self, machine: str, point: str) -> tuple[Image, ...]:
        """Sorry."""
        if int(point.rpartition("-")[2]) % 3 == 0:
            raise Refused(ErrorCode.RECOVERY_POINT_UNAVAILABLE, point)
        return super().restore(machine, point)


class CollapsesHistory(FakeSubject):
    """B34: buckets of age that keep the newest."""

    def prune(self, m: FakeMachine) -> None:
        """Looks reasonable."""
        tiers = published_rule(m.policy.retention_minutes).tiers
        rule = RetentionRule(m.policy.retention_minutes, tiers, Representative.NEWEST, Alignment.AGE)
        left = {point.name for point in kept([point for point, _ in m.points], self.now_ms, rule)}
        m.points = [each for each in m.points if each[0].name in left]


class PrunesWhatIsInUse(FakeSubject):
    """B11: a point in use is thinned like any other."""

    def prune(self, m: FakeMachine) -> None:
        """Rules are rules."""
        rule = published_rule(m.policy.retention_minutes)
        points = [evolve(point, pinned=False) for point, _ in m.points]
        left = {point.name for point in kept(points, self.now_ms, rule)}
        m.points = [each for each in m.points if each[0].name in left]


class DeletesEverythingAfterAnOutage(FakeSubject):
    """B38: retention runs by the clock, also when no point arrives."""

    def tick(self, m: FakeMachine) -> None:
        """Old is old."""
        super().tick(m)
        limit_ms = self.now_ms - m.policy.retention_minutes * MINUTE_MS
        m.points = [each for each in m.points if each[0].taken_at_ms > limit_ms]


class ShipsOutOfOrder(FakeSubject):
    """B36: a point is taken while only half of what was written has arrived."""

    def take_point(self, m: FakeMachine, consistency: Consistency) -> RecoveryPoint:
        """The replica, but for the blocks that are late."""
        point = super().take_point(m, consistency)
        if len(m.points) > 1:
            held, older = m.points[-1][1], m.points[-2][1]
            for disk, data in held.items():
                half = len(data) // BLOCK_BYTES // 2 * BLOCK_BYTES
                held[disk] = older[disk][:half] + data[half:]
        return point


class ChangesWhenRefusing(FakeSubject):
    """B31: a refused command leaves a trace."""

    def guard(self, machine: FakeMachine, command: Command) -> ErrorCode | None:
        """Count it."""
        code = super().guard(machine, command)
        if code:
            machine.generation += 1
        return code


class KeepsStampsAndNoBytes(FakeSubject):
    """It answers everything and stores nothing."""

    def store(self, machine: FakeMachine, address: DiskAddress, block: int, data: bytes) -> None:
        """The numbers are enough."""
        del data
        super().track(machine, address.disk, block, b"")


class CopiesEverythingAgain(FakeSubject):
    """A resynchronisation sends the whole disk."""

    def on_resynchronize(self, m: FakeMachine, command: Command, end: Regions) -> None:
        """To be sure."""
        super().on_resynchronize(m, command, end)
        m.bytes_sent += sum(len(data) for data in m.source.values())


class ShipsTheWholeDisk(FakeSubject):
    """Every shipment is a full copy."""

    def ship(self, m: FakeMachine) -> None:
        """Simple and robust."""
        if any(m.dirty.values()) and m.link_up:
            m.dirty = {disk: set(range(len(data) // BLOCK_BYTES)) for disk, data in m.source.items()}
        super().ship(m)


class DrillWritesIntoItsPoint(FakeSubject):
    """B39: the test machine shares its blocks with the point."""

    def store(self, machine: FakeMachine, address: DiskAddress, block: int, data: bytes) -> None:
        """And so do its writes."""
        super().store(machine, address, block, data)
        if address.place is Place.TEST:
            for point, disks in machine.points:
                if point.name == machine.used:
                    held = bytearray(disks[address.disk])
                    held[block * BLOCK_BYTES : (block + 1) * BLOCK_BYTES] = data
                    disks[address.disk] = bytes(held)


class DrillPausesReplication(FakeSubject):
    """B40: nothing is shipped while a drill runs."""

    def ship(self, m: FakeMachine) -> None:
        """Later."""
        if m.regions.test_failover is TestFailover.NONE:
            super().ship(m)


class CommitKeepsPoints(FakeSubject):
    """After the commit every point is still there."""

    def on_commit(self, m: FakeMachine, command: Command, end: Regions) -> None:
        """Who knows what they are good for."""
        del m, command, end


class ShowsAPrettyRpo(FakeSubject):
    """The RPO is shown as zero."""

    def rpo_ms(self, m: FakeMachine) -> int | None:
        """Perfect."""
        return 0 if m.points else None


class IgnoresTheChosenPoint(FakeSubject):
    """Custom is treated as latest processed."""

    def select(self, machine: FakeMachine, command: Command) -> RecoveryPoint | None:
        """The newest is always best."""
        return machine.points[-1][0] if super().select(machine, command) else None


class TurnsBackFromABrokenCopy(FakeSubject):
    """A reverse copy that breaks off is shown as if the machine had never turned."""

    def failed(self, m: FakeMachine, command: Command) -> Regions:
        """As a job that fails before its copy."""
        return lifecycle.failed(m.before, command.verb, CORE)


class TrustsACrashedAgent(FakeSubject):
    """B10: what the agent remembered before it crashed is trusted."""

    def break_something(self, machine: FakeMachine, fault: Fault) -> None:
        """Its memory is gone, and nobody is told."""
        if fault.kind is FaultKind.AGENT_CRASH:
            machine.dirty = {}
            return
        super().break_something(machine, fault)


class ReplicaIsTooSmall(FakeSubject):
    """B7: the end of the disk is missing at the target."""

    def restore(self, machine: str, point: str) -> tuple[Image, ...]:
        """All but the last block."""
        return tuple(evolve(image, data=image.data[:-BLOCK_BYTES]) for image in super().restore(machine, point))


class UsesNamesAgain(FakeSubject):
    """After a disable points are counted from one."""

    def on_disable(self, m: FakeMachine, command: Command, end: Regions) -> None:
        """A fresh start."""
        super().on_disable(m, command, end)
        m.made = 0


class TakesPointsWhileMarked(FakeSubject):
    """B30: points go on while the sides may differ."""

    def takes_points(self, m: FakeMachine) -> bool:
        """Five minutes are five minutes."""
        return m.regions.protection is Protection.PROTECTED and m.regions.direction is Direction.FORWARD


class BothSidesRun(FakeSubject):
    """B29: the old machine comes back after the failover."""

    def observe(self, machine: str) -> Observation:
        """Two are better than one."""
        seen = super().observe(machine)
        over = seen.regions.protection is Protection.FAILED_OVER and seen.link_up
        return evolve(seen, running=(Place.PRIMARY, Place.RECOVERY)) if over else seen


class CancelForgetsTheCloud(FakeSubject):
    """A cancel keeps what was written on-premises."""

    def on_cancel(self, m: FakeMachine, command: Command, end: Regions) -> None:
        """The newest writes win."""
        del command, end
        m.copies[Place.RECOVERY] = {name: bytearray(data) for name, data in m.copies[Place.PRIMARY].items()}


class BringsLostWritesBack(FakeSubject):
    """B15: blocks that only the old side has are kept at the reprotect."""

    def send(self, m: FakeMachine, disk: str, block: int) -> None:
        """Unless the old side already has something there."""
        span = slice(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES)
        if m.regions.direction is Direction.REVERSE and any(m.replica[disk][span]):
            m.source[disk][span] = m.replica[disk][span]
        super().send(m, disk, block)


class WatermarksRunAhead(FakeSubject):
    """What was applied is shown before it was sent."""

    def observe(self, machine: str) -> Observation:
        """Optimistic."""
        seen = super().observe(machine)
        disks = tuple(evolve(d, watermarks=evolve(d.watermarks, applied=d.watermarks.written)) for d in seen.disks)
        return evolve(seen, disks=disks) if seen.points else seen


class ListsTooMuch(FakeSubject):
    """B31: the allowed operations list cancel where nothing can be cancelled."""

    def observe(self, machine: str) -> Observation:
        """Anything goes."""
        seen = super().observe(machine)
        return evolve(seen, allowed=tuple(sorted({*seen.allowed, Verb.CANCEL})))


class OrdersPointsByClock(FakeSubject):
    """B32: points are listed by wall clock."""

    def take_point(self, m: FakeMachine, consistency: Consistency) -> RecoveryPoint:
        """After a jump back the newest point sorts first, and the oldest goes."""
        point = super().take_point(m, consistency)
        if ErrorCode.TIME_JUMP_BACKWARD in {event.code for event in m.events}:
            m.points = [m.points[-1], *m.points[1:-1]]
        return point


class OpensAnOlderStateAfterACrash(FakeSubject):
    """B35: a crash of the target loses what was acknowledged."""

    def break_something(self, machine: FakeMachine, fault: Fault) -> None:
        """The replica falls back to the newest point."""
        super().break_something(machine, fault)
        if fault.kind is FaultKind.TARGET_CRASH and machine.points and machine.replica:
            machine.replica = {name: bytearray(data) for name, data in machine.points[-1][1].items()}


class SkipsTheLastWrites(FakeSubject):
    """A failback leaves pending changes behind."""

    def on_fail_back(self, m: FakeMachine, command: Command, end: Regions) -> None:
        """They are old news."""
        del command, end
        m.generation += 1


class MixesTwoInstants(FakeSubject):
    """B16: the disks of one point are of different instants."""

    def take_point(self, m: FakeMachine, consistency: Consistency) -> RecoveryPoint:
        """The second disk is one point behind."""
        point = super().take_point(m, consistency)
        if len(m.points) > 1 and "disk1" in m.replica:
            m.points[-1][1]["disk1"] = m.points[-2][1]["disk1"]
        return point


# Which case has to catch it, at least.
KILLED_BY: dict[type[FakeSubject], str] = {
    ForgetsZeroes: "C-REP-4",
    ClearsMarksOnReconnect: "C-RES-2",
    LosesWritesInTheResyncWindow: "C-RES-6",
    ListsWhatItCannotRestore: "C-PT-8",
    CollapsesHistory: "C-RET-2",
    PrunesWhatIsInUse: "C-RET-7",
    DeletesEverythingAfterAnOutage: "C-RET-6",
    ShipsOutOfOrder: "C-REP-12",
    ChangesWhenRefusing: "C-LC-T1.1",
    KeepsStampsAndNoBytes: "C-REP-1",
    CopiesEverythingAgain: "C-RES-4",
    ShipsTheWholeDisk: "C-REP-8",
    TurnsBackFromABrokenCopy: "C-LC-T37.1",
    DrillWritesIntoItsPoint: "C-DRL-2",
    DrillPausesReplication: "C-DRL-4",
    CommitKeepsPoints: "C-FO-13",
    ShowsAPrettyRpo: "C-FO-7",
    IgnoresTheChosenPoint: "C-FO-2",
    TrustsACrashedAgent: "C-RES-22",
    ReplicaIsTooSmall: "C-REP-14",
    UsesNamesAgain: "C-PT-10",
    TakesPointsWhileMarked: "C-PT-12",
    BothSidesRun: "C-FO-9",
    CancelForgetsTheCloud: "C-FB-5",
    BringsLostWritesBack: "C-FB-3",
    WatermarksRunAhead: "C-REP-9",
    ListsTooMuch: "C-LC-T2.1",
    OrdersPointsByClock: "C-PT-11",
    OpensAnOlderStateAfterACrash: "C-FLT-1",
    SkipsTheLastWrites: "C-FB-4",
    MixesTwoInstants: "C-REP-13",
    FollowsTheShorterRow: "C-RET-12",
    ThinsAWeekOldPointLikeAYoungOne: "C-RET-13",
    KeepsOneAtRetentionZero: "C-RET-10",
    CopiesPhysicalMachinesOnce: "C-SET-1",
    OffersPhysicalMachinesLess: "C-SET-2",
}
