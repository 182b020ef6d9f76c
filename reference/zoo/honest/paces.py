"""Honest variants of time: slower, faster, at another moment, always within what the policy asks for.

Rule: see the folder's `__init__`.
"""

from siteproof.model.nouns.policy import MINUTE_MS
from siteproof.model.nouns.vocabulary import Consistency
from siteproof.reference.appliance import Appliance
from siteproof.reference.machine import Machine
from siteproof.reference.replicator import Replicator
from siteproof.reference.rhythm import Rhythm
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import variant

APP_DELAY_MS = 2 * MINUTE_MS


class SlowAppliance(Appliance):
    """Takes five seconds for a phase."""

    phase_ms = 5000


class FastAppliance(Appliance):
    """Takes a fifth of a second."""

    phase_ms = 200


class LateRhythm(Rhythm):
    """Three seconds to ship, three to apply."""

    ship_ms = 3000
    apply_ms = 3000


class LateReplicator(Replicator):
    """Ships later."""

    rhythm_type = LateRhythm


class EagerRhythm(Rhythm):
    """A few milliseconds."""

    ship_ms = 5
    apply_ms = 5


class EagerReplicator(Replicator):
    """Ships at once."""

    rhythm_type = EagerRhythm


class OtherMinute(Rhythm):
    """Application-consistent points start two minutes later, and keep their interval."""

    _begun: frozenset[tuple[str, int]] = frozenset()

    def _every(self, machine: Machine, minutes: int, consistency: Consistency, since_ms: int | None = None) -> None:
        if consistency is not Consistency.APP or (machine.name, machine.era) in self._begun:
            super()._every(machine, minutes, consistency, since_ms)
            return
        self._begun |= {(machine.name, machine.era)}
        self.plan(machine, self.scheduler.now_ms + APP_DELAY_MS, lambda: self._every(machine, minutes, consistency))


class OtherMinuteReplicator(Replicator):
    """Asks applications at another minute."""

    rhythm_type = OtherMinute


def slow(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Slower jobs."""
    return variant("slow", directory, durable, appliance=SlowAppliance)


def fast(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Faster jobs."""
    return variant("fast", directory, durable, appliance=FastAppliance)


def late(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Ships later."""
    return variant("late", directory, durable, replicator=LateReplicator)


def eager(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Ships at once."""
    return variant("eager", directory, durable, replicator=EagerReplicator)


def app_minute(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Takes application-consistent points in another minute."""
    return variant("other minute", directory, durable, replicator=OtherMinuteReplicator)
