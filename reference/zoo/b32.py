"""B32: a clock jump prunes points (the agents of several products raise events for such jumps, and this is why).

Ages are differences of the source's clock: when it jumps forward by more than a tier, the points before it grow old at
once, and the next point thins them.
"""

from attrs import evolve

from siteproof.reference.machine import Machine
from siteproof.reference.replicator import Replicator
from siteproof.reference.retention import thin
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit


class WrongReplicator(Replicator):
    """Looks at the wrong clock."""

    def outlived(self, machine: Machine) -> set[str]:
        """Count ages by wall clock, and that is wrong."""
        points = [evolve(point, born_ms=point.taken_at_ms) for point in machine.points]
        now_ms = self.now_ms + machine.clock_offset_ms
        rows = thin(points, now_ms, machine.policy.retention_minutes, machine.pinned, self.thinning)
        return {row.point.name for row in rows if not row.kept}


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The reference with B32."""
    return exhibit("B32", directory, durable, replicator=WrongReplicator)
