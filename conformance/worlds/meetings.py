"""Meetings: which values of different dimensions have met in one world, of all that were to meet.

Rule: a value counts only where it was really played; a meeting counts once, however many cases saw it, and how many
chapters saw it is said beside it.
"""

from collections.abc import Iterable
from itertools import combinations
from typing import Protocol, TypeAlias

from attrs import frozen

from siteproof.conformance.worlds.world import DIMENSIONS, World

Meeting: TypeAlias = tuple[tuple[str, str], ...]  # (dimension, value), in the order of the dimensions
MISSING_SHOWN_MAX = 20
NAMES = {1: "values", 2: "pairs", 3: "triples"}


class PlayedCase(Protocol):
    """A case's result, as far as it matters here."""

    @property
    def chapter(self) -> str:
        """The chapter that it speaks of."""

    @property
    def worlds(self) -> tuple[World, ...]:
        """The worlds in which it was played."""


@frozen
class Met:
    """`met` of `wanted` meetings of `strength` values, each in `chapters` chapters on average; what is missing, why.

    `missing` names a few meetings that never came about, `left_out` the values that the subject cannot show.
    `cases_left_out` is how many cases a first look does without, because others speak of their requirements.
    """

    depth: str
    strength: int
    met: int
    wanted: int
    worlds: int
    chapters: float = 0.0
    missing: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    cases_left_out: int = 0

    def __str__(self) -> str:
        """`standard: 1023 of 1023 pairs met in 245 worlds`, as the verdict line says it."""
        lacking = f", {len(self.left_out)} values left out" if self.left_out else ""
        fewer = f", {self.cases_left_out} cases left out" if self.cases_left_out else ""
        return f"{self.depth}: {self.met} of {self.wanted} {NAMES[self.strength]} met{lacking}{fewer}"


def meetings(world: World, strength: int) -> frozenset[Meeting]:
    """Every meeting of that many values in the world."""
    return frozenset(combinations([(name, world.value(name)) for name in DIMENSIONS], strength))


def counted(
    depth: str, strength: int, wanted: frozenset[Meeting], left_out: tuple[str, ...], results: Iterable[PlayedCase]
) -> Met:
    """What these results met of what was wanted."""
    seen: dict[Meeting, set[str]] = {}
    worlds: set[World] = set()
    for result in results:
        for world in result.worlds:
            worlds.add(world)
            for meeting in meetings(world, strength):
                seen.setdefault(meeting, set()).add(result.chapter)
    met = wanted & seen.keys()
    missing = sorted(_said(meeting) for meeting in wanted - met)[:MISSING_SHOWN_MAX]
    chapters = round(sum(len(seen[meeting]) for meeting in met) / len(met), 1) if met else 0.0
    return Met(depth, strength, len(met), len(wanted), len(worlds), chapters, tuple(missing), left_out)


def _said(meeting: Meeting) -> str:
    return " + ".join(f"{name} {value}" for name, value in meeting)
