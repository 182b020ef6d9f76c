"""A first look: few cases, and still every requirement; weights choose and order, and name cases that there are."""

from siteproof.conformance.case import all_cases
from siteproof.conformance.choice import WALKS, cases_at, each_requirement_once
from siteproof.conformance.heavy import WEIGHTS, weight_of
from siteproof.conformance.worlds.plan import Depth


def spoken_of(cases: object) -> set[str]:
    """Every requirement that these cases speak of."""
    assert isinstance(cases, tuple)
    return {name for case in cases for name in case.requires}


def test_a_first_look_speaks_of_every_requirement() -> None:
    """With half of the cases quick judges what the whole suite judges, walks among them, in the same order."""
    every, chosen = all_cases(), cases_at(Depth.QUICK, all_cases())
    assert spoken_of(chosen) == spoken_of(every)
    assert len(chosen) * 2 < len(every)
    assert [case for case in every if case.chapter == WALKS] == [case for case in chosen if case.chapter == WALKS]
    assert [case for case in every if case in chosen] == list(chosen)


def test_nothing_in_a_first_look_is_superfluous() -> None:
    """Without any one of its cases, the walks apart, some requirement would not be judged."""
    chosen = each_requirement_once(all_cases())
    for left in (case for case in chosen if case.chapter != WALKS):
        assert spoken_of(tuple(case for case in chosen if case is not left)) < spoken_of(chosen)


def test_other_depths_leave_nothing_out() -> None:
    """Standard and deep judge every case."""
    assert {cases_at(depth, all_cases()) for depth in (Depth.STANDARD, Depth.DEEP, None)} == {all_cases()}


def test_weights_are_of_cases_that_there_are() -> None:
    """A case that went takes its weight with it; what has none weighs one."""
    assert set(WEIGHTS) <= {case.id for case in all_cases()}
    assert min(WEIGHTS.values()) > weight_of("C-LC-2") == 1
