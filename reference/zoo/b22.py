"""B22: a hard limit silently shortens the history (happened with Zerto's journal limit).

The journal holds a thousand writes per machine; points from before them are deleted, however young.
"""

from siteproof.reference.machine import Machine
from siteproof.reference.replicator import Replicator
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit

JOURNAL_WRITES = 1000


class WrongReplicator(Replicator):
    """Keeps a journal of a fixed size."""

    def outlived(self, machine: Machine) -> set[str]:
        """Count writes, not only hours, and that is wrong."""
        return super().outlived(machine) | self._beyond_the_journal(machine)

    @staticmethod
    def _beyond_the_journal(machine: Machine) -> set[str]:
        assert machine.stream is not None
        written: dict[str, int] = {}
        for replica in machine.stream.service.replicas.values():
            for point in replica.points():
                written[point.name] = written.get(point.name, 0) + point.sequence
        newest = max(written.values(), default=0)
        return {name for name, at in written.items() if newest - at > JOURNAL_WRITES} - machine.pinned


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The reference with B22."""
    return exhibit("B22", directory, durable, replicator=WrongReplicator)
