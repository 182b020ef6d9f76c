"""The guide: what a campaign knows when a round of walks begins, and how that bends what the next walks draw.

Rule: a guide is frozen for a round, so that every walk of it is the same whoever carries it out, and in which order.
"""

from collections.abc import Mapping

from attrs import field, frozen

from siteproof.fuzz.actions import WalkAction
from siteproof.fuzz.cells import CoverageCell
from siteproof.model.nouns.scenario import Scenario

NEVER, SELDOM, OFTEN = 12, 4, 1
SELDOM_MAX = 3  # executions up to which a cell counts as seldom


@frozen
class Kept:
    """A walk of the corpus: it was the first to show some of its cells."""

    number: int
    scenario: Scenario
    actions: tuple[WalkAction, ...]
    cells: tuple[CoverageCell, ...] = ()


@frozen
class Guide:
    """In how many executions each cell was seen; what known findings end in; the newest walks of the corpus."""

    seen: Mapping[CoverageCell, int] = field(factory=dict)
    avoid: frozenset[str] = frozenset()
    kept: tuple[Kept, ...] = ()

    def weight(self, cell: CoverageCell) -> int:
        """How much a walk is drawn to a cell."""
        times = self.seen.get(cell, 0)
        if not times:
            return NEVER
        return SELDOM if times <= SELDOM_MAX else OFTEN


NOTHING_KNOWN = Guide()
