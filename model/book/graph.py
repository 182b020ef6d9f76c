"""The lifecycle as a graph: every reachable state, and what leads from one to another, read off the table.

Rule: nothing is listed by hand here. A picture or table made from this module cannot disagree with the model.
"""

import functools
import itertools
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum

from attrs import frozen

from siteproof.model.language.table import Row, matching, moved
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.profile import CORE, Profile
from siteproof.model.nouns.vocabulary import Direction, Protection, Resync, Site, TestFailover
from siteproof.model.spec.lifecycle.table import HAPPENINGS, rows_of


class EdgeKind(StrEnum):
    """Why one state follows another."""

    COMMAND = "command"  # somebody asked for it
    PROGRESS = "progress"  # a job goes on
    FAILURE = "failure"  # a job fails; drawn once, from its first phase
    HAPPENING = "happening"  # something breaks, or the scheduler acts


@frozen(order=True)
class DrawnStep:
    """One state follows another because of the named command or happening, as said by a rule."""

    before: Regions
    after: Regions
    kind: EdgeKind
    name: str
    rule: str


@frozen(order=True)
class Spot:
    """Where a machine stands when drill and resynchronisation are left out: a box of the picture."""

    direction: Direction
    active: Site
    protection: Protection


@frozen(order=True)
class DrawnEdge:
    """An arrow between two boxes (spots, drill values or resynchronisation values) of a picture."""

    before: str
    after: str
    kind: EdgeKind
    name: str


def spot(regions: Regions) -> Spot:
    """The box in which the regions lie."""
    return Spot(regions.direction, regions.active, regions.protection)


def order(regions: Regions) -> tuple[int, ...]:
    """A sort key: the order in which the vocabulary lists the values."""
    kinds = ((Direction, regions.direction), (Site, regions.active), (Protection, regions.protection))
    more = ((TestFailover, regions.test_failover), (Resync, regions.resync))
    return tuple(list(kind).index(value) for kind, value in (*kinds, *more))


@functools.cache
def reachable(profile: Profile = CORE) -> tuple[Regions, ...]:
    """Every state that a machine can be in, in the order of the vocabulary."""
    seen = {Regions()}
    waiting = [Regions()]
    while waiting:
        new = {step.after for step in steps(waiting.pop(), profile)} - seen
        seen |= new
        waiting += new
    return tuple(sorted(seen, key=order))


@functools.cache
def all_steps(profile: Profile = CORE) -> tuple[DrawnStep, ...]:
    """Every step from every reachable state."""
    return tuple(step for regions in reachable(profile) for step in steps(regions, profile))


def steps(regions: Regions, profile: Profile) -> Iterator[DrawnStep]:
    """What can follow a state: all phases of each command that is allowed, its failure, and each happening."""
    for row in matching(rows_of(profile), regions, profile):
        yield from _job(row, regions)
    for event in HAPPENINGS:
        if event.where.holds(regions):
            yield DrawnStep(regions, moved(regions, event.to), EdgeKind.HAPPENING, event.name, event.rule)


def _job(row: Row, regions: Regions) -> Iterator[DrawnStep]:
    path = (regions, *row.phases(regions))
    for number, (before, after) in enumerate(itertools.pairwise(path)):
        kind, name = (EdgeKind.PROGRESS, "") if number else (EdgeKind.COMMAND, row.verb.value)
        yield DrawnStep(before, after, kind, name, row.rule)
    if row.job.on_failure:
        yield DrawnStep(path[1], moved(regions, row.job.on_failure), EdgeKind.FAILURE, "fails", row.rule)


def edges(found: Iterable[DrawnStep], box: Callable[[Regions], str]) -> tuple[DrawnEdge, ...]:
    """The arrows between the boxes that `box` puts the states in, without loops and without doubles."""
    arrows = {DrawnEdge(box(step.before), box(step.after), step.kind, step.name) for step in found}
    return tuple(sorted(arrow for arrow in arrows if arrow.before != arrow.after))
