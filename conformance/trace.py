"""The trace of a case: every call of the subject as a numbered step with what it changed in the regions.

Rule: a trace is text for people; whatever is judged is judged from observations and bytes, never from a trace.
"""

from collections.abc import Iterator

from attrs import frozen

from siteproof.model.nouns.observation import Observation


@frozen
class RecordedStep:
    """One call: its number within the case, what was asked, and what changed in the observed machine."""

    number: int
    text: str
    diff: str


def difference(before: Observation | None, after: Observation) -> str:
    """What changed between two observations of one machine, region by region; empty when nothing did."""
    return "  ".join(_changes(before or Observation(after.machine, 0, type(after.regions)(), ()), after))


def _changes(before: Observation, after: Observation) -> Iterator[str]:
    for region in ("protection", "direction", "active", "test_failover", "resync"):
        old, new = getattr(before.regions, region), getattr(after.regions, region)
        if old != new:
            yield f"{region} {old.value} → {new.value}"
    yield from _dirty(before, after)
    yield from _points(before, after)
    yield from _link(before, after)


def _dirty(before: Observation, after: Observation) -> Iterator[str]:
    old = {disk.name: disk.dirty_blocks for disk in before.disks}
    for disk in after.disks:
        if old.get(disk.name, 0) != disk.dirty_blocks:
            yield f"dirty({disk.name}) {old.get(disk.name, 0)} → {disk.dirty_blocks}"


def _points(before: Observation, after: Observation) -> Iterator[str]:
    old, new = {point.name for point in before.points}, {point.name for point in after.points}
    if old != new:
        yield f"points {len(old)} → {len(new)} (+{len(new - old)} -{len(old - new)})"


def _link(before: Observation, after: Observation) -> Iterator[str]:
    if before.link_up != after.link_up:
        yield f"link {'up' if after.link_up else 'down'}"
    if before.running != after.running:
        yield f"running {'+'.join(place.value for place in after.running) or 'nothing'}"
