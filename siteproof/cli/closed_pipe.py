"""Standard output whose reader goes away before the command ends (`| head -1`): quiet, and with the command's own code.

Rule: whether the reader is still there at some write is chance; so the command goes on without it, and its exit code is
the same every time.
"""

import io
import os
import stat
import sys
from typing import Any


class UnreadPipe(io.FileIO):
    """A pipe; what is written after its reader has gone is forgotten."""

    def write(self, data: Any, /) -> int:
        """The number of bytes that were written or forgotten."""
        try:
            return super().write(data) or 0
        except BrokenPipeError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)
            return len(data)


def outlive_the_reader() -> None:
    """From now on standard output outlives its reader, where it is a pipe."""
    if _is_pipe(sys.stdout):
        sys.stdout.flush()
        pipe = io.BufferedWriter(UnreadPipe(sys.stdout.fileno(), "w", closefd=False))
        sys.stdout = io.TextIOWrapper(pipe, sys.stdout.encoding, sys.stdout.errors, write_through=True)


def _is_pipe(stream: Any) -> bool:
    try:
        return type(stream) is io.TextIOWrapper and stat.S_ISFIFO(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):  # closed, or not a file at all
        return False
