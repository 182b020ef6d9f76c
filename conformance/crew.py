"""A crew: independent tasks shared among processes, each with a bound; conform, zoo and mutants are all done by one.

Rule: a task that hangs or dies takes its own process with it and nothing else, and comes out as lost, with the reason.
Processes are forked from a server that holds no thread, no lock and no open file of ours; what they need is pickled.
"""

import contextlib
import gc
import multiprocessing
import os
import resource
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from functools import partial
from multiprocessing import forkserver, util
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

from attrs import frozen
from pebble import ProcessExpired, ProcessPool

T = TypeVar("T")
R = TypeVar("R")
WORKERS_MAX = 64
GARBAGE_MIN = 20_000  # objects: a search of all of them each 700, as Python has it, takes a twelfth of a worker's time
PRELOADED = ("siteproof.conformance.runner", "siteproof.conformance.case")


def drop(_: object) -> None:
    """Nobody listens."""


@frozen
class Lost:
    """A task without a result, and why."""

    why: str


@frozen
class Crew(Generic[T, R]):
    """Does `work` on items in `workers` processes, or in this one when that is 1 and nothing is `apart`.

    `seconds_max` bounds one item by the clock, `cpu_seconds_max` by what its process computes (0: no such bound), which
    does not hang on how loaded the machine is. A crew that is `apart` takes a new process for every item. `preloaded`
    names modules that every process will need.
    """

    work: Callable[[T], R]
    workers: int
    seconds_max: float
    cpu_seconds_max: int = 0
    apart: bool = False
    preloaded: tuple[str, ...] = ()

    def in_order(self, items: Sequence[T], lost: Callable[[T, str], R], heard: Callable[[R], None] = drop) -> list[R]:
        """One result per item, in the order of the items; `heard` gets each as it comes, `lost` makes those lacking."""
        found: dict[int, R] = {}
        for index, result in self.as_they_end(items):
            found[index] = lost(items[index], result.why) if isinstance(result, Lost) else result
            heard(found[index])
        return [found[index] for index in range(len(items))]

    def as_they_end(self, items: Sequence[T]) -> Iterator[tuple[int, R | Lost]]:
        """The index and the result of each item, in the order in which they end; started in the order of `items`.

        What the work itself raises is raised here; a generator that is closed early ends its processes.
        """
        if self.workers == 1 and not self.apart:
            yield from ((index, self.work(item)) for index, item in enumerate(items))
        elif items:
            yield from self._elsewhere(items)

    def _elsewhere(self, items: Sequence[T]) -> Iterator[tuple[int, R | Lost]]:
        pool: Any = ProcessPool(
            max_workers=min(self.workers, len(items)),
            max_tasks=int(self.apart),
            initializer=_begin,
            initargs=(_Here(self.work, self.cpu_seconds_max, tempfile.tempdir, dict(os.environ)),),
            context=server(*self.preloaded),
        )
        ended: SimpleQueue[tuple[int, Future[R]]] = SimpleQueue()
        try:
            for index, item in enumerate(items):
                future = pool.schedule(_do, (item,), timeout=self.seconds_max)
                future.add_done_callback(partial(_tell, ended, index))
            for _ in items:
                index, done = ended.get()
                yield index, self._result(done)
            pool.close()
        finally:
            pool.stop()
            pool.join()

    def _result(self, done: "Future[R]") -> R | Lost:
        try:
            return done.result()
        except TimeoutError as error:
            if error.args[:1] != ("Task timeout",):
                raise
            return Lost(f"no end of it within {self.seconds_max:g} s")
        except ProcessExpired as error:
            if error.exitcode == -signal.SIGXCPU:
                return Lost(f"no end of it after {self.cpu_seconds_max} s of computing")
            return Lost(f"it took its process with it: {_ending(error.exitcode)}")


def server(*modules: str) -> Any:
    """The context whose processes are forked from one that has imported what all of them need; it starts early."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*PRELOADED, *modules])
    with _usual_place():
        util.get_temp_dir()  # the server outlives every scratch
    return context


@contextlib.contextmanager
def _usual_place() -> Iterator[None]:
    before, tempfile.tempdir = tempfile.tempdir, None
    try:
        yield
    finally:
        tempfile.tempdir = before


def warm_up(*modules: str) -> None:
    """Begin to import what processes will need, while there is still something else to do here."""
    server(*modules)
    forkserver.ensure_running()


def cores() -> int:
    """How many processes can work at once here."""
    return min(WORKERS_MAX, len(os.sched_getaffinity(0)))


@frozen
class _Here:
    """What a process of a crew knows: told once, so that it is not pickled with every item."""

    work: Callable[[Any], Any]
    cpu_seconds_max: int
    scratch: str | None
    environment: Mapping[str, str]


_HERE: list[_Here] = []  # one, from the beginning of the process on


def _begin(here: _Here) -> None:
    """What a process does first: it works where and as its parent does, and not as the server began."""
    _HERE[:] = [here]
    tempfile.tempdir = here.scratch
    os.environ.clear()
    os.environ.update(here.environment)
    gc.freeze()  # what was imported is never garbage
    gc.set_threshold(GARBAGE_MIN, *gc.get_threshold()[1:])
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _do(item: Any) -> Any:
    (here,) = _HERE
    if here.cpu_seconds_max:
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + here.cpu_seconds_max, hard))
    return here.work(item)


def _tell(ended: "SimpleQueue[tuple[int, Future[R]]]", index: int, done: "Future[R]") -> None:
    ended.put((index, done))


def _ending(code: int) -> str:
    if code >= 0:
        return f"it ended with exit status {code}"
    with contextlib.suppress(ValueError):
        return f"it was ended by {signal.Signals(-code).name}"
    return f"it was ended by signal {-code}"
