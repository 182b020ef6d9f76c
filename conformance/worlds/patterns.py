"""Patterns: what a workload's "so many blocks" becomes in a world.

Rule: pure but for the given random source. The blocks that the scattered workload would write are always among those
that are written, so that a case never gets less than it asked for.
"""

import random
from collections.abc import Callable, Mapping

from attrs import frozen

from siteproof.conformance.worlds.world import Pattern

BATCH_BLOCKS = 300  # more than fits into one frame of a delta
DISCARDED_POWERS = 10  # a discard reaches over one block, or over hundreds


@frozen
class BlockBatch:
    """Blocks of one call, in order: `zeros` become zeros, `changed` keep their bytes but for one, `gone` discarded."""

    blocks: tuple[int, ...]
    zeros: frozenset[int] = frozenset()
    changed: bool = False
    gone: bool = False


def batches(
    pattern: Pattern, numbers: tuple[int, ...], size: int, last: tuple[int, ...], source: random.Random
) -> tuple[BlockBatch, ...]:
    """The calls that write the `numbers` of a disk of `size` blocks, whose last written blocks were `last`."""
    if not numbers:
        return ()
    return _MADE[pattern](numbers, size, last, source)


def _scattered(
    numbers: tuple[int, ...], size: int, last: tuple[int, ...], source: random.Random
) -> tuple[BlockBatch, ...]:
    del size, last, source
    return (BlockBatch(numbers),)


def _twice(numbers: tuple[int, ...], size: int, last: tuple[int, ...], source: random.Random) -> tuple[BlockBatch, ...]:
    del size, last, source
    return (BlockBatch(numbers + numbers[::-1]),)


def _zeros(numbers: tuple[int, ...], size: int, last: tuple[int, ...], source: random.Random) -> tuple[BlockBatch, ...]:
    """Data, then zeros over every other block and over one that was not asked for, all in one call."""
    del last
    other = (numbers[0] + source.randrange(1, size)) % size if size > 1 else numbers[0]
    data = frozenset(numbers[::2])
    return (BlockBatch(numbers), BlockBatch((*numbers, other), zeros=frozenset((*numbers, other)) - data))


def _run(numbers: tuple[int, ...], size: int, last: tuple[int, ...], source: random.Random) -> tuple[BlockBatch, ...]:
    del last
    first = source.randrange(max(1, size - len(numbers) + 1))
    return (BlockBatch(numbers), BlockBatch(tuple(range(first, min(size, first + len(numbers))))))


def _ends(numbers: tuple[int, ...], size: int, last: tuple[int, ...], source: random.Random) -> tuple[BlockBatch, ...]:
    del last, source
    return (BlockBatch((size - 1, *numbers, 0)),)


def _batch(numbers: tuple[int, ...], size: int, last: tuple[int, ...], source: random.Random) -> tuple[BlockBatch, ...]:
    del last
    more = source.sample(range(size), min(size, BATCH_BLOCKS))
    return (BlockBatch((*numbers, *more)),)


def _inside(
    numbers: tuple[int, ...], size: int, last: tuple[int, ...], source: random.Random
) -> tuple[BlockBatch, ...]:
    """What was written before has travelled, perhaps: it changes now, and so does what is written here."""
    del size, source
    return (BlockBatch(last, changed=True), BlockBatch(numbers), BlockBatch(numbers[:3], changed=True))


def _discard(
    numbers: tuple[int, ...], size: int, last: tuple[int, ...], source: random.Random
) -> tuple[BlockBatch, ...]:
    """A stretch of the disk, and then one block of it is written again."""
    del last
    first = source.randrange(size)
    stretch = tuple(range(first, min(size, first + 2 ** source.randrange(DISCARDED_POWERS))))
    return (BlockBatch(stretch, gone=True), BlockBatch(numbers))


_MADE: Mapping[Pattern, Callable[[tuple[int, ...], int, tuple[int, ...], random.Random], tuple[BlockBatch, ...]]] = {
    Pattern.SCATTERED: _scattered,
    Pattern.TWICE: _twice,
    Pattern.ZEROS: _zeros,
    Pattern.RUN: _run,
    Pattern.ENDS: _ends,
    Pattern.BATCH: _batch,
    Pattern.INSIDE: _inside,
    Pattern.DISCARD: _discard,
}
