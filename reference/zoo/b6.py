"""B6: a resynchronisation is armed and never starts, both sides wait for the other (happened in linstor-server #190).

A comparison that is asked for while the link is down waits for the target's greeting; the target greets nobody when the
link comes back. It stays queued for ever.
"""

from siteproof.reference.machine import Machine
from siteproof.reference.replicator import Replicator
from siteproof.reference.resynchronizer import Comparisons
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit


class WaitingComparisons(Comparisons):
    """Waits for a greeting."""

    _waiting: set[str]

    def queue(self, machine: Machine) -> str:
        """Remember who cannot be greeted now."""
        job = super().queue(machine)
        self._waiting = getattr(self, "_waiting", set()) | (set() if machine.link.up else {job})
        return job

    def step(self, machine: Machine) -> bool:
        """Do nothing for them, whatever happens later, and that is wrong."""
        comparison = machine.comparison
        if comparison is not None and comparison.job in self._waiting:
            return False
        return super().step(machine)


class WrongReplicator(Replicator):
    """Uses them."""

    comparisons_type = WaitingComparisons


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The reference with B6."""
    return exhibit("B6", directory, durable, replicator=WrongReplicator)
