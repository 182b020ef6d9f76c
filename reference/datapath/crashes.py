"""A store that can lose power: what was behind no barrier is lost, kept, torn or kept in part (docs/design.md, fuzz).

Maintainers keep: the model is stricter than any file system. Writes of a file between two barriers survive in any
subset, the last one also torn; names made, changed or removed survive as a prefix until their `SyncDirectory`.
`Barrier` saves a file's bytes, never its name; after a failed one the bytes since the one before are lost for ever.
"""

from collections.abc import Callable, Sequence
from random import Random

from attrs import define, evolve, field, frozen

from siteproof.reference.datapath.effects import (
    Acknowledge,
    Barrier,
    Effect,
    Executor,
    Rename,
    SyncDirectory,
    Truncate,
    Unlink,
    Write,
)

LIMBO = ".limbo-"  # removed files wait under this prefix for the SyncDirectory that makes their removal durable


class Crashed(Exception):  # noqa: N818  (an event, not a defect)
    """The simulated store has lost power; nothing more can be done through this executor."""


@frozen
class Keep:
    """What survives a crash: `writes` of one file in order -> those kept; `names` -> how many of so many."""

    writes: Callable[[Sequence[Write | Truncate]], Sequence[Write | Truncate]]
    names: Callable[[int], int]


KEEP_NOTHING = Keep(lambda _: (), lambda _: 0)
KEEP_EVERYTHING = Keep(lambda writes: writes, lambda count: count)


def keep_some(seed: int) -> Keep:
    """A random subset of the unsynced writes, one of them perhaps torn, and a random prefix of the name changes."""
    random = Random(seed)  # noqa: S311  (a reproducible experiment, not a secret)

    def subset(writes: Sequence[Write | Truncate]) -> list[Write | Truncate]:
        return [_perhaps_torn(write, random) for write in writes if random.random() < 0.5]

    return Keep(subset, lambda count: random.randint(0, count))


def _perhaps_torn(write: Write | Truncate, random: Random) -> Write | Truncate:
    if isinstance(write, Truncate) or random.random() < 0.7:
        return write
    return evolve(write, data=bytes(write.data[: random.randint(0, len(write.data))]))


@define
class _Unsynced:
    """A file whose bytes are not all safe: what the device holds, what came since, and whether bytes were lost."""

    device: bytearray
    since: list[Write | Truncate] = field(factory=list)
    lost: bool = False

    def reach_device(self, writes: Sequence[Write | Truncate]) -> None:
        """These writes are on the device now."""
        for write in writes:
            _put(self.device, write)


def _put(held: bytearray, write: Write | Truncate) -> None:
    size = write.size if isinstance(write, Truncate) else write.offset
    if isinstance(write, Truncate):
        del held[size:]
    held.extend(bytes(max(0, size - len(held))))
    if isinstance(write, Write):
        held[write.offset : write.offset + len(write.data)] = write.data


@frozen
class _NameChange:
    """One atomic change in a folder, as (name that appeared, name that went away or "") in order."""

    folder: str
    steps: tuple[tuple[str, str], ...]


