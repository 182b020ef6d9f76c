"""The trail: known histories have known coverage, and a step that the model does not allow is found."""

import pytest
from attrs import evolve

from siteproof.conformance.coverage import coverage as aspects
from siteproof.conformance.coverage.coverage import Coverage, coverage
from siteproof.conformance.coverage.events import Begin, Do, Event, Judged, Passes, ShownState, state_of
from siteproof.conformance.coverage.lifecycle_map import LifecycleMap, lifecycle_map
from siteproof.conformance.coverage.record import follow, read
from siteproof.conformance.coverage.trail import Trail
from siteproof.model.engines.explore.graph import StateGraph, graph_of
from siteproof.model.engines.explore.search import Search
from siteproof.model.engines.tours import Cover, tour
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.profile import CORE
from siteproof.model.nouns.vocabulary import Direction, Protection, Resync, Site, TestFailover, Verb
from siteproof.model.spec.lifecycle.table import refusal
from siteproof.model.spec.registry.specs import known
from tests.coverage.histories import BY_HAND, FORGED, as_file, walked

REST = Regions()
PROTECTED = Regions(Protection.PROTECTED)
MARKED = Regions(Protection.PROTECTED, resync=Resync.REQUIRED)
FAILED_OVER = Regions(Protection.FAILED_OVER, active=Site.RECOVERY)
REVERSE = Regions(Protection.PROTECTED, Direction.REVERSE)


@pytest.fixture(scope="module")
def graph() -> StateGraph:
    """The graph of the lifecycle."""
    return graph_of(Search(known("lifecycle").system()).run())


def of(*events: Event | Regions) -> Coverage:
    """The coverage of events; regions stand for a state of the one machine."""
    return coverage(trail_of(*events))


def trail_of(*events: Event | Regions) -> Trail:
    """The trail of events."""
    trail = Trail(lifecycle_map())
    shown = [event if not isinstance(event, Regions) else state_of("", event) for event in events]
    trail.follow((str(number), event) for number, event in enumerate(shown))
    return trail


def figures(found: Coverage) -> dict[str, int]:
    """How much of each aspect was visited."""
    return {each.name: each.visited for each in found.aspects}


def missing(found: Coverage, name: str) -> set[str]:
    """What an aspect lacks."""
    return {each.what for each in found.aspect(name).missing}


def where() -> LifecycleMap:
    """The map of the core profile."""
    return lifecycle_map()


def test_the_map_is_the_model(graph: StateGraph) -> None:
    """The map has the states and the transitions that an exploration of the lifecycle has, none more and none less."""
    assert len(where().states) == len(graph.search.states)
    assert len(where().edges) == graph.edges
    assert len(set(where().states)) == len(where().states)


def test_a_history_by_hand_has_the_coverage_that_can_be_counted_by_hand() -> None:
    """Three states, two rules with their six phases, two allowed commands and one that is refused."""
    found = follow([read(BY_HAND, "by hand")])
    assert not found.deviations
    assert figures(found) | {aspects.EDGES: 0, aspects.REQUIREMENTS: 0} == {
        aspects.STATES: 3,
        aspects.RULES: 2,
        aspects.ALLOWED: 2,
        aspects.OTHER: 1,
        aspects.EDGES: 0,
        aspects.REQUIREMENTS: 0,
    }


def test_phases_that_nobody_saw_are_credited_when_nothing_else_explains_the_end() -> None:
    """From enable to protected a machine passes both phases of the job, seen or not."""
    taken = missing(of(), aspects.EDGES) - missing(of(REST, Do(Verb.ENABLE), PROTECTED), aspects.EDGES)
    assert {name.partition(" ")[2] for name in taken} >= {
        "enable_starts in forward/primary/unprotected",
        "enable_leaves_enabling in forward/primary/enabling",
        "enable_leaves_initial_replication in forward/primary/initial_replication",
    }
    assert not any("fails" in name or "differ" in name for name in taken)


def test_a_failure_in_one_of_two_phases_is_credited_to_neither() -> None:
    """A failback that came back without a sight of its phases started and failed; in which phase is not known."""
    failed = missing(of(REVERSE), aspects.EDGES) - missing(of(REVERSE, Do(Verb.FAIL_BACK), REVERSE), aspects.EDGES)
    assert failed == {"LC-10.1 fail_back_starts in reverse/primary/protected"}


