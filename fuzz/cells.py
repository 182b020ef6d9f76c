"""Cells: the units of a campaign's coverage: what was done, in which state, under which standing trouble.

Rule: a cell is made of what a subject showed before the action; no cell depends on what an implementation is made of.
"""

from collections.abc import Iterable, Iterator

from attrs import define, frozen

from siteproof.conformance.coverage.events import state_name
from siteproof.fuzz.actions import ActionKind, WalkAction
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.subject import FaultKind
from siteproof.model.nouns.vocabulary import Verb

BETWEEN = " | "
NONE = "-"
FAULTS = frozenset(kind.value for kind in FaultKind)
VERBS = frozenset(verb.value for verb in Verb)
MENDS = frozenset({FaultKind.LINK_UP, FaultKind.SITE_UP, FaultKind.STORE_MENDED})
STANDS = frozenset({FaultKind.SITE_DOWN, FaultKind.JOB_FAILS, FaultKind.CLOCK_JUMP,
                    FaultKind.STORE_FULL, FaultKind.IO_ERROR})  # fmt: skip
"""Faults that stay until they are mended or used up; others are trouble until the subject settles."""


@frozen(order=True)
class CoverageCell:
    """What, where and trouble; `where` is a state's name, `trouble` a fault's or none."""

    what: str
    where: str
    trouble: str = NONE

    def __str__(self) -> str:
        """One line, as stores and reports keep it."""
        return BETWEEN.join((self.what, self.where, self.trouble))

    @property
    def is_command(self) -> bool:
        """Whether a command was asked."""
        return self.what in VERBS

    @property
    def is_fault(self) -> bool:
        """Whether something was made to go wrong, or was mended."""
        return self.what in FAULTS


def read_cell(text: str) -> CoverageCell:
    """The cell that a line says; ValueError when it is none."""
    what, where, trouble = text.split(BETWEEN)
    return CoverageCell(what, where, trouble)


@define
class CellTrouble:
    """What stands in the way of one machine."""

    last: str = NONE

    def hear(self, action: WalkAction) -> None:
        """An action was carried out."""
        if action.fault is not None:
            self.last = NONE if action.fault.kind in MENDS else action.fault.kind.value
        elif action.plan:
            self.last = action.plan[-1].kind.value
        elif action.kind in (ActionKind.SETTLE, ActionKind.CHECKPOINT) and self.last not in STANDS:
            self.last = NONE

    def of(self, view: Observation) -> str:
        """The trouble by which a cell is known: a dead link before everything else."""
        if self.last == FaultKind.SITE_DOWN:
            return self.last
        return self.last if view.link_up else FaultKind.LINK_DOWN.value


def cell_of(what: str, view: Observation, trouble: CellTrouble) -> CoverageCell:
    """The cell of an action that a machine meets as it is shown."""
    return CoverageCell(what, state_name(view.regions), trouble.of(view))


def heat(cells: Iterable[tuple[CoverageCell, int]]) -> Iterator[tuple[str, str, int]]:
    """Fault, phase and how many executions: the phase is the state without its drill and resync."""
    for cell, count in cells:
        if cell.is_fault:
            yield cell.what, cell.where.split("+", 1)[0], count
