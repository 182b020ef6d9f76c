"""An executor that remembers: the ordered trace of effects is what crash enumeration walks along.

Maintainers keep: the trace holds copies, so a buffer that its owner uses again cannot change the past.
"""

from attrs import evolve

from siteproof.reference.datapath.effects import Effect, Executor, Write


class RecordingExecutor:
    """Passes every effect on to `inner` and keeps it in `trace`, in order."""

    def __init__(self, inner: Executor) -> None:
        """Start with an empty trace."""
        self.inner = inner
        self.trace: list[Effect] = []

    def perform(self, effect: Effect) -> None:
        """Keep a copy of the effect, then carry it out."""
        self.trace.append(evolve(effect, data=bytes(effect.data)) if isinstance(effect, Write) else effect)
        self.inner.perform(effect)

    def read_into(self, file: str, offset: int, buffer: bytearray | memoryview) -> int:
        """As `inner`."""
        return self.inner.read_into(file, offset, buffer)

    def read(self, file: str, offset: int, length: int) -> bytes:
        """As `inner`."""
        return self.inner.read(file, offset, length)

    def size(self, file: str) -> int:
        """As `inner`."""
        return self.inner.size(file)

    def exists(self, file: str) -> bool:
        """As `inner`."""
        return self.inner.exists(file)

    def list(self, folder: str) -> tuple[str, ...]:
        """As `inner`."""
        return self.inner.list(folder)

    def path(self, file: str) -> str:
        """As `inner`."""
        return self.inner.path(file)
