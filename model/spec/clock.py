"""Points and a wall clock that jumps: order is by sequence, age is by time that has passed (domain §2, §7 B32).

Every point bears its number in the stream, the instant at which it was taken, and the time that the machine's clock
showed; the last is for people to read. A jump of the clock raises an event and touches no point (domain §6).
"""

from collections.abc import Callable, Iterator
from enum import StrEnum
from itertools import pairwise

from siteproof.model.language import (
    Bool,
    Bounds,
    Component,
    Effect,
    Int,
    Part,
    Step,
    action,
    always,
    bound,
    define,
    exists,
    for_each,
    given,
    sometimes,
    spec_of,
    whenever,
)

NONE = 0  # no point; sequences begin at 1


class Jump(StrEnum):
    """The last event of the clock."""

    NONE = "none"
    FORWARD = "forward"  # TimeJumpForward
    BACKWARD = "backward"  # TimeJumpBackward


class Stamped(Component):
    """One place for a point: its sequence, when it was taken, and what the wall clock showed then."""

    def __init__(self, bounds: Bounds) -> None:
        """Empty."""
        super().__init__()
        instants = bound(bounds, "instants")
        self.sequence = self.number(to=instants, initially=NONE)
        self.taken_at = self.number(to=instants)
        self.shown_at = self.number(to=instants)


class Clock(Component):
    """Time itself and the clock on the wall; the points, the newest one first; and what `latest` has selected.

    `taken` counts the points, one at most in each instant.
    """

    def __init__(self, bounds: Bounds) -> None:
        """At the beginning of time, with a clock that is right."""
        super().__init__()
        instants = bound(bounds, "instants")
        self.now = self.number(to=instants)
        self.wall = self.number(to=instants)
        self.jumped = self.symbol(Jump.NONE)
        self.taken = self.number(to=instants)
        self.points = tuple(Stamped(bounds) for _ in range(bounds["retention"]))
        self.selected = self.number(to=instants, initially=NONE)
        self.last_instant = instants
        self.retention = bounds["retention"]


@define
def is_kept(p: Stamped) -> Bool:
    """There is a point in this place."""
    return p.sequence != NONE


@define
def is_young(c: Clock, p: Stamped) -> Bool:
    """Less than the retention has passed since the point was taken, whatever any clock shows."""
    return c.now < p.taken_at + c.retention


def newest_by(c: Clock, rank: Callable[[Stamped], Int]) -> Int:
    """The sequence of the point that ranks highest; of equals, the one that came last."""
    best, height = c.points[0].sequence, rank(c.points[0])
    for p in c.points[1:]:
        higher = is_kept(p) & (height < rank(p))
        best, height = higher.if_else(p.sequence, best), higher.if_else(rank(p), height)
    return best


def arrive(c: Clock, stays: Callable[[Stamped], Bool]) -> Iterator[Effect]:
    """A new point comes to the front; the older ones that stay move on by one place."""
    yield c.taken.becomes(c.taken + 1)
    yield c.selected.becomes(NONE)
    yield c.points[0].sequence.becomes(c.taken + 1)
    yield c.points[0].taken_at.becomes(c.now)
    yield c.points[0].shown_at.becomes(c.wall)
    for older, place in pairwise(c.points):
        moves = is_kept(older) & stays(older)
        yield place.sequence.becomes(moves.if_else(older.sequence, NONE))
        yield place.taken_at.becomes(moves.if_else(older.taken_at, 0))
        yield place.shown_at.becomes(moves.if_else(older.shown_at, 0))


@action("CLK-1")
def instant_passes(c: Clock) -> Step:
    """Time passes, and the clock goes with it as far as it can show."""
    shows = c.wall < c.last_instant
    return given(c.now < c.last_instant).then(
        c.now.becomes(c.now + 1),
        c.wall.becomes(shows.if_else(c.wall + 1, c.wall)),
    )


@action("CLK-2", to="instants")
def clock_jumps_forward(c: Clock, to: int) -> Step:
    """Somebody sets the clock ahead: an event is raised."""
    return given(c.wall < to + 1).then(c.wall.becomes(to + 1), c.jumped.becomes(Jump.FORWARD))


