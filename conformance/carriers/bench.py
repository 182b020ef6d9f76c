"""The bench: one thread in which a subject is opened, asked and closed, with a bound on everything it does there.

Rule: the judge itself never waits without a bound. Whoever exceeds it is let go (a process is killed, a thread is left
behind), and the next call gets a new subject.
"""

import contextlib
import ctypes
import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, TypeVar

from siteproof.conformance.carriers.broken import CarrierBroken
from siteproof.conformance.carriers.carrier import Carrier
from siteproof.conformance.carriers.in_process import InProcess
from siteproof.conformance.carriers.patience import Patience
from siteproof.model.nouns.subject import Subject

T = TypeVar("T")
GRACE_SECONDS = 0.2
STRETCH_MAX = 8.0
"""Times its bound that a task may take by the clock, when other work has the cores for most of it."""


class Hung(CarrierBroken):
    """The subject took longer than the bound."""


class Bench:
    """Opens subjects by `factory` and runs tasks on them, each within `timeout_seconds` in which it had a core."""

    def __init__(self, factory: Callable[[], Subject], timeout_seconds: float) -> None:
        """Nothing is opened yet."""
        self._factory = factory
        self._timeout_seconds = timeout_seconds
        self._worker = _Worker()
        self._carrier: Carrier | None = None

    def run(self, task: Callable[[Carrier], T]) -> T:
        """Run `task` on the subject, opening one when there is none; CarrierBroken when it cannot go on."""
        future = self._worker.submit(lambda: task(self._open()))
        try:
            return self._result(future, self._timeout_seconds)
        except CarrierBroken:
            self.drop()
            raise

    def drop(self) -> None:
        """Let the present subject go without asking it."""
        if self._carrier is not None:
            self._carrier.abandon()
        self._carrier = None

    def close(self, seconds_max: float | None = None) -> None:
        """Close the subject politely, within the bound (or a shorter one), and end the thread."""
        self.rest(seconds_max)
        self._worker.end()

    def rest(self, seconds_max: float | None = None) -> None:
        """Close the subject politely; the next task opens another one."""
        carrier, self._carrier = self._carrier, None
        if carrier is not None:
            with contextlib.suppress(Exception):
                self._result(self._worker.submit(carrier.close), seconds_max or self._timeout_seconds)
            carrier.abandon()

    def _open(self) -> Carrier:
        if self._carrier is None:
            subject = self._factory()
            self._carrier = subject if isinstance(subject, Carrier) else InProcess(subject)
        return self._carrier

    def _result(self, future: "Future[T]", seconds_max: float) -> T:
        patience = Patience(self._worker.thread, self._carrier.process if self._carrier else 0)
        left = seconds_max
        while left > 0:
            try:
                return future.result(left)
            except TimeoutError:
                if future.done():
                    raise
            except BaseException:
                if not future.done():  # an interrupt of the judge itself
                    self.drop()
                raise
            gone = patience.seconds() if patience.wall_seconds() < seconds_max * STRETCH_MAX else seconds_max
            left = seconds_max - gone
        raise self._let_go(future)

    def _let_go(self, future: "Future[Any]") -> Hung:
        doing = (self._carrier.doing if self._carrier else "") or "a case"
        flood = self._carrier.flood() if self._carrier else ""
        self.drop()
        with contextlib.suppress(Exception):
            future.result(GRACE_SECONDS)
        self._worker.end(at_once=not future.done())
        self._worker = _Worker()
        seconds = f"{self._timeout_seconds:g} s"
        if flood:
            return Hung(
                f"the subject floods `{doing}`",
                f"it sent {flood} within {seconds}, the bound of one case",
                "an answer is one line; keep what is no answer off stdout, and stderr short",
            )
        return Hung(
            f"the subject hangs in `{doing}`",
            f"no end of it within {seconds}, the bound of one case",
            "raise --timeout if the subject is only slow",
        )


class _LetGo(BaseException):
    """Raised in a thread that nobody waits for any more, so that it does not compute for ever beside the others."""


class _Worker:
    """A thread that runs one task after another; a daemon, because a hung subject must not keep the judge alive."""

    def __init__(self) -> None:
        self._tasks: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._loop, daemon=True, name="bench")
        self._thread.start()

    @property
    def thread(self) -> int:
        """Its number in the system."""
        return self._thread.native_id or 0

    def submit(self, task: Callable[[], T]) -> "Future[T]":
        """Queue one task."""
        future: Future[T] = Future()
        self._tasks.put((future, task))
        return future

    def end(self, *, at_once: bool = False) -> None:
        """End after what is queued; `at_once` ends Python code that runs, though no call that waits in the system."""
        self._tasks.put(None)
        if at_once and self._thread.ident is not None:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self._thread.ident), ctypes.py_object(_LetGo))

    def _loop(self) -> None:
        while (queued := self._tasks.get()) is not None:
            future, task = queued
            try:
                future.set_result(task())
            except BaseException as error:  # noqa: BLE001  (it is handed to whoever waits for the task)
                future.set_exception(error)
