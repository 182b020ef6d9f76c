"""Mutant and honest subject on the same drives: where their answers differ first, on the fewest steps.

Rule: a mutant that differs nowhere is equivalent within the bounds that were driven, and the bounds are said. What a
standard allows one subject and another not to do (`latitude.py`) is a class of its own, drawn narrowly.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

from attrs import evolve, fields, frozen

from siteproof.fuzz.minimise import minimise
from siteproof.fuzz.mutants.drive import Drive, DriveStep, StepAnswer, answers
from siteproof.fuzz.mutants.driver import RecordedDrive, record
from siteproof.fuzz.mutants.latitude import Latitude
from siteproof.fuzz.mutants.subject import Factory, mutated, watched
from siteproof.fuzz.mutants.words import Mutant
from siteproof.model.nouns.observation import Observation

CLIP = 240
SHRINK_TRIES_MAX = 60
LATITUDE_DRIVES_MAX = 3  # so many whole drives must differ in nothing but latitude


class Difference(StrEnum):
    """How a mutant differs from the honest subject through the contract."""

    NONE = "equivalent"  # within the bounds that were driven
    SILENT = "never strikes"  # its trigger never held, or its harm found nothing to take hold of
    SHOWN = "differs"
    BREAKS = "breaks down"  # its first difference is that it crashes
    LATITUDE = "latitude"  # it differs only in what a standard leaves open


@frozen
class MutantFinding:
    """What the drives say of one mutant; `drive` and `index` are where it differs first (index 0: the reset)."""

    difference: Difference
    drives: int = 0  # in which its trigger held
    steps: int = 0  # that were compared
    drive: Drive | None = None
    index: int = 0
    said: str = ""


def recorded(
    mutants: Iterable[Mutant], honest: Factory, seed: int, numbers: Iterable[int]
) -> list[tuple[RecordedDrive, frozenset[str]]]:
    """Those drives of the seed on the honest subject, each with the ids of the mutants whose triggers held."""
    subject, found = watched(mutants, honest), []
    try:
        for number in numbers:
            subject.scene.facts.fired.clear()
            drive = record(subject, seed, number)
            found.append((drive, frozenset(subject.scene.facts.fired)))
    finally:
        subject.close()
    return found


def compared(mutant: Mutant, honest: Factory, drives: Sequence[RecordedDrive]) -> MutantFinding:
    """The mutant on these drives (those in which its trigger held), up to its first difference."""
    if not drives:
        return MutantFinding(Difference.SILENT)
    steps = 0
    struck = 0
    for each in drives:
        answer, index, hits = _first_difference(mutant, honest, each)
        steps, struck = steps + index, struck + hits
        if answer is not None:
            finding = MutantFinding(Difference.SHOWN, len(drives), steps, each.drive, index, _short(answer))
            return _classified(finding, mutant, honest, drives, answer)
    return MutantFinding(Difference.NONE if struck else Difference.SILENT, len(drives), steps)


def _first_difference(mutant: Mutant, honest: Factory, drive: RecordedDrive) -> tuple[StepAnswer | None, int, int]:
    """The first answer that the honest subject did not give, its place, and how often the mutant struck until then."""
    subject = mutated(mutant, honest)
    try:
        for index, (answer, right) in enumerate(zip(answers(subject, drive.drive), drive.digests, strict=False)):
            if answer.crashed or answer.digest() != right:
                return answer, index, subject.struck
    finally:
        subject.close()
    return None, len(drive.digests) - 1, subject.struck


def _classified(
    finding: MutantFinding, mutant: Mutant, honest: Factory, drives: Sequence[RecordedDrive], answer: StepAnswer
) -> MutantFinding:
    if answer.broken:
        return evolve(finding, difference=Difference.BREAKS)
    if all(_only_latitude(mutant, honest, each.drive) for each in drives[:LATITUDE_DRIVES_MAX]):
        return evolve(finding, difference=Difference.LATITUDE)
    return finding


def _only_latitude(mutant: Mutant, honest: Factory, drive: Drive) -> bool:
    right, wrong, latitude = honest(), mutated(mutant, honest), Latitude()
    try:
        return all(latitude.allows(a, b) for a, b in zip(answers(right, drive), answers(wrong, drive), strict=True))
    finally:
        right.close()
        wrong.close()


def shortest(mutant: Mutant, honest: Factory, finding: MutantFinding, tries_max: int = SHRINK_TRIES_MAX) -> Drive:
    """The drive of the finding on as few steps as the tries allow, still with a difference at its end."""
    assert finding.drive is not None
    scenario = finding.drive.scenario

    def differs(steps: tuple[DriveStep, ...]) -> bool:
        return difference(mutant, honest, Drive(scenario, steps)) is not None

    steps = finding.drive.steps[: finding.index]
    return Drive(scenario, minimise(steps, differs, tries_max) if differs(steps) else steps)


def difference(mutant: Mutant, honest: Factory, drive: Drive) -> tuple[int, StepAnswer, StepAnswer] | None:
    """The first step at which the two differ, with both answers."""
    right, wrong = honest(), mutated(mutant, honest)
    try:
        for index, (a, b) in enumerate(zip(answers(right, drive), answers(wrong, drive), strict=True)):
            if b.crashed or a.digest() != b.digest():
                return index, a, b
    finally:
        right.close()
        wrong.close()
    return None


def said_of(right: StepAnswer, wrong: StepAnswer) -> str:
    """What differs between two answers, in one line: the answer itself, or the fields of what a machine showed."""
    if right.said != wrong.said:
        return f"answered {_clipped(wrong.said)} instead of {_clipped(right.said)}"
    pairs = zip(right.seen, wrong.seen, strict=False)
    return "; ".join(_shown(index, a, b) for index, (a, b) in enumerate(pairs) if a != b)


def _shown(index: int, right: Any, wrong: Any) -> str:
    if not (isinstance(right, Observation) and isinstance(wrong, Observation)):
        return f"machine {index} showed {_clipped(wrong)} instead of {_clipped(right)}"
    names = [each.name for each in fields(Observation) if getattr(right, each.name) != getattr(wrong, each.name)]
    told = (f"{name} {_clipped(getattr(wrong, name))} instead of {_clipped(getattr(right, name))}" for name in names)
    return f"machine {index} showed {', '.join(told)}"


def _clipped(value: Any) -> str:
    text = str(value)
    return text if len(text) <= CLIP else f"…{text[-CLIP:]}"


def _short(answer: StepAnswer) -> str:
    return str(answer.said)[:200] if answer.said is not None else ""
