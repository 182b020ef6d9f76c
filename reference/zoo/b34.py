"""B34: buckets counted from now that keep their newest point collapse history (found by simulation).

A point leaves its bucket as it ages and meets a newer one in the next, which replaces it: nothing ever grows old, and
only the last two hours are left.
"""

from siteproof.model.nouns.policy import MINUTE_MS
from siteproof.reference.points import StoredPoint
from siteproof.reference.replicator import Replicator
from siteproof.reference.retention import Thinning
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import subject_with


def relative_bucket(point: StoredPoint, now_ms: int, width_minutes: int) -> int:
    """A bucket that moves with the clock, and that is wrong."""
    return (now_ms - point.born_ms) // (width_minutes * MINUTE_MS)


def newest(held: StoredPoint, other: StoredPoint) -> StoredPoint:
    """The younger of the two, and that is wrong."""
    del held
    return other


class WrongReplicator(Replicator):
    """Thins that way."""

    thinning = Thinning(relative_bucket, newest)


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The reference with B34."""
    return subject_with(WrongReplicator, "B34", directory, durable)
