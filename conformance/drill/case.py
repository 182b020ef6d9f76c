"""The drill as one case of the judge, so that its verdict stands in the same report as all others."""

from collections.abc import Callable
from pathlib import Path

from siteproof.conformance.case import Case, Level
from siteproof.conformance.drill.disk_image import make_image
from siteproof.conformance.drill.journey import Journey
from siteproof.conformance.drill.measures import MIB, Measures
from siteproof.conformance.lab import Lab
from siteproof.conformance.worlds.world import DIMENSIONS
from siteproof.model.nouns.subject import Capability

SENTENCE = "A machine with a real file system and a real database survives the whole life, with no byte out of place."
NEEDS = (
    Capability.INITIAL_REPLICATION,
    Capability.DELTA,
    Capability.CRASH_POINTS,
    Capability.APP_POINTS,
    Capability.RESYNC,
    Capability.TEST_FAILOVER,
    Capability.FAILOVER,
    Capability.COMMIT,
    Capability.REPROTECT,
    Capability.FAILBACK,
    Capability.LINK_FAULTS,
    Capability.VIRTUAL_CLOCK,
)
REQUIRES = ("SP-REP-2", "SP-REP-5", "SP-REP-18", "SP-REP-21", "SP-PT-3", "SP-RES-5", "SP-DRL-2")


def drill_case(folder: Path, size_bytes: int, measures: Measures, told: Callable[[str], None]) -> Case:
    """The case; its image and copies live in `folder`, measurements go to `measures`, stages are told to `told`."""

    def drill(lab: Lab) -> None:
        with measures.timed("making the disk image"):
            image = make_image(folder, size_bytes)
        measures.note("disk image", size_bytes / MIB, "MiB", image.note)
        told(image.note)
        Journey(lab, image, folder, measures, told).run()

    return Case("C-DRILL-1", SENTENCE, REQUIRES, Level.MUST, NEEDS, "drill", True, drill, tuple(DIMENSIONS))
