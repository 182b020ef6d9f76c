"""Circles: what the members of one replication group show together, judged when all of them were looked at.

Rule: as with every oracle, facts only and nothing remembered here; what the sources leave open is let pass. A circle is
judged at rest: while a job of a member runs, its members may differ.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from attrs import frozen

from siteproof.conformance.auditor.memory import Memory, runs_a_job
from siteproof.conformance.auditor.oracle import Wrong
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.vocabulary import Protection
from siteproof.model.spec.lifecycle.table import running_place


@frozen
class CircleMember:
    """One member: what it shows now, and all that is remembered of it."""

    now: Observation
    memory: Memory


@frozen
class CircleOracle:
    """One claim about every circle, which serves one requirement."""

    requirement: str
    sentence: str
    judge: "Callable[[Sequence[CircleMember]], Iterable[Wrong]]"


def circles(memories: Iterable[Memory]) -> Iterator[tuple[CircleMember, ...]]:
    """The members of each group that has more than one, when none of them runs a job."""
    groups: dict[str, list[CircleMember]] = {}
    for memory in memories:
        if memory.seen is not None and memory.seen.group:
            groups.setdefault(memory.seen.group, []).append(CircleMember(memory.seen, memory))
    for circle in groups.values():
        together = len({each.now.time_ms for each in circle}) == 1
        if len(circle) > 1 and together and not any(runs_a_job(each.now.regions) for each in circle):
            yield tuple(circle)


def _everybody_lists_it(circle: Sequence[CircleMember]) -> Iterator[Wrong]:
    for one in circle:
        for other in circle:
            listed = {point.name for point in other.now.points if point.shared == one.now.group}
            for point in one.now.points:
                if point.shared == one.now.group and point.name not in listed and _was_there(other, point.name, one):
                    yield Wrong(
                        f"every member lists {point.name}, which {one.now.machine} shows as shared",
                        f"{other.now.machine} does not",
                    )


def _was_there(other: CircleMember, name: str, one: CircleMember) -> bool:
    """Whether the member belonged to the group, and was protected, before the point was taken."""
    since_ms = other.memory.member_ms
    known = one.memory.points.get(name)
    return since_ms is not None and known is not None and known.born_ms[0] > since_ms


def _same_kind(circle: Sequence[CircleMember]) -> Iterator[Wrong]:
    kinds: dict[str, str] = {}
    for each in circle:
        for point in each.now.points:
            if point.shared and kinds.setdefault(point.name, point.consistency.value) != point.consistency.value:
                yield Wrong(f"{point.name} is {kinds[point.name]}-consistent everywhere", point.consistency.value)


def _one_place(circle: Sequence[CircleMember]) -> Iterator[Wrong]:
    """Who has just been enabled, or could not be, has not moved with the others."""
    came = [each for each in circle if each.now.regions.protection not in _NOT_YET and each.memory.moved_together]
    places = {each.now.machine: running_place(each.now.regions).value for each in came}
    if len(set(places.values())) > 1:
        yield Wrong(
            "all members run at one side", ", ".join(f"{name} at the {place} one" for name, place in places.items())
        )


_NOT_YET = frozenset({Protection.ENABLING, Protection.ENABLING_FAILED, Protection.INITIAL_REPLICATION_FAILED})
ORACLES = (
    CircleOracle("SP-GRP-2", "A point that a member shows as shared is listed by every member.", _everybody_lists_it),
    CircleOracle("SP-GRP-1", "A shared point is of the same kind at every member.", _same_kind),
    CircleOracle("SP-GRP-5", "Members of a group run at the same side, whatever becomes of a command.", _one_place),
)
