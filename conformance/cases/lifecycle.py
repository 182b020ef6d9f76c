"""Lifecycle: the truth table, state by state (seed: Failover and failback process; domain §1).

Rule: a state of the table gets two cases made from the same road: what is not listed is refused, what is listed works.
"""

from siteproof.conformance import verify
from siteproof.conformance.case import case
from siteproof.conformance.expected import lifecycle as oracle
from siteproof.conformance.lab import Lab, machine_spec
from siteproof.conformance.roads import (
    CUT_ROADS,
    FAILED_ROADS,
    HELD_ROADS,
    RESYNC_ROADS,
    SETTLED_ROADS,
    Road,
    destination,
    mark,
    road_to,
    travel,
    until_copying,
)
from siteproof.conformance.worlds.world import SIZED
from siteproof.model.nouns.commands import Refusal
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.profile import CORE
from siteproof.model.nouns.subject import Capability, FaultKind
from siteproof.model.nouns.vocabulary import Place, Protection, Resync, Selection, Site, Verb
from siteproof.model.spec.lifecycle import table as lifecycle

C = Capability
REFUSED = ("SP-LC-1", "SP-LC-2", "SP-LC-3", "SP-ERR-4")

# What each state's row says, as requirements of its own.
STATES: dict[str, tuple[str, ...]] = {
    "unprotected": ("SP-LC-6", "SP-LC-35", "SP-LC-51"),
    "protected": ("SP-LC-8", "SP-LC-24", "SP-ERR-9"),
    "resync-required": ("SP-LC-9",),
    "drill-completed": ("SP-LC-10", "SP-DRL-8"),
    "failed-over": ("SP-LC-11", "SP-LC-26", "SP-RES-36"),
    "committed": ("SP-LC-12", "SP-FO-10"),
    "migrated": ("SP-LC-22", "SP-FO-11"),
    "disabled-in-the-cloud": ("SP-LC-23", "SP-LC-38"),
    "reverse-protected": ("SP-LC-14", "SP-LC-25"),
    "reverse-resync-required": ("SP-LC-21",),
    "failed-back": ("SP-LC-15",),
    "reverse-committed": ("SP-LC-20",),
    "enabling-failed": ("SP-LC-7", "SP-LC-33"),
    "drill-failed": ("SP-DRL-12",),
    "clean-up-failed": ("SP-DRL-13", "SP-LC-47"),
    "resync-failed": ("SP-RES-31", "SP-LC-49"),
    "failover-failed": ("SP-LC-18", "SP-LC-46", "SP-FO-14"),
    "change-failed": ("SP-LC-47",),
    "commit-failed": ("SP-LC-18", "SP-LC-46"),
    "reprotect-failed": ("SP-LC-18", "SP-LC-46", "SP-FB-7"),
    "failback-failed": ("SP-FB-12",),
    "cancel-failed": ("SP-LC-18", "SP-LC-46", "SP-FB-14"),
    "reverse-commit-failed": ("SP-LC-18", "SP-LC-46"),
    "disabling-failed": ("SP-LC-19", "SP-LC-46"),
    "copy-failed": ("SP-LC-19", "SP-LC-36"),
    "reverse-copy-failed": ("SP-LC-52",),
    "return-copy-failed": ("SP-LC-19", "SP-LC-36"),
    "resync-running": ("SP-LC-49",),
    "reverse-resync-running": ("SP-LC-50",),
}
IN_PROGRESS = ("SP-LC-5", "SP-LC-16", "SP-LC-45", "SP-ERR-10")


