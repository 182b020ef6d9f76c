"""Ctrl-C while the solver works: the solver is stopped, and the command gets a KeyboardInterrupt as everywhere else.

Rule: z3 never handles the signal itself, for then it would swallow it and answer `unknown`. Python's own handler can
run only when z3 returns, so a thread that is woken by the signal tells z3 to return, until the command has ended.
"""

import _thread
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import attrs
import z3

from siteproof.model.engines.prove.answer import stop

AGAIN_SECONDS = 0.2
QUIET = {"__del__", "z3_error_handler"}
"""Functions in which an exception would be lost: what is raised there is printed and forgotten."""


@contextmanager
def interruptible() -> Iterator[None]:
    """While the body runs, SIGINT stops the solver and raises KeyboardInterrupt in it, at the latest at its end.

    Outside of the main thread, where there are no signals, the body simply runs. What was set before is restored.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    z3.set_param("ctrl_c", False)
    watch = _Watch()
    handler, wakeup = signal.signal(signal.SIGINT, watch.heard), signal.set_wakeup_fd(watch.told.fileno())
    watch.thread.start()
    try:
        yield
    except Exception:
        if not watch.asked:
            raise
    finally:
        watch.over.set()
        signal.set_wakeup_fd(wakeup)
        signal.signal(signal.SIGINT, handler)
        watch.end()
    if watch.asked:
        raise KeyboardInterrupt


def _pair() -> tuple[socket.socket, socket.socket]:
    reads, writes = socket.socketpair()
    writes.setblocking(False)
    return reads, writes


@attrs.define(eq=False)
class _Watch:
    """The handler and the thread beside it; `asked` says that the user wants an end."""

    asked: bool = False
    over: threading.Event = attrs.field(factory=threading.Event)
    pair: tuple[socket.socket, socket.socket] = attrs.field(factory=_pair)
    thread: threading.Thread = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.thread = threading.Thread(target=self._stop_the_solver, daemon=True)

    @property
    def told(self) -> socket.socket:
        """Where the signal's number is written at the moment it comes."""
        return self.pair[1]

    def heard(self, number: int, frame: FrameType | None) -> None:
        """The handler: raise, unless the exception would be lost here; then the thread sends the signal again."""
        del number
        self.asked = True
        if not self.over.is_set() and not _quiet(frame):
            raise KeyboardInterrupt

    def end(self) -> None:
        """Let the thread end, and wait for it."""
        self.told.send(b"\0")
        self.thread.join()
        for each in self.pair:
            each.close()

    def _stop_the_solver(self) -> None:
        heard = b""
        while heard != bytes([signal.SIGINT]) and not self.over.is_set():
            heard = self.pair[0].recv(1)
        while not self.over.is_set():
            stop()
            if not self.over.wait(AGAIN_SECONDS):
                _thread.interrupt_main()


def _quiet(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_name in QUIET:
            return True
        frame = frame.f_back
    return False