def test_a_tour_of_the_model_covers_everything(graph: StateGraph) -> None:
    """A tour of every transition, written down as a log and read back, visits each state, rule and transition."""
    record = read(as_file(walked(where(), tour(graph, Cover.EDGES).paths)), "tour")
    found = follow([record])
    for name in (aspects.STATES, aspects.RULES, aspects.ALLOWED, aspects.EDGES):
        assert (name, found.aspect(name).missing) == (name, ())
    assert found.deviations == ()


def test_a_tour_without_one_walk_misses_something(graph: StateGraph) -> None:
    """Full coverage is no matter of course: without its longest walk a tour misses transitions and names the ways."""
    paths = sorted(tour(graph, Cover.EDGES).paths, key=len)
    found = follow([read(as_file(walked(where(), paths[:-1])), "tour")])
    lacking = found.aspect(aspects.EDGES).missing
    assert lacking
    assert all(each.way for each in lacking)


def test_a_way_leads_where_it_says() -> None:
    """Whoever takes the commands of a way, logs nothing in between and shows the state at its end, is explained."""
    for number, regions in enumerate(where().states):
        words = where().way(number)
        commands = [Do(Verb(word)) for word in words if not word.startswith("(")]
        assert trail_of(REST, *commands, regions).deviations == [], words


def test_a_forged_command_is_found() -> None:
    """A command that the table refuses but the log calls accepted is a deviation with its line."""
    (found,) = follow([read(FORGED, "log")]).deviations
    assert found.place == "log:8"
    assert found.recorded == "fail_back accepted in ?/?/failed_over"
    assert found.model == "the model refuses it with OperationNotAllowed"


@pytest.mark.parametrize(
    ("events", "recorded"),
    [
        ([REST, PROTECTED], "forward/primary/unprotected → forward/primary/protected"),
        ([PROTECTED, Do(Verb.FAIL_OVER), REVERSE], "forward/primary/protected, fail_over → reverse/primary/protected"),
        ([MARKED, PROTECTED, FAILED_OVER], "forward/primary/protected → forward/recovery/failed_over"),
        ([PROTECTED, Do(Verb.RESYNCHRONIZE)], "resynchronize accepted in forward/primary/protected"),
        ([REST, Do(Verb.COMMIT)], "commit accepted in forward/primary/unprotected"),
        (
            [REST, Do(Verb.COMMIT, refused="OperationConflict")],
            "commit refused with OperationConflict in forward/primary/unprotected",
        ),
        (
            [FAILED_OVER, Do(Verb.COMMIT, refused="OperationNotAllowed")],
            "commit refused with OperationNotAllowed in forward/recovery/failed_over",
        ),
        ([Regions(Protection.CANCELLING)], "forward/primary/cancelling was shown"),
    ],
)
def test_a_step_that_the_model_does_not_allow_is_a_deviation(events: list[Event | Regions], recorded: str) -> None:
    """A move, an answer or a state that nothing in the model explains is reported once, with what was recorded."""
    assert [each.recorded for each in of(*events).deviations] == [recorded]


@pytest.mark.parametrize(
    "events",
    [
        [PROTECTED, MARKED, Do(Verb.RESYNCHRONIZE), PROTECTED],
        [PROTECTED, Passes(), Do(Verb.RESYNCHRONIZE)],
        [PROTECTED, Do(Verb.FAIL_OVER), Do(Verb.COMMIT), Do(Verb.REPROTECT), REVERSE],
        [PROTECTED, Do(Verb.FAIL_OVER, refused="RecoveryPointUnavailable"), PROTECTED],
        [REST, Do(Verb.COMMIT, refused="a message of their own")],
        [FAILED_OVER, Begin(), REST],
        [ShownState(protection=Protection.PROTECTED), Do(Verb.FAIL_BACK)],
        [FAILED_OVER, Do(Verb.COMPLETE_MIGRATION), FAILED_OVER],
        [Regions(Protection.PROTECTED, test_failover=TestFailover.COMPLETED), Do(Verb.CLEAN_UP_TEST), PROTECTED],
    ],
)
def test_a_step_that_something_explains_is_none(events: list[Event | Regions]) -> None:
    """Marks, time that passed, jobs that ended unseen, named refusals and open regions are explained, not reported."""
    assert of(*events).deviations == ()


OPEN = ShownState(direction=Direction.FORWARD)  # much is not shown: any of many states
NOT_ALLOWED, CONFLICT = "OperationNotAllowed", "OperationConflict"
CLEANUP_PENDING, NO_POINT = "TestFailoverCleanupPending", "RecoveryPointUnavailable"


