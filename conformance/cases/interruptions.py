"""Interruptions: what happens inside a copy, a comparison or a pause, at any number of bytes (seed: Resynchronization).

Rule: nothing here waits between calls. A fault or a write arrives while bytes travel; then everything heals, and the
next recovery point is compared with what the running side holds.
"""

from collections.abc import Callable, Iterable

from siteproof.conformance import other_side, verify, verify_bytes
from siteproof.conformance.case import case
from siteproof.conformance.lab import Lab, Machine
from siteproof.conformance.plain import plain
from siteproof.conformance.roads import HELD_ROADS, Road, cut_copy, failures, travel
from siteproof.conformance.worlds.world import SIZED
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.policy import MINUTE_MS
from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.model.nouns.subject import Capability, FaultKind
from siteproof.model.nouns.vocabulary import Direction, Health, Protection, Resync, Site, Verb

C = Capability
INSIDE = (C.INITIAL_REPLICATION, C.DELTA, C.CRASH_POINTS, C.RESYNC, C.LINK_FAULTS, C.BYTE_COUNTS, C.DURING)
BACK = (*INSIDE, C.FAILOVER, C.COMMIT, C.REPROTECT, C.FAILBACK)
CRASHES = (FaultKind.TARGET_CRASH, FaultKind.AGENT_CRASH)
DISK = "1 MiB"
FILLED = 192  # blocks of noise, so that bytes that travel are blocks that travel
SHARES = (0, 30, 80)  # percent of the bytes that have to travel
TRIES_MAX = 3


def _bytes(share: int, blocks: int) -> int:
    return share * blocks * BLOCK_BYTES // 100


def _spread(blocks: int) -> range:
    """So many blocks, apart from each other: how many bytes travel must not be the world's choice."""
    return range(1, 1 + blocks * 3, 3)


def _breaks_at(lab: Lab, machine: Machine, fault: FaultKind, after_bytes: int, verb: Verb | None = None) -> Observation:
    """Something that moves bytes runs to its end, and on the way the fault strikes once; then the link is mended."""
    with lab.inside(machine) as inside:
        inside.fault(fault, after_bytes=after_bytes)
        inside.armed()
        if verb is not None:
            verify.accepted(lab.ask(machine, verb), verb.value)
        lab.advance(minutes=1)
        lab.settle()
        seen = lab.observe(machine)
    lab.fault(FaultKind.LINK_UP, machine)
    return seen


def _in_sync(lab: Lab, machine: Machine) -> None:
    """After a resynchronisation, if one is required, the next point holds what the source holds."""
    lab.settle()
    for _ in range(TRIES_MAX):
        if lab.observe(machine).regions.resync is not Resync.NONE:
            lab.resynchronise(machine)
    verify.equal(lab.observe(machine).regions.resync, Resync.NONE, "resync region once everything is mended")
    other_side.agrees(lab, machine, "afterwards")


def _differ(lab: Lab, machine: Machine, blocks: int) -> None:
    """Noise that has to travel meets a dead link; afterwards the link is up again, and the machine is marked."""
    with lab.link_down(machine):
        lab.write(machine, _spread(blocks), noise=BLOCK_BYTES)
        lab.advance(minutes=1)
        lab.settle()


def _full_machine(lab: Lab) -> Machine:
    machine = lab.machine(disk=DISK)
    lab.write(machine, range(FILLED), noise=BLOCK_BYTES)
    return machine


@case("C-INT-1", ["SP-RES-12", "SP-LC-36", "SP-LC-34"], needs=INSIDE, on_bytes=True, fixes=SIZED, bears=("way",))
def a_link_that_dies_inside_the_initial_copy_costs_only_time(lab: Lab) -> None:
    """Wherever the initial copy is cut off, the machine is not protected by half of it, and a new start completes."""
    for share in SHARES:
        machine = _full_machine(lab)
        verify.serves("SP-LC-34")
        seen = _breaks_at(lab, machine, FaultKind.LINK_DOWN, _bytes(share, FILLED), Verb.ENABLE)
        verify.given(not seen.link_up, f"the link was not cut at {share} %")
        told = f"protection after a copy that was cut off at {share} %"
        verify.that(seen.regions.protection is not Protection.PROTECTED, f"{told}: not protected", "protected")
        verify.serves("SP-LC-36")
        if lab.observe(machine).regions.protection is Protection.INITIAL_REPLICATION_FAILED:
            lab.run(machine, Verb.DISABLE)
            lab.run(machine, Verb.ENABLE)
        lab.settle()
        verify.equal(lab.observe(machine).regions.protection, Protection.PROTECTED, "protection after a new start")
        verify.serves("SP-RES-12", "SP-LC-34", "SP-LC-36")
        _in_sync(lab, machine)