def _table_case(number: int, road: Road, requires: tuple[str, ...], needs: tuple[Capability, ...]) -> None:
    """Register both cases of one state."""

    def refuses(lab: Lab) -> None:
        machine = travel(lab, road)
        seen = lab.observe(machine)
        verify.that(seen.regions in destination(road, lab.profile), f"the state {road.name}", oracle.state(seen))
        if road.name == "cancel-failed":
            _cancel_is_told(seen, (*REFUSED, *requires))
        oracle.allowed_as_listed(lab, seen)
        oracle.refuses_the_rest(lab, machine)

    def works(lab: Lab) -> None:
        listed = lifecycle.allowed_operations(destination(road, lab.profile)[0], lab.profile)
        for verb in sorted(listed & set(oracle.offered(lab))):
            machine = travel(lab, road)
            oracle.ends_as_the_table_says(lab, machine, verb)
            oracle.allowed_as_listed(lab, lab.observe(machine))

    refuses.__doc__ = (
        f"In the state {road.name}, exactly the table's commands are listed, and the others change nothing."
    )
    works.__doc__ = f"In the state {road.name}, every command that is listed succeeds and leads where the table says."
    every_need = (C.LIFECYCLE, *needs, *road.needs)
    case(f"C-LC-T{number}.1", (*REFUSED, *requires), needs=every_need)(refuses)
    if road not in RESYNC_ROADS and lifecycle.allowed_operations(destination(road, CORE)[0], CORE):
        case(f"C-LC-T{number}.2", ("SP-LC-1", *requires), needs=every_need)(works)


def _cancel_is_told(seen: Observation, others: tuple[str, ...]) -> None:
    """The failed cancel has an event of its own name; what follows is for the other requirements again."""
    verify.serves("SP-FB-14")
    told = {event.code for event in seen.events}
    verify.that(ErrorCode.PLANNED_FAILOVER_CANCEL_FAILED in told, "an event PlannedFailoverCancelFailed", told)
    verify.serves(*(each for each in others if each != "SP-FB-14"))


for _number, _road in enumerate(SETTLED_ROADS, 1):
    _table_case(_number, _road, STATES[_road.name], ())
for _number, _road in enumerate(FAILED_ROADS, 21):
    _table_case(_number, _road, STATES[_road.name], (C.JOB_FAULTS,))
for _number, _road in enumerate(HELD_ROADS, 41):
    _table_case(_number, _road, IN_PROGRESS, (C.HOLD,))
for _number, _road in enumerate(CUT_ROADS, 36):
    _table_case(_number, _road, STATES[_road.name], (C.HOLD, C.VIRTUAL_CLOCK))
for _number, _road in enumerate(RESYNC_ROADS, 61):
    _table_case(_number, _road, STATES[_road.name], (C.HOLD,))


@case("C-LC-1", ["SP-LC-28"], needs=[C.LIFECYCLE, C.HOLD, C.INITIAL_REPLICATION], bears=("way",))
def enabling_shows_its_phases(lab: Lab) -> None:
    """An accepted enable shows a phase of the initial copy first and protected in the end."""
    machine = lab.machine()
    verify.accepted(lab.ask(machine, Verb.ENABLE), "enable")
    shown = lab.observe(machine).regions.protection
    verify.that(shown in (Protection.ENABLING, Protection.INITIAL_REPLICATION), "a phase of enabling", shown.value)
    lab.settle()
    verify.equal(lab.observe(machine).regions.protection, Protection.PROTECTED, "protection after enable")


@case("C-LC-2", ["SP-LC-34"], needs=[C.INITIAL_REPLICATION, C.CRASH_POINTS])
def protected_means_a_first_point(lab: Lab) -> None:
    """A machine that became protected lists a first common point, and nothing before that did."""
    machine = lab.machine(disks=2)
    verify.equal(lab.observe(machine).points, (), "points before enable")
    after = lab.run(machine, Verb.ENABLE)
    verify.equal(after.regions.protection, Protection.PROTECTED, "protection after enable")
    verify.at_least(len(after.points), 1, "points of a machine that has just become protected")


@case("C-LC-3", ["SP-LC-37", "SP-LC-40"], needs=[C.LIFECYCLE, C.CRASH_POINTS])
def disable_deletes_points_and_enable_starts_again(lab: Lab) -> None:
    """Disable deletes every point and leads back to the state before enable; enabling again gives fresh points."""
    machine = lab.protected_machine()
    lab.crash_point(machine)
    old = {point.name for point in lab.observe(machine).points}
    disabled = lab.run(machine, Verb.DISABLE)
    verify.equal(disabled.points, (), "points after disable")
    verify.equal(disabled.regions.protection, Protection.UNPROTECTED, "protection after disable")
    again = lab.run(machine, Verb.ENABLE)
    verify.every(again.points, lambda point: point.name not in old, "a fresh point after enabling again")


