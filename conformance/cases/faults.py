"""Faults: crashes and cuts forget no acknowledged write (seed: Resynchronization process; domain §3, §7).

Rule: after the trouble every case ends with the sides made equal by the subject's own means, and with their bytes.
"""

from siteproof.conformance import other_side, verify, verify_bytes
from siteproof.conformance.case import case
from siteproof.conformance.lab import Lab, Machine
from siteproof.model.nouns.subject import Capability, FaultKind
from siteproof.model.nouns.vocabulary import Resync, Verb

C = Capability
BASE = (C.INITIAL_REPLICATION, C.DELTA, C.CRASH_POINTS)


def _heal(lab: Lab, machine: Machine) -> None:
    """Bring the link back, let replication come to rest, and resynchronise when that is asked for."""
    lab.fault(FaultKind.LINK_UP, machine)
    lab.advance(minutes=1)
    lab.settle()
    if lab.observe(machine).regions.resync is not Resync.NONE:
        verify.accepted(lab.resynchronise(machine).answer, "resynchronize")
    lab.settle()


@case("C-FLT-1", ["SP-REP-14", "SP-REP-15"], needs=(*BASE, C.TARGET_FAULTS, C.FAILOVER), on_bytes=True, bears=("size",))
def a_crash_of_the_target_keeps_what_was_acknowledged(lab: Lab) -> None:
    """What had been replicated before the replication service crashed is in the machine that takes over."""
    machine = lab.protected_machine(filled=32)
    for _ in range(5):
        lab.write(machine, 12)
        lab.advance(milliseconds=1_700)
    lab.settle()
    position = lab.history.position
    lab.fault(FaultKind.TARGET_CRASH, machine)
    lab.fault(FaultKind.SITE_DOWN, machine)
    lab.run(machine, Verb.FAIL_OVER)
    verify_bytes.true_landing(lab, lab.landing(machine), position)


@case(
    "C-FLT-2",
    ["SP-REP-18", "SP-REP-15"],
    needs=(*BASE, C.TARGET_FAULTS),
    on_bytes=True,
    bears=("size", "way"),
)
def replication_goes_on_after_a_crash_of_the_target(lab: Lab) -> None:
    """Crashes of the replication service between writes lose none of them, and points stay past images."""
    machine = lab.protected_machine(disk="256 KiB")
    for step in range(8):
        lab.write(machine, 10)
        lab.advance(milliseconds=700 * step)
        lab.fault(FaultKind.TARGET_CRASH, machine)
        lab.write(machine, 5)
        lab.advance(minutes=2)
    _heal(lab, machine)
    for point in lab.observe(machine).points:
        verify_bytes.true_point(lab, machine, point)
    other_side.agrees(lab, machine, "after eight crashes")


@case(
    "C-FLT-3", ["SP-PT-26", "SP-PT-14"], needs=(*BASE, C.TARGET_FAULTS, C.VIRTUAL_CLOCK), on_bytes=True, bears=("size",)
)
def a_half_made_point_is_never_listed(lab: Lab) -> None:
    """Crashes around the creation of points leave only points that restore a past image."""
    machine = lab.protected_machine(disk="128 KiB")
    for step in range(6):
        lab.write(machine, 8)
        lab.advance(minutes=5, milliseconds=-150 * step)
        lab.fault(FaultKind.TARGET_CRASH, machine)
        lab.advance(milliseconds=150 * step)
    lab.settle()
    for point in lab.observe(machine).points:
        verify_bytes.true_point(lab, machine, point)


@case(
    "C-FLT-4",
    ["SP-REP-18", "SP-RES-14"],
    needs=(*BASE, C.LINK_FAULTS, C.RESYNC),
    on_bytes=True,
    bears=(
        "size",
        "way",
    ),
)
def a_flapping_link_forgets_nothing(lab: Lab) -> None:
    """A link that comes and goes under load: once it has healed, the sides agree."""
    machine = lab.protected_machine(disk="256 KiB")
    for step in range(10):
        lab.fault(FaultKind.LINK_DOWN, machine)
        lab.write(machine, 4)
        lab.advance(milliseconds=(step % 3) * 800)
        lab.fault(FaultKind.LINK_UP, machine)
        lab.write(machine, 4)
        lab.advance(milliseconds=(step % 4) * 600)
    _heal(lab, machine)
    other_side.agrees(lab, machine, "after ten cuts")


@case(
    "C-FLT-5",
    ["SP-REP-18", "SP-RES-14", "SP-RES-33"],
    needs=(*BASE, C.LINK_FAULTS, C.CRASH_FAULTS, C.TARGET_FAULTS, C.RESYNC),
    on_bytes=True,
    bears=(
        "size",
        "way",
    ),
)
def a_storm_forgets_nothing(lab: Lab) -> None:
    """Cuts, crashes of agent and target and forced shutdowns in seeded order: healed, the sides agree."""
    machine = lab.protected_machine(disk="256 KiB")
    kinds = [FaultKind.LINK_DOWN, FaultKind.AGENT_CRASH, FaultKind.TARGET_CRASH, FaultKind.LINK_UP]
    kinds += [FaultKind.FORCED_SHUTDOWN, FaultKind.LINK_UP]
    for _ in range(25):
        lab.write(machine, 3)
        lab.fault(kinds[lab.workload.choose(range(len(kinds)))], machine)
        lab.advance(milliseconds=lab.workload.choose((0, 400, 1200, 3000)))
    _heal(lab, machine)
    other_side.agrees(lab, machine, "after the storm")


@case("C-FLT-6", ["SP-RES-12", "SP-REP-3"], needs=(*BASE, C.LINK_FAULTS, C.HOLD, C.RESYNC), on_bytes=True)
def trouble_during_the_initial_copy_is_recovered_from(lab: Lab) -> None:
    """The link breaks while the initial copy runs: after a resynchronisation or a new enable every block is there."""
    machine = lab.machine(disk="512 KiB")
    lab.write(machine, range(0, 128, 2))
    lab.ask(machine, Verb.ENABLE)
    lab.fault(FaultKind.LINK_DOWN, machine)
    lab.write(machine, 10)
    lab.advance(minutes=1)
    lab.settle()
    lab.fault(FaultKind.LINK_UP, machine)
    lab.advance(minutes=1)
    lab.settle()
    allowed = lab.observe(machine).allowed
    if Verb.RESYNCHRONIZE in allowed:
        lab.resynchronise(machine)
    elif Verb.FAIL_OVER not in allowed:
        lab.run(machine, Verb.DISABLE)
        lab.protect(machine)
    lab.settle()
    other_side.agrees(lab, machine, "after a cut in the initial copy")


@case("C-FLT-7", ["SP-REP-18", "SP-RES-22"], needs=(*BASE, C.CRASH_FAULTS, C.LINK_FAULTS, C.RESYNC), on_bytes=True)
def changes_tracked_in_memory_are_not_trusted_after_a_crash(lab: Lab) -> None:
    """Writes tracked during a cut, then a crash of the agent: nothing of them is forgotten."""
    for kind in (FaultKind.AGENT_CRASH, FaultKind.FORCED_SHUTDOWN):
        machine = lab.protected_machine(disk="256 KiB", filled=64)
        lab.fault(FaultKind.LINK_DOWN, machine)
        lab.write(machine, 20)
        lab.fault(kind, machine)
        lab.write(machine, 5)
        _heal(lab, machine)
        other_side.agrees(lab, machine, f"after a cut and {kind.value}")
