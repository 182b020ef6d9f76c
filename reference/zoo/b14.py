"""B14: the metadata of a point is wrong when it is taken under load (happened in Ceph, issue 52109).

With more than a handful of blocks on their way the new point shows the time of the one before.
"""

from attrs import evolve

from siteproof.model.nouns.vocabulary import Consistency
from siteproof.reference.machine import Machine
from siteproof.reference.points import StoredPoint
from siteproof.reference.replicator import Replicator
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit

LOAD_BLOCKS = 8


class WrongReplicator(Replicator):
    """Reads the clock before the queue is empty."""

    def take_point(self, machine: Machine, consistency: Consistency = Consistency.CRASH) -> StoredPoint | None:
        """Under load the time is an old one, and that is wrong."""
        loaded, before = load_of(machine) > LOAD_BLOCKS, machine.newest
        point = super().take_point(machine, consistency)
        if point is None or before is None or not loaded:
            return point
        machine.points[-1] = evolve(point, taken_at_ms=before.taken_at_ms)
        return machine.points[-1]


def load_of(machine: Machine) -> int:
    """How many blocks wait to be sent."""
    return sum(disk.dirty.count for disk in machine.stream.agent.disks.values()) if machine.stream else 0


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The reference with B14."""
    return exhibit("B14", directory, durable, replicator=WrongReplicator)
