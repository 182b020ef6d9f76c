"""A store in memory that knows what a loss of power may leave of it: every legal state, counted and bounded.

Rule: the model is stricter than any file system. Writes of a file between two barriers survive in any subset, each
whole or torn at a sector; changes of names survive as a prefix until their folder is synced (a journal keeps their
order); a barrier saves bytes, never names.
"""

import hashlib
import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random

from attrs import define, evolve, field, frozen

from siteproof.model.nouns.problem import Problem
from siteproof.reference.datapath.device import StoreFailed
from siteproof.reference.datapath.effects import (
    Acknowledge,
    Barrier,
    Effect,
    Rename,
    SyncDirectory,
    Truncate,
    Unlink,
    Write,
)

SECTOR_BYTES = 512
Files = Mapping[str, bytes]
Change = Write | Truncate
Choice = Change | None
"""What became of one change: the change, whole or torn, or None: it never reached the device."""


@define(eq=False)
class _Inode:
    """One file, whatever it is called: what the device holds, what can be read, what came since the last barrier."""

    device: bytearray = field(factory=bytearray)
    visible: bytearray = field(factory=bytearray)
    since: list[Change] = field(factory=list)

    def after(self, choices: Sequence[Choice]) -> bytes:
        """The bytes when these of the changes have reached the device, in their order."""
        held = bytearray(self.device)
        for choice in choices:
            if choice is not None:
                _put(held, choice)
        return bytes(held)


def _put(held: bytearray, change: Change) -> None:
    size = change.size if isinstance(change, Truncate) else change.offset
    if isinstance(change, Truncate):
        del held[size:]
    held.extend(bytes(max(0, size - len(held))))
    if isinstance(change, Write):
        held[change.offset : change.offset + len(change.data)] = change.data


Renaming = dict[str, _Inode | None]


@frozen
class CrashBounds:
    """How many states are made of one moment at most, and the seed of those that are drawn when there are more."""

    states: int = 64
    seed: int = 0


@frozen
class CrashMoment:
    """The states of one moment; `every`: there are no others."""

    states: tuple[Files, ...]
    every: bool


