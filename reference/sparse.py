"""Copy a raw image without touching its holes (wall 4: this file and the executors meet the file system).

The target must be sparse already where the source has holes: a fresh file of the right size.
"""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.reference.datapath.blocks import Blocks, plain_runs

SPAN_BLOCKS = 256


def copy_sparsely(source: Path, target: Path, size_bytes: int) -> None:
    """Copy at most `size_bytes` of data extents from `source` to the existing `target`."""
    with source.open("rb") as reader, target.open("r+b") as writer:
        for start, end in _extents(reader.fileno(), min(size_bytes, source.stat().st_size)):
            _copy(reader.fileno(), writer.fileno(), start, end)


def allocated_blocks(file: Path) -> Blocks:
    """Ascending numbers of the blocks that are not inside a hole; what is in a hole is zeros."""
    with file.open("rb") as reader:
        extents = list(_extents(reader.fileno(), file.stat().st_size))
    spans = [np.arange(start // BLOCK_BYTES, -(-end // BLOCK_BYTES)) for start, end in extents]
    return np.unique(np.concatenate(spans)) if spans else np.empty(0, np.int64)


def whole_blocks(file: Path, blocks: int) -> Iterator[tuple[int, bytes]]:
    """The allocated parts of a raw file as (block, bytes of whole blocks), within a disk of so many blocks."""
    allocated = allocated_blocks(file)
    with file.open("rb") as reader:
        for first, count in plain_runs(allocated[allocated < blocks]):
            for block in range(first, first + count, SPAN_BLOCKS):
                length = min(SPAN_BLOCKS, first + count - block) * BLOCK_BYTES
                yield block, os.pread(reader.fileno(), length, block * BLOCK_BYTES).ljust(length, b"\0")


def _extents(handle: int, size_bytes: int) -> Iterator[tuple[int, int]]:
    end = 0
    while end < size_bytes:
        try:
            start = os.lseek(handle, end, os.SEEK_DATA)
        except OSError as error:
            if error.errno == errno.ENXIO:  # nothing but a hole up to the end of the file
                return
            raise
        end = min(os.lseek(handle, start, os.SEEK_HOLE), size_bytes)
        if start < end:
            yield start, end


def _copy(reader: int, writer: int, start: int, end: int) -> None:
    """Through the page cache, so the two files may lie on different file systems."""
    os.lseek(writer, start, os.SEEK_SET)
    while start < end:
        copied = os.sendfile(writer, reader, start, end - start)
        if copied == 0:
            return
        start += copied
