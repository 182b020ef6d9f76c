"""The append-only log: segments of sealed frames, group commits, and recovery that tells a torn tail from damage.

Maintainers keep: a group is appended only when the group before it is behind its barrier. A reopened or abandoned log
goes on in a new segment under a new key, so no nonce is used twice. (docs/data-path.md, Log format)
"""

from collections.abc import Iterator

from attrs import frozen

from siteproof.reference.datapath import frames
from siteproof.reference.datapath.effects import Barrier, Executor, SyncDirectory, Truncate, Unlink, Write
from siteproof.reference.datapath.frames import FLAG_CUT, FrameKind, Plain
from siteproof.reference.datapath.keys import Aead, DiskKeys
from siteproof.reference.datapath.segment import (
    HEADER_BYTES,
    SEGMENT_MAX,
    Record,
    Role,
    SegmentFile,
    SegmentHeader,
    new_header,
)

FLUSH_BYTES = 1 << 20


@frozen(order=True)
class Position:
    """Where the next record begins: segment number, byte offset, and the sequence it will have."""

    segment: int = 1
    offset: int = 0  # 0: the segment is not begun yet
    sequence: int = 0


@frozen
class LogName:
    """A log's files are `<folder>/<stem>-<number>.log`; `epoch` and role go into their keys."""

    folder: str
    stem: str
    role: Role
    epoch: int = 0

    def file(self, number: int) -> str:
        """The file of a segment."""
        return f"{self.folder}/{self.stem}-{number:08d}.log"

    def numbers(self, executor: Executor) -> list[int]:
        """The numbers of the segments that are there, ascending."""
        prefix = f"{self.stem}-"
        names = (name.removesuffix(".log") for name in executor.list(self.folder) if name.endswith(".log"))
        tails = (name.removeprefix(prefix) for name in names if name.startswith(prefix))
        return sorted(int(tail) for tail in tails if len(tail) == 8 and tail.isdigit())


