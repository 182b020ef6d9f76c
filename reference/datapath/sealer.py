"""The process server's work: a cut becomes a stream of compressed, sealed frames (seed: Process server).

Maintainers keep: frames leave in the order of their sequence, whoever packed them; a buffer belongs to one frame until
that frame has left. A stream that lost a frame is over: begin a new one with a new invitation.
"""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from siteproof.reference.datapath import frames
from siteproof.reference.datapath.blocks import BLOCK_BYTES, Blocks, rows_of, run_table, zero_rows
from siteproof.reference.datapath.cut import Cut
from siteproof.reference.datapath.effects import Bytes
from siteproof.reference.datapath.frames import FrameKind
from siteproof.reference.datapath.keys import DiskKeys
from siteproof.reference.datapath.segment import Role, SegmentHeader, new_header

DELTA_BLOCKS = 64  # 256 KiB of raw bytes per frame
BULK_BLOCKS = 256  # 1 MiB per frame of an initial copy
SLOTS_PER_WORKER = 3
Shown = Callable[[Bytes, str, bytes], None]
"""Who is shown sealed bytes, the name of their key, and the nonce (empty for the header of a stream)."""


class Sealer:
    """One stream to one replica. `bytes_sent` counts everything that it has yielded."""

    delta_blocks = DELTA_BLOCKS
    bulk_blocks = BULK_BLOCKS
    compress = staticmethod(frames.compress)

    def __init__(self, keys: DiskKeys, invitation: int, workers: int = 0) -> None:
        """`workers` threads pack frames of whole-disk cuts; 0 does everything in the caller's thread."""
        header, self._cipher = new_header(keys, SegmentHeader(Role.STREAM, keys.disk, invitation, 0))
        self.bytes_sent = 0
        self.shown: Shown | None = None  # who looks at what leaves
        self._key = header.commitment.hex()
        self._header = header.pack()
        self._sequence = 0
        self._workers = workers

    def seal(self, cut: Cut, blocks: Blocks | None = None) -> Iterator[bytes | bytearray]:
        """Sealed frames of the cut, or of those of its blocks that are named, in ascending order of blocks.

        Stop early and the stream is broken. The cut stays open; its owner ends it.
        """
        if self._header:
            self.bytes_sent += len(self._header)
            self._show(self._header)
            yield self._header
            self._header = b""
        wanted = cut.blocks if blocks is None else blocks
        size = self.bulk_blocks if cut.whole else self.delta_blocks
        parts = (wanted[start : start + size] for start in range(0, len(wanted), size))
        if self._workers and cut.whole:
            yield from self._in_parallel(cut, parts)
        else:
            yield from self._one_by_one(cut, parts)

    def _one_by_one(self, cut: Cut, parts: Iterator[Blocks]) -> Iterator[bytearray]:
        slot = bytearray(max(self.bulk_blocks, self.delta_blocks) * BLOCK_BYTES)
        for part in parts:
            yield self._count(self._pack(part, _fill(cut, part, slot), cut.lsn, self._next()))

    def _in_parallel(self, cut: Cut, parts: Iterator[Blocks]) -> Iterator[bytearray]:
        """Reading and yielding happen here, packing in the workers; a slot is filled again when its frame has left."""
        slots = [bytearray(self.bulk_blocks * BLOCK_BYTES) for _ in range(self._workers * SLOTS_PER_WORKER)]
        flying: deque[tuple[Future[bytearray], bytearray]] = deque()
        with ThreadPoolExecutor(self._workers) as pool:
            for part in parts:
                if not slots:
                    yield self._land(flying, slots)
                slot = slots.pop()
                view = _fill(cut, part, slot)
                flying.append((pool.submit(self._pack, part, view, cut.lsn, self._next()), slot))
            while flying:
                yield self._land(flying, slots)

    def _land(self, flying: deque[tuple[Future[bytearray], bytearray]], slots: list[bytearray]) -> bytearray:
        future, slot = flying.popleft()
        frame = future.result()
        slots.append(slot)
        return self._count(frame)

    def _pack(self, blocks: Blocks, data: memoryview, lsn: int, sequence: int) -> bytearray:
        rows = rows_of(data)
        zero = zero_rows(rows)
        carried = data if not zero.any() else rows[~zero].reshape(-1).view(np.uint8).data
        kind = FrameKind.DATA if len(carried) else FrameKind.ZERO
        return frames.seal(
            self._cipher, sequence, self.compress(kind, int(blocks[0]), run_table(blocks, zero), carried, lsn)
        )

    def _next(self) -> int:
        self._sequence += 1
        return self._sequence - 1

    def _count(self, data: bytearray) -> bytearray:
        self.bytes_sent += len(data)
        self._show(data)
        return data

    def _show(self, data: Bytes) -> None:
        if self.shown is not None:
            self.shown(data, self._key, b"" if data is self._header else frames.nonce_in(data))


def _fill(cut: Cut, blocks: Blocks, slot: bytearray) -> memoryview:
    view = memoryview(slot)[: len(blocks) * BLOCK_BYTES]
    cut.read_into(blocks, view)
    return view
