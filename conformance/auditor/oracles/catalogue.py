"""Oracles of the list of points: what a point is does not change, and no two are confused.

Rule: the order in which points are listed means nothing; their sequence does.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from typing import TypeVar

from attrs import evolve

from siteproof.conformance.auditor.look import Look
from siteproof.conformance.auditor.oracle import Oracle, Wrong, oracle
from siteproof.model.nouns.policy import RecoveryPoint

T = TypeVar("T", bound=Hashable)


@oracle("SP-PT-16")
def names_are_used_once(look: Look) -> Iterator[Wrong]:
    """Every point has a name of its own, and a name that went never comes back."""
    for name in _twice(point.name for point in look.now.points):
        yield Wrong("every point has a name of its own", f"{name} is listed twice")
    known = {point.name for point in look.before.points} if look.before is not None else set()
    for point in look.now.points:
        if point.name in look.memory.points and point.name not in known:
            yield Wrong("the name of a point is never used again", f"{point.name} was gone and is listed again")


@oracle("SP-PT-15")
def sequences_are_used_once(look: Look) -> Iterator[Wrong]:
    """No two points have one place in the stream, and a new one comes after all that are listed."""
    for sequence in _twice(point.sequence for point in look.now.points):
        yield Wrong("every point has a place of its own in the stream", f"sequence {sequence} is there twice")
    old = look.before.points if look.before is not None else ()
    newest = max((point.sequence for point in old), default=None)
    for point in new_points(look):
        if newest is not None and point.sequence <= newest:
            yield Wrong(f"{point.name} comes after sequence {newest} in the stream", f"sequence {point.sequence}")


@oracle("SP-PT-27")
def a_point_never_changes(look: Look) -> Iterator[Wrong]:
    """What a point showed first, it shows for ever; pins come and go, and a shared one ends with another's part."""
    for point in look.now.points:
        known = look.memory.points.get(point.name)
        if known is not None and point != known.point and not _may_become(known.point, point):
            yield Wrong(f"{_told(known.point)} for ever", _told(point))


def new_points(look: Look) -> tuple[RecoveryPoint, ...]:
    """The points that no look has shown before."""
    return tuple(point for point in look.now.points if point.name not in look.memory.points)


def _may_become(known: RecoveryPoint, now: RecoveryPoint) -> bool:
    """Thinning goes machine by machine: a point of all members is one of this machine alone when a part is gone."""
    return now == evolve(known, pinned=now.pinned, shared=now.shared and known.shared)


def _told(point: RecoveryPoint) -> str:
    shared = f", shared in {point.shared}" if point.shared else ""
    return (
        f"{point.name}: {point.consistency.value}, sequence {point.sequence}, taken at {point.taken_at_ms} ms{shared}"
    )


def _twice(items: Iterable[T]) -> list[T]:
    return [item for item, count in Counter(items).items() if count > 1]


ORACLES: tuple[Oracle, ...] = (names_are_used_once, sequences_are_used_once, a_point_never_changes)
