"""What a campaign says of itself while it goes on and at its end, as lines and as JSON.

Rule: speed and age are of the moment and stand on standard error only; the ending says nothing that a clock decides.
"""

import shlex
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import define, field

from siteproof.conformance.render import text
from siteproof.fuzz.campaign import CampaignOutcome
from siteproof.fuzz.fingerprint import ARROW, shape
from siteproof.fuzz.tally import FindingGroup, Tally

STEPS_SHOWN = 14


@define
class Seen:
    """How far the campaign is, for a line about it at any moment."""

    _before: int = -1
    _executions: int = 0
    _cells: int = 0
    _news_at: float = field(factory=time.monotonic)
    _groups: tuple[str, ...] = ()
    _estimate: str = ""
    _shrinking: str = ""

    def walk(self, tally: Tally, executions: int) -> None:
        """A walk is done, or has been taken; there are so many by now."""
        if self._before < 0:
            self._before = executions - 1
        if len(tally.cells) > self._cells:
            self._news_at = time.monotonic()
        self._executions, self._cells, self._shrinking = max(self._executions, executions), len(tally.cells), ""
        self._groups = tuple(f"{each.executions} of {name}" for name, each in tally.groups.items())
        self._estimate = f"next new ≤ {tally.estimate.news_at_most:.0%}"

    def smaller(self, before: int, after: int) -> None:
        """A finding has been shrunk."""
        self._shrinking = f"shrinking {before} → {after} steps"

    def line(self, seconds: float) -> str:
        """Executions and their speed, cells, age of the last news, risk, findings by fingerprint."""
        done = self._executions - max(self._before, 0)
        age = time.monotonic() - self._news_at
        facts = (
            f"{self._executions:,} executions ({done / max(seconds, 1e-3):.1f}/s)",
            f"{self._cells:,} cells, news {age:.0f} s ago",
            self._estimate,
            ", ".join(self._groups[-2:]),
            self._shrinking,
        )
        return " · ".join(fact for fact in facts if fact)


def ending(outcome: CampaignOutcome, files: Mapping[str, Path], written: Sequence[Path]) -> str:
    """Findings, then what was covered and what may be left, then where it all stands."""
    return "\n".join(_lines(outcome, files, written))


def _lines(outcome: CampaignOutcome, files: Mapping[str, Path], written: Sequence[Path]) -> Iterator[str]:
    tally = outcome.tally
    for group in tally.groups.values():
        yield from _group(group, files[group.fingerprint])
    yield f"{tally.executions:,} executions, {tally.steps:,} steps, {len(tally.cells):,} cells"
    yield f"goals: {len(outcome.met)} of {len(outcome.goals)} pairs of state and allowed command asked"
    yield f"corpus: {len(tally.kept)} walks, {len(tally.minimal_corpus())} of them show every cell"
    yield f"estimate: {tally.estimate}"
    yield _verdict(outcome)
    yield from (f"{name}: {path}" for name, path in zip(("report", "history"), written, strict=True))


def _verdict(outcome: CampaignOutcome) -> str:
    tally = outcome.tally
    known = len(tally.groups) - len(tally.news)
    said = f"{len(tally.news)} findings" if tally.news else "nothing wrong was found"
    more = f", and {known} that are known" if known else ""
    return f"{said}{more} ({outcome.end.value})"


def _group(group: FindingGroup, path: Path) -> Iterator[str]:
    record = group.record
    shrunk = f"{group.steps_before} → {len(record.actions)} steps"
    word = f"known ({group.known})" if group.known else "FAIL "
    yield text.printable(f"{word} {group.fingerprint}  walk {record.walk} of seed {record.seed}, {shrunk}")
    yield text.printable(f"  Shape     {ARROW.join(shape(record.actions))}")
    yield text.printable(f"  Expected  {record.expected}")
    yield text.printable(f"  Actual    {record.actual}")
    for step in group.finding.trace[-STEPS_SHOWN:]:
        yield text.printable(f"  {step.number:>3} {step.text:<44} {step.diff}".rstrip())
    yield f"  Seen in   {group.executions} executions"
    yield f"  Replay    siteproof replay {shlex.quote(str(path))}"


def data(outcome: CampaignOutcome, title: str, files: Mapping[str, Path]) -> dict[str, Any]:
    """The same as one JSON document."""
    tally, risk = outcome.tally, outcome.tally.estimate
    findings = [
        {
            "fingerprint": group.fingerprint,
            "rule": group.record.rule,
            "shape": list(shape(group.record.actions)),
            "expected": group.record.expected,
            "actual": group.record.actual,
            "executions": group.executions,
            "known": group.known,
            "replay": str(files[group.fingerprint]),
        }
        for group in tally.groups.values()
    ]
    return {
        "title": title,
        "executions": tally.executions,
        "steps": tally.steps,
        "cells": len(tally.cells),
        "goals": {"met": len(outcome.met), "of": len(outcome.goals)},
        "estimate": {"news": risk.news, "news_at_most": risk.news_at_most, "unseen": risk.unseen},
        "end": outcome.end.value,
        "interrupted": outcome.interrupted,
        "findings": findings,
    }
