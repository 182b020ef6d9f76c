"""What one subject may do and another not: two runs that differ in nothing else are both right.

Rule: narrow on purpose. Names of jobs and points and texts of events; numbers of writes and points that stand in the
same order; the order in which sets are listed; more events, and more bytes or more dirty blocks within a bound.
Whatever else differs is a difference.
"""

import itertools
from collections import Counter
from typing import Any

from attrs import astuple, define, evolve, field

from siteproof.fuzz.mutants.drive import StepAnswer
from siteproof.model.nouns.commands import Accepted
from siteproof.model.nouns.observation import DiskView, Observation, Watermarks
from siteproof.model.nouns.policy import RecoveryPoint

BYTES_FACTOR_MAX = 1.5
BYTES_MORE_MAX = 65_536


@define
class Latitude:
    """Two runs side by side; it remembers which names and numbers of one stand for which of the other."""

    _names: dict[str, dict[str, str]] = field(factory=dict)
    _numbers: dict[tuple[object, ...], dict[int, int]] = field(factory=dict)

    def allows(self, right: StepAnswer, other: StepAnswer) -> bool:
        """Whether the other answer differs from the right one in latitude only, or not at all."""
        if other.crashed or len(right.seen) != len(other.seen) or not _same_said(right.said, other.said):
            return False
        return all(self._same_view(a, b) for a, b in zip(right.seen, other.seen, strict=True))

    def _same_view(self, right: Any, other: Any) -> bool:
        if not (isinstance(right, Observation) and isinstance(other, Observation)):
            return bool(right == other)
        if _bare(right) != _bare(other) or not (_more_events(right, other) and _more_work(right, other)):
            return False
        return self._renamed(right, other) and self._renumbered(right, other)

    def _renamed(self, right: Observation, other: Observation) -> bool:
        """Every point has one name in each run, and no two have the same."""
        names = self._names.setdefault(right.machine, {})
        pairs = zip(_points(right), _points(other), strict=True)
        same = all(names.setdefault(a.name, b.name) == b.name for a, b in pairs)
        return same and len(set(names.values())) == len(names)

    def _renumbered(self, right: Observation, other: Observation) -> bool:
        """Greater numbers stand for greater ones: for the points, and for each copy of a disk that runs production."""
        copy = (right.machine, right.generation, right.regions.direction, right.regions.active)
        found: list[tuple[tuple[object, ...], int, int]] = [
            ((right.machine,), a.sequence, b.sequence) for a, b in zip(_points(right), _points(other), strict=True)
        ]
        for a, b in zip(_disks(right), _disks(other), strict=True):
            found += [
                ((*copy, a.name), x, y) for x, y in zip(astuple(a.watermarks), astuple(b.watermarks), strict=True)
            ]
        return all(_fits(self._numbers.setdefault(of, {}), x, y) for of, x, y in found)


def _fits(known: dict[int, int], number: int, other: int) -> bool:
    if number in known:
        return known[number] == other
    known[number] = other
    return all(low < high for low, high in itertools.pairwise(known[each] for each in sorted(known)))


def _same_said(right: Any, other: Any) -> bool:
    if isinstance(right, list) and isinstance(other, list):  # the disks of a point, in whatever order
        return sorted(right) == sorted(other)
    return bool(right == other) or (isinstance(right, Accepted) and isinstance(other, Accepted))


def _bare(view: Observation) -> Observation:
    """Without what latitude is about."""
    return evolve(
        view,
        events=(),
        bytes_sent=0,
        running_job="some" if view.running_job else "",
        allowed=tuple(sorted(view.allowed)),
        running=tuple(sorted(view.running)),
        points=tuple(evolve(point, name="", sequence=0) for point in _points(view)),
        disks=tuple(evolve(disk, dirty_blocks=0, watermarks=Watermarks()) for disk in _disks(view)),
    )


def _points(view: Observation) -> list[RecoveryPoint]:
    return sorted(view.points, key=lambda point: (point.sequence, point.name))


def _disks(view: Observation) -> list[DiskView]:
    return sorted(view.disks, key=lambda disk: disk.name)


def _more_events(right: Observation, other: Observation) -> bool:
    told, wanted = (Counter((e.time_ms, e.code, e.machine) for e in view.events) for view in (other, right))
    return wanted <= told


def _more_work(right: Observation, other: Observation) -> bool:
    most = right.bytes_sent * BYTES_FACTOR_MAX + BYTES_MORE_MAX
    pairs = zip(_disks(right), _disks(other), strict=True)
    return right.bytes_sent <= other.bytes_sent <= most and all(_dirtier(a, b) for a, b in pairs)


def _dirtier(right: DiskView, other: DiskView) -> bool:
    return right.dirty_blocks <= other.dirty_blocks <= other.blocks
