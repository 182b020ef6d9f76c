"""What the auditor remembers of one machine since the reset: facts that no single observation shows.

Rule: memory is filled from calls and observations alone and never judges; `hear` and `see` are the only ways in.
"""

from attrs import define, field, frozen

from siteproof.conformance.auditor.call import Call
from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.observation import Observation, Regions
from siteproof.model.nouns.policy import RecoveryPoint, ReplicationPolicy
from siteproof.model.nouns.subject import FaultKind
from siteproof.model.nouns.vocabulary import Protection, Resync, Verb
from siteproof.model.spec.lifecycle.table import is_transitional, running_place

HARMLESS = frozenset({FaultKind.LINK_UP, FaultKind.SITE_UP, FaultKind.CLOCK_JUMP})
POWER = frozenset({FaultKind.FORCED_SHUTDOWN, FaultKind.SITE_DOWN})
SITE = frozenset({FaultKind.SITE_DOWN, FaultKind.SITE_UP})
LINK = frozenset({FaultKind.LINK_DOWN, FaultKind.LINK_UP})
RESYNCHRONIZING = frozenset({Resync.QUEUED, Resync.RUNNING})


@frozen
class Known:
    """A point as it was first listed; it came after `after_ms` and was seen at `seen_ms`."""

    point: RecoveryPoint
    after_ms: int
    seen_ms: int


@frozen
class Asked:
    """The last accepted command, and what the machine showed when it was given."""

    command: Command
    before: Observation


@define(eq=False)
class Memory:
    """One machine; `seen` is the last observation, everything else counts up to the last call."""

    machine: str
    policy: ReplicationPolicy
    seen: Observation | None = None
    points: dict[str, Known] = field(factory=dict)  # every point that was ever listed
    asked: Asked | None = None  # the last accepted command, until everything has ended
    asked_count: int = 0  # how many were accepted since everything had ended
    troubles: set[FaultKind] = field(factory=set)  # what may still explain a failure, a mark or a loss
    arranged: frozenset[FaultKind] = frozenset()  # what may strike inside any call, until it is replaced
    doomed_job_ran: bool = False  # a command was accepted after the fault that makes the next job fail
    site_down: bool = False
    link_down: bool = False
    source_may_run: bool = False  # the last failover could not, or was not asked to, shut the source down
    settled: bool = True  # the last call that may have changed something was a settle
    moves: int = 0  # how often production moved to other disks
    unflushed: set[str] = field(factory=set)  # disks written since their last flush
    may_have_lost: bool = False  # the source's power failed before a write was flushed

    def hear(self, call: Call) -> None:
        """Take in a call that came back."""
        if call.op == "arrange":
            self._expect(call.arranged(self.machine))
        if not call.changes:
            return
        self.settled = call.op == "settle"
        if call.command is not None:
            self._accepted(call.command)
        elif call.fault is not None:
            self._struck(call.fault.kind)
        elif call.op in ("write", "discard"):
            self.unflushed.add(call.arguments[0].disk)
        elif call.op == "flush":
            self.unflushed.discard(call.arguments[0].disk)

    def see(self, now: Observation) -> None:
        """Take in an observation."""
        for point in now.points:
            if point.name not in self.points:
                self.points[point.name] = Known(point, self.seen.time_ms if self.seen else now.time_ms, now.time_ms)
        if self.settled:
            self._forgive(now)
        if self.seen is not None and running_place(self.seen.regions) is not running_place(now.regions):
            self.moves += 1
        self.seen = now

    def _forgive(self, now: Observation) -> None:
        """At rest a job that was meant to fail has failed, and a healthy machine has no trouble left but that."""
        if self.doomed_job_ran:
            self.troubles.discard(FaultKind.JOB_FAILS)
            self.doomed_job_ran = False
        self.asked, self.asked_count = None, 0
        if self.is_healthy(now):
            self.troubles &= {FaultKind.JOB_FAILS, *self.arranged}

    def _expect(self, kinds: frozenset[FaultKind]) -> None:
        """Whatever is arranged may have struck whenever the machine is seen, and explains what it would explain."""
        self.arranged = kinds
        for kind in sorted(kinds):
            self._struck(kind)

    def _accepted(self, command: Command) -> None:
        assert self.seen is not None, "a command is given to a machine that was seen"
        self.asked, self.asked_count = Asked(command, self.seen), self.asked_count + 1
        self.doomed_job_ran = self.doomed_job_ran or FaultKind.JOB_FAILS in self.troubles
        if command.verb is Verb.ENABLE and command.policy is not None:
            self.policy = command.policy
        if command.verb is Verb.CHANGE_RECOVERY_POINT:
            self.moves += 1
        if command.verb is Verb.FAIL_OVER:
            self.source_may_run = not command.shutdown or self.link_down

    def _struck(self, kind: FaultKind) -> None:
        if kind not in HARMLESS:
            self.troubles.add(kind)
        if kind in SITE:
            self.site_down = kind is FaultKind.SITE_DOWN
        if kind in SITE | LINK:
            self.link_down = kind in (FaultKind.SITE_DOWN, FaultKind.LINK_DOWN)
            self.source_may_run = self.source_may_run or (self.link_down and self.asked is not None)
        if kind in POWER:
            self.may_have_lost = self.may_have_lost or bool(self.unflushed)

    @staticmethod
    def is_healthy(now: Observation) -> bool:
        """Whether nothing of past trouble is left to be seen."""
        protected = now.regions.protection is Protection.PROTECTED
        return protected and now.link_up and now.regions.resync is Resync.NONE


def runs_a_job(regions: Regions) -> bool:
    """Whether what is shown is a phase of something that ends by itself."""
    return is_transitional(regions) or regions.resync in RESYNCHRONIZING or regions.protection is COPYING


COPYING = Protection.INITIAL_REPLICATION
