"""Miniatures of the auditor: for each oracle a tape with exactly the mistake that it is there for.

Rule: one function per oracle, named like it; without that oracle the same tape has to pass.
"""

from collections.abc import Callable
from typing import Any

from attrs import evolve

from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.observation import Event, Watermarks
from siteproof.model.nouns.subject import Capability, FaultKind
from siteproof.model.nouns.vocabulary import Health, Place, Protection, Resync, ResyncReason, Verb
from tests.auditor.tape import Tape

F, P, V = FaultKind, Protection, Verb
Miniature = Callable[[Tape], object]
HOUR_MS = 3_600_000
MINIATURES: dict[str, Miniature] = {}


LEFT_OUT = {"time_never_goes_back": frozenset({Capability.VIRTUAL_CLOCK})}  # what the subject does not declare


def of(miniature: Miniature) -> Miniature:
    """Register the miniature of the oracle of the same name."""
    MINIATURES[miniature.__name__] = miniature
    return miniature


def marked(tape: Tape, **shown: object) -> Tape:
    """A protected machine whose data met a dead link; it is marked and says so."""
    tape.protected().fault(F.LINK_DOWN, link_up=False)
    mark = {"regions": tape.regions(resync=Resync.REQUIRED), "resync_reason": ResyncReason.LINK_FAILURE}
    return tape.minutes(1, **(mark | {"health": Health.WARNING} | shown))


# -- clock --


@of
def time_passes_in_advance_only(tape: Tape) -> None:
    """A minute is more than was asked for."""
    tape.minutes(1, time_ms=tape.seen.time_ms + 61_000)


@of
def time_never_goes_back(tape: Tape) -> None:
    """A real clock goes back by a millisecond."""
    tape.look(time_ms=tape.seen.time_ms - 1)


@of
def events_are_dated_and_addressed(tape: Tape) -> None:
    """An event of another machine."""
    tape.look(events=(Event(tape.seen.time_ms, ErrorCode.HIGH_CHURN, "other"),))


@of
def events_are_never_taken_back(tape: Tape) -> None:
    """What was told first is gone."""
    first = tape.event(ErrorCode.HIGH_CHURN)
    tape.look(events=first).minutes(1).look(events=tape.event(ErrorCode.HIGH_LATENCY))
    tape.minutes(1).look(events=first)


# -- catalogue --


@of
def names_are_used_once(tape: Tape) -> None:
    """In its second life a machine lists a point of its first one."""
    points = tape.protected().seen.points
    tape.runs(V.DISABLE).ends(points=(), rpo_ms=None).runs(V.ENABLE).ends(points=points, rpo_ms=0)


@of
def sequences_are_used_once(tape: Tape) -> None:
    """A new point in the place of the one before."""
    tape.protected().point(points=(*tape.seen.points, tape.fresh(tape.seen.time_ms + 300_000, sequence=1)))


@of
def a_point_never_changes(tape: Tape) -> None:
    """The time of a point becomes another one."""
    tape.protected().point().point()
    one, two, three = tape.seen.points
    tape.look(points=(one, evolve(two, taken_at_ms=two.taken_at_ms + 1), three))


# -- answers --


@of
def what_is_refused_changes_nothing(tape: Tape) -> None:
    """A refused command is counted as a byte that left."""
    tape.protected().refuses(V.COMMIT, ErrorCode.OPERATION_NOT_ALLOWED).look(bytes_sent=1)


@of
def selections_are_answered(tape: Tape) -> None:
    """The newest point is listed and said not to be there."""
    tape.protected().refuses(V.TEST_FAILOVER, ErrorCode.RECOVERY_POINT_UNAVAILABLE).look()


# -- power --


@of
def generation_rises_with_every_move(tape: Tape) -> None:
    """A failover that fences nobody."""
    tape.protected().runs(V.FAIL_OVER).ends(running=(Place.RECOVERY,))


@of
def production_runs_where_it_should(tape: Tape) -> None:
    """Nothing runs."""
    tape.protected().look(running=())


@of
def no_other_side_runs(tape: Tape) -> None:
    """The old side goes on after a failover that could shut it down; the operator is told."""
    tape.protected().runs(V.FAIL_OVER)
    both = (Place.PRIMARY, Place.RECOVERY)
    tape.ends(running=both, generation=1, events=tape.event(ErrorCode.STALE_GENERATION))


@of
def two_sides_are_told(tape: Tape) -> None:
    """The old side could not be shut down, and nobody says so."""
    tape.protected().runs(V.FAIL_OVER, shutdown=False).ends(running=(Place.PRIMARY, Place.RECOVERY), generation=1)


