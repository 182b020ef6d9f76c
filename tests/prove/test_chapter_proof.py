"""Every chapter is proved, not only explored: at its bounds, at larger ones, and for every number that can be open."""

import pytest

from siteproof.model.engines.prove.induction import prove
from siteproof.model.engines.prove.open_bounds import open_bounds
from siteproof.model.language import Spec
from siteproof.model.spec.registry.manifest import checks
from siteproof.model.spec.registry.specs import RIGHT
from siteproof.model.spec.wrong_designs import EXHIBITS
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign

LARGER: dict[str, dict[str, int]] = {
    "replication": {"blocks": 3, "versions": 5},
    "resync_protocol": {"blocks": 8, "versions": 9},
    "groups": {"members": 8, "writes": 20},
    "plans": {"groups": 4, "machines": 4},
    "appliance": {"appliances": 4, "parts": 6, "memory": 9, "cache": 9},
    "retention": {"instants": 16, "recent": 4, "bucket": 3, "retention": 7},
    "capture": {"disks": 4, "blocks": 4, "versions": 5},
    "bitmap": {"blocks": 8, "versions": 5, "runs": 5},
    "resize": {"cells": 5, "versions": 5},
    "frames": {"writes": 5, "blocks": 3, "wire": 3, "generations": 4},
    "pipeline": {"writes": 20},
    "clock": {"instants": 8, "retention": 3},
}
"""Far beyond what can be explored; a chapter that is not named here is proved with every bound larger by one."""


@pytest.mark.parametrize("spec", RIGHT.values(), ids=lambda spec: spec.name)
def test_every_claim_of_a_right_design_is_proved_at_its_bounds(spec: Spec) -> None:
    """Every `always` and `whenever` of the chapter is among the goals, and no action has a gap."""
    proof = prove(spec)
    assert proof.proved, proof.gaps[:3]
    proved = {goal.split()[0] for goal in proof.goals}
    assert {claim.rule for claim in spec.properties if claim.kind.is_safety} <= proved


@pytest.mark.nightly
@pytest.mark.parametrize("spec", [each for each in RIGHT.values() if each.bounds], ids=lambda spec: spec.name)
def test_every_claim_is_proved_at_larger_bounds(spec: Spec) -> None:
    """The lemmas are no accident of small systems: eight members, eight blocks, sixteen machines of a plan."""
    proof = prove(spec, LARGER.get(spec.name, {name: value + 1 for name, value in spec.bounds.items()}))
    assert proof.proved, proof.gaps[:3]


@pytest.mark.parametrize("spec", [each for each in RIGHT.values() if open_bounds(each)], ids=lambda spec: spec.name)
def test_a_number_that_can_be_left_open_is_proved_for_every_value(spec: Spec) -> None:
    """Versions, writes, memory and cache are unbounded numbers to the solver."""
    proof = prove(spec, every=open_bounds(spec))
    assert proof.proved, proof.gaps[:3]
    assert proof.every


def test_a_bound_that_builds_parts_cannot_be_left_open() -> None:
    """Only what is a number and nothing else stands for every value: no members, blocks, points or instants."""
    found = {
        name: open_bounds(RIGHT[name]) for name in ("groups", "resync_protocol", "plans", "appliance", "retention")
    }
    assert found == {
        "groups": ("writes",),
        "resync_protocol": ("versions",),
        "plans": (),
        "appliance": ("memory", "cache"),
        "retention": (),
    }


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=lambda exhibit: exhibit.spec.name)
def test_a_wrong_design_has_a_gap_at_the_action_that_was_changed(exhibit: WrongDesign) -> None:
    """What the explorer finds violated is not proved, and only the changed action breaks the induction."""
    right = RIGHT[exhibit.right]
    (changed,) = [new for new, old in zip(exhibit.spec.actions, right.actions, strict=True) if new is not old]
    bounds = next(check.bounds for check in checks() if check.spec == exhibit.spec.name)
    proof = prove(exhibit.spec, bounds)
    assert {gap.rule for gap in proof.gaps} == {changed.rule}
    assert not any(gap.undecided for gap in proof.gaps)
