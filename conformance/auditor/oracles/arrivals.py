"""Oracles of the arrival of points: where the model lets a point appear, and how often it has to.

Rule: points more often are as good; a point where replication stands, or none where it runs, is wrong.
"""

import itertools
from collections.abc import Iterator

from siteproof.conformance.auditor.look import Look
from siteproof.conformance.auditor.oracle import Oracle, Wrong, oracle
from siteproof.conformance.auditor.oracles.catalogue import new_points
from siteproof.conformance.coverage.events import state_name
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.policy import MINUTE_MS
from siteproof.model.nouns.subject import Capability
from siteproof.model.nouns.vocabulary import Direction, Protection, Resync, Site, TestFailover, Verb

C, P = Capability, Protection

MAKE_POINTS = frozenset({Verb.ENABLE, Verb.REPROTECT, Verb.FAIL_BACK, Verb.FAIL_OVER, Verb.CHANGE_RECOVERY_POINT})
SLACK_MS = MINUTE_MS
WITHOUT_POINTS = {P.UNPROTECTED: "SP-LC-37", P.MIGRATED: "SP-FO-11"}


@oracle("SP-LC-37")
def no_point_outlives_protection(look: Look) -> Iterator[Wrong]:
    """An unprotected machine and a migrated one list no point."""
    protection = look.now.regions.protection
    if protection in WITHOUT_POINTS and look.now.points and look.memory.settled:
        yield Wrong(f"no point in {protection.value}", f"{len(look.now.points)} points", of=WITHOUT_POINTS[protection])


@oracle("SP-PT-29")
def the_other_direction_has_points_of_its_own(look: Look) -> Iterator[Wrong]:
    """No point of the forward direction is left where replication runs back."""
    regions = look.now.regions
    if (regions.direction, regions.protection) != (Direction.REVERSE, P.PROTECTED):
        return
    for point in look.now.points:
        known = look.memory.points.get(point.name)
        if known is not None and known.direction is Direction.FORWARD:
            yield Wrong("no point of the forward direction after a reprotect", f"{point.name} is listed")


@oracle("SP-REP-22")
def points_come_where_replication_runs(look: Look) -> Iterator[Wrong]:
    """A new point appears only while a machine is protected, or by a command that makes one."""
    if look.verbs & MAKE_POINTS or look.before is None:
        return
    before, now = look.before.regions, look.now.regions
    for point in new_points(look):
        if not (_replicates(before) or _replicates(now)):
            yield Wrong(f"no new point in {state_name(now)}", f"{point.name} is listed")
        elif now.direction is Direction.REVERSE:
            yield Wrong("no history in the reverse direction", f"{point.name} is listed", "SP-FB-18")


@oracle("SP-RES-27", C.VIRTUAL_CLOCK)
def no_point_of_a_marked_machine(look: Look) -> Iterator[Wrong]:
    """Between the mark and the end of a comparison no point is created."""
    marked_ms, memory = look.memory.marked_ms, look.memory
    if marked_ms is None or memory.jumped or look.verbs & {Verb.RESYNCHRONIZE, Verb.ENABLE, Verb.REPROTECT}:
        return
    if look.now.regions.resync in (Resync.NONE, Resync.QUEUED, Resync.RUNNING) or not _in_office(look):
        return
    for point in new_points(look):
        if point.taken_at_ms > marked_ms:
            yield Wrong(f"no point since the mark at {marked_ms} ms", f"{point.name} of {point.taken_at_ms} ms")


@oracle("SP-PT-1", C.VIRTUAL_CLOCK, C.CRASH_POINTS)
def points_come_in_time(look: Look) -> Iterator[Wrong]:
    """While nothing hinders it, no interval without a point is longer than the policy's."""
    since_ms, memory = look.memory.undisturbed_ms, look.memory
    if since_ms is None or memory.policy.retention_minutes == 0 or not memory.undisturbed(look.now) or memory.jumped:
        return
    limit_ms = look.bench.profile.crash_consistent_minutes * MINUTE_MS + SLACK_MS
    known = look.before.points if look.before is not None else ()
    taken = sorted({point.taken_at_ms for point in (*known, *look.now.points)})
    fresh = {point.taken_at_ms for point in new_points(look)}
    for earlier, later in itertools.pairwise(taken):
        if later in fresh and earlier >= since_ms and later - earlier > limit_ms and _unthinned(look, earlier):
            wanted = f"a point within {limit_ms} ms after the one of {earlier} ms"
            yield Wrong(wanted, f"the next is of {later} ms", _for_a_drill(look, earlier))
    late_ms = limit_ms + look.bench.profile.point_latency_minutes * MINUTE_MS
    newest = max([since_ms, *taken])
    if look.now.time_ms - newest > late_ms:
        yield Wrong(
            f"a point within {late_ms} ms after {newest} ms",
            f"none at {look.now.time_ms} ms",
            _for_a_drill(look, newest),
        )


def _for_a_drill(look: Look, since_ms: int) -> str:
    """The requirement, where a drill was seen since then; otherwise none."""
    drills = look.now.regions.test_failover is not TestFailover.NONE or look.memory.drilled_ms >= since_ms
    return "SP-DRL-5" if drills else ""


def _unthinned(look: Look, taken_ms: int) -> bool:
    """Whether the point is younger than any that retention may thin."""
    return look.now.time_ms - taken_ms < 2 * 60 * MINUTE_MS


def _replicates(regions: Regions) -> bool:
    return regions.protection is P.PROTECTED and regions.active is Site.PRIMARY


def _in_office(look: Look) -> bool:
    """Whether no instant since the last look lay outside office hours, when comparisons start by themselves."""
    end_ms = look.now.time_ms
    return is_office(end_ms - look.elapsed_ms, end_ms, look.bench.profile.office_hours)


def is_office(start_ms: int, end_ms: int, hours: tuple[int, int]) -> bool:
    """Whether the whole span lies within the office hours (UTC) of one working day."""
    hour_ms = 60 * MINUTE_MS
    day, same = start_ms // (24 * hour_ms), end_ms // (24 * hour_ms)
    working = (day + 3) % 7 < 5  # the first of January 1970 was a Thursday
    opens, closes = (day * 24 + hours[0]) * hour_ms, (day * 24 + hours[1]) * hour_ms
    return working and day == same and opens <= start_ms and end_ms < closes


ORACLES: tuple[Oracle, ...] = (
    no_point_outlives_protection,
    the_other_direction_has_points_of_its_own,
    no_point_of_a_marked_machine,
    points_come_where_replication_runs,
    points_come_in_time,
)
