"""Pressure: an agent without room keeps less of what changes, disk by disk, and points wait for it (domain §1, §5).

Rule: the mode that a disk shows is its own word; what a point restores, and that writes are taken, is judged beside it.
"""

from siteproof.conformance import verify, verify_bytes
from siteproof.conformance.case import case
from siteproof.conformance.lab import Lab, Machine
from siteproof.model.nouns.subject import Capability, FaultKind
from siteproof.model.nouns.vocabulary import Resync, WriteOrderMode

C, M = Capability, WriteOrderMode
PRESSED = (C.PRESSURE, C.INITIAL_REPLICATION, C.DELTA, C.CRASH_POINTS, C.VIRTUAL_CLOCK)
CHEAP = ("past=aged", "trouble", "policy")
COARSER = (M.DATA, M.METADATA, M.BITMAP)
HELD_BLOCKS = 6


def _mode(lab: Lab, machine: Machine, disk: str) -> WriteOrderMode:
    return next(each.mode for each in lab.observe(machine).disks if each.name == disk)


def _points(lab: Lab, machine: Machine) -> set[str]:
    return {point.name for point in lab.observe(machine).points}


@case("C-PRS-1", ["SP-REP-12"], needs=PRESSED, on_bytes=True, fixes=CHEAP)
def capture_degrades_and_the_workload_goes_on(lab: Lab) -> None:
    """Pressed twice a disk is tracked less exactly each time; every write is taken, and arrives afterwards."""
    machine = lab.protected_machine(disk="128 KiB")
    disk = machine.disk().name
    verify.equal(_mode(lab, machine, disk), M.DATA, "mode at rest")
    for mode in COARSER[1:]:
        lab.fault(FaultKind.PRESSURE, machine, disk)
        verify.equal(_mode(lab, machine, disk), mode, "mode under pressure")
        lab.write(machine, HELD_BLOCKS)
        verify_bytes.same_image(lab.read(machine), lab.history.image_now(machine.name), "the disk under pressure")
    lab.fault(FaultKind.PRESSURE_ENDED, machine, disk)
    verify_bytes.true_point(lab, machine, lab.crash_point(machine))


@case("C-PRS-2", ["SP-REP-29", "SP-PT-39"], needs=PRESSED, on_bytes=True, fixes=CHEAP)
def each_disk_has_a_mode_of_its_own(lab: Lab) -> None:
    """One disk of two is pressed: the other stays exact, and this one is exact again when all was sent."""
    machine = lab.protected_machine(disk="128 KiB", disks=2)
    pressed, other = (disk.name for disk in machine.spec.disks[:2])
    lab.fault(FaultKind.PRESSURE, machine, pressed)
    lab.write(machine, HELD_BLOCKS, disk=pressed)
    verify.serves("SP-REP-29")
    verify.equal(_mode(lab, machine, other), M.DATA, f"mode of {other} while {pressed} is pressed")
    verify.equal(_mode(lab, machine, pressed), M.METADATA, f"mode of {pressed}")
    lab.fault(FaultKind.PRESSURE_ENDED, machine, pressed)
    lab.settle()
    verify.equal(_mode(lab, machine, pressed), M.DATA, f"mode of {pressed} when nothing is left to send")
    verify.equal(lab.observe(machine).regions.resync, Resync.NONE, "resync after pressure")
    verify.serves("SP-PT-39", "SP-REP-29")
    verify_bytes.true_point(lab, machine, lab.crash_point(machine))


@case("C-PRS-3", ["SP-PT-18", "SP-PT-39"], needs=PRESSED, on_bytes=True, fixes=CHEAP)
def no_point_is_taken_of_an_inexact_disk(lab: Lab) -> None:
    """While a disk of the machine is pressed no point appears; afterwards the next one holds the machine as a whole."""
    machine = lab.protected_machine(disk="128 KiB", disks=2)
    lab.settle()
    for disk in machine.spec.disks[:2]:
        known = _points(lab, machine)
        lab.fault(FaultKind.PRESSURE, machine, disk.name)
        lab.write(machine, HELD_BLOCKS, disk=disk.name)
        lab.advance(minutes=2 * lab.profile.crash_consistent_minutes + 1)
        verify.serves("SP-PT-18")
        verify.that(not _points(lab, machine) - known, "no point while a disk is inexact", "there is one")
        lab.write(machine, HELD_BLOCKS)
        lab.fault(FaultKind.PRESSURE_ENDED, machine, disk.name)
        verify.serves("SP-PT-39", "SP-PT-18")
        verify_bytes.true_point(lab, machine, lab.crash_point(machine))
