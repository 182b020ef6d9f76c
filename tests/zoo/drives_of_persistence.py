"""Drives of exhibits that are wrong with what they have written down.

Rule: see drives.py.
"""

from pathlib import Path

from siteproof.model.nouns.errors import Refused
from siteproof.model.nouns.policy import ReplicationPolicy
from siteproof.model.nouns.subject import During, Fault, FaultKind
from siteproof.model.nouns.vocabulary import Resync, Verb
from tests.reference.bench import BLOCKS, Bench
from tests.zoo.drives import cut_and_mended, next_point_differs, shows


@shows("T1")
def forgets_what_it_applied(bench: Bench) -> bool:
    """Crash when everything was applied."""
    bench.protected()
    bench.write(3)
    bench.subject.settle()
    bench.fault(FaultKind.TARGET_CRASH)
    try:
        return next_point_differs(bench)
    except Refused:
        return True


@shows("T2")
def loses_what_a_point_stands_on(bench: Bench) -> bool:
    """Crash when a point has just been taken."""
    bench.protected()
    bench.write(3)
    bench.subject.settle()
    point = bench.minutes(5).points[-1].name
    before = bench.restored(point)
    bench.fault(FaultKind.TARGET_CRASH)
    try:
        return bench.restored(point) != before
    except Refused:
        return True


@shows("T3")
def restores_a_disk_that_is_larger_than_it_was(bench: Bench) -> bool:
    """Let the disk grow behind a point."""
    bench.protected()
    point = bench.minutes(5).points[-1].name
    before = len(bench.restored(point))
    bench.fault(FaultKind.DISK_RESIZED, BLOCKS + 8)
    bench.do(Verb.RESYNCHRONIZE)
    (image,) = bench.subject.restore("web", point)
    return Path(image.location).stat().st_size > before


@shows("T4")
def is_done_without_its_target(bench: Bench) -> bool:
    """Cut the link while both sides are compared."""
    bench.write(*range(40))
    bench.protected()
    cut_and_mended(bench, *range(0, 40, 2))
    fault = Fault(FaultKind.LINK_DOWN, "web")
    bench.subject.arrange((During("web", after_bytes=4096, fault=fault),))
    return bench.do(Verb.RESYNCHRONIZE).regions.resync is Resync.NONE


@shows("T5")
def lets_a_point_go_too_early(bench: Bench) -> bool:
    """A retention of three hours, two hours and fifty minutes later."""
    bench.reset(policy=ReplicationPolicy(retention_minutes=180))
    first = bench.protected().points[0].name
    return first not in {point.name for point in bench.minutes(170).points}


@shows("T6")
def has_applied_what_it_has_not_logged(bench: Bench) -> bool:
    """Look when a change has just arrived."""
    bench.protected()
    bench.write(3)
    marks = bench.minutes(1.5 / 60).disks[0].watermarks
    return marks.applied > marks.cached