@action("CLK-3", to="instants")
def clock_jumps_backward(c: Clock, to: int) -> Step:
    """Somebody sets the clock back: an event is raised."""
    return given(c.wall > to).then(c.wall.becomes(to), c.jumped.becomes(Jump.BACKWARD))


@action("CLK-4")
def stamp_point(c: Clock) -> Step:
    """A point gets the next number; points for which the retention has passed are pruned."""
    return given(c.points[0].taken_at < c.now).then(*arrive(c, lambda p: is_young(c, p)))


@action("CLK-5")
def select_latest(c: Clock) -> Step:
    """A failover asks for the latest point: it is the one with the highest sequence."""
    return given(is_kept(c.points[0]) & (c.selected == NONE)).then(
        c.selected.becomes(newest_by(c, lambda p: p.sequence)),
    )


@always("CLK-6", why="a failover to a point that is not the latest loses what was replicated already (B32)")
def the_latest_is_the_last_taken(c: Clock) -> Bool:
    """Whatever the clock showed, the latest point is the one that was taken last."""
    return (c.selected == NONE) | (c.selected == c.taken)


@sometimes("CLK-6", retention=2)
def the_latest_looks_older(c: Clock) -> Bool:
    """The point that was taken last bears an earlier time than the one before it, and is selected."""
    return (c.selected != NONE) & is_kept(c.points[1]) & (c.points[0].shown_at < c.points[1].shown_at)


@whenever("CLK-7", why="a clock that jumps ahead by a day would take the whole history with it (B32)")
def no_point_goes_early(c: Clock) -> Bool:
    """No point is pruned before the retention has passed since it was taken."""

    def is_pruned_now(p: Stamped) -> Bool:
        return is_kept(p) & for_each(c.points, lambda other: other.sequence.next != p.sequence)

    return for_each(c.points, lambda p: is_pruned_now(p).implies(~is_young(c, p)))


@sometimes("CLK-7", retention=2)
def a_young_point_looks_old(c: Clock) -> Bool:
    """By the clock a kept point is far beyond the retention, and it is not."""
    return exists(c.points, lambda p: is_kept(p) & is_young(c, p) & (c.wall > p.shown_at + c.retention))


@always("CLK-8", why="a clock that jumps back would keep everything, and its storage would be paid for")
def no_point_stays_late(c: Clock) -> Bool:
    """Counted to the newest point, every kept one was taken within the retention, the newer ones in front."""
    in_order = for_each(
        pairwise(c.points),
        lambda pair: is_kept(pair[1]).implies(
            (pair[1].sequence < pair[0].sequence) & (pair[1].taken_at < pair[0].taken_at)
        ),
    )
    fresh = for_each(c.points, lambda p: is_kept(p).implies(c.points[0].taken_at < p.taken_at + c.retention))
    return in_order & fresh


@sometimes("CLK-8", retention=2)
def a_point_is_pruned_by_time(c: Clock) -> Bool:
    """An older point has gone because its retention has passed, although the clock shows less than that."""
    return (c.taken > 1) & ~is_kept(c.points[1]) & (c.jumped == Jump.BACKWARD)


@always("CLK-9", why="times that people read and that are wrong have to be known to be wrong")
def a_wrong_clock_is_announced(c: Clock) -> Bool:
    """A clock that does not show the time has raised an event."""
    return (c.wall != c.now).implies(c.jumped != Jump.NONE)


@sometimes("CLK-9")
def a_clock_is_right_again(c: Clock) -> Bool:
    """After a jump back the clock shows the time again, with points on both sides of the jump."""
    return (c.wall == c.now) & (c.jumped == Jump.BACKWARD) & (c.points[0].shown_at > c.now)


SPEC = spec_of(
    __name__,
    "clock",
    "Points and a wall clock that jumps: their order, their age, and which one is the latest.",
    (Part(Clock, Clock),),
    {"instants": 4, "retention": 2},
)
