"""Drives of exhibits that are wrong with what is tracked.

Rule: see drives.py.
"""

from siteproof.model.nouns.subject import Fault, FaultKind
from siteproof.model.nouns.vocabulary import Resync, WriteOrderMode
from tests.reference.bench import Bench
from tests.zoo.drives import next_point_differs, shows


def _pressed(bench: Bench, disk: str = "sda", times: int = 1) -> None:
    for _ in range(times):
        bench.subject.fault(Fault(FaultKind.PRESSURE, "web", disk))


def _rebooted_twice(bench: Bench, kind: FaultKind) -> None:
    """The second time with that fault, each time with a write that has not travelled."""
    bench.protected()
    for each in (FaultKind.CLEAN_REBOOT, kind):
        bench.write(3)
        bench.fault(each)


@shows("U1")
def takes_a_point_under_pressure(bench: Bench) -> bool:
    """Wait an interval with a disk that is not tracked exactly."""
    before = len(bench.protected().points)
    _pressed(bench)
    return len(bench.minutes(6).points) > before


@shows("U2")
def does_not_return_to_data_mode(bench: Bench) -> bool:
    """End the pressure and send everything."""
    bench.protected()
    _pressed(bench)
    bench.fault(FaultKind.PRESSURE_ENDED)
    bench.subject.settle()
    return bench.seen.disks[0].mode is not WriteOrderMode.DATA


@shows("U3")
def presses_a_disk_that_was_not_meant(bench: Bench) -> bool:
    """Press one disk of two."""
    bench.reset(disks=2)
    bench.protected()
    _pressed(bench)
    return bench.seen.disks[1].mode is not WriteOrderMode.DATA


@shows("U4")
def forgets_what_was_tracked(bench: Bench) -> bool:
    """Write, press twice, and let everything travel."""
    bench.protected()
    bench.write(3)
    _pressed(bench, times=2)
    bench.fault(FaultKind.PRESSURE_ENDED)
    return next_point_differs(bench)


@shows("U5")
def believes_the_bitmap_of_the_run_before(bench: Bench) -> bool:
    """Put it in place of the last one."""
    _rebooted_twice(bench, FaultKind.OLD_BITMAP)
    return bench.seen.regions.resync is Resync.NONE


@shows("U6")
def takes_damage_for_a_clean_disk(bench: Bench) -> bool:
    """Damage the bitmap."""
    _rebooted_twice(bench, FaultKind.BITMAP_DAMAGED)
    return bench.seen.regions.resync is Resync.NONE


@shows("U7")
def compares_after_an_orderly_reboot(bench: Bench) -> bool:
    """Reboot twice in good order."""
    _rebooted_twice(bench, FaultKind.CLEAN_REBOOT)
    return bench.seen.regions.resync is not Resync.NONE
