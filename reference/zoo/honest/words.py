"""Honest variants of words: what is shown is as true as the reference's, and is said otherwise.

Rule: see the folder's `__init__`.
"""

from attrs import evolve

from siteproof.model.nouns.commands import Accepted, Answer, Command, Refusal
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.observation import DiskView, Event, Observation
from siteproof.model.nouns.subject import Fault, FaultKind
from siteproof.model.nouns.vocabulary import Health, Protection, Resync
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import variant

SECOND_MS = 1000
EXTENT_BLOCKS = 16
GENERATIONS = 10


class WholeSeconds(ReferenceSubject):
    """Its RPO is never too small."""

    def observe(self, machine: str) -> Observation:
        """Rounded up."""
        seen = super().observe(machine)
        return evolve(seen, rpo_ms=None if seen.rpo_ms is None else -(-seen.rpo_ms // SECOND_MS) * SECOND_MS)


class OtherJobs(ReferenceSubject):
    """Jobs are called after what they do."""

    def do(self, command: Command) -> Answer:
        """Another name."""
        answer = super().do(command)
        return Accepted(f"{command.verb.value} of {command.machine}") if isinstance(answer, Accepted) else answer

    def observe(self, machine: str) -> Observation:
        """None while they run."""
        return evolve(super().observe(machine), running_job="")


class Pessimist(ReferenceSubject):
    """Warns before there is anything to warn of."""

    def observe(self, machine: str) -> Observation:
        """A machine with changes on their way could be better."""
        seen = super().observe(machine)
        busy = seen.regions.protection is not Protection.UNPROTECTED and any(disk.dirty_blocks for disk in seen.disks)
        worse = Health.CRITICAL if seen.regions.resync is not Resync.NONE else Health.WARNING
        return evolve(seen, health=worse if busy and seen.health is not Health.CRITICAL else seen.health)


class Talkative(ReferenceSubject):
    """Tells of a slow link whenever one was cut."""

    def fault(self, fault: Fault) -> None:
        """One more event."""
        super().fault(fault)
        if fault.kind is FaultKind.LINK_UP:
            for machine in self.appliance.vault.machines.values():
                if fault.machine in ("", machine.name):
                    self.appliance.vault.record(
                        machine, self.appliance.now_ms, ErrorCode.HIGH_LATENCY, "link came back"
                    )


class Terse(ReferenceSubject):
    """No details."""

    def do(self, command: Command) -> Answer:
        """The code says it."""
        answer = super().do(command)
        return Refusal(answer.code) if isinstance(answer, Refusal) else answer

    def observe(self, machine: str) -> Observation:
        """Codes and times."""
        seen = super().observe(machine)
        return evolve(seen, events=tuple(Event(event.time_ms, event.code, machine) for event in seen.events))


class Generations(ReferenceSubject):
    """Leaves room between generations."""

    def observe(self, machine: str) -> Observation:
        """In tens."""
        seen = super().observe(machine)
        return evolve(seen, generation=seen.generation * GENERATIONS)


class OtherDisks(ReferenceSubject):
    """Sorts disks otherwise."""

    def observe(self, machine: str) -> Observation:
        """The last one first."""
        seen = super().observe(machine)
        return evolve(seen, disks=tuple(reversed(seen.disks)), running=tuple(reversed(seen.running)))


class Dirtier(ReferenceSubject):
    """Counts extents."""

    def observe(self, machine: str) -> Observation:
        """Every dirty block may stand for an extent."""
        seen = super().observe(machine)
        return evolve(seen, disks=tuple(map(_rounded, seen.disks)))


def _rounded(disk: DiskView) -> DiskView:
    return evolve(disk, dirty_blocks=min(disk.blocks, -(-disk.dirty_blocks // EXTENT_BLOCKS) * EXTENT_BLOCKS))


def whole_seconds(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """An RPO in seconds."""
    return variant("whole seconds", directory, durable, subject=WholeSeconds)


def jobs(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Other jobs."""
    return variant("other jobs", directory, durable, subject=OtherJobs)


def pessimist(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Worse health."""
    return variant("pessimist", directory, durable, subject=Pessimist)


def talkative(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """More events."""
    return variant("talkative", directory, durable, subject=Talkative)


def terse(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Fewer words."""
    return variant("terse", directory, durable, subject=Terse)


def generations(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Larger steps."""
    return variant("generations", directory, durable, subject=Generations)


def disks(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Another order."""
    return variant("other disks", directory, durable, subject=OtherDisks)


def dirty(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """More dirty blocks."""
    return variant("dirtier", directory, durable, subject=Dirtier)
