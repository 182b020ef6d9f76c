"""Liars: subjects which the suite once called conformant; each is the honest fake with one lie, caught by its case.

Rule: a lie that survives the suite gets a case first, and then its miniature here.
"""

from collections.abc import Callable

import pytest
from attrs import evolve

from siteproof.model import lifecycle
from siteproof.model.nouns.commands import Answer, Command, Refusal
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.observation import DiskView, Observation, Regions, Watermarks
from siteproof.model.nouns.policy import MINUTE_MS, RecoveryPoint
from siteproof.model.nouns.scenario import MachineSpec, Scenario
from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.model.nouns.subject import DiskAddress, Fault, FaultKind, Image, ImageKind, Write
from siteproof.model.nouns.vocabulary import Consistency, Direction, Place, Protection, Resync, Selection, Verb
from tests.cases.fake import FakeSubject
from tests.cases.fake_machine import FakeMachine
from tests.cases.judging import verdict

LIARS: dict[type[FakeSubject], str] = {}


def caught_by(case_id: str) -> Callable[[type[FakeSubject]], type[FakeSubject]]:
    """The case that has to catch the decorated liar."""

    def register(liar: type[FakeSubject]) -> type[FakeSubject]:
        LIARS[liar] = case_id
        return liar

    return register


class Wrong(FakeSubject):
    """What liars need: the running job's verb, and an observation that can be embellished."""

    @staticmethod
    def doing(m: FakeMachine) -> Verb | None:
        """The verb of the job that runs."""
        return m.job.verb if m.job else None

    def embellish(self, seen: Observation) -> Observation:
        """Tell the truth."""
        return seen

    def observe(self, machine: str) -> Observation:
        """What there is to see, embellished."""
        return self.embellish(super().observe(machine))


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


@caught_by("NB-1")
class MixesUpMachines(FakeSubject):
    """Every machine restores the points of the first one."""

    def restore(self, machine: str, point: str) -> tuple[Image, ...]:
        """The newest of the wrong machine."""
        super().restore(machine, point)
        first = next(iter(self.machines.values()))
        return super().restore(first.spec.name, first.points[-1][0].name)


@caught_by("NB-2")
class FailsOverEverybody(FakeSubject):
    """A failover of one machine stops the points of all."""

    def takes_points(self, m: FakeMachine) -> bool:
        """Only while nobody has failed over."""
        over = any(other.generation for other in self.machines.values())
        return super().takes_points(m) and not over


@caught_by("NB-3")
class DisablesEverybodysPoints(FakeSubject):
    """Disable empties the catalogue."""

    def on_disable(self, m: FakeMachine, command: Command, end: Regions) -> None:
        """Clean is clean."""
        super().on_disable(m, command, end)
        for other in self.machines.values():
            other.points = other.points[-1:]


@caught_by("NB-4")
class CutsEveryLink(FakeSubject):
    """A link that breaks is everybody's."""

    def fault(self, fault: Fault) -> None:
        """One cable."""
        super().fault(evolve(fault, machine="") if fault.kind is FaultKind.LINK_DOWN else fault)


@caught_by("NB-5")
class RunsOneJobForAll(FakeSubject):
    """One job at a time, whatever the machine."""

    def do(self, command: Command) -> Answer:
        """Wait for the others."""
        busy = any(m.job for m in self.machines.values())
        return Refusal(ErrorCode.OPERATION_CONFLICT) if busy else super().do(command)


@caught_by("NB-6")
class FailsTheFirstMachinesJob(FakeSubject):
    """Whichever machine is named, the first one's job fails."""

    def fault(self, fault: Fault) -> None:
        """Somebody's."""
        first = next(iter(self.machines))
        super().fault(evolve(fault, machine=first) if fault.kind is FaultKind.JOB_FAILS else fault)


@caught_by("WIN-1")
class MissesWritesOfTheCopy(MissesWritesOf):
    """What is written while the initial copy runs is not captured."""

    def misses(self, m: FakeMachine) -> bool:
        """Once the copy shows."""
        return m.regions.protection is Protection.INITIAL_REPLICATION


@caught_by("WIN-5")
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


@caught_by("WIN-2")
class MissesDiscardsOfTheCopy(MissesDiscardsWhile):
    """Not while the initial copy runs."""

    def misses(self, m: FakeMachine) -> bool:
        """During the copy."""
        return m.regions.protection in (Protection.ENABLING, Protection.INITIAL_REPLICATION)


@caught_by("WIN-3")
class MissesDiscardsOfTheComparison(MissesDiscardsWhile):
    """Not while the sides are compared."""

    def misses(self, m: FakeMachine) -> bool:
        """During a resynchronisation."""
        return m.job is not None and m.job.verb is Verb.RESYNCHRONIZE


@caught_by("WIN-4")
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


@caught_by("WIN-7")
class DropsWritesDuringTheCommit(DropsWritesWhile):
    """The committed machine is another one."""


@caught_by("WIN-6")
class DropsWritesDuringTheReprotect(DropsWritesWhile):
    """The comparison began before."""

    verb = Verb.REPROTECT