@case("C-LC-4", ["SP-LC-4", "SP-LC-44", "SP-RES-29"], needs=[C.LINK_FAULTS, C.RESYNC], bears=("way",))
def trouble_never_moves_the_protection_region(lab: Lab) -> None:
    """A cut link, a mark and a resynchronisation leave the protection region at protected."""
    machine = lab.protected_machine()
    mark(lab, machine)
    marked = lab.observe(machine).regions
    verify.equal(marked.protection, Protection.PROTECTED, "protection while marked")
    verify.equal(marked.resync, Resync.REQUIRED, "resync after data met a dead link")
    lab.ask(machine, Verb.RESYNCHRONIZE)
    verify.equal(lab.observe(machine).regions.protection, Protection.PROTECTED, "protection during a resync")
    lab.settle()
    verify.equal(lab.observe(machine).regions.protection, Protection.PROTECTED, "protection after a resync")


@case("C-LC-5", ["SP-LC-45"], needs=[C.LIFECYCLE, C.FAILOVER, C.TEST_FAILOVER])
def the_state_is_named_before_the_arguments(lab: Lab) -> None:
    """A refusal names a pending clean-up and the state before it looks at the arguments."""
    machine = travel(lab, road_to("drill-completed"))
    answer = lab.ask(machine, Verb.FAIL_OVER, selection=Selection.CUSTOM, point="no-such-point")
    verify.refused(answer, [ErrorCode.TEST_FAILOVER_CLEANUP_PENDING], "fail_over to an unknown point during a drill")
    other = travel(lab, road_to("failed-over"))
    answer = lab.ask(other, Verb.TEST_FAILOVER, selection=Selection.CUSTOM, point="no-such-point")
    verify.refused(answer, [ErrorCode.OPERATION_NOT_ALLOWED], "test_failover to an unknown point after a failover")


@case(
    "C-LC-6", ["SP-LC-48"], needs=[C.FAILOVER, C.COMMIT, C.REPROTECT, C.FAILBACK], fixes=("asking=source left running",)
)
def the_running_place_follows_from_the_regions(lab: Lab) -> None:
    """All through the round trip exactly the machine that direction and active site name is running."""
    machine = lab.protected_machine()
    for verb in (None, Verb.FAIL_OVER, Verb.COMMIT, Verb.REPROTECT, Verb.FAIL_BACK, Verb.COMMIT, Verb.REPROTECT):
        seen = lab.run(machine, verb) if verb else lab.observe(machine)
        verify.equal(
            seen.running, (lifecycle.running_place(seen.regions),), f"running machines in {oracle.state(seen)}"
        )


@case("C-LC-7", ["SP-LC-29"], needs=[C.LIFECYCLE])
def a_clone_is_refused(lab: Lab) -> None:
    """Enable is refused with DuplicateMachineIdentity while the same identity is protected, also when it has moved."""
    first, clone = lab.site(
        machine_spec("original", "256 KiB", identity="same"), machine_spec("clone", "256 KiB", identity="same")
    )
    lab.protect(first)
    before = lab.observe(clone)
    for verb in (None, *(verb for verb in (Verb.FAIL_OVER,) if C.FAILOVER in lab.description.capabilities)):
        if verb is not None:
            lab.run(first, verb)
        verify.refused(lab.ask(clone, Verb.ENABLE), [ErrorCode.DUPLICATE_MACHINE_IDENTITY], "enabling a clone")
        verify.unchanged(before, lab.observe(clone), "enabling a clone is refused")


