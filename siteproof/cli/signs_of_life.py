"""A sign of life of long runs, on standard error: a line that is redrawn in a terminal, a line now and then elsewhere.

Rule: nothing of it stands in the output of a command, and nothing that a command decides depends on it.
"""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

REDRAW_SECONDS = 0.5
LINE_SECONDS = 10.0
WIDTH = 78

Say = Callable[[float], str]
"""What there is to say after so many seconds."""


@contextmanager
def beating(say: Say, *, terminal: bool | None = None, seconds: float | None = None) -> Iterator[None]:
    """While the body runs, `say` is printed every `seconds` (as befits a terminal, or what is none)."""
    redraws = sys.stderr.isatty() if terminal is None else terminal
    pause = seconds or (REDRAW_SECONDS if redraws else LINE_SECONDS)
    over = threading.Event()
    beat = threading.Thread(target=_beat, args=(say, redraws, pause, over), daemon=True)
    beat.start()
    try:
        yield
    finally:
        over.set()
        beat.join()


def _beat(say: Say, redraws: bool, pause: float, over: threading.Event) -> None:
    start = time.perf_counter()
    while not over.wait(pause):
        line = f"  {say(time.perf_counter() - start)}"
        click.echo(f"\r{line:<{WIDTH}}" if redraws else line, nl=not redraws, err=True)
    if redraws:
        click.echo(f"\r{'':<{WIDTH}}\r", nl=False, err=True)
