"""Reboots: a machine that stopped in good order goes on with its marks, and with nothing that only looks like them.

Rule: what was written last must not have travelled when the machine stops, or no mark would matter (domain §3; §7 B2).
"""

from siteproof.conformance import verify, verify_bytes
from siteproof.conformance.case import case
from siteproof.conformance.lab import Lab, Machine
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.model.nouns.subject import Capability, FaultKind
from siteproof.model.nouns.vocabulary import Resync, ResyncReason

C = Capability
REBOOTED = (C.REBOOTS, C.INITIAL_REPLICATION, C.DELTA, C.CRASH_POINTS, C.VIRTUAL_CLOCK)
CHEAP = ("past=aged", "trouble", "policy")
CHANGED = 6
FILLED, LARGE = 32, 192  # even extents of 64 KiB around each changed block are less than all that was ever written


def _reboots(lab: Lab, machine: Machine, kind: FaultKind) -> Observation:
    """Something was just written when the machine stops."""
    lab.write(machine, CHANGED, noise=BLOCK_BYTES)
    lab.fault(kind, machine)
    return lab.observe(machine)


@case("C-RBT-1", ["SP-REP-32"], needs=(*REBOOTED, C.BYTE_COUNTS), on_bytes=True, fixes=CHEAP)
def an_orderly_reboot_needs_no_comparison(lab: Lab) -> None:
    """After each of two clean reboots the machine is not marked, what was tracked travels, and nothing else does."""
    machine = lab.protected_machine(disk="1 MiB", filled=LARGE)
    lab.crash_point(machine)
    for _ in range(2):
        before = lab.observe(machine).bytes_sent
        seen = _reboots(lab, machine, FaultKind.CLEAN_REBOOT)
        verify.equal(seen.regions.resync, Resync.NONE, "resync after a clean reboot")
        verify_bytes.true_point(lab, machine, lab.crash_point(machine))
        sent = lab.observe(machine).bytes_sent - before
        verify.at_most(sent, LARGE * BLOCK_BYTES, "bytes that left after a clean reboot")


@case("C-RBT-2", ["SP-RES-38"], needs=(*REBOOTED, C.RESYNC), on_bytes=True, fixes=CHEAP)
def a_bitmap_that_cannot_be_read_is_not_missed(lab: Lab) -> None:
    """The stored bitmap cannot be read after a reboot: the machine is marked with the reason, and compared."""
    _is_compared(lab, FaultKind.BITMAP_DAMAGED)


@case("C-RBT-3", ["SP-RES-37"], needs=(*REBOOTED, C.RESYNC), on_bytes=True, fixes=CHEAP)
def a_bitmap_of_an_earlier_run_is_not_believed(lab: Lab) -> None:
    """A clean bitmap of the run before lies there after a reboot: the machine is marked, and compared."""
    _is_compared(lab, FaultKind.OLD_BITMAP)


def _is_compared(lab: Lab, kind: FaultKind) -> None:
    machine = lab.protected_machine(disk="256 KiB", filled=FILLED)
    _reboots(lab, machine, FaultKind.CLEAN_REBOOT)
    lab.crash_point(machine)
    seen = _reboots(lab, machine, kind)
    verify.equal(seen.regions.resync, Resync.REQUIRED, f"resync after {kind.value}")
    verify.equal(seen.resync_reason, ResyncReason.BITMAP_INVALID, "the reason of the mark")
    lab.resynchronise(machine)
    verify_bytes.true_point(lab, machine, lab.crash_point(machine))
