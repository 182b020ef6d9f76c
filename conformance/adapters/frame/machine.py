"""One machine around a product: regions, clock, schedule and points. Rule: check everything, then act, then move.

Which command is allowed and where it leads is read off the model's table: the frame invents no lifecycle of its own,
and none of it is claimed for the product.
"""

from collections.abc import Callable

from attrs import evolve

from siteproof.conformance.adapters.frame.changes import Changes
from siteproof.conformance.adapters.frame.points import Marked, PointList
from siteproof.conformance.adapters.frame.product import ForeignProduct, ProductTrouble
from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.observation import Event, Regions
from siteproof.model.nouns.policy import CRASH_CONSISTENT_MINUTES, MINUTE_MS, ReplicationPolicy, check_policy
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.profile import CORE
from siteproof.model.nouns.scenario import MachineSpec
from siteproof.model.nouns.subject import Unsupported
from siteproof.model.nouns.vocabulary import (
    Direction,
    Location,
    Place,
    Protection,
    Resync,
    ResyncReason,
    Selection,
    Site,
    Verb,
)
from siteproof.model.spec.lifecycle import table

POINT_EVERY_MS = CRASH_CONSISTENT_MINUTES * MINUTE_MS
SHIP_EVERY_MS = 1_000
CRASH_POINT_MINUTES_MAX = 60
HOUR_MS = 60 * MINUTE_MS


