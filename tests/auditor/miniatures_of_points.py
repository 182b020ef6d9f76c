"""Miniatures of the oracles about points, exposure and the lifecycle; with the others, all that there are.

Rule: one function per oracle, named like it; without that oracle the same tape has to pass.
"""

from typing import Any

from attrs import evolve

from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.policy import ReplicationPolicy
from siteproof.model.nouns.subject import FaultKind
from siteproof.model.nouns.vocabulary import (
    Consistency,
    Health,
    Place,
    Protection,
    Resync,
    ResyncReason,
    TestFailover,
    Verb,
)
from tests.auditor.miniatures import HOUR_MS, LEFT_OUT, MINIATURES, marked, of
from tests.auditor.tape import NAME, Tape

__all__ = ["LEFT_OUT", "MINIATURES"]

F, P, V = FaultKind, Protection, Verb


# -- arrivals --


@of
def no_point_outlives_protection(tape: Tape) -> None:
    """A disabled machine still lists its points."""
    tape.protected().runs(V.DISABLE).ends(rpo_ms=None)


@of
def the_other_direction_has_points_of_its_own(tape: Tape) -> None:
    """The committed point is still there after the reprotect."""
    tape.protected().failed_over().runs(V.COMMIT).ends()
    tape.runs(V.REPROTECT).ends(rpo_ms=None)


@of
def no_point_of_a_marked_machine(tape: Tape) -> None:
    """A point in spite of the mark."""
    mark: dict[str, Any] = {"regions": tape.protected().regions(resync=Resync.REQUIRED), "health": Health.WARNING}
    events = tape.event(ErrorCode.SOURCE_LOW_MEMORY)
    tape.fault(F.LOW_MEMORY, resync_reason=ResyncReason.LOW_MEMORY, events=events, **mark).point()


@of
def points_come_where_replication_runs(tape: Tape) -> None:
    """A failed-over machine gets a point as time passes."""
    tape.protected().failed_over().point()


@of
def points_come_in_time(tape: Tape) -> None:
    """One interval is left out."""
    tape.protected().point().point(10)


# -- departures --


@of
def the_committed_point_stays(tape: Tape) -> None:
    """The commit takes every point."""
    tape.protected().failed_over().runs(V.COMMIT).ends(points=())


@of
def a_pinned_point_stays(tape: Tape) -> None:
    """A new point drives out the one that the drill stands on, old as it is."""
    tape.protected().runs(V.TEST_FAILOVER)
    pinned = evolve(tape.seen.points[0], pinned=True)
    tape.ends(points=(pinned,), running=(Place.PRIMARY, Place.TEST))
    for _ in range(40):
        tape.point()
    fresh = tape.fresh(tape.seen.time_ms + 300_000)
    tape.point(points=(evolve(tape.seen.points[1], pinned=True), *tape.seen.points[2:], fresh))


@of
def nothing_goes_while_nothing_comes(tape: Tape) -> None:
    """An outage takes old points with it."""
    for _ in range(40):
        tape = tape.point() if tape.seen.points else tape.protected()
    tape.fault(F.LINK_DOWN, link_up=False).minutes(1, points=tape.seen.points[1:])


@of
def recent_points_stay(tape: Tape) -> None:
    """A point of five minutes goes when the next one comes."""
    tape.protected().point().point(points=(tape.seen.points[0], tape.fresh(tape.seen.time_ms + 300_000)))


@of
def a_thinned_point_has_a_neighbour(tape: Tape) -> None:
    """Of a whole hour nothing is left."""
    tape.protected()
    for _ in range(45):
        tape.point()
    tape.point(points=(*tape.seen.points[20:], tape.fresh(tape.seen.time_ms + 300_000)))


@of
def a_commit_deletes_all_other_points(tape: Tape) -> None:
    """All points outlive the commit."""
    tape.protected().point().failed_over().runs(V.COMMIT).ends()


@of
def old_points_go(tape: Tape) -> None:
    """With a retention of three hours a point is kept for four."""
    first = tape.protected(policy=ReplicationPolicy(180)).seen.points[0]
    for _ in range(48):
        points = (*tape.seen.points, tape.fresh(tape.seen.time_ms + 300_000))
        recent = [each for each in points[1:] if points[-1].taken_at_ms - each.taken_at_ms < 2 * HOUR_MS]
        tape.point(points=(first, *recent))


@of
def points_are_thinned(tape: Tape) -> None:
    """Nothing is thinned."""
    tape.protected()
    for _ in range(60):
        tape.point()


