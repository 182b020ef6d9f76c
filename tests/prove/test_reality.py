"""A gap is told right: broken in reality with its shortest trace, or not reachable and a lemma is missing."""

import pytest

from siteproof.model.engines.explore.choice import explorer
from siteproof.model.engines.explore.search import Limits
from siteproof.model.engines.prove.induction import prove
from siteproof.model.engines.prove.reality import realities
from siteproof.model.spec.registry.specs import SPECS
from siteproof.model.spec.wrong_designs import EXHIBITS
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign
from tests.prove.toys import CARELESS, LEAKY, TANK


def test_an_unreachable_gap_lacks_a_lemma() -> None:
    """A tank that leaks nothing has no violation in all its states, though the induction has a gap."""
    proof = prove(LEAKY)
    (gap,) = proof.gaps
    (real,) = realities(LEAKY, proof)
    assert (gap.action, gap.changes, gap.before["tank.leaks"]) == ("fill(tank)", ("tank.level",), "true")
    assert not real.reachable
    assert (real.complete, real.states) == (True, 5)


def test_too_small_limits_are_said() -> None:
    """Nothing found among some of the states is not the same as nothing among all of them."""
    (real,) = realities(LEAKY, prove(LEAKY), Limits(states_max=2))
    assert not real.reachable
    assert not real.complete


def test_a_gap_for_all_sizes_is_looked_for_at_its_own_size() -> None:
    """A tank of four is never above four; the gap of all sizes shows one of five, and the explorer fills it."""
    proof = prove(TANK, {"size": 4}, every=("size",))
    (gap,) = proof.gaps
    (real,) = realities(TANK, proof)
    assert gap.bounds == {"size": 5}
    assert real.bounds == {"size": 5}
    assert real.trace is not None
    assert [step.name for step in real.trace.steps] == ["fill(tank)"] * 5


def test_a_number_that_leaves_its_range_is_a_violation_with_a_trace() -> None:
    """The last step shows the number outside."""
    proof = prove(CARELESS)
    (real,) = realities(CARELESS, proof)
    assert (real.rule, real.goal) == ("range", "tank.level")
    assert real.trace is not None
    assert real.trace.length == 4
    assert [(c.before, c.after) for c in real.trace.steps[-1].changes] == [("3", "4")]


@pytest.mark.parametrize(
    "exhibit", [each for each in EXHIBITS if each.right == "replication"][::3], ids=lambda exhibit: exhibit.spec.name
)
def test_the_trace_of_a_gap_is_as_short_as_the_explorers(exhibit: WrongDesign) -> None:
    """Wherever the explorer breaks a claim that has a gap, the trace has the same length."""
    proof = prove(exhibit.spec)
    found = {(each.rule, each.goal.partition("(")[0]): each for each in realities(exhibit.spec, proof)}
    explored = explorer(exhibit.spec.system()).explore()
    lengths = {(v.rule, v.name): v.trace.length for v in explored.violated if v.trace is not None and v.why}
    assert lengths
    for name, length in lengths.items():
        real = found[name].trace
        assert real is not None
        assert real.length == length


def test_a_counterexample_differs_from_the_first_state_only_where_it_has_to() -> None:
    """The agent that trusts its bitmap: four values tell the story, the other variables are as at first."""
    system = SPECS["trusted_bitmap"].system()
    gap = prove(SPECS["trusted_bitmap"]).gaps[0]
    first = {v.name: v.domain.encode(v.initial) for v in system.variables}
    shown = {v.name: v for v in system.variables}
    differs = [name for name, text in gap.before.items() if text != _text(shown[name].domain.decode(first[name]))]
    assert len(differs) <= 4
    assert set(gap.changes) <= set(gap.read)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(getattr(value, "value", value))
