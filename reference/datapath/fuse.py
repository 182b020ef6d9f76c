"""The fuse of a replica: the first effect or read that fails blows it, and nothing passes it any more.

Maintainers keep: a blown fuse is never mended. Whoever wants to go on opens the replica anew, with a new fuse, and so
believes only what is in the store. That is why no failed sync is tried again and no sealed frame is sealed twice.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from siteproof.reference.datapath.device import StoreFailed
from siteproof.reference.datapath.effects import Effect, Executor


class Fuse:
    """Passes everything on to `inner` until something fails there; `blown` tells what it was."""

    def __init__(self, inner: Executor) -> None:
        """Whole."""
        self.blown: StoreFailed | None = None
        self._inner = inner

    def check(self) -> None:
        """StoreFailed when the fuse is blown."""
        if self.blown is not None:
            raise StoreFailed("go on", f"it is out of service since: {self.blown.cause}", full=self.blown.full)

    def blow(self, failure: StoreFailed) -> None:
        """Nothing passes from here on; the first reason is the one that is kept."""
        self.blown = self.blown or failure

    @contextmanager
    def _watched(self) -> Iterator[None]:
        self.check()
        try:
            yield
        except StoreFailed as failure:
            self.blow(failure)
            raise

    def perform(self, effect: Effect) -> None:
        """As `inner`, while the fuse is whole."""
        with self._watched():
            self._inner.perform(effect)

    def read_into(self, file: str, offset: int, buffer: bytearray | memoryview) -> int:
        """As `inner`, while the fuse is whole."""
        with self._watched():
            return self._inner.read_into(file, offset, buffer)

    def read(self, file: str, offset: int, length: int) -> bytes:
        """As `inner`, while the fuse is whole."""
        with self._watched():
            return self._inner.read(file, offset, length)

    def size(self, file: str) -> int:
        """As `inner`, while the fuse is whole."""
        with self._watched():
            return self._inner.size(file)

    def exists(self, file: str) -> bool:
        """As `inner`."""
        return self._inner.exists(file)

    def list(self, folder: str) -> tuple[str, ...]:
        """As `inner`, while the fuse is whole."""
        with self._watched():
            return self._inner.list(folder)

    def path(self, file: str) -> str:
        """As `inner`."""
        return self._inner.path(file)
