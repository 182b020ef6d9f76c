"""What a process says on stderr: read to its end, so that it never blocks, and kept for whoever asks why it died.

Rule: what is shown is short, its beginning and its end; what is kept is everything up to a bound that is named.
"""

import threading
from collections import deque
from typing import IO

from siteproof.conformance import wire

SHOWN_FIRST, SHOWN_LAST = 3, 3
LINE_BYTES_MAX = 4096
KEPT_BYTES_MAX = 4 << 20
CUT = b"\n[more than 4 MiB: the rest was not kept]\n"


class LastWords:
    """Reads a stream in a thread of its own; `bytes` counts what came."""

    def __init__(self, stream: IO[bytes]) -> None:
        """Read from now on until the stream ends."""
        self.bytes = 0
        self._stream = stream
        self._kept: list[bytes] = []
        self._last: deque[bytes] = deque(maxlen=SHOWN_LAST)
        self._lines = 0
        self._thread = threading.Thread(target=self._read, daemon=True, name="adapter-stderr")
        self._thread.start()

    def text(self) -> str:
        """The first and the last lines on one line, or nothing."""
        self._thread.join(timeout=1.0)
        first = [line for line in self._kept[:SHOWN_FIRST] if line.strip()]
        between = self._lines - len(self._kept[:SHOWN_FIRST]) - len(self._last)
        last = list(self._last)[max(0, -between) :]
        more = [f"… {between} more lines …"] if between > 0 else []
        said = [*map(_shown, first), *more, *(_shown(line) for line in last if line.strip())]
        return f"its stderr: {' | '.join(said)}" if said else ""

    def everything(self) -> str:
        """All of it, up to KEPT_BYTES_MAX."""
        self._thread.join(timeout=1.0)
        cut = CUT if self.bytes > KEPT_BYTES_MAX else b""
        return (b"".join(self._kept) + cut).decode("utf-8", "replace")

    def _read(self) -> None:
        with self._stream as stream:
            while line := stream.readline(LINE_BYTES_MAX):
                if self.bytes < KEPT_BYTES_MAX:
                    self._kept.append(line)
                self._last.append(line)
                self._lines += 1
                self.bytes += len(line)


def _shown(line: bytes) -> str:
    return wire.shown(line.rstrip())[1:-1]
