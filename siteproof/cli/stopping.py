"""What runs until it is told to stop: a signal is an event, so that everything is closed in order."""

import contextlib
import signal
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def until_signal() -> Iterator[threading.Event]:
    """An event that SIGINT and SIGTERM set while the body runs."""
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
