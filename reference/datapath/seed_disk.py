"""The seed disk: a plain sparse raw file with the newest applied state (seed: Replication process, seed managed disk).

Maintainers keep: it is written by the applier only, behind the undo log's barrier. Zeros are written only over bytes
that are not zero, so the file stays sparse.
"""

import numpy as np

from siteproof.reference.datapath.blocks import BLOCK_BYTES, WORDS, Blocks, Rows, plain_runs, zero_rows
from siteproof.reference.datapath.effects import Barrier, Bytes, Executor, Truncate, Write

SPAN_BLOCKS = 256  # 1 MiB: how much is looked at in one go
ZERO_SPAN = bytes(SPAN_BLOCKS * BLOCK_BYTES)


class SeedDisk:
    """A raw image of `blocks` blocks in one file of an executor."""

    def __init__(self, executor: Executor, file: str, blocks: int) -> None:
        """Attach to the file; `create` makes it."""
        self.file = file
        self.blocks = blocks
        self._executor = executor

    def create(self) -> None:
        """An image of zeros that uses no space."""
        self._executor.perform(Truncate(self.file, self.blocks * BLOCK_BYTES))
        self._executor.perform(Barrier(self.file))

    def resize(self, blocks: int) -> None:
        """Grow the file when the disk grows; a smaller disk keeps the file."""
        if blocks * BLOCK_BYTES > self._executor.size(self.file):
            self._executor.perform(Truncate(self.file, blocks * BLOCK_BYTES))
        self.sync()
        self.blocks = blocks

    def read(self, block: int, blocks: int) -> bytes:
        """The bytes of consecutive blocks."""
        return self._executor.read(self.file, block * BLOCK_BYTES, blocks * BLOCK_BYTES)

    def read_into(self, block: int, buffer: bytearray | memoryview) -> None:
        """Fill the buffer from a block on; what lies beyond the file is left as it was."""
        self._executor.read_into(self.file, block * BLOCK_BYTES, buffer)

    def gather(self, blocks: Blocks) -> Rows:
        """The rows of ascending block numbers, one read per run."""
        data = bytearray(len(blocks) * BLOCK_BYTES)
        view, done = memoryview(data), 0
        for first, count in plain_runs(blocks):
            self.read_into(first, view[done : done + count * BLOCK_BYTES])
            done += count * BLOCK_BYTES
        return np.frombuffer(data, np.uint64).reshape(-1, WORDS)

    def write(self, block: int, data: Bytes) -> None:
        """Overwrite consecutive blocks."""
        self._executor.perform(Write(self.file, block * BLOCK_BYTES, data))

    def write_zeros(self, block: int, blocks: int, *, everywhere: bool) -> None:
        """Make consecutive blocks zero, writing only where they are not, or `everywhere`.

        Everywhere: what reads as zeros may be the work of a sync that failed, and then it is not on the device.
        """
        for first in range(block, block + blocks, SPAN_BLOCKS):
            span = np.arange(first, min(first + SPAN_BLOCKS, block + blocks), dtype=np.int64)
            wanted = span if everywhere else span[~zero_rows(self.gather(span))]
            for start, count in plain_runs(wanted):
                self.write(start, ZERO_SPAN[: count * BLOCK_BYTES])

    def sync(self) -> None:
        """Everything written survives a crash."""
        self._executor.perform(Barrier(self.file))

    def path(self) -> str:
        """Where a reader outside finds the image."""
        return self._executor.path(self.file)
