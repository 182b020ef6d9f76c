"""The history of a seed disk: its recovery points, the undo epochs behind them, and views of the past.

Maintainers keep: the catalogue is replaced before a log that it no longer needs is unlinked, and before a log that it
newly names is begun. `version` rises whenever views have to look again.
"""

from collections.abc import Iterable

import numpy as np
from attrs import evolve

from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.policy import RecoveryPoint
from siteproof.reference.datapath import catalogue
from siteproof.reference.datapath.block_set import BlockSet
from siteproof.reference.datapath.blocks import BLOCK_BYTES, Blocks
from siteproof.reference.datapath.catalogue import Catalogue, Entry
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.effects import Executor, SyncDirectory, Unlink
from siteproof.reference.datapath.keys import DiskKeys
from siteproof.reference.datapath.log import Position
from siteproof.reference.datapath.overlay import Overlay, overlay
from siteproof.reference.datapath.seed_disk import SeedDisk
from siteproof.reference.datapath.state import StateFile, numbers_of
from siteproof.reference.datapath.undo import FRAME_BLOCKS, UndoEpoch

LOGS_MAX = 8  # of one point, before they are merged whatever that saves
WASTE_MAX = 1.15  # times the blocks that a point needs


def copy_into(epoch: UndoEpoch, held: Overlay, lsn: int) -> None:
    """Save everything that an overlay knows in one log, and commit it."""
    for low in range(0, len(held.blocks), FRAME_BLOCKS):
        high = min(low + FRAME_BLOCKS, len(held.blocks))
        blocks, lost = held.blocks[low:high], held.lost(low, high)
        if lost.any():
            epoch.save_lost(blocks[lost], lsn)
        epoch.save(blocks[~lost], held.gather(low, high)[~lost], lsn)
    epoch.commit(lsn)


