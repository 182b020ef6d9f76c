"""Drives: every fault in every state and in every running job, healed and looked at, and then all of it once more.

Rule: generated from the roads of the lifecycle; nothing here knows what a state means. The faults of a run are chosen
by the seed, as many for each road as its depth asks for; deep takes all of them.
"""

from attrs import evolve

from siteproof.conformance import verify, verify_bytes
from siteproof.conformance.case import case
from siteproof.conformance.lab import Lab, Machine
from siteproof.conformance.needs import OF_FAULT
from siteproof.conformance.roads import HELD_ROADS, RESYNC_ROADS, SETTLED_ROADS, How, Road, arguments, mark, travel
from siteproof.conformance.verify import Failed
from siteproof.conformance.worlds.going import go, recover
from siteproof.model.nouns.errors import Refused
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.policy import MINUTE_MS
from siteproof.model.nouns.subject import Capability, FaultKind
from siteproof.model.nouns.vocabulary import Direction, Protection, Site, Verb

C = Capability
NEEDS = (C.LIFECYCLE, C.INITIAL_REPLICATION, C.DELTA, C.CRASH_POINTS, C.RESYNC)
REQUIRES = ("SP-REP-18", "SP-RES-12")
MENDED_BY = {FaultKind.LINK_DOWN: FaultKind.LINK_UP, FaultKind.SITE_DOWN: FaultKind.SITE_UP}
FAULTS = (
    FaultKind.LINK_DOWN,
    FaultKind.TARGET_CRASH,
    FaultKind.SITE_DOWN,
    FaultKind.AGENT_CRASH,
    FaultKind.CLOCK_JUMP,
    FaultKind.FORCED_SHUTDOWN,
    FaultKind.LOW_MEMORY,
    FaultKind.LOG_CORRUPT,
    FaultKind.DISK_RESIZED,  # of a protected machine: nobody says what it means while production moves
)
GROWS = ("protected", "resync-required")
BLOCKS = 64  # of the machine that a road begins with
GROWTH_BLOCKS = 32
JUMP_MS = 20 * MINUTE_MS


def _drives(number: int, road: Road) -> None:
    def survives(lab: Lab) -> None:
        for kind in chosen(lab, number, road):
            try:
                _drive(lab, road, kind)
            except Failed as failed:
                detail = "; ".join(part for part in (failed.detail, f"{kind.value} in the state {road.name}") if part)
                raise Failed(failed.expected, failed.actual, detail, of=failed.of) from failed

    survives.__doc__ = (
        f"Whatever fault strikes in the state {road.name}: healed, every byte is there; and so it is the second time."
    )
    needs = (*NEEDS, *(need for need in road.needs if need not in NEEDS))
    held = (C.HOLD,) if road in (*HELD_ROADS, *RESYNC_ROADS) else ()
    case(f"C-DRV-{number}", REQUIRES, needs=(*needs, *held), on_bytes=True)(survives)


def chosen(lab: Lab, number: int, road: Road) -> tuple[FaultKind, ...]:
    """The faults of this run for that road: another beginning for each road and seed, so that a run has all of them."""
    here = FAULTS if road.name in GROWS else FAULTS[:-1]
    known = [kind for kind in here if OF_FAULT.get(kind, C.VIRTUAL_CLOCK) in lab.description.capabilities]
    verify.given(bool(known), "no fault can be made to happen")
    first = (number + lab.seed) % len(known)
    return tuple((known[first:] + known[:first])[: lab.breadth])


def _drive(lab: Lab, road: Road, kind: FaultKind) -> None:
    """Take the road, and let the fault strike where it ends; twice."""
    machine = travel(lab, road, writes=12)
    last = road.turns[-1] if road.turns else None
    running = last.verb if last is not None and last.how is How.HELD else None
    for time in (1, 2):
        _strike(lab, machine, kind, running, BLOCKS + time * GROWTH_BLOCKS)
        recover(lab, machine)
        _agrees(lab, machine, f"after the fault, time {time}")
        if last is not None and last.how is How.MARK:
            mark(lab, machine)
        running = _once_more(lab, machine, running)


def _strike(lab: Lab, machine: Machine, kind: FaultKind, running: Verb | None, blocks: int) -> None:
    """The fault, with writes before, during and after it; then it is mended."""
    before = lab.observe(machine).regions
    _write(lab, machine)
    amounts = {FaultKind.DISK_RESIZED: blocks, FaultKind.CLOCK_JUMP: JUMP_MS}
    lab.fault(kind, machine, amount=amounts.get(kind, 0))
    _write(lab, machine)
    lab.advance(minutes=1)
    lab.settle()
    if running is not None:
        _follow(lab, machine, running, before)
    if kind in MENDED_BY:
        lab.fault(MENDED_BY[kind], machine)
    _write(lab, machine)
    lab.advance(minutes=1)
    lab.settle()


def _follow(lab: Lab, machine: Machine, verb: Verb, before: Regions) -> None:
    """The job has ended; where production moved with it, its bytes are a past state, and the whole one when at home."""
    moved = lab.observe(machine).regions.active is not before.active
    if not moved and verb is not Verb.CHANGE_RECOVERY_POINT:
        return
    picture, now = lab.read(machine), lab.history.position
    if verb is Verb.FAIL_BACK:
        verify_bytes.same_image(picture, lab.history.image_now(machine.name), "the machine that came home")
    elif verb is Verb.FAIL_OVER:
        verify_bytes.past_image(lab, picture, lab.history.ledgers(machine.name), 0, now)
    lab.history.rebase(machine.name, picture)


def _once_more(lab: Lab, machine: Machine, running: Verb | None) -> Verb | None:
    """Where a job was running, it runs again, if the table still allows it."""
    if running is None or running not in lab.observe(machine).allowed:
        return None
    lab.ask(machine, running, **arguments(running))
    return running


def _write(lab: Lab, machine: Machine) -> None:
    """A machine that is off, or is being moved, may refuse a write; what it acknowledges counts."""
    try:
        lab.write(machine, 5)
    except Refused:
        return


def _agrees(lab: Lab, machine: Machine, what: str) -> None:
    """The other side has every byte: in the next point, or at home after the failback; or production itself has."""
    verify.serves(*REQUIRES)
    seen = lab.observe(machine).regions
    wanted = lab.history.image_now(machine.name)
    if evolve(seen, active=Site.PRIMARY, protection=Protection.PROTECTED) != seen:
        verify_bytes.same_image(lab.read(machine), wanted, f"the running machine {what}")
    elif seen.direction is Direction.FORWARD:
        picture = lab.restore(machine, lab.crash_point(machine))
        verify_bytes.same_image(picture, lab.history.image_now(machine.name), f"the next point {what}")
    else:
        go(lab, machine, Verb.FAIL_BACK)
        verify.serves(*REQUIRES)
        verify_bytes.same_image(lab.landing(machine).picture, wanted, f"the machine at home {what}")


for _number, _road in enumerate((*SETTLED_ROADS, *HELD_ROADS, *RESYNC_ROADS), 1):
    _drives(_number, _road)
