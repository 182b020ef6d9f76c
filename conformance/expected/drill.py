"""What a drill leaves as it was: two runs that differ only by a drill show the same points, images, watermarks and RPO.

Rule: the same seeded workload is played twice on a freshly reset subject; whatever differs was caused by the drill.
"""

from attrs import frozen

from siteproof.conformance import verify, verify_bytes
from siteproof.conformance.images import MachineImages
from siteproof.conformance.lab import Lab, Machine
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.vocabulary import Selection, Verb


@frozen(eq=False)
class DrillRun:
    """What one run left behind."""

    seen: Observation
    source: MachineImages
    points: tuple[MachineImages, ...]


def play(lab: Lab, *, drill: bool) -> DrillRun:
    """Load, a drill (or none) from beginning to end under load, more load."""
    machine = lab.protected_machine(disk="256 KiB", filled=16)
    _load(lab, machine, 8)
    if drill:
        lab.run(machine, Verb.TEST_FAILOVER, selection=Selection.LATEST_PROCESSED)
    else:
        lab.settle()
    _load(lab, machine, 8)
    if drill:
        lab.run(machine, Verb.CLEAN_UP_TEST)
    else:
        lab.settle()
    _load(lab, machine, 8)
    lab.settle()
    seen = lab.observe(machine)
    points = tuple(verify_bytes.true_point(lab, machine, point) for point in seen.points)
    return DrillRun(seen, lab.read(machine), points)


def same(with_drill: DrillRun, without: DrillRun) -> None:
    """The drill left no trace."""
    verify.serves("SP-DRL-15")
    taken = [[(p.taken_at_ms, p.consistency) for p in run.seen.points] for run in (with_drill, without)]
    verify.equal(taken[0], taken[1], "times and kinds of the points")
    verify.serves("SP-RPO-7")
    verify.equal(with_drill.seen.rpo_ms, without.seen.rpo_ms, "RPO in ms")
    verify.serves("SP-DRL-3")
    verify.equal(_marks(with_drill), _marks(without), "watermarks")
    verify.equal(with_drill.seen.regions, without.seen.regions, "regions")
    verify_bytes.same_image(with_drill.source, without.source, "the source")
    verify.serves("SP-DRL-15", "SP-RPO-7")
    for one, other in zip(with_drill.points, without.points, strict=True):
        verify_bytes.same_image(one, other, "a point")


def _load(lab: Lab, machine: Machine, rounds: int) -> None:
    for _ in range(rounds):
        lab.write(machine, 4)
        lab.advance(minutes=1)


def _marks(run: DrillRun) -> list[object]:
    return [disk.watermarks for disk in run.seen.disks]
