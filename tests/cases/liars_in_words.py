"""Liars in words: what is shown, counted, listed or kept is not what it says.

Rule: each is the honest fake with one lie, as small as possible.
"""

from attrs import evolve

from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.observation import DiskView, Observation, Regions, Watermarks
from siteproof.model.nouns.policy import MINUTE_MS, RecoveryPoint
from siteproof.model.nouns.scenario import MachineSpec, Scenario
from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.model.nouns.subject import Fault, FaultKind, Image, ImageKind
from siteproof.model.nouns.vocabulary import Consistency, Place, Selection, Verb
from siteproof.model.spec.lifecycle import table as lifecycle
from tests.cases.fake import FakeSubject
from tests.cases.fake_machine import FakeMachine
from tests.cases.liars import Wrong, caught_by


class Embellished(Wrong):
    """It shows other watermarks."""

    def marks(self, marks: Watermarks) -> Watermarks:
        """The truth."""
        return marks

    def _disk_view(self, m: FakeMachine, disk: str) -> DiskView:
        view = super()._disk_view(m, disk)
        return evolve(view, watermarks=self.marks(view.watermarks))


@caught_by("C-HON-1")
class ShowsNoWatermarks(Embellished):
    """All zero is in order, too."""

    def marks(self, marks: Watermarks) -> Watermarks:
        """Nothing."""
        del marks
        return Watermarks()


@caught_by("C-HON-1")
class ShowsOneWatermark(Embellished):
    """Everything written is shown as there."""

    def marks(self, marks: Watermarks) -> Watermarks:
        """Perfect."""
        return Watermarks(*[marks.written] * 5)


@caught_by("C-HON-2")
class StaysDirty(FakeSubject):
    """The counter of dirty blocks only rises."""

    most = 0

    def _disk_view(self, m: FakeMachine, disk: str) -> DiskView:
        view = super()._disk_view(m, disk)
        self.most = max(self.most, view.dirty_blocks)
        return evolve(view, dirty_blocks=self.most)


@caught_by("C-HON-3")
class HalvesTheBytes(Wrong):
    """Half of the traffic is not worth mentioning."""

    def embellish(self, seen: Observation) -> Observation:
        """A good ratio."""
        return evolve(seen, bytes_sent=seen.bytes_sent // 2)


@caught_by("C-HON-4")
class FailsBackInFull(FakeSubject):
    """A failback sends the whole disk."""

    def on_fail_back(self, m: FakeMachine, command: Command, end: Regions) -> None:
        """To be sure."""
        super().on_fail_back(m, command, end)
        m.bytes_sent += sum(len(data) for data in m.source.values())


@caught_by("C-HON-5")
class ShowsNoRpoWithALink(Wrong):
    """With the link up the RPO is zero, whatever the mark says."""

    def embellish(self, seen: Observation) -> Observation:
        """Connected means safe."""
        return evolve(seen, rpo_ms=0) if seen.link_up and seen.rpo_ms is not None else seen


@caught_by("C-HON-6")
class CountsPointsOnly(FakeSubject):
    """The RPO is the age of the newest point, whatever was received since."""

    def rpo_ms(self, m: FakeMachine) -> int | None:
        """Pessimistic."""
        return self.now_ms - m.points[-1][0].taken_at_ms if m.points else None


@caught_by("C-HON-7")
class FailsBackInTheSameGeneration(Wrong):
    """Only failovers are counted."""

    def embellish(self, seen: Observation) -> Observation:
        """Once."""
        return evolve(seen, generation=min(seen.generation, 1))


@caught_by("C-HON-8")
class SettlesInTime(FakeSubject):
    """Settle lets time pass."""

    def settle(self) -> None:
        """A moment."""
        super().settle()
        self.now_ms += 1_500


@caught_by("C-HON-8")
class BeginsAtItsOwnTime(FakeSubject):
    """The scenario's start is ignored."""

    def reset(self, scenario: Scenario) -> None:
        """A day late."""
        super().reset(evolve(scenario, start_ms=scenario.start_ms + 24 * 60 * MINUTE_MS))


@caught_by("C-HON-9")
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


@caught_by("C-HON-10")
class RestoresOneDisk(FakeSubject):
    """One disk has to do."""

    def restore(self, machine: str, point: str) -> tuple[Image, ...]:
        """The first."""
        return super().restore(machine, point)[:1]


@caught_by("C-HON-11")
class EndsAt16MiB(FakeSubject):
    """Nothing behind 16 MiB is copied."""

    def restore(self, machine: str, point: str) -> tuple[Image, ...]:
        """Zeros from there on."""
        held = super().restore(machine, point)
        return tuple(evolve(each, data=each.data[: 16 << 20].ljust(len(each.data), b"\0")) for each in held)


@caught_by("C-HON-12")
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


@caught_by("C-HON-13")
class RestoresAfterADisable(KeepsDeletedPoints):
    """After a disable."""


@caught_by("C-HON-14")
class RestoresAfterAReprotect(KeepsDeletedPoints):
    """After a reprotect."""


@caught_by("C-HON-15")
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


@caught_by("C-DRL-10")
class DrillsWhatWasProcessed(Selects):
    """A drill of latest processes nothing."""


@caught_by("C-DRL-11")
class DrillsAnyKind(Selects):
    """A drill takes any kind."""


@caught_by("C-FO-19")
class ChangesToAnyKind(Selects):
    """A change of point takes any kind."""

    verb = Verb.CHANGE_RECOVERY_POINT


@caught_by("C-PT-14")
class CallsAnOldPointApp(FakeSubject):
    """An app-consistent point holds what the point before it held."""

    def take_point(self, m: FakeMachine, consistency: Consistency) -> RecoveryPoint:
        """Nothing was quiesced, nothing was shipped."""
        point = super().take_point(m, consistency)
        if consistency is Consistency.APP:
            m.points[-1] = (point, dict(m.points[-2][1]))
        return point


@caught_by("C-RET-9")
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


@caught_by("C-AFT-1")
class DropsPointsOnAResize(DropsPointsOn):
    """When a disk grows."""


@caught_by("C-AFT-2")
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


@caught_by("C-AFT-16")
class HarmsByAFailedChange(HarmsWhenFailing):
    """The machine was being rebuilt."""


@caught_by("C-AFT-18")
class HarmsByAFailedReprotect(HarmsWhenFailing):
    """The direction was being turned."""

    verb = Verb.REPROTECT