@case(
    "C-INT-2",
    ["SP-REP-18", "SP-RES-1", "SP-RES-2", "SP-RES-13"],
    needs=INSIDE,
    on_bytes=True,
    bears=("way",),
    fixes=SIZED,
)
def a_link_that_dies_inside_a_delta_forgets_nothing(lab: Lab) -> None:
    """Wherever a batch of changes is cut off, the machine is marked or the rest travels later: nothing is forgotten."""
    _deltas(lab, (FaultKind.LINK_DOWN,))


@case(
    "C-INT-3",
    ["SP-REP-18", "SP-REP-14"],
    needs=(*INSIDE, C.TARGET_FAULTS, C.CRASH_FAULTS),
    on_bytes=True,
    bears=("way",),
    fixes=SIZED,
)
def a_crash_inside_a_delta_forgets_nothing(lab: Lab) -> None:
    """The replication service, or the agent, dies while a batch travels; every acknowledged write still arrives."""
    _deltas(lab, CRASHES)


def _deltas(lab: Lab, faults: Iterable[FaultKind]) -> None:
    for fault in faults:
        machine = lab.protected_machine(disk=DISK, filled=FILLED)
        for share in SHARES:
            before = other_side.kept_point(lab, machine)
            lab.write(machine, _spread(40), noise=BLOCK_BYTES)
            _breaks_at(lab, machine, fault, _bytes(share, 40))
            other_side.true_point(lab, machine, before)
            _in_sync(lab, machine)


@case(
    "C-INT-4",
    ["SP-RES-20", "SP-RES-14", "SP-RES-17", "SP-RES-19"],
    needs=INSIDE,
    on_bytes=True,
    bears=("way",),
    fixes=SIZED,
)
def a_comparison_that_is_cut_off_anywhere_can_be_run_again(lab: Lab) -> None:
    """Wherever a comparison loses its link the mark stays, older points stay restorable, and the next one completes."""
    _comparisons(lab, (FaultKind.LINK_DOWN,))


@case(
    "C-INT-5",
    ["SP-RES-20", "SP-RES-14"],
    needs=(*INSIDE, C.TARGET_FAULTS, C.CRASH_FAULTS),
    on_bytes=True,
    bears=("way",),
    fixes=SIZED,
)
def a_crash_inside_a_comparison_clears_no_mark(lab: Lab) -> None:
    """The replication service, or the agent, dies while both sides are compared; nothing counts as compared by that."""
    _comparisons(lab, CRASHES)


def _comparisons(lab: Lab, faults: Iterable[FaultKind]) -> None:
    for fault in faults:
        machine = lab.protected_machine(disk=DISK, filled=FILLED)
        for share in SHARES:
            before = other_side.kept_point(lab, machine)
            _differ(lab, machine, 40)
            seen = _breaks_at(lab, machine, fault, _bytes(share, 40), Verb.RESYNCHRONIZE)
            if fault is FaultKind.LINK_DOWN:
                verify.given(not seen.link_up, f"the link was not cut at {share} %")
                verify.serves("SP-RES-14")
                verify.that(seen.regions.resync is not Resync.NONE, f"a mark after a cut at {share} %", "none")
            verify.serves("SP-RES-20", "SP-RES-14", "SP-RES-17", "SP-RES-19")
            other_side.true_point(lab, machine, before)
            _in_sync(lab, machine)


