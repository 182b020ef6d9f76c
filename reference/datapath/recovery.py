"""Opening a log after whatever happened: find the last cut, discard a torn tail, refuse everything else.

Maintainers keep: a crash can only tear the last group of the last segment, because a group begins behind the barrier of
the one before. Damage anywhere else, a wrong sequence, a missing segment, or an end before `minimum` is CorruptLog.
What lies behind `minimum` was perhaps never synced: it is written again, under a barrier, before it is believed.
"""

from attrs import evolve, frozen

from siteproof.reference.datapath import frames
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.effects import Executor
from siteproof.reference.datapath.frames import FLAG_CUT, FrameKind
from siteproof.reference.datapath.keys import DiskKeys
from siteproof.reference.datapath.log import Log, LogName, Position, discard_behind, write_again
from siteproof.reference.datapath.segment import HEADER_BYTES, NO_TAG, OutOfSequence, Record, SegmentFile


@frozen
class _Scan:
    """Where the last cut ends, the tag of its frame, and where the last intact frame ends."""

    cut: Position
    cut_tag: bytes
    end: Position
    end_tag: bytes
    ended_group: bool = True
    limit: Position | None = None

    @property
    def reached(self) -> bool:
        """Whether what follows does not count."""
        return self.limit is not None and self.cut >= self.limit


def open_log(
    executor: Executor,
    name: LogName,
    keys: DiskKeys,
    first: Position,
    minimum: Position,
    limit: Position | None = None,
) -> Log:
    """The log from `first` (the first record still needed) on; CorruptLog when it does not reach `minimum`.

    With `limit` nothing behind it counts, committed here or not: another log has the last word about this one.
    Changes nothing unless all is well; then the torn tail is gone and the next frame begins a new segment.
    """
    numbers = [number for number in name.numbers(executor) if number >= first.segment]
    _check_present(name, numbers, first)
    scan = _Scan(first, NO_TAG, first, NO_TAG, limit=limit)
    for number in numbers:
        if scan.reached:
            break
        scan = _scan_segment(executor, name, keys, scan, number, last=number == numbers[-1])
    if scan.cut < max(first, minimum):
        raise CorruptLog(name.file(scan.cut.segment), scan.cut.offset, "acknowledged records are missing")
    write_again(executor, name, minimum, scan.cut)
    discard_behind(executor, name, scan.cut)
    return Log(executor, name, keys, scan.cut, scan.cut_tag)


def _check_present(name: LogName, numbers: list[int], first: Position) -> None:
    expected = list(range(first.segment, first.segment + max(len(numbers), int(first.offset > 0))))
    if numbers != expected:
        missing = min(set(expected) - set(numbers))
        raise CorruptLog(name.file(missing), 0, "the segment is missing")


def _scan_segment(executor: Executor, name: LogName, keys: DiskKeys, scan: _Scan, number: int, *, last: bool) -> _Scan:
    try:
        segment = SegmentFile(executor, name.file(number), keys, name.role)
        _check_chain(segment, name, scan, number)
    except OutOfSequence:
        raise
    except CorruptLog:
        if last and scan.cut < Position(number, HEADER_BYTES):
            return scan
        raise
    scan = evolve(scan, end=Position(number, HEADER_BYTES), ended_group=False)
    scan = _scan_frames(segment, scan, executor.size(segment.file), last=last)
    if not last and not scan.ended_group:
        raise CorruptLog(segment.file, scan.end.offset, "the segment ends inside a group")
    return scan


def _check_chain(segment: SegmentFile, name: LogName, scan: _Scan, number: int) -> None:
    header = segment.header
    if header.number != number or header.epoch != name.epoch:
        raise OutOfSequence(segment.file, 0, f"segment {header.number} of log {header.epoch} in its place: replay")
    if scan.end.segment == number - 1 and scan.end_tag not in {NO_TAG, header.previous}:
        raise OutOfSequence(segment.file, 0, "the segment does not follow the one before it")


def _scan_frames(segment: SegmentFile, scan: _Scan, size: int, *, last: bool) -> _Scan:
    while scan.end.offset < size and not scan.reached:
        try:
            record = segment.record(scan.end.offset, scan.end.sequence)
        except OutOfSequence:
            raise
        except CorruptLog:
            if not last or _was_synced(segment, scan.end.offset, size):
                raise
            return scan
        scan = _advance(scan, record)
    return scan


def _advance(scan: _Scan, record: Record) -> _Scan:
    header = record.header
    end = Position(scan.end.segment, record.end, header.sequence + 1)
    tag = record.tag
    if header.kind is FrameKind.COMMIT and header.flags & FLAG_CUT and (scan.limit is None or end <= scan.limit):
        return evolve(scan, cut=end, cut_tag=tag, end=end, end_tag=tag, ended_group=True)
    return evolve(scan, end=end, end_tag=tag, ended_group=header.kind is FrameKind.COMMIT)


def _was_synced(segment: SegmentFile, offset: int, size: int) -> bool:
    """Whether a frame follows a commit behind the damage: then the damaged group was behind its barrier."""
    committed = False
    while (offset := _next_magic(segment, offset + 1, size)) < size:
        try:
            record = segment.record(offset)
        except CorruptLog:
            continue
        if committed:
            return True
        committed = record.header.kind is FrameKind.COMMIT
        offset = record.end - 1
    return False


def _next_magic(segment: SegmentFile, offset: int, size: int) -> int:
    """The next place that looks like a frame, or `size`."""
    while offset < size:
        window = segment.read(offset, 1 << 20)
        if (found := window.find(frames.MAGIC)) >= 0:
            return offset + found
        offset += max(1, len(window) - len(frames.MAGIC) + 1)
    return size
