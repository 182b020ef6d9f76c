"""B1: a write that arrives while both sides exchange digests is never mirrored (happened in DRBD 9.0.26).

At its end the comparison clears the whole change bitmap, not only what it has compared: writes since its start are
neither compared nor dirty, and the replica is reported up to date.
"""

from siteproof.reference.agent import MachineCut
from siteproof.reference.comparison import Resynchronization
from siteproof.reference.replicator import Replicator
from siteproof.reference.resynchronizer import Comparisons
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import subject_with


class ForgetfulResynchronization(Resynchronization):
    """Forgets what was written since it began."""

    def close(self, cut: MachineCut) -> None:
        """Everything counts as equal now, and that is wrong."""
        super().close(cut)
        self.stream.agent.cut().done()


class ForgetfulComparisons(Comparisons):
    """Runs those."""

    comparison_type = ForgetfulResynchronization


class WrongReplicator(Replicator):
    """Uses them."""

    comparisons_type = ForgetfulComparisons


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The reference with B1."""
    return subject_with(WrongReplicator, "B1", directory, durable)