class FrameMachine:
    """A machine whose replication is `product`'s."""

    def __init__(self, product: ForeignProduct, spec: MachineSpec, now_ms: int) -> None:
        """It runs at home, unprotected."""
        self.product = product
        self.spec = spec
        self.now_ms = self.instant_ms = self.enabled_ms = self._pointed_ms = self._pruned_ms = now_ms
        self.regions = Regions()
        self.disks: tuple[int, ...] = ()
        self.changes = Changes(len(spec.disks))
        self.points = PointList(spec.name)
        self.pins: dict[Place, Marked] = {}
        self.events: tuple[Event, ...] = ()
        self.generation = 0
        self.site_up = True
        self.stands = {Place.PRIMARY}
        self.behind = False
        self.counted_bytes = 0  # as the last call that may have moved any left them: daemons chatter in between
        self.policy = ReplicationPolicy()
        self.reason: ResyncReason | None = None
        self.clock_ahead_ms = 0  # of the machine's wall clock, by which points are dated
        self._alarms: set[ErrorCode] = set()

    @property
    def active(self) -> Place:
        """Where production runs."""
        return table.running_place(self.regions)

    @property
    def replicates(self) -> bool:
        """Whether changes are to travel."""
        return self.regions.protection is Protection.PROTECTED

    @property
    def latest_ms(self) -> int:
        """The time of what a failover to latest would bring: under a mark that is the newest point."""
        return self._pointed_ms if self.reason else self.instant_ms

    @property
    def running(self) -> tuple[Place, ...]:
        """The places where the machine is switched on."""
        test = (Place.TEST,) if Place.TEST in self.stands else ()
        return test if self.active is Place.PRIMARY and not self.site_up else (self.active, *test)

    def place(self, place: Place) -> Place:
        """Which copy is meant; Refused when there is none."""
        meant = self.active if place is Place.ACTIVE else place
        if meant not in self.stands:
            raise Refused(ErrorCode.OPERATION_NOT_ALLOWED, f"there is no {meant.value} copy")
        return meant

    def running_place(self, place: Place) -> Place:
        """The copy that is meant for its workload; Refused when it is off."""
        meant = self.place(place)
        if meant not in self.running:
            raise Refused(ErrorCode.OPERATION_NOT_ALLOWED, "that machine is off")
        return meant

    def disk(self, name: str) -> int:
        """The number of a disk; Problem when the machine has none of that name."""
        names = [disk.name for disk in self.spec.disks]
        if name not in names:
            cause = f"{self.spec.name} has {', '.join(names)}"
            raise Problem(f"there is no disk {name!r}", cause, "name a disk of the scenario")
        return names.index(name)

    def do(self, command: Command, policy: ReplicationPolicy) -> None:
        """Carry out a command that is allowed; Refused or Unsupported with nothing changed otherwise."""
        verb = command.verb
        if verb is Verb.RESYNCHRONIZE and not self.product.resynchronises:
            raise Unsupported("this product resynchronises nothing")
        code = table.refusal(self.regions, verb, CORE)
        if code is not None:
            raise Refused(code, f"{verb.value} in {self.regions.protection.value}")
        if verb not in _VERBS:
            raise Unsupported(f"{verb.value} is not part of this adapter")
        before = self.regions
        try:
            _VERBS[verb](self, command, policy)
        except ProductTrouble as trouble:
            self.regions = table.failed(before, verb, CORE)
            self._event(ErrorCode.TARGET_INTERNAL_ERROR, f"{verb.value} failed: {trouble}")
        else:
            self.regions = table.settled(before, verb, CORE)

    def count(self) -> None:
        """Take in what has left; a refused command, and a look, move nothing."""
        self.counted_bytes = self.product.bytes_sent

    def ship(self) -> None:
        """Bring the other side up to this instant, as far as the link allows."""
        if not self.replicates or self.reason or not (self.changes.any or self.behind):
            return
        self.product.revive()
        stand, was_behind = self.changes.stand(), self.behind
        try:
            self._ship_now()
        except ProductTrouble as trouble:
            self.behind = True
            if not was_behind:
                self._event(ErrorCode.UPLOAD_FAILED, str(trouble))
            if self.product.resynchronises and not (self.product.link_up and self.site_up):
                self._mark()
        else:
            self.behind = False
            self.changes.arrived(stand)
            self.instant_ms = self.now_ms

    def pass_time(self, now_ms: int) -> None:
        """Let the schedule run until then: a shipment when something is dirty, forward a point every five minutes."""
        if self._next_due(SHIP_EVERY_MS) <= now_ms and (self.changes.any or self.behind):
            self.ship()
        if self.regions.direction is Direction.FORWARD:
            for instant_ms in range(self._next_due(POINT_EVERY_MS), now_ms + 1, POINT_EVERY_MS):
                self._due_point(instant_ms)
        self.now_ms = now_ms
        if self.regions.resync is Resync.REQUIRED and not _in_office(now_ms):
            self._compare()
        if self._in_step():
            self.instant_ms = now_ms
        self._alarm()

    def clock_jumps(self, milliseconds: int) -> None:
        """The wall clock is set; time itself, and the schedule with it, goes on."""
        self.clock_ahead_ms += milliseconds
        if abs(milliseconds) >= MINUTE_MS:
            code = ErrorCode.TIME_JUMP_FORWARD if milliseconds > 0 else ErrorCode.TIME_JUMP_BACKWARD
            self._event(code, "the machine's clock was set")

    def enable(self, command: Command, policy: ReplicationPolicy) -> None:
        """The initial copy and a first point."""
        chosen = check_policy(command.policy or policy)
        if command.group:
            raise Unsupported("replication groups are not part of this adapter")
        self.disks = tuple(self.disk(name) for name in command.disks) or tuple(range(len(self.spec.disks)))
        stand = self.changes.stand()
        if not self.product.link_up:
            raise ProductTrouble("the link is down")
        self.product.enable(self.disks)
        self.policy, self.enabled_ms, self.behind = chosen, self.now_ms, False
        self._arrived(stand)
        self._point()

    def disable(self, _command: Command, _policy: ReplicationPolicy) -> None:
        """Points and replication go, the side that runs stays."""
        self._drop(self.points.keep())
        self.pins.clear()
        self.reason, self.behind = None, False
        self.product.forget()

    def start_test(self, command: Command, _policy: ReplicationPolicy) -> None:
        """An isolated machine from a point."""
        if command.selection is Selection.LATEST and self.changes.since_point:
            self.ship()
            self._point_if_in_step()
        self.pins[Place.TEST] = chosen = self._select(command)
        self.product.start_test(chosen.mark)
        self.stands.add(Place.TEST)

    def end_test(self, _command: Command, _policy: ReplicationPolicy) -> None:
        """The isolated machine goes, with all that was written in it."""
        self.product.end_test()
        self.stands.discard(Place.TEST)
        self.pins.pop(Place.TEST, None)

    def resynchronize(self, _command: Command, _policy: ReplicationPolicy) -> None:
        """Both sides are made equal, whatever that costs; the mark goes."""
        if not (self.site_up and self.product.link_up):
            raise ProductTrouble("the other site is out of reach")
        stand = self.changes.stand()
        self.product.resynchronise()
        self.reason, self.behind = None, False
        self._arrived(stand)

    def fail_over(self, command: Command, _policy: ReplicationPolicy) -> None:
        """Run at the recovery site: from what has arrived, or from the selected point."""
        latest = command.selection is Selection.LATEST and self.reason is None
        chosen = None if latest else self._select(command)
        stand, reachable = self.changes.stand(), self.site_up and self.product.link_up
        self.product.fail_over(chosen.mark if chosen else "", reachable=reachable)
        if reachable:
            self._arrived(stand)
        if chosen is None and (self.changes.since_point or self.changes.any):
            mark = self.points.next_mark()
            self.product.mark(mark, running=True)
            chosen = self.points.add(mark, self.instant_ms + self.clock_ahead_ms)
        self.pins[Place.RECOVERY] = chosen or self.points.entries[-1]
        self.reason, self.behind = None, False
        self._moved(Place.RECOVERY)

    def change_recovery_point(self, command: Command, _policy: ReplicationPolicy) -> None:
        """Run from another point; what was written since the failover is gone."""
        chosen = self._select(command)
        self.product.change_point(chosen.mark)
        self.pins[Place.RECOVERY] = chosen

    def commit(self, _command: Command, _policy: ReplicationPolicy) -> None:
        """Forward every other point goes; backward the machine at the recovery site goes."""
        used = self.pins.pop(Place.RECOVERY, None)
        self._drop(self.points.keep(used.point.name if used else ""))
        if self.regions.direction is Direction.REVERSE:
            self.stands.discard(Place.RECOVERY)

    def complete_migration(self, _command: Command, _policy: ReplicationPolicy) -> None:
        """Replication and points go, the machine stays."""
        self.disable(_command, _policy)

    def reprotect(self, command: Command, _policy: ReplicationPolicy) -> None:
        """Replicate from the side that runs to the other one."""
        if not (self.site_up and self.product.link_up):
            raise ProductTrouble("the other site is out of reach")
        stand = self.changes.stand()
        if command.location is Location.ALTERNATE:
            self.product.copy_round()
        else:
            self.product.turn_round()
        self._drop(self.points.keep())
        self.pins.clear()
        self._arrived(stand)
        self.enabled_ms, self.behind = self.now_ms, False
        if self.active is Place.PRIMARY:
            self._point()

    def fail_back(self, _command: Command, _policy: ReplicationPolicy) -> None:
        """Run at home, with everything."""
        if not (self.site_up and self.product.link_up):
            raise ProductTrouble("the other site is out of reach")
        stand = self.changes.stand()
        self.product.fail_back()
        self.reason, self.behind = None, False
        self._arrived(stand)
        self._moved(Place.PRIMARY)

    def _ship_now(self) -> None:
        if not self.product.link_up or not self.site_up:
            raise ProductTrouble("the link is down")
        self.product.ship()

    def _arrived(self, stand: tuple[int, dict[int, int]]) -> None:
        self.changes.arrived(stand)
        self.instant_ms = self.now_ms

    def _moved(self, place: Place) -> None:
        self.stands.add(place)
        self.generation += 1
        self.changes = Changes(len(self.spec.disks))

    def _select(self, command: Command) -> Marked:
        return self.points.select(command.selection, command.point)

    def _drop(self, marks: set[str]) -> None:
        for mark in sorted(marks):
            self.product.drop(mark)

    def _due_point(self, instant_ms: int) -> None:
        in_step = self._in_step()
        if in_step:
            self.instant_ms = instant_ms
            self._point_if_in_step()
        if self.product.prunes and self.replicates and (in_step or instant_ms // HOUR_MS > self._pruned_ms // HOUR_MS):
            self._prune(instant_ms)

    def _prune(self, instant_ms: int) -> None:
        """The product's retention runs after each point, and every hour whether there was one or not."""
        self._pruned_ms = instant_ms
        left = self.product.prune(instant_ms)
        self.points.keep(*(each.point.name for each in self.points.entries if each.mark in left))

    def _point_if_in_step(self) -> None:
        """A point that cannot be made is not listed; the next one tries again."""
        if self._in_step():
            try:
                self._point()
            except ProductTrouble as trouble:
                self.behind = True
                self._event(ErrorCode.UPLOAD_FAILED, str(trouble))

    def _point(self) -> None:
        self.product.instant_ms = self.instant_ms
        if self.points.entries and not self.changes.since_point and not self.product.marks_each_point:
            mark = self.points.entries[-1].mark
        else:
            mark = self.points.next_mark()
            self.product.mark(mark, running=False)
        self.points.add(mark, self.instant_ms + self.clock_ahead_ms)
        self._pointed_ms = self.instant_ms
        self.changes.point()

    def _in_step(self) -> bool:
        """Whether the other side is known to equal the running one."""
        sound = self.replicates and self.site_up and self.product.link_up
        return sound and not (self.behind or self.reason or self.changes.any)

    def _mark(self) -> None:
        """The contract's mark: what met a dead link is not trusted before both sides were made equal on purpose."""
        self.reason = ResyncReason.LINK_FAILURE
        self.regions = evolve(self.regions, resync=Resync.REQUIRED)

    def _compare(self) -> None:
        """As the contract wants it outside of office hours, without being asked."""
        before = self.regions
        try:
            self.resynchronize(Command(Verb.RESYNCHRONIZE, self.spec.name), self.policy)
        except ProductTrouble as trouble:
            self.regions = table.failed(before, Verb.RESYNCHRONIZE, CORE)
            self._event(ErrorCode.NO_RESYNC_PROGRESS, str(trouble))
        else:
            self.regions = table.settled(before, Verb.RESYNCHRONIZE, CORE)

    def _next_due(self, every_ms: int) -> int:
        return self.now_ms + every_ms - (self.now_ms - self.enabled_ms) % every_ms

    def _alarm(self) -> None:
        """Tell once, when it begins, what has been missing for too long; it never changes replication."""
        for code in (found := self._missing()) - self._alarms:
            self._event(code, "see the RPO and the age of the points")
        self._alarms = found

    def _missing(self) -> set[ErrorCode]:
        forward = self.replicates and self.regions.direction is Direction.FORWARD
        if not forward or self.regions.active is not Site.PRIMARY:
            return set()
        newest_ms = self._pointed_ms
        ages_ms = {
            ErrorCode.RPO_THRESHOLD_EXCEEDED: (self.instant_ms, self.policy.rpo_threshold_minutes),
            ErrorCode.NO_CRASH_CONSISTENT_POINT: (newest_ms, CRASH_POINT_MINUTES_MAX),
        }
        if self.policy.app_consistent_minutes:  # accepted, and never kept: there are no application-consistent points
            ages_ms[ErrorCode.NO_APP_CONSISTENT_POINT] = (self.enabled_ms, self.policy.app_consistent_minutes)
        return {code for code, (since, limit) in ages_ms.items() if self.now_ms - since > limit * MINUTE_MS}

    def _event(self, code: ErrorCode, detail: str) -> None:
        self.events += (Event(self.now_ms, code, self.spec.name, detail),)


def _in_office(now_ms: int) -> bool:
    """Monday to Friday, within the profile's hours of UTC; the first of January 1970 was a Thursday."""
    days, hour = now_ms // (24 * 60 * MINUTE_MS), now_ms // (60 * MINUTE_MS) % 24
    opens, closes = CORE.office_hours
    return (days + 3) % 7 < 5 and opens <= hour < closes


_VERBS: dict[Verb, Callable[[FrameMachine, Command, ReplicationPolicy], None]] = {
    Verb.ENABLE: FrameMachine.enable,
    Verb.DISABLE: FrameMachine.disable,
    Verb.RESYNCHRONIZE: FrameMachine.resynchronize,
    Verb.TEST_FAILOVER: FrameMachine.start_test,
    Verb.CLEAN_UP_TEST: FrameMachine.end_test,
    Verb.FAIL_OVER: FrameMachine.fail_over,
    Verb.CHANGE_RECOVERY_POINT: FrameMachine.change_recovery_point,
    Verb.COMMIT: FrameMachine.commit,
    Verb.COMPLETE_MIGRATION: FrameMachine.complete_migration,
    Verb.REPROTECT: FrameMachine.reprotect,
    Verb.FAIL_BACK: FrameMachine.fail_back,
}
