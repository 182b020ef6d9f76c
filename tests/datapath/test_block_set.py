"""A paged set of blocks is a set: random operations against Python's own, and no memory for what nobody touched."""

import random
import sys

import numpy as np
import pytest

from siteproof.reference.datapath.bitmap import DirtyBitmap
from siteproof.reference.datapath.block_set import PAGE_BLOCKS, BlockSet


@pytest.mark.parametrize("size", [1, 100, PAGE_BLOCKS, PAGE_BLOCKS + 1, 3 * PAGE_BLOCKS - 7])
def test_random_operations_agree_with_a_set(size: int) -> None:
    """Marks, additions, growth, shrinking, the stored form, at and around the edges of pages."""
    chance = random.Random(size)
    found, truth = DirtyBitmap(size), set[int]()
    for _ in range(60):
        block = min(size - 1, chance.choice((0, PAGE_BLOCKS - 1, PAGE_BLOCKS, size - 1, chance.randrange(size))))
        what = chance.choice(("mark", "mark", "add", "fit", "store", "take"))
        if what == "mark":
            count = chance.choice((1, 5, PAGE_BLOCKS, size))
            found.mark(block, count)
            truth |= set(range(block, min(size, block + count)))
        elif what == "add":
            numbers = [chance.randrange(size + 5) for _ in range(20)]
            found.restore(np.array(numbers))
            truth |= {number for number in numbers if number < size}
        elif what == "fit":
            before, size = size, max(1, size + chance.choice((-9, 9, PAGE_BLOCKS, -PAGE_BLOCKS)))
            found.resize(size)
            truth = {number for number in truth if number < size} | set(range(before, size))
        elif what == "store":
            found = DirtyBitmap.from_bytes(found.to_bytes(), size)
        else:
            assert set(found.take().tolist()) == truth
            truth = set()
        assert found.count == len(truth)
        assert found.listed().tolist() == sorted(truth)
        asked = np.array([0, block, size - 1])
        assert found.holds(asked).tolist() == [number in truth for number in asked.tolist()]


def test_a_disk_of_sixteen_tebibytes_costs_next_to_nothing() -> None:
    """All of it, or a little: a few pages of memory."""
    huge = 1 << 32
    found = BlockSet(huge)
    found.mark(0, huge)
    assert found.count == huge
    assert sys.getsizeof(found._pages) < 16 << 20
    found.clear()
    found.mark(huge - 10, 20)
    found.mark(5)
    assert found.count == 11
    assert len(found._pages) == 2
