"""The player: one case in each of its worlds, on a bench of its own, in the judge's process or in a worker's.

Rule: an outcome follows from the case, its worlds and the subject alone. A player is pickled as what it was asked for;
its bench begins where it is used and ends with the process at the latest.
"""

import contextlib
import faulthandler
import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from multiprocessing.util import Finalize
from typing import Self

from attrs import define, evolve, field, frozen

from siteproof.conformance.attempt import Attempt
from siteproof.conformance.carriers.bench import STRETCH_MAX, Bench, Hung
from siteproof.conformance.carriers.broken import CarrierBroken
from siteproof.conformance.case import Case
from siteproof.conformance.heavy import weight_of
from siteproof.conformance.request import REPEATED, Request
from siteproof.conformance.verdict import CaseResult
from siteproof.conformance.worlds.simpler import simplest, together
from siteproof.conformance.worlds.world import World
from siteproof.model.nouns.subject import Description

CLOSING_SECONDS_MAX = 1.0  # of a worker that is asked to end: it is killed soon after
STUCK_SECONDS = 10.0  # more than every bound of an attempt: then not even the judge's own threads can run

Task = tuple[Case, tuple[World, ...]]


def work_of(task: Task) -> int:
    """How much work it is, in ordinary cases."""
    case, worlds = task
    return weight_of(case.id) * len(worlds)


@frozen
class PlayOutcome:
    """The result of a case; `broken` when the connection to the subject broke, which then `said` all this on stderr.

    `seconds` is the wall time that it took, and no part of what a run says.
    """

    result: CaseResult
    broken: bool = False
    said: str = ""
    seconds: float = 0.0


@define
class Player:
    """Plays the cases of a request on a subject that described itself like this."""

    request: Request
    description: Description
    _bench: Bench | None = field(default=None, init=False)

    def __call__(self, task: Task) -> PlayOutcome:
        """The case in each of its worlds, until one goes wrong; that one is then shown as simply as it can be."""
        began = time.monotonic()
        result, broken = self._everywhere(*task)
        said = broken.said if broken else ""
        return PlayOutcome(result, broken is not None, said, round(time.monotonic() - began, 3))

    def at(self, bench: Bench) -> Self:
        """The same player, at a bench that its owner will close."""
        self._bench = bench
        return self

    def lost(self, task: Task, why: str) -> PlayOutcome:
        """The outcome of a case whose process was lost with all that it had seen."""
        case, worlds = task
        attempt = Attempt(case, self.description, self.request.profile, self.request.seed, worlds[0])
        hint = "judge it with --workers 1 to see how far it comes"
        return PlayOutcome(
            attempt.ended_by(CarrierBroken(f"the subject was lost in {case.id}", why, hint)), broken=True
        )

    def _everywhere(self, case: Case, worlds: tuple[World, ...]) -> tuple[CaseResult, CarrierBroken | None]:
        found: list[CaseResult] = []
        for world in worlds:
            result, broken = self._twice(case, world)
            found.append(result)
            if result.verdict in REPEATED:
                simple = result if broken else simplest(result, lambda plainer: self._once(case, plainer)[0])
                return together([*found[:-1], simple]), broken
        return together(found), None

    def _twice(self, case: Case, world: World) -> tuple[CaseResult, CarrierBroken | None]:
        """Repeat what went wrong once: a verdict that differs the second time is worth saying."""
        first, broken = self._once(case, world)
        if first.verdict not in REPEATED or isinstance(broken, Hung):
            return first, broken
        second, broken = self._once(case, world)
        if second.verdict is first.verdict:
            return first, broken
        detail = f"{first.detail}{'; ' if first.detail else ''}flaky: a second run came out as {second.verdict.value}"
        return evolve(first, flaky=True, detail=detail), broken

    def _once(self, case: Case, world: World) -> tuple[CaseResult, CarrierBroken | None]:
        """The result, and what broke the connection if anything did."""
        asked = self.request
        attempt = Attempt(case, self.description, asked.profile, asked.seed, world, asked.taken)
        unable = attempt.not_started()
        if unable is not None:
            return unable, None
        try:
            with _no_longer_than(asked.timeout_seconds * STRETCH_MAX + STUCK_SECONDS):
                return self._seated().run(attempt.run), None
        except CarrierBroken as broken:
            return attempt.ended_by(broken), broken

    def _seated(self) -> Bench:
        if self._bench is None:
            self._bench = Bench(self.request.subject, self.request.timeout_seconds)
            if _is_a_worker():
                Finalize(None, _leave, (self._bench,), exitpriority=10)
        return self._bench


def _leave(bench: Bench) -> None:
    """A worker ends, because there is nothing more to do or because it was told to; told again, it goes on with it."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    bench.close(CLOSING_SECONDS_MAX)


def _is_a_worker() -> bool:
    return multiprocessing.parent_process() is not None


@contextlib.contextmanager
def _no_longer_than(seconds: float) -> Iterator[None]:
    """A worker ends itself when not even a thread of its own can any more: a subject may never let go of Python."""
    if not _is_a_worker():
        yield
        return
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123  (it wants a descriptor)
        faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()
