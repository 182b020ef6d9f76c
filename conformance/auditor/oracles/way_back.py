"""Oracles of the way back: the point that a failback makes, and what is left of it when it is cancelled.

Rule: judged by what is listed after the job, and only when one single command can have made it so.
"""

from collections.abc import Iterator

from siteproof.conformance.auditor.look import Look
from siteproof.conformance.auditor.memory import LastCommand, runs_a_job
from siteproof.conformance.auditor.oracle import Oracle, Wrong, oracle
from siteproof.model.nouns.observation import Observation, Regions
from siteproof.model.nouns.subject import Capability
from siteproof.model.nouns.vocabulary import (
    Direction,
    Protection,
    Verb,
)

P = Protection


@oracle("SP-FB-27", Capability.FAILBACK, Capability.APP_POINTS)
def a_failback_makes_the_kind_of_point_it_was_asked_for(look: Look) -> Iterator[Wrong]:
    """The point that a failback makes is of the consistency that the command names."""
    asked = _ended(look)
    if asked is None or asked.command.verb is not Verb.FAIL_BACK or not _has_failed_back(look.now.regions):
        return
    made = [point for point in look.now.points if point.pinned and point.name not in _names(asked.before)]
    wanted = asked.command.consistency
    if made and all(point.consistency is not wanted for point in made):
        yield Wrong(f"a safety point that is {wanted.value}", f"{made[-1].name} is {made[-1].consistency.value}")


@oracle("SP-FB-13", Capability.FAILBACK)
def a_cancelled_failback_leaves_no_point(look: Look) -> Iterator[Wrong]:
    """After the cancel of a failback no point is listed that only the failback made."""
    asked = _ended(look)
    if asked is None or asked.command.verb is not Verb.CANCEL or not _is_reverse(look.now.regions):
        return
    made = _names(asked.before) - look.memory.before_failback
    left = sorted(made & _names(look.now))
    if left:
        yield Wrong("the points from before the failback", f"{', '.join(left)} besides")


def _ended(look: Look) -> LastCommand | None:
    """The one command since everything had ended, when its job has ended now, without trouble on the way."""
    memory = look.memory
    if memory.asked is None or memory.asked_count != 1 or memory.troubles or memory.arranged:
        return None
    return None if runs_a_job(look.now.regions) or not memory.settled else memory.asked


def _has_failed_back(regions: Regions) -> bool:
    return (regions.direction, regions.protection) == (Direction.REVERSE, P.FAILED_OVER)


def _is_reverse(regions: Regions) -> bool:
    return (regions.direction, regions.protection) == (Direction.REVERSE, P.PROTECTED)


def _names(seen: Observation) -> frozenset[str]:
    return frozenset(point.name for point in seen.points)


ORACLES: tuple[Oracle, ...] = (
    a_failback_makes_the_kind_of_point_it_was_asked_for,
    a_cancelled_failback_leaves_no_point,
)
