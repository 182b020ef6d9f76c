"""A campaign: walk after walk within a budget of time or walks; the first failure is shrunk and becomes a record.

Rule: walk k of seed s is the same walk in every campaign; only how many walks there are depends on the time.
"""

import time
from collections.abc import Callable

from attrs import evolve, field, frozen

from siteproof import __version__
from siteproof.conformance.carriers.bench import Bench
from siteproof.conformance.carriers.target import Target
from siteproof.conformance.coverage.events import Event
from siteproof.conformance.coverage.news import News
from siteproof.fuzz.actions import Action, WalkRecord
from siteproof.fuzz.minimise import minimise
from siteproof.fuzz.walk import SCENARIO, Finding, Walk, meet, repeat, wander

STEPS_MAX = 60
SHRINK_TRIES_MAX = 600
SHRINK_SECONDS_MAX = 60.0
TIMEOUT_SECONDS = 30.0
WALKS_MAX = 1_000_000


@frozen
class Budget:
    """How long a campaign may walk; the first bound that is reached ends it."""

    seconds: float = 30.0
    walks: int = WALKS_MAX
    steps: int = STEPS_MAX


@frozen
class Outcome:
    """What a campaign did: walks, steps, the pairs of verb and state it asked, and the shrunk record of a failure."""

    walks: int
    steps: int
    pairs: frozenset[tuple[str, str, str]]
    finding: Finding | None = None
    record: WalkRecord | None = None
    found_after_steps: int = 0
    interrupted: bool = False


@frozen
class _Tally:
    walks: list[int] = field(factory=list)
    pairs: set[tuple[str, str, str]] = field(factory=set)

    def add(self, walk: Walk) -> None:
        self.walks.append(len(walk.actions))
        self.pairs.update(walk.pairs)


def campaign(
    target: Target,
    seed: int,
    budget: Budget,
    clock: Callable[[], float] = time.monotonic,
    on_walk: Callable[[int, int], None] = lambda _walks, _steps: None,
    on_history: Callable[[int, tuple[Event, ...]], None] = lambda _walk, _history: None,
) -> Outcome:
    """Walk until something is wrong or the budget is used up; `on_walk` hears of walks and steps so far.

    `on_history` gets the history of each walk that shows something that no earlier walk has shown.
    """
    bench = Bench(target.factory(), TIMEOUT_SECONDS)
    end, tally, news = clock() + budget.seconds, _Tally(), News()
    try:
        bench.run(meet)
        while len(tally.walks) < budget.walks and clock() < end:
            walk = wander(bench, seed, len(tally.walks), budget.steps)
            tally.add(walk)
            if news.in_it(walk.history):
                on_history(len(tally.walks) - 1, walk.history)
            if walk.finding is not None:
                return _shrunk(bench, target, seed, walk, tally, clock)
            on_walk(len(tally.walks), sum(tally.walks))
        return _outcome(tally)
    except KeyboardInterrupt:  # what was walked until then is a result
        return evolve(_outcome(tally), interrupted=True)
    finally:
        bench.close()


def _smaller(
    bench: Bench, walk: Walk, seed: int, fails: Callable[[tuple[Action, ...]], bool]
) -> tuple[tuple[Action, ...], Walk]:
    """The fewest actions that fail, and the walk on them; the walk as it was when the user does not want to wait."""
    try:
        actions = minimise(walk.actions, fails, SHRINK_TRIES_MAX) if fails(walk.actions) else walk.actions
        return actions, repeat(bench, actions, seed)
    except KeyboardInterrupt:
        return walk.actions, walk


def _outcome(tally: _Tally) -> Outcome:
    return Outcome(len(tally.walks), sum(tally.walks), frozenset(tally.pairs))


def _shrunk(bench: Bench, target: Target, seed: int, walk: Walk, tally: _Tally, clock: Callable[[], float]) -> Outcome:
    """The failure on the fewest actions; one that does not come again is reported as it was."""
    assert walk.finding is not None
    kind, end = walk.finding.kind, clock() + SHRINK_SECONDS_MAX

    def fails(actions: tuple[Action, ...]) -> bool:
        again = repeat(bench, actions, seed).finding if clock() < end else None
        return again is not None and again.kind == kind

    actions, last = _smaller(bench, walk, seed, fails)
    finding = last.finding or walk.finding
    number = len(tally.walks) - 1
    record = WalkRecord(
        f"{target.kind.value}:{target.name}",
        SCENARIO,
        actions,
        seed,
        number,
        finding.expected,
        finding.actual,
        __version__,
        history=last.history,
        folder=target.folder,
    )
    return Outcome(len(tally.walks), sum(tally.walks), frozenset(tally.pairs), finding, record, len(walk.actions))
