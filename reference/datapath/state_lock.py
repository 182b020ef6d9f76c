"""The lock of a state directory: one process at a time, told apart by an epoch (wall 4: this file meets the kernel).

File `lock`, ASCII: the epoch in decimal, one more with every holder. Maintainers keep: the kernel lets go of the lock
when its holder dies, however it dies; nothing has to be cleaned up before the next start.
"""

import fcntl
import os
from pathlib import Path

from siteproof.model.nouns.problem import Problem


class StateLock:
    """Held from construction to `release`; `epoch` says how many have held it, this one included."""

    def __init__(self, root: Path) -> None:
        """Take the lock of the directory, which is created; Problem when another process or object holds it."""
        root.mkdir(parents=True, exist_ok=True)
        self._handle: int | None = os.open(root / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._close()
            hint = "stop the other appliance, or name another state directory"
            raise Problem(f"the state directory {str(root)!r} is in use", "another process holds it", hint) from error
        self.epoch = _epoch(os.pread(self._handle, 32, 0)) + 1
        os.pwrite(self._handle, f"{self.epoch}\n".encode(), 0)
        os.fdatasync(self._handle)

    def release(self) -> None:
        """Let the next one in; a second release does nothing."""
        self._close()

    def _close(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def _epoch(text: bytes) -> int:
    return int(text) if text.strip().isdigit() else 0
