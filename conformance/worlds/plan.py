"""The plan of a run: in which worlds each case is played, so that all cases together meet the whole covering array.

Rule: a world is dealt to the case with which it brings most that is new, first to the run and then to the case's
chapter; a case gets nothing that it cannot bear. The same cases, subject, depth and seed give the same plan.
"""

import functools
import operator
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

from attrs import define, field, frozen

from siteproof.conformance.case import Case
from siteproof.conformance.verdict import CaseResult
from siteproof.conformance.worlds.arrays import drawn
from siteproof.conformance.worlds.meetings import Meeting, Met, counted, meetings
from siteproof.conformance.worlds.reach import left_out, reachable
from siteproof.conformance.worlds.world import CONSENT, PLAIN, World
from siteproof.model.nouns.subject import Capability, Description


class Depth(StrEnum):
    """How many values have to meet: each one, each pair, each three."""

    QUICK = "quick"
    STANDARD = "standard"
    DEEP = "deep"


@frozen
class Effort:
    """What a depth asks for: how many values meet, and in how many drawn worlds each case is played, if it can be."""

    strength: int
    worlds: int
    plain: bool  # whether each case is played in the plain world, too
    breadth: int  # how many of the choices that a case leaves to the seed it takes


EFFORTS: Mapping[Depth, Effort] = {
    Depth.QUICK: Effort(strength=1, worlds=1, plain=False, breadth=1),
    Depth.STANDARD: Effort(strength=2, worlds=1, plain=True, breadth=2),
    Depth.DEEP: Effort(strength=3, worlds=6, plain=True, breadth=20),
}
WHOLE_WEIGHT = 8  # new to the run counts so much more than new to the chapter


@frozen
class WorldPlan:
    """`worlds` of each case, the plain one first; `strength` values meet; `left_out` says what nobody can play."""

    depth: Depth
    strength: int
    worlds: Mapping[str, tuple[World, ...]]
    wanted: frozenset[Meeting] = field(repr=False)
    left_out: tuple[str, ...] = ()

    def met(self, results: Iterable[CaseResult]) -> Met:
        """What met what in these results, of all that was to meet."""
        return counted(self.depth.value, self.strength, self.wanted, self.left_out, results)


def plan(cases: Sequence[Case], description: Description, depth: Depth, seed: int) -> WorldPlan:
    """Deal the worlds of this depth over the cases."""
    effort = EFFORTS[depth]
    rows = drawn(reachable(description), effort.strength, seed)
    wanted = frozenset().union(*(meetings(row, effort.strength) for row in rows))
    dealer = _Dealer(rows, effort.strength)
    dealt: dict[str, list[World]] = {case.id: [PLAIN] if effort.plain else [] for case in cases}
    for _ in range(effort.worlds):
        for case in _in_turn(cases):
            if depth is not Depth.QUICK or dealer.lacks(wanted):
                dealt[case.id] += dealer.deal(case, dealt[case.id])
    worlds = {name: tuple(found) or (PLAIN,) for name, found in dealt.items()}
    return WorldPlan(depth, effort.strength, worlds, wanted, left_out(description))


def borne(case: Case, world: World) -> World:
    """The world as far as the case can bear it: plain in what the case fixes.

    Outside office hours a marked machine is compared by itself (SP-RES-7), so a case about marks begins inside them.
    """
    fixed = [
        name for name, _, value in (each.partition("=") for each in case.fixes) if value in ("", world.value(name))
    ]
    fixed += [name for name, value in CONSENT if value == world.value(name) and name not in case.bears]
    return world.plainly(*fixed, *(("hour",) if Capability.RESYNC in case.needs else ()))


@define
class _Dealer:
    """Hands out rows; knows what the run, and each chapter, has got so far: sets of meetings, a bit for each."""

    rows: tuple[World, ...]
    strength: int
    run: int = 0
    chapters: dict[str, int] = field(factory=dict)
    _bits: dict[Meeting, int] = field(factory=dict)
    _masks: dict[World, int] = field(factory=dict)
    _borne: dict[tuple[tuple[str, ...], tuple[str, ...], bool], tuple[World, ...]] = field(factory=dict)

    def lacks(self, wanted: frozenset[Meeting]) -> bool:
        """Whether something is still to be met."""
        return bool(self._mask(wanted) & ~self.run)

    def deal(self, case: Case, before: Iterable[World]) -> Iterator[World]:
        """The row that brings most, as the case bears it; nothing when it can bear only what it has already."""
        known = set(before)
        new, new_here = ~self.run, ~self.chapters.get(case.chapter, 0)
        offered = [(self._of(world), world) for world in self._offered(case) if world not in known]
        if not offered:
            return
        most, best = max(offered, key=lambda each: _worth(each[0], new, new_here))
        self.run |= most
        self.chapters[case.chapter] = self.chapters.get(case.chapter, 0) | most
        yield best

    def _offered(self, case: Case) -> tuple[World, ...]:
        """The rows as the case bears them, each once; the same for all cases that bear the same."""
        bears = case.fixes, case.bears, Capability.RESYNC in case.needs
        if bears not in self._borne:
            self._borne[bears] = tuple(dict.fromkeys(borne(case, row) for row in self.rows))
        return self._borne[bears]

    def _of(self, world: World) -> int:
        if world not in self._masks:
            self._masks[world] = self._mask(meetings(world, self.strength))
        return self._masks[world]

    def _mask(self, found: Iterable[Meeting]) -> int:
        return functools.reduce(operator.or_, (1 << self._bits.setdefault(each, len(self._bits)) for each in found), 0)


def _worth(found: int, new: int, new_here: int) -> int:
    return (found & new).bit_count() * WHOLE_WEIGHT + (found & new_here).bit_count()


def _in_turn(cases: Sequence[Case]) -> Iterator[Case]:
    """One case of each chapter after the other, so that no chapter takes all that is new."""
    chapters: dict[str, list[Case]] = {}
    for case in cases:
        chapters.setdefault(case.chapter, []).append(case)
    for number in range(max(map(len, chapters.values()), default=0)):
        yield from (mine[number] for mine in chapters.values() if number < len(mine))
