"""What the auditor remembers of one machine since the reset: facts that no single observation shows.

Rule: memory is filled from calls and observations alone and never judges; `hear` and `see` are the only ways in.
"""

from attrs import define, field, frozen

from siteproof.conformance.auditor.call import Call
from siteproof.conformance.landing import MOVES_PRODUCTION
from siteproof.model.nouns.administration import AdminVerb
from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.observation import Observation, Regions
from siteproof.model.nouns.policy import HOUR_MINUTES, MINUTE_MS, RecoveryPoint, ReplicationPolicy
from siteproof.model.nouns.subject import Fault, FaultKind
from siteproof.model.nouns.vocabulary import (
    Direction,
    Health,
    Protection,
    Resync,
    Site,
    TestFailover,
    Verb,
    WriteOrderMode,
)
from siteproof.model.spec.groups import TOGETHER
from siteproof.model.spec.lifecycle.table import is_transitional, running_place

HARMLESS = frozenset(
    {
        FaultKind.LINK_UP,
        FaultKind.SITE_UP,
        FaultKind.STORE_MENDED,
        FaultKind.CLOCK_JUMP,
        FaultKind.PRESSURE,
        FaultKind.PRESSURE_ENDED,
    }
)
STORE = frozenset({FaultKind.STORE_FULL, FaultKind.IO_ERROR})
POWER = frozenset({FaultKind.FORCED_SHUTDOWN, FaultKind.SITE_DOWN})
DRILLS = frozenset({Verb.TEST_FAILOVER, Verb.CLEAN_UP_TEST})
TOLD = {
    FaultKind.FORCED_SHUTDOWN: (ErrorCode.UNCLEAN_SOURCE_SHUTDOWN, "SP-ERR-6"),
    FaultKind.DISK_RESIZED: (ErrorCode.DISK_RESIZED, "SP-ERR-7"),
    FaultKind.LOW_MEMORY: (ErrorCode.SOURCE_LOW_MEMORY, "SP-ERR-8"),
}
TAKES = {  # which requirement says that the command takes points away
    Verb.DISABLE: "SP-LC-37",
    Verb.COMPLETE_MIGRATION: "SP-FO-11",
    Verb.REPROTECT: "SP-PT-29",
    Verb.COMMIT: "SP-FO-9",
    Verb.CANCEL: "SP-FB-13",
}
REBUILDS = frozenset({*MOVES_PRODUCTION, Verb.TEST_FAILOVER, Verb.CLEAN_UP_TEST, Verb.REPROTECT})
OWED_AFTER_MS = MINUTE_MS  # by then what happened has been told
EXCURSION_MS = 2 * MINUTE_MS  # a limit is watched once a minute
SITE = frozenset({FaultKind.SITE_DOWN, FaultKind.SITE_UP})
LINK = frozenset({FaultKind.LINK_DOWN, FaultKind.LINK_UP})
RESYNCHRONIZING = frozenset({Resync.QUEUED, Resync.RUNNING})


@frozen
class Known:
    """A point as it was first listed: not before `after_ms`, while data flowed in `direction`.

    It was taken between `born_ms[0]` and `born_ms[1]` of the steady clock, whatever the wall clock of its machine said.
    """

    point: RecoveryPoint
    after_ms: int
    direction: Direction
    born_ms: tuple[int, int]
    marked: bool = False  # the machine was marked when the point was listed first


@frozen
class Owed:
    """An event that has to be listed by `due_ms`: one of these codes, told at `since_ms` or later."""

    codes: frozenset[ErrorCode]
    requirement: str
    since_ms: int
    due_ms: int


@frozen
class LastCommand:
    """The last accepted command, and what the machine showed when it was given."""

    command: Command
    before: Observation


