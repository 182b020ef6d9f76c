"""Resynchronisation: when a machine is marked, what travels, that nothing is lost (seed: Resynchronization process).

Rule: a cleared mark proves nothing; the next recovery point's bytes are compared with the source's.
"""

from siteproof.conformance import other_side, verify, verify_bytes
from siteproof.conformance.case import case
from siteproof.conformance.expected import resync as oracle
from siteproof.conformance.lab import Lab, Machine
from siteproof.conformance.roads import mark, road_to, travel
from siteproof.conformance.worlds.world import SIZED
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.model.nouns.subject import Capability, FaultKind
from siteproof.model.nouns.vocabulary import Resync, ResyncReason, Verb

C = Capability
CUTS = (C.INITIAL_REPLICATION, C.DELTA, C.LINK_FAULTS, C.RESYNC)
BYTES = (*CUTS, C.CRASH_POINTS)


@case("C-RES-1", ["SP-RES-1", "SP-RES-2", "SP-RES-28"], needs=CUTS, bears=("way",))
def a_cut_link_marks_the_machine(lab: Lab) -> None:
    """Data that meets a dead link marks the machine for resynchronisation, with the reason."""
    machine = lab.protected_machine()
    lab.fault(FaultKind.LINK_DOWN, machine)
    lab.write(machine, 5)
    lab.advance(minutes=1)
    lab.settle()
    seen = lab.observe(machine)
    verify.equal(seen.regions.resync, Resync.REQUIRED, "resync region")
    verify.equal(seen.resync_reason, ResyncReason.LINK_FAILURE, "the reason")


@case("C-RES-2", ["SP-RES-24", "SP-RES-14"], needs=CUTS, bears=("way",))
def a_restored_link_clears_nothing(lab: Lab) -> None:
    """When the link comes back the mark stays, until a resynchronisation has completed."""
    machine = lab.protected_machine()
    mark(lab, machine)
    lab.advance(minutes=2)
    lab.settle()
    verify.equal(lab.observe(machine).regions.resync, Resync.REQUIRED, "resync region after the reconnect")
    verify.that(
        any(disk.dirty_blocks for disk in lab.observe(machine).disks) or _marked(lab, machine),
        "a mark as long as the sides differ",
        "none",
    )


def _marked(lab: Lab, machine: Machine) -> bool:
    return lab.observe(machine).regions.resync is not Resync.NONE


@case("C-RES-3", ["SP-RES-14", "SP-RES-18", "SP-REP-18"], needs=(*BYTES, C.FAILOVER), on_bytes=True)
def no_stale_replica_is_called_up_to_date(lab: Lab) -> None:
    """After cut and reconnect either the mark is still there, or what takes over holds the writes of the cut."""
    machine = lab.protected_machine()
    lab.write(machine, 10)
    lab.crash_point(machine)
    before = lab.history.position
    mark(lab, machine, writes=10)
    lab.advance(minutes=6)
    low = before if _marked(lab, machine) else lab.history.position
    lab.run(machine, Verb.FAIL_OVER)
    verify_bytes.true_landing(lab, lab.landing(machine), low)