@define(eq=False)
class CrashDisk:
    """Files in memory. `listener` hears of every effect once it is done; `deaf` says which barriers do nothing."""

    listener: Callable[[Effect], None] = lambda _effect: None
    deaf: Callable[[Effect], bool] = lambda _effect: False
    acknowledged: int = 0
    failing: str = ""  # the next barrier of such a file fails: what it should have saved can be read and is never saved
    _names: dict[str, _Inode] = field(factory=dict)
    _settled: dict[str, _Inode] = field(factory=dict)
    _changes: list[tuple[str, Renaming]] = field(factory=list)

    @classmethod
    def holding(cls, files: Files) -> "CrashDisk":
        """A disk that holds these files durably."""
        made = cls()
        made._names = {name: _Inode(bytearray(data), bytearray(data)) for name, data in files.items()}
        made._settled = dict(made._names)
        return made

    # -- the executor -------------------------------------------------------------------------------------------------

    def perform(self, effect: Effect) -> None:
        """Carry the effect out."""
        match effect:
            case Write(file) | Truncate(file):
                self._change(self._made(file), effect)
            case Barrier(file):
                self._barrier(file, effect)
            case Rename(old, new):
                self._rename({new: self._file(old), old: None}, new)
            case Unlink(file):
                self._file(file)
                self._rename({file: None}, file)
            case SyncDirectory(folder):
                if not self.deaf(effect):
                    self._settle(folder)
            case Acknowledge(_, lsn):
                self.acknowledged = max(self.acknowledged, lsn)
        self.listener(effect)

    def read_into(self, file: str, offset: int, buffer: bytearray | memoryview) -> int:
        """As a file would."""
        data = self.read(file, offset, len(buffer))
        memoryview(buffer)[: len(data)] = data
        return len(data)

    def read(self, file: str, offset: int, length: int) -> bytes:
        """As a file would."""
        return bytes(self._file(file).visible[offset : offset + length])

    def size(self, file: str) -> int:
        """As a file would."""
        return len(self._file(file).visible)

    def exists(self, file: str) -> bool:
        """As a folder would."""
        return file in self._names

    def list(self, folder: str) -> tuple[str, ...]:
        """As a folder would."""
        pairs = (file.rpartition("/") for file in self._names)
        return tuple(sorted(name for place, _, name in pairs if place == folder))

    def path(self, file: str) -> str:
        """There is none outside."""
        return file

    def _file(self, file: str) -> _Inode:
        if file not in self._names:
            raise Problem(f"no file {file!r}", "it is not on the disk", "none")
        return self._names[file]

    def _made(self, file: str) -> _Inode:
        if file not in self._names:
            self._rename({file: _Inode()}, file)
        return self._names[file]

    @staticmethod
    def _change(inode: _Inode, change: Change) -> None:
        kept = evolve(change, data=bytes(change.data)) if isinstance(change, Write) else change
        inode.since.append(kept)
        _put(inode.visible, kept)

    def _rename(self, change: dict[str, _Inode | None], file: str) -> None:
        self._changes.append((file.rpartition("/")[0], change))
        _apply(self._names, change)

    def _barrier(self, file: str, effect: Effect) -> None:
        inode = self._file(file)
        if self.failing and file.startswith(self.failing):
            self.failing = ""
            inode.since.clear()
            raise StoreFailed("barrier", "failed sync, pages kept")
        if not self.deaf(effect):
            inode.device = bytearray(inode.after(inode.since))
            inode.since.clear()

    def _settle(self, folder: str) -> None:
        for _, change in (each for each in self._changes if each[0] == folder):
            _apply(self._settled, change)
        self._changes = [each for each in self._changes if each[0] != folder]

    # -- what may be left ---------------------------------------------------------------------------------------------

    def moment(self, bounds: CrashBounds) -> CrashMoment:
        """The states that a loss of power may leave right now, each once."""
        found: dict[bytes, Files] = {}
        every, share = True, max(1, bounds.states // (len(self._changes) + 1))
        for prefix in range(len(self._changes), -1, -1):
            names = dict(self._settled)
            for _, change in self._changes[:prefix]:
                _apply(names, change)
            every = self._states(names, evolve(bounds, states=share), found) and every
        return CrashMoment(tuple(found.values()), every)

    @staticmethod
    def _states(names: Mapping[str, _Inode], bounds: CrashBounds, found: dict[bytes, Files]) -> bool:
        """Add the states under these names; whether they are all."""
        inodes = list(dict.fromkeys(names.values()))
        changes = [change for inode in inodes for change in inode.since]
        drawn, every = selections(changes, bounds)
        for choices in drawn:
            left = iter(choices)
            held = {inode: inode.after([next(left) for _ in inode.since]) for inode in inodes}
            files = {name: held[inode] for name, inode in names.items()}
            found.setdefault(digest(files), files)
        return every


def _apply(names: dict[str, _Inode], change: Mapping[str, _Inode | None]) -> None:
    for name, inode in change.items():
        if inode is None:
            names.pop(name, None)
        else:
            names[name] = inode


def digest(files: Files) -> bytes:
    """Sixteen bytes that tell one state of a store from every other."""
    said = hashlib.blake2b(digest_size=16)
    for name in sorted(files):
        said.update(f"{name}\0{len(files[name])}\0".encode())
        said.update(files[name])
    return said.digest()


def selections(changes: Sequence[Change], bounds: CrashBounds) -> tuple[list[tuple[Choice, ...]], bool]:
    """What may have become of each change; all of it when that is not more than the bound, else a spread of it.

    Beyond the bound: nothing, every prefix whole and with its last change torn, every change alone, all but one, and
    then as many drawn ones as the bound allows.
    """
    options = [choices(change) for change in changes]
    if math.prod(map(len, options)) <= bounds.states:
        return list(itertools.product(*options)), True
    spread = itertools.chain(_spread(changes, options), _drawn(options, bounds.seed))
    return list(itertools.islice(dict.fromkeys(itertools.islice(spread, 2 * bounds.states)), bounds.states)), False


def choices(change: Change) -> tuple[Choice, ...]:
    """Not at all, whole, and a write of several sectors torn behind the first and before the last."""
    if isinstance(change, Truncate) or len(change.data) <= SECTOR_BYTES:
        return (None, change)
    last = (len(change.data) - 1) // SECTOR_BYTES * SECTOR_BYTES
    torn = dict.fromkeys((SECTOR_BYTES, last))
    return (None, *(evolve(change, data=bytes(change.data[:size])) for size in torn), change)


def _spread(changes: Sequence[Change], options: Sequence[Sequence[Choice]]) -> Iterator[tuple[Choice, ...]]:
    count = len(changes)
    yield tuple(changes)
    yield (None,) * count
    for index in range(count):
        yield (*changes[:index], None, *changes[index + 1 :])
        yield (*[None] * index, changes[index], *[None] * (count - index - 1))
        yield from ((*changes[:index], each, *[None] * (count - index - 1)) for each in options[index])


def _drawn(options: Sequence[Sequence[Choice]], seed: int) -> Iterator[tuple[Choice, ...]]:
    dice = Random(f"states {seed} {len(options)}")  # noqa: S311  (a reproducible experiment, not a secret)
    while True:
        yield tuple(dice.choice(each) for each in options)
