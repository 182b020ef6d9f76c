"""The applier: committed groups of the cache log become the seed disk and its history (seed: Replication process).

Maintainers keep the crash order of a batch: undo frames behind their barrier, then the seed is written, then the seed's
barrier, then the applied record. Any prefix of that can be replayed from the last applied record. A batch is
authenticated as a whole before the seed is touched.
"""

from collections.abc import Iterable, Iterator

import msgspec
from attrs import evolve, field, frozen

from siteproof.model.nouns.policy import RecoveryPoint
from siteproof.reference.datapath.blocks import BLOCK_BYTES, COUNT_MASK, ZERO
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.frames import BLOCK_KINDS, FLAG_CUT, FrameKind
from siteproof.reference.datapath.history import History
from siteproof.reference.datapath.log import Log, Position
from siteproof.reference.datapath.seed_disk import SeedDisk
from siteproof.reference.datapath.segment import Record
from siteproof.reference.datapath.state import StateFile

HELD_BYTES = 1 << 20  # of blocks, that are kept while a batch is applied
BATCH_BYTES = 64 << 20  # bytes of blocks after which a batch is closed at the next cut


@frozen
class Marker:
    """What a marker frame says: a recovery point here, or a window that opens or closes here."""

    point: RecoveryPoint | None = None
    window: bool | None = None


def read_marker(record: Record) -> Marker:
    """The marker in a record; CorruptLog when it is not understood."""
    try:
        return msgspec.json.decode(record.raw(), type=Marker)
    except msgspec.ValidationError as error:
        raise CorruptLog(record.file, record.offset, f"the marker is not understood: {error}") from error


@frozen
class Batch:
    """Whole groups that are applied together: either some data or one marker. `lsn` is that of their last cut."""

    start: Position
    end: Position
    lsn: int
    marker: Marker | None = None
    held: tuple[Record, ...] | None = field(default=None, repr=False, eq=False)  # its blocks; None: too many to hold


class Applier:
    """Moves a replica's applied state along its cache log."""

    def __init__(self, log: Log, seed: SeedDisk, history: History, state: StateFile) -> None:
        """Nothing happens before `apply`."""
        self._log = log
        self._seed = seed
        self._history = history
        self._state = state
        self._repeating = log.end > state.state.applied  # the first batch may have been half applied before

    def apply(self) -> None:
        """Apply every committed group; CorruptLog leaves the seed as it was before the damaged batch."""
        for _ in self.applying():
            pass

    def applying(self) -> Iterator[None]:
        """The same, a record at a time."""
        for batch in self.batches():
            if batch.marker is None:
                yield from self._apply_data(batch)
            elif batch.marker.point is not None:
                self._history.begin(batch.marker.point)
            self._record(batch)
        self._log.drop_before(self._state.state.applied)

    def batches(self) -> Iterator[Batch]:
        """The batches from the applied record to the last cut; every record of one is authentic when it is yielded."""
        start = self._state.state.applied
        marker: Marker | None = None
        held: list[Record] = []
        spanned_bytes, cut = 0, Batch(start, start, self._state.state.lsn)
        for at, record, behind in self._log.records(start):
            if record.header.kind is FrameKind.MARKER:
                if cut.end > cut.start:
                    yield cut
                marker, start = read_marker(record), at
            if record.header.kind in BLOCK_KINDS:
                spanned_bytes += record.plain.block_count * BLOCK_BYTES
                held = [*held, record] if spanned_bytes <= HELD_BYTES else []
            if record.header.kind is FrameKind.COMMIT and record.header.flags & FLAG_CUT:
                whole = tuple(held) if spanned_bytes <= HELD_BYTES else None
                cut = Batch(start, behind, record.header.lsn, marker, whole)
                if marker or spanned_bytes >= BATCH_BYTES:
                    yield cut
                    start, marker, spanned_bytes, cut = behind, None, 0, Batch(behind, behind, cut.lsn)
                    held = []
        if cut.end > cut.start:
            yield cut

    def _apply_data(self, batch: Batch) -> Iterator[None]:
        try:
            self._save(batch)
        except CorruptLog:
            self._history.abandon()
            raise
        for record in self._data(batch):
            self._write(record)
            yield
        self._seed.sync()
        self._repeating = False

    def _save(self, batch: Batch) -> None:
        if self._history.current is None:
            return
        for record in self._data(batch):
            self._history.save(record.plain.blocks()[0], batch.lsn)
        self._history.commit(batch.lsn)

    def _data(self, batch: Batch) -> Iterable[Record]:
        """What was authentic when it was read; a large batch is read again."""
        if batch.held is not None:
            return batch.held
        return (
            record for _, record, _ in self._log.records(batch.start, batch.end) if record.header.kind in BLOCK_KINDS
        )

    def _write(self, record: Record) -> None:
        raw, done = memoryview(record.raw()), 0
        for start, count in record.plain.table.tolist():
            block, blocks = record.header.first_block + start, count & COUNT_MASK
            if count & ZERO:
                self._seed.write_zeros(block, blocks, everywhere=self._repeating)
            else:
                self._seed.write(block, raw[done : done + blocks * BLOCK_BYTES])
                done += blocks * BLOCK_BYTES

    def _record(self, batch: Batch) -> None:
        """The applied record, behind everything that it claims."""
        window = batch.marker.window if batch.marker else None
        epoch = self._history.current
        state = evolve(
            self._state.state,
            lsn=batch.lsn,
            applied=batch.end,
            undo_number=epoch.number if epoch else 0,
            undo=epoch.end if epoch else Position(),
            window=self._state.state.window if window is None else window,
            catalogue=self._state.catalogue,
        )
        self._state.record(state)
