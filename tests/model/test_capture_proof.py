"""The chapters of the data plane are proved far beyond what can be explored, and their numbers for every value."""

import pytest

from siteproof.model.engines.prove.induction import prove
from siteproof.model.engines.prove.open_bounds import open_bounds
from siteproof.model.spec.registry.specs import RIGHT

# fmt: off
LARGER = (
    ("capture",  {"disks": 4, "blocks": 3, "versions": 9}),
    ("capture",  {"disks": 1, "blocks": 6, "versions": 9}),
    ("bitmap",   {"blocks": 6, "versions": 9, "runs": 20}),
    ("resize",   {"cells": 6, "versions": 9}),
    ("frames",   {"writes": 9, "blocks": 3, "wire": 4, "generations": 9}),
    ("pipeline", {"writes": 60}),
    ("clock",    {"instants": 20, "retention": 6}),
)
OPEN = {
    "capture": ("versions",), "bitmap": ("versions", "runs"), "resize": ("versions",),
    "frames": ("generations",), "pipeline": ("writes",), "clock": (),
}
# fmt: on


@pytest.mark.parametrize(("name", "bounds"), LARGER, ids=lambda value: value if isinstance(value, str) else "")
def test_every_claim_is_proved_at_large_bounds(name: str, bounds: dict[str, int]) -> None:
    """The lemmas are no accident of small systems."""
    proof = prove(RIGHT[name], bounds)
    assert proof.proved, proof.gaps[:3]


@pytest.mark.parametrize("name", OPEN)
def test_numbers_of_versions_runs_generations_and_writes_are_proved_for_every_value(name: str) -> None:
    """What is a number and nothing else is left to the solver; what builds parts is not claimed."""
    spec = RIGHT[name]
    assert open_bounds(spec) == OPEN[name]
    assert prove(spec, every=OPEN[name]).proved
