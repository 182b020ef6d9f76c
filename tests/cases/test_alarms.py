"""Prove the alarm: the honest fake passes every case, and each miniature is caught by the case that was made for it."""

import pytest

from siteproof.conformance.case import Case, all_cases
from siteproof.conformance.drivers.stateful import run_stateful
from siteproof.conformance.verify import Failed
from siteproof.model.nouns.subject import Capability
from tests.cases import miniatures, miniatures_of_kinds
from tests.cases.fake import FakeSubject
from tests.cases.judging import chapters, python_in, verdict


@pytest.mark.parametrize("chapter", chapters())
def test_the_honest_subject_passes_every_case(chapter: str) -> None:
    """No case fails, or stays without a witness, on a subject that keeps every promise that it makes."""
    mine = [case for case in all_cases() if case.chapter == chapter and not FakeSubject.left_out & set(case.needs)]
    wrong = {case.id: said for case in mine if (said := told(case)) != "pass"}
    assert wrong == {}


def told(case: Case) -> str:
    """The verdict on the honest fake."""
    return verdict(case, FakeSubject())[0]


@pytest.mark.parametrize(
    ("wrong", "case_id"), miniatures.KILLED_BY.items(), ids=lambda each: getattr(each, "__name__", each)
)
def test_a_miniature_is_caught(wrong: type[FakeSubject], case_id: str) -> None:
    """The case that speaks of the broken promise fails, with expected and actual in plain words."""
    said, lab = verdict(case_id, wrong())
    assert said.startswith("fail: expected")
    assert python_in(said) == []
    assert lab.trace


def test_rounding_a_retention_down_is_caught_below_one_day_too() -> None:
    """Six hours without thinning fail the case of six hours, as 36 hours thinned hourly fail theirs."""
    assert verdict("C-RET-11", miniatures_of_kinds.FollowsTheShorterRow())[0].startswith("fail: expected")


WALKED_INTO = (
    # by which seed: of those that find it, one that shrinks soon
    (miniatures.ClearsMarksOnReconnect, 8),
    (miniatures.LosesWritesInTheResyncWindow, 5),
    (miniatures.ChangesWhenRefusing, 3),
    (miniatures.ListsTooMuch, 3),
    (miniatures.TrustsACrashedAgent, 3),
)


@pytest.mark.parametrize(("wrong", "seed"), WALKED_INTO, ids=lambda each: getattr(each, "__name__", None))
def test_a_walk_runs_into_a_miniature_and_shrinks_to_a_short_trace(wrong: type[FakeSubject], seed: int) -> None:
    """Hypothesis finds the wrong subject and leaves a walk of few steps, before the audit that closes it."""
    with pytest.raises(Failed) as failed:
        run_stateful(wrong, seed=seed, examples=200, steps=25)
    walked = [step.text for step in failed.value.trace]
    audited = walked.index("closing audit") if "closing audit" in walked else len(walked)
    assert 0 < audited <= 20


def test_a_subject_without_bytes_passes_no_data_requirement() -> None:
    """An adapter that keeps stamps and no bytes fails, or stays without a witness, in every case about bytes."""
    passed = [
        case.id
        for case in all_cases()
        if case.on_bytes and verdict(case, miniatures.KeepsStampsAndNoBytes())[0] == "pass"
    ]
    assert passed == []


def test_the_same_seed_gives_the_same_walk() -> None:
    """Seed, examples and steps decide everything, whatever the environment says."""
    one, two = (run_stateful(FakeSubject, seed=5, examples=5, steps=12) for _ in range(2))
    assert (one.actions, one.trace) == (two.actions, two.trace)
    other = run_stateful(FakeSubject, seed=6, examples=5, steps=12)
    assert other.trace != one.trace


class OrdersFlushesOnly(FakeSubject):
    """It promises the order of flushes and no more."""

    left_out = FakeSubject.left_out | {Capability.TOTAL_ORDER}


@pytest.mark.parametrize(
    "case_id", ["C-REP-3", "C-REP-12", "C-REP-13", "C-FO-1", "C-FO-7", "C-FB-3", "C-FLT-5", "C-ST-1"]
)
def test_a_flush_ordered_subject_is_judged_by_its_flushes(case_id: str) -> None:
    """Without the promise of total order the same cases pass on the axis of flush epochs."""
    assert verdict(case_id, OrdersFlushesOnly())[0] == "pass"
