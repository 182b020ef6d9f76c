"""Oracles of power: which machines run, which side accepts writes, and what fences the other one.

Rule: two running sides are right only where the history explains them; whoever is shown as off takes no write.
"""

from collections.abc import Iterator

from siteproof.conformance.auditor.call import Call
from siteproof.conformance.auditor.look import Look
from siteproof.conformance.auditor.memory import runs_a_job
from siteproof.conformance.auditor.oracle import Oracle, Wrong, oracle
from siteproof.conformance.auditor.oracles.clock import new_events
from siteproof.conformance.coverage.events import state_name
from siteproof.model.nouns.observation import Observation, Regions
from siteproof.model.nouns.subject import FaultKind
from siteproof.model.nouns.vocabulary import Direction, Place, Protection, Site, TestFailover, Verb
from siteproof.model.spec.lifecycle.table import running_place

F = FaultKind
MOVES = frozenset({Verb.FAIL_OVER, Verb.FAIL_BACK})
MAY_FENCE = MOVES | {Verb.CANCEL, Verb.REPROTECT, Verb.CHANGE_RECOVERY_POINT, Verb.ENABLE, Verb.DISABLE}


@oracle("SP-FO-5")
def generation_rises_with_every_move(look: Look) -> Iterator[Wrong]:
    """A failover and a failback raise the generation; nothing lowers it, and nothing raises it without a command."""
    if look.before is None:
        return
    was, now = look.before.generation, look.now.generation
    if now < was:
        yield Wrong(f"generation {was} or more", str(now))
    if now > was and not look.verbs & MAY_FENCE:
        yield Wrong(f"generation {was}, for production did not move", str(now))
    moved = look.verbs & MOVES and place(look.before) is not place(look.now)
    if moved and now <= was:
        yield Wrong(f"a generation above {was} after production moved", str(now))


@oracle("SP-LC-48")
def production_runs_where_it_should(look: Look) -> Iterator[Wrong]:
    """At rest the machine that carries production is shown as running, unless its site is down."""
    if runs_a_job(look.now.regions) or _may_be_off(look):
        return
    if place(look.now) not in look.now.running:
        expected = f"{place(look.now).value} running in {state_name(look.now.regions)}"
        yield Wrong(expected, _names(look.now.running))


@oracle("SP-FB-21")
def no_other_side_runs(look: Look) -> Iterator[Wrong]:
    """The side that does not carry production is off; after a failover only where it could not be shut down."""
    other = Place.RECOVERY if place(look.now) is Place.PRIMARY else Place.PRIMARY
    if runs_a_job(look.now.regions) or other not in look.now.running or _survived(look):
        return
    yield Wrong(
        f"{other.value} off in {state_name(look.now.regions)}", _names(look.now.running), _off(look.now.regions)
    )


@oracle("SP-FO-15")
def two_sides_are_told(look: Look) -> Iterator[Wrong]:
    """When a failover leaves both sides running, the operator is told."""
    both = {Place.PRIMARY, Place.RECOVERY} <= set(look.now.running)
    fresh = look.before is not None and not {Place.PRIMARY, Place.RECOVERY} <= set(look.before.running)
    if both and fresh and not new_events(look):
        yield Wrong("an event when both sides run", "none")


@oracle("SP-DRL-7")
def a_test_machine_runs_in_drills_only(look: Look) -> Iterator[Wrong]:
    """The test machine runs from the drill's end to its clean-up, and at no other time."""
    drill, runs = look.now.regions.test_failover, Place.TEST in look.now.running
    if drill is TestFailover.NONE and runs:
        yield Wrong("no test machine without a drill", _names(look.now.running))
    ran = look.before is not None and Place.TEST in look.before.running and Verb.CLEAN_UP_TEST not in look.verbs
    drills = Verb.TEST_FAILOVER in look.verbs and Verb.CLEAN_UP_TEST not in look.verbs  # its clean-up may fail, too
    waits = look.memory.planned and not ran  # until its plan powers it on
    if drill is TestFailover.COMPLETED and not runs and not waits and (ran or drills):
        yield Wrong("the test machine running until its clean-up", _names(look.now.running), "SP-DRL-2")


@oracle("SP-FO-16")
def who_is_off_takes_no_write(look: Look) -> Iterator[Wrong]:
    """A machine that is shown as off accepts no write."""
    if look.before is None:
        return
    for call in look.calls:
        if call.op in ("write", "discard", "flush") and call.changes:
            yield from _written(look, look.before, call)
        elif call.changes:
            return


def _written(look: Look, before: Observation, call: Call) -> Iterator[Wrong]:
    asked = call.arguments[0].place
    where = place(before) if asked is Place.ACTIVE else asked
    if where not in before.running and not look.memory.site_down and call.op != "flush":
        yield Wrong(f"a write to {where.value} refused while it is off", "accepted", _off(before.regions))


def place(seen: Observation) -> Place:
    """Where production runs, as the regions say."""
    return running_place(seen.regions)


def _may_be_off(look: Look) -> bool:
    """A site that is down, a plan, or a shutdown that preceded a failover which then failed, keeps production off."""
    if look.memory.planned:
        return True
    failed = look.now.regions.protection in (Protection.FAILOVER_FAILED, Protection.DISABLING_FAILED)
    power = look.memory.site_down or look.struck(F.SITE_DOWN, F.FORCED_SHUTDOWN)
    return place(look.now) is Place.PRIMARY and (failed or power)


def _survived(look: Look) -> bool:
    """Whether the last failover could not, or was not asked to, shut the source down."""
    forward = look.now.regions.direction is Direction.FORWARD
    return forward and place(look.now) is Place.RECOVERY and look.memory.source_may_run


def _off(regions: Regions) -> str:
    """The requirement that keeps the other side off."""
    if regions.direction is Direction.FORWARD:
        return "SP-FO-16" if regions.active is Site.RECOVERY else "SP-SET-13"
    return "SP-FB-5" if regions.active is Site.PRIMARY else "SP-FB-21"


def _names(places: tuple[Place, ...]) -> str:
    return f"running: {', '.join(each.value for each in places) or 'nothing'}"


ORACLES: tuple[Oracle, ...] = (
    generation_rises_with_every_move,
    no_other_side_runs,
    two_sides_are_told,
    a_test_machine_runs_in_drills_only,
    who_is_off_takes_no_write,
    production_runs_where_it_should,
)
