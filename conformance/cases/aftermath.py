"""Aftermath: what trouble must leave alone, whatever it was (domain §1, §3).

Rule: the machine is looked at before the trouble and after it: its bytes, its running copy, its older points.
"""

from siteproof.conformance import verify, verify_bytes
from siteproof.conformance.case import case
from siteproof.conformance.images import MachineImages
from siteproof.conformance.lab import Lab, Machine
from siteproof.conformance.roads import FAILED_ROADS, Road, arguments, travel
from siteproof.conformance.worlds.world import SIZED
from siteproof.model.nouns.subject import Capability, FaultKind
from siteproof.model.nouns.vocabulary import Resync, Verb

C = Capability
DELTA = (C.INITIAL_REPLICATION, C.CRASH_POINTS, C.DELTA)
MARKED = (*DELTA, C.OLDER_POINTS, C.RESYNC)

# After these failures the points that were listed before are needed still.
POINTS_STAY = ("drill-failed", "clean-up-failed", "resync-failed", "failover-failed", "change-failed")


MARKED_FOR = {
    FaultKind.DISK_RESIZED: "SP-RES-4",
    FaultKind.LOG_CORRUPT: "SP-SEC-4",
    FaultKind.LOG_TRUNCATED: "SP-SEC-4",
    FaultKind.FORCED_SHUTDOWN: "SP-RES-3",
    FaultKind.LOW_MEMORY: "SP-RES-21",
}


def _marking(number: int, kind: FaultKind, need: Capability, *requires: str) -> None:
    def keeps(lab: Lab) -> None:
        machine = lab.protected_machine(disk="256 KiB", filled=32)
        points = []
        for _ in range(2):
            lab.write(machine, 15)
            points.append(lab.crash_point(machine))
        then = [verify_bytes.true_point(lab, machine, point) for point in points]
        lab.fault(kind, machine, amount=96 if kind is FaultKind.DISK_RESIZED else 0)
        verify.serves(MARKED_FOR[kind])
        verify.equal(lab.observe(machine).regions.resync, Resync.REQUIRED, f"resync region after {kind.value}")
        verify.serves("SP-RES-17", "SP-REP-24", *requires)
        for after in (f"after {kind.value}", "after the resynchronisation"):
            listed = {each.name for each in lab.observe(machine).points}
            verify.that({point.name for point in points} <= listed, f"the older points listed {after}", sorted(listed))
            for point, picture in zip(points, then, strict=True):
                verify_bytes.same_image(lab.restore(machine, point), picture, f"the older point {after}")
            lab.resynchronise(machine)
            lab.settle()

    keeps.__doc__ = f"After {kind.value}, and after the resynchronisation, older points restore the very same bytes."
    case(f"C-AFT-{number}", ("SP-RES-17", "SP-REP-24", *requires), needs=(*MARKED, need), on_bytes=True)(keeps)


_marking(1, FaultKind.DISK_RESIZED, C.RESIZE, "SP-PT-28", "SP-PT-38")
_marking(2, FaultKind.LOG_CORRUPT, C.CORRUPTION, "SP-SEC-4")
_marking(3, FaultKind.LOG_TRUNCATED, C.CORRUPTION)
_marking(4, FaultKind.FORCED_SHUTDOWN, C.CRASH_FAULTS)
_marking(5, FaultKind.LOW_MEMORY, C.CRASH_FAULTS)


def _failing(number: int, road: Road, *requires: str) -> None:
    verb = road.turns[-1].verb
    assert verb is not None

    def spares(lab: Lab) -> None:
        machine = travel(lab, Road(road.name, road.turns[:-1], road.needs), writes=20)
        lab.write(machine, range(0, 64, 3))
        before = lab.observe(machine)
        running, pictures = lab.read(machine), _restored(lab, machine)
        lab.fault(FaultKind.JOB_FAILS, machine)
        verify.accepted(lab.ask(machine, verb, **arguments(verb)), verb.value)
        lab.settle()
        verify_bytes.same_image(lab.history.image_now(machine.name), lab.read(machine), "the running machine")
        verify_bytes.same_image(lab.read(machine), running, "the running machine")
        verify.equal(lab.observe(machine).running, before.running, f"running machines after a failed {verb.value}")
        if road.name in POINTS_STAY:
            for name, picture in pictures.items():
                verify_bytes.same_image(lab.restore(machine, name), picture, f"point {name}")

    an = "An" if verb is Verb.ENABLE else "A"
    spares.__doc__ = (
        f"{an} {verb.value} whose job fails ({road.name}) harms neither the running machine nor a point that is needed."
    )
    case(
        f"C-AFT-{number}", requires, needs=(*DELTA, C.LIFECYCLE, C.JOB_FAULTS, *road.needs), on_bytes=True, fixes=SIZED
    )(spares)


def _restored(lab: Lab, machine: Machine) -> dict[str, MachineImages]:
    return {point.name: lab.restore(machine, point) for point in lab.observe(machine).points}


_REQUIRES: dict[Verb, tuple[str, ...]] = {
    Verb.ENABLE: ("SP-LC-33",),
    Verb.TEST_FAILOVER: ("SP-DRL-12", "SP-DRL-3"),
    Verb.CLEAN_UP_TEST: ("SP-DRL-13", "SP-DRL-3"),
    Verb.RESYNCHRONIZE: ("SP-RES-32", "SP-RES-17"),
    Verb.FAIL_OVER: ("SP-FO-14", "SP-LC-46"),
    Verb.CHANGE_RECOVERY_POINT: ("SP-LC-47",),
    Verb.COMMIT: ("SP-LC-46",),
    Verb.REPROTECT: ("SP-FB-7", "SP-FB-22"),
    Verb.FAIL_BACK: ("SP-FB-12", "SP-FB-24"),
    Verb.CANCEL: ("SP-FB-24",),
    Verb.DISABLE: ("SP-LC-46",),
}

for _number, _road in enumerate(FAILED_ROADS, 11):
    _verb = _road.turns[-1].verb
    assert _verb is not None
    _failing(_number, _road, *_REQUIRES[_verb])