@of
def a_test_machine_runs_in_drills_only(tape: Tape) -> None:
    """It is left after the clean-up."""
    tape.protected().runs(V.TEST_FAILOVER).ends(running=(Place.PRIMARY, Place.TEST))
    tape.runs(V.CLEAN_UP_TEST).ends()


@of
def who_is_off_takes_no_write(tape: Tape) -> None:
    """The old side takes a write after the failover."""
    tape.protected().failed_over().write(1, place=Place.PRIMARY)


# -- stream --


@of
def watermarks_are_ordered(tape: Tape) -> None:
    """More arrived than was sent."""
    tape.protected().write(1, disks=(evolve(tape.disk(dirty=1), watermarks=Watermarks(5, 3, 4, 3, 3)),))


@of
def watermarks_never_fall(tape: Tape) -> None:
    """What was applied is not applied any more."""
    tape.protected().write(1, disks=(tape.disk(dirty=1, written=6, reached=5),))
    tape.write(2, disks=(tape.disk(dirty=1, written=7, reached=4),))


@of
def bytes_are_never_taken_back(tape: Tape) -> None:
    """The counter starts anew."""
    tape.protected().look(bytes_sent=9).look(bytes_sent=0)


@of
def nothing_arrives_without_a_link(tape: Tape) -> None:
    """Something is cached beyond a dead link."""
    tape.protected().fault(F.LINK_DOWN, link_up=False)
    tape.write(1, 2).look(disks=(tape.disk(dirty=2, written=2, reached=2),))


@of
def what_cannot_have_left_is_dirty(tape: Tape) -> None:
    """Two blocks changed, one is dirty."""
    tape.protected().fault(F.LINK_DOWN, link_up=False)
    tape.write(1, 2, disks=(tape.disk(dirty=1, written=2),))


@of
def disks_have_their_size(tape: Tape) -> None:
    """A disk is shown with the size of another one."""
    tape.protected().ends(disks=(tape.disk(blocks=8),))


@of
def everything_travels(tape: Tape) -> None:
    """A block is left behind."""
    tape.protected().write(1, 2).ends(disks=(tape.disk(dirty=1, written=2, reached=2),))


# -- marks --


@of
def trouble_marks_at_once(tape: Tape) -> None:
    """A forced shutdown is told and marks nobody."""
    tape.protected().fault(F.FORCED_SHUTDOWN, events=tape.event(ErrorCode.UNCLEAN_SOURCE_SHUTDOWN))


@of
def a_mark_has_a_reason(tape: Tape) -> None:
    """A dead link is no lack of memory."""
    marked(tape, resync_reason=ResyncReason.LOW_MEMORY)


@of
def a_dead_link_marks(tape: Tape) -> None:
    """A write waits for two minutes, and nobody minds."""
    tape.protected().fault(F.LINK_DOWN, link_up=False).write(1).minutes(2)


@of
def a_mark_stays_until_compared(tape: Tape) -> None:
    """At eleven in the morning the mark is gone."""
    marked(tape).fault(F.LINK_UP, link_up=True)
    tape.minutes(1, regions=tape.regions(resync=Resync.NONE), resync_reason=None, health=Health.NORMAL)


@of
def trouble_is_told(tape: Tape) -> None:
    """A forced shutdown marks the machine, and nobody is told."""
    mark: dict[str, Any] = {"regions": tape.protected().regions(resync=Resync.REQUIRED), "health": Health.WARNING}
    tape.fault(F.FORCED_SHUTDOWN, resync_reason=ResyncReason.FORCED_SHUTDOWN, **mark).minutes(2)


@of
def trouble_shows_in_the_health(tape: Tape) -> None:
    """A machine that is marked calls itself healthy again."""
    marked(tape).look(health=Health.NORMAL)


@of
def a_failed_cancel_is_told(tape: Tape) -> None:
    """The cancel fails under another name."""
    tape.protected().failed_over().reversed().runs(V.FAIL_BACK).ends(running=(Place.PRIMARY,), generation=2)
    tape.fault(F.JOB_FAILS).runs(V.CANCEL)
    failed = tape.regions(protection=P.CANCEL_FAILED)
    tape.ends(regions=failed, events=tape.event(ErrorCode.TARGET_INTERNAL_ERROR))


# -- groups --


@of
def no_member_moves_alone(tape: Tape) -> None:
    """A member fails over by itself."""
    tape.runs(V.ENABLE, group="shop").ends(points=(tape.fresh(tape.seen.time_ms),), rpo_ms=0, group="shop")
    tape.failed_over()
