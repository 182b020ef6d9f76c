"""A tape: a history that never happened, told to an auditor call by call.

Rule: a tape starts sound; a miniature changes one thing, and the auditor has to name it.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Any

from attrs import evolve

from siteproof.conformance.auditor.auditor import Auditor
from siteproof.conformance.auditor.look import AuditContext
from siteproof.conformance.auditor.oracle import Oracle
from siteproof.conformance.carriers.watch import RecordingCarrier
from siteproof.conformance.history import WriteHistory
from siteproof.model.nouns.commands import Accepted, Answer, Command, Refusal
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.observation import DiskView, Event, Observation, Regions, Watermarks
from siteproof.model.nouns.policy import MINUTE_MS, RecoveryPoint, ReplicationPolicy
from siteproof.model.nouns.profile import CORE
from siteproof.model.nouns.scenario import DiskSpec, MachineSpec, Scenario
from siteproof.model.nouns.subject import Capability, Description, DiskAddress, Fault, FaultKind, Provider, Write
from siteproof.model.nouns.vocabulary import Consistency, Place, Verb
from siteproof.model.spec.groups import TOGETHER
from siteproof.model.spec.lifecycle.table import allowed_operations, phases

NAME = "vm1"
START_MS = 1_767_603_600_000  # a Monday at nine, within office hours
BLOCKS = 16


class Player:
    """A subject that shows and answers what it is told to."""

    def __init__(self) -> None:
        """An unprotected machine; every command is accepted."""
        self.answer: Answer = Accepted("job-1")
        self.seen = Observation(NAME, START_MS, Regions(), (), disks=(DiskView("disk0", BLOCKS),))

    def __getattr__(self, name: str) -> Any:
        """Every other call is taken and does nothing."""
        return lambda *_: None

    def observe(self, machine: str) -> Observation:
        """What is on the tape."""
        assert machine == NAME
        return self.seen

    def do(self, command: Command) -> Answer:
        """The answer on the tape."""
        assert command.machine == NAME
        return self.answer


class Tape:
    """Tells an auditor with these oracles what is called and what is shown."""

    def __init__(self, oracles: Iterable[Oracle], left_out: AbstractSet[Capability] = frozenset()) -> None:
        """One machine, reset and seen."""
        scenario = Scenario((MachineSpec(NAME, (DiskSpec("disk0", BLOCKS),)),), ReplicationPolicy(), START_MS)
        declared = Description("tape", "1", dict.fromkeys(set(Capability) - left_out, Provider.PRODUCT))
        self.player, self.history, self.made = Player(), WriteHistory(scenario), 0
        self.auditor = Auditor(AuditContext(CORE, declared), oracles)
        self.watch = RecordingCarrier(self.player)
        self.watch.listener = self.auditor.hear
        self.watch.reset(scenario)
        self.auditor.begin(self.history)
        self.steps: tuple[Regions, ...] = (self.seen.regions,)
        self.look()

    @property
    def seen(self) -> Observation:
        """What was shown last."""
        return self.player.seen

    # -- telling ------------------------------------------------------------------------------------------------------

    def look(self, **shown: Any) -> "Tape":
        """The next observation differs in these fields; the allowed operations are the table's unless given."""
        seen = evolve(self.seen, **shown)
        if "allowed" not in shown:
            alone = TOGETHER if seen.group else frozenset()
            seen = evolve(seen, allowed=tuple(allowed_operations(seen.regions, CORE) - alone))
        self.player.seen = seen
        self.watch.observe(NAME)
        self.auditor.judge()
        return self

    def regions(self, **values: Any) -> Regions:
        """The present regions with other values."""
        return evolve(self.seen.regions, **values)

    def runs(self, verb: Verb, **fields: Any) -> "Tape":
        """The command is accepted and seen in its first phase; what it leads to is shown by `ends`."""
        self.steps = phases(self.seen.regions, verb, CORE)
        self.player.answer = Accepted("job-1")
        self.watch.do(Command(verb, NAME, **fields))
        return self.look(regions=self.steps[0])

    def ends(self, **shown: Any) -> "Tape":
        """Everything settles, and the command has succeeded."""
        self.watch.settle()
        return self.look(**({"regions": self.steps[-1]} | shown))

    def refuses(self, verb: Verb, code: ErrorCode) -> "Tape":
        """The command is refused."""
        self.player.answer = Refusal(code)
        self.watch.do(Command(verb, NAME))
        return self

    def minutes(self, minutes: float, **shown: Any) -> "Tape":
        """Time passes, and the RPO with it."""
        passed = int(minutes * MINUTE_MS)
        self.watch.advance(passed)
        now_ms = self.seen.time_ms + passed
        older = None if self.seen.rpo_ms is None else self.seen.rpo_ms + passed
        return self.look(**({"time_ms": now_ms, "rpo_ms": older} | shown))

    def point(self, minutes: float = 5, **shown: Any) -> "Tape":
        """Time passes to the next point."""
        now_ms = self.seen.time_ms + int(minutes * MINUTE_MS)
        return self.minutes(minutes, **({"points": (*self.seen.points, self.fresh(now_ms)), "rpo_ms": 0} | shown))

    def fresh(self, taken_ms: int, **fields: Any) -> RecoveryPoint:
        """A point that was not there before."""
        self.made += 1
        return evolve(RecoveryPoint(f"p{self.made}", Consistency.CRASH, taken_ms, self.made), **fields)

    def fault(self, kind: FaultKind, amount: int = 0, **shown: Any) -> "Tape":
        """Something goes wrong."""
        self.watch.fault(Fault(kind, NAME, amount=amount))
        return self.look(**shown)

    def write(self, *blocks: int, place: Place = Place.ACTIVE, **shown: Any) -> "Tape":
        """Blocks are written, and shown as dirty."""
        writes = tuple(Write(block, 1 + block, self.seen.time_ms) for block in blocks)
        self.watch.write(DiskAddress(NAME, "disk0", place), writes)
        if place is Place.ACTIVE:
            self.history.wrote(NAME, "disk0", writes, self.seen.time_ms)
        return self.look(**({"disks": (self.disk(dirty=len(blocks), written=len(blocks)),)} | shown))

    def disk(self, dirty: int = 0, written: int = 0, reached: int = 0, **fields: Any) -> DiskView:
        """The disk with so much written, and so much of it everywhere."""
        return evolve(
            DiskView("disk0", BLOCKS, dirty_blocks=dirty, watermarks=Watermarks(written, *[reached] * 4)), **fields
        )

    def event(self, code: ErrorCode) -> tuple[Event, ...]:
        """The events with one more, now."""
        return (*self.seen.events, Event(self.seen.time_ms, code, NAME))

    # -- ways that are sound ------------------------------------------------------------------------------------------

    def protected(self, **fields: Any) -> "Tape":
        """The machine is protected and has a first point."""
        return self.runs(Verb.ENABLE, **fields).ends(points=(self.fresh(self.seen.time_ms),), rpo_ms=0)

    def failed_over(self) -> "Tape":
        """It runs in the cloud."""
        pinned = (*self.seen.points[:-1], evolve(self.seen.points[-1], pinned=True))
        return self.runs(Verb.FAIL_OVER).ends(points=pinned, running=(Place.RECOVERY,), generation=1)

    def reversed(self) -> "Tape":
        """It is replicated back."""
        self.runs(Verb.COMMIT).ends(points=self.seen.points[-1:])
        return self.runs(Verb.REPROTECT).ends(points=(), rpo_ms=None)