class History:
    """Points and undo epochs of one seed disk; `current` is the newest epoch, None before the first point."""

    def __init__(self, executor: Executor, folder: str, keys: DiskKeys, seed: SeedDisk, state: StateFile) -> None:
        """Read the catalogue and the logs that it names; the state knows its number and how far a log goes."""
        self.version = 0
        self.damage: list[CorruptLog] = []  # what was found when old contents were saved
        self._state = state
        self._executor = executor
        self._folder = folder
        self._keys = keys
        self._seed = seed
        self._catalogue: Catalogue = catalogue.load(executor, folder, keys, state.catalogue)
        self._remove_orphans()
        self._epochs = {log: self._open(log, state.state.reached(log)) for log in self._catalogue.logs}
        self._saved = self._saved_mask()

    @property
    def points(self) -> tuple[RecoveryPoint, ...]:
        """All points, oldest first."""
        return tuple(entry.point for entry in self._catalogue.entries)

    @property
    def current(self) -> UndoEpoch | None:
        """The epoch that takes what is overwritten now."""
        return self._epochs[self._catalogue.logs[-1]] if self._catalogue.entries else None

    def begin(self, point: RecoveryPoint) -> None:
        """The seed's present state becomes a point; a point of this name that is there already stays as it is."""
        if any(known.name == point.name for known in self.points):
            return
        number = self._catalogue.next_log
        entry = Entry(point, self._seed.size_bytes, (number,))
        self._replace(evolve(self._catalogue, entries=(*self._catalogue.entries, entry), next_log=number + 1))
        self._epochs[number] = self._open(number, Position())
        self._saved = self._saved_mask()

    def save(self, blocks: Blocks, lsn: int) -> None:
        """Save those of ascending blocks that were not overwritten since the newest point; nothing without points."""
        epoch = self.current
        if epoch is None:
            return
        fresh = blocks[~self._saved.holds(blocks)]
        if len(fresh):
            self._save(epoch, fresh, lsn)
            self._saved.add(fresh)
            self.version += 1

    def _save(self, epoch: UndoEpoch, blocks: Blocks, lsn: int) -> None:
        """What cannot be believed is saved as lost: a point that would need it says so, and shows nothing else."""
        rows, damaged = self._seed.gather(blocks)
        if damaged.any():
            lost = blocks[damaged]
            epoch.save_lost(lost, lsn)
            at = int(lost[0]) * BLOCK_BYTES
            self.damage.append(CorruptLog(self._seed.file, at, f"{len(lost)} blocks are not what was written"))
        epoch.save(blocks[~damaged], rows[~damaged] if damaged.any() else rows, lsn)

    def commit(self, lsn: int) -> None:
        """Everything saved is behind a barrier."""
        if epoch := self.current:
            epoch.commit(lsn)

    def abandon(self) -> None:
        """Forget what was saved since the last commit."""
        if epoch := self.current:
            epoch.abandon()
            self._saved = self._saved_mask()
            self.version += 1

    def drop(self, name: str) -> None:
        """Forget a point; what older points need of it is handed to the one before. Refused when it is not there."""
        index = self.index(name)
        entries = list(self._catalogue.entries)
        gone = entries.pop(index)
        needed = tuple(filter(self._is_needed, gone.logs)) if index else ()
        if index:
            entries[index - 1] = evolve(entries[index - 1], logs=entries[index - 1].logs + needed)
        self._replace(evolve(self._catalogue, entries=tuple(entries)))
        self._forget_logs(log for log in gone.logs if log not in needed)
        self._saved = self._saved_mask()

    def compact(self) -> None:
        """Where the logs that a point has inherited say much twice, or are many, one takes their place."""
        for entry in self._catalogue.entries:
            if len(entry.logs) > 1 and self._is_wasteful(entry.logs):
                self._merge(entry)

    def _is_wasteful(self, logs: tuple[int, ...]) -> bool:
        saved = np.concatenate([self._epochs[log].blocks() for log in logs])
        return len(logs) > LOGS_MAX or len(saved) > WASTE_MAX * len(np.unique(saved))

    def _merge(self, entry: Entry) -> None:
        """The new log is durable before the catalogue names it, the old ones go when it does not name them any more."""
        number, entries = self._catalogue.next_log, self._catalogue.entries
        epoch = self._open(number, Position())
        copy_into(epoch, overlay(tuple(self._epochs[log] for log in entry.logs)), self._state.state.lsn)
        self._epochs[number] = epoch
        merged = evolve(entry, logs=(number,))
        kept = tuple(merged if other is entry else other for other in entries)
        self._replace(evolve(self._catalogue, entries=kept, next_log=number + 1))
        self._forget_logs(entry.logs)
        self._saved = self._saved_mask()

    def index(self, name: str) -> int:
        """Where the point stands in the order of points; Refused(RecoveryPointUnavailable) when it is not there."""
        for index, entry in enumerate(self._catalogue.entries):
            if entry.point.name == name:
                return index
        raise Refused(ErrorCode.RECOVERY_POINT_UNAVAILABLE, f"{name!r} is not listed")

    def entry(self, name: str) -> Entry:
        """The catalogue's entry of a point."""
        return self._catalogue.entries[self.index(name)]

    def epochs_since(self, name: str) -> tuple[UndoEpoch, ...]:
        """The epochs that lead from the seed back to the point, earliest first."""
        logs = [log for entry in self._catalogue.entries[self.index(name) :] for log in entry.logs]
        return tuple(self._epochs[log] for log in logs)

    def resize(self) -> None:
        """The seed has another size now."""
        self._saved = self._saved_mask()

    def _replace(self, new: Catalogue) -> None:
        ends = {str(log): numbers_of(self._epochs[log].end) for log in new.logs if log in self._epochs}
        bound = Catalogue(new.entries, new.next_log, self._catalogue.number + 1, ends)
        catalogue.save(self._executor, self._folder, self._keys, bound)
        self._state.bind(bound.number)
        self._catalogue = bound
        self.version += 1

    def _is_needed(self, log: int) -> bool:
        """A log in which nothing was saved tells older points nothing; the newest one may still be written to."""
        return log == self._catalogue.logs[-1] or self._epochs[log].blocks().size > 0

    def _forget_logs(self, logs: Iterable[int]) -> None:
        for log in logs:
            self._epochs.pop(log).destroy()

    def _open(self, log: int, reached: Position) -> UndoEpoch:
        return UndoEpoch(self._executor, self._folder, self._keys, log, max(self._catalogue.end(log), reached))

    def _saved_mask(self) -> BlockSet:
        """Which blocks the newest point need not save again; sized for the largest disk that it ever was."""
        if not self._catalogue.entries:
            return BlockSet(0)
        saved = [self._epochs[log].blocks() for log in self._catalogue.entries[-1].logs]
        found = BlockSet(max([self._seed.blocks, *(int(blocks.max(initial=-1)) + 1 for blocks in saved)]))
        for blocks in saved:
            found.add(blocks)
        return found

    def _remove_orphans(self) -> None:
        known = {f"undo-{log:08d}" for log in self._catalogue.logs}
        names = [
            name for name in self._executor.list(self._folder) if name.startswith("undo-") and name[:13] not in known
        ]
        for name in names:
            self._executor.perform(Unlink(f"{self._folder}/{name}"))
        if names:
            self._executor.perform(SyncDirectory(self._folder))
