"""Work in processes of its own, a bound on each: a mutant that loops for ever takes its own process with it, no more.

Rule: results come back in the order of the items, whoever was done first; the processes are forked from one that has
everything in memory already, and end with it.
"""

import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from typing import Generic, TypeVar

from attrs import define, field

T = TypeVar("T")
R = TypeVar("R")
POLL_SECONDS = 0.5
_FORK = multiprocessing.get_context("fork")


@define
class _Running(Generic[R]):
    process: ForkProcess
    answers: Connection
    index: int
    end: float


@define
class Herd(Generic[T, R]):
    """Calls `work` with each item, at most `jobs` at a time; an item that takes longer than its bound comes to `lost`.

    `progress` is called with the number of items done, about twice a second; `heard` with each result as it comes.
    """

    work: Callable[[T], R]
    lost: Callable[[T, str], R]
    jobs: int
    seconds_max: float
    progress: Callable[[int], None] = lambda _: None
    heard: Callable[[R], None] = lambda _: None
    _running: list[_Running[R]] = field(factory=list, init=False)

    def results(self, items: Sequence[T]) -> list[R]:
        """One result per item, in order."""
        found: dict[int, R] = {}
        waiting = list(enumerate(items))[::-1]
        try:
            while waiting or self._running:
                while waiting and len(self._running) < self.jobs:
                    self._start(*waiting.pop())
                for index, result in self._ended(items):
                    found[index] = result
                    self.heard(result)
                self.progress(len(found))
        finally:
            for each in self._running:
                _end(each.process)
        return [found[index] for index in range(len(items))]

    def _start(self, index: int, item: T) -> None:
        mine, theirs = _FORK.Pipe(duplex=False)
        process = _FORK.Process(target=_answer, args=(self.work, item, theirs), daemon=True)
        process.start()
        theirs.close()
        self._running.append(_Running(process, mine, index, time.monotonic() + self.seconds_max))

    def _ended(self, items: Sequence[T]) -> Iterator[tuple[int, R]]:
        ready = wait([each.answers for each in self._running], POLL_SECONDS)
        for each in list(self._running):
            late = time.monotonic() > each.end
            if each.answers in ready or late:
                self._running.remove(each)
                yield each.index, self._result(each, items[each.index], late=each.answers not in ready)

    def _result(self, each: _Running[R], item: T, *, late: bool) -> R:
        try:
            if late:
                return self.lost(item, "it took too long")
            answer: R = each.answers.recv()
        except EOFError:
            return self.lost(item, "its process ended without a word")
        finally:
            each.answers.close()
            _end(each.process)
        return answer


def _answer(work: Callable[[T], R], item: T, answers: Connection) -> None:
    answers.send(work(item))
    answers.close()


def _end(process: ForkProcess) -> None:
    process.join(0 if process.is_alive() else None)
    if process.is_alive():
        process.join(1)
    if process.is_alive():
        process.kill()
        process.join()
