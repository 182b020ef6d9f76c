"""The lab: everything a case may do with a subject, each call traced with what it changed and told to the auditor.

Rule: the lab acts and remembers, it never judges: a set-up that cannot be reached is Inconclusive, and what is expected
of a subject stands in the cases and in verify. The subject's word is shown in the trace; only bytes feed the ledger.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from attrs import field, frozen

from siteproof.conformance import images, power
from siteproof.conformance.auditor.auditor import Auditor
from siteproof.conformance.auditor.look import AuditContext
from siteproof.conformance.carriers.watch import RecordingCarrier
from siteproof.conformance.history import Workload, WriteHistory
from siteproof.conformance.images import DiskPicture, MachineImages
from siteproof.conformance.inside import Arrangement, Inside
from siteproof.conformance.landing import MOVES_PRODUCTION, Landing, Prior, ResyncOutcome
from siteproof.conformance.ledger import Ledger
from siteproof.conformance.plain import plain
from siteproof.conformance.trace import RecordedStep, difference
from siteproof.conformance.verify import Failed, Inconclusive, given
from siteproof.conformance.worlds.machines import DEFAULT_DISK, Machine, machine_spec, placed
from siteproof.conformance.worlds.setting import setting
from siteproof.conformance.worlds.stage import Stage
from siteproof.conformance.worlds.world import PLAIN
from siteproof.conformance.worlds.writing import Pen, WorldDisk, WriteCall
from siteproof.model.nouns.commands import Answer, Command, Refusal
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.policy import MINUTE_MS, RecoveryPoint, ReplicationPolicy
from siteproof.model.nouns.profile import Profile
from siteproof.model.nouns.scenario import DiskSpec, MachineSpec, Scenario
from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.model.nouns.subject import Capability, DiskAddress, Fault, FaultKind, Image, Subject, Write
from siteproof.model.nouns.vocabulary import Consistency, Place, Protection, Resync, Verb

__all__ = ["Lab", "Landing", "Machine", "ResyncOutcome", "machine_spec"]


@frozen
class _Seat:
    """What the lab keeps per machine."""

    machine: Machine
    landings: list[Landing] = field(factory=list)


class Lab:
    """One subject under one profile; `trace` holds every call, `witnessed` the requirement ids really seen."""

    def __init__(
        self, subject: Subject, profile: Profile, seed: int, staging: Stage | None = None, breadth: int = 1
    ) -> None:
        """Nothing is reset before a case asks for machines; without a staging the world is the plain one.

        `breadth` says how many of the choices that a case leaves to the seed it takes.
        """
        self.watch = RecordingCarrier(subject)
        self.subject: RecordingCarrier = self.watch
        self.description = self.subject.describe()
        self.auditor = Auditor(AuditContext(profile, self.description))
        self.watch.listener = self.auditor.hear
        self.profile = profile
        self.seed = seed
        self.staging = staging
        self.world = staging.world if staging else PLAIN
        self.breadth = breadth
        self.trace: list[RecordedStep] = []
        self.witnessed: set[str] = set()
        self.workload = Workload(seed)
        self._pen = Pen(self.workload, self.world.pattern)
        self.history = WriteHistory(Scenario(()))
        self.scenario = Scenario(())
        self._seats: dict[str, _Seat] = {}
        self._seen: dict[str, Observation] = {}
        self.images: tuple[Image, ...] = ()  # what was read last; valid until the subject is asked to change anything
        self._links_down: set[str] = set()
        self._inside = Inside(self.subject, self.workload, self.history)

    # -- setting up ---------------------------------------------------------------------------------------------------

    def site(self, *specs: MachineSpec, policy: ReplicationPolicy | None = None) -> tuple[Machine, ...]:
        """Reset the subject to these machines, as the world has them, all unprotected."""
        found = setting(self.world, specs, policy)
        self.scenario = Scenario(tuple(part.spec for part in found.parts), found.policy, found.start_ms, self.seed)
        self.history, self.workload = WriteHistory(self.scenario), Workload(self.seed)
        self._pen = Pen(self.workload, self.world.pattern)
        self._seats = {part.spec.name: _Seat(placed(index, part)) for index, part in enumerate(found.parts)}
        self._seen, self._links_down = {}, set()
        self._inside = Inside(self.subject, self.workload, self.history)
        self.subject.reset(self.scenario)
        self.auditor.begin(self.history)
        self._step(f"reset with {', '.join(self._seats)}")
        if self.staging:
            self.staging.arrive(self, own_policy=policy is None)
        return tuple(machine for machine in self.machines if machine.meant)

    @property
    def machines(self) -> tuple[Machine, ...]:
        """All machines of the scenario, those beside the meant ones too."""
        return tuple(seat.machine for seat in self._seats.values())

    def machine(self, disk: str = DEFAULT_DISK, disks: int = 1, policy: ReplicationPolicy | None = None) -> Machine:
        """One unprotected machine with zero-filled disks of that size."""
        return self.site(machine_spec("vm1", disk, disks), policy=policy)[0]

    def protected_machine(
        self, disk: str = DEFAULT_DISK, disks: int = 1, policy: ReplicationPolicy | None = None, filled: int = 0
    ) -> Machine:
        """One protected machine; `filled` blocks of each disk were written, incompressibly, before it was enabled."""
        machine = self.machine(disk, disks, policy)
        for each in machine.spec.disks if filled else ():
            self.write(machine, range(min(filled, each.blocks)), disk=each.name, noise=BLOCK_BYTES)
        self.protect(machine, policy)
        return machine

    def protect(self, machine: Machine, policy: ReplicationPolicy | None = None) -> Observation:
        """Enable the machine's protection and wait for its end."""
        after = self.run(machine, Verb.ENABLE, policy=policy)
        given(after.regions.protection is Protection.PROTECTED, f"enable ended in {after.regions.protection.value}")
        return after

    # -- the workload -------------------------------------------------------------------------------------------------

    def write(
        self,
        machine: Machine,
        blocks: int | Iterable[int] = 1,
        disk: str = "",
        place: Place = Place.ACTIVE,
        noise: int = 512,
    ) -> tuple[Write, ...]:
        """Write stamped blocks (a number: so many of the world's choice) in order; all are acknowledged on return."""
        spec = machine.disk(disk)
        size, which = self.history.ledger(machine.name, spec.name).blocks, machine.spec.disks.index(spec)
        target = WorldDisk(machine.index, which, size, self.now_ms(machine), noise)
        if isinstance(blocks, int) and place is Place.ACTIVE:
            calls = tuple(self._pen.calls(target, blocks))
        else:
            numbers = self.workload.pick(size, blocks) if isinstance(blocks, int) else tuple(blocks)
            calls = (self._pen.exactly(target, numbers),)
        for call in calls:
            self._call(machine, spec, call, place)
        if self.staging and place is Place.ACTIVE:
            self.staging.wrote(self, machine, free=isinstance(blocks, int))
        return tuple(write for call in calls for write in call.writes)

    def write_data(self, machine: Machine, block: int, data: bytes, disk: str = "") -> None:
        """Write one block's own bytes, without a stamp."""
        spec = machine.disk(disk)
        self._write(machine, spec, (Write(block, 0, data=data.ljust(BLOCK_BYTES, b"\0")),), Place.ACTIVE)

    def _call(self, machine: Machine, disk: DiskSpec, call: WriteCall, place: Place) -> None:
        if call.gone:
            self.discard(machine, call.first, call.gone, disk.name)
        elif call.writes:
            self._write(machine, disk, call.writes, place)

    def _write(self, machine: Machine, disk: DiskSpec, writes: tuple[Write, ...], place: Place) -> None:
        self.subject.write(DiskAddress(machine.name, disk.name, place), writes)
        if place is Place.ACTIVE:
            self.history.wrote(machine.name, disk.name, writes, self.now_ms(machine))
        self._step(f"write {_numbers(write.block for write in writes)} of {machine.name}/{disk.name}", place)

    def flush(self, machine: Machine, disk: str = "") -> None:
        """A write barrier of the workload."""
        name = machine.disk(disk).name
        self.subject.flush(DiskAddress(machine.name, name))
        self.history.flushed(machine.name, name)
        self._step(f"flush {machine.name}/{name}")

    def discard(self, machine: Machine, block: int, blocks: int, disk: str = "") -> None:
        """Discard blocks; they read as zeros from now on."""
        name = machine.disk(disk).name
        self.subject.discard(DiskAddress(machine.name, name), block, blocks)
        self.history.discarded(machine.name, name, range(block, block + blocks), self.now_ms(machine))
        self._step(f"discard blocks {block}-{block + blocks - 1} of {machine.name}/{name}")

    # -- commands -----------------------------------------------------------------------------------------------------

    def ask(self, machine: Machine, verb: Verb, **fields: Any) -> Answer:
        """Give one command and return its answer; an accepted job may still run."""
        command = self._command(machine, verb, fields)
        answer = self.subject.do(command)
        said = f" — refused with {answer.code.value}" if isinstance(answer, Refusal) else ""
        if verb is Verb.ENABLE and not said:
            self.history.replicates(machine.name, command.disks)
        self._step(f"{verb.value} {machine.name}{said}")
        return answer

    def run(self, machine: Machine, verb: Verb, **fields: Any) -> Observation:
        """Give one command that the case needs, wait for its end, and follow production to where it runs then."""
        prior = self.prior(machine)
        answer = self.ask(machine, verb, **fields)
        if isinstance(answer, Refusal):
            raise Inconclusive(f"the set-up needs {verb.value}, which was refused with {answer.code.value}")
        self.settle()
        return self.follow(machine, self._command(machine, verb, fields), prior)

    def prior(self, machine: Machine) -> Prior:
        """What has to be known before a command is given, so that production can be followed."""
        memory = self.auditor.memory(machine.name)
        troubled = bool(memory.troubles) or memory.held_up
        sure = 0 if troubled else self.history.drained_position(machine.name)
        before = self.observe(machine)
        return Prior(before, self.history.position, self.history.ledgers(machine.name), sure, troubled)

    def follow(self, machine: Machine, command: Command, prior: Prior) -> Observation:
        """The job of that command has ended: follow production to where it runs now."""
        verb, after = command.verb, self.observe(machine)
        if self.staging and verb is Verb.ENABLE and after.regions.protection is Protection.PROTECTED:
            after = self.staging.enabled(self, machine)
        moved, drilled = prior.moved(verb, after), prior.drilled(verb, after)
        if moved or drilled:
            picture = self.read(machine, Place.TEST if drilled else Place.ACTIVE)
            told = (prior.position, prior.before, after, prior.sure, prior.troubled)
            self._seats[machine.name].landings.append(Landing(command, picture, prior.ledgers, *told))
            if moved:
                self.history.rebase(machine.name, picture)
        return after

    def tell(self, what: str, call: Callable[[], Answer]) -> Answer:
        """Make a call that is answered as a command is, and return its answer; an accepted job may still run."""
        answer = call()
        self._step(f"{what}{f' — refused with {answer.code.value}' if isinstance(answer, Refusal) else ''}")
        return answer

    def _command(self, machine: Machine, verb: Verb, fields: Mapping[str, Any]) -> Command:
        """The command, with the world's choice of what the case leaves open."""
        asked = self.staging.asked(machine, verb) if self.staging else {}
        return Command(verb, machine.name, **{**asked, **fields})

    def landing(self, machine: Machine) -> Landing:
        """The last move of production."""
        moves = [each for each in self._seats[machine.name].landings if each.command.verb in MOVES_PRODUCTION]
        given(bool(moves), "production never moved")
        return moves[-1]

    def landings(self, machine: Machine) -> tuple[Landing, ...]:
        """Every move of production that was followed, and every drill, oldest first."""
        return tuple(self._seats[machine.name].landings)

    def resynchronise(self, machine: Machine) -> ResyncOutcome:
        """Ask for a resynchronisation and wait for its end."""
        before = self.observe(machine).bytes_sent
        answer = self.ask(machine, Verb.RESYNCHRONIZE)
        self.settle()
        after = self.observe(machine)
        return ResyncOutcome(answer, after.bytes_sent - before, after)

    # -- faults and time ----------------------------------------------------------------------------------------------

    def fault(self, kind: FaultKind, machine: Machine, disk: str = "", amount: int = 0) -> None:
        """Make something go wrong with one machine, or mend it; a resize to what the asked disk would have."""
        if kind is FaultKind.DISK_RESIZED:
            spec = machine.disk(disk)
            disk, amount = spec.name, amount + machine.larger.get(spec.name, 0)
        self.subject.fault(Fault(kind, machine.name, disk, amount))
        if kind in (FaultKind.LINK_DOWN, FaultKind.SITE_DOWN):
            self._links_down.add(machine.name)
        if kind in (FaultKind.LINK_UP, FaultKind.SITE_UP):
            self._links_down.discard(machine.name)
        if kind is FaultKind.DISK_RESIZED:
            self.history.resized(machine.name, disk, amount)
        if kind in power.RETURNS:
            self._power_returned(machine, kind)
        much = f" by {amount} ms" if kind is FaultKind.CLOCK_JUMP else f" to {amount} blocks" if amount else ""
        self._step(f"fault {kind.value} {machine.name}{much}")

    def _power_returned(self, machine: Machine, kind: FaultKind) -> None:
        lost = power.blocks_lost(self.history, self._seen[machine.name], kind, lambda: self.read(machine))
        if lost:
            self.note(f"{lost} blocks of {machine.name} that were not flushed went back with the power")

    @contextmanager
    def link_down(self, machine: Machine) -> Iterator[None]:
        """The replication link of the machine is down while this is open."""
        self.fault(FaultKind.LINK_DOWN, machine)
        yield
        self.fault(FaultKind.LINK_UP, machine)

    @contextmanager
    def inside(self, machine: Machine) -> Iterator[Arrangement]:
        """What is arranged on entering may happen inside the calls made here; on leaving, nothing more can."""
        yield Arrangement(self._inside, machine)
        self._inside.arm()
        self._step(f"nothing more is arranged for {machine.name}")

    def advance(self, minutes: float = 0, milliseconds: int = 0) -> None:
        """Let that much time pass."""
        amount = int(minutes * MINUTE_MS) + milliseconds
        self.subject.advance(amount)
        self._inside.look()
        self._step(f"advance {amount / MINUTE_MS:g} min" if amount >= MINUTE_MS else f"advance {amount} ms")

    def settle(self) -> None:
        """Wait until every job has ended and nothing more would happen by itself."""
        self.subject.settle()
        self._inside.look()
        self._step("settle")
        for name, seen in self._seen.items():
            held_up = self.auditor.memory(name).held_up
            if name not in self._links_down and seen.link_up and _replicates(seen) and not held_up:
                self.history.drained(name)

    # -- looking ------------------------------------------------------------------------------------------------------

    def observe(self, machine: Machine) -> Observation:
        """What the subject shows of the machine right now."""
        seen = self._look(machine)
        self.auditor.judge()
        return seen

    def _look(self, machine: Machine) -> Observation:
        seen = self.subject.observe(machine.name)
        if seen.machine != machine.name:
            raise Failed(f"an observation of {machine.name}", f"one of {seen.machine}")
        self.history.listed(seen)
        self._seen[machine.name] = seen
        return seen

    def now_ms(self, machine: Machine) -> int:
        """The subject's time as last observed."""
        return self._seen[machine.name].time_ms

    def read(self, machine: Machine, place: Place = Place.ACTIVE) -> MachineImages:
        """The judge's own reading of every disk of one copy of the machine."""
        disks = self.history.ledgers(machine.name)
        self.images = tuple(self.subject.read(DiskAddress(machine.name, each.name, place)) for each in disks)
        taken = tuple(self._take(image, ledger) for image, ledger in zip(self.images, disks, strict=True))
        self.note(f"read {machine.name} at {place.value}")
        return MachineImages(machine.name, taken, place=place)

    def restore(self, machine: Machine, point: RecoveryPoint | str) -> MachineImages:
        """The judge's own reading of a recovery point; Refused when the subject has none of that name."""
        name = point if isinstance(point, str) else point.name
        ledgers = {ledger.name: ledger for ledger in self.history.note(machine.name, name).ledgers}
        self.images = self.subject.restore(machine.name, name)
        found = {image.disk: image for image in self.images}
        if set(found) != set(ledgers):
            raise Failed(f"{name} restored with the disks {plain(set(ledgers))}", plain(set(found)), of="SP-PT-13")
        self.note(f"restore {machine.name} point {name}")
        taken = tuple(self._take(found[disk], ledgers[disk]) for disk in ledgers)
        return MachineImages(machine.name, taken, point=name)

    def crash_point(self, machine: Machine) -> RecoveryPoint:
        """Drain replication, let the next crash-consistent point be taken, and return the newest one."""
        return self._point(machine, Consistency.CRASH, self.profile.crash_consistent_minutes)

    def app_point(self, machine: Machine, minutes: int) -> RecoveryPoint:
        """Drain replication, let `minutes` pass, and return the newest application-consistent point."""
        return self._point(machine, Consistency.APP, minutes)

    def lower_bound(self, machine: Machine) -> int:
        """Bytes that no resynchronisation can do without: the blocks that changed since the sides last agreed."""
        since = self.history.drained_position(machine.name)
        changed = (ledger.changed_since(since) for ledger in self.history.ledgers(machine.name))
        return sum(len(blocks) for blocks in changed) * BLOCK_BYTES

    @property
    def by_flush(self) -> bool:
        """Whether the subject promises only the order of flushes."""
        return Capability.TOTAL_ORDER not in self.description.capabilities

    def _point(self, machine: Machine, consistency: Consistency, minutes: int) -> RecoveryPoint:
        self.settle()
        known = {point.name for point in self.observe(machine).points}
        self.advance(minutes=minutes)
        fresh = [p for p in self.observe(machine).points if p.name not in known and p.consistency is consistency]
        given(bool(fresh), f"no {consistency.value}-consistent point appeared within {minutes} min")
        return max(fresh, key=lambda point: point.sequence)

    def _take(self, image: Image, ledger: Ledger) -> DiskPicture:
        return images.take(image, ledger.strangers)

    def _step(self, text: str, place: Place = Place.ACTIVE) -> None:
        before = dict(self._seen)
        after = [self._look(seat.machine) for seat in self._seats.values()]
        changes = [change for seen in after if (change := difference(before.get(seen.machine), seen))]
        self.note(text if place is Place.ACTIVE else f"{text} ({place.value} copy)", "; ".join(changes))
        self.auditor.judge()

    def note(self, text: str, diff: str = "") -> None:
        """Add a step to the trace."""
        self.trace.append(RecordedStep(len(self.trace) + 1, text, diff))


def _replicates(seen: Observation) -> bool:
    return seen.regions.protection is Protection.PROTECTED and seen.regions.resync is Resync.NONE


def _numbers(blocks: Iterable[int]) -> str:
    found = list(blocks)
    shown = ", ".join(str(block) for block in found[:6])
    return f"block{'s' if len(found) != 1 else ''} {shown}{f', … ({len(found)})' if len(found) > 6 else ''}"
