"""The replica: the target side of one disk, from sealed frames to recovery points (docs/data-path.md, Structure).

Maintainers keep: what was acknowledged is committed to the cache log; what is applied was committed before; a point is
a cut. Damage is CorruptLog and leaves seed and points as they are: `salvage` gives up the log, never the history. A
device that failed once is StoreFailed from then on: only `open`, which believes the store alone, goes on.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any, Self

import msgspec
import numpy as np
from attrs import evolve

from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.observation import Watermarks
from siteproof.model.nouns.policy import RecoveryPoint
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.vocabulary import Consistency
from siteproof.reference.datapath import frames
from siteproof.reference.datapath.applier import Applier, Marker
from siteproof.reference.datapath.blocks import BLOCK_BYTES
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.device import StoreFailed
from siteproof.reference.datapath.effects import Acknowledge, Bytes, Executor, SyncDirectory, Unlink
from siteproof.reference.datapath.frames import FrameKind
from siteproof.reference.datapath.fuse import Fuse
from siteproof.reference.datapath.history import History
from siteproof.reference.datapath.keys import KEY_BYTES, DiskKeys, KeyEncryptionKey, Random
from siteproof.reference.datapath.log import Position
from siteproof.reference.datapath.parts import Parts, cache_of, clear, load_state, past_of
from siteproof.reference.datapath.points import PointView
from siteproof.reference.datapath.recovery import open_log
from siteproof.reference.datapath.rescue import rescue_points
from siteproof.reference.datapath.seed_disk import SeedDisk
from siteproof.reference.datapath.segment import check_disk_name
from siteproof.reference.datapath.state import State, StateFile, create_disk, open_disk
from siteproof.reference.datapath.stream import StreamReader

REVERT_BLOCKS = 64

Committing = Callable[[int, Marker | None], None]


class Replica:
    """One protected disk at the target. Not thread-safe: one owner drives it."""

    history_type: type[History] = History

    def __init__(self, parts: Parts) -> None:
        """Use `create`, `open` or `salvage`."""
        self.keys = parts.keys
        self.folder = parts.folder
        self._parts = parts
        self._executor, self._seed, self._state = parts.executor, parts.seed, parts.state
        self._log, self._history = parts.log, parts.history
        self._applier = Applier(parts.log, parts.seed, parts.history, parts.state)
        self._stream = StreamReader(parts.keys)
        self._cached = parts.state.state.lsn
        self._window = parts.state.state.window
        self._waiting: list[RecoveryPoint] = []
        self._prepared: tuple[int, Marker | None] | None = None
        self._committing: Committing = self._commit_alone
        for batch in self._applier.batches():
            self._cached = batch.lsn
            self._take_note(batch.marker or Marker())

    @classmethod
    def create(
        cls, executor: Executor, folder: str, blocks: int, kek: KeyEncryptionKey, disk: str, **options: Any
    ) -> Self:
        """A new replica of `blocks` blocks in an empty folder of the store; Problem when there is one already.

        `options`: `size_bytes` when the last block is not a whole one; `random` and `aead`, see keys.DiskKeys.
        """
        size_bytes = options.pop("size_bytes", 0) or blocks * BLOCK_BYTES
        if executor.exists(f"{folder}/disk"):
            raise Problem(f"there is a replica in {folder!r} already", "it was created before", "open or destroy it")
        clear(executor, folder)
        random: Random = options.get("random", os.urandom)
        keys = DiskKeys(check_disk_name(disk), random(KEY_BYTES), **options)
        SeedDisk(executor, folder, size_bytes, keys.digest_key()).create()
        StateFile(executor, folder, keys).record(State(size_bytes=size_bytes))
        create_disk(executor, folder, keys, kek)
        return cls.open(executor, folder, kek, **options)

    @classmethod
    def open(
        cls,
        executor: Executor,
        folder: str,
        kek: KeyEncryptionKey,
        acknowledged: int = 0,
        committed: Position | None = None,
        **cipher: Any,
    ) -> Self:
        """Recover a replica after whatever stopped it: what was acknowledged is there, torn tails are gone.

        `acknowledged` is the LSN that the other side was promised, if it knows; `committed` is where the log of its
        machine says that this disk's last cut ends: what was prepared behind it is gone. Problem when there is no
        replica or the key is wrong; CorruptLog when a record is damaged or an acknowledged one is missing; StoreFailed
        when the device refuses, as in every method from then on.
        """
        fuse = Fuse(executor)
        keys = open_disk(fuse, folder, kek, **cipher)
        fuse.claim(folder, keys.random)
        state = load_state(fuse, folder, keys)
        minimum = max(state.acknowledged.applied, state.state.applied)
        if committed is not None and committed < minimum:
            file = cache_of(folder).file(minimum.segment)
            raise CorruptLog(file, minimum.offset, "the machine's log knows less: an older one was put back")
        log = open_log(fuse, cache_of(folder), keys, state.state.applied, committed or minimum, committed)
        seed = SeedDisk(fuse, folder, state.state.size_bytes, keys.digest_key())
        seed.check_size()
        history = cls.history_type(fuse, folder, keys, seed, state)
        replica = cls(Parts(fuse, folder, keys, seed, state, log, history))
        if replica.watermarks.cached < acknowledged:
            at = log.end
            raise CorruptLog(
                cache_of(folder).file(at.segment), at.offset, f"records up to LSN {acknowledged} are missing"
            )
        return replica

    @classmethod
    def salvage(cls, executor: Executor, folder: str, kek: KeyEncryptionKey, **cipher: Any) -> Self:
        """Give up the cache log behind the applied state and keep the seed; a resync window is open then.

        Points stay, but for those whose catalogue or undo logs cannot be believed either: they are set aside.
        """
        keys = open_disk(executor, folder, kek, **cipher)
        state = load_state(executor, folder, keys)
        name = cache_of(folder)
        numbers = name.numbers(executor)
        fresh = Position(max([state.state.applied.segment, *numbers]) + 1)
        state.record(evolve(state.state, applied=fresh, window=True))
        state.promise(state.state.lsn, fresh)
        for number in numbers:
            executor.perform(Unlink(name.file(number)))
        executor.perform(SyncDirectory(folder))
        SeedDisk(executor, folder, state.state.size_bytes, keys.digest_key()).create()
        rescue_points(executor, folder, keys, state)
        return cls.open(executor, folder, kek, **cipher)

    @property
    def blocks(self) -> int:
        """The disk's size in blocks."""
        return self._seed.blocks

    @property
    def size_bytes(self) -> int:
        """The disk's exact size."""
        return self._seed.size_bytes

    @property
    def watermarks(self) -> Watermarks:
        """How far this side is: cached >= applied >= pointed; `written` and `sent` are the source's to know."""
        points = self.points()
        pointed = points[-1].sequence if points else 0
        cached, applied = self._cached, self._state.state.lsn
        return Watermarks(cached, cached, cached, applied, min(pointed, applied))

    @property
    def failed(self) -> bool:
        """Whether the store has failed: nothing is done any more before the replica is opened anew."""
        return self._executor.blown is not None

    def give_up(self, reason: str) -> None:
        """Do nothing any more, as after a failure of the store: somebody opens this replica anew."""
        self._executor.blow(StoreFailed("go on", reason))

    @property
    def window_open(self) -> bool:
        """Whether an initial copy or a resynchronisation has begun and not ended: no cut, so no point."""
        return self._window

    def invite(self) -> int:
        """A number that the next stream must carry, so that no recorded stream is ever taken for a new one."""
        self.abandon()
        self._executor.check()
        return self._stream.invite()

    def receive(self, sealed: Bytes) -> int:
        """Check sealed frames and append them to the cache log, durable with `commit`; returns how many blocks came.

        CorruptLog when anything is not exactly what the invited stream sent next; then `abandon` and invite anew.
        """
        self._check_confirmed()
        blocks = 0
        for plain in self._stream.read(sealed, self._seed.blocks, self._cached):
            self._log.append(plain)
            blocks += plain.block_count
        return blocks

    def commit(self, lsn: int) -> int:
        """Everything received is a consistent cut at `lsn`: make it durable, acknowledge it, return the cached LSN."""
        self._committing(lsn, None)
        return self._cached

    def join(self, committing: Committing) -> None:
        """From now on `committing` settles every cut and marker, for all disks of a machine together."""
        self._committing = committing

    @property
    def end(self) -> Position:
        """Behind the last cut that was prepared or committed."""
        return self._log.end

    def prepare(self, lsn: int, marker: Marker | None = None) -> Position:
        """Make everything received, and the marker, durable as a cut that does not count yet; returns its end."""
        self._executor.check()
        lsn = max(lsn, self._cached)
        if marker is not None:
            self._check_between_batches()
            self._log.append(frames.note(FrameKind.MARKER, msgspec.json.encode(marker), lsn))
        self._log.commit(lsn)
        self._prepared = (lsn, marker)
        return self._log.end

    def confirm(self) -> None:
        """What was prepared counts, and is acknowledged."""
        assert self._prepared is not None
        lsn, marker = self._prepared
        self._state.promise(lsn, self._log.end)
        self._prepared, self._cached = None, lsn
        if marker is None:
            self._executor.perform(Acknowledge(self.folder, lsn))
        else:
            self._take_note(marker)

    def abandon(self) -> None:
        """Forget what was received since the last commit; the stream is broken.

        A store that cannot even do that has failed; whoever opens the replica anew finds nothing of it.
        """
        self._stream.close()
        if not self.failed:
            with suppress(StoreFailed):
                self._log.abandon()

    def apply(self) -> int:
        """Bring the seed to the newest cut and return its LSN; CorruptLog when the log is damaged."""
        for _ in self.applying():
            pass
        return self._state.state.lsn

    def applying(self) -> Iterator[None]:
        """The same, a record at a time."""
        self._check_confirmed()
        yield from self._applier.applying()
        self._waiting.clear()

    def open_window(self) -> None:
        """Nothing is a cut from here on: an initial copy or a resynchronisation begins."""
        if not self._window:
            self._mark(Marker(window=True))

    def close_window(self) -> None:
        """The state behind everything received so far is a cut again."""
        if self._window:
            self._mark(Marker(window=False))

    def create_point(
        self, name: str, consistency: Consistency = Consistency.CRASH, taken_at_ms: int = 0, shared: str = ""
    ) -> RecoveryPoint:
        """The newest cut becomes a recovery point: one marker and one sync. Refused in an open window or twice."""
        point = self.new_point(name, consistency, taken_at_ms, shared)
        self._mark(Marker(point=point))
        return point

    def new_point(self, name: str, consistency: Consistency, taken_at_ms: int, shared: str = "") -> RecoveryPoint:
        """What a point of the newest cut would be. Refused in an open window, and for a name that is there."""
        if self._window:
            raise Refused(ErrorCode.OPERATION_CONFLICT, "no recovery point inside an open resynchronisation window")
        if any(point.name == name for point in self.points()):
            raise Refused(ErrorCode.TARGET_NAME_COLLISION, f"there is a recovery point {name!r}")
        return RecoveryPoint(name, consistency, taken_at_ms, self._cached, shared)

    def points(self) -> tuple[RecoveryPoint, ...]:
        """All recovery points, oldest first."""
        return (*self._history.points, *self._waiting)

    def drop_point(self, name: str) -> None:
        """Forget a point without touching any other; Refused(RecoveryPointUnavailable) when it is not there."""
        self._reach(name)
        self._history.drop(name)

    def compact(self) -> None:
        """Give back the space that dropped points have left: undo logs that say the same thing twice become one."""
        self._check_between_batches()
        self._history.compact()

    def drop_points(self, keep: str = "") -> None:
        """Forget every point but the one to keep, if any."""
        for point in self.points():
            if point.name != keep:
                self.drop_point(point.name)

    def open_point(self, name: str | None) -> PointView:
        """A view of a point, or of the newest applied state; Refused(RecoveryPointUnavailable) when it is not there."""
        if name is None and self._window:
            raise Refused(ErrorCode.RECOVERY_POINT_UNAVAILABLE, "the newest state is inside a resynchronisation")
        if name is not None:
            self._reach(name)
        return PointView(self._history, self._seed, name)

    def promote(self, name: str | None, executor: Executor, file: str) -> None:
        """Write a machine's disk from a point (None: the newest applied state); the replica stays as it is."""
        with self.open_point(name) as view:
            view.materialise(executor, file)

    def revert(self, name: str) -> int:
        """Make the newest state equal to a point, as one committed batch; points stay. Returns the applied LSN."""
        self._check_between_batches()
        self.apply()
        with self.open_point(name) as view:
            changed = view.changed()
            for start in range(0, len(changed), REVERT_BLOCKS):
                self._log.append(past_of(view, changed[start : start + REVERT_BLOCKS], self._cached))
        if len(changed):
            self._committing(self._cached, None)
        return self.apply()

    def resize(self, blocks: int, size_bytes: int = 0) -> None:
        """The disk has another size, in bytes when not in whole blocks; points keep the one they were taken at."""
        self.apply()
        self._seed.resize(size_bytes or blocks * BLOCK_BYTES)
        self._state.record(evolve(self._state.state, size_bytes=self._seed.size_bytes))
        self._history.resize()

    def read_seed(self, block: int, buffer: memoryview) -> None:
        """Fill the buffer with the newest applied content of consecutive blocks.

        A block that is not what was written is shown as no source could have it, so a comparison sends it.
        """
        self._seed.read_into(block, buffer)
        for wrong in np.flatnonzero(self._seed.damaged(block, buffer)).tolist():
            buffer[wrong * BLOCK_BYTES : wrong * BLOCK_BYTES + KEY_BYTES] = self.keys.random(KEY_BYTES)

    def is_empty(self, block: int, blocks: int) -> bool:
        """Whether consecutive blocks of the newest applied state are zeros, told without reading them."""
        return self._seed.is_empty(block, blocks)

    def fill_seed(self, parts: Iterable[tuple[int, Bytes]]) -> None:
        """Give a replica that has received nothing yet a base to compare with: whole blocks from a block on."""
        for block, data in parts:
            self._seed.write(block, data)
        self._seed.sync()

    def take_damage(self) -> tuple[CorruptLog, ...]:
        """What was found damaged while older contents were saved since the last call; points that need it say so."""
        found, self._history.damage = tuple(self._history.damage), []
        return found

    def seed_path(self) -> str:
        """Where a reader outside finds the newest applied state."""
        return self._seed.path()

    def close(self) -> None:
        """Give up what was not committed; the replica can be opened again."""
        self.abandon()

    def destroy(self) -> None:
        """Remove the replica and all of its points for ever."""
        store = self._executor.release()
        if store.exists(f"{self.folder}/disk"):
            store.perform(Unlink(f"{self.folder}/disk"))
            store.perform(SyncDirectory(self.folder))
        clear(store, self.folder)
        self.give_up("it was removed")

    def _mark(self, marker: Marker) -> None:
        self._committing(self._cached, marker)

    def _commit_alone(self, lsn: int, marker: Marker | None) -> None:
        self.prepare(lsn, marker)
        self.confirm()

    def _check_confirmed(self) -> None:
        """A cut that was prepared is settled before anything else happens."""
        self._executor.check()
        assert self._prepared is None, self.folder

    def _take_note(self, marker: Marker) -> None:
        if marker.point is not None:
            self._waiting.append(marker.point)
        if marker.window is not None:
            self._window = marker.window

    def _check_between_batches(self) -> None:
        if self._log.unfinished:
            raise Refused(ErrorCode.OPERATION_CONFLICT, "a batch is being received: commit or abandon it first")

    def _reach(self, name: str) -> None:
        """Apply what is waiting when the point is still in the cache log."""
        if any(point.name == name for point in self._waiting):
            self.apply()
        self._history.index(name)