class Log:
    """One log being written and read. Begin with `recovery.open_log`, which finds where the last cut ends."""

    def __init__(self, executor: Executor, name: LogName, keys: DiskKeys, end: Position, previous: bytes) -> None:
        """A log whose last cut ends at `end`, behind a frame with the tag `previous`."""
        self.name = name
        self.end = end  # behind the last cut
        self._executor = executor
        self._keys = keys
        self._previous = previous  # tag of the last frame before the next one
        self._cut_tag = previous
        self._cipher: Aead | None = None
        self._write = end  # behind the last frame appended
        self._waiting: list[bytes | bytearray] = []
        self._waiting_bytes = 0
        self._flushed = 0  # bytes of the current segment that were written
        self._unnamed = False  # the current segment's name is not durable yet
        self._readers: dict[int, SegmentFile] = {}
        self._first = 0  # no segment with a lower number is there any more

    @property
    def unfinished(self) -> bool:
        """Whether something was appended behind the last cut."""
        return self._write != self.end

    def append(self, plain: Plain) -> Position:
        """Seal a frame at the log's end and say where it stands; durable with the next `commit`."""
        length = frames.HEADER_BYTES + len(plain.text) + frames.TAG_BYTES
        if self._cipher is not None and self._write.offset + length > SEGMENT_MAX - HEADER_BYTES:
            self._end_segment(plain.lsn)
        return self._append(plain)

    def commit(self, lsn: int, flags: int = FLAG_CUT) -> None:
        """End the group: everything appended so far is behind a barrier when this returns."""
        self._append(frames.note(FrameKind.COMMIT, b"", lsn, flags))
        self._flush()
        self._sync()
        if flags & FLAG_CUT:
            self.end, self._cut_tag = self._write, self._previous

    def turn(self) -> None:
        """The next frame begins a new segment under a new key."""
        assert not self.unfinished
        self._cipher = None

    def abandon(self) -> None:
        """Forget everything behind the last cut; the next frame begins a new segment under a new key."""
        if not self.unfinished:
            return
        self._waiting, self._waiting_bytes = [], 0
        discard_behind(self._executor, self.name, self.end)
        self._readers.clear()
        self._previous = self._cut_tag
        self._cipher = None
        self._write = self.end

    def records(self, start: Position, end: Position | None = None) -> Iterator[tuple[Position, Record, Position]]:
        """Every record from `start` to `end` (or the last cut), between its position and the one behind it."""
        at, end = start, end or self.end
        while at < end:
            at = self._enter(at)
            record = self._reader(at.segment).record(at.offset, at.sequence)
            behind = Position(at.segment, record.end, at.sequence + 1)
            yield at, record, behind
            at = behind

    def record(self, at: Position) -> Record:
        """The one record at a position."""
        return self._reader(at.segment).record(at.offset, at.sequence)

    def drop_before(self, at: Position) -> None:
        """Unlink the segments that end before `at`."""
        first = min(at.segment, self._write.segment)
        for number in self.name.numbers(self._executor) if first > self._first else ():
            if number < first:
                self._readers.pop(number, None)
                self._executor.perform(Unlink(self.name.file(number)))
        self._first = max(self._first, first)

    def destroy(self) -> None:
        """Unlink every segment, the last one first."""
        for number in reversed(self.name.numbers(self._executor)):
            self._executor.perform(Unlink(self.name.file(number)))
        self._readers.clear()

    def _append(self, plain: Plain) -> Position:
        if self._cipher is None:
            self._begin_segment(plain.lsn)
        assert self._cipher is not None
        at = self._write
        frame = frames.seal(self._cipher, at.sequence, plain)
        self._previous = bytes(frame[-frames.TAG_BYTES :])
        self._write = Position(at.segment, at.offset + len(frame), at.sequence + 1)  # before anything can fail
        self._queue(frame)
        return at

    def _begin_segment(self, lsn: int) -> None:
        number = self._write.segment + (self._write.offset > 0)
        role, epoch = self.name.role, self.name.epoch
        header = SegmentHeader(role, self._keys.disk, epoch, number, lsn, self._previous)
        header, self._cipher = new_header(self._keys, header)
        self._write = Position(number, HEADER_BYTES, 0)
        self._flushed = 0
        self._unnamed = True
        self._queue(header.pack())

    def _end_segment(self, lsn: int) -> None:
        self.commit(lsn, flags=0)
        self._cipher = None

    def _queue(self, data: bytes | bytearray) -> None:
        self._waiting.append(data)
        self._waiting_bytes += len(data)
        if self._waiting_bytes >= FLUSH_BYTES:
            self._flush()

    def _flush(self) -> None:
        data = self._waiting[0] if len(self._waiting) == 1 else b"".join(self._waiting)
        self._executor.perform(Write(self.name.file(self._write.segment), self._flushed, data))
        self._flushed += self._waiting_bytes
        self._waiting, self._waiting_bytes = [], 0

    def _sync(self) -> None:
        self._executor.perform(Barrier(self.name.file(self._write.segment)))
        if self._unnamed:
            self._executor.perform(SyncDirectory(self.name.folder))
            self._unnamed = False

    def _enter(self, at: Position) -> Position:
        """The position itself, or the beginning of the next segment when this one ends there."""
        if at.offset == 0:
            return Position(at.segment, HEADER_BYTES, 0)
        last = at.segment == self.end.segment
        if not last and at.offset >= self._executor.size(self.name.file(at.segment)):
            return Position(at.segment + 1, HEADER_BYTES, 0)
        return at

    def _reader(self, number: int) -> SegmentFile:
        if number not in self._readers:
            self._readers[number] = SegmentFile(self._executor, self.name.file(number), self._keys, self.name.role)
        return self._readers[number]


def write_again(executor: Executor, name: LogName, start: Position, end: Position) -> None:
    """Write what stands in the last segment from `start` to `end` once more, so that the next barrier is about it.

    A sync that failed may have left bytes which can be read and will never reach the device.
    """
    file, offset = name.file(end.segment), start.offset if start.segment == end.segment else 0
    while offset < end.offset:
        data = executor.read(file, offset, min(FLUSH_BYTES, end.offset - offset))
        executor.perform(Write(file, offset, data))
        offset += len(data)


def discard_behind(executor: Executor, name: LogName, end: Position) -> None:
    """Remove what follows the last cut: later segments from the last one down, then the tail of the cut's own."""
    for number in reversed(name.numbers(executor)):
        if number > end.segment or (number == end.segment and not end.offset):
            executor.perform(Unlink(name.file(number)))
    if end.offset:
        executor.perform(Truncate(name.file(end.segment), end.offset))
        executor.perform(Barrier(name.file(end.segment)))
    executor.perform(SyncDirectory(name.folder))
