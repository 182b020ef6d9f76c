"""Bounded model checking: shortest violations and witnesses, without a lemma and without storing states."""

import pytest

from siteproof.model.engines.crosscheck.chance import random_system
from siteproof.model.engines.explore.choice import explorer
from siteproof.model.engines.prove.agreement import explore
from siteproof.model.engines.prove.bounded import bounded, bounded_system
from siteproof.model.spec.registry.specs import SPECS
from tests.prove.toys import CARELESS, LEAKY, TANK


def test_a_range_that_is_left_is_found_one_step_after_its_state() -> None:
    """The tank of three overflows in four steps, not in three."""
    assert bounded(CARELESS, 3).violation is None
    found = bounded(CARELESS, 9).violation
    assert found is not None
    assert (found.rule, found.name, found.trace.length) == ("range", "tank.level", 4)


def test_a_claim_that_needs_a_lemma_for_induction_needs_none_here() -> None:
    """Nothing leaks in any number of steps; the filling ends after four, and that is said."""
    found = bounded(LEAKY, 12)
    assert found.violation is None
    assert found.exhausted


def test_witnesses_are_found_as_near_as_they_are() -> None:
    """A tank of four is full after four steps; what is not within the steps is named."""
    assert [each.trace.length for each in bounded(TANK, 9, witnesses=True).witnesses] == [4]
    assert bounded(TANK, 3, witnesses=True).missing == ("T-4 it_gets_full",)


@pytest.mark.parametrize("name", ["older_over_newer", "half_applied", "lone_failover", "early_conclusion"])
def test_a_wrong_design_breaks_after_as_many_steps_as_the_explorer_needs(name: str) -> None:
    """The same shortest length, found by the solver and by breadth first search."""
    system = SPECS[name].system()
    lengths = [v.trace.length for v in explorer(system).explore().violated if v.trace is not None and v.why]
    found = bounded_system(system, min(lengths)).violation
    assert found is not None
    assert found.trace.length <= min(lengths)


@pytest.mark.parametrize("seed", range(24))
def test_random_systems_break_as_near_as_they_do_for_the_explorer(seed: int) -> None:
    """Every operation of the language means the same in bit vectors, also where a number leaves its range."""
    system = random_system(seed)
    explored = explore(system)
    steps = explored.trace.length if explored.trace is not None else 5
    found = bounded_system(system, steps)
    assert not found.undecided
    assert (found.violation and found.violation.trace.length) == (explored.trace and explored.trace.length)
