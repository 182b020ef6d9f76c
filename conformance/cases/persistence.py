"""Persistence: what the receiving side has written down, and what that is worth after a crash (domain §7 B23, B35).

Rule: the moment of a crash is chosen by what the subject shows of its own progress, never by how it works.
"""

from siteproof.conformance import verify, verify_bytes
from siteproof.conformance.case import case
from siteproof.conformance.lab import Lab, Machine
from siteproof.model.nouns.observation import Watermarks
from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.model.nouns.subject import Capability, FaultKind
from siteproof.model.nouns.vocabulary import Resync

C = Capability
POINTS = (C.INITIAL_REPLICATION, C.DELTA, C.CRASH_POINTS, C.VIRTUAL_CLOCK)
STEP_MS = 250
STEPS = 40
ROUNDS = 3
BLOCKS, GROWN_BLOCKS = 32, 7  # 128 KiB


def _marks(lab: Lab, machine: Machine) -> Watermarks:
    return lab.observe(machine).disks[0].watermarks


def _compared(lab: Lab, machine: Machine) -> None:
    """A crash may mark the machine, which costs time and nothing else."""
    lab.settle()
    if lab.observe(machine).regions.resync is not Resync.NONE:
        verify.accepted(lab.resynchronise(machine).answer, "resynchronize")


@case("C-PER-1", ["SP-REP-31", "SP-REP-14"], needs=(*POINTS, C.TARGET_FAULTS), on_bytes=True)
def what_was_applied_outlives_a_crash(lab: Lab) -> None:
    """The replication service dies when it has just applied everything: nothing is missing in the next point."""
    machine = lab.protected_machine(disk="128 KiB", filled=16)
    for _ in range(ROUNDS):
        lab.write(machine, 6, noise=BLOCK_BYTES)
        lab.settle()
        lab.fault(FaultKind.TARGET_CRASH, machine)
        lab.write(machine, 1)
        _compared(lab, machine)
        verify_bytes.true_point(lab, machine, lab.crash_point(machine))


@case("C-PER-2", ["SP-PT-37", "SP-PT-14"], needs=(*POINTS, C.TARGET_FAULTS), on_bytes=True)
def a_point_outlives_a_crash_at_once(lab: Lab) -> None:
    """The replication service dies as soon as a point is listed, and once more: the point is what it was."""
    machine = lab.protected_machine(disk="128 KiB", filled=16)
    for _ in range(ROUNDS):
        lab.write(machine, 6, noise=BLOCK_BYTES)
        point = lab.crash_point(machine)
        for _ in range(2):
            lab.fault(FaultKind.TARGET_CRASH, machine)
        verify_bytes.true_point(lab, machine, point)
        _compared(lab, machine)


@case("C-PER-3", ["SP-REP-9"], needs=(*POINTS, C.WATERMARKS))
def what_arrives_is_logged_before_it_is_applied(lab: Lab) -> None:
    """Looked at four times a second, what arrives is in the cache before it is on the seed disk."""
    machine = lab.protected_machine(disk="128 KiB")
    lab.settle()
    for _ in range(STEPS):
        lab.write(machine, 1)
        lab.advance(milliseconds=STEP_MS)
        seen = _marks(lab, machine)
        verify.at_least(seen.cached, seen.applied, "the write up to which the cache holds, by what was applied")
    lab.settle()
    verify.equal(_marks(lab, machine).applied, _marks(lab, machine).cached, "what was applied at rest")


@case(
    "C-PER-4",
    ["SP-REP-28", "SP-PT-13"],
    needs=(*POINTS, C.RESIZE, C.RESYNC, C.OLDER_POINTS),
    on_bytes=True,
    fixes=("trouble", "past=aged"),
)
def a_point_ends_where_its_disk_ended(lab: Lab) -> None:
    """A disk grows and is written behind its old end: older points keep their size, newer ones have the new one."""
    machine = lab.protected_machine(disk="128 KiB", filled=16)
    before = lab.crash_point(machine)
    sizes = _restored_blocks(lab, machine, before.name)
    old = lab.history.ledger(machine.name, machine.disk().name).blocks
    lab.fault(FaultKind.DISK_RESIZED, machine, amount=BLOCKS + GROWN_BLOCKS)
    lab.write(machine, range(old, old + GROWN_BLOCKS))
    lab.resynchronise(machine)
    after = lab.crash_point(machine)
    verify_bytes.true_point(lab, machine, after)
    verify.serves("SP-REP-28")
    verify.equal(_restored_blocks(lab, machine, before.name), sizes, "blocks of the disks in a point of before")
    grown = _restored_blocks(lab, machine, after.name)[machine.disk().name]
    verify.equal(grown, sizes[machine.disk().name] + GROWN_BLOCKS, "blocks of the disk in a point of afterwards")
    verify.serves("SP-PT-13", "SP-REP-28")
    verify_bytes.true_point(lab, machine, before)


def _restored_blocks(lab: Lab, machine: Machine, point: str) -> dict[str, int]:
    return {disk.name: len(disk.digests) for disk in lab.restore(machine, point).disks}
