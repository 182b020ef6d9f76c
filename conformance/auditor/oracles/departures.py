"""Oracles of the departure of points: each goes for a reason, and when its time has come.

Rule: the thinning table is the standard's. Where buckets begin, which point stands for one and how wide they are below
the table's width is left open: a thinned point needs a neighbour within its bucket's width, and no more is asked.
"""

from collections.abc import Iterator, Sequence

from siteproof.conformance.auditor.look import Look
from siteproof.conformance.auditor.oracle import Oracle, Wrong, oracle
from siteproof.conformance.auditor.selections import CHOOSING, SELECTED, selectable
from siteproof.model.nouns.policy import DAY_MINUTES, MINUTE_MS, RecoveryPoint
from siteproof.model.nouns.subject import Capability
from siteproof.model.nouns.vocabulary import Direction, Place, Protection, TestFailover, Verb
from siteproof.model.spec.retention_rule import FINE_MINUTES, WEEK_MINUTES, published_rule

C = Capability

REMOVE_POINTS = frozenset(
    {Verb.DISABLE, Verb.COMMIT, Verb.REPROTECT, Verb.COMPLETE_MIGRATION, Verb.ENABLE, Verb.CANCEL}
)
MOVE_PINS = frozenset({Verb.CLEAN_UP_TEST, Verb.TEST_FAILOVER, Verb.FAIL_OVER, Verb.CHANGE_RECOVERY_POINT})
CROWD = 4  # with buckets of half the table's width, three points can lie within one width


@oracle("SP-RET-11")
def a_pinned_point_stays(look: Look) -> Iterator[Wrong]:
    """A point that is in use is not taken away."""
    if look.verbs & (REMOVE_POINTS | MOVE_PINS):
        return
    for point in gone(look):
        if point.pinned:
            yield Wrong(f"{point.name}, which is pinned, is listed", "it is gone")


@oracle("SP-FO-23")
def the_committed_point_stays(look: Look) -> Iterator[Wrong]:
    """The point that a committed failover used stays listed."""
    committed = look.now.regions.protection is Protection.COMMITTED and look.now.regions.direction is Direction.FORWARD
    if committed and look.verbs == {Verb.COMMIT}:
        for point in gone(look):
            if point.pinned:
                yield Wrong(f"{point.name}, from which the machine was made, is listed", "it is gone")


@oracle("SP-FO-9")
def a_commit_deletes_all_other_points(look: Look) -> Iterator[Wrong]:
    """After the commit of a failover only its own point is left."""
    regions = look.now.regions
    committed = (regions.direction, regions.protection) == (Direction.FORWARD, Protection.COMMITTED)
    if committed and len(look.now.points) > 1:
        yield Wrong("at most one point after the commit", f"{len(look.now.points)} points")


@oracle("SP-RET-9")
def nothing_goes_while_nothing_comes(look: Look) -> Iterator[Wrong]:
    """Points are thinned when a new one arrives, and the newest one never."""
    left = _thinned(look)
    if not left or look.before is None:
        return
    newest = max(look.before.points, key=lambda point: point.sequence)
    if all(point.sequence <= newest.sequence for point in look.now.points):
        of = _by_the_wrong_clock(look, left[0]) or ("SP-RET-10" if newest in left else "")
        yield Wrong(f"{left[0].name} listed, for no new point has arrived", "it is gone", of)


@oracle("SP-RET-3")
def recent_points_stay(look: Look) -> Iterator[Wrong]:
    """Every point of the last two hours is listed."""
    for point in _thinned(look):
        if _age_minutes(look, point) < min(FINE_MINUTES, look.memory.policy.retention_minutes):
            of = _by_the_wrong_clock(look, point)
            yield Wrong(f"{point.name}, {_age_minutes(look, point):g} min old, is listed", "it is gone", of)


@oracle("SP-RET-1")
def a_thinned_point_has_a_neighbour(look: Look) -> Iterator[Wrong]:
    """A point younger than the retention goes only when its bucket keeps another one."""
    retention, rule = look.memory.policy.retention_minutes, published_rule(look.memory.policy.retention_minutes)
    if look.memory.jumped:
        return
    for point in _thinned(look):
        age = _age_minutes(look, point)
        width = rule.tier_of(age).bucket_minutes
        if FINE_MINUTES <= age < retention - width and not _neighbours(look, point, width):
            yield Wrong(
                f"one point per {width} min of those {age:g} min old", f"{point.name} was the last", _tier(look)
            )


@oracle("SP-RET-19", C.VIRTUAL_CLOCK, C.RETENTION)
def old_points_go(look: Look) -> Iterator[Wrong]:
    """A point whose age has reached the retention goes when the next point arrives."""
    retention_ms = look.memory.policy.retention_minutes * MINUTE_MS
    born = [_born(look, point) for point in look.now.points]
    arrived = sorted(low for low, _ in born)
    if not retention_ms or len(arrived) < 2:
        return
    of = "SP-PT-40" if look.memory.jumped else ""
    for point, (_, taken_ms) in zip(look.now.points, born, strict=True):
        unpinned_ms = look.memory.pinned_until_ms.get(point.name, -1) + 1  # what came at that instant met the pin
        free_ms = max(taken_ms + retention_ms, unpinned_ms, look.memory.edited_ms)
        if not point.pinned and free_ms <= arrived[-2] and look.now.regions.direction is Direction.FORWARD:
            yield Wrong(f"{point.name} gone since {free_ms} ms", f"it is listed beside one of {arrived[-1]} ms", of)


