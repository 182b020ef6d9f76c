"""Choices: every value of every parameter of a command, over histories in which the values mean different things.

Rule: generated from the vocabulary. What a value takes is said by the auditor and by the bytes of the point it names.
"""

from collections.abc import Callable

from siteproof.conformance import verify, verify_bytes
from siteproof.conformance.auditor import closing
from siteproof.conformance.auditor.oracles.arrivals import is_office
from siteproof.conformance.auditor.selections import SELECTED, selected
from siteproof.conformance.case import case
from siteproof.conformance.images import MachineImages
from siteproof.conformance.lab import Lab, Machine
from siteproof.conformance.silence import silence
from siteproof.conformance.worlds.world import SIZED
from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.policy import DAY_MINUTES, HOUR_MINUTES, MINUTE_MS, ReplicationPolicy
from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.model.nouns.subject import Capability, FaultKind
from siteproof.model.nouns.vocabulary import Consistency, Location, Place, Protection, Resync, Selection, Verb

C = Capability
POINTS = (C.INITIAL_REPLICATION, C.DELTA, C.CRASH_POINTS, C.APP_POINTS, C.VIRTUAL_CLOCK)
BACK = (C.INITIAL_REPLICATION, C.CRASH_POINTS, C.FAILOVER, C.COMMIT, C.REPROTECT, C.FAILBACK)
HOURLY = ReplicationPolicy(app_consistent_minutes=HOUR_MINUTES)
AHEAD_MS = 2_500  # long enough for writes to arrive, far from the next point
Tail = Callable[[Lab, Machine], object]


# -- which point ----------------------------------------------------------------------------------------------------


def _app_is_newest(lab: Lab, machine: Machine) -> None:
    """Up to an application-consistent point, and not a minute longer."""
    lab.write(machine, 6)
    lab.app_point(machine, HOUR_MINUTES)


def _crash_is_newest(lab: Lab, machine: Machine) -> None:
    lab.write(machine, 6)
    lab.crash_point(machine)


def _something_waits(lab: Lab, machine: Machine) -> None:
    lab.write(machine, 6)
    lab.advance(milliseconds=AHEAD_MS)


TAILS: tuple[Tail, ...] = (_app_is_newest, _crash_is_newest, _something_waits)


def _history(lab: Lab) -> Machine:
    """Points of both kinds, with writes between all of them, and before the first."""
    machine = lab.machine(policy=HOURLY)
    lab.write(machine, 6)
    lab.protect(machine, HOURLY)
    _crash_is_newest(lab, machine)
    _app_is_newest(lab, machine)
    return machine


def _command(lab: Lab, machine: Machine, verb: Verb, selection: Selection) -> Command:
    """The verb with that selection; a custom one names any point that is listed."""
    names = [point.name for point in lab.observe(machine).points]
    point = names[lab.workload.choose(range(len(names)))] if selection is Selection.CUSTOM else ""
    return Command(verb, machine.name, selection, point)


def _takes(lab: Lab, machine: Machine, command: Command, place: Place) -> None:
    """Give the command and compare the machine that it makes with the point which the selection takes."""
    lab.settle()
    selection, verb = command.selection, command.verb
    name, now = selected(lab.observe(machine).points, command), lab.history.position
    ledgers, span = lab.history.ledgers(machine.name), (now, now)
    if selection is not Selection.LATEST:
        note = lab.history.note(machine.name, name)
        ledgers, span = note.ledgers, (note.low, note.high)
    lab.run(machine, verb, selection=selection, point=command.point)
    verify.serves(SELECTED[selection])
    lab.note(f"what {verb.value} to {selection.value} has made is compared with {name}")
    verify_bytes.past_image(lab, _made(lab, machine, place), ledgers, *span)


def _made(lab: Lab, machine: Machine, place: Place) -> MachineImages:
    return lab.read(machine, place) if place is Place.TEST else lab.landing(machine).picture


