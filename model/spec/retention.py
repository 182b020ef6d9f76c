"""Retention as steps in time: which points stay when a new one arrives, and when none does (domain §2).

(seed: Replication process 1, Snapshots). Time is counted in intervals; the point of an instant bears its number. Every
point of the last `recent` instants is kept, an older one only as the oldest of its bucket of absolute time, and none
beyond the `retention`. Ages count up to the newest point: where none arrives nothing grows old.
"""

from enum import StrEnum

from siteproof.model.language import (
    Bool,
    Bounds,
    Component,
    Part,
    Step,
    action,
    always,
    as_bool,
    define,
    exists,
    for_each,
    given,
    sometimes,
    spec_of,
)


class Use(StrEnum):
    """Whether an operation stands on a point."""

    FREE = "free"
    PINNED = "pinned"  # a drill or an uncommitted failover uses it
    RELEASED = "released"  # it was used, and no point has arrived since


class Point(Component):
    """The point of one instant. `taken` is for ever, `kept` says that it can still be restored."""

    def __init__(self) -> None:
        """Not taken."""
        super().__init__()
        self.taken = self.history.flag()
        self.kept = self.flag()
        self.use = self.symbol(Use.FREE)


class Store(Component):
    """One machine's points up to the horizon; `now` is the present instant, `newest` the one after the last point."""

    def __init__(self, bounds: Bounds) -> None:
        """Empty, at instant 0."""
        super().__init__()
        instants = bounds["instants"]
        self.now = self.number(to=instants)
        self.newest = self.history.number(to=instants)
        self.points = tuple(Point() for _ in range(instants))
        self.instants = range(instants)
        self.recent = bounds["recent"]
        self.bucket = bounds["bucket"]
        self.retention = bounds["retention"]

    def bucket_of(self, instant: int) -> range:
        """The instants of the same bucket."""
        first = instant - instant % self.bucket
        return self.instants[first : first + self.bucket]


@define
def is_newest(s: Store, instant: int) -> Bool:
    """The point of this instant is the last one that was taken."""
    return s.newest == instant + 1


def is_worth_keeping(s: Store, instant: int, arriving: int) -> Bool:
    """When a later point arrives, one is worth keeping while recent, or as its bucket's oldest within the retention."""
    if arriving - instant < s.recent:
        return as_bool(True)
    if arriving - instant >= s.retention:
        return as_bool(False)
    rivals = (i for i in s.bucket_of(instant) if arriving - s.retention < i < instant)
    return for_each(rivals, lambda i: ~s.points[i].kept)


def survives(s: Store, instant: int, arriving: int) -> Bool:
    """A point that is kept stays when it is worth keeping, or pinned."""
    point = s.points[instant]
    return point.kept & (is_worth_keeping(s, instant, arriving) | (point.use == Use.PINNED))


@action("RET-1", instant="instants")
def point_arrives(s: Store, instant: int) -> Step:
    """The point of this instant is published first, and only then the older ones are thinned and pruned."""
    older = range(instant)
    return given(s.now == instant).then(
        s.now.becomes(instant + 1),
        s.newest.becomes(instant + 1),
        s.points[instant].taken.becomes(True),
        s.points[instant].kept.becomes(True),
        *(s.points[i].kept.becomes(survives(s, i, instant)) for i in older),
        *(s.points[i].use.becomes((s.points[i].use == Use.PINNED).if_else(Use.PINNED, Use.FREE)) for i in older),
    )


@action("RET-2", instant="instants")
def time_passes(s: Store, instant: int) -> Step:
    """No point arrives at this instant, because replication stands still: nothing is pruned."""
    return given(s.now == instant).then(s.now.becomes(instant + 1))


@action("RET-3", instant="instants")
def pin_point(s: Store, instant: int) -> Step:
    """A drill or a failover starts on a point that is kept; there is one at a time."""
    free = for_each(s.points, lambda point: point.use != Use.PINNED)
    return given(s.points[instant].kept & free).then(s.points[instant].use.becomes(Use.PINNED))