@of
def what_is_in_use_is_pinned(tape: Tape) -> None:
    """The second drill pins nothing."""
    tape.protected().runs(V.TEST_FAILOVER)
    pinned = (evolve(tape.seen.points[0], pinned=True),)
    tape.ends(points=pinned, running=(Place.PRIMARY, Place.TEST))
    tape.runs(V.CLEAN_UP_TEST).ends(points=(evolve(pinned[0], pinned=False),), running=(Place.PRIMARY,))
    tape.runs(V.TEST_FAILOVER).ends(running=(Place.PRIMARY, Place.TEST))


@of
def the_selected_point_is_the_one_in_use(tape: Tape) -> None:
    """A drill of the latest state stands on an older point."""
    tape.protected().point().runs(V.TEST_FAILOVER)
    older, *newer = sorted(tape.seen.points, key=lambda point: point.sequence)
    tape.ends(points=(evolve(older, pinned=True), *newer), running=(Place.PRIMARY, Place.TEST))


# -- the way back --


@of
def a_failback_makes_the_kind_of_point_it_was_asked_for(tape: Tape) -> None:
    """An application-consistent failback makes a crash-consistent point."""
    _reversed(tape).runs(V.FAIL_BACK, consistency=Consistency.APP)
    safety = tape.fresh(tape.seen.time_ms, pinned=True)
    tape.ends(points=(safety,), running=(Place.PRIMARY,), generation=2)


@of
def a_cancelled_failback_leaves_no_point(tape: Tape) -> None:
    """The safety point is still listed when the cloud machine runs again."""
    _reversed(tape).runs(V.FAIL_BACK)
    safety = tape.fresh(tape.seen.time_ms, pinned=True)
    tape.ends(points=(safety,), running=(Place.PRIMARY,), generation=2)
    tape.runs(V.CANCEL).ends(points=(evolve(safety, pinned=False),), running=(Place.RECOVERY,), generation=3)


def _reversed(tape: Tape) -> Tape:
    tape.protected().failed_over().runs(V.COMMIT).ends()
    return tape.runs(V.REPROTECT).ends(points=(), rpo_ms=None)


# -- exposure --


@of
def no_point_no_rpo(tape: Tape) -> None:
    """An RPO before there is anything to go back to."""
    tape.look(rpo_ms=0)


@of
def the_rpo_covers_what_is_missing(tape: Tape) -> None:
    """A write waits behind a dead link, and the RPO is of two minutes later."""
    tape.protected().fault(F.CLOCK_JUMP, amount=1).fault(F.LINK_DOWN, link_up=False, rpo_ms=-120_000).write(1)


@of
def the_rpo_counts_what_is_there(tape: Tape) -> None:
    """The newest point is of now, the RPO of ten minutes ago."""
    tape.protected().point(rpo_ms=600_000)


@of
def the_rpo_grows_while_nothing_arrives(tape: Tape) -> None:
    """It stands still behind a dead link."""
    tape.protected().point().fault(F.LINK_DOWN, link_up=False).minutes(3, rpo_ms=0)


# -- lifecycle --


@of
def commands_are_taken_as_listed(tape: Tape) -> None:
    """A failover of a machine that was never protected is accepted."""
    tape.watch.do(Command(V.FAIL_OVER, NAME))
    tape.look()


@of
def steps_are_those_of_the_model(tape: Tape) -> None:
    """The drill is over by itself."""
    tape.protected().runs(V.TEST_FAILOVER).ends(running=(Place.PRIMARY, Place.TEST))
    tape.look(regions=tape.regions(test_failover=TestFailover.NONE), running=(Place.PRIMARY,))


@of
def nothing_runs_after_settle(tape: Tape) -> None:
    """The comparison runs for ever."""
    marked(tape).fault(F.LINK_UP, link_up=True).runs(V.RESYNCHRONIZE)
    tape.ends(regions=tape.regions(resync=Resync.RUNNING))


@of
def a_job_without_trouble_succeeds(tape: Tape) -> None:
    """An enable fails for no reason."""
    tape.runs(V.ENABLE).ends(regions=tape.regions(protection=P.ENABLING_FAILED))


@of
def allowed_operations_are_the_tables(tape: Tape) -> None:
    """One command more than the table has."""
    tape.protected().look(allowed=(V.FAIL_OVER, V.TEST_FAILOVER, V.DISABLE, V.COMMIT))
