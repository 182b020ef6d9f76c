"""The appliance is proved, not only explored: its claims are inductive as they stand."""

import pytest

from siteproof.model.prove.induction import prove
from siteproof.model.specs import SPECS


@pytest.mark.parametrize("bounds", [{}, {"appliances": 4, "parts": 6, "memory": 9, "cache": 9}], ids=str)
def test_every_claim_of_the_appliance_is_proved(bounds: dict[str, int]) -> None:
    """Also for estates that are far too large to be explored, and without a lemma."""
    proof = prove(SPECS["appliance"], bounds)
    assert proof.proved, proof.gaps[:3]


@pytest.mark.parametrize("name", ["one_part_differs", "blocking_throttle", "silent_move", "inexact_point"])
def test_a_wrong_appliance_is_not_proved(name: str) -> None:
    """Every gap is the fault of the action that was changed."""
    proof = prove(SPECS[name])
    changed = {action.rule for action in SPECS[name].actions if action not in SPECS["appliance"].actions}
    assert len(changed) == 1
    assert {gap.rule for gap in proof.gaps} == changed
