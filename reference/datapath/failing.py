"""A store that fails and goes on: one effect or read is refused, then everything works again (or not for a while).

Maintainers keep: a failed sync takes the unsynced writes away for ever, whatever is synced later, as file systems do;
whether they still can be read until the next crash is one of the kinds.
"""

from collections.abc import Callable
from enum import StrEnum

from attrs import evolve

from siteproof.reference.datapath.crashes import CrashingExecutor
from siteproof.reference.datapath.device import StoreFailed
from siteproof.reference.datapath.effects import Acknowledge, Barrier, Effect, Truncate, Unlink, Write


class FailureMode(StrEnum):
    """How an effect fails."""

    ERROR = "input/output error"  # nothing was carried out
    FULL = "no space left"  # nothing was carried out, where space is needed
    SHORT = "short write"  # half of the bytes were written
    SYNC_KEPT = "failed sync, pages kept"  # unsynced bytes can be read until the next crash, which takes them
    SYNC_DROPPED = "failed sync, pages dropped"  # unsynced bytes are gone at once
    DONE_ANYWAY = "failed and done"  # carried out, and reported as failed
    READ = "read error"  # of a read instead of an effect


SPENDING = (Write, Truncate)


def applies(failure: FailureMode, effect: Effect) -> bool:
    """Whether this effect can fail in that way."""
    match failure:
        case FailureMode.FULL:
            return not isinstance(effect, Barrier | Unlink | Acknowledge)
        case FailureMode.SHORT:
            return isinstance(effect, Write)
        case FailureMode.SYNC_KEPT | FailureMode.SYNC_DROPPED:
            return isinstance(effect, Barrier)
        case FailureMode.READ:
            return False
        case _:
            return True


class FailingExecutor:
    """Wraps a store that can crash; effects `first` to `first + length - 1` fail (reads, when `failure` is READ).

    `effects` and `reads` count what was asked for since the start.
    """

    def __init__(self, inner: CrashingExecutor, failure: FailureMode, first: int, length: int = 1) -> None:
        """Nothing has failed yet."""
        self.inner = inner
        self.failure = failure
        self.effects = 0
        self.reads = 0
        self.failed = 0
        self._span = range(first, first + length)

    def perform(self, effect: Effect) -> None:
        """Carry the effect out, or fail as planned."""
        number, self.effects = self.effects, self.effects + 1
        if number not in self._span or not applies(self.failure, effect):
            self.inner.perform(effect)
            return
        self.failed += 1
        _FAILING[self.failure](self.inner, effect)
        raise StoreFailed(type(effect).__name__.lower(), self.failure.value, full=self.failure is FailureMode.FULL)

    def read_into(self, file: str, offset: int, buffer: bytearray | memoryview) -> int:
        """As `inner`, unless this read is to fail."""
        self._read()
        return self.inner.read_into(file, offset, buffer)

    def read(self, file: str, offset: int, length: int) -> bytes:
        """As `inner`, unless this read is to fail."""
        self._read()
        return self.inner.read(file, offset, length)

    def size(self, file: str) -> int:
        """As `inner`, unless this read is to fail."""
        self._read()
        return self.inner.size(file)

    def exists(self, file: str) -> bool:
        """As `inner`."""
        return self.inner.exists(file)

    def list(self, folder: str) -> tuple[str, ...]:
        """As `inner`, unless this read is to fail."""
        self._read()
        return self.inner.list(folder)

    def path(self, file: str) -> str:
        """As `inner`."""
        return self.inner.path(file)

    def _read(self) -> None:
        number, self.reads = self.reads, self.reads + 1
        if self.failure is FailureMode.READ and number in self._span:
            self.failed += 1
            raise StoreFailed("read", self.failure.value)


def _nothing(inner: CrashingExecutor, effect: Effect) -> None:
    del inner, effect


def _half(inner: CrashingExecutor, effect: Effect) -> None:
    assert isinstance(effect, Write)
    inner.perform(evolve(effect, data=bytes(effect.data)[: len(effect.data) // 2]))


def _lose(*, keep: bool) -> Callable[[CrashingExecutor, Effect], None]:
    def lose(inner: CrashingExecutor, effect: Effect) -> None:
        assert isinstance(effect, Barrier)
        inner.fail_barrier(effect.file, keep=keep)

    return lose


_FAILING: dict[FailureMode, Callable[[CrashingExecutor, Effect], None]] = {
    FailureMode.ERROR: _nothing,
    FailureMode.FULL: _nothing,
    FailureMode.SHORT: _half,
    FailureMode.SYNC_KEPT: _lose(keep=True),
    FailureMode.SYNC_DROPPED: _lose(keep=False),
    FailureMode.DONE_ANYWAY: lambda inner, effect: inner.perform(effect),
}
