"""Windows: what happens to data in the moments while a job, a comparison or a restart runs (domain §3, §7).

Rule: a window is held open, something is written or broken inside it, and bytes are compared after it has closed.
"""

from siteproof.conformance import other_side, verify, verify_bytes
from siteproof.conformance.case import case
from siteproof.conformance.lab import Lab, Machine
from siteproof.conformance.roads import mark, road_to, travel
from siteproof.conformance.worlds.world import SIZED
from siteproof.model.nouns.errors import Refused
from siteproof.model.nouns.subject import Capability, FaultKind
from siteproof.model.nouns.vocabulary import Place, Protection, Resync, Verb

C = Capability
DELTA = (C.INITIAL_REPLICATION, C.CRASH_POINTS, C.DELTA)
HELD = (*DELTA, C.HOLD, C.VIRTUAL_CLOCK)
BACK = (*HELD, C.FAILOVER, C.COMMIT, C.REPROTECT, C.FAILBACK)
COPY_PHASES = (Protection.ENABLING, Protection.INITIAL_REPLICATION)


def _heal(lab: Lab, machine: Machine) -> None:
    lab.advance(minutes=1)
    lab.settle()
    if lab.observe(machine).regions.resync is not Resync.NONE:
        verify.accepted(lab.resynchronise(machine).answer, "resynchronize")


@case("C-WIN-1", ["SP-REP-3", "SP-REP-2"], needs=HELD, on_bytes=True, bears=("way",))
def every_phase_of_the_initial_copy_takes_writes(lab: Lab) -> None:
    """Writes in every phase of the initial copy, from the command to its end, are in the next point."""
    machine = lab.machine()
    lab.write(machine, 60)
    verify.accepted(lab.ask(machine, Verb.ENABLE), "enable")
    shown = set()
    for _ in range(12):
        shown.add(lab.observe(machine).regions.protection)
        lab.write(machine, 4)
        lab.advance(milliseconds=300)
    lab.settle()
    verify.given(bool(shown & set(COPY_PHASES)), "the copy was never seen running")
    other_side.agrees(lab, machine, "after writes all through the copy")


@case("C-WIN-2", ["SP-REP-16", "SP-REP-3"], needs=(*HELD, C.DISCARD), on_bytes=True, fixes=SIZED, bears=("way",))
def a_discard_during_the_initial_copy_arrives(lab: Lab) -> None:
    """Blocks that are discarded while the initial copy runs are zeros in the next point."""
    machine = lab.machine(disk="512 KiB")
    lab.write(machine, range(128))
    lab.ask(machine, Verb.ENABLE)
    for step in range(12):
        lab.discard(machine, step * 10, 4)
        lab.advance(milliseconds=300)
    lab.settle()
    other_side.agrees(lab, machine, "after discards all through the copy")


@case(
    "C-WIN-3",
    ["SP-REP-16", "SP-RES-25"],
    needs=(*HELD, C.DISCARD, C.LINK_FAULTS, C.RESYNC),
    on_bytes=True,
    bears=("way",),
    fixes=SIZED,
)
def a_discard_around_a_resynchronisation_arrives(lab: Lab) -> None:
    """Blocks discarded while the link is down, and while the sides are compared, are zeros in the next point."""
    machine = lab.protected_machine(disk="4 MiB", filled=1024)
    with lab.link_down(machine):
        lab.discard(machine, 0, 12)
        lab.write(machine, 200)
        lab.advance(minutes=1)
        lab.settle()
    lab.ask(machine, Verb.RESYNCHRONIZE)
    for first in range(20, 1020, 125):
        lab.discard(machine, first, 8)
        lab.advance(milliseconds=700)
    lab.settle()
    other_side.agrees(lab, machine, "after discards around a resynchronisation")


@case("C-WIN-4", ["SP-REP-16", "SP-FB-9"], needs=(*BACK, C.DISCARD), on_bytes=True, fixes=SIZED)
def a_discard_in_the_cloud_comes_home(lab: Lab) -> None:
    """Blocks that were discarded in the cloud, before and after the reprotect, are zeros on-premises."""
    machine = lab.protected_machine(disk="512 KiB", filled=128)
    for verb in (Verb.FAIL_OVER, Verb.COMMIT):
        lab.run(machine, verb)
    verify_bytes.true_landing(lab, lab.landing(machine), lab.landing(machine).position)
    lab.discard(machine, 4, 9)
    lab.run(machine, Verb.REPROTECT)
    lab.discard(machine, 50, 9)
    lab.advance(minutes=1)
    lab.discard(machine, 100, 9)
    wanted = lab.history.image_now(machine.name)
    lab.run(machine, Verb.FAIL_BACK)
    verify_bytes.same_image(lab.read(machine, Place.PRIMARY), wanted, "the on-premises machine")