@caught_by("WIN-6")
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


@caught_by("WIN-8")
class FailsOverToATornState(TornWhileComparing):
    """The seed disk as it is."""


@caught_by("WIN-9")
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


@caught_by("WIN-11")
class TargetCrashClearsTheMark(ForgetsOn):
    """After the restart everything looks fine."""


@caught_by("WIN-13")
class SiteUpForgetsTheBitmap(ForgetsOn):
    """The machine boots with an empty bitmap."""

    kind = FaultKind.SITE_UP

    def forgets(self, m: FakeMachine) -> bool:
        """Always."""
        return m.regions.protection is Protection.PROTECTED


@caught_by("WIN-12")
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


@caught_by("WIN-10")
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


class Embellished(Wrong):
    """It shows other watermarks."""

    def marks(self, marks: Watermarks) -> Watermarks:
        """The truth."""
        return marks

    def _disk_view(self, m: FakeMachine, disk: str) -> DiskView:
        view = super()._disk_view(m, disk)
        return evolve(view, watermarks=self.marks(view.watermarks))


@caught_by("HON-1")
class ShowsNoWatermarks(Embellished):
    """All zero is in order, too."""

    def marks(self, marks: Watermarks) -> Watermarks:
        """Nothing."""
        del marks
        return Watermarks()


@caught_by("HON-1")
class ShowsOneWatermark(Embellished):
    """Everything written is shown as there."""

    def marks(self, marks: Watermarks) -> Watermarks:
        """Perfect."""
        return Watermarks(*[marks.written] * 5)


@caught_by("HON-2")
class StaysDirty(FakeSubject):
    """The counter of dirty blocks only rises."""

    most = 0

    def _disk_view(self, m: FakeMachine, disk: str) -> DiskView:
        view = super()._disk_view(m, disk)
        self.most = max(self.most, view.dirty_blocks)
        return evolve(view, dirty_blocks=self.most)


