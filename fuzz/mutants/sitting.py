"""One sitting: mutants driven and judged in processes of their own, from one look at the honest subject.

Rule: the same version, seed, count and bounds give the same rows with one process or with many, whatever the clock
says. The suite is asked about those that differ: nobody can say of another one whether a kill would be right.
"""

import itertools
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NoReturn, TypeVar

from attrs import evolve, frozen

from siteproof.conformance.case import all_cases
from siteproof.conformance.choice import cases_at
from siteproof.conformance.crew import Crew, drop
from siteproof.conformance.worlds.plan import Depth
from siteproof.fuzz.mutants import differ
from siteproof.fuzz.mutants.differ import Difference, MutantFinding
from siteproof.fuzz.mutants.driver import RecordedDrive
from siteproof.fuzz.mutants.judging import HonestPlay, MutantJudgement, Play, held, judged, plays
from siteproof.fuzz.mutants.measure import MeasuredMutant
from siteproof.fuzz.mutants.subject import Factory, honest_reference
from siteproof.fuzz.mutants.words import Mutant

T = TypeVar("T")
R = TypeVar("R")
PART_SECONDS_MAX = 3600.0
MUTANT_SECONDS_MAX = 3600.0
MUTANT_CPU_SECONDS_MAX = 300  # against loops without an end; everything else is bounded by counts
PRELOADED = ("siteproof.fuzz.mutants.sitting",)
PLAYS_PER_PART = 20
DRIVES_PER_PART = 10

Tell = Callable[[str, int, int], None]
"""Hears what is being done, how many are done, of how many."""


@frozen
class Bounds:
    """How much is driven and judged. Without a `depth` the judge is left out; `plays` of it are a sample, or all."""

    seed: int = 0
    drives: int = 60
    workers: int = 1
    depth: Depth | None = Depth.STANDARD
    plays: int | None = None


@frozen
class Sitting:
    """What the honest subject did, once for all mutants."""

    drives: tuple[tuple[RecordedDrive, frozenset[str]], ...]
    plays: tuple[HonestPlay, ...]

    @property
    def steps(self) -> int:
        """How many steps were driven."""
        return sum(len(each.drive.steps) for each, _ in self.drives)


def sit(
    mutants: Sequence[Mutant],
    bounds: Bounds,
    tell: Tell = lambda *_: None,
    heard: Callable[[MeasuredMutant], None] = lambda _: None,
    honest: Factory = honest_reference,
) -> tuple[Sitting, tuple[MeasuredMutant, ...]]:
    """Measure the mutants; `heard` gets each row as soon as it is known, in any order."""
    sitting = look(mutants, bounds, tell, honest)
    work = partial(_row, sitting=sitting, bounds=bounds, honest=honest)
    crew = Crew(work, bounds.workers, MUTANT_SECONDS_MAX, MUTANT_CPU_SECONDS_MAX, apart=True, preloaded=PRELOADED)
    return sitting, tuple(crew.in_order(mutants, _lost, _counting(tell, "mutants", len(mutants), heard)))


def look(mutants: Sequence[Mutant], bounds: Bounds, tell: Tell, honest: Factory = honest_reference) -> Sitting:
    """The honest subject on every drive and in every play, with an eye on all triggers."""
    drives = _parts(range(bounds.drives), bounds.drives // DRIVES_PER_PART + 1)
    driven = _watched(partial(_recorded, tuple(mutants), honest, bounds.seed), drives, bounds.workers,
                      _counting(tell, "parts of the drives", len(drives)))  # fmt: skip
    chosen = _plays(bounds, honest)
    parts = _parts(chosen, len(chosen) // PLAYS_PER_PART + 1)
    seen = _watched(partial(_held, tuple(mutants), honest, bounds.seed), parts, bounds.workers,
                    _counting(tell, "parts of the suite", len(parts)))  # fmt: skip
    drives_in_order = sorted((each for part in driven for each in part), key=lambda each: each[0].number)
    return Sitting(tuple(drives_in_order), tuple(each for part in seen for each in part))


def _plays(bounds: Bounds, honest: Factory) -> Sequence[Play]:
    if bounds.depth is None:
        return []
    return spread(plays(cases_at(bounds.depth, all_cases()), honest, bounds.depth, bounds.seed), bounds.plays)


def _watched(work: Callable[[Any], R], parts: Sequence[Any], workers: int, heard: Callable[[R], None]) -> list[R]:
    """The honest subject, in processes of their own: what is woven into it is gone with them."""
    return Crew(work, workers, PART_SECONDS_MAX, apart=True, preloaded=PRELOADED).in_order(parts, _defect, heard)


def spread(items: Sequence[T], count: int | None) -> Sequence[T]:
    """So many of the items, evenly from all of them."""
    if count is None or count >= len(items):
        return items
    return [items[index * len(items) // count] for index in range(count)]


def _parts(items: Sequence[T], count: int) -> list[tuple[T, ...]]:
    """The items dealt into so many parts, none of them empty."""
    return [part for first in range(count) if (part := tuple(items[first::count]))]


def _recorded(
    mutants: tuple[Mutant, ...], honest: Factory, seed: int, numbers: tuple[int, ...]
) -> list[tuple[RecordedDrive, frozenset[str]]]:
    return differ.recorded(mutants, honest, seed, numbers)


def _held(mutants: tuple[Mutant, ...], honest: Factory, seed: int, part: tuple[Play, ...]) -> list[HonestPlay]:
    return held(mutants, honest, {case.id: case for case in all_cases()}, part, seed)


def _defect(item: object, why: str) -> NoReturn:
    raise RuntimeError(f"the honest subject could not be watched: {why} ({item})")


def _row(mutant: Mutant, sitting: Sitting, bounds: Bounds, honest: Factory) -> MeasuredMutant:
    finding = differ.compared(mutant, honest, [each for each, ids in sitting.drives if mutant.id in ids])
    if bounds.depth is None or finding.difference is not Difference.SHOWN:
        return MeasuredMutant(mutant, finding, MutantJudgement())
    cases = {case.id: case for case in all_cases()}
    row = MeasuredMutant(mutant, finding, judged(mutant, honest, cases, sitting.plays, bounds.seed))
    return _with_trace(row, honest) if row.outcome == "survives" else row


def _lost(mutant: Mutant, why: str) -> MeasuredMutant:
    return MeasuredMutant(
        mutant, MutantFinding(Difference.BREAKS, said=why), MutantJudgement(verdict="error", actual=why)
    )


def _with_trace(row: MeasuredMutant, honest: Factory) -> MeasuredMutant:
    """The row with the shortest drive that shows its mutant."""
    shortest = differ.shortest(row.mutant, honest, row.finding)
    shown = differ.difference(row.mutant, honest, shortest)
    trace = tuple(str(step) for step in shortest.steps)
    return evolve(row, trace=trace, shows=differ.said_of(*shown[1:]) if shown else "")


def _counting(tell: Tell, what: str, of: int, heard: Callable[[Any], None] = drop) -> Callable[[Any], None]:
    """Hands on what it hears, and tells how many there were."""
    counted = itertools.count(1)

    def hear(item: object) -> None:
        heard(item)
        tell(what, next(counted), of)

    return hear
