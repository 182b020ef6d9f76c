"""A campaign: round after round of walks, guided by what the rounds before have seen, until a bound is reached.

Rule: walk k of seed s is the same walk whoever carries it out: a round's guide is frozen when it begins, rounds begin
at multiples of their size, and the tally takes walks in their order. Bounded by executions, a campaign has no clock.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

from attrs import define, evolve, field, frozen

from siteproof import __version__
from siteproof.conformance.coverage.events import Event
from siteproof.conformance.coverage.news import News
from siteproof.fuzz.actions import WalkRecord
from siteproof.fuzz.course import WalkCourse, Walking
from siteproof.fuzz.fingerprint import fingerprint
from siteproof.fuzz.goals import Goal, goals, met
from siteproof.fuzz.guide import Guide
from siteproof.fuzz.shrink import ShrinkEffort, shrink
from siteproof.fuzz.store import CampaignStore
from siteproof.fuzz.tally import Sample, Tally, Walked
from siteproof.fuzz.walk import Walk

STEPS_MAX = 40
EXECUTIONS_MAX = 10_000_000
STALE_ROUNDS = 25  # without a goal met, a campaign until everything is covered ends
FAILURES_MAX = 10
SHRINK_SECONDS = 60.0  # of a campaign with a clock; one without has only the tries


class CampaignEnd(StrEnum):
    """Why a campaign ended."""

    EXECUTIONS = "the executions are used up"
    TIME = "the time is up"
    COVERED = "every goal is met"
    STALE = "no goal was met for long"
    FAILURES = "enough was found"
    INTERRUPTED = "interrupted"


@frozen
class Budget:
    """How long a campaign goes on; the first bound that is reached ends it. None: no clock is looked at."""

    seconds: float | None = None
    executions: int = EXECUTIONS_MAX
    failures: int = FAILURES_MAX
    until_covered: bool = False


@frozen
class CampaignOutcome:
    """What a campaign knows, why it ended, how long this part of it took, and which of its goals are met."""

    tally: Tally
    end: CampaignEnd
    seconds: float
    goals: frozenset[Goal]
    met: frozenset[Goal]

    @property
    def interrupted(self) -> bool:
        """Whether the user ended it."""
        return self.end is CampaignEnd.INTERRUPTED


Rounds = Callable[[Sequence[int], Guide], Iterable[Walked]]
"""Carries walks of these numbers out under a guide, and gives each as it is done, in whatever order."""


@frozen
class Ears:
    """Who is told what: of every walk (with how many there are by then), of what is new in histories, of shrinking."""

    on_walk: Callable[[Tally, int], None] = lambda _tally, _executions: None
    on_history: Callable[[int, tuple[Event, ...]], None] = lambda _walk, _history: None
    on_smaller: Callable[[int, int], None] = lambda _before, _after: None


@define
class Campaign:
    """One campaign on one course; `store` keeps what it comes to know."""

    course: WalkCourse
    budget: Budget
    store: CampaignStore
    known: Mapping[str, str] = field(factory=dict)
    rounds: Rounds | None = None
    ears: Ears = field(factory=Ears)
    clock: Callable[[], float] = time.monotonic
    _walking: Walking = field(init=False)
    _tally: Tally = field(init=False)
    _news: News = field(factory=News)
    _start: float = field(init=False)
    _before: float = 0.0  # seconds that earlier parts of the campaign took

    def run(self) -> CampaignOutcome:
        """Go on from where the store stands, until a bound is reached or the user ends it."""
        self._walking = self.course.open()
        self._tally, waiting = self.store.tally(self.known), self.store.pending()
        self._before = self._tally.samples[-1].seconds if self._tally.samples else 0.0
        self._start = self.clock()
        try:
            wanted = goals(self._walking.describe())
            end = self._rounds(wanted, waiting)
            self._sample()  # the report shows a round that was not ended, too; whoever resumes ends it
            seconds = self.clock() - self._start
            return CampaignOutcome(self._tally, end, seconds, wanted, met(self._tally.cells) & wanted)
        finally:
            self._walking.close()

    def _rounds(self, wanted: frozenset[Goal], waiting: dict[int, Walked]) -> CampaignEnd:
        """Round by round; what was walked in a round that is broken off counts, and waits for the rest of it."""
        stale, rounds, size = 0, self.rounds or self.walks_here, self.course.round_walks
        while (end := self._over(wanted, stale)) is None:
            first = self._tally.executions
            numbers = range(first, first + size)
            todo = [number for number in numbers if number not in waiting and number < self.budget.executions]
            goals_met = len(met(self._tally.cells) & wanted)
            broken = self._walked(todo, rounds, waiting)
            self._take(waiting, numbers)
            if broken or len(waiting) < size:
                return broken or self._over(wanted, stale) or CampaignEnd.EXECUTIONS
            self._round_over(first)
            waiting = {}
            stale = 0 if len(met(self._tally.cells) & wanted) > goals_met else stale + 1
        return end

    def _walked(self, todo: Sequence[int], rounds: Rounds, waiting: dict[int, Walked]) -> CampaignEnd | None:
        """Carry out what is missing of a round; why it was broken off, or None."""
        end = self._end()
        try:
            for walked in rounds(todo, self._tally.guide()) if todo else ():
                self.store.keep(walked)
                waiting[walked.number] = walked
                self.ears.on_walk(self._tally, self._tally.executions + len(waiting))
                if end is not None and self.clock() >= end:
                    return CampaignEnd.TIME
        except KeyboardInterrupt:
            return CampaignEnd.INTERRUPTED
        return None

    def _take(self, waiting: dict[int, Walked], numbers: Iterable[int]) -> None:
        """The tally takes the walks of a round in their order; a finding's minimal walk is kept with it."""
        for number in sorted(set(numbers) & set(waiting)):
            walked = waiting[number]
            if self._news.in_it(walked.history):
                self.ears.on_history(number, walked.history)
            taken = self._tally.take(walked, self._shrunk)
            if taken.record is not None and walked.record is None:
                waiting[number] = taken
                self.store.keep(taken)
            self.ears.on_walk(self._tally, self._tally.executions)

    def _round_over(self, first: int) -> None:
        self._sample()
        self.store.round_over(self._tally, first)

    def _sample(self) -> None:
        """How far it is now, unless that is known already."""
        tally, seconds = self._tally, self._before + self.clock() - self._start
        if not tally.samples or tally.samples[-1].executions < tally.executions:
            tally.samples.append(Sample(tally.executions, seconds, len(tally.cells), len(tally.groups)))

    def _over(self, wanted: frozenset[Goal], stale: int) -> CampaignEnd | None:
        end = self._end()
        if self._tally.executions >= self.budget.executions:
            return CampaignEnd.EXECUTIONS
        if len(self._tally.news) >= self.budget.failures:
            return CampaignEnd.FAILURES
        if end is not None and self.clock() >= end:
            return CampaignEnd.TIME
        if self.budget.until_covered and wanted <= met(self._tally.cells):
            return CampaignEnd.COVERED
        return CampaignEnd.STALE if self.budget.until_covered and stale >= STALE_ROUNDS else None

    def _end(self) -> float | None:
        return None if self.budget.seconds is None else self._start + self.budget.seconds

    # -- walks --------------------------------------------------------------------------------------------------------

    def walks_here(self, numbers: Sequence[int], guide: Guide) -> Iterator[Walked]:
        """Walk after walk on this campaign's own subject."""
        for number in numbers:
            yield walked(number, self._walking.wander(number, guide))

    def _shrunk(self, found: Walked) -> Walked:
        """The finding on the fewest actions; one that does not come again is kept as it was."""
        walk = Walk(found.scenario, found.actions, found.finding, frozenset(found.cells), found.history)
        patience = self.clock() + SHRINK_SECONDS
        timed = self.budget.seconds is not None
        effort = ShrinkEffort(over=lambda: timed and self.clock() >= patience, on_smaller=self.ears.on_smaller)
        last = walk
        try:
            last = shrink(walk, self._walking.repeat, effort)
        except KeyboardInterrupt:
            self._walking.drop()
        assert last.finding is not None
        return evolve(found, finding=last.finding, record=self._record(found.number, last))

    def _record(self, number: int, walk: Walk) -> WalkRecord:
        assert walk.finding is not None
        target, other = self.course.target, self.course.against
        return WalkRecord(
            target.said,
            walk.scenario,
            walk.actions,
            self.course.seed,
            number,
            walk.finding.expected,
            walk.finding.actual,
            __version__,
            history=walk.history,
            folder=target.folder,
            ca=target.ca,
            against=other.said if other is not None else "",
            rule=walk.finding.rule,
            fingerprint=fingerprint(walk.finding.rule, walk.actions),
        )


def walked(number: int, walk: Walk) -> Walked:
    """What is kept of a walk; its cells in an order of their own."""
    return Walked(number, walk.scenario, walk.actions, tuple(sorted(walk.cells)), walk.finding, history=walk.history)