@case("C-LC-8", ["SP-LC-39"], needs=[C.LIFECYCLE, C.LINK_FAULTS], bears=("way",))
def a_forced_disable_needs_no_source(lab: Lab) -> None:
    """A forced disable succeeds while the source's site is down."""
    machine = lab.protected_machine()
    lab.fault(FaultKind.SITE_DOWN, machine)
    answer = lab.ask(machine, Verb.DISABLE, force=True)
    verify.that(not isinstance(answer, Refusal), "a forced disable accepted", answer)
    lab.settle()
    seen = lab.observe(machine)
    verify.equal((seen.regions.protection, seen.points), (Protection.UNPROTECTED, ()), "machine after a forced disable")


@case("C-LC-9", ["SP-LC-23", "SP-LC-38"], needs=[C.LIFECYCLE, C.FAILOVER], fixes=("asking=source left running",))
def disable_after_a_failover_keeps_the_cloud_machine(lab: Lab) -> None:
    """Disable after a failover leaves the cloud machine running with its bytes, unprotected, with no way back."""
    machine = travel(lab, road_to("failed-over"))
    picture = lab.read(machine)
    seen = lab.run(machine, Verb.DISABLE)
    verify.equal((seen.regions.active, seen.running), (Site.RECOVERY, (Place.RECOVERY,)), "what runs after disable")
    verify.equal(seen.allowed, (), "allowed operations")
    verify.that(not lab.read(machine).differences(picture), "the machine's bytes untouched", "they changed")


COPYING = (C.LIFECYCLE, C.HOLD, C.VIRTUAL_CLOCK, C.INITIAL_REPLICATION)


@case("C-LC-10", ["SP-LC-17", "SP-LC-35"], needs=COPYING, fixes=SIZED, bears=("way",))
def the_initial_copy_allows_disable_only(lab: Lab) -> None:
    """While the forward initial copy runs, disable is listed alone and everything else changes nothing."""
    machine = lab.machine(disk="4 MiB")
    lab.write(machine, range(1024))
    until_copying(lab, machine, Verb.ENABLE)
    oracle.allowed_as_listed(lab, lab.observe(machine))
    oracle.refuses_the_rest(lab, machine)


@case("C-LC-11", ["SP-LC-13"], needs=(*COPYING, C.FAILOVER, C.COMMIT, C.REPROTECT))
def the_reverse_initial_copy_allows_disable_only(lab: Lab) -> None:
    """While the reverse initial copy runs, disable is listed alone and everything else changes nothing."""
    machine = travel(lab, road_to("committed"))
    until_copying(lab, machine, Verb.REPROTECT)
    oracle.allowed_as_listed(lab, lab.observe(machine))
    oracle.refuses_the_rest(lab, machine)


@case("C-LC-12", ["SP-LC-36", "SP-LC-19"], needs=(*COPYING, C.LINK_FAULTS), fixes=SIZED, bears=("way",))
def a_failed_initial_copy_starts_again(lab: Lab) -> None:
    """A link that breaks under the initial copy leaves it failed; after disable the next enable succeeds."""
    machine = lab.machine(disk="4 MiB")
    lab.write(machine, range(1024))
    lab.ask(machine, Verb.ENABLE)
    with lab.link_down(machine):
        lab.advance(minutes=5)
        lab.settle()
        shown = lab.observe(machine).regions.protection
    verify.equal(shown, Protection.INITIAL_REPLICATION_FAILED, "protection after a copy without a link")
    oracle.allowed_as_listed(lab, lab.observe(machine))
    lab.run(machine, Verb.DISABLE)
    verify.equal(
        lab.run(machine, Verb.ENABLE).regions.protection, Protection.PROTECTED, "protection after the second enable"
    )


@case("C-LC-13", ["SP-RES-36", "SP-LC-51"], needs=[C.LIFECYCLE, C.FAILOVER, C.RESYNC, C.LINK_FAULTS])
def no_mark_survives_the_end_of_replication(lab: Lab) -> None:
    """A marked machine that fails over, or is disabled, shows no mark any more."""
    for verb in (Verb.FAIL_OVER, Verb.DISABLE):
        machine = travel(lab, road_to("resync-required"))
        after = lab.run(machine, verb)
        verify.equal(
            (after.regions.resync, after.resync_reason), (Resync.NONE, None), f"mark and reason after {verb.value}"
        )