@case("C-WIN-5", ["SP-DRL-5", "SP-DRL-3"], needs=(*HELD, C.TEST_FAILOVER), on_bytes=True)
def the_jobs_of_a_drill_lose_no_write(lab: Lab) -> None:
    """Writes made while the test machine is built, and while it is cleaned up, are in the next point."""
    machine = lab.protected_machine()
    for verb in (Verb.TEST_FAILOVER, Verb.CLEAN_UP_TEST):
        verify.accepted(lab.ask(machine, verb), verb.value)
        lab.write(machine, 10)
        lab.advance(milliseconds=300)
        lab.write(machine, 10)
        lab.settle()
    verify.equal(lab.observe(machine).regions.resync, Resync.NONE, "resync region after the drill")
    other_side.agrees(lab, machine, "after writes while the drill's jobs ran")


@case("C-WIN-6", ["SP-FB-19", "SP-FB-10", "SP-FB-22"], needs=BACK, on_bytes=True)
def the_jobs_of_the_way_home_lose_no_write(lab: Lab) -> None:
    """Writes acknowledged in the cloud while commit, reprotect and failback run are all on-premises in the end."""
    machine = lab.protected_machine(disk="512 KiB", filled=64)
    lab.run(machine, Verb.FAIL_OVER)
    for verb in (Verb.COMMIT, Verb.REPROTECT, Verb.FAIL_BACK):
        verify.accepted(lab.ask(machine, verb), verb.value)
        for pause_ms in (0, 300, 900):
            lab.advance(milliseconds=pause_ms)
            _write_if_it_runs(lab, machine)
        lab.settle()
    picture = lab.read(machine, Place.PRIMARY)
    verify_bytes.same_image(picture, lab.history.image_now(machine.name), "the on-premises machine")


def _write_if_it_runs(lab: Lab, machine: Machine) -> None:
    """A machine that is being shut down may refuse a write; what it acknowledges counts."""
    try:
        lab.write(machine, 8)
    except Refused:
        return


@case("C-WIN-7", ["SP-FO-13", "SP-FO-8"], needs=(*HELD, C.FAILOVER, C.COMMIT), on_bytes=True)
def a_commit_takes_no_write_away(lab: Lab) -> None:
    """Writes to the failed-over machine while its commit runs are there after it."""
    machine = lab.protected_machine()
    lab.run(machine, Verb.FAIL_OVER)
    lab.write(machine, 10)
    verify.accepted(lab.ask(machine, Verb.COMMIT), "commit")
    lab.write(machine, 10)
    lab.settle()
    verify_bytes.same_image(lab.read(machine), lab.history.image_now(machine.name), "the committed machine")


def _comparing(lab: Lab) -> tuple[Machine, str]:
    """A machine full of differences whose resynchronisation is under way, and its newest point."""
    machine = lab.protected_machine(disk="4 MiB", filled=1024)
    point = lab.crash_point(machine)
    with lab.link_down(machine):
        lab.write(machine, range(0, 1024, 2))
        lab.advance(minutes=1)
        lab.settle()
    verify.accepted(lab.ask(machine, Verb.RESYNCHRONIZE), "resynchronize")
    return machine, point.name


COMPARED = (*HELD, C.LINK_FAULTS, C.RESYNC)


@case("C-WIN-8", ["SP-RES-18", "SP-FO-22"], needs=(*COMPARED, C.FAILOVER), on_bytes=True, fixes=SIZED)
def a_failover_during_a_resynchronisation_is_whole(lab: Lab) -> None:
    """A failover while the sides are being compared gives the image of a point from before the mark."""
    for pause_ms in (0, 1_000, 2_000):
        machine, point = _comparing(lab)
        wanted = lab.history.image_at(machine.name, point)
        lab.advance(milliseconds=pause_ms)
        open_still = lab.observe(machine).regions.resync is not Resync.NONE
        lab.run(machine, Verb.FAIL_OVER)
        verify_bytes.true_landing(lab, lab.landing(machine))
        if open_still:
            verify_bytes.same_image(lab.landing(machine).picture, wanted, f"a failover {pause_ms} ms into it")