@case("C-CHO-1", SELECTED.values(), needs=(*POINTS, C.TEST_FAILOVER), on_bytes=True, fixes=("policy",))
def a_drill_takes_what_its_selection_names(lab: Lab) -> None:
    """A drill of every selection stands on its point, whichever kind of point is the newest, and with data waiting."""
    machine = _history(lab)
    for tail in TAILS:
        for selection in Selection:
            tail(lab, machine)
            _takes(lab, machine, _command(lab, machine, Verb.TEST_FAILOVER, selection), Place.TEST)
            lab.run(machine, Verb.CLEAN_UP_TEST)


LATER = [of for selection, of in SELECTED.items() if selection is not Selection.LATEST]


@case(
    "C-CHO-2", [*LATER, "SP-FO-6"], needs=(*POINTS, C.FAILOVER, C.OLDER_POINTS), on_bytes=True,
    fixes=("policy",),
)  # fmt: skip
def a_change_of_point_takes_what_its_selection_names(lab: Lab) -> None:
    """After a failover the point is changed to every selection, back and forth, and each time it is that point."""
    for tail in TAILS:
        machine = _history(lab)
        tail(lab, machine)
        lab.run(machine, Verb.FAIL_OVER)
        for selection in (*Selection, *reversed(Selection)):
            if selection is not Selection.LATEST:
                lab.write(machine, 3)
                command = _command(lab, machine, Verb.CHANGE_RECOVERY_POINT, selection)
                _takes(lab, machine, command, Place.ACTIVE)
        verify.serves("SP-FO-6")
        verify.witness(of_bytes=True)


def _fails_over(number: int, selection: Selection) -> None:
    def takes(lab: Lab) -> None:
        for tail in TAILS:
            machine = _history(lab)
            tail(lab, machine)
            _takes(lab, machine, _command(lab, machine, Verb.FAIL_OVER, selection), Place.ACTIVE)

    takes.__doc__ = f"A failover to {selection.value} takes that point, whichever kind of point is the newest."
    needs = (*POINTS, C.FAILOVER, *((C.OLDER_POINTS,) if selection is Selection.CUSTOM else ()))
    case(f"C-CHO-{number}", [SELECTED[selection]], needs=needs, on_bytes=True, fixes=("policy",))(takes)


for _number, _selection in enumerate(Selection, 3):
    _fails_over(_number, _selection)


# -- the way back ---------------------------------------------------------------------------------------------------


@case("C-CHO-8", ["SP-FB-27", "SP-FB-9"], needs=(*BACK, C.APP_POINTS))
def a_failback_makes_the_point_it_was_asked_for(lab: Lab) -> None:
    """A failback with a point of either kind makes one of that kind, and brings every byte home."""
    machine = lab.protected_machine()
    lab.write(machine, 12)
    for consistency in (*reversed(Consistency), *Consistency):
        for verb in (Verb.FAIL_OVER, Verb.COMMIT, Verb.REPROTECT):
            lab.run(machine, verb)
            lab.write(machine, 6)
        wanted = lab.history.image_now(machine.name)
        before = {point.name for point in lab.observe(machine).points}
        after = lab.run(machine, Verb.FAIL_BACK, consistency=consistency)
        fresh = [point.consistency for point in after.points if point.name not in before]
        verify.serves("SP-FB-27")
        verify.that(consistency in fresh, f"a {consistency.value}-consistent point", [each.value for each in fresh])
        verify.serves("SP-FB-9")
        verify_bytes.same_image(lab.landing(machine).picture, wanted, f"the machine after a {consistency.value} one")
        for verb in (Verb.COMMIT, Verb.REPROTECT):
            lab.run(machine, verb)


