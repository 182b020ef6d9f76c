"""How the fake's jobs end.

Rule: one method per verb.
"""

from collections.abc import Callable

from attrs import evolve

from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.observation import Event, Regions
from siteproof.model.nouns.policy import RecoveryPoint
from siteproof.model.nouns.profile import CORE
from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.model.nouns.vocabulary import (
    Consistency,
    Direction,
    Location,
    Place,
    Protection,
    Resync,
    Selection,
    Verb,
)
from siteproof.model.spec.lifecycle import table as lifecycle
from tests.cases.fake_machine import DIGEST_BYTES, NEEDS_LINK, FakeMachine
from tests.cases.fake_time import FakeTime


class FakeJobs(FakeTime):
    """Jobs that are held until settle."""

    def settle(self) -> None:
        """Jobs end, then replication drains."""
        for machine in self.machines.values():
            self.finish(machine)
            self.finish_comparing(machine)
            self.ship(machine)

    def finish_comparing(self, m: FakeMachine) -> None:
        """A comparison that let another command in ends after it."""
        if m.regions.resync in (Resync.QUEUED, Resync.RUNNING):
            self.on_resynchronize(m, Command(Verb.RESYNCHRONIZE, m.spec.name), m.regions)
            m.regions = evolve(m.regions, resync=Resync.NONE)

    def finish(self, m: FakeMachine) -> None:
        """The running job ends, as it should or as it was told to."""
        command, m.job = m.job, None
        if command is None:
            return
        end = m.phases[-1]
        if m.job_fails or (command.verb in NEEDS_LINK and not m.link_up):
            m.job_fails = False
            end = self.failed(m, command)
            if command.verb is Verb.CANCEL:
                m.events.append(Event(self.now_ms, ErrorCode.PLANNED_FAILOVER_CANCEL_FAILED, m.spec.name))
        else:
            getattr(self, f"on_{command.verb.value}")(m, command, end)
        marked = m.regions.resync is Resync.REQUIRED and command.verb in (Verb.TEST_FAILOVER, Verb.CLEAN_UP_TEST)
        m.regions = evolve(end, resync=Resync.REQUIRED) if marked else end

    def failed(self, m: FakeMachine, command: Command) -> Regions:
        """Where a job that fails leaves the machine: an initial copy that was shown has an end of its own."""
        if m.regions.protection is Protection.INITIAL_REPLICATION:
            return evolve(m.regions, protection=Protection.INITIAL_REPLICATION_FAILED)
        return lifecycle.failed(m.before, command.verb, CORE)

    def on_enable(self, m: FakeMachine, command: Command, end: Regions) -> None:
        """Copy everything and take a first point."""
        del end
        m.policy, m.named = command.policy or m.policy, command.disks
        self.full_copy(m)
        m.enabled_ms = m.synced_ms = self.now_ms
        self.take_point(m, Consistency.CRASH)

    def full_copy(self, m: FakeMachine) -> None:
        """Every block of every disk."""
        m.replica = {name: bytearray(data) for name, data in m.source.items() if m.replicates(name)}
        m.bytes_sent += sum(len(data) for data in m.replica.values())
        m.dirty = {}
        m.shipped = dict(m.written)

    def on_disable(self, m: FakeMachine, command: Command, end: Regions) -> None:
        """Nothing is left of the replication."""
        del command, end
        m.points, m.replica, m.dirty, m.reason, m.enabled_ms = [], {}, {}, None, 0
        m.pointed = False

    def on_resynchronize(self, m: FakeMachine, command: Command, end: Regions) -> None:
        """Compare everything, send what differs."""
        del command, end
        for disk in m.replica:
            data = m.source[disk]
            m.replica[disk][:] = m.replica[disk][: len(data)].ljust(len(data), b"\0")  # it may have been larger
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
            and (not m.points or m.points[-1][1] != {k: bytes(v) for k, v in m.replica.items()})
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
        m.points, m.used, m.pointed = [], "", False
        found = m.copies.get(Place.PRIMARY if end.direction is Direction.REVERSE else Place.TEST, {})
        m.replica = {name: data for name, data in found.items() if m.replicates(name)}
        running, m.regions = m.source, end
        assert running is m.source
        if end.direction is Direction.REVERSE and command.location is Location.ALTERNATE:
            m.replica = {}  # a new machine, which has nothing yet
            self.full_copy(m)
            m.copies[Place.PRIMARY] = m.replica
            return
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
        self._pin(m, self.take_point(m, command.consistency).name)

    def on_cancel(self, m: FakeMachine, command: Command, end: Regions) -> None:
        """The machine in the cloud runs again; what was written on-premises meanwhile is overwritten."""
        m.replica = {name: data for name, data in m.copies[Place.PRIMARY].items() if m.replicates(name)}
        m.regions, m.points = end, []
        self.on_resynchronize(m, command, end)

    def select(self, machine: FakeMachine, command: Command) -> RecoveryPoint | None:
        """The newest point that fits the selection."""
        points = [point for point, _ in machine.points]
        kinds: dict[Selection, Callable[[RecoveryPoint], bool]] = {
            Selection.CUSTOM: lambda p: p.name == command.point,
            Selection.LATEST_APP_CONSISTENT: lambda p: p.consistency is Consistency.APP,
            Selection.LATEST_CRASH_CONSISTENT: lambda p: p.consistency is Consistency.CRASH,
        }
        fits = kinds.get(command.selection)
        return next((point for point in reversed(points) if fits is None or fits(point)), None)
