"""The tally: everything that a campaign has come to know, as a fold over its walks in their order.

Rule: what a walk adds depends on the walks before it and on nothing else: no clock, no worker, no order of arrival.
"""

from collections.abc import Callable, Mapping

from attrs import define, evolve, field, frozen

from siteproof.conformance.coverage.events import Event
from siteproof.fuzz.actions import WalkAction, WalkRecord
from siteproof.fuzz.cells import CoverageCell
from siteproof.fuzz.estimate import Count, Estimate, estimate
from siteproof.fuzz.fingerprint import contains, ends_in, shape
from siteproof.fuzz.guide import Guide, Kept
from siteproof.fuzz.walk import Finding
from siteproof.model.nouns.scenario import Scenario

BEGINNINGS_MAX = 64  # of the corpus that later walks may begin with: the newest ones


@frozen
class Walked:
    """What a walk came to, as it is kept until its round is over; `record` is the shrunk walk of its finding."""

    number: int
    scenario: Scenario
    actions: tuple[WalkAction, ...]
    cells: tuple[CoverageCell, ...]
    finding: Finding | None = None
    record: WalkRecord | None = None
    history: tuple[Event, ...] = ()


@frozen
class FindingGroup:
    """Findings of one fingerprint: the first one's minimal walk, and how many executions ended in it."""

    fingerprint: str
    finding: Finding
    record: WalkRecord
    steps_before: int  # actions of the walk before it was shrunk
    executions: int = 1
    known: str = ""  # the reason for which it is expected; empty: it is news


@frozen
class Sample:
    """How far the campaign was after a round."""

    executions: int
    seconds: float
    cells: int
    groups: int


@define
class Tally:
    """What is known. `known` leads from fingerprints to the reasons for which they are expected."""

    known: Mapping[str, str] = field(factory=dict)
    executions: int = 0
    steps: int = 0
    cells: dict[CoverageCell, Count] = field(factory=dict)
    kept: list[Kept] = field(factory=list)
    groups: dict[str, FindingGroup] = field(factory=dict)
    samples: list[Sample] = field(factory=list)

    def take(self, walked: Walked, shrunk: Callable[[Walked], Walked]) -> Walked:
        """Add a walk; `shrunk` is asked for the minimal walk of a finding that fits no known group."""
        new = any(cell not in self.cells for cell in walked.cells)
        for cell in walked.cells:
            count = self.cells.get(cell, Count(0, walked.number))
            self.cells[cell] = evolve(count, executions=count.executions + 1)
        if new:
            self.kept.append(Kept(walked.number, walked.scenario, walked.actions, walked.cells))
        self.executions += 1
        self.steps += len(walked.actions)
        return self._found(walked, shrunk) if walked.finding is not None else walked

    @property
    def news(self) -> tuple[FindingGroup, ...]:
        """The groups that nobody has expected."""
        return tuple(group for group in self.groups.values() if not group.known)

    @property
    def newest(self) -> int:
        """The number of the execution that showed something new last; -1 before the first."""
        return max((kept.number for kept in self.kept), default=-1)

    @property
    def estimate(self) -> Estimate:
        """How much there may be that nobody has seen."""
        return estimate(self.cells.values(), self.executions)

    def guide(self) -> Guide:
        """What the next round of walks is told."""
        seen = {cell: count.executions for cell, count in self.cells.items()}
        avoid = frozenset(ends_in(group.record.actions) for group in self.groups.values() if group.known) - {""}
        return Guide(seen, avoid, tuple(self.kept[-BEGINNINGS_MAX:]))

    def minimal_corpus(self) -> tuple[Kept, ...]:
        """The fewest walks found, greedily, that have every cell of the corpus between them; the richest first."""
        owed = {cell for kept in self.kept for cell in kept.cells}
        left, chosen = list(self.kept), []
        while owed:
            best = max(left, key=lambda kept: (len(owed & set(kept.cells)), -kept.number))
            left.remove(best)
            chosen.append(best)
            owed -= set(best.cells)
        return tuple(chosen)

    def _found(self, walked: Walked, shrunk: Callable[[Walked], Walked]) -> Walked:
        """Count the finding where it belongs; a new group begins with its minimal walk."""
        assert walked.finding is not None
        walk_shape = shape(walked.actions)
        for name, group in self.groups.items():
            same = group.finding.kind == walked.finding.kind
            if same and contains(walk_shape, shape(group.record.actions)):
                self.groups[name] = evolve(group, executions=group.executions + 1)
                return walked
        made = walked if walked.record is not None else shrunk(walked)
        record = made.record
        assert record is not None
        assert made.finding is not None
        known = self.known.get(record.fingerprint, "")
        fresh = FindingGroup(record.fingerprint, made.finding, record, len(walked.actions), 0, known)
        before = self.groups.get(record.fingerprint, fresh)
        self.groups[record.fingerprint] = evolve(before, executions=before.executions + 1)
        return made
