"""A sealed log of small records: what a machine's log and the vault's are made of (docs/formats.md).

A segment begins with a record of everything, so the ones before it can go.

Maintainers keep: a record is durable when `append` returns; after a failure only opening anew tells whether it counts.
"""

from collections.abc import Iterator
from typing import Any, Self

from attrs import frozen

from siteproof.reference.datapath import frames
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.device import StoreFailed
from siteproof.reference.datapath.effects import Executor, Rename, SyncDirectory
from siteproof.reference.datapath.frames import FrameKind
from siteproof.reference.datapath.fuse import Fuse
from siteproof.reference.datapath.keys import KEY_BYTES, DiskKeys, KeyEncryptionKey
from siteproof.reference.datapath.log import Log, LogName, Position
from siteproof.reference.datapath.parts import clear
from siteproof.reference.datapath.recovery import open_log
from siteproof.reference.datapath.segment import Role, check_disk_name
from siteproof.reference.datapath.state import create_disk, open_disk

RECORDS_MAX = 2000  # of one segment, before everything is said anew in the next one


@frozen
class LogPosition:
    """Where a log of records stands: a folder of a store, the stem of its files, and its role."""

    store: Executor
    folder: str
    stem: str
    role: Role

    @property
    def name(self) -> LogName:
        """As the data path names it."""
        return LogName(self.folder, self.stem, self.role)


@frozen
class Text:
    """One record as it was found."""

    text: bytes
    file: str
    offset: int


class RecordLog:
    """Records in order; `full` says when it is time to begin anew."""

    def __init__(self, place: LogPosition, fuse: Fuse, log: Log) -> None:
        """Use `create`, `open` or `renew`."""
        self.place = place
        self._fuse = fuse
        self._log = log
        self._records = 0

    @classmethod
    def create(cls, place: LogPosition, kek: KeyEncryptionKey, name: str, first: bytes, **cipher: Any) -> Self:
        """A new log under keys of its own, in an empty folder."""
        clear(place.store, place.folder)
        keys = DiskKeys(check_disk_name(name), **{"secret": KeyEncryptionKey.generate().secret, **cipher})
        assert len(keys.secret) == KEY_BYTES
        create_disk(place.store, place.folder, keys, kek)
        return cls._new(place, kek, first, **cipher)

    @classmethod
    def open(cls, place: LogPosition, kek: KeyEncryptionKey, **cipher: Any) -> tuple[Self, list[Text]]:
        """The log after whatever stopped it, and its records; CorruptLog when it is damaged, empty or missing.

        A record that was written and never answered for may count or not; from now on that is settled.
        """
        fuse, keys = _claimed(place, kek, **cipher)
        numbers = place.name.numbers(fuse)
        if not numbers:
            raise CorruptLog(place.name.file(1), 0, "the log is missing")
        log = open_log(fuse, place.name, keys, Position(numbers[0]), Position())
        found = list(_texts(log, Position(numbers[0])))
        if not found:
            raise CorruptLog(place.name.file(numbers[0]), 0, "the log is empty")
        return cls(place, fuse, log), found

    @classmethod
    def renew(cls, place: LogPosition, kek: KeyEncryptionKey, first: bytes, **cipher: Any) -> Self:
        """A new log in place of one that cannot be believed, which is set aside."""
        for name in [each for each in place.store.list(place.folder) if each.startswith(f"{place.stem}-")]:
            place.store.perform(Rename(f"{place.folder}/{name}", f"{place.folder}/lost-{name}"))
        place.store.perform(SyncDirectory(place.folder))
        return cls._new(place, kek, first, **cipher)

    @classmethod
    def _new(cls, place: LogPosition, kek: KeyEncryptionKey, first: bytes, **cipher: Any) -> Self:
        fuse, keys = _claimed(place, kek, **cipher)
        new = cls(place, fuse, open_log(fuse, place.name, keys, Position(), Position()))
        new.begin_anew(first)
        return new

    @property
    def failed(self) -> bool:
        """Whether nothing may be recorded any more before it is opened anew."""
        return self._fuse.blown is not None

    @property
    def full(self) -> bool:
        """Whether everything should be said anew before the next record."""
        return self._records >= RECORDS_MAX

    def give_up(self, reason: str) -> None:
        """Record nothing any more, as after a failure of the store."""
        self._fuse.blow(StoreFailed("go on", reason))

    def append(self, text: bytes, lsn: int = 0) -> None:
        """Make a record durable; StoreFailed leaves it open whether it is."""
        self._fuse.check()
        self._log.append(frames.note(FrameKind.MARKER, text, lsn))
        self._log.commit(lsn)
        self._records += 1

    def begin_anew(self, everything: bytes) -> None:
        """A new segment that needs none before it."""
        self._fuse.check()
        self._log.turn()
        self.append(everything)
        self._log.drop_before(self._log.end)
        self._records = 0

    def destroy(self) -> None:
        """Remove the log for ever."""
        clear(self._fuse.release(), self.place.folder)
        self.give_up("it was removed")


def _claimed(place: LogPosition, kek: KeyEncryptionKey, **cipher: Any) -> tuple[Fuse, DiskKeys]:
    fuse = Fuse(place.store)
    keys = open_disk(fuse, place.folder, kek, **cipher)
    fuse.claim(place.folder, keys.random)
    return fuse, keys


def _texts(log: Log, start: Position) -> Iterator[Text]:
    for _, record, _ in log.records(start):
        if record.header.kind is FrameKind.MARKER:
            yield Text(bytes(record.raw()), record.file, record.offset)
