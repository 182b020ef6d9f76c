"""Jobs that fail, clocks that jump, and the watch over points: each ends where the table says (domain §1, §2)."""

import pytest

from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.subject import FaultKind
from siteproof.model.nouns.vocabulary import (
    Direction,
    Health,
    Protection,
    Resync,
    Selection,
    TestFailover,
    Verb,
)
from tests.reference.bench import Bench

# fmt: off
FAILING = [
    (Verb.ENABLE,                "fresh",       {"protection": Protection.ENABLING_FAILED}),
    (Verb.DISABLE,               "protected",   {"protection": Protection.DISABLING_FAILED}),
    (Verb.TEST_FAILOVER,         "protected",   {"test_failover": TestFailover.FAILED}),
    (Verb.FAIL_OVER,             "protected",   {"protection": Protection.FAILOVER_FAILED}),
    (Verb.CHANGE_RECOVERY_POINT, "failed_over", {"protection": Protection.FAILED_OVER}),
    (Verb.COMMIT,                "failed_over", {"protection": Protection.COMMIT_FAILED}),
    (Verb.COMPLETE_MIGRATION,    "failed_over", {"protection": Protection.FAILED_OVER}),
    (Verb.REPROTECT,             "failed_over", {"protection": Protection.REPROTECT_FAILED}),
    (Verb.FAIL_BACK,             "reversed",    {"protection": Protection.PROTECTED, "direction": Direction.REVERSE}),
]
# fmt: on


@pytest.mark.parametrize(("verb", "state", "expected"), FAILING)
def test_a_failing_job_ends_where_the_table_says(
    bench: Bench, verb: Verb, state: str, expected: dict[str, object]
) -> None:
    """The failure is told as an event, and only the next job fails."""
    if state != "fresh":
        getattr(bench, state)()
    running = bench.seen.running
    bench.fault(FaultKind.JOB_FAILS)
    seen = bench.do(verb)
    assert {name: getattr(seen.regions, name) for name in expected} == expected
    assert seen.events[-1].code is ErrorCode.TARGET_INTERNAL_ERROR
    assert seen.running == running


def test_a_failed_clean_up_waits_again_and_a_failed_cancel_can_be_repeated(bench: Bench) -> None:
    """Both states offer the same command once more."""
    bench.protected()
    bench.do(Verb.TEST_FAILOVER)
    bench.fault(FaultKind.JOB_FAILS)
    assert bench.do(Verb.CLEAN_UP_TEST).regions.test_failover is TestFailover.COMPLETED
    assert bench.do(Verb.CLEAN_UP_TEST).regions.test_failover is TestFailover.NONE
    bench.do(Verb.FAIL_OVER)
    bench.do(Verb.REPROTECT)
    bench.do(Verb.FAIL_BACK)
    bench.fault(FaultKind.JOB_FAILS)
    assert bench.do(Verb.CANCEL).regions.protection is Protection.CANCEL_FAILED
    assert bench.do(Verb.CANCEL).regions.protection is Protection.PROTECTED


def test_a_failing_comparison_leaves_the_machine_marked(bench: Bench) -> None:
    """The mark says failed; nothing counts as equal."""
    bench.protected()
    bench.fault(FaultKind.FORCED_SHUTDOWN)
    bench.fault(FaultKind.JOB_FAILS)
    assert bench.do(Verb.RESYNCHRONIZE).regions.resync is Resync.FAILED


def test_a_clock_jump_moves_neither_order_nor_age_of_points(bench: Bench) -> None:
    """A jump of a month prunes nothing; points stay in the stream's order."""
    bench.protected()
    before = bench.minutes(60).points
    bench.fault(FaultKind.CLOCK_JUMP, 30 * 24 * 60 * 60_000)
    seen = bench.minutes(5)
    assert [point.name for point in seen.points[:-1]] == [point.name for point in before]
    bench.fault(FaultKind.CLOCK_JUMP, -60 * 24 * 60 * 60_000)
    seen = bench.minutes(5)
    assert seen.points[-1].taken_at_ms < seen.points[0].taken_at_ms
    assert [point.sequence for point in seen.points] == sorted(point.sequence for point in seen.points)
    assert {event.code for event in seen.events} == {ErrorCode.TIME_JUMP_FORWARD, ErrorCode.TIME_JUMP_BACKWARD}


def test_the_rpo_threshold_raises_one_event_and_changes_nothing(bench: Bench) -> None:
    """Fifteen minutes without a new point: one warning, and the machine replicates on when it can."""
    bench.protected()
    bench.fault(FaultKind.LINK_DOWN)
    seen = bench.minutes(50)
    assert [event.code for event in seen.events] == [ErrorCode.RPO_THRESHOLD_EXCEEDED]
    assert (seen.health, seen.rpo_ms) == (Health.WARNING, 50 * 60_000)
    bench.fault(FaultKind.LINK_UP)
    seen = bench.minutes(5)
    assert (seen.health, seen.rpo_ms) == (Health.NORMAL, 0)


def test_an_outage_prunes_no_point(bench: Bench) -> None:
    """No new point, no pruning: all of them are there after a week."""
    bench.protected()
    before = bench.minutes(90).points
    bench.fault(FaultKind.LINK_DOWN)
    assert bench.minutes(7 * 24 * 60).points == before


def test_a_custom_point_must_be_listed(bench: Bench) -> None:
    """A pruned or invented name is refused by name."""
    bench.protected()
    answer = bench.start(Verb.FAIL_OVER, selection=Selection.CUSTOM, point="cp-999999")
    assert getattr(answer, "code", None) is ErrorCode.RECOVERY_POINT_UNAVAILABLE
