"""Patience: how long a task has taken, less the time in which it was ready to go on and other work had its core.

Rule: a loaded machine is no slowness of a subject. What the kernel does not tell (it is not Linux) counts as taken.
"""

import contextlib
import time
from pathlib import Path

from attrs import define, field

NANOSECONDS = 1_000_000_000


@define
class Patience:
    """Measures from its making on; `thread` is the native id of one of our threads, `process` another process or 0."""

    thread: int
    process: int = 0
    _began: float = field(factory=time.monotonic, init=False)
    _before: float = field(init=False)

    def __attrs_post_init__(self) -> None:
        """What was waited for earlier does not matter."""
        self._before = self._starved()

    def wall_seconds(self) -> float:
        """How long it is ago, by the clock."""
        return time.monotonic() - self._began

    def seconds(self) -> float:
        """How long it is ago, in time in which the task and its subject had the cores that they wanted."""
        return self.wall_seconds() - max(0.0, self._starved() - self._before)

    def _starved(self) -> float:
        """The thread's own waiting, and that of the most starved thread of the process."""
        own = _waited(Path(f"/proc/self/task/{self.thread}"))
        with contextlib.suppress(OSError):
            return own + max(map(_waited, Path(f"/proc/{self.process}/task").iterdir()), default=0.0)
        return own


def _waited(task: Path) -> float:
    """Seconds that a thread has spent ready to run, and not running (the second figure of schedstat)."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int((task / "schedstat").read_text().split()[1]) / NANOSECONDS
    return 0.0
