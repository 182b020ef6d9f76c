"""Writing: from the blocks that a case wants written to the calls that write them in this world.

Rule: nothing here touches a subject; a call is data, and what was written last is remembered as it was asked for.
"""

from collections.abc import Iterator

from attrs import define, field, frozen

from siteproof.conformance.history import Workload, content
from siteproof.conformance.worlds.patterns import BlockBatch, batches
from siteproof.conformance.worlds.world import Pattern
from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.model.nouns.subject import Write

CHANGED_BYTE = BLOCK_BYTES // 2 + 1


@frozen
class WorldDisk:
    """A disk by its places in the scenario, its present size and the time of its writes."""

    machine: int
    disk: int
    blocks: int
    time_ms: int
    noise: int


@frozen
class WriteCall:
    """One call: these writes in order, or a discard of `gone` blocks from `first` on."""

    writes: tuple[Write, ...] = ()
    first: int = 0
    gone: int = 0


@define
class Pen:
    """Writes by a pattern; remembers the last writes of each disk, by block."""

    workload: Workload
    pattern: Pattern
    _last: dict[tuple[int, int], dict[int, Write]] = field(factory=dict)

    def calls(self, disk: WorldDisk, blocks: int) -> Iterator[WriteCall]:
        """The calls that write so many blocks of the workload's choice."""
        numbers = self.workload.pick(disk.blocks, blocks)
        last = tuple(self._last.get((disk.machine, disk.disk), {}))
        for batch in batches(self.pattern, numbers, disk.blocks, last, self.workload.source):
            yield self._call(disk, batch)

    def exactly(self, disk: WorldDisk, numbers: tuple[int, ...]) -> WriteCall:
        """The one call that writes these blocks."""
        return self._call(disk, BlockBatch(numbers))

    def _call(self, disk: WorldDisk, batch: BlockBatch) -> WriteCall:
        if batch.gone:
            return WriteCall(first=batch.blocks[0], gone=len(batch.blocks))
        known = self._last.get((disk.machine, disk.disk), {})
        if batch.changed:
            return WriteCall(tuple(_changed(known[block]) for block in batch.blocks if block in known))
        writes = tuple(self._write(disk, block, zeros=block in batch.zeros) for block in batch.blocks)
        self._last[disk.machine, disk.disk] = {write.block: write for write in writes}
        return WriteCall(writes)

    def _write(self, disk: WorldDisk, block: int, *, zeros: bool) -> Write:
        if zeros:
            return Write(block, 0, data=bytes(BLOCK_BYTES))
        return self.workload.stamped(disk.machine, disk.disk, (block,), disk.time_ms, disk.noise)[0]


def _changed(write: Write) -> Write:
    """The same block with one byte in its middle changed."""
    data = bytearray(content(write))
    data[CHANGED_BYTE] ^= 0xFF
    return Write(write.block, 0, data=bytes(data))