@caught_by("HON-3")
class HalvesTheBytes(Wrong):
    """Half of the traffic is not worth mentioning."""

    def embellish(self, seen: Observation) -> Observation:
        """A good ratio."""
        return evolve(seen, bytes_sent=seen.bytes_sent // 2)


@caught_by("HON-4")
class FailsBackInFull(FakeSubject):
    """A failback sends the whole disk."""

    def on_fail_back(self, m: FakeMachine, command: Command, end: Regions) -> None:
        """To be sure."""
        super().on_fail_back(m, command, end)
        m.bytes_sent += sum(len(data) for data in m.source.values())


@caught_by("HON-5")
class ShowsNoRpoWithALink(Wrong):
    """With the link up the RPO is zero, whatever the mark says."""

    def embellish(self, seen: Observation) -> Observation:
        """Connected means safe."""
        return evolve(seen, rpo_ms=0) if seen.link_up and seen.rpo_ms is not None else seen


@caught_by("HON-6")
class CountsPointsOnly(FakeSubject):
    """The RPO is the age of the newest point, whatever was received since."""

    def rpo_ms(self, m: FakeMachine) -> int | None:
        """Pessimistic."""
        return self.now_ms - m.points[-1][0].taken_at_ms if m.points else None


@caught_by("HON-7")
class FailsBackInTheSameGeneration(Wrong):
    """Only failovers are counted."""

    def embellish(self, seen: Observation) -> Observation:
        """Once."""
        return evolve(seen, generation=min(seen.generation, 1))


@caught_by("HON-8")
class SettlesInTime(FakeSubject):
    """Settle lets time pass."""

    def settle(self) -> None:
        """A moment."""
        super().settle()
        self.now_ms += 1_500


@caught_by("HON-8")
class BeginsAtItsOwnTime(FakeSubject):
    """The scenario's start is ignored."""

    def reset(self, scenario: Scenario) -> None:
        """A day late."""
        super().reset(evolve(scenario, start_ms=scenario.start_ms + 24 * 60 * MINUTE_MS))


@caught_by("HON-9")
class ShipsWhenLookedAt(FakeSubject):
    """Nothing travels by itself; whoever looks after a while makes it travel."""

    looked_ms = 0

    def tick(self, m: FakeMachine) -> None:
        """Later."""

    def observe(self, machine: str) -> Observation:
        """Now."""
        if self.now_ms > self.looked_ms:
            self.ship(self.machines[machine])
        self.looked_ms = self.now_ms
        return super().observe(machine)


@caught_by("HON-10")
class RestoresOneDisk(FakeSubject):
    """One disk has to do."""

    def restore(self, machine: str, point: str) -> tuple[Image, ...]:
        """The first."""
        return super().restore(machine, point)[:1]


@caught_by("HON-11")
class EndsAt16MiB(FakeSubject):
    """Nothing behind 16 MiB is copied."""

    def restore(self, machine: str, point: str) -> tuple[Image, ...]:
        """Zeros from there on."""
        held = super().restore(machine, point)
        return tuple(evolve(each, data=each.data[: 16 << 20].ljust(len(each.data), b"\0")) for each in held)


@caught_by("HON-12")
class StartsWithZeros(FakeSubject):
    """The scenario's image is ignored."""

    def reset(self, scenario: Scenario) -> None:
        """Fresh disks for all."""
        super().reset(evolve(scenario, machines=tuple(_blank(spec) for spec in scenario.machines)))


def _blank(spec: MachineSpec) -> MachineSpec:
    return evolve(spec, disks=tuple(evolve(disk, image="") for disk in spec.disks))


class KeepsDeletedPoints(FakeSubject):
    """Points are hidden and never deleted."""

    def __init__(self) -> None:
        super().__init__()
        self.ever: dict[str, dict[str, bytes]] = {}

    def restore(self, machine: str, point: str) -> tuple[Image, ...]:
        """Everything that ever was."""
        self.ever |= {each.name: disks for each, disks in self.machines[machine].points}
        if point in self.ever:
            return tuple(Image(name, ImageKind.INLINE, data=data) for name, data in self.ever[point].items())
        return super().restore(machine, point)


@caught_by("HON-13")
class RestoresAfterADisable(KeepsDeletedPoints):
    """After a disable."""


@caught_by("HON-14")
class RestoresAfterAReprotect(KeepsDeletedPoints):
    """After a reprotect."""


@caught_by("HON-15")
class AcceptsAnyThreshold(FakeSubject):
    """An RPO threshold of nothing is fine."""

    def argument_guard(self, machine: FakeMachine, command: Command) -> ErrorCode | None:
        """Somebody will know why."""
        policy = command.policy
        mended = evolve(command, policy=evolve(policy, rpo_threshold_minutes=15)) if policy else command
        return super().argument_guard(machine, mended)


class Selects(FakeSubject):
    """One verb takes the newest existing point, whatever was asked for."""

    verb = Verb.TEST_FAILOVER

    def build(self, m: FakeMachine, place: Place, command: Command) -> None:
        """Latest processed."""
        other = command.verb is self.verb
        super().build(m, place, evolve(command, selection=Selection.LATEST_PROCESSED) if other else command)


@caught_by("DRL-10")
class DrillsWhatWasProcessed(Selects):
    """A drill of latest processes nothing."""


@caught_by("DRL-11")
class DrillsAnyKind(Selects):
    """A drill takes any kind."""


@caught_by("FO-19")
class ChangesToAnyKind(Selects):
    """A change of point takes any kind."""

    verb = Verb.CHANGE_RECOVERY_POINT


@caught_by("PT-14")
class CallsAnOldPointApp(FakeSubject):
    """An app-consistent point holds what the point before it held."""

    def take_point(self, m: FakeMachine, consistency: Consistency) -> RecoveryPoint:
        """Nothing was quiesced, nothing was shipped."""
        point = super().take_point(m, consistency)
        if consistency is Consistency.APP:
            m.points[-1] = (point, dict(m.points[-2][1]))
        return point


@caught_by("RET-9")
class KeepsShortRetentions(FakeSubject):
    """A retention of less than a day prunes nothing."""

    def prune(self, m: FakeMachine) -> None:
        """Days only."""
        if m.policy.retention_minutes >= 24 * 60:
            super().prune(m)


class DropsPointsOn(FakeSubject):
    """A mark throws older points away."""

    kind = FaultKind.DISK_RESIZED

    def break_something(self, machine: FakeMachine, fault: Fault) -> None:
        """A fresh start."""
        super().break_something(machine, fault)
        if fault.kind is self.kind:
            machine.points = machine.points[-1:]


@caught_by("AFT-1")
class DropsPointsOnAResize(DropsPointsOn):
    """When a disk grows."""


@caught_by("AFT-2")
class DropsPointsOnACorruptLog(DropsPointsOn):
    """When the log is damaged."""

    kind = FaultKind.LOG_CORRUPT


class HarmsWhenFailing(Wrong):
    """A job of `verb` that fails has overwritten a block of the running machine."""

    verb = Verb.CHANGE_RECOVERY_POINT

    def finish(self, m: FakeMachine) -> None:
        """Half done."""
        harm = m.job_fails and self.doing(m) is self.verb
        super().finish(m)
        if harm:
            m.copies[lifecycle.running_place(m.regions)]["disk0"][:BLOCK_BYTES] = bytes(BLOCK_BYTES)


@caught_by("AFT-16")
class HarmsByAFailedChange(HarmsWhenFailing):
    """The machine was being rebuilt."""


@caught_by("AFT-18")
class HarmsByAFailedReprotect(HarmsWhenFailing):
    """The direction was being turned."""

    verb = Verb.REPROTECT


@pytest.mark.parametrize(("liar", "case_id"), LIARS.items(), ids=lambda each: getattr(each, "__name__", each))
def test_a_liar_is_caught(liar: type[FakeSubject], case_id: str) -> None:
    """The case that was made for the lie fails, with expected and actual."""
    said, _ = verdict(case_id, liar())
    assert said.startswith("fail: expected")
