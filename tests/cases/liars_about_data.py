"""Liars about data: bytes get lost among neighbours, and in the windows of jobs, comparisons and restarts.

Rule: each is the honest fake with one lie, as small as possible.
"""

from attrs import evolve

from siteproof.model.nouns.commands import Answer, Command, Refusal
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.policy import MINUTE_MS, RecoveryPoint
from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.model.nouns.subject import DiskAddress, Fault, FaultKind, Image, Write
from siteproof.model.nouns.vocabulary import Consistency, Direction, Place, Protection, Resync, ResyncReason, Verb
from tests.cases.fake import FakeSubject
from tests.cases.fake_machine import FakeMachine
from tests.cases.liars import Wrong, caught_by


class MissesWritesOf(FakeSubject):
    """Writes and discards are not tracked, and never arrive, while `misses` holds."""

    def misses(self, m: FakeMachine) -> bool:
        """Never."""
        del m
        return False

    def store(self, machine: FakeMachine, address: DiskAddress, block: int, data: bytes) -> None:
        """Remember what must not arrive."""
        late = self.misses(machine) and address.place is Place.ACTIVE
        super().store(machine, address, block, data)
        if late:
            machine.skipped.add((address.disk, block))

    def restore(self, machine: str, point: str) -> tuple[Image, ...]:
        """Zeros where the late writes should be."""
        skipped = self.machines[machine].skipped
        return tuple(
            evolve(image, data=_without(image.data, {block for disk, block in skipped if disk == image.disk}))
            for image in super().restore(machine, point)
        )


def _without(data: bytes, blocks: set[int], filler: bytes = b"\0") -> bytes:
    held = bytearray(data)
    for block in blocks:
        held[block * BLOCK_BYTES : (block + 1) * BLOCK_BYTES] = filler * BLOCK_BYTES
    return bytes(held)


@caught_by("C-NB-1")
class MixesUpMachines(FakeSubject):
    """Every machine restores the points of the first one."""

    def restore(self, machine: str, point: str) -> tuple[Image, ...]:
        """The newest of the wrong machine."""
        super().restore(machine, point)
        first = next(iter(self.machines.values()))
        return super().restore(first.spec.name, first.points[-1][0].name)


@caught_by("C-NB-2")
class FailsOverEverybody(FakeSubject):
    """A failover of one machine stops the points of all."""

    def takes_points(self, m: FakeMachine) -> bool:
        """Only while nobody has failed over."""
        over = any(other.generation for other in self.machines.values())
        return super().takes_points(m) and not over


@caught_by("C-NB-3")
class DisablesEverybodysPoints(FakeSubject):
    """Disable empties the catalogue."""

    def on_disable(self, m: FakeMachine, command: Command, end: Regions) -> None:
        """Clean is clean."""
        super().on_disable(m, command, end)
        for other in self.machines.values():
            other.points = other.points[-1:]


@caught_by("C-NB-4")
class CutsEveryLink(FakeSubject):
    """A link that breaks is everybody's."""

    def fault(self, fault: Fault) -> None:
        """One cable."""
        super().fault(evolve(fault, machine="") if fault.kind is FaultKind.LINK_DOWN else fault)


@caught_by("C-NB-5")
class RunsOneJobForAll(FakeSubject):
    """One job at a time, whatever the machine."""

    def do(self, command: Command) -> Answer:
        """Wait for the others."""
        busy = any(m.job for m in self.machines.values())
        return Refusal(ErrorCode.OPERATION_CONFLICT) if busy else super().do(command)


@caught_by("C-NB-6")
class FailsTheFirstMachinesJob(FakeSubject):
    """Whichever machine is named, the first one's job fails."""

    def fault(self, fault: Fault) -> None:
        """Somebody's."""
        first = next(iter(self.machines))
        super().fault(evolve(fault, machine=first) if fault.kind is FaultKind.JOB_FAILS else fault)


@caught_by("C-WIN-1")
class MissesWritesOfTheCopy(MissesWritesOf):
    """What is written while the initial copy runs is not captured."""

    def misses(self, m: FakeMachine) -> bool:
        """Once the copy shows."""
        return m.regions.protection is Protection.INITIAL_REPLICATION


