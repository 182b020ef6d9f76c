"""What a case arranged to happen inside later calls: at an instant of the clock, or at a number of bytes.

Rule: bytes are watched by a thread that only strikes; whatever has to be started again is started by its owner. The
instant is real: a product that is not held still is struck within a millisecond or two of the byte that was meant.
"""

import threading
import time
from collections.abc import Callable

from siteproof.model.nouns.subject import During

POLL_SECONDS = 0.001


class ForeignArrangements:
    """What is still to happen; `act` carries one of them out, `sent` tells how many bytes have left for a machine."""

    def __init__(self, act: Callable[[During], None], sent: Callable[[str], int]) -> None:
        """Nothing is arranged."""
        self._act = act
        self._sent = sent
        self._by_time: list[During] = []
        self._waited_ms = 0
        self._over = threading.Event()
        self._watcher: threading.Thread | None = None

    def arm(self, during: tuple[During, ...]) -> None:
        """From now on these can happen, and nothing of what was arranged before."""
        self.disarm()
        self._by_time = sorted(
            (each for each in during if each.after_ms is not None), key=lambda each: each.after_ms or 0
        )
        self._waited_ms = 0
        by_bytes = [each for each in during if each.after_bytes is not None]
        if by_bytes:
            self._over = threading.Event()
            marks = [(self._sent(each.machine) + (each.after_bytes or 0), each) for each in by_bytes]
            self._watcher = threading.Thread(target=self._watch, args=(sorted(marks, key=_bytes), self._over))
            self._watcher.start()

    def disarm(self) -> None:
        """Nothing more can happen, and nothing is under way."""
        self._by_time = []
        self._over.set()
        if self._watcher is not None:
            self._watcher.join()
            self._watcher = None

    def next_within(self, milliseconds: int) -> tuple[int, During] | None:
        """The next thing that is due within this time and in how many milliseconds; it is taken off."""
        if not self._by_time or (self._by_time[0].after_ms or 0) > self._waited_ms + milliseconds:
            self._waited_ms += milliseconds
            return None
        due = self._by_time.pop(0)
        wait_ms = max(0, (due.after_ms or 0) - self._waited_ms)
        self._waited_ms += wait_ms
        return wait_ms, due

    def _watch(self, marks: list[tuple[int, During]], over: threading.Event) -> None:
        while marks and not over.is_set():
            bound, during = marks[0]
            if self._sent(during.machine) > bound:
                marks.pop(0)
                self._act(during)
            else:
                time.sleep(POLL_SECONDS)


def _bytes(mark: tuple[int, During]) -> int:
    return mark[0]
