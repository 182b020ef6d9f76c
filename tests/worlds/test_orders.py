"""Orders of things: over all rows each one comes directly before each other one."""

from itertools import pairwise, permutations

import pytest

from siteproof.conformance.worlds.orders import pairs, row


@pytest.mark.parametrize("many", [2, 4, 6, 14])
def test_every_ordered_pair_is_neighbours_in_exactly_one_row(many: int) -> None:
    """Each row holds everything once, and no two rows share a neighbourhood."""
    rows = [row(range(many), number) for number in range(many)]
    assert all(sorted(each) == list(range(many)) for each in rows)
    assert sorted(pair for each in rows for pair in pairwise(each)) == sorted(permutations(range(many), 2))


def test_half_of_a_rows_pairs_play_everything_once() -> None:
    """The pairs that share nothing come first."""
    assert sorted(thing for pair in pairs("abcdef", 4)[:3] for thing in pair) == list("abcdef")


def test_an_odd_number_of_things_has_no_such_rows() -> None:
    """Who has an odd number fills it up."""
    with pytest.raises(ValueError, match="even"):
        row("abc", 0)
