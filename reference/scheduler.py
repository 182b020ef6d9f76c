"""Virtual time: a heap of actions; nothing in the appliance reads another clock (docs/design.md, Decisions).

Actions of one instant run in the order in which they were planned, so a run is a function of its calls.
"""

import heapq
from collections.abc import Callable

Action = Callable[[], None]


class Scheduler:
    """The steady clock, in milliseconds, and what is planned on it."""

    def __init__(self, now_ms: int) -> None:
        """Start at `now_ms` with nothing planned."""
        self.now_ms = now_ms
        self._planned: list[tuple[int, int, Action]] = []
        self._count = 0

    def at(self, time_ms: int, action: Action) -> None:
        """Plan an action; one that is already due runs at the next `run_until`."""
        self._count += 1
        heapq.heappush(self._planned, (max(time_ms, self.now_ms), self._count, action))

    def run_until(self, time_ms: int) -> None:
        """Run everything that is due up to and including `time_ms`, moving the clock from one to the next."""
        while self._planned and self._planned[0][0] <= time_ms:
            self.now_ms, _, action = heapq.heappop(self._planned)
            action()
        self.now_ms = max(self.now_ms, time_ms)