@case("C-INT-6", ["SP-REP-3"], needs=INSIDE, on_bytes=True, fixes=SIZED, bears=("way",))
def writes_inside_the_initial_copy_arrive(lab: Lab) -> None:
    """The workload writes while the initial copy travels: below what was copied, above it, and where it copies."""
    machine = _full_machine(lab)
    with lab.inside(machine) as inside:
        for number, share in enumerate((1, 20, 40, 60, 80, 95)):
            inside.write(range(number, FILLED, 16), after_bytes=_bytes(share, FILLED))
        inside.armed()
        lab.run(machine, Verb.ENABLE)
    _in_sync(lab, machine)


@case("C-INT-7", ["SP-RES-25", "SP-RES-16", "SP-RES-32"], needs=INSIDE, on_bytes=True, bears=("way",), fixes=SIZED)
def writes_inside_a_comparison_are_neither_lost_nor_overwritten(lab: Lab) -> None:
    """The workload writes blocks while they are compared; both sides end with what was written last."""
    machine = lab.protected_machine(disk=DISK, filled=FILLED)
    for step in (1, 3):
        _differ(lab, machine, 60)
        with lab.inside(machine) as inside:
            for number, share in enumerate((0, 1, 5, 20, 50, 80)):
                inside.write(range(number * step, FILLED, 12), after_bytes=_bytes(share, 60))
            inside.armed()
            lab.resynchronise(machine)
        verify_bytes.same_image(lab.read(machine), lab.history.image_now(machine.name), "the source afterwards")
        _in_sync(lab, machine)


