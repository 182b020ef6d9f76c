"""B3: a double failure forgets the blocks to resynchronise (happened in Linux DRBD, mended by 6719fb036c).

The first failure marks the machine, the second one interrupts the comparison. What the interrupted run had taken out of
the bitmap never returns to it, and the next run trusts the bitmap.
"""

from weakref import WeakSet

from siteproof.reference.replicator import Replicator
from siteproof.reference.resynchronizer import Comparisons
from siteproof.reference.stream import Stream
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit
from siteproof.reference.zoo.parts import BitmapResynchronization

_INTERRUPTED: "WeakSet[Stream]" = WeakSet()


class ForgetfulResynchronization(BitmapResynchronization):
    """A full comparison, but for the one after an interrupted one."""

    def trusting(self) -> bool:
        """Once."""
        marked = self.stream in _INTERRUPTED
        _INTERRUPTED.discard(self.stream)
        return marked

    def abort(self) -> None:
        """Let go of the blocks without giving them back, and that is wrong."""
        if self._cut is not None:
            self._cut.done()
            self._cut = None
            _INTERRUPTED.add(self.stream)


class WrongComparisons(Comparisons):
    """Runs those."""

    comparison_type = ForgetfulResynchronization


class WrongReplicator(Replicator):
    """Uses them."""

    comparisons_type = WrongComparisons


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The reference with B3."""
    return exhibit("B3", directory, durable, replicator=WrongReplicator)
