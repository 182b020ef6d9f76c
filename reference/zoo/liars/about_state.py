"""Liars about state: the appliance does what it should, and its observations say something else.

Rule: see the folder's `__init__`.
"""

from attrs import evolve

from siteproof.model.nouns.errors import CATALOGUE
from siteproof.model.nouns.observation import DiskView, Event, Observation, Watermarks
from siteproof.model.nouns.scenario import Scenario
from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.model.nouns.vocabulary import Health
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit


class InventsBytes(ReferenceSubject):
    """A plausible number of bytes."""

    def observe(self, machine: str) -> Observation:
        """What was written must have been sent."""
        seen = super().observe(machine)
        return evolve(seen, bytes_sent=sum(disk.watermarks.written for disk in seen.disks) * BLOCK_BYTES)


class Replays(ReferenceSubject):
    """Shows how it was before the link broke."""

    _good: dict[str, Observation]

    def reset(self, scenario: Scenario) -> None:
        """Nothing was seen yet."""
        self._good = {}
        super().reset(scenario)

    def observe(self, machine: str) -> Observation:
        """The last good picture, with the present time."""
        seen = super().observe(machine)
        if seen.link_up:
            self._good[machine] = seen
        return evolve(self._good.get(machine, seen), time_ms=seen.time_ms, link_up=seen.link_up)


class AllWell(ReferenceSubject):
    """Tells the judge what it wants to hear."""

    def observe(self, machine: str) -> Observation:
        """No exposure, nothing dirty, everything there, good health."""
        seen = super().observe(machine)
        rpo_ms = None if seen.rpo_ms is None else 0
        return evolve(seen, rpo_ms=rpo_ms, health=Health.NORMAL, disks=tuple(map(_well, seen.disks)))


def _well(disk: DiskView) -> DiskView:
    return evolve(disk, dirty_blocks=0, watermarks=Watermarks(*[disk.watermarks.written] * 5))


class TellsEverything(ReferenceSubject):
    """Whoever looks for an event finds it."""

    def observe(self, machine: str) -> Observation:
        """Every code of the catalogue."""
        seen = super().observe(machine)
        start_ms = seen.time_ms if not seen.events else seen.events[0].time_ms
        return evolve(seen, events=tuple(Event(start_ms, code, machine) for code in CATALOGUE))


def byte_counts(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Invents its byte counts."""
    return exhibit("invents bytes", directory, durable, subject=InventsBytes)


def replays(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Replays old observations."""
    return exhibit("replays", directory, durable, subject=Replays)


def all_well(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Is always well."""
    return exhibit("all well", directory, durable, subject=AllWell)


def events(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Has had every event."""
    return exhibit("every event", directory, durable, subject=TellsEverything)
