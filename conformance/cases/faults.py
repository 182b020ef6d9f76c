"""Faults: crashes and cuts forget no acknowledged write (seed: Resynchronization process; domain §3, §7).

Rule: after the trouble every case ends with the sides made equal by the subject's own means, and with their bytes.
"""

from siteproof.conformance import other_side, verify, verify_bytes
from siteproof.conformance.case import case
from siteproof.conformance.lab import Lab, Machine
from siteproof.conformance.worlds.world import SIZED
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.model.nouns.subject import Capability, FaultKind
from siteproof.model.nouns.vocabulary import Health, Protection, Resync, Verb

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


@case("C-FLT-1", ["SP-REP-14", "SP-REP-15"], needs=(*BASE, C.TARGET_FAULTS, C.FAILOVER), on_bytes=True)
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
    if lab.observe(machine).regions.protection is Protection.FAILOVER_FAILED:
        lab.run(machine, Verb.FAIL_OVER)
    verify.equal(lab.observe(machine).regions.protection, Protection.FAILED_OVER, "protection after the failover")
    verify_bytes.true_landing(lab, lab.landing(machine), position)


@case(
    "C-FLT-2",
    ["SP-REP-18", "SP-REP-15"],
    needs=(*BASE, C.TARGET_FAULTS),
    on_bytes=True,
    bears=("way",),
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


@case("C-FLT-3", ["SP-PT-26", "SP-PT-14"], needs=(*BASE, C.TARGET_FAULTS, C.VIRTUAL_CLOCK), on_bytes=True)
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
    bears=("way",),
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
    bears=("way",),
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


@case(
    "C-FLT-6",
    ["SP-RES-12", "SP-REP-3"],
    needs=(*BASE, C.LINK_FAULTS, C.HOLD, C.RESYNC),
    on_bytes=True,
    fixes=SIZED,
    bears=("way",),
)
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


@case(
    "C-FLT-7",
    ["SP-REP-18", "SP-RES-22"],
    needs=(*BASE, C.CRASH_FAULTS, C.LINK_FAULTS, C.RESYNC),
    on_bytes=True,
    bears=("way",),
)
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


STORE_KINDS = (FaultKind.STORE_FULL, FaultKind.IO_ERROR)
SHARES = (0, 30, 80)  # percent of the bytes that have to travel
FILLED = 128
LONG_MINUTES = 2  # by then a change has tried to reach the store, and a product that tries again has done so


def _mended(lab: Lab, machine: Machine) -> None:
    lab.fault(FaultKind.STORE_MENDED, machine)
    lab.advance(minutes=LONG_MINUTES)
    lab.settle()
    if lab.observe(machine).regions.resync is not Resync.NONE:
        verify.accepted(lab.resynchronise(machine).answer, "resynchronize")
    lab.settle()


def _is_told(lab: Lab, machine: Machine, kind: FaultKind) -> None:
    verify.serves("SP-ERR-14")
    codes = {event.code for event in lab.observe(machine).events}
    expected = ErrorCode.LOG_UPLOAD_LOCATION_NOT_HEALTHY
    verify.that(expected in codes, f"an event {expected.value} after {kind.value}", codes)


@case("C-FLT-8", ["SP-REP-33", "SP-ERR-14"], needs=(*BASE, C.OLDER_POINTS, C.STORE_FAULTS), on_bytes=True)
def a_store_that_fails_under_replication_is_told_and_loses_nothing(lab: Lab) -> None:
    """The store is full, or broken, while changes travel: it is told, older points stay, mended all of it arrives."""
    for kind in STORE_KINDS:
        machine = lab.protected_machine(disk="512 KiB", filled=FILLED)
        lab.write(machine, 12)
        point = lab.crash_point(machine)
        then = verify_bytes.true_point(lab, machine, point)
        lab.write(machine, 9)
        lab.fault(kind, machine)
        lab.write(machine, 20)
        lab.advance(minutes=lab.profile.crash_consistent_minutes + LONG_MINUTES)
        lab.settle()
        _is_told(lab, machine, kind)
        verify.that(
            lab.observe(machine).health is not Health.NORMAL, f"health after {kind.value}: not normal", "normal"
        )
        lab.write(machine, 7)
        _mended(lab, machine)
        verify.serves("SP-REP-33")
        verify_bytes.same_image(lab.restore(machine, point), then, f"the older point after {kind.value}")
        other_side.agrees(lab, machine, f"after {kind.value}, mended")


@case(
    "C-FLT-9",
    ["SP-REP-33", "SP-ERR-14", "SP-RES-14"],
    needs=(*BASE, C.STORE_FAULTS, C.LINK_FAULTS, C.RESYNC, C.DURING, C.BYTE_COUNTS),
    on_bytes=True,
    fixes=SIZED,
)
def a_store_that_fails_under_a_copy_counts_nothing_as_copied(lab: Lab) -> None:
    """Wherever the store fails in an initial copy or a comparison, half of it is no protection and clears no mark."""
    for kind in STORE_KINDS:
        for share in SHARES:
            machine = lab.machine(disk="512 KiB")
            lab.write(machine, range(FILLED), noise=BLOCK_BYTES)
            seen = _fails_inside(lab, machine, kind, share * FILLED * BLOCK_BYTES // 100, Verb.ENABLE)
            verify.serves("SP-REP-33")
            told = f"protection after a copy into a store that fails at {share} %"
            verify.that(seen.regions.protection is not Protection.PROTECTED, f"{told}: not protected", "protected")
            _is_told(lab, machine, kind)
            lab.fault(FaultKind.STORE_MENDED, machine)
            if Verb.DISABLE in lab.observe(machine).allowed:
                lab.run(machine, Verb.DISABLE)
            verify.serves("SP-REP-33")
            lab.protect(machine)
            _compared(lab, machine, kind, share)


def _compared(lab: Lab, machine: Machine, kind: FaultKind, share: int) -> None:
    with lab.link_down(machine):
        lab.write(machine, range(0, FILLED, 2), noise=BLOCK_BYTES)
        lab.advance(minutes=1)
        lab.settle()
    seen = _fails_inside(lab, machine, kind, share * FILLED // 2 * BLOCK_BYTES // 100, Verb.RESYNCHRONIZE)
    verify.serves("SP-RES-14")
    verify.that(seen.regions.resync is not Resync.NONE, f"a mark while the store fails at {share} %", "none")
    _mended(lab, machine)
    verify.serves("SP-REP-33", "SP-RES-14", "SP-ERR-14")  # told, marked, and in the end right: the bytes are witnesses
    other_side.agrees(lab, machine, f"after {kind.value} inside a comparison, mended")


def _fails_inside(lab: Lab, machine: Machine, kind: FaultKind, after_bytes: int, verb: Verb) -> Observation:
    """The command runs to its end, and the store fails on the way."""
    with lab.inside(machine) as inside:
        inside.fault(kind, after_bytes=after_bytes)
        inside.armed()
        verify.accepted(lab.ask(machine, verb), verb.value)
        lab.advance(minutes=1)
        lab.settle()
        return lab.observe(machine)