@define(eq=False)
class Memory:
    """One machine; `seen` is the last observation, everything else counts up to the last call."""

    machine: str
    policy: ReplicationPolicy
    default: ReplicationPolicy = field(init=False)  # of an enable that names no policy
    seen: Observation | None = None
    points: dict[str, Known] = field(factory=dict)  # every point that was ever listed
    asked: LastCommand | None = None  # the last accepted command, until everything has ended
    asked_count: int = 0  # how many were accepted since everything had ended
    troubles: set[FaultKind] = field(factory=set)  # what may still explain a failure, a mark or a loss
    arranged: frozenset[FaultKind] = frozenset()  # what may strike inside any call, until it is replaced
    doomed_job_ran: bool = False  # a command was accepted after the fault that makes the next job fail
    site_down: bool = False
    link_down: bool = False
    store_fails: bool = False  # the store of the replicas was made to fail, and was not mended since
    held_up: bool = False  # an appliance is, or was a while ago, in no state to take what has to travel
    link_is_open: bool = False  # a fault of the link was arranged: only a look tells whether it is up
    source_may_run: bool = False  # the last failover could not, or was not asked to, shut the source down
    settled: bool = True  # the last call that may have changed something was a settle
    moves: int = 0  # how often production moved to other disks
    unflushed: set[str] = field(factory=set)  # disks written since their last flush
    may_have_lost: bool = False  # the source's power failed before a write was flushed
    disks: tuple[str, ...] = ()  # those whose protection was asked for; none: all
    cut_position: int | None = None  # the ledger's position when the link went down
    marked_ms: int | None = None  # when the present mark was seen first
    compared: bool = False  # a mark went, and nothing was written since
    drilled_ms: int = -1  # when a drill was seen last
    undisturbed_ms: int | None = None  # since when every look showed sound forward replication, without a fault
    jumped: bool = False  # a wall clock jumped: the times of points are not those of the steady clock any more
    before_jump: frozenset[str] = frozenset()  # the points that were listed when the wall clock jumped last
    ahead_ms: set[int] | None = field(factory=lambda: {0})  # by how much, since the last look; None: nobody knows
    _ahead: int = 0
    pinned_until_ms: dict[str, int] = field(factory=dict)  # when a point was last shown as pinned
    shows_pins: bool = False
    shows_health: bool = False
    owed: list[Owed] = field(factory=list)
    verbs: set[Verb] = field(factory=set)  # what was accepted and may not have ended
    gone: dict[str, str] = field(factory=dict)  # points that are listed no more, with the requirement that took them
    before_failback: frozenset[str] = frozenset()  # the points that were listed when a failback was asked for
    member_ms: int | None = None  # since when it has shown itself as a protected member of its group
    edited_ms: int = 0  # a point that comes from then on is the first one under the edited policy; 0: never edited
    planned: bool = False  # a plan moved it last, which powers it on when it is its turn, or not at all
    moved_together: bool = False  # it was a member when its group was last told to move
    excursions: set[str] = field(factory=set)  # the requirements whose limit is exceeded at present

    def __attrs_post_init__(self) -> None:
        """The policy of the scenario is the default one."""
        self.default = self.policy

    def hear(self, call: Call, position: int) -> None:
        """Take in a call that came back when the ledger stood at `position`."""
        if call.op == "arrange":
            self._expect(call.arranged(self.machine))
        if not call.changes:
            return
        self.settled = call.op == "settle"
        if call.command is not None:
            self.planned = call.op == "run_plan" or (self.planned and call.command.verb not in REBUILDS)
            self._accepted(call.command)
        elif call.edited is not None and call.edited.verb is AdminVerb.EDIT_POLICY:
            self.policy = call.edited.policy or self.default
            self.edited_ms = self.seen.time_ms + 1 if self.seen is not None else 0
        elif call.fault is not None:
            self._struck(call.fault, position)
        elif call.op == "appliance_event":
            self.held_up, self.undisturbed_ms = True, None
        elif call.op in ("write", "discard"):
            self.compared = False
            self.unflushed.add(call.arguments[0].disk)
        elif call.op == "flush":
            self.unflushed.discard(call.arguments[0].disk)

    def see(self, now: Observation) -> None:
        """Take in an observation."""
        if self.link_is_open:
            self.link_down, self.cut_position = not now.link_up, None
            self.link_is_open = bool(self.arranged & (SITE | LINK))
        self._listed(now)
        self._watched(now)
        self._belongs(now)
        if self.settled:
            self._forgive(now)
        if self.seen is not None and running_place(self.seen.regions) is not running_place(now.regions):
            self.moves += 1
            self.cut_position = None  # what was written before the move may have been thrown away with it
        self.seen = now

    def _belongs(self, now: Observation) -> None:
        protected = bool(now.group) and now.regions.protection is Protection.PROTECTED
        if not now.group or (self.seen is not None and self.seen.group != now.group):
            self.member_ms, self.moved_together = None, False
        if protected and self.member_ms is None:
            self.member_ms = now.time_ms

    def _listed(self, now: Observation) -> None:
        after_ms = self.seen.time_ms if self.seen else now.time_ms
        names = {point.name for point in now.points}
        taken = next((TAKES[verb] for verb in TAKES if verb in self.verbs), "SP-RET-19")
        self.gone |= {each.name: taken for each in (self.seen.points if self.seen else ()) if each.name not in names}
        for point in now.points:
            born_ms = self._born(point, after_ms, now.time_ms)
            known = Known(point, after_ms, now.regions.direction, born_ms, now.regions.resync is not Resync.NONE)
            self.points.setdefault(point.name, known)
            if point.pinned:
                self.pinned_until_ms[point.name], self.shows_pins = now.time_ms, True
        self.ahead_ms = {self._ahead} if self.ahead_ms is not None else None

    def _born(self, point: RecoveryPoint, after_ms: int, listed_ms: int) -> tuple[int, int]:
        """By the steady clock; a point may show that, or the machine's wall clock, and may be listed long after."""
        if not self.jumped:
            return point.taken_at_ms, point.taken_at_ms
        told = [point.taken_at_ms, *(point.taken_at_ms - ahead for ahead in self.ahead_ms or ())]
        fits = [ms for ms in told if after_ms <= ms <= listed_ms]
        return (min(fits), max(fits)) if fits else (min(after_ms, *told), listed_ms)

    def _watched(self, now: Observation) -> None:
        """What lasts: a mark, sound replication, an excursion beyond a limit."""
        marked = now.regions.resync is not Resync.NONE
        self.compared = self.compared or (self.marked_ms is not None and not marked)
        self.drilled_ms = now.time_ms if now.regions.test_failover is not TestFailover.NONE else self.drilled_ms
        self.marked_ms = (now.time_ms if self.marked_ms is None else self.marked_ms) if marked else None
        sound = self.undisturbed(now)
        self.undisturbed_ms = (now.time_ms if self.undisturbed_ms is None else self.undisturbed_ms) if sound else None
        self.shows_health = self.shows_health or now.health is not Health.NORMAL
        self.owed = [owed for owed in self.owed if now.time_ms < owed.due_ms]
        self._exceeds(now, "SP-ERR-5", ErrorCode.RPO_THRESHOLD_EXCEEDED, self.policy.rpo_threshold_minutes)
        self._exceeds(now, "SP-PT-30", ErrorCode.NO_CRASH_CONSISTENT_POINT, HOUR_MINUTES)

    def _exceeds(self, now: Observation, requirement: str, code: ErrorCode, limit_minutes: int) -> None:
        """A new excursion beyond the limit owes an event of its own; one that ends in time owes nothing."""
        forward = self.trusts_or_marks(now) and now.regions.direction is Direction.FORWARD
        if not forward or (now.rpo_ms or 0) <= limit_minutes * MINUTE_MS:
            self.excursions.discard(requirement)
            self.owed = [owed for owed in self.owed if owed.requirement != requirement]
        elif requirement not in self.excursions and self.seen is not None:
            self.excursions.add(requirement)
            self._owe(requirement, code, self.seen.time_ms, now.time_ms + EXCURSION_MS)

    def _owe(self, requirement: str, code: ErrorCode, since_ms: int, due_ms: int) -> None:
        self.owed.append(Owed(frozenset({code}), requirement, since_ms, due_ms))

    def _forgive(self, now: Observation) -> None:
        """At rest a job that was meant to fail has failed, and a healthy machine has no trouble left but that."""
        if self.doomed_job_ran:
            self.troubles.discard(FaultKind.JOB_FAILS)
            self.doomed_job_ran = False
        self.asked, self.asked_count = None, 0
        self.verbs.clear()
        if self.is_healthy(now):
            self.held_up = self.held_up and now.health is not Health.NORMAL
            self.troubles &= {FaultKind.JOB_FAILS, *self.arranged, *(STORE if self.store_fails else ())}

    def _expect(self, kinds: frozenset[FaultKind]) -> None:
        """Whatever is arranged may have struck whenever the machine is seen, and explains what it would explain."""
        self.arranged, self.undisturbed_ms = kinds, None
        self.troubles |= kinds - HARMLESS
        self.store_fails = self.store_fails or bool(kinds & STORE)
        if FaultKind.CLOCK_JUMP in kinds:
            self.jumped, self.ahead_ms = True, None
        self.may_have_lost = self.may_have_lost or bool(kinds & POWER and self.unflushed)
        if kinds & (SITE | LINK):
            self.link_is_open, self.source_may_run = True, True

    def _accepted(self, command: Command) -> None:
        assert self.seen is not None, "a command is given to a machine that was seen"
        self.asked, self.asked_count = LastCommand(command, self.seen), self.asked_count + 1
        self.doomed_job_ran = self.doomed_job_ran or FaultKind.JOB_FAILS in self.troubles
        self.verbs.add(command.verb)
        self.moved_together = self.moved_together or (bool(self.seen.group) and command.verb in TOGETHER)
        if command.verb is Verb.ENABLE:
            self.policy, self.disks = command.policy or self.default, command.disks
        if command.verb not in DRILLS:
            self.undisturbed_ms = None
            self.owed.clear()
        if command.verb is Verb.FAIL_BACK:
            self.before_failback = frozenset(point.name for point in self.seen.points)
        if command.verb is Verb.CHANGE_RECOVERY_POINT:
            self.moves += 1
        if command.verb is Verb.FAIL_OVER:
            self.source_may_run = not command.shutdown or self.link_down or self.link_is_open

    def _struck(self, fault: Fault, position: int) -> None:
        kind, self.undisturbed_ms = fault.kind, None
        self._tells(fault)
        if kind not in HARMLESS:
            self.troubles.add(kind)
        if kind is FaultKind.CLOCK_JUMP:
            self.jumped, self._ahead = True, self._ahead + fault.amount
            self.before_jump = frozenset(point.name for point in self.seen.points) if self.seen else frozenset()
            if self.ahead_ms is not None:
                self.ahead_ms.add(self._ahead)
        if kind in SITE:
            self.site_down = kind is FaultKind.SITE_DOWN
        if kind in SITE | LINK:
            self._cut(position, down=kind in (FaultKind.SITE_DOWN, FaultKind.LINK_DOWN))
        if kind in STORE or kind is FaultKind.STORE_MENDED:
            self.store_fails = kind in STORE
        if kind in POWER:
            self.may_have_lost = self.may_have_lost or bool(self.unflushed)

    def _cut(self, position: int, *, down: bool) -> None:
        if not down:
            self.cut_position = None
        elif not self.link_down:
            self.cut_position = position
        self.link_down = down
        self.source_may_run = self.source_may_run or (down and self.asked is not None)

    def _tells(self, fault: Fault) -> None:
        """Trouble of a machine that replicates has to be told."""
        code, requirement = TOLD.get(fault.kind, (None, ""))
        if fault.kind is FaultKind.CLOCK_JUMP and abs(fault.amount) >= MINUTE_MS:
            forward = fault.amount > 0
            code = ErrorCode.TIME_JUMP_FORWARD if forward else ErrorCode.TIME_JUMP_BACKWARD
            requirement = "SP-PT-32"
        if code is not None and self.seen is not None and self.trusted(self.seen) and not self.site_down:
            self._owe(requirement, code, self.seen.time_ms, self.seen.time_ms + OWED_AFTER_MS)

    def undisturbed(self, now: Observation) -> bool:
        """Whether forward replication is sound and exact as far as can be seen."""
        exact = all(disk.mode is WriteOrderMode.DATA for disk in now.disks)
        held_back = self.store_fails or self.held_up
        return exact and self.is_healthy(now) and not held_back and now.regions.direction is Direction.FORWARD

    @staticmethod
    def trusts_or_marks(now: Observation) -> bool:
        """Whether the machine is protected and its source runs production."""
        return now.regions.protection is Protection.PROTECTED and now.regions.active is Site.PRIMARY

    @classmethod
    def trusted(cls, now: Observation) -> bool:
        """Whether changes of the machine travel as they are tracked."""
        return cls.trusts_or_marks(now) and now.regions.resync is Resync.NONE

    @staticmethod
    def is_healthy(now: Observation) -> bool:
        """Whether nothing of past trouble is left to be seen."""
        protected = now.regions.protection is Protection.PROTECTED
        return protected and now.link_up and now.regions.resync is Resync.NONE


def runs_a_job(regions: Regions) -> bool:
    """Whether what is shown is a phase of something that ends by itself."""
    return is_transitional(regions) or regions.resync in RESYNCHRONIZING or regions.protection is COPYING


COPYING = Protection.INITIAL_REPLICATION
