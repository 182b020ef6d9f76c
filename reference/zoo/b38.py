"""B38: after a long outage retention deletes the last point (happens with borg prune --keep-within).

Nothing new arrives, and ages are counted all the same: when the retention has passed there is no point left.
"""

from siteproof.model.nouns.policy import MINUTE_MS
from siteproof.model.nouns.vocabulary import Consistency
from siteproof.reference.machine import Machine
from siteproof.reference.points import StoredPoint
from siteproof.reference.replicator import Replicator
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit


class WrongReplicator(Replicator):
    """Prunes by the calendar."""

    def take_point(self, machine: Machine, consistency: Consistency = Consistency.CRASH) -> StoredPoint | None:
        """Without a new point drop what is too old, the last one included, and that is wrong."""
        point = super().take_point(machine, consistency)
        if point is None:
            limit_ms = self.now_ms - machine.policy.retention_minutes * MINUTE_MS
            old = {each.name for each in machine.points if each.born_ms <= limit_ms}
            self.drop_points(machine, old - machine.pinned)
        return point


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The reference with B38."""
    return exhibit("B38", directory, durable, replicator=WrongReplicator)
