"""What the fake does as time passes: shipping, points, pruning, marks.

Rule: one method per promise, so that a miniature overrides exactly one.
"""

from abc import ABC, abstractmethod

from attrs import evolve

from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.observation import Event, Regions
from siteproof.model.nouns.policy import MINUTE_MS, RecoveryPoint
from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.model.nouns.vocabulary import (
    Consistency,
    Direction,
    Protection,
    Resync,
    ResyncReason,
    Site,
    Verb,
)
from siteproof.model.spec.retention_rule import published_rule
from siteproof.model.theorems.keep import kept
from tests.cases.fake_machine import FRAME_BYTES, FakeMachine


class FakeTime(ABC):
    """Machines and a clock."""

    def __init__(self) -> None:
        self.machines: dict[str, FakeMachine] = {}
        self.now_ms = 0
        self.jobs = 0

    @abstractmethod
    def on_resynchronize(self, m: FakeMachine, command: Command, end: Regions) -> None:
        """Compare everything, send what differs."""

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
        self.show_the_next_phase(m)
        self.ship(m)
        self.resynchronize_at_night(m)
        due = m.enabled_ms and self._due(m, 5 * MINUTE_MS)
        if due and self.takes_points(m):
            app = m.policy.app_consistent_minutes
            self.take_point(m, Consistency.APP if app and self._due(m, app * MINUTE_MS) else Consistency.CRASH)
            self.prune(m)
        stale = bool(m.points) and self.now_ms - m.points[-1][0].taken_at_ms > 60 * MINUTE_MS
        if stale and not m.stale:
            m.events.append(Event(self.now_ms, ErrorCode.NO_CRASH_CONSISTENT_POINT, m.spec.name))
        m.stale = stale
        exceeded = bool(m.points) and self.now_ms - m.synced_ms > m.policy.rpo_threshold_minutes * MINUTE_MS
        if exceeded and not m.exceeded:
            m.events.append(Event(self.now_ms, ErrorCode.RPO_THRESHOLD_EXCEEDED, m.spec.name))
        m.exceeded = exceeded

    def show_the_next_phase(self, m: FakeMachine) -> None:
        """A held job moves on to its next phase, never to its end; a copy without a link fails."""
        if m.job is None or m.regions not in m.phases[:-2]:
            return
        m.regions = m.phases[m.phases.index(m.regions) + 1]
        if m.regions.protection is Protection.INITIAL_REPLICATION and not m.link_up:
            m.job, m.regions = None, evolve(m.regions, protection=Protection.INITIAL_REPLICATION_FAILED)

    def resynchronize_at_night(self, m: FakeMachine) -> None:
        """By itself outside office hours; a run that fails waits for a manual one."""
        days, hour = divmod(self.now_ms // (60 * MINUTE_MS), 24)
        office = (days + 3) % 7 < 5 and 8 <= hour < 18  # the first of January 1970 was a Thursday
        if m.regions.resync is not Resync.REQUIRED or m.job or office:
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
        m.pointed = True
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

    def mark(self, machine: FakeMachine, reason: ResyncReason, code: ErrorCode) -> None:
        """The sides may differ."""
        if machine.regions.protection is Protection.PROTECTED and machine.regions.active is Site.PRIMARY:
            machine.events.append(Event(self.now_ms, code, machine.spec.name))
            if machine.regions.resync is Resync.NONE:
                machine.regions = evolve(machine.regions, resync=Resync.REQUIRED)
                machine.reason = reason