@caught_by("C-WIN-5")
class MissesWritesOfTheDrillsJobs(MissesWritesOf):
    """What is written while a test machine is built is not captured."""

    def misses(self, m: FakeMachine) -> bool:
        """While the job runs."""
        return m.job is not None and m.job.verb is Verb.TEST_FAILOVER


class MissesDiscardsWhile(FakeSubject):
    """Discards reach the running disk and are forgotten by replication while `misses` holds."""

    def misses(self, m: FakeMachine) -> bool:
        """Never."""
        del m
        return False

    def discard(self, address: DiskAddress, block: int, blocks: int) -> None:
        """The old content comes back at the other side."""
        m = self.machines[address.machine]
        if self.misses(m):
            m.skipped |= {(address.disk, each) for each in range(block, block + blocks)}
        super().discard(address, block, blocks)

    def take_point(self, m: FakeMachine, consistency: Consistency) -> RecoveryPoint:
        """Bytes that should be gone."""
        point = super().take_point(m, consistency)
        held = m.points[-1][1]
        for disk in held:
            blocks = {block for name, block in m.skipped if name == disk}
            held[disk] = _without(held[disk], blocks, b"\x17")
        return point

    def on_fail_back(self, m: FakeMachine, command: Command, end: Regions) -> None:
        """The same on the way home."""
        super().on_fail_back(m, command, end)
        for disk, block in m.skipped:
            m.copies[Place.PRIMARY][disk][block * BLOCK_BYTES] = 0x17


@caught_by("C-WIN-2")
class MissesDiscardsOfTheCopy(MissesDiscardsWhile):
    """Not while the initial copy runs."""

    def misses(self, m: FakeMachine) -> bool:
        """During the copy."""
        return m.regions.protection in (Protection.ENABLING, Protection.INITIAL_REPLICATION)


@caught_by("C-WIN-3")
class MissesDiscardsOfTheComparison(MissesDiscardsWhile):
    """Not while the sides are compared."""

    def misses(self, m: FakeMachine) -> bool:
        """During a resynchronisation."""
        return m.job is not None and m.job.verb is Verb.RESYNCHRONIZE


@caught_by("C-WIN-4")
class MissesDiscardsOfTheCloud(MissesDiscardsWhile):
    """Not in the reverse direction."""

    def misses(self, m: FakeMachine) -> bool:
        """On the way home."""
        return m.regions.direction is Direction.REVERSE


class DropsWritesWhile(Wrong):
    """Writes are acknowledged and lost while a job of `verb` runs."""

    verb = Verb.COMMIT

    def write(self, address: DiskAddress, writes: tuple[Write, ...]) -> None:
        """Thank you."""
        if self.doing(self.machines[address.machine]) is not self.verb:
            super().write(address, writes)


@caught_by("C-WIN-7")
class DropsWritesDuringTheCommit(DropsWritesWhile):
    """The committed machine is another one."""


@caught_by("C-WIN-6")
class DropsWritesDuringTheReprotect(DropsWritesWhile):
    """The comparison began before."""

    verb = Verb.REPROTECT


@caught_by("C-WIN-6")
class DropsWritesDuringTheFailback(DropsWritesWhile):
    """The last copy was made already."""

    verb = Verb.FAIL_BACK


class TornWhileComparing(Wrong):
    """The copy made by `verb` during a comparison holds half of what has been compared so far."""

    verb = Verb.FAIL_OVER

    def do(self, command: Command) -> Answer:
        """Half-way."""
        m = self.machines[command.machine]
        torn = command.verb is self.verb and m.regions.resync in (Resync.QUEUED, Resync.RUNNING)
        if torn:
            for point, held in m.points:
                m.points[m.points.index((point, held))] = (point, {d: _half(m, d, b) for d, b in held.items()})
        return super().do(command)


def _half(m: FakeMachine, disk: str, data: bytes) -> bytes:
    middle = len(data) // 2
    return bytes(m.source[disk][:middle]) + data[middle:]


@caught_by("C-WIN-8")
class FailsOverToATornState(TornWhileComparing):
    """The seed disk as it is."""


@caught_by("C-WIN-9")
class DrillsATornState(TornWhileComparing):
    """The same in a drill."""

    verb = Verb.TEST_FAILOVER


