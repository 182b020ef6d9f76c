"""B30: gaps after an overload are offered as points (happened in Veeam CDP).

Without memory for change records nothing travels; points go on appearing all the same, each with the bytes of the last
good one and a time of its own.
"""

from siteproof.model.nouns.vocabulary import Consistency, Resync, ResyncReason
from siteproof.reference.machine import Machine
from siteproof.reference.points import StoredPoint
from siteproof.reference.replicator import Replicator
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit


class WrongReplicator(Replicator):
    """Keeps the interval, whatever happens."""

    def take_point(self, machine: Machine, consistency: Consistency = Consistency.CRASH) -> StoredPoint | None:
        """While overloaded make a point of what is there, and that is wrong."""
        if machine.resync_reason is ResyncReason.LOW_MEMORY and machine.regions.resync is Resync.REQUIRED:
            return self.add_point(machine, consistency, self.now_ms)
        return super().take_point(machine, consistency)


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The reference with B30."""
    return exhibit("B30", directory, durable, replicator=WrongReplicator)