class CrashingExecutor:
    """Wraps `inner` and, before effect number `crash_at` (from 0), loses what `keep` does not save.

    `crash(keep)` does the same at any moment; the caller then opens the same `inner` through a new executor.
    """

    def __init__(self, inner: Executor, crash_at: int | None = None, keep: Keep = KEEP_NOTHING) -> None:
        """Everything that `inner` holds now counts as durable."""
        self.inner = inner
        self.performed = 0
        self._crash_at = crash_at
        self._keep = keep
        self._unsynced: dict[str, _Unsynced] = {}
        self._names: list[_NameChange] = []
        self._limbo: list[str] = []
        self._dead = False

    def perform(self, effect: Effect) -> None:
        """Carry the effect out, or crash before it."""
        self._check()
        if self.performed == self._crash_at:
            self.crash(self._keep)
            raise Crashed
        self.performed += 1
        self._perform(effect)

    def crash(self, keep: Keep | None = None) -> None:
        """Lose power now: settle what survives by the rule; every later call raises `Crashed`."""
        rule = keep or self._keep
        for file, unsynced in self._unsynced.items():
            self._settle(file, unsynced, rule)
        kept = rule.names(len(self._names))
        for change in reversed(self._names[kept:]):
            self._take_back(change)
        self._bury(list(self._limbo))
        self._dead = True

    def _perform(self, effect: Effect) -> None:
        match effect:
            case Write(file, _, data):
                self._remember(file).since.append(evolve(effect, data=bytes(data)))
                self.inner.perform(effect)
            case Truncate(file):
                self._remember(file).since.append(effect)
                self.inner.perform(effect)
            case Barrier(file):
                self.inner.perform(effect)
                self._synced(file)
            case Rename(old, new):
                self._move(old, new)
            case Unlink(file):
                self._move(file, "")
            case SyncDirectory(folder):
                self.inner.perform(effect)
                self._sync_names(folder)
            case Acknowledge():
                self.inner.perform(effect)

    def fail_barrier(self, file: str, *, keep: bool) -> None:
        """A barrier failed: what came since the last one never reaches the device; `keep` leaves it to be read."""
        self._check()
        unsynced = self._unsynced.get(file)
        if unsynced is None:
            return
        unsynced.since.clear()
        unsynced.lost = True
        if not keep:
            self._replace(file, unsynced.device)

    def _remember(self, file: str) -> _Unsynced:
        """Note what the device holds of a file that is about to change."""
        if file in self._unsynced:
            return self._unsynced[file]
        held = b""
        if self.inner.exists(file):
            held = self.inner.read(file, 0, self.inner.size(file))
        else:
            self._names.append(_NameChange(_folder(file), ((file, ""),)))
        self._unsynced[file] = unsynced = _Unsynced(bytearray(held))
        return unsynced

    def _synced(self, file: str) -> None:
        unsynced = self._unsynced.get(file)
        if unsynced is None:
            return
        unsynced.reach_device(unsynced.since)
        unsynced.since.clear()
        if not unsynced.lost:
            del self._unsynced[file]

    def _settle(self, file: str, unsynced: _Unsynced, rule: Keep) -> None:
        unsynced.reach_device(rule.writes(unsynced.since))
        self._replace(file, unsynced.device)

    def _replace(self, file: str, content: bytearray) -> None:
        self.inner.perform(Truncate(file, 0))
        self.inner.perform(Write(file, 0, bytes(content)))

    def _move(self, old: str, new: str) -> None:
        """Rename, or remove when there is no new name; what is replaced or removed waits in limbo. One atomic step."""
        steps = []
        if not new or self.inner.exists(new):
            steps.append((self._to_limbo(new or old), new or old))
        if new:
            self._carry(old, new)
            steps.append((new, old))
        self._names.append(_NameChange(_folder(new or old), tuple(steps)))

    def _to_limbo(self, file: str) -> str:
        folder = _folder(file)
        hidden = f"{folder}/{LIMBO}{self.performed}" if folder else f"{LIMBO}{self.performed}"
        self._carry(file, hidden)
        self._limbo.append(hidden)
        return hidden

    def _carry(self, old: str, new: str) -> None:
        self.inner.perform(Rename(old, new))
        if old in self._unsynced:
            self._unsynced[new] = self._unsynced.pop(old)

    def _sync_names(self, folder: str) -> None:
        self._names = [change for change in self._names if change.folder != folder]
        self._bury([hidden for hidden in self._limbo if _folder(hidden) == folder])

    def _bury(self, limbo: list[str]) -> None:
        """These removals are settled: the files are gone, unless a crash has taken the removal back."""
        for hidden in limbo:
            self._limbo.remove(hidden)
            self._unsynced.pop(hidden, None)
            if self.inner.exists(hidden):
                self.inner.perform(Unlink(hidden))

    def _take_back(self, change: _NameChange) -> None:
        for appeared, vanished in reversed(change.steps):
            self.inner.perform(Rename(appeared, vanished) if vanished else Unlink(appeared))

    def _check(self) -> None:
        if self._dead:
            raise Crashed

    def read_into(self, file: str, offset: int, buffer: bytearray | memoryview) -> int:
        """As `inner`, until the crash."""
        self._check()
        return self.inner.read_into(file, offset, buffer)

    def read(self, file: str, offset: int, length: int) -> bytes:
        """As `inner`, until the crash."""
        self._check()
        return self.inner.read(file, offset, length)

    def size(self, file: str) -> int:
        """As `inner`, until the crash."""
        self._check()
        return self.inner.size(file)

    def exists(self, file: str) -> bool:
        """As `inner`, until the crash."""
        self._check()
        return self.inner.exists(file)

    def list(self, folder: str) -> tuple[str, ...]:
        """As `inner`, until the crash; removed files that a crash could bring back are not shown."""
        self._check()
        return tuple(name for name in self.inner.list(folder) if not name.startswith(LIMBO))

    def path(self, file: str) -> str:
        """As `inner`."""
        return self.inner.path(file)


def _folder(file: str) -> str:
    return file.rpartition("/")[0]
