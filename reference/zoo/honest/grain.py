"""Honest variants of grain: extents instead of blocks, where only the amount of work differs.

Rule: see the folder's `__init__`.
"""

from collections.abc import Mapping

import numpy as np

from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.reference.agent import MachineCut, MobilityAgent
from siteproof.reference.comparison import Resynchronization
from siteproof.reference.datapath.blocks import Blocks
from siteproof.reference.datapath.resync import ResyncSource
from siteproof.reference.replicator import Replicator
from siteproof.reference.resynchronizer import Comparisons
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import variant

EXTENT_BLOCKS = 16


class Coarse(ReferenceSubject):
    """Says how coarse it is."""

    def _parameters(self) -> Mapping[str, str]:
        return {**super()._parameters(), "granularity_bytes": str(EXTENT_BLOCKS * BLOCK_BYTES)}


def extents_of(blocks: Blocks) -> Blocks:
    """Every block of the extents that these blocks lie in, ascending."""
    extents = np.unique(blocks // EXTENT_BLOCKS) * EXTENT_BLOCKS
    return (extents[:, None] + np.arange(EXTENT_BLOCKS)).reshape(-1)


class ExtentSource(ResyncSource):
    """One block differs: its extent travels."""

    def travelling(self, differing_blocks: Blocks) -> Blocks:
        """Round up, within the disk."""
        wanted = extents_of(differing_blocks)
        return wanted[wanted < self._blocks]


class ExtentComparison(Resynchronization):
    """Uses it."""

    source_type = ExtentSource


class ExtentComparisons(Comparisons):
    """Uses that."""

    comparison_type = ExtentComparison


class ExtentReplicator(Replicator):
    """Compares by extents."""

    comparisons_type = ExtentComparisons


class ExtentAgent(MobilityAgent):
    """One block was written: its extent travels."""

    def cut(self) -> MachineCut:
        """Round up."""
        self._widen()
        return super().cut()

    def _widen(self) -> None:
        for disk in self.disks.values():
            disk.dirty.restore(extents_of(disk.dirty.take()))


class TrackingReplicator(Replicator):
    """Tracks extents."""

    agent_type = ExtentAgent


def comparison(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Coarser comparison."""
    return variant("extents compared", directory, durable, replicator=ExtentReplicator, subject=Coarse)


def tracking(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Coarser changes."""
    return variant("extents tracked", directory, durable, replicator=TrackingReplicator, subject=Coarse)
