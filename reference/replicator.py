"""Keeps protected machines replicated: ships, applies, makes and thins points, marks when trust is lost.

Time stands in rhythm.py, comparisons in resynchronizer.py. A mark is set before anything else may happen to the
machine, and only a finished comparison clears it (seed: Resynchronization process).
"""

from collections.abc import Callable
from collections.abc import Set as AbstractSet

from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.profile import Profile
from siteproof.model.nouns.vocabulary import Consistency, Resync, ResyncReason, WriteOrderMode
from siteproof.reference.agent import MobilityAgent, WriterFailed
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.device import StoreFailed
from siteproof.reference.lifecycle import Change
from siteproof.reference.link import LinkDown
from siteproof.reference.machine import Machine
from siteproof.reference.points import StoredPoint
from siteproof.reference.process_server import ProcessServer
from siteproof.reference.replication_service import ReplicationService
from siteproof.reference.resynchronizer import Comparisons
from siteproof.reference.retention import PUBLISHED, Thinning, thin
from siteproof.reference.rhythm import Rhythm
from siteproof.reference.rounds import Rounds
from siteproof.reference.scheduler import Scheduler
from siteproof.reference.stream import Stream
from siteproof.reference.vault import Vault

MARKED_BECAUSE: dict[ResyncReason, ErrorCode] = {
    ResyncReason.LINK_FAILURE: ErrorCode.UPLOAD_FAILED,
    ResyncReason.FORCED_SHUTDOWN: ErrorCode.UNCLEAN_SOURCE_SHUTDOWN,
    ResyncReason.DISK_RESIZED: ErrorCode.DISK_RESIZED,
    ResyncReason.LOW_MEMORY: ErrorCode.SOURCE_LOW_MEMORY,
    ResyncReason.CORRUPT_LOG: ErrorCode.CORRUPT_LOG_RECORD,
    ResyncReason.TARGET_FAILURE: ErrorCode.TARGET_INTERNAL_ERROR,
    ResyncReason.BITMAP_INVALID: ErrorCode.RESYNC_BITMAPS_INVALID,
    ResyncReason.APPLIANCE_SWITCHED: ErrorCode.RESYNC_NOT_STARTED,
}


