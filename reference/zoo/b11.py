"""B11: retention prunes a point in use (happened in Ceph, issue 39155).

The pin of a drill is kept in memory: after a restart of the replication service the point is shown as pinned and is
pruned all the same when its time has come.
"""

from siteproof.reference.machine import Machine
from siteproof.reference.replicator import Replicator
from siteproof.reference.retention import thin
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit


class WrongReplicator(Replicator):
    """Forgets its pins when it restarts."""

    _forgotten: dict[str, str]

    def restart_service(self, machine: Machine) -> None:
        """Remember nothing, and that is wrong."""
        super().restart_service(machine)
        self._forgotten = getattr(self, "_forgotten", {}) | {machine.name: machine.drilling}

    def outlived(self, machine: Machine) -> set[str]:
        """Judge without the pins that were forgotten."""
        pinned = machine.pinned - {getattr(self, "_forgotten", {}).get(machine.name, "")}
        rows = thin(machine.points, self.now_ms, machine.policy.retention_minutes, pinned, self.thinning)
        return {row.point.name for row in rows if not row.kept}


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The reference with B11."""
    return exhibit("B11", directory, durable, replicator=WrongReplicator)
