"""Wrong with what was written down: applied in memory only, pointed unflushed, grown, concluded alone, gone early.

Rule: see the folder's `__init__`.
"""

from collections.abc import Iterator
from pathlib import Path

from attrs import evolve

from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.model.nouns.subject import Image
from siteproof.reference.comparison import Resynchronization
from siteproof.reference.datapath.cut import Cut
from siteproof.reference.datapath.effects import Executor
from siteproof.reference.link import LinkDown
from siteproof.reference.machine import Machine
from siteproof.reference.points import StoredPoint
from siteproof.reference.replication_service import Exports, ReplicationService
from siteproof.reference.replicator import Replicator
from siteproof.reference.resynchronizer import Comparisons
from siteproof.reference.retention import thin
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit

EARLY_MINUTES = 20


class LosesTheLastApplied(ReplicationService):
    """The log lets go of what was applied before the seed disks are flushed."""

    flushes_for_points = True

    def apply(self) -> None:
        """Remember what a loss of power would leave, and that is wrong: the log should be left to apply again."""
        before = {name: Path(replica.seed_path()).read_bytes() for name, replica in self.replicas.items()}
        super().apply()
        changed = any(before[name] != Path(each.seed_path()).read_bytes() for name, each in self.replicas.items())
        self.unflushed = before if changed else getattr(self, "unflushed", {})

    def create_point(self, point: StoredPoint) -> None:
        """A point flushes, or does not either."""
        super().create_point(point)
        if self.flushes_for_points:
            self.unflushed = {}

    def reopen(self) -> None:
        """The crash takes it."""
        for name, data in getattr(self, "unflushed", {}).items():
            with Path(self.replicas[name].seed_path()).open("r+b") as seed:
                seed.write(data)
        self.unflushed = {}
        super().reopen()


class PointsUnflushed(LosesTheLastApplied):
    """The same, and a point does not flush."""

    flushes_for_points = False


class GrowsPoints(ReplicationService):
    """Every point has the size of its disk."""

    def export(self, name: str, store: Executor, exports: Exports) -> tuple[Image, ...]:
        """Behind the end of an older point there are zeros, and that is wrong."""
        images = super().export(name, store, exports)
        for image in images:
            size = Path(image.location).stat().st_size
            now = self.replicas[image.disk].blocks * BLOCK_BYTES
            if size < now:
                with Path(image.location).open("ab") as file:
                    file.truncate(now)
        return images


class ConcludesAlone(Resynchronization):
    """What was sent will have arrived."""

    def _compare(self, disk: str, cut: Cut) -> Iterator[bytes]:
        """A link that is gone at the end is none of its business, and that is wrong."""
        try:
            yield from super()._compare(disk, cut)
        except LinkDown:
            self.stream.service.abandon()


class ComparesAlone(Comparisons):
    """Uses it."""

    comparison_type = ConcludesAlone


class PrunesEarly(Replicator):
    """Is on the safe side with space."""

    def outlived(self, machine: Machine) -> set[str]:
        """The last instants of a retention do not count, and that is wrong."""
        minutes = max(machine.policy.retention_minutes - EARLY_MINUTES, 0)
        rows = thin(machine.points, self.now_ms, minutes, machine.pinned, self.thinning)
        return {row.point.name for row in rows if not row.kept}


class AppliesFirst(ReferenceSubject):
    """What arrives is applied at once; the log follows."""

    def observe(self, machine: str) -> Observation:
        """The cache comes after the seed disk, and that is wrong."""
        seen = super().observe(machine)
        disks = (
            evolve(each, watermarks=evolve(marks, cached=marks.applied, applied=marks.cached))
            for each in seen.disks
            for marks in (each.watermarks,)
        )
        return evolve(seen, disks=tuple(disks))


def _serving(service: type[ReplicationService], name: str, directory: str | None, durable: bool) -> ReferenceSubject:
    class Served(Replicator):
        """Uses that service."""

        service_type = service

    return exhibit(name, directory, durable, replicator=Served)


def applied_in_memory(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Loses what it applied last."""
    return _serving(LosesTheLastApplied, "applied in memory", directory, durable)


def unflushed_point(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Loses what a point stands on."""
    return _serving(PointsUnflushed, "unflushed point", directory, durable)


def grows_points(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Restores older points in the present size."""
    return _serving(GrowsPoints, "grows points", directory, durable)


def concludes_alone(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Completes a comparison without its target."""

    class Alone(Replicator):
        """Compares so."""

        comparisons_type = ComparesAlone

    return exhibit("concludes alone", directory, durable, replicator=Alone)


def prunes_early(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Prunes twenty minutes early."""
    return exhibit("prunes early", directory, durable, replicator=PrunesEarly)


def applies_first(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Applies before it logs."""
    return exhibit("applies first", directory, durable, subject=AppliesFirst)