@case("C-CHO-9", ["SP-FB-3"], needs=(*BACK[:-1], C.BYTE_COUNTS), fixes=(*SIZED, "pattern", "neighbours"))
def an_alternate_location_gets_a_full_copy(lab: Lab) -> None:
    """A reprotect to an alternate location sends every block that holds data, not only those that changed."""
    filled = 256
    machine = lab.protected_machine(disk="2 MiB", filled=filled)
    for verb in (Verb.FAIL_OVER, Verb.COMMIT):
        lab.run(machine, verb)
    lab.write(machine, 4)
    before = lab.observe(machine).bytes_sent
    after = lab.run(machine, Verb.REPROTECT, location=Location.ALTERNATE)
    verify.at_least(after.bytes_sent - before, filled * BLOCK_BYTES // 2, f"bytes sent for {filled} blocks of noise")


@case("C-CHO-11", ["SP-FB-4", "SP-PT-13", "SP-FB-9"], needs=(*BACK, C.DELTA), on_bytes=True, fixes=("asking",))
def a_part_of_the_disks_goes_and_comes_back(lab: Lab) -> None:
    """Of the disks that an enable names, and of no other, points are made, a machine is built and a failback comes."""
    machine = lab.machine(disks=3)
    kept = [disk.name for disk in machine.spec.disks if disk.name != machine.disk("disk1").name]
    for disk in machine.spec.disks:
        lab.write(machine, 4, disk=disk.name)
    seen = lab.run(machine, Verb.ENABLE, disks=tuple(kept))
    verify.given(seen.regions.protection is Protection.PROTECTED, "a part of the disks was not protected")
    for verb in (Verb.FAIL_OVER, Verb.COMMIT, Verb.REPROTECT, Verb.FAIL_BACK):
        verify.serves("SP-FB-4")
        verify.equal({disk.name for disk in seen.disks}, set(kept), f"disks of the machine before {verb.value}")
        for name in kept:
            lab.write(machine, 4, disk=name)
        wanted = lab.history.image_now(machine.name)
        verify.serves("SP-PT-13")
        closing.restore_points(lab, machine)
        if verb is Verb.FAIL_OVER:
            lab.settle()
        seen = lab.run(machine, verb)
        verify.serves("SP-FB-9", "SP-FB-4")
        verify_bytes.same_image(lab.read(machine), wanted, f"the disks after {verb.value}")


# -- when -----------------------------------------------------------------------------------------------------------

EVERY_MINUTES = 7 * HOUR_MINUTES + 10
WEEK = 7 * DAY_MINUTES // EVERY_MINUTES
SOON_MINUTES = 20


@case("C-CHO-10", ["SP-RES-7"], needs=(*BACK[:1], C.DELTA, C.RESYNC, C.CRASH_FAULTS, C.VIRTUAL_CLOCK))
def a_mark_waits_for_the_office_to_close(lab: Lab) -> None:
    """Whenever in the week a machine is marked: within office hours it waits, outside of them it is compared soon.

    Marked twice in a row, then unprotected, its neighbours cut off: hours that nobody looks at bring no points.
    """
    machine = lab.machine()
    lab.advance(minutes=lab.workload.choose(range(EVERY_MINUTES)))
    lab.protect(machine)
    for _ in range(WEEK):
        for _ in range(2):
            _marked(lab, machine)
        rests = Verb.DISABLE in lab.observe(machine).allowed
        if rests:
            lab.run(machine, Verb.DISABLE)
        with silence(lab, *(each for each in lab.machines if each is not machine)):
            lab.advance(minutes=EVERY_MINUTES - 2 * SOON_MINUTES)
        if rests:
            lab.protect(machine)


def _marked(lab: Lab, machine: Machine) -> None:
    """Mark it, look at once and a little later, and see it compared."""
    lab.fault(FaultKind.AGENT_CRASH, machine)
    begins, marked = lab.now_ms(machine), lab.observe(machine).regions.resync
    lab.advance(minutes=SOON_MINUTES)
    now = lab.observe(machine).regions.resync
    offices = _offices(lab, begins)
    if offices == {True}:
        verify.equal(marked, Resync.REQUIRED, "resync region of a machine marked within office hours")
        verify.equal(now, Resync.REQUIRED, f"resync region {SOON_MINUTES} min later, still within them")
        lab.resynchronise(machine)
    elif offices == {False}:
        verify.equal(now, Resync.NONE, f"resync region {SOON_MINUTES} min after a mark outside office hours")
    else:  # it opens or closes just now
        lab.resynchronise(machine)


def _offices(lab: Lab, marked_ms: int) -> set[bool]:
    """Whether it is office time when the mark was made, and when it is looked at."""
    spans = ((marked_ms - 2 * MINUTE_MS, marked_ms), (marked_ms, marked_ms + SOON_MINUTES * MINUTE_MS))
    return {is_office(*span, lab.profile.office_hours) for span in spans}
