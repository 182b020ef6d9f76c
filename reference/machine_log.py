"""The machine log: the only commit of a cut over all disks of a machine, and of its recovery points (docs/formats.md).

Disks prepare: what they made durable counts when a record here says so, for all of them at once. A segment begins with
a record of everything, so older ones can go.

Maintainers keep: a record is durable before any disk confirms; whoever fails on the way opens everything anew.
"""

from collections.abc import Mapping
from typing import Any, Self

import msgspec
from attrs import field, frozen

from siteproof.reference.datapath import frames
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.device import StoreFailed
from siteproof.reference.datapath.effects import Executor, Rename, SyncDirectory
from siteproof.reference.datapath.frames import Kind
from siteproof.reference.datapath.fuse import Fuse
from siteproof.reference.datapath.keys import KEY_BYTES, DiskKeys, KeyEncryptionKey
from siteproof.reference.datapath.log import Log, LogName, Position
from siteproof.reference.datapath.parts import clear
from siteproof.reference.datapath.recovery import open_log
from siteproof.reference.datapath.segment import Role, check_disk_name
from siteproof.reference.datapath.state import create_disk, open_disk
from siteproof.reference.points import StoredPoint

RECORDS_MAX = 2000  # of one segment, before everything is said anew in the next one
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

    def after(self, change: "Change") -> "Standing":
        """What counts when the change does."""
        if change.whole is not None:
            return change.whole
        kept = tuple(point for point in self.points if point.name not in change.dropped)
        added = (change.point,) if change.point else ()
        last = max([self.last, *(point.sequence for point in added)])
        return Standing(self.disks | change.disks, kept + added, last)


@frozen
class Change:
    """One record: disks that moved, a point that came to be, names of points that are gone, or everything anew."""

    disks: dict[str, End] = field(factory=dict)
    point: StoredPoint | None = None
    dropped: tuple[str, ...] = ()
    whole: Standing | None = None


class MachineLog:
    """The log of one machine in `folder`, beside the folders of its replicas; `standing` is what counts."""

    def __init__(self, fuse: Fuse, log: Log, standing: Standing) -> None:
        """Use `create` or `open`."""
        self.standing = standing
        self._fuse = fuse
        self._log = log
        self._records = RECORDS_MAX

    @classmethod
    def create(cls, store: Executor, folder: str, kek: KeyEncryptionKey, machine: str, **cipher: Any) -> Self:
        """A new log in an empty folder."""
        clear(store, folder)
        keys = DiskKeys(check_disk_name(machine), **{"secret": KeyEncryptionKey.generate().secret, **cipher})
        assert len(keys.secret) == KEY_BYTES
        create_disk(store, folder, keys, kek)
        return cls._begin(store, folder, kek, Standing(), **cipher)

    @classmethod
    def open(cls, store: Executor, folder: str, kek: KeyEncryptionKey, **cipher: Any) -> Self:
        """The log after whatever stopped it; CorruptLog when it is damaged or missing, StoreFailed as the store says.

        A record that was written and never answered for may count or not; from now on that is settled.
        """
        fuse, keys, name = _claimed(store, folder, kek, **cipher)
        numbers = name.numbers(fuse)
        if not numbers:
            raise CorruptLog(name.file(1), 0, "the log of the machine is missing")
        log = open_log(fuse, name, keys, Position(numbers[0]), Position())
        found = cls(fuse, log, _replayed(log, Position(numbers[0])))
        found._say_everything()
        return found

    @classmethod
    def renew(cls, store: Executor, folder: str, kek: KeyEncryptionKey, standing: Standing, **cipher: Any) -> Self:
        """A new log that says `standing`, in place of one that cannot be believed, which is set aside."""
        for name in [each for each in store.list(folder) if each.startswith(f"{STEM}-")]:
            store.perform(Rename(f"{folder}/{name}", f"{folder}/lost-{name}"))
        store.perform(SyncDirectory(folder))
        return cls._begin(store, folder, kek, standing, **cipher)

    @classmethod
    def _begin(cls, store: Executor, folder: str, kek: KeyEncryptionKey, standing: Standing, **cipher: Any) -> Self:
        fuse, keys, name = _claimed(store, folder, kek, **cipher)
        new = cls(fuse, open_log(fuse, name, keys, Position(), Position()), standing)
        new._say_everything()
        return new

    @property
    def failed(self) -> bool:
        """Whether nothing may be recorded any more before it is opened anew."""
        return self._fuse.blown is not None

    def give_up(self, reason: str) -> None:
        """Record nothing any more, as after a failure of the store."""
        self._fuse.blow(StoreFailed("go on", reason))

    def record(self, disks: Mapping[str, End], point: StoredPoint | None = None, dropped: tuple[str, ...] = ()) -> None:
        """Make the change durable, all of it or nothing; after StoreFailed nobody knows which until it is opened."""
        self._fuse.check()
        if self._records >= RECORDS_MAX:
            self._say_everything()
        self._append(Change(dict(disks), point, dropped))

    def destroy(self) -> None:
        """Remove the log for ever."""
        store = self._fuse.release()
        clear(store, self._log.name.folder)
        self.give_up("it was removed")

    def _say_everything(self) -> None:
        """A new segment that needs none before it."""
        self._log.turn()
        self._append(Change(whole=self.standing))
        self._log.drop_before(self._log.end)
        self._records = 0

    def _append(self, change: Change) -> None:
        lsn = max([0, *(end.lsn for end in change.disks.values())])
        self._log.append(frames.note(Kind.MARKER, msgspec.json.encode(change), lsn))
        self._log.commit(lsn)
        self.standing = self.standing.after(change)
        self._records += 1


def _claimed(store: Executor, folder: str, kek: KeyEncryptionKey, **cipher: Any) -> tuple[Fuse, DiskKeys, LogName]:
    fuse = Fuse(store)
    keys = open_disk(fuse, folder, kek, **cipher)
    fuse.claim(folder, keys.random)
    return fuse, keys, LogName(folder, STEM, Role.CUTS)


def _replayed(log: Log, start: Position) -> Standing:
    """What the records say, the first one of them everything."""
    standing: Standing | None = None
    for at, record, _ in log.records(start):
        if record.header.kind is Kind.MARKER:
            change = read_change(bytes(record.raw()), record.file, record.offset)
            if standing is None and change.whole is None:
                raise CorruptLog(record.file, at.offset, "the log does not begin with everything")
            standing = (standing or Standing()).after(change)
    if standing is None:
        raise CorruptLog(log.name.file(start.segment), 0, "the log of the machine is empty")
    return standing


def read_change(text: bytes, file: str, offset: int) -> Change:
    """The record in a frame; CorruptLog when it is not understood."""
    try:
        return msgspec.json.decode(text, type=Change)
    except msgspec.ValidationError as error:
        raise CorruptLog(file, offset, f"the record is not understood: {error}") from error


def end_of(lsn: int, at: Position) -> End:
    """A cut's end as it is recorded."""
    return End(lsn, at.segment, at.offset, at.sequence)
