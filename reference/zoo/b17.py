"""B17: an incomplete snapshot is marked complete (happened in Ceph, issue 71553).

A comparison was interrupted, and what it had brought so far lies in the cache. A failover to the latest state takes
that for a point of its own: some disks are new, the others are old.
"""

from siteproof.model.nouns.vocabulary import Consistency, Resync
from siteproof.reference.machine import Machine
from siteproof.reference.points import StoredPoint
from siteproof.reference.replicator import Replicator
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit


class WrongReplicator(Replicator):
    """Calls half a comparison a state."""

    def latest(self, machine: Machine) -> StoredPoint | None:
        """Close the window of a failed comparison, and that is wrong."""
        if machine.regions.resync is not Resync.FAILED or machine.stream is None:
            return super().latest(machine)
        machine.stream.service.close_window()
        machine.stream.service.apply()
        return self.add_point(machine, Consistency.CRASH, self.now_ms)


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The reference with B17."""
    return exhibit("B17", directory, durable, replicator=WrongReplicator)
