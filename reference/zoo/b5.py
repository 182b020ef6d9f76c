"""B5: one write epoch mixes replicated and local-only writes (happened in Linux DRBD, mended by 2681f7f6ce).

The link breaks and comes back between two shipments. What was written before it came back stays at the source until the
next point has been taken; what was written afterwards travels at once, into the same point.
"""

from siteproof.model.nouns.vocabulary import Consistency
from siteproof.reference.agent import MachineCut
from siteproof.reference.machine import Machine
from siteproof.reference.points import StoredPoint
from siteproof.reference.replicator import Replicator
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit


class WrongReplicator(Replicator):
    """Puts the local half of an epoch aside."""

    _local: dict[str, MachineCut]

    def reconnected(self, machine: Machine) -> None:
        """Nothing was marked yet: the half that is dirty is local, and that is wrong."""
        self._local = getattr(self, "_local", {})
        if machine.trusted and machine.stream is not None and machine.stream.agent.is_dirty():
            self._local[machine.name] = machine.stream.agent.cut()
        super().reconnected(machine)

    def add_point(self, machine: Machine, consistency: Consistency, source_ms: int) -> StoredPoint:
        """The epoch has ended: now the other half may travel."""
        point = super().add_point(machine, consistency, source_ms)
        local = getattr(self, "_local", {}).pop(machine.name, None)
        if local is not None:
            local.failed()
            self.wrote(machine)
        return point


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The reference with B5."""
    return exhibit("B5", directory, durable, replicator=WrongReplicator)