@case("C-INT-8", ["SP-REP-17", "SP-REP-6"], needs=(*INSIDE, C.VIRTUAL_CLOCK), on_bytes=True, fixes=SIZED)
def a_workload_without_a_pause_is_replicated_all_the_time(lab: Lab) -> None:
    """The workload never stops while two points are taken: each point is one moment, and nothing stays behind."""
    machine = lab.protected_machine(disk=DISK, filled=FILLED)
    interval_ms = lab.profile.crash_consistent_minutes * MINUTE_MS
    for _ in range(2):
        with lab.inside(machine) as inside:
            for number in range(40):
                inside.write((number, FILLED - 1 - number), after_ms=number * interval_ms // 40)
            inside.armed()
            lab.advance(milliseconds=interval_ms + 1)
        newest = max(lab.observe(machine).points, key=lambda point: point.sequence)
        verify_bytes.true_point(lab, machine, newest)
    _in_sync(lab, machine)


@case("C-INT-9", ["SP-FB-7", "SP-FB-24", "SP-FB-19"], needs=BACK, on_bytes=True, fixes=SIZED)
def a_way_back_that_is_cut_off_is_taken_again(lab: Lab) -> None:
    """A reprotect and a failback lose their link on the way; both are given again, and everything comes home."""
    for share in SHARES:
        machine = lab.protected_machine(disk=DISK, filled=FILLED)
        for verb in (Verb.FAIL_OVER, Verb.COMMIT):
            lab.run(machine, verb)
        lab.write(machine, _spread(60), noise=BLOCK_BYTES)
        verify.serves("SP-FB-7")
        _twice(lab, machine, Verb.REPROTECT, _bytes(share, 60), _is_reverse_protected)
        lab.write(machine, _spread(40), noise=BLOCK_BYTES)
        verify.serves("SP-FB-24", "SP-FB-19", "SP-FB-7")
        _twice(lab, machine, Verb.FAIL_BACK, _bytes(share, 40), _runs_at_home)
        landing = lab.landing(machine)
        verify_bytes.true_landing(lab, landing, landing.position)


@case("C-INT-12", ["SP-LC-52", "SP-FB-7"], needs=(*BACK, C.HOLD, C.VIRTUAL_CLOCK), on_bytes=True, fixes=SIZED)
def a_reverse_copy_that_broke_off_is_made_again(lab: Lab) -> None:
    """The link dies under a reverse copy that was seen; the workload goes on, and the next copy brings everything."""
    machine = lab.protected_machine(disk=DISK, filled=FILLED)
    for verb in (Verb.FAIL_OVER, Verb.COMMIT):
        lab.run(machine, verb)
    lab.write(machine, _spread(60), noise=BLOCK_BYTES)
    cut_copy(lab, machine, Verb.REPROTECT)
    lab.write(machine, _spread(40), noise=BLOCK_BYTES)
    verify.accepted(lab.ask(machine, Verb.REPROTECT), "reprotect behind a reverse copy that broke off")
    lab.settle()
    verify.that(_is_reverse_protected(lab.observe(machine)), "reprotect completes once the link is back", "it does not")
    lab.write(machine, _spread(20), noise=BLOCK_BYTES)
    lab.run(machine, Verb.FAIL_BACK)
    landing = lab.landing(machine)
    verify_bytes.true_landing(lab, landing, landing.position)


def _twice(lab: Lab, machine: Machine, verb: Verb, after_bytes: int, done: Callable[[Observation], bool]) -> None:
    """Give the command with a link that dies inside it; when it was not done by that, give it once more."""
    with lab.inside(machine) as inside:
        inside.fault(FaultKind.LINK_DOWN, after_bytes=after_bytes)
        inside.armed()
        lab.run(machine, verb)
    lab.fault(FaultKind.LINK_UP, machine)
    lab.settle()
    if not done(lab.observe(machine)):
        lab.run(machine, verb)
    verify.that(done(lab.observe(machine)), f"{verb.value} completes once the link is back", "it does not")


@case("C-INT-10", ["SP-LC-27"], needs=(*INSIDE, C.FAILOVER, C.HOLD, C.JOB_CANCELS, C.LIFECYCLE))
def a_failover_that_is_cancelled_says_so_loudly(lab: Lab) -> None:
    """A failover that is cancelled leaves the machine failed, unhealthy and with an event, and can be given again."""
    for pause_ms in (0, 1000):
        machine = lab.protected_machine(disk=DISK, filled=FILLED)
        lab.crash_point(machine)
        verify.accepted(lab.ask(machine, Verb.FAIL_OVER), "fail_over")
        lab.advance(milliseconds=pause_ms)
        verify.given(lab.observe(machine).running_job != "", "the failover had ended before it could be cancelled")
        lab.fault(FaultKind.JOB_CANCELLED, machine)
        lab.settle()
        seen = lab.observe(machine)
        verify.equal(seen.regions.protection, Protection.FAILOVER_FAILED, "protection after the cancelled failover")
        verify.that(seen.health is not Health.NORMAL, "health after the cancelled failover: not normal", seen.health)
        verify.that(bool(seen.events), "an event tells of the cancelled failover", "none")
        lab.run(machine, Verb.FAIL_OVER)
        verify.equal(lab.observe(machine).regions.protection, Protection.FAILED_OVER, "protection after the next one")


@case("C-INT-11", ["SP-LC-46", "SP-LC-47"], needs=(*BACK, C.HOLD, C.JOB_CANCELS, C.LIFECYCLE))
def a_job_that_is_cancelled_ends_as_one_that_fails(lab: Lab) -> None:
    """Whatever job is cancelled, in whichever phase, the machine is where its failure leads, and each copy is whole."""
    for road in HELD_ROADS:
        if not set(road.needs) <= set(lab.description.capabilities):
            continue
        for pause_ms in (0, 1000):
            _cancelled(lab, road, pause_ms)


def _cancelled(lab: Lab, road: Road, pause_ms: int) -> None:
    """Take the road to its held job, cancel it there, and compare the machine with the job's failure.

    A product may go on with a phase that it cannot leave halfway: it shows the job then, and nothing was cancelled.
    """
    machine = travel(lab, road)
    lab.advance(milliseconds=pause_ms)
    if not lab.observe(machine).running_job:
        return
    lab.fault(FaultKind.JOB_CANCELLED, machine)
    if lab.observe(machine).running_job:
        return
    lab.settle()
    seen = lab.observe(machine).regions
    ends = failures(road, lab.profile)
    verify.that(seen in ends, f"{road.name} cancelled: {' or '.join(map(plain, ends))}", plain(seen))


def _is_reverse_protected(seen: Observation) -> bool:
    return seen.regions.direction is Direction.REVERSE and seen.regions.protection is Protection.PROTECTED


def _runs_at_home(seen: Observation) -> bool:
    return seen.regions.active is Site.RECOVERY