@oracle("SP-RET-4", C.VIRTUAL_CLOCK, C.RETENTION)
def points_are_thinned(look: Look) -> Iterator[Wrong]:
    """Beyond two hours points do not lie closer together than the thinning table's buckets allow."""
    uncertain = look.memory.jumped or look.memory.edited_ms  # an edit thins by another row, from the next point on
    if not look.memory.policy.retention_minutes or uncertain or not look.now.points:
        return
    rule = published_rule(look.memory.policy.retention_minutes)
    newest = max(point.taken_at_ms for point in look.now.points)
    width = min(tier.bucket_minutes for tier in rule.tiers if tier.bucket_minutes)
    old_ms = newest - (FINE_MINUTES + 2 * width) * MINUTE_MS
    taken = sorted(p.taken_at_ms for p in look.now.points if not p.pinned and not _was_pinned(look, p, newest))
    crowd = [ms for ms in taken if ms <= old_ms]
    for first, last in zip(crowd, crowd[CROWD - 1 :], strict=False):
        if last - first < width * MINUTE_MS:
            yield Wrong(f"one point per {width} min", f"{CROWD} points from {first} to {last} ms", _tier(look))
            return


@oracle("SP-DRL-6")
def what_is_in_use_is_pinned(look: Look) -> Iterator[Wrong]:
    """A subject that shows pins shows one while a drill or an uncommitted failover stands on a point."""
    regions = look.now.regions
    if not look.memory.shows_pins or any(point.pinned for point in look.now.points):
        return
    if regions.test_failover is TestFailover.COMPLETED and Place.TEST in look.now.running:
        yield Wrong("the point of the drill pinned", "no point is pinned")
    if (regions.direction, regions.protection) == (Direction.FORWARD, Protection.FAILED_OVER):
        yield Wrong("the point of the failover pinned", "no point is pinned", "SP-FO-18")


@oracle("SP-PT-24")
def the_selected_point_is_the_one_in_use(look: Look) -> Iterator[Wrong]:
    """A subject that shows pins shows the one of the point that the drill or the failover has selected."""
    memory, asked = look.memory, look.memory.asked
    if asked is None or not memory.settled or memory.asked_count > 1 or not look.now.points:
        return
    command, regions = asked.command, look.now.regions
    done = regions.test_failover is TestFailover.COMPLETED or regions.protection is Protection.FAILED_OVER
    pinned = {point.name for point in look.now.points if point.pinned}
    if command.verb not in CHOOSING or not done or not pinned or regions.direction is Direction.REVERSE:
        return
    if command.verb is Verb.CHANGE_RECOVERY_POINT and memory.troubles:
        return  # a change that failed leaves the point that was in use before
    wanted = selectable(asked.before.points, look.now.points, command)
    if wanted and not wanted & pinned:
        expected = f"{' or '.join(sorted(wanted))} in use, selected by {command.selection.value}"
        of = "SP-GRP-9" if memory.moved_together else SELECTED[command.selection]
        yield Wrong(expected, ", ".join(sorted(pinned)), of)


def gone(look: Look) -> list[RecoveryPoint]:
    """The points that the last look listed and this one does not."""
    names = {point.name for point in look.now.points}
    return [point for point in (look.before.points if look.before else ()) if point.name not in names]


def _thinned(look: Look) -> Sequence[RecoveryPoint]:
    """What went without a command that removes points; without a retention only what is in use is listed at all."""
    stored = look.memory.policy.retention_minutes > 0
    return [] if look.verbs & REMOVE_POINTS or not stored else gone(look)


def _age_minutes(look: Look, point: RecoveryPoint) -> float:
    """The greatest age that the point can have."""
    return (look.now.time_ms - _born(look, point)[0]) / MINUTE_MS


def _born(look: Look, point: RecoveryPoint) -> tuple[int, int]:
    """When the point was taken by the steady clock, at the earliest and at the latest."""
    known = look.memory.points.get(point.name)
    if known is not None:
        return known.born_ms
    fresh = (look.before.time_ms if look.before else look.now.time_ms, look.now.time_ms)
    return fresh if look.memory.jumped else (point.taken_at_ms, point.taken_at_ms)


def _by_the_wrong_clock(look: Look, point: RecoveryPoint) -> str:
    """The requirement, where a wall clock jumped while the point was listed; otherwise none."""
    return "SP-PT-32" if point.name in look.memory.before_jump else ""


def _neighbours(look: Look, point: RecoveryPoint, width_minutes: int) -> bool:
    width_ms = width_minutes * MINUTE_MS
    return any(abs(each.taken_at_ms - point.taken_at_ms) < width_ms for each in look.now.points)


def _was_pinned(look: Look, point: RecoveryPoint, newest_ms: int) -> bool:
    """Whether it was in use until the last arrival, which then had no occasion to thin it."""
    return look.memory.pinned_until_ms.get(point.name, -1) >= newest_ms


def _tier(look: Look) -> str:
    """The requirement that names the table's row."""
    retention = look.memory.policy.retention_minutes
    return "SP-RET-4" if retention <= DAY_MINUTES else "SP-RET-5" if retention <= WEEK_MINUTES else "SP-RET-6"


ORACLES: tuple[Oracle, ...] = (
    the_committed_point_stays,
    a_pinned_point_stays,
    nothing_goes_while_nothing_comes,
    recent_points_stay,
    a_thinned_point_has_a_neighbour,
    a_commit_deletes_all_other_points,
    old_points_go,
    points_are_thinned,
    what_is_in_use_is_pinned,
    the_selected_point_is_the_one_in_use,
)
