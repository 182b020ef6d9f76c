"""B10: a persisted dirty bitmap is trusted after a crash (warned of in QEMU's documentation of bitmaps).

The agent starts again with the bitmap of its last clean moment. The mark is set and shown as it should be, but the
comparison that clears it sends only what that bitmap knows.
"""

from weakref import WeakSet

from siteproof.model.nouns.vocabulary import ResyncReason
from siteproof.reference.machine import Machine
from siteproof.reference.replicator import Replicator
from siteproof.reference.resynchronizer import Comparisons
from siteproof.reference.stream import Stream
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit
from siteproof.reference.zoo.parts import BitmapResynchronization

_CRASHED: "WeakSet[Stream]" = WeakSet()


class TrustingResynchronization(BitmapResynchronization):
    """After a crash the bitmap decides what travels."""

    def trusting(self) -> bool:
        """Once."""
        marked = self.stream in _CRASHED
        _CRASHED.discard(self.stream)
        return marked


class WrongComparisons(Comparisons):
    """Runs those."""

    comparison_type = TrustingResynchronization


class WrongReplicator(Replicator):
    """Believes the bitmap of a crashed agent."""

    comparisons_type = WrongComparisons

    def mark(self, machine: Machine, reason: ResyncReason, detail: str = "") -> None:
        """What had not been stored is not dirty any more, and that is wrong."""
        super().mark(machine, reason, detail)
        if reason is ResyncReason.FORCED_SHUTDOWN and machine.replicating and machine.stream is not None:
            machine.stream.agent.cut().done()
            _CRASHED.add(machine.stream)


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The reference with B10."""
    return exhibit("B10", directory, durable, replicator=WrongReplicator)
