"""Minimising a failing list keeps what matters and nothing else."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from siteproof.fuzz.minimise import minimise


@given(st.sets(st.integers(0, 59), min_size=1, max_size=6))
@settings(deadline=None, derandomize=True, database=None)
def test_exactly_the_culprits_remain(culprits: set[int]) -> None:
    """Of 60 items, exactly those that are needed for the failure are kept, in order."""
    assert minimise(range(60), culprits.issubset) == tuple(sorted(culprits))


def test_the_result_still_fails_when_the_tries_run_out() -> None:
    """With a few tries only, the list found may be long, and it fails."""
    needed = set(random.Random(5).sample(range(400), 20))
    found = minimise(range(400), needed.issubset, tries_max=9)
    assert needed <= set(found)
    assert len(found) <= 400


def test_no_item_can_be_left_out_of_the_result() -> None:
    """Where the failure wants any three items, three remain."""
    assert len(minimise(range(50), lambda items: len(items) >= 3)) == 3
