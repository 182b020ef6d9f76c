"""Blocks and runs in numpy: zero tests, run tables and their expansion, without a loop per block.

Maintainers keep: a block is 4096 bytes; a run table is an (n, 2) array of little-endian uint32: the start relative to
a frame's first block, and the count with `ZERO` set when the run is all zeros and carries no bytes.
"""

import numpy as np
from numpy.typing import NDArray

from siteproof.reference.datapath.effects import Bytes

BLOCK_BYTES = 4096
WORDS = BLOCK_BYTES // 8
ZERO = 0x8000_0000
COUNT_MASK = ZERO - 1

Blocks = NDArray[np.int64]
Runs = NDArray[np.uint32]
Mask = NDArray[np.bool_]
Rows = NDArray[np.uint64]  # one row of WORDS words per block


def rows_of(data: Bytes) -> Rows:
    """The buffer as one row per block; its length is a multiple of BLOCK_BYTES."""
    return np.frombuffer(data, np.uint64).reshape(-1, WORDS)


def zero_rows(rows: Rows) -> Mask:
    """Which rows are all zeros: a glance at the first words decides most rows, the rest is read in full."""
    zero: Mask = np.logical_not(rows[:, ::64].any(axis=1))
    candidates = np.flatnonzero(zero)
    if len(candidates):
        zero[candidates] = np.logical_not(rows[candidates].any(axis=1))
    return zero


def run_table(blocks: Blocks, zero: Mask) -> Runs:
    """Ascending block numbers and their zero flags as runs, relative to the first block."""
    if not len(blocks):
        return np.empty((0, 2), "<u4")
    if int(blocks[-1]) - int(blocks[0]) + 1 == len(blocks) and zero.all() == zero.any():
        return np.array([[0, len(blocks) | (ZERO if zero[0] else 0)]], "<u4")
    breaks = np.flatnonzero((np.diff(blocks) != 1) | (zero[1:] != zero[:-1])) + 1
    starts = np.concatenate(([0], breaks))
    counts = np.diff(np.concatenate((starts, [len(blocks)])))
    runs = np.empty((len(starts), 2), "<u4")
    runs[:, 0] = blocks[starts] - blocks[0]
    runs[:, 1] = counts | np.where(zero[starts], ZERO, 0)
    return runs


def plain_runs(blocks: Blocks) -> list[tuple[int, int]]:
    """Ascending block numbers as (first, count) pairs."""
    runs = run_table(blocks, np.zeros(len(blocks), bool))
    first = int(blocks[0]) if len(blocks) else 0
    return [(first + start, count) for start, count in runs.tolist()]


def expand(starts: Blocks, counts: Blocks) -> Blocks:
    """The block numbers of runs, in the order of the runs."""
    offsets = np.cumsum(counts) - counts
    return np.repeat(starts - offsets, counts) + np.arange(int(counts.sum()), dtype=np.int64)


def blocks_of(first: int, runs: Runs) -> tuple[Blocks, Mask]:
    """All block numbers of a run table and which of them are zero."""
    counts = (runs[:, 1] & COUNT_MASK).astype(np.int64)
    return expand(runs[:, 0].astype(np.int64) + first, counts), np.repeat(runs[:, 1] & ZERO != 0, counts)