class ForgetsOn(FakeSubject):
    """A fault in a certain state forgets what is dirty, and the mark."""

    kind = FaultKind.TARGET_CRASH

    def forgets(self, m: FakeMachine) -> bool:
        """When both sides differ."""
        return m.regions.resync is Resync.REQUIRED

    def break_something(self, machine: FakeMachine, fault: Fault) -> None:
        """All is well."""
        forget = fault.kind is self.kind and self.forgets(machine)
        super().break_something(machine, fault)
        if forget:
            machine.dirty = {}
            machine.regions = evolve(machine.regions, resync=Resync.NONE)


@caught_by("C-WIN-11")
class TargetCrashClearsTheMark(ForgetsOn):
    """After the restart everything looks fine."""


@caught_by("C-WIN-13")
class SiteUpForgetsTheBitmap(ForgetsOn):
    """The machine boots with an empty bitmap."""

    kind = FaultKind.SITE_UP

    def forgets(self, m: FakeMachine) -> bool:
        """Always."""
        return m.regions.protection is Protection.PROTECTED


@caught_by("C-WIN-12")
class TargetCrashEmptiesTheReverseReplica(FakeSubject):
    """What had been compared counts as compared, and its bytes are gone."""

    def break_something(self, machine: FakeMachine, fault: Fault) -> None:
        """The service restarts empty, and the failback trusts it."""
        super().break_something(machine, fault)
        if fault.kind is FaultKind.TARGET_CRASH and machine.regions.direction is Direction.REVERSE:
            machine.skipped.add(("disk0", 0))

    def send(self, m: FakeMachine, disk: str, block: int) -> None:
        """Not again."""
        if not m.skipped:
            super().send(m, disk, block)


@caught_by("C-WIN-10")
class TargetCrashEndsTheCopy(FakeSubject):
    """A copy that was interrupted counts as complete."""

    def break_something(self, machine: FakeMachine, fault: Fault) -> None:
        """Half a copy is a copy."""
        super().break_something(machine, fault)
        if fault.kind is FaultKind.TARGET_CRASH and machine.job and machine.job.verb is Verb.ENABLE:
            machine.skipped |= {("disk0", block) for block in range(64)}

    def take_point(self, m: FakeMachine, consistency: Consistency) -> RecoveryPoint:
        """Without the first half."""
        point = super().take_point(m, consistency)
        held = m.points[-1][1]
        held["disk0"] = _without(held["disk0"], {block for _, block in m.skipped})
        return point


@caught_by("C-RES-28")
class NewTroubleHidesTheFailedRun(FakeSubject):
    """A failed resynchronisation becomes an ordinary mark, and nobody is told to act any more."""

    def mark(self, machine: FakeMachine, reason: ResyncReason, code: ErrorCode) -> None:
        """As if nothing had failed."""
        super().mark(machine, reason, code)
        if machine.regions.resync is Resync.FAILED:
            machine.regions = evolve(machine.regions, resync=Resync.REQUIRED)


@caught_by("C-CHO-11")
class ProtectsEveryDisk(FakeSubject):
    """An enable that names a part of the disks takes all of them."""

    def do(self, command: Command) -> Answer:
        """As if none had been named."""
        return super().do(evolve(command, disks=()))


@caught_by("C-CHO-11")
class BringsHomeTheFirstDiskOnly(FakeSubject):
    """A failback forgets what was written in the cloud to the last of the disks that were named."""

    def on_fail_back(self, m: FakeMachine, command: Command, end: Regions) -> None:
        """The rest of one disk never travels."""
        last = list(m.replica)[-1]
        before = bytes(m.replica[last])
        super().on_fail_back(m, command, end)
        m.replica[last][:] = before


@caught_by("C-REP-12")
class ShowsAnEarlierTime(FakeSubject):
    """A point holds what was written until now, and shows the time of a minute ago."""

    def take_point(self, m: FakeMachine, consistency: Consistency) -> RecoveryPoint:
        """A minute off, but for the first one."""
        point = super().take_point(m, consistency)
        if len(m.points) > 1:
            point = evolve(point, taken_at_ms=point.taken_at_ms - MINUTE_MS)
            m.points[-1] = (point, m.points[-1][1])
        return point