@case("C-WIN-9", ["SP-RES-18", "SP-DRL-2"], needs=(*COMPARED, C.TEST_FAILOVER), on_bytes=True, fixes=SIZED)
def a_drill_during_a_resynchronisation_is_whole(lab: Lab) -> None:
    """A drill while the sides are being compared gives the image of a point from before the mark."""
    machine, point = _comparing(lab)
    wanted = lab.history.image_at(machine.name, point)
    lab.advance(milliseconds=1)
    verify.given(lab.observe(machine).regions.resync is not Resync.NONE, "the comparison was over at once")
    lab.run(machine, Verb.TEST_FAILOVER)
    verify_bytes.same_image(lab.read(machine, Place.TEST), wanted, "the test machine")


TARGET = (*HELD, C.TARGET_FAULTS)


@case("C-WIN-10", ["SP-REP-18", "SP-RES-12"], needs=(*TARGET, C.LIFECYCLE), on_bytes=True, fixes=SIZED, bears=("way",))
def a_crash_of_the_target_spoils_no_initial_copy(lab: Lab) -> None:
    """The target crashes while the initial copy runs: in the end, enabled anew or not, every block is there."""
    for pause_ms in (0, 1_100):
        machine = lab.machine(disk="512 KiB")
        lab.write(machine, range(0, 128, 2))
        lab.ask(machine, Verb.ENABLE)
        lab.advance(milliseconds=pause_ms)
        lab.fault(FaultKind.TARGET_CRASH, machine)
        lab.write(machine, 10)
        lab.settle()
        if lab.observe(machine).regions.protection is not Protection.PROTECTED:
            lab.run(machine, Verb.DISABLE)
            lab.protect(machine)
        _heal(lab, machine)
        other_side.agrees(lab, machine, f"after a crash of the target {pause_ms} ms into the copy")


@case("C-WIN-11", ["SP-RES-14", "SP-RES-20"], needs=(*TARGET, C.LINK_FAULTS, C.RESYNC), on_bytes=True, bears=("way",))
def a_crash_of_the_target_clears_no_mark(lab: Lab) -> None:
    """The target crashes while a machine is marked, and while it is compared: healed, the sides agree."""
    machine = lab.protected_machine(disk="512 KiB", filled=128)
    mark(lab, machine, writes=20)
    lab.fault(FaultKind.TARGET_CRASH, machine)
    _heal(lab, machine)
    other_side.agrees(lab, machine, "after a crash of the target while marked")
    mark(lab, machine, writes=20)
    lab.ask(machine, Verb.RESYNCHRONIZE)
    lab.fault(FaultKind.TARGET_CRASH, machine)
    lab.write(machine, 10)
    lab.settle()
    _heal(lab, machine)
    other_side.agrees(lab, machine, "after a crash of the target during a resynchronisation")


@case("C-WIN-12", ["SP-REP-14", "SP-FB-19"], needs=(*BACK, C.TARGET_FAULTS, C.RESYNC), on_bytes=True)
def a_crash_of_the_service_loses_nothing_on_the_way_home(lab: Lab) -> None:
    """The replication service crashes in the reverse direction: the failback still has every write of the cloud."""
    machine = travel(lab, road_to("reverse-protected"), writes=40)
    lab.write(machine, 20)
    lab.settle()
    lab.fault(FaultKind.TARGET_CRASH, machine)
    lab.write(machine, 10)
    _heal(lab, machine)
    wanted = lab.history.image_now(machine.name)
    lab.run(machine, Verb.FAIL_BACK)
    verify_bytes.same_image(lab.landing(machine).picture, wanted, "the on-premises machine")


@case(
    "C-WIN-13",
    ["SP-REP-18", "SP-RES-14"],
    needs=(*DELTA, C.LINK_FAULTS, C.RESYNC),
    on_bytes=True,
    bears=("way",),
)
def a_site_that_blinks_forgets_nothing(lab: Lab) -> None:
    """The primary site goes and comes back with writes on their way: healed, the sides agree."""
    machine = lab.protected_machine(disk="256 KiB", filled=32)
    for pause_ms in (0, 30_000):
        lab.write(machine, 12)
        lab.fault(FaultKind.SITE_DOWN, machine)
        lab.advance(milliseconds=pause_ms)
        lab.fault(FaultKind.SITE_UP, machine)
        lab.write(machine, 6)
        _heal(lab, machine)
        other_side.agrees(lab, machine, f"after {pause_ms} ms without the site")
