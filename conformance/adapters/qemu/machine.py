"""One machine with its replica: regions, points and the work of each verb. Rule: check everything, then change.

What moves bytes is QEMU's; which state a machine is in, which points are listed and when is this adapter's invention.
"""

from collections.abc import Callable

from attrs import evolve

from siteproof.conformance.adapters.qemu.copies import DiskCopies
from siteproof.conformance.adapters.qemu.points import LayerPoint, QemuPoints
from siteproof.conformance.adapters.qemu.replica import QemuReplica
from siteproof.conformance.adapters.qemu.sites import QemuSites
from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.observation import Event, Regions
from siteproof.model.nouns.policy import CRASH_CONSISTENT_MINUTES, MINUTE_MS, ReplicationPolicy, check_policy
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.scenario import MachineSpec
from siteproof.model.nouns.subject import Unsupported
from siteproof.model.nouns.vocabulary import Place, Protection, Selection, Site, TestFailover, Verb

POINT_EVERY_MS = CRASH_CONSISTENT_MINUTES * MINUTE_MS
SHIP_EVERY_MS = 1_000
CRASH_POINT_MINUTES_MAX = 60


class QemuMachine:
    """Machine number `index` of the scenario."""

    def __init__(self, sites: QemuSites, copies: DiskCopies, index: int, spec: MachineSpec, now_ms: int) -> None:
        """Make its disks at the source and switch it on; nothing is protected."""
        self.spec = spec
        self.regions = Regions()
        self.now_ms = now_ms
        self.copies = copies
        self.link = sites.links[index]
        self.numbers = {disk.name: number for number, disk in enumerate(spec.disks)}
        self.replica = QemuReplica(sites, index, {})
        self.points = QemuPoints(spec.name)
        self.pins: dict[Place, LayerPoint] = {}
        self.events: tuple[Event, ...] = ()
        self.generation = 0
        self.site_up = True
        self.policy = ReplicationPolicy()
        self.changed = False  # the source has changed since the replica's newest instant
        self.behind = False  # the last increment could not travel
        self.written = dict.fromkeys(self.numbers.values(), 0)
        self.shipped = dict(self.written)
        self.pointed = dict(self.written)
        self.instant_ms = self.enabled_ms = now_ms
        self._sites = sites
        self._index = index
        self._instant: dict[int, int] = {}
        self._alarms: set[ErrorCode] = set()
        copies.make_source(spec.disks)

    def do(self, command: Command, policy: ReplicationPolicy) -> None:
        """Carry out a verb that is allowed, or raise Refused or Unsupported with nothing changed.

        Enabling ends in `finish_job`, every other verb here.
        """
        _VERBS[command.verb](self, command, policy)

    def finish_job(self) -> None:
        """Wait for the initial copy, if one runs: it ends protected with a first point, or failed."""
        if self.regions.protection is not Protection.INITIAL_REPLICATION:
            return
        if self.replica.finish():
            self._move(Protection.PROTECTED)
            self.shipped = self._instant
            self._point()
        else:
            self._initial_copy_failed()

    def ship(self) -> None:
        """Bring the replica up to this instant, as far as the link allows."""
        if self.regions.protection is not Protection.PROTECTED:
            return
        was_behind, self.behind = self.behind, not self.replica.ship()
        if not self.behind:
            self.changed = False
            self._arrived(dict(self.written))
        elif not was_behind:
            self._event(ErrorCode.UPLOAD_FAILED, "the increment failed; its bitmap is kept for the next one")

    def pass_time(self, now_ms: int) -> None:
        """Let the schedule run until `now_ms`: an increment when something is dirty, a point every five minutes."""
        if self._next_due(SHIP_EVERY_MS) <= now_ms:
            self.ship()
        for instant_ms in range(self._next_due(POINT_EVERY_MS), now_ms + 1, POINT_EVERY_MS):
            self._due_point(instant_ms)
        self.now_ms = now_ms
        if self._in_step():
            self.instant_ms = now_ms
        self._alarm()

    def site_down(self) -> None:
        """The machine's primary site is gone, its daemon killed, its link dead."""
        self.site_up = False
        self.link.cut()
        self.copies.lose_power()
        self.replica.lose_tracking()

    def site_back(self) -> None:
        """The site is back; the machine runs again unless it was failed over (the old side stays off)."""
        if not self.site_up:
            self.copies.regain_power(running=self.place(Place.ACTIVE) is Place.PRIMARY)
        self.site_up = True
        self.link.heal()

    def target_killed(self) -> None:
        """The target daemon was killed: an initial copy that ran is lost, and what stands on overlays is off."""
        self.copies.target_killed()
        if self.regions.protection is Protection.INITIAL_REPLICATION:
            self.replica.give_up()
            self._initial_copy_failed()

    def target_restarted(self) -> None:
        """The layers and the overlays are open again; nothing had to travel for it."""
        self.replica.reopen_layers()
        self.copies.target_restarted()

    def note_change(self, disk: int, sequence: int) -> None:
        """The primary machine's disk has been changed, by the write of that sequence (0: by a discard)."""
        self.changed = True
        self.written[disk] = max(self.written[disk], sequence)

    def place(self, place: Place) -> Place:
        """Which copy `active` means now; the others mean themselves."""
        if place is not Place.ACTIVE:
            return place
        return Place.PRIMARY if self.regions.active is Site.PRIMARY else Place.RECOVERY

    def disk(self, name: str) -> int:
        """The number of a disk; Problem when the machine has none of that name."""
        if name not in self.numbers:
            cause = f"{self.spec.name} has {', '.join(self.numbers)}"
            raise Problem(f"there is no disk {name!r}", cause, "name a disk of the scenario")
        return self.numbers[name]

    def enable(self, command: Command, policy: ReplicationPolicy) -> None:
        """Start the initial copy of the named disks (all when none is named) as of this instant."""
        chosen = check_policy(command.policy or policy)
        if command.group:
            raise Unsupported("replication groups are not part of this adapter")
        numbers = [self.disk(name) for name in command.disks or self.numbers]
        self.replica = QemuReplica(self._sites, self._index, {each: self._size(each) for each in numbers})
        self.policy = chosen
        self.enabled_ms = self.instant_ms = self.now_ms
        self._instant = dict(self.written)
        self.changed = self.behind = False
        self._move(Protection.INITIAL_REPLICATION)
        if not self.replica.begin_full():
            self._initial_copy_failed()

    def disable(self, _command: Command, _policy: ReplicationPolicy) -> None:
        """Delete every point; replication data goes too, unless the failed-over machine still stands on it."""
        if self.regions.protection is Protection.INITIAL_REPLICATION:
            self.replica.cancel()
        self.points.keep(set())
        self.pins.clear()
        if self.regions.active is Site.PRIMARY:
            self.replica.stop_tracking()
            self.replica.drop_layers_above(-1)
        self._move(Protection.UNPROTECTED)

    def start_test(self, command: Command, _policy: ReplicationPolicy) -> None:
        """Switch on an isolated machine from a point."""
        self._start_from(Place.TEST, self._select(command))
        self.regions = evolve(self.regions, test_failover=TestFailover.COMPLETED)

    def end_test(self, _command: Command, _policy: ReplicationPolicy) -> None:
        """Delete the test machine with all it has written."""
        self._stop(Place.TEST)
        self.regions = evolve(self.regions, test_failover=TestFailover.NONE)

    def fail_over(self, command: Command, _policy: ReplicationPolicy) -> None:
        """Switch the source off and the machine at the target on, from a point."""
        chosen = self._select(command)
        self.copies.switch_off(Place.PRIMARY)
        self._start_from(Place.RECOVERY, chosen)
        self.generation += 1
        self.regions = evolve(self.regions, active=Site.RECOVERY)
        self._move(Protection.FAILED_OVER)

    def change_recovery_point(self, command: Command, _policy: ReplicationPolicy) -> None:
        """Rebuild the failed-over machine from another point."""
        chosen = self._select(command)
        self._stop(Place.RECOVERY)
        self._start_from(Place.RECOVERY, chosen)

    def commit(self, _command: Command, _policy: ReplicationPolicy) -> None:
        """Delete every other point, and the layers that are newer than the one in use."""
        used = self.pins[Place.RECOVERY]
        self.points.keep({used.point.name})
        self.replica.drop_layers_above(used.layer)
        self._move(Protection.COMMITTED)

    def complete_migration(self, _command: Command, _policy: ReplicationPolicy) -> None:
        """Make the failed-over machine independent of the replica and delete the replica."""
        self.copies.make_independent(Place.RECOVERY)
        self.points.keep(set())
        self.pins.clear()
        self.replica.drop_layers_above(-1)
        self._move(Protection.MIGRATED)

    def _select(self, command: Command) -> LayerPoint:
        if command.selection is Selection.LATEST and self.regions.protection is Protection.PROTECTED:
            self._point_at_newest_layer()
        return self.points.select(command.selection, command.point)

    def _point_at_newest_layer(self) -> None:
        if self.replica.layers[-1] != self.points.entries[-1].layer:
            self._point()

    def _point(self) -> None:
        self.points.add(self.replica.layers[-1], self.instant_ms)
        self.pointed = dict(self.shipped)

    def _due_point(self, instant_ms: int) -> None:
        if self._in_step():
            self.instant_ms = instant_ms
            self._point()

    def _in_step(self) -> bool:
        """Whether the replica is known to equal the source now."""
        protected = self.regions.protection is Protection.PROTECTED
        return protected and self.link.up and not self.behind and not self.changed

    def _next_due(self, every_ms: int) -> int:
        return self.now_ms + every_ms - (self.now_ms - self.enabled_ms) % every_ms

    def _alarm(self) -> None:
        """Tell once, when it begins, what has been missing for too long; it never changes replication."""
        for code in (found := self._missing()) - self._alarms:
            self._event(code, "see the RPO and the age of the points")
        self._alarms = found

    def _missing(self) -> set[ErrorCode]:
        if self.regions.protection is not Protection.PROTECTED:
            return set()
        ages_ms = {
            ErrorCode.RPO_THRESHOLD_EXCEEDED: (self.instant_ms, self.policy.rpo_threshold_minutes),
            ErrorCode.NO_CRASH_CONSISTENT_POINT: (self.points.entries[-1].point.taken_at_ms, CRASH_POINT_MINUTES_MAX),
        }
        if self.policy.app_consistent_minutes:  # accepted, and never kept: there are no application-consistent points
            ages_ms[ErrorCode.NO_APP_CONSISTENT_POINT] = (self.enabled_ms, self.policy.app_consistent_minutes)
        return {code for code, (since, limit) in ages_ms.items() if self.now_ms - since > limit * MINUTE_MS}

    def _arrived(self, instant: dict[int, int]) -> None:
        self.shipped = instant
        self.instant_ms = self.now_ms

    def _initial_copy_failed(self) -> None:
        self._move(Protection.INITIAL_REPLICATION_FAILED)
        self._event(ErrorCode.INITIAL_REPLICATION_STALLED, "the initial copy failed; nothing of it was kept")

    def _start_from(self, place: Place, chosen: LayerPoint) -> None:
        self.copies.stand_up(place, self.replica, chosen.layer)
        self.pins[place] = chosen

    def _stop(self, place: Place) -> None:
        self.copies.take_down(place)
        del self.pins[place]

    def _move(self, protection: Protection) -> None:
        self.regions = evolve(self.regions, protection=protection)

    def _event(self, code: ErrorCode, detail: str) -> None:
        self.events += (Event(self.now_ms, code, self.spec.name, detail),)

    def _size(self, number: int) -> int:
        return self.spec.disks[number].size_bytes


_VERBS: dict[Verb, Callable[[QemuMachine, Command, ReplicationPolicy], None]] = {
    Verb.ENABLE: QemuMachine.enable,
    Verb.DISABLE: QemuMachine.disable,
    Verb.TEST_FAILOVER: QemuMachine.start_test,
    Verb.CLEAN_UP_TEST: QemuMachine.end_test,
    Verb.FAIL_OVER: QemuMachine.fail_over,
    Verb.CHANGE_RECOVERY_POINT: QemuMachine.change_recovery_point,
    Verb.COMMIT: QemuMachine.commit,
    Verb.COMPLETE_MIGRATION: QemuMachine.complete_migration,
}