@action("RET-4", instant="instants")
def release_point(s: Store, instant: int) -> Step:
    """The operation is over: the point is judged like any other one when the next point arrives."""
    return given(s.points[instant].use == Use.PINNED).then(s.points[instant].use.becomes(Use.RELEASED))


@always("RET-5", why="a drill that loses its point goes on with blocks of another one (B11)")
def a_point_in_use_is_kept(s: Store) -> Bool:
    """Whatever its age, a pinned point is kept."""
    return for_each(s.points, lambda point: (point.use == Use.PINNED).implies(point.kept))


@sometimes("RET-5")
def a_pinned_point_outlives_the_retention(s: Store) -> Bool:
    """Its pruning is deferred: a pinned point is kept although the newest one is a whole retention younger."""
    late = s.instants[s.retention :]
    return exists(
        late, lambda i: is_newest(s, i) & exists(s.points[: i - s.retention + 1], lambda p: p.use == Use.PINNED)
    )


@always("RET-6", why="after a long outage there would be nothing to fail over to, when it is needed most (B38)")
def the_newest_point_is_kept(s: Store) -> Bool:
    """The last point that was taken can always be restored."""
    return for_each(s.instants, lambda i: is_newest(s, i).implies(s.points[i].kept))


@sometimes("RET-6")
def the_newest_point_outlives_an_outage(s: Store) -> Bool:
    """Replication stands still for longer than the retention, and the point of before is still there."""
    stood_still = exists(s.instants[s.retention :], lambda i: (s.now == i + 1) & (s.newest == i + 1 - s.retention))
    return stood_still & s.points[0].kept


@always("RET-7", why="what was promised to reach back a week reaches back two hours (B34)")
def history_is_covered(s: Store) -> Bool:
    """Counted from the newest point: each recent point is kept, and some point of each bucket within the retention.

    The bucket at the edge may be empty: its oldest point has reached the retention, and had driven out the others.
    """

    def covers(newest: int) -> Bool:
        recent = range(max(0, newest - s.recent + 1), newest + 1)
        whole = (i for i in range(newest + 1) if newest - (i - i % s.bucket) < s.retention)
        all_recent = for_each(recent, lambda i: s.points[i].taken.implies(s.points[i].kept))
        some_each = for_each(
            whole, lambda i: s.points[i].taken.implies(exists(s.bucket_of(i), lambda other: s.points[other].kept))
        )
        return is_newest(s, newest).implies(all_recent & some_each)

    return for_each(s.instants, covers)


@sometimes("RET-7")
def history_is_thinned(s: Store) -> Bool:
    """Of two points of one bucket only the older one is kept, and so it is in the bucket before."""
    return exists(
        s.instants[s.bucket + 1 :: s.bucket],
        lambda i: s.points[i].taken & ~s.points[i].kept & s.points[i - 1].kept & s.points[i - s.bucket - 1].kept,
    )


@always("RET-8", why="data that should be gone after its retention is still there, and its storage is still paid for")
def nothing_is_kept_for_ever(s: Store) -> Bool:
    """Counted from the newest point, what lies beyond the retention is kept only for an operation, and not after it."""

    def bounded(newest: int) -> Bool:
        beyond = s.points[: max(0, newest - s.retention + 1)]
        return is_newest(s, newest).implies(for_each(beyond, lambda point: point.kept.implies(point.use != Use.FREE)))

    return for_each(s.instants, bounded)


@sometimes("RET-8")
def an_old_point_waits_for_the_next_one(s: Store) -> Bool:
    """A point beyond the retention whose operation is over goes with the next point, not by itself."""
    return exists(
        s.instants[s.retention :], lambda i: is_newest(s, i) & (s.points[i - s.retention].use == Use.RELEASED)
    )


SPEC = spec_of(
    __name__,
    "retention",
    "Points in time: which ones stay when a point arrives, when none does, and while one is in use.",
    (Part(Store, Store),),
    {"instants": 8, "recent": 2, "bucket": 2, "retention": 6},
)