@pytest.mark.parametrize(
    ("events", "recorded"),
    [
        (
            [OPEN, Do(Verb.ENABLE, refused=NOT_ALLOWED), Do(Verb.ENABLE)],
            "enable accepted in forward/?/?, enable refused with OperationNotAllowed",
        ),
        (
            [OPEN, Do(Verb.ENABLE, refused=CONFLICT), Do(Verb.ENABLE, refused=NOT_ALLOWED)],
            "enable refused with OperationNotAllowed in forward/?/?, enable refused with OperationConflict",
        ),
        (
            [OPEN, Do(Verb.ENABLE, refused=NOT_ALLOWED), Do(Verb.ENABLE, refused=CONFLICT)],
            "enable refused with OperationConflict in forward/?/?, enable refused with OperationNotAllowed",
        ),
        (
            [OPEN, Do(Verb.ENABLE, refused=CLEANUP_PENDING), Do(Verb.COMMIT, refused=NOT_ALLOWED)],
            "commit refused with OperationNotAllowed in forward/?/?, enable refused with TestFailoverCleanupPending",
        ),
        (
            [OPEN, Do(Verb.ENABLE, refused=CLEANUP_PENDING), ShownState(protection=Protection.UNPROTECTED)],
            "forward/?/?, enable refused with TestFailoverCleanupPending → ?/?/unprotected",
        ),
        (
            [OPEN, Do(Verb.ENABLE, refused=NOT_ALLOWED), OPEN, Do(Verb.ENABLE)],
            "enable accepted in forward/?/?",
        ),
        (
            [OPEN, Do(Verb.ENABLE), Do(Verb.ENABLE)],
            "enable accepted in forward/?/?, enable",
        ),
        (
            [OPEN, Do(Verb.ENABLE, refused=NOT_ALLOWED), Passes(), Do(Verb.ENABLE)],
            "enable accepted in forward/?/?, enable refused with OperationNotAllowed",
        ),
        (
            [OPEN, Do(Verb.FAIL_OVER, refused=CLEANUP_PENDING), Do(Verb.FAIL_OVER, refused=NO_POINT)],
            f"fail_over refused with {NO_POINT} in forward/?/?, fail_over refused with {CLEANUP_PENDING}",
        ),
    ],
)
def test_answers_that_need_different_states_are_a_deviation(events: list[Event | Regions], recorded: str) -> None:
    """Of a machine that nothing has moved, two answers which no one state gives are found, however little is shown."""
    assert [each.recorded for each in of(*events).deviations] == [recorded]


@pytest.mark.parametrize(
    "events",
    [
        [OPEN, Do(Verb.COMMIT, refused=NOT_ALLOWED), Do(Verb.COMMIT, refused=NOT_ALLOWED), Do(Verb.ENABLE)],
        [OPEN, Do(Verb.ENABLE, refused=CONFLICT), Passes(), Do(Verb.ENABLE)],
        [OPEN, Do(Verb.ENABLE, refused=CONFLICT), Passes(), Do(Verb.ENABLE, refused=NOT_ALLOWED)],
        [OPEN, Do(Verb.ENABLE, refused=CONFLICT), OPEN, Do(Verb.ENABLE, refused=NOT_ALLOWED)],
        [OPEN, Do(Verb.FAIL_OVER, refused=NO_POINT), Do(Verb.FAIL_OVER)],
        [OPEN, Do(Verb.DISABLE, refused="a message of their own"), Do(Verb.DISABLE)],
        [OPEN, Do(Verb.ENABLE, refused=CONFLICT), Do(Verb.DISABLE)],
        [OPEN, Do(Verb.ENABLE, "other", refused=NOT_ALLOWED), Do(Verb.ENABLE)],
    ],
)
def test_answers_that_one_state_gives_are_none(events: list[Event | Regions]) -> None:
    """Time, a new sight, other arguments, an unknown error or another machine reconcile two answers: none is found."""
    assert of(*events).deviations == ()


@pytest.mark.parametrize("region", ["protection", "direction", "active", "test_failover", "resync"])
def test_what_every_state_answers_is_explained_without_its_regions(region: str) -> None:
    """In each state, all that the table refuses, twice, then each command it lists: one shown region explains them."""
    for number, regions in enumerate(where().states):
        shown = ShownState(**{region: getattr(regions, region)})
        refused = [Do(verb, refused=code) for verb in Verb if (code := refusal(regions, verb, CORE))]
        listed = [[Do(verb)] for verb in sorted(where().allowed(number))]
        for last in listed or [[]]:
            assert trail_of(shown, *refused, *refused, *last).deviations == [], (regions, last)