class Replicator:
    """Replication of all machines of one appliance; the class attributes are where the zoo differs."""

    agent_type: type[MobilityAgent] = MobilityAgent
    server_type: type[ProcessServer] = ProcessServer
    service_type: type[ReplicationService] = ReplicationService
    stream_type: type[Stream] = Stream
    rhythm_type: type[Rhythm] = Rhythm
    rounds_type: type[Rounds] = Rounds
    comparisons_type: type[Comparisons] = Comparisons
    thinning: Thinning = PUBLISHED

    def __init__(self, vault: Vault, scheduler: Scheduler, profile: Profile) -> None:
        """Nothing replicates yet."""
        self.vault = vault
        self.scheduler = scheduler
        self.rounds = self.rounds_type(self)
        self.rhythm = self.rhythm_type(self, scheduler, profile)
        self.comparisons = self.comparisons_type(self, profile)

    @property
    def now_ms(self) -> int:
        """The steady clock."""
        return self.scheduler.now_ms

    def resume(self, machine: Machine) -> None:
        """The machine has just become protected: points and shipping start, or go on."""
        machine.era += 1
        self.rhythm.start(machine)

    def stop(self, machine: Machine) -> None:
        """Nothing of this machine travels any more; what was planned is void, an open comparison is given up."""
        machine.era += 1
        self.comparisons.give_up(machine)
        if machine.stream is not None:
            machine.stream.break_off()
            machine.stream.agent.stop()

    def end(self, machine: Machine) -> None:
        """Replication of this machine is over: log, seed disks and points are removed."""
        self.stop(machine)
        if machine.stream is not None:
            self.discard(machine, machine.stream)
        machine.stream, machine.points, machine.received_ms = None, [], None
        machine.failing.clear()
        machine.using, machine.drilling, machine.resync_reason = "", "", None

    def discard(self, machine: Machine, stream: Stream) -> None:
        """Remove a stream with all that its replicas hold; what the store keeps nevertheless is told."""
        try:
            stream.close()
        except StoreFailed as failure:
            left = f"the store keeps what should be removed: {failure.cause}"
            self.vault.record(machine, self.now_ms, failure.code_of_event, left)

    # -- deltas

    def wrote(self, machine: Machine) -> None:
        """Something was written on the running machine: it travels about a second later."""
        if machine.trusted:
            self.rhythm.plan_shipping(machine)

    def ship(self, machine: Machine) -> bool:
        """Send what is dirty; False (and a mark, when data could not travel) unless both sides are up to date."""
        return self.sends(machine, lambda stream: stream.ship())

    def sends(self, machine: Machine, send: Callable[[Stream], bool]) -> bool:
        """Send something, which says whether anything travelled; as `ship` for the rest."""
        stream = machine.stream
        if not machine.trusted or stream is None or not machine.link.served:
            return False
        known = machine.received_ms
        try:
            # Until all of it is there, what has no order is of no use, nor is what was received before it.
            machine.received_ms = known if self.exact(stream) else None
            sent = send(stream)
            self.refine(stream)
            machine.received_ms = (self.now_ms if self.exact(stream) else None) if sent else known
            machine.failing.pop("ship", None)
        except LinkDown:
            if machine.trusted:  # whatever broke into the transfer has marked it for its own reason
                self.mark(machine, ResyncReason.LINK_FAILURE)
        except CorruptLog as damage:
            self.distrust(machine, damage)
        except StoreFailed as failure:
            self.fail(machine, "ship", failure)
        return "ship" not in machine.failing and machine.trusted

    @staticmethod
    def refine(stream: Stream) -> None:
        """Nothing inexact is left to send."""
        stream.agent.refine()

    def press(self, machine: Machine, disk: str, *, ended: bool) -> None:
        """The agent has no room for the changes of that disk (of all, when none is named), or it has room again."""
        assert machine.stream is not None
        agent = machine.stream.agent
        for name in (disk,) if disk else tuple(agent.disks):
            agent.pressed.discard(name) if ended else agent.press(name)
        self.wrote(machine)

    def apply(self, machine: Machine) -> bool:
        """Process what the cache holds; False and a mark when a record cannot be believed."""
        stream = machine.stream
        if stream is None or not stream.service.intact:
            return False
        try:
            stream.service.apply()
            machine.failing.pop("apply", None)
            for damage in stream.service.take_damage():
                self.vault.record(machine, self.now_ms, ErrorCode.CORRUPT_LOG_RECORD, str(damage))
        except CorruptLog as damage:
            self.distrust(machine, damage)
        except StoreFailed as failure:
            self.fail(machine, "apply", failure)
        return "apply" not in machine.failing and stream.service.intact

    def drain(self, machine: Machine) -> None:
        """Ship and process everything that waits, as far as the machine replicates."""
        if self.ship(machine):
            self.apply(machine)

    # -- points

    def take_point(self, machine: Machine, consistency: Consistency = Consistency.CRASH) -> StoredPoint | None:
        """A point as of now, on all disks or on none; None while replication is not trusted or nothing can travel."""
        if not machine.trusted or not self.quiesced(machine, consistency):
            return None
        if not (self.ship(machine) and machine.link.up and self.apply(machine)):
            return None
        return self._kept(machine, consistency, self.now_ms)

    def _kept(self, machine: Machine, consistency: Consistency, source_ms: int) -> StoredPoint | None:
        """The point, or None when its bookmark cannot be believed (and a mark) or cannot be kept."""
        return self._held(machine, lambda: self.add_point(machine, consistency, source_ms))

    def _held(self, machine: Machine, keep: Callable[[], StoredPoint]) -> StoredPoint | None:
        try:
            point = keep()
        except CorruptLog as damage:
            self.distrust(machine, damage)
            return None
        except StoreFailed as failure:
            self.fail(machine, "point", failure)
            return None
        machine.failing.pop("point", None)
        return point

    def quiesced(self, machine: Machine, consistency: Consistency) -> bool:
        """Whether the machine's applications have flushed, as far as the kind of point asks for it."""
        assert machine.stream is not None
        if not self.exact(machine.stream):
            return False
        if consistency is not Consistency.APP:
            return True
        try:
            machine.stream.agent.quiesce()
        except WriterFailed as failure:
            self.vault.record(machine, self.now_ms, ErrorCode.APP_WRITER_FAILURE, str(failure))
            return False
        except StoreFailed as failure:
            self.fail(machine, "quiesce", failure)
            return False
        machine.failing.pop("quiesce", None)
        return True

    @staticmethod
    def exact(stream: Stream) -> bool:
        """Whether every disk is tracked in data mode: what is not has no order, and is no point."""
        return stream.agent.mode is WriteOrderMode.DATA

    def add_point(self, machine: Machine, consistency: Consistency, source_ms: int) -> StoredPoint:
        """Make the applied state a point of that source time."""
        name, sequence = self.vault.next_point()
        point = StoredPoint(name, consistency, source_ms, source_ms + machine.clock_offset_ms, sequence)
        return self._store(machine, point)

    def keep_point(self, machine: Machine, point: StoredPoint) -> bool:
        """Make the applied state that point; False as for a point of its own."""
        return self._held(machine, lambda: self._store(machine, point)) is not None

    @staticmethod
    def _store(machine: Machine, point: StoredPoint) -> StoredPoint:
        assert machine.stream is not None
        machine.stream.service.create_point(point)
        machine.points.append(point)
        machine.received_ms = None
        return point

    def add_first_point(self, machine: Machine) -> None:
        """The first common point of a machine, with which its protection begins."""
        self.add_point(machine, Consistency.CRASH, self.now_ms)

    def latest(self, machine: Machine) -> StoredPoint | None:
        """The newest point, after what was received beyond it became one; nothing waiting means no new point."""
        waiting = machine.received_ms
        if waiting is not None and self.apply(machine):
            return self._kept(machine, Consistency.CRASH, waiting) or machine.newest
        return machine.newest

    def prune(self, machine: Machine) -> None:
        """Thin the points; called after a new one only, so an outage prunes nothing."""
        self.drop_points(machine, self.outlived(machine))
        self._forget(machine, {point.name for point in machine.points})

    def outlived(self, machine: Machine) -> set[str]:
        """The points which the policy keeps no longer."""
        policy = machine.policy
        rows = thin(machine.points, self.now_ms, policy.retention_minutes, machine.pinned, self.thinning)
        return {row.point.name for row in rows if not row.kept}

    def drop_points(self, machine: Machine, names: AbstractSet[str]) -> None:
        """Remove these points from the catalogue and from the replicas, in this order: none is listed and gone."""
        if names:
            machine.points = [point for point in machine.points if point.name not in names]
            self._forget(machine, {point.name for point in machine.points})

    def _forget(self, machine: Machine, kept: AbstractSet[str]) -> None:
        """Remove what the catalogue does not list; what cannot be removed now goes the next time."""
        if machine.stream is None:
            return
        try:
            machine.stream.service.keep_points(kept)
            machine.failing.pop("prune", None)
        except StoreFailed as failure:
            self.fail(machine, "prune", failure)
        except CorruptLog as damage:
            self.distrust(machine, damage)

    # -- marks

    def reconnected(self, machine: Machine) -> None:
        """The link is back: what is dirty travels; a mark stays, for only a comparison may clear it."""
        self.wrote(machine)

    def distrust(self, machine: Machine, damage: CorruptLog) -> None:
        """A record cannot be believed: the log behind what was applied is given up, seed disk and points stay."""
        assert machine.stream is not None
        machine.stream.break_off()
        machine.received_ms = None
        try:
            machine.stream.service.salvage()
            self._give_up_points(machine)
        except StoreFailed as failure:
            self.fail(machine, "salvage", failure)
        self.mark(machine, ResyncReason.CORRUPT_LOG, damage.reason)

    def _give_up_points(self, machine: Machine) -> None:
        """Points that no salvage could keep are not listed any more, and the operator is told which."""
        assert machine.stream is not None
        held = machine.stream.service.points()
        gone = [point.name for point in machine.points if point.name not in held]
        if gone:
            self.vault.record(machine, self.now_ms, ErrorCode.RECOVERY_POINT_UNAVAILABLE, ", ".join(gone))
            self.drop_points(machine, set(gone))

    def fail(self, machine: Machine, work: str, failure: StoreFailed) -> None:
        """A device failed: what was under way is given back, the operator is told once, and it is tried again."""
        assert machine.stream is not None
        machine.stream.break_off()
        if machine.failing.get(work) is not failure.code_of_event:
            machine.failing[work] = failure.code_of_event
            self.vault.record(machine, self.now_ms, failure.code_of_event, f"{work}: {failure.cause}")
        self.rhythm.plan_retry(machine)

    def restart_service(self, machine: Machine) -> None:
        """The replication service died and starts again from what its store holds; every stream is broken."""
        stream = machine.stream
        if stream is None:
            return
        stream.server.break_streams()
        self.comparisons.interrupt(machine)
        try:
            stream.service.reopen()
        except CorruptLog as damage:
            self.distrust(machine, damage)
        except StoreFailed as failure:
            self.fail(machine, "apply", failure)

    def scrub_log(self, machine: Machine) -> None:
        """The store reports a damaged log: look at it, and believe nothing that was not applied."""
        stream = machine.stream
        if stream is None or not machine.replicating:
            return
        stream.server.break_streams()
        try:
            stream.service.reopen()
        except CorruptLog as damage:
            self.distrust(machine, damage)
        except StoreFailed as failure:
            self.fail(machine, "apply", failure)
        else:
            self.distrust(machine, CorruptLog("cache", 0, "an applied record was damaged in the store"))

    def mark(self, machine: Machine, reason: ResyncReason, detail: str = "") -> None:
        """Both sides may differ in ways that no bitmap tells: deltas stop until a comparison has finished.

        A failed comparison stays failed: it waits for somebody to start one by hand, whatever else happens.
        """
        if not machine.replicating or machine.stream is None:
            return
        self.comparisons.give_up(machine)
        machine.stream.break_off()
        machine.stream.agent.mode = WriteOrderMode.BITMAP
        machine.resync_reason = reason
        if machine.regions.resync is not Resync.FAILED:
            machine.regions = Change(resync=Resync.REQUIRED).of(machine.regions)
        self.vault.record(machine, self.now_ms, MARKED_BECAUSE[reason], detail or f"resynchronisation: {reason.value}")
        self.comparisons.plan_automatic(machine)
