"""B20: a source that was rolled back destroys the history of the target (happened in sanoid, issue 216).

A machine that starts again with an earlier clock counts as rolled back: when both sides agree again, the points that
are newer than its clock are deleted.
"""

from siteproof.model.nouns.vocabulary import ResyncReason
from siteproof.reference.machine import Machine
from siteproof.reference.replicator import Replicator
from siteproof.reference.resynchronizer import Comparisons
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit


class WrongComparisons(Comparisons):
    """Makes the target follow the source in everything."""

    def _conclude(self, machine: Machine) -> None:
        rebooted = machine.resync_reason is ResyncReason.FORCED_SHUTDOWN
        super()._conclude(machine)
        now_ms = self.replicator.now_ms + machine.clock_offset_ms
        newer = {point.name for point in machine.points[1:] if point.taken_at_ms > now_ms}
        if rebooted and isinstance(self.replicator, WrongReplicator):
            self.replicator.drop_points(machine, newer - machine.pinned)


class WrongReplicator(Replicator):
    """Uses them."""

    comparisons_type = WrongComparisons


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The reference with B20."""
    return exhibit("B20", directory, durable, replicator=WrongReplicator)