def test_a_refusal_while_a_job_runs_takes_no_credit() -> None:
    """A machine that may have moved is not pinned by a refusal: the rule and the phases before it still count."""
    asked = of(REST, Do(Verb.ENABLE), Do(Verb.COMMIT, refused=CONFLICT), PROTECTED)
    assert missing(asked, aspects.EDGES) == missing(of(REST, Do(Verb.ENABLE), PROTECTED), aspects.EDGES)


def test_a_tour_that_shows_little_and_asks_much_is_explained(graph: StateGraph) -> None:
    """A tour with every refusal of each of its states, in a log that shows only the protection, has no deviation."""
    trail = Trail(where())
    for place, event in walked(where(), tour(graph, Cover.EDGES).paths):
        trail.follow((place, each) for each in _showing_little(event))
    assert trail.deviations == []


def _showing_little(event: Event) -> list[Event]:
    """A state becomes a line of its protection, and each command that the table refuses there."""
    if not isinstance(event, ShownState):
        return [event]
    (number,) = where().matching(event)
    answers = {verb: refusal(where().states[number], verb, CORE) for verb in Verb}
    refused = [Do(verb, event.machine, code) for verb, code in answers.items() if code]
    return [ShownState(event.machine, event.protection), *refused]


def test_an_accepted_command_leaves_only_the_states_that_list_it() -> None:
    """What an accepted command could not lead to is found, although the state in which it was asked is open."""
    (found,) = of(OPEN, Do(Verb.ENABLE), FAILED_OVER).deviations
    assert found.recorded == "forward/?/?, enable → forward/recovery/failed_over"
    (found,) = of(OPEN, Do(Verb.ENABLE), Do(Verb.COMMIT)).deviations
    assert found.recorded == "commit accepted in forward/?/?, enable"


def test_a_migration_that_failed_took_no_transition() -> None:
    """Its failure leaves the machine as it was: that is explained, and the rule has not been taken."""
    failed = of(FAILED_OVER, Do(Verb.COMPLETE_MIGRATION), FAILED_OVER)
    assert figures(failed)[aspects.EDGES] == 0
    done = of(FAILED_OVER, Do(Verb.COMPLETE_MIGRATION), evolve(FAILED_OVER, protection=Protection.MIGRATED))
    assert figures(done)[aspects.EDGES] == 1


def test_after_a_deviation_the_trail_goes_on() -> None:
    """One wrong step is one deviation: what follows is followed from the state that is shown next."""
    found = of(REST, Do(Verb.COMMIT), PROTECTED, Do(Verb.FAIL_OVER), FAILED_OVER)
    assert len(found.deviations) == 1
    assert "LC-5.1 fail_over_starts in forward/primary/protected" not in missing(found, aspects.RULES)


def test_many_commands_in_a_row_are_followed_in_bounded_time() -> None:
    """A log of ten thousand commands without a state is followed; nothing is credited that could be otherwise."""
    drills = [Do(Verb.TEST_FAILOVER), Do(Verb.CLEAN_UP_TEST)] * 5000
    found = of(PROTECTED, *drills, Do(Verb.COMMIT), PROTECTED)
    assert [each.recorded.rpartition(" accepted in ")[0] for each in found.deviations] == ["commit"]


def test_a_requirement_is_touched_by_a_judgement_or_by_its_rule() -> None:
    """A judged requirement counts, an unsupported one does not, and one whose rule was taken counts without a judge."""
    judged = of(Judged("SP-RES-34"), Judged("SP-REP-9", "unsupported"))
    assert "SP-RES-34 (SHOULD)" not in missing(judged, aspects.REQUIREMENTS)
    assert "SP-REP-9 (MUST)" in missing(judged, aspects.REQUIREMENTS)
    taken = of(PROTECTED, Do(Verb.FAIL_OVER), FAILED_OVER)
    assert figures(taken)[aspects.REQUIREMENTS] > 0


def test_machines_are_followed_apart() -> None:
    """What one machine shows says nothing of another one."""
    two = of(state_of("a", FAILED_OVER), state_of("b", REST), Do(Verb.COMMIT, "a"), Do(Verb.ENABLE, "b"))
    assert two.deviations == ()
    crossed = of(state_of("a", FAILED_OVER), state_of("b", REST), Do(Verb.COMMIT, "b"))
    assert len(crossed.deviations) == 1
