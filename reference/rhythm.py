"""When things happen by themselves: shipping, points, the RPO watch (seed: Replication policy).

Every plan carries the machine's era; a plan of an ended era does nothing. Nothing is planned for an idle machine but
its points and one watch, so a day of virtual time costs a few hundred actions.
"""

from collections.abc import Callable
from typing import Protocol

from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.policy import MINUTE_MS
from siteproof.model.nouns.profile import Profile
from siteproof.model.nouns.vocabulary import Consistency
from siteproof.reference.machine import Machine
from siteproof.reference.points import StoredPoint
from siteproof.reference.policy_watch import NO_POINT_MS, exposure_ms, threshold_ms
from siteproof.reference.rounds import Rounds
from siteproof.reference.scheduler import Scheduler
from siteproof.reference.vault import Vault

SHIP_MS = 1000
APPLY_MS = 1000
RETRY_MS = MINUTE_MS


class TimedReplication(Protocol):
    """What happens when it is time."""

    vault: Vault
    rounds: Rounds

    def ship(self, machine: Machine) -> bool:
        """Send what is dirty."""
        ...

    def apply(self, machine: Machine) -> bool:
        """Process what was received."""
        ...

    def take_point(self, machine: Machine, consistency: Consistency = Consistency.CRASH) -> StoredPoint | None:
        """A point as of now."""
        ...

    def prune(self, machine: Machine) -> None:
        """Thin the points."""
        ...

    def drain(self, machine: Machine) -> None:
        """Send and process whatever waits."""
        ...


class Rhythm:
    """Plans on the scheduler what the replicator then does."""

    ship_ms = SHIP_MS
    apply_ms = APPLY_MS

    def __init__(self, replicator: TimedReplication, scheduler: Scheduler, profile: Profile) -> None:
        """Plan nothing yet."""
        self.replicator = replicator
        self.scheduler = scheduler
        self.profile = profile

    def start(self, machine: Machine) -> None:
        """A machine has become protected: its points, its shipping and its watch begin."""
        machine.ship_planned = machine.retry_planned = False
        self.plan_shipping(machine)
        if machine.forward:
            self._every(machine, machine.policy.crash_consistent_minutes, Consistency.CRASH)
            if machine.policy.app_consistent_minutes:
                self._every(machine, machine.policy.app_consistent_minutes, Consistency.APP)
            self._watch(machine, lambda: threshold_ms(machine), ErrorCode.RPO_THRESHOLD_EXCEEDED)
            self._watch(machine, lambda: NO_POINT_MS, ErrorCode.NO_CRASH_CONSISTENT_POINT)

    def change(self, machine: Machine) -> None:
        """The interval of application-consistent points was edited: it counts from now on."""
        machine.app_edition += 1
        if machine.replicating and machine.forward and machine.policy.app_consistent_minutes:
            self._every(machine, machine.policy.app_consistent_minutes, Consistency.APP)

    def go_on(self, machine: Machine) -> None:
        """After a restart: as at the start, and the point that would have come by now comes."""
        self.start(machine)
        if machine.forward and machine.newest is not None:
            due_ms = machine.newest.born_ms + machine.policy.crash_consistent_minutes * MINUTE_MS
            self.plan(machine, due_ms, lambda: self._take(machine, Consistency.CRASH))

    def plan(self, machine: Machine, time_ms: int, action: Callable[[], None]) -> None:
        """Do `action` at that time unless the machine's era has ended by then."""
        era = machine.era

        def due() -> None:
            if machine.era == era:
                action()

        self.scheduler.at(time_ms, due)

    def plan_shipping(self, machine: Machine) -> None:
        """Ship within about a second, and process about a second later."""
        if machine.ship_planned:
            return
        machine.ship_planned = True
        self.plan(machine, self.scheduler.now_ms + self.ship_ms, lambda: self._ship(machine))

    def plan_retry(self, machine: Machine) -> None:
        """A device has failed: try again a minute later, for as long as it fails."""
        if machine.retry_planned:
            return
        machine.retry_planned = True
        self.plan(machine, self.scheduler.now_ms + RETRY_MS, lambda: self._retry(machine))

    def _retry(self, machine: Machine) -> None:
        machine.retry_planned = False
        if machine.failing:
            self.replicator.drain(machine)

    def _ship(self, machine: Machine) -> None:
        machine.ship_planned = False
        if self.replicator.ship(machine):
            self.plan(machine, self.scheduler.now_ms + self.apply_ms, lambda: self._apply(machine))

    def _apply(self, machine: Machine) -> None:
        self.replicator.apply(machine)

    def _every(self, machine: Machine, minutes: int, consistency: Consistency, since_ms: int | None = None) -> None:
        """Take a point so many minutes from then on; when another member of the group was faster, count from there."""
        edition = machine.app_edition

        def take() -> None:
            if consistency is Consistency.APP and machine.app_edition != edition:
                return
            held_ms = self.replicator.rounds.held_ms(machine, minutes, consistency)
            self._every(machine, minutes, consistency, held_ms)
            if held_ms is None:
                self._take(machine, consistency)

        from_ms = self.scheduler.now_ms if since_ms is None else since_ms
        self.plan(machine, from_ms + minutes * MINUTE_MS, take)

    def _take(self, machine: Machine, consistency: Consistency) -> None:
        """A point that the whole group shares; where that is not to be had, one of each member that can."""
        circle = self.replicator.rounds.circle(machine)
        if circle and self.replicator.rounds.take(circle, consistency):
            return
        for each in circle or (machine,):
            if self.replicator.take_point(each, consistency) is not None:
                self.replicator.prune(each)

    def _watch(self, machine: Machine, limit: Callable[[], int], code: ErrorCode, told: bool = False) -> None:
        """Raise `code` once per excursion of the machine's exposure beyond the limit."""

        def look() -> None:
            exposed = exposure_ms(machine, self.scheduler.now_ms) or 0
            beyond = exposed > limit()
            if beyond and not told:
                self.replicator.vault.record(machine, self.scheduler.now_ms, code, f"{exposed // MINUTE_MS} min")
            self._watch(machine, limit, code, told=beyond)

        exposed = exposure_ms(machine, self.scheduler.now_ms) or 0
        self.plan(machine, self.scheduler.now_ms + max(MINUTE_MS, limit() - exposed + 1), look)
