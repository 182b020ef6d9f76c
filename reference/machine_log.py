"""The machine log: the only commit of a cut over all disks of a machine, and of its recovery points (docs/formats.md).

Disks prepare: what they made durable counts when a record here says so, for all of them at once. A segment begins with
a record of everything, so older ones can go.

Maintainers keep: a record is durable before any disk confirms; whoever fails on the way opens everything anew.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Self

import msgspec
from attrs import field, frozen

from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.effects import Executor
from siteproof.reference.datapath.keys import KeyEncryptionKey
from siteproof.reference.datapath.log import Position
from siteproof.reference.datapath.record_log import LogPosition, RecordLog, Text
from siteproof.reference.datapath.segment import Role
from siteproof.reference.points import StoredPoint

STEM = "cuts"


@frozen
class End:
    """Where the last cut of a disk ends in its cache log."""

    lsn: int
    segment: int
    offset: int
    sequence: int

    @property
    def position(self) -> Position:
        """As the log names it."""
        return Position(self.segment, self.offset, self.sequence)


@frozen
class Standing:
    """What counts: the end of each disk's last cut, the recovery points oldest first, and the last number of one."""

    disks: dict[str, End] = field(factory=dict)
    points: tuple[StoredPoint, ...] = ()
    last: int = 0

    def after(self, change: "LogChange") -> "Standing":
        """What counts when the change does."""
        if change.whole is not None:
            return change.whole
        kept = tuple(point for point in self.points if point.name not in change.dropped)
        added = (change.point,) if change.point else ()
        last = max([self.last, *(point.sequence for point in added)])
        return Standing(self.disks | change.disks, kept + added, last)


@frozen
class LogChange:
    """One record: disks that moved, a point that came to be, names of points that are gone, or everything anew."""

    disks: dict[str, End] = field(factory=dict)
    point: StoredPoint | None = None
    dropped: tuple[str, ...] = ()
    whole: Standing | None = None


class MachineLog:
    """The log of one machine in `folder`, beside the folders of its replicas; `standing` is what counts."""

    def __init__(self, log: RecordLog, standing: Standing) -> None:
        """Use `create`, `open` or `renew`."""
        self.standing = standing
        self._log = log

    @classmethod
    def create(cls, store: Executor, folder: str, kek: KeyEncryptionKey, machine: str, **cipher: Any) -> Self:
        """A new log in an empty folder."""
        return cls(RecordLog.create(_place(store, folder), kek, machine, _whole(Standing()), **cipher), Standing())

    @classmethod
    def open(cls, store: Executor, folder: str, kek: KeyEncryptionKey, **cipher: Any) -> Self:
        """The log after whatever stopped it; CorruptLog when it is damaged or missing, StoreFailed as the store says.

        A record that was written and never answered for may count or not; from now on that is settled.
        """
        log, texts = RecordLog.open(_place(store, folder), kek, **cipher)
        standing = replayed(texts)
        log.begin_anew(_whole(standing))
        return cls(log, standing)

    @classmethod
    def renew(cls, store: Executor, folder: str, kek: KeyEncryptionKey, standing: Standing, **cipher: Any) -> Self:
        """A new log that says `standing`, in place of one that cannot be believed, which is set aside."""
        return cls(RecordLog.renew(_place(store, folder), kek, _whole(standing), **cipher), standing)

    @property
    def failed(self) -> bool:
        """Whether nothing may be recorded any more before it is opened anew."""
        return self._log.failed

    def give_up(self, reason: str) -> None:
        """Record nothing any more, as after a failure of the store."""
        self._log.give_up(reason)

    def record(self, disks: Mapping[str, End], point: StoredPoint | None = None, dropped: tuple[str, ...] = ()) -> None:
        """Make the change durable, all of it or nothing; after StoreFailed nobody knows which until it is opened."""
        if self._log.full:
            self._log.begin_anew(_whole(self.standing))
        change = LogChange(dict(disks), point, dropped)
        self._log.append(msgspec.json.encode(change), max([0, *(end.lsn for end in disks.values())]))
        self.standing = self.standing.after(change)

    def destroy(self) -> None:
        """Remove the log for ever."""
        self._log.destroy()


def _place(store: Executor, folder: str) -> LogPosition:
    return LogPosition(store, folder, STEM, Role.CUTS)


def _whole(standing: Standing) -> bytes:
    return msgspec.json.encode(LogChange(whole=standing))


def replayed(texts: Iterable[Text]) -> Standing:
    """What the records say, the first one of them everything; CorruptLog otherwise."""
    standing: Standing | None = None
    for each in texts:
        change = read_change(each.text, each.file, each.offset)
        if standing is None and change.whole is None:
            raise CorruptLog(each.file, each.offset, "the log does not begin with everything")
        standing = (standing or Standing()).after(change)
    return standing or Standing()


def read_change(text: bytes, file: str, offset: int) -> LogChange:
    """The record in a frame; CorruptLog when it is not understood."""
    try:
        return msgspec.json.decode(text, type=LogChange)
    except msgspec.ValidationError as error:
        raise CorruptLog(file, offset, f"the record is not understood: {error}") from error


def end_of(lsn: int, at: Position) -> End:
    """A cut's end as it is recorded."""
    return End(lsn, at.segment, at.offset, at.sequence)
