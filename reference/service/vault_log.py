"""The vault's log: every command, phase, mark, policy and event of an appliance, sealed, in order (docs/formats.md).

Maintainers keep: it is the vault; indexes are made of it and may be deleted. When the store refused an entry, the log
is opened anew and says everything again, so that no entry is in doubt.
"""

from typing import Self

import msgspec

from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.effects import Executor
from siteproof.reference.datapath.keys import KeyEncryptionKey
from siteproof.reference.datapath.record_log import LogPosition, RecordLog, Text
from siteproof.reference.datapath.segment import Role
from siteproof.reference.service.facts import Everything, VaultEntry

NAME = "vault"
STEM = "journal"


class VaultLog:
    """`everything` is what the entries add up to; `entries` counts those since it was opened."""

    def __init__(self, log: RecordLog, everything: Everything, kek: KeyEncryptionKey) -> None:
        """Use `create` or `open`."""
        self.everything = everything
        self.entries = 0
        self._log = log
        self._kek = kek

    @classmethod
    def create(cls, store: Executor, kek: KeyEncryptionKey) -> Self:
        """The log of a new vault."""
        return cls(RecordLog.create(_place(store), kek, NAME, _whole(Everything())), Everything(), kek)

    @classmethod
    def open(cls, store: Executor, kek: KeyEncryptionKey) -> Self:
        """The vault after whatever stopped it; CorruptLog when an entry is damaged or missing."""
        log, texts = RecordLog.open(_place(store), kek)
        everything = Everything()
        for each in texts:
            everything = everything.after(read_entry(each))
        log.begin_anew(_whole(everything))
        return cls(log, everything, kek)

    def append(self, entry: VaultEntry) -> None:
        """Make the entry durable; StoreFailed when the store does not take it, and nothing may go on then."""
        after = self.everything.after(entry)
        if self._log.failed:
            self._log, _ = RecordLog.open(self._log.place, self._kek)
            self._log.begin_anew(_whole(after))
        elif self._log.full:
            self._log.begin_anew(_whole(after))
        else:
            self._log.append(msgspec.json.encode(entry))
        self.everything = after
        self.entries += 1


def _place(store: Executor) -> LogPosition:
    return LogPosition(store, NAME, STEM, Role.VAULT)


def _whole(everything: Everything) -> bytes:
    return msgspec.json.encode(VaultEntry(everything.time_ms, whole=everything))


def read_entry(text: Text) -> VaultEntry:
    """The entry in a record; CorruptLog when it is not understood."""
    try:
        return msgspec.json.decode(text.text, type=VaultEntry)
    except msgspec.ValidationError as error:
        raise CorruptLog(text.file, text.offset, f"the entry is not understood: {error}") from error
