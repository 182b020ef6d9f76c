"""B37: a half-written increment that a failure left behind is taken for a point (told of QEMU's incremental backup).

A resynchronisation fails after half of what is dirty has arrived. The machine stays marked, and what has arrived is
listed as a point.
"""

from siteproof.model.nouns.vocabulary import Consistency
from siteproof.reference.comparison import Resynchronization
from siteproof.reference.link import LinkDown
from siteproof.reference.machine import Machine
from siteproof.reference.replicator import Replicator
from siteproof.reference.resynchronizer import Comparisons
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit


class WrongComparisons(Comparisons):
    """A run that fails leaves half of its work."""

    def _go_on(self, machine: Machine, comparison: Resynchronization) -> None:
        if comparison.doomed:
            self._leave_half(machine)
        super()._go_on(machine, comparison)

    def _leave_half(self, machine: Machine) -> None:
        assert machine.stream is not None
        assert isinstance(self.replicator, WrongReplicator)
        dirty = {name: disk.dirty.take() for name, disk in machine.stream.agent.disks.items()}
        try:
            for name, disk in machine.stream.agent.disks.items():
                disk.dirty.restore(dirty[name][: len(dirty[name]) // 2])
            machine.stream.ship()
        except LinkDown:
            return
        finally:
            for name, disk in machine.stream.agent.disks.items():
                disk.dirty.restore(dirty[name])
        machine.stream.service.close_window()
        machine.stream.service.apply()
        self.replicator.add_point(machine, Consistency.CRASH, self.replicator.now_ms)


class WrongReplicator(Replicator):
    """Uses them."""

    comparisons_type = WrongComparisons


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The reference with B37."""
    return exhibit("B37", directory, durable, replicator=WrongReplicator)