@case(
    "C-RES-4", ["SP-RES-5", "SP-RES-6", "SP-RES-34"], needs=(*BYTES, C.BYTE_COUNTS), on_bytes=True, bears=("way",),
    fixes=("pattern=discard",),  # what is discarded differs, and costs next to nothing
)  # fmt: skip
def only_what_differs_travels(lab: Lab) -> None:
    """After a link cut the differing blocks travel, and little else, though the whole disk is full of noise."""
    machine = lab.protected_machine(disk="4 MiB", filled=1024)
    with lab.link_down(machine):
        lab.write(machine, 12, noise=BLOCK_BYTES)
        lab.advance(minutes=1)
        lab.settle()
    differing = lab.lower_bound(machine)
    report = lab.resynchronise(machine)
    verify.accepted(report.answer, "resynchronize")
    verify.given(differing > 0, "nothing differs")
    verify.at_least(report.bytes_sent, differing // 2, "bytes sent for blocks of noise")
    oracle.costs_what_differs(lab, machine, report.bytes_sent, differing, "the resynchronisation")
    other_side.agrees(lab, machine, "after the resynchronisation")


@case(
    "C-RES-5",
    ["SP-RES-11", "SP-RES-15", "SP-RES-8"],
    needs=BYTES,
    on_bytes=True,
    bears=("way",),
)
def delta_resumes_after_a_resynchronisation(lab: Lab) -> None:
    """A resynchronisation by hand ends without a mark, the sides agree, and later writes arrive as deltas."""
    machine = lab.protected_machine(filled=64)
    mark(lab, machine, writes=30)
    verify.accepted(lab.resynchronise(machine).answer, "resynchronize by hand, inside office hours")
    other_side.agrees(lab, machine, "after the resynchronisation")
    lab.write(machine, 30)
    other_side.agrees(lab, machine, "after later writes")


@case(
    "C-RES-6",
    ["SP-RES-25", "SP-RES-16", "SP-RES-32"],
    needs=(*BYTES, C.HOLD),
    on_bytes=True,
    bears=("way",),
    fixes=SIZED,
)
def a_write_inside_the_resync_window_arrives(lab: Lab) -> None:
    """Writes made while the sides are compared are neither forgotten nor overwritten with older data."""
    machine = lab.protected_machine(disk="512 KiB", filled=128)
    for pause_ms in (0, 1, 50, 500, 1500):
        with lab.link_down(machine):
            lab.write(machine, range(0, 128, 4))
            lab.advance(minutes=1)
            lab.settle()
        lab.ask(machine, Verb.RESYNCHRONIZE)
        lab.write(machine, range(0, 128, 8))
        lab.advance(milliseconds=pause_ms)
        lab.write(machine, range(1, 128, 8))
        lab.write(machine, 10)
        lab.settle()
        verify_bytes.same_image(lab.read(machine), lab.history.image_now(machine.name), "the source after the resync")
        other_side.agrees(lab, machine, f"after writes {pause_ms} ms into the resynchronisation")


@case(
    "C-RES-7",
    ["SP-RES-31", "SP-RES-26", "SP-RES-10"],
    needs=BYTES,
    on_bytes=True,
    bears=("way",),
)
def a_resynchronisation_without_a_link_fails_and_can_be_repeated(lab: Lab) -> None:
    """With the link down a resynchronisation ends in failed; with the link up the next one completes."""
    machine = lab.protected_machine()
    with lab.link_down(machine):
        lab.write(machine, 20)
        lab.advance(minutes=1)
        lab.settle()
        report = lab.resynchronise(machine)
        verify.equal(report.after.regions.resync, Resync.FAILED, "resync region without a link")
    verify.accepted(lab.resynchronise(machine).answer, "resynchronize again")
    other_side.agrees(lab, machine, "after the second resynchronisation")


@case("C-RES-8", ["SP-RES-20", "SP-RES-14"], needs=(*BYTES, C.HOLD), on_bytes=True, bears=("way",))
def a_double_failure_forgets_nothing(lab: Lab) -> None:
    """The link breaks again in the middle of a resynchronisation; the next one still finds every differing block."""
    machine = lab.protected_machine(filled=128)
    mark(lab, machine, writes=40)
    lab.ask(machine, Verb.RESYNCHRONIZE)
    lab.write(machine, 10)
    lab.fault(FaultKind.LINK_DOWN, machine)
    lab.settle()
    lab.write(machine, 10)
    lab.fault(FaultKind.LINK_UP, machine)
    lab.advance(milliseconds=1500)
    verify.that(_marked(lab, machine), "a mark after an interrupted resynchronisation", "none")
    lab.resynchronise(machine)
    other_side.agrees(lab, machine, "after the second resynchronisation")


@case(
    "C-RES-9",
    ["SP-RES-7"],
    needs=(*BYTES, C.VIRTUAL_CLOCK),
    on_bytes=True,
    bears=("way",),
)
def it_runs_by_itself_outside_office_hours(lab: Lab) -> None:
    """A machine marked on Monday morning is still marked in the afternoon, and resynchronised by the next morning."""
    machine = lab.protected_machine()
    mark(lab, machine, writes=20)
    lab.advance(minutes=4 * 60)
    verify.equal(lab.observe(machine).regions.resync, Resync.REQUIRED, "resync region in office hours")
    for _ in range(16):
        lab.advance(minutes=60)
    other_side.agrees(lab, machine, "after the night")


@case("C-RES-10", ["SP-RES-9", "SP-ERR-11"], needs=(*CUTS, C.VIRTUAL_CLOCK), bears=("way",))
def a_failed_automatic_run_waits_for_a_manual_one(lab: Lab) -> None:
    """When the night's run fails, the machine shows an error and a manual resynchronisation repairs it."""
    machine = lab.protected_machine()
    lab.fault(FaultKind.LINK_DOWN, machine)
    lab.write(machine, 10)
    told = len(lab.observe(machine).events)
    _hours(lab, 12)
    seen = lab.observe(machine)
    verify.equal(seen.regions.resync, Resync.FAILED, "resync region after the failed night run")
    verify.at_least(len(seen.events) - told, 1, "events that tell of the failure")
    lab.fault(FaultKind.LINK_UP, machine)
    lab.advance(minutes=10)
    verify.equal(lab.observe(machine).regions.resync, Resync.FAILED, "resync region with the link back")
    verify.equal(lab.resynchronise(machine).after.regions.resync, Resync.NONE, "resync region after a manual run")


@case("C-RES-28", ["SP-RES-9"], needs=(*CUTS, C.VIRTUAL_CLOCK, C.CRASH_FAULTS), bears=("way",))
def new_trouble_does_not_start_a_failed_run_over(lab: Lab) -> None:
    """After a failed night's run another cause changes nothing: the next night passes, and somebody has to act."""
    machine = lab.protected_machine()
    lab.fault(FaultKind.LINK_DOWN, machine)
    lab.write(machine, 10)
    _hours(lab, 12)
    verify.equal(lab.observe(machine).regions.resync, Resync.FAILED, "resync region after the failed night run")
    lab.fault(FaultKind.LINK_UP, machine)
    lab.fault(FaultKind.AGENT_CRASH, machine)
    lab.settle()
    verify.equal(lab.observe(machine).regions.resync, Resync.FAILED, "resync region after a crash of the agent")
    _hours(lab, 24)
    verify.equal(lab.observe(machine).regions.resync, Resync.FAILED, "resync region after the next night")
    verify.equal(lab.resynchronise(machine).after.regions.resync, Resync.NONE, "resync region after a manual run")


def _hours(lab: Lab, hours: int) -> None:
    for _ in range(hours):
        lab.advance(minutes=60)


@case("C-RES-11", ["SP-RES-17"], needs=(*BYTES, C.HOLD, C.OLDER_POINTS), on_bytes=True)
def older_points_stay_restorable(lab: Lab) -> None:
    """While marked, while the resynchronisation runs and after it, older points restore the same bytes."""
    machine = lab.protected_machine()
    lab.write(machine, 30)
    point = lab.crash_point(machine)
    then = verify_bytes.true_point(lab, machine, point)
    mark(lab, machine, writes=30)
    verify_bytes.same_image(lab.restore(machine, point), then, "the older point while marked")
    lab.ask(machine, Verb.RESYNCHRONIZE)
    verify_bytes.same_image(lab.restore(machine, point), then, "the older point during the resynchronisation")
    lab.settle()
    verify_bytes.same_image(lab.restore(machine, point), then, "the older point after it")


@case("C-RES-29", ["SP-RES-17", "SP-RES-16"], needs=(*BYTES, C.OLDER_POINTS), on_bytes=True)
def a_resynchronisation_spoils_neither_points_nor_disk(lab: Lab) -> None:
    """Changes travelled since the last point when a resynchronisation runs: the point and the disk are as they were."""
    machine = lab.protected_machine(filled=64)
    for _ in range(2):
        lab.write(machine, 40)
        point = lab.crash_point(machine)
        then = verify_bytes.true_point(lab, machine, point)
        for _ in range(2):
            lab.write(machine, 20)
            lab.settle()
        mark(lab, machine, writes=10)
        verify.accepted(lab.resynchronise(machine).answer, "resynchronize")
        verify.serves("SP-RES-17")
        verify_bytes.same_image(lab.restore(machine, point), then, "the older point after a resynchronisation")
        verify.serves("SP-RES-16")
        other_side.agrees(lab, machine, "after a resynchronisation between points")


@case("C-RES-12", ["SP-RES-18"], needs=(*BYTES, C.FAILOVER), on_bytes=True)
def a_failover_while_marked_uses_an_older_point(lab: Lab) -> None:
    """A failover of a marked machine gives the image of a point from before the mark."""
    machine = lab.protected_machine()
    lab.write(machine, 30)
    point = lab.crash_point(machine)
    wanted = lab.history.image_at(machine.name, point.name)
    mark(lab, machine, writes=30)
    lab.run(machine, Verb.FAIL_OVER)
    verify_bytes.same_image(lab.landing(machine).picture, wanted, "the machine that took over")


def _marking(number: int, kind: FaultKind, reason: ResyncReason, code: ErrorCode, ids: tuple[str, ...]) -> None:
    needs = (C.INITIAL_REPLICATION, C.DELTA, C.RESYNC, C.CRASH_POINTS, C.CRASH_FAULTS)

    def marks(lab: Lab) -> None:
        machine = lab.protected_machine(filled=64)
        lab.write(machine, 20)
        lab.fault(kind, machine)
        seen = lab.observe(machine)
        verify.equal(seen.regions.resync, Resync.REQUIRED, f"resync region after {kind.value}")
        verify.equal(seen.resync_reason, reason, "the reason")
        lab.write(machine, 20)
        lab.advance(minutes=11)  # two points would be due, and none may be taken
        lab.resynchronise(machine)
        other_side.agrees(lab, machine, f"after {kind.value} and a resynchronisation")
        codes = {event.code for event in lab.observe(machine).events}
        verify.that(code in codes, f"an event {code.value}", sorted(codes))

    marks.__doc__ = (
        f"{kind.value.capitalize()} marks the machine with its reason; after a resynchronisation the sides agree."
    )
    case(f"C-RES-{number}", ids, needs=needs, on_bytes=True, bears=("way",))(marks)


_SHUTDOWN, _UNCLEAN = ResyncReason.FORCED_SHUTDOWN, ErrorCode.UNCLEAN_SOURCE_SHUTDOWN
_marking(21, FaultKind.FORCED_SHUTDOWN, _SHUTDOWN, _UNCLEAN, ("SP-RES-3", "SP-RES-22", "SP-ERR-6"))
_marking(22, FaultKind.AGENT_CRASH, _SHUTDOWN, _UNCLEAN, ("SP-RES-33", "SP-RES-22", "SP-REP-18"))
_marking(23, FaultKind.LOW_MEMORY, ResyncReason.LOW_MEMORY, ErrorCode.SOURCE_LOW_MEMORY, ("SP-RES-21", "SP-ERR-8"))


@case(
    "C-RES-24",
    ["SP-RES-4", "SP-RES-30", "SP-RES-39", "SP-REP-19", "SP-ERR-7"],
    needs=(*BYTES, C.RESIZE),
    on_bytes=True,
    fixes=SIZED,
    bears=("way",),
)
def a_grown_disk_is_replicated_to_its_new_end(lab: Lab) -> None:
    """A disk that grows, twice, marks the machine; then its new blocks and their writes are in the points."""
    machine = lab.protected_machine(disk="256 KiB", filled=64)
    for end, grown in ((64, 128), (128, 600)):  # a little, and past the boundaries that a small disk never meets
        lab.fault(FaultKind.DISK_RESIZED, machine, amount=grown)
        seen = lab.observe(machine)
        verify.equal(seen.regions.resync, Resync.REQUIRED, "resync region after the resize")
        verify.equal(seen.resync_reason, ResyncReason.DISK_RESIZED, "the reason")
        verify.that(ErrorCode.DISK_RESIZED in {event.code for event in seen.events}, "an event DiskResized", "none")
        lab.write(machine, [end, grown - 28, grown - 1])
        lab.resynchronise(machine)
        other_side.agrees(lab, machine, "after the resize")
        lab.write(machine, [end - 1, end, grown - 2, grown - 1])
        other_side.agrees(lab, machine, "after writes behind the old end")


@case(
    "C-RES-25", ["SP-LC-21", "SP-RES-14"], needs=(*CUTS, C.FAILOVER, C.COMMIT, C.REPROTECT, C.FAILBACK), on_bytes=True
)
def the_reverse_direction_resynchronises_too(lab: Lab) -> None:
    """A cut in the reverse direction marks the machine; after a resynchronisation the failback has every write."""
    machine = travel(lab, road_to("reverse-protected"))
    mark(lab, machine, writes=15)
    verify.equal(lab.observe(machine).regions.resync, Resync.REQUIRED, "resync region in reverse")
    verify.equal(lab.resynchronise(machine).after.regions.resync, Resync.NONE, "resync region after the run")
    wanted = lab.history.image_now(machine.name)
    lab.run(machine, Verb.FAIL_BACK)
    verify_bytes.same_image(lab.landing(machine).picture, wanted, "the machine that came back")


@case("C-RES-26", ["SP-SEC-3", "SP-SEC-4"], needs=(*BYTES, C.CORRUPTION), on_bytes=True)
def a_damaged_log_is_never_silent(lab: Lab) -> None:
    """A flipped byte in the log marks the machine and raises CorruptLogRecord; no point shows damaged bytes."""
    _log_damage(lab, FaultKind.LOG_CORRUPT)


@case("C-RES-27", ["SP-SEC-5"], needs=(*BYTES, C.CORRUPTION), on_bytes=True)
def a_truncated_log_is_never_silent(lab: Lab) -> None:
    """A log that lost its tail marks the machine; no point is offered that the lost records would have belonged to."""
    _log_damage(lab, FaultKind.LOG_TRUNCATED)


def _log_damage(lab: Lab, kind: FaultKind) -> None:
    machine = lab.protected_machine(filled=32)
    lab.write(machine, 20)
    lab.crash_point(machine)
    lab.write(machine, 20)
    lab.advance(milliseconds=1200)
    lab.fault(kind, machine)
    lab.advance(minutes=6)
    lab.settle()
    seen = lab.observe(machine)
    verify.equal(seen.regions.resync, Resync.REQUIRED, f"resync region after {kind.value}")
    verify.that(
        ErrorCode.CORRUPT_LOG_RECORD in {event.code for event in seen.events}, "an event CorruptLogRecord", "none"
    )
    for point in seen.points:
        verify_bytes.true_point(lab, machine, point)
    lab.resynchronise(machine)
    other_side.agrees(lab, machine, f"after {kind.value} and a resynchronisation")
