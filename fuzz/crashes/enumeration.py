"""The enumeration: along a life, behind every effect and every step, every state that a loss of power may leave.

Rule: a state is judged once for each truth that it may meet; what was made, what was distinct and where the bound cut
something off are counted and shown.
"""

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, Protocol

from attrs import define, evolve, field, frozen

from siteproof.fuzz.crashes.barriers import BarrierPlace, deaf_to, emitted_at, places
from siteproof.fuzz.crashes.disk import CrashBounds, CrashDisk, Files, digest
from siteproof.fuzz.crashes.judge import judge
from siteproof.fuzz.crashes.life import HISTORY, Life
from siteproof.fuzz.crashes.second_life import SECOND, resumed
from siteproof.fuzz.crashes.source_life import SOURCE_HISTORY, SourceLife, judge_source
from siteproof.model.nouns.problem import Problem
from siteproof.reference.datapath.effects import Barrier, Effect, SyncDirectory


class Living(Protocol):
    """A life: its truth changes as its steps and effects go on."""

    truth: Any

    def hear(self, effect: Effect) -> None:
        """An effect was carried out."""
        ...


@frozen
class Kind:
    """A life to be lived: how it begins on a disk, its steps, and how one of its states is judged."""

    name: str
    begin: Callable[[CrashDisk], Living]
    steps: Sequence[Callable[[Any], None]]
    judge: Callable[[Files, Any], str]


REPLICA = Kind("replica", Life, HISTORY, judge)
SOURCE = Kind("source", SourceLife, SOURCE_HISTORY, judge_source)


def replica_of(seed: int) -> Kind:
    """A replica's life with writes of its own."""
    return evolve(REPLICA, begin=lambda disk: Life(disk, dice=Random(f"replica {seed}")))  # noqa: S311  (repeatable)


def source_of(seed: int) -> Kind:
    """A source's life with writes of its own."""
    return evolve(SOURCE, begin=lambda disk: SourceLife(disk, dice=Random(f"source {seed}")))  # noqa: S311  (repeatable)


@frozen
class LostProcess:
    """A state that is wrong: behind which effect of the life, and what it shows."""

    moment: int
    effect: str
    sentence: str

    def __str__(self) -> str:
        """One line."""
        return f"behind effect {self.moment} ({self.effect}): {self.sentence}"


@define
class Enumeration:
    """What came of it. `moments` were looked at, of which `whole` have no other states than those that were made."""

    bounds: CrashBounds = field(factory=CrashBounds)
    stop_at_first: bool = True
    deaf: Callable[[Effect], bool] = lambda _effect: False
    moments: int = 0
    whole: int = 0
    made: int = 0
    distinct: int = 0
    lost: list[LostProcess] = field(factory=list)
    second: int = 0  # of so many distinct states one is lived on from, to a second loss of power; 0: of none
    met: Counter[str] = field(factory=Counter)  # how often each place of a barrier was met
    on_moment: Callable[["Enumeration"], None] = lambda _self: None
    met_again: int = 0  # states that had been judged before, under the same truth
    _known: set[tuple[bytes, int]] = field(factory=set, alias="known")
    _truths: list[Any] = field(factory=list, alias="truths")
    _last: str = "nothing"

    def run(self, kind: Kind, files: Files | None = None) -> "Enumeration":
        """Live through the steps, and judge behind each effect; a step that breaks down is a finding as well."""
        disk = CrashDisk.holding(files or {})
        disk.deaf = self.deaf
        life = kind.begin(disk)

        def hear(effect: Effect) -> None:
            life.hear(effect)
            self._heard(effect)
            self._look(kind, disk, life.truth)

        disk.listener = hear
        try:
            for step in kind.steps:
                step(life)
                self._look(kind, disk, life.truth)
        except _Enough:
            pass
        except Problem as problem:
            self._wrong(f"the life does not go on: {problem.problem} ({problem.cause})")
        return self

    def _heard(self, effect: Effect) -> None:
        file = getattr(effect, "file", "") or getattr(effect, "new", "") or getattr(effect, "folder", "")
        self._last = f"{type(effect).__name__} {file}".strip()
        if isinstance(effect, Barrier | SyncDirectory):
            self.met[str(emitted_at())] += 1

    def _look(self, kind: Kind, disk: CrashDisk, truth: Any) -> None:
        moment = disk.moment(self.bounds)
        self.moments += 1
        self.whole += moment.every
        self.made += len(moment.states)
        for files in moment.states:
            self._judged(kind, files, truth)
        self.on_moment(self)

    def _judged(self, kind: Kind, files: Files, truth: Any) -> None:
        state = (digest(files), self._number(truth))
        if state in self._known:
            self.met_again += 1
            return
        self._known.add(state)
        self.distinct += 1
        sentence = kind.judge(files, truth)
        if sentence:
            self._wrong(sentence)
            if self.stop_at_first:
                raise _Enough
        elif kind.name == REPLICA.name and self.second and self.distinct % self.second == 0:
            self._lived_again(files, truth)

    def _lived_again(self, files: Files, truth: Any) -> None:
        """Power comes back, the replica goes on, and power is lost once more."""
        again = Enumeration(self.bounds, self.stop_at_first, self.deaf, known=self._known, truths=self._truths)
        again.run(Kind("second", lambda disk: resumed(disk, truth), SECOND, judge), files)
        self.moments, self.whole = self.moments + again.moments, self.whole + again.whole
        self.made, self.distinct = self.made + again.made, self.distinct + again.distinct
        self.met_again += again.met_again
        self.met.update(again.met)
        self.lost += [
            evolve(each, effect=f"after a first loss behind {self._last}: {each.effect}") for each in again.lost
        ]
        if self.lost and self.stop_at_first:
            raise _Enough

    def _wrong(self, sentence: str) -> None:
        self.lost.append(LostProcess(self.moments, self._last, sentence))

    def _number(self, truth: Any) -> int:
        """The same truth is the same number; truths are values, and few."""
        for number, known in enumerate(reversed(self._truths)):
            if known is truth or known == truth:
                return len(self._truths) - 1 - number
        self._truths.append(truth)
        return len(self._truths) - 1


class _Enough(Exception):  # noqa: N818  (an end, not a defect)
    """A wrong state was found, and one is enough."""


def both_of(seed: int) -> tuple[Kind, ...]:
    """A source's life and a replica's."""
    return source_of(seed), replica_of(seed)


def at_least(
    distinct: int,
    bounds: CrashBounds,
    second: int,
    heard: Callable[[Enumeration], None],
    lives: Callable[[int], tuple[Kind, ...]] = both_of,
) -> Enumeration:
    """Life after life, each with other writes and other draws, until so many distinct states have been judged.

    A state that an earlier life has left under the same truth is not counted again. It ends with the first wrong state.
    """
    found = Enumeration(bounds, second=second, on_moment=heard)
    for seed in itertools.count(bounds.seed):
        found.bounds = evolve(bounds, seed=seed)
        for kind in lives(seed):
            found.run(kind)
        if found.distinct >= distinct or found.lost:
            return found
    raise AssertionError


def without(place: BarrierPlace, bounds: CrashBounds, second: int = 0) -> Enumeration:
    """The lives of the reference without the barriers of one place, up to the first state that is wrong."""
    found = Enumeration(bounds, second=second, deaf=deaf_to(place))
    for kind in (SOURCE, REPLICA) if place.file == "tracker.py" else (REPLICA,):
        if not found.lost:
            found.run(kind)
    return found


def mutants() -> tuple[BarrierPlace, ...]:
    """One for each place."""
    return places()
