"""Roads: how a case brings a machine into a state of the lifecycle, and where the model says that it ends up.

Rule: a road is data. Only its last step is judged by the case that takes it; a step before it that does not lead where
the model says makes the case inconclusive, because another case judges that step.
"""

from enum import StrEnum

from attrs import evolve, frozen

from siteproof.conformance.lab import Lab, Machine
from siteproof.conformance.verify import given
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.profile import Profile
from siteproof.model.nouns.subject import Capability, FaultKind
from siteproof.model.nouns.vocabulary import Protection, Resync, Selection, Verb
from siteproof.model.spec.lifecycle import table as lifecycle

COPYING = Protection.INITIAL_REPLICATION


class How(StrEnum):
    """What becomes of the command of a step."""

    SUCCEEDS = "succeeds"
    FAILS = "fails"  # the job is made to fail
    HELD = "held"  # the job has not ended yet
    CUT = "cut"  # its initial copy is seen, then the link dies until the job has ended
    MARK = "mark"  # no command: data meets a dead link


@frozen
class Turn:
    """One step of a road."""

    verb: Verb | None
    how: How = How.SUCCEEDS


@frozen
class Road:
    """The steps from an unprotected machine to the state `name`."""

    name: str
    turns: tuple[Turn, ...]
    needs: tuple[Capability, ...] = ()


def arguments(verb: Verb) -> dict[str, Selection]:
    """Arguments with which a verb is valid wherever it is allowed."""
    return {"selection": Selection.LATEST_PROCESSED} if verb is Verb.CHANGE_RECOVERY_POINT else {}


def destination(road: Road, profile: Profile) -> tuple[Regions, ...]:
    """The states in which the model lets the road end: one, or every phase of a held job."""
    states: tuple[Regions, ...] = (Regions(),)
    for turn in road.turns:
        states = _next(states[0], turn, profile)
    return states


def failures(road: Road, profile: Profile) -> tuple[Regions, ...]:
    """The states in which the job that the road holds may fail: its own, and that of an initial copy inside it."""
    before = destination(evolve(road, turns=road.turns[:-1]), profile)[0]
    verb = road.turns[-1].verb
    assert verb is not None, f"the last step of {road.name} is no command"
    return (lifecycle.failed(before, verb, profile), *_broken_copies(before, verb, profile))


def _broken_copies(before: Regions, verb: Verb, profile: Profile) -> tuple[Regions, ...]:
    """Where the initial copy that is part of the job leads when it fails; none when there is no copy in it."""
    copying = (each for each in lifecycle.phases(before, verb, profile) if each.protection is COPYING)
    return tuple(evolve(each, protection=Protection.INITIAL_REPLICATION_FAILED) for each in copying)


def travel(lab: Lab, road: Road, writes: int = 3) -> Machine:
    """Take a fresh machine with a little data along the road."""
    machine = lab.machine(disk="256 KiB")
    lab.write(machine, writes)
    state = Regions()
    for turn in road.turns:
        after = _next(state, turn, lab.profile)
        state = after[0]
        _take(lab, machine, turn)
        if turn is not road.turns[-1]:
            seen = lab.observe(machine).regions
            given(seen in after, f"the road to {road.name} is left after {turn.verb or turn.how}")
    return machine


def _next(state: Regions, turn: Turn, profile: Profile) -> tuple[Regions, ...]:
    if turn.verb is None:
        return (evolve(state, resync=Resync.REQUIRED),)
    if turn.how is How.FAILS:
        return (lifecycle.failed(state, turn.verb, profile),)
    if turn.how is How.CUT:
        return _broken_copies(state, turn.verb, profile)
    phases = lifecycle.phases(state, turn.verb, profile)
    return phases[:-1] if turn.how is How.HELD else phases[-1:]


def _take(lab: Lab, machine: Machine, turn: Turn) -> None:
    if turn.verb is None:
        return mark(lab, machine)
    if turn.how is How.CUT:
        return cut_copy(lab, machine, turn.verb)
    if turn.how is How.FAILS:
        lab.fault(FaultKind.JOB_FAILS, machine)
    if turn.how is How.SUCCEEDS:
        lab.run(machine, turn.verb, **arguments(turn.verb))
        return None
    lab.ask(machine, turn.verb, **arguments(turn.verb))
    if turn.how is How.FAILS:
        lab.settle()
    return None


def mark(lab: Lab, machine: Machine, writes: int = 3) -> None:
    """Data that has to travel meets a dead link; afterwards the link is up again."""
    with lab.link_down(machine):
        lab.write(machine, writes)
        lab.advance(minutes=1)
        lab.settle()


def until_copying(lab: Lab, machine: Machine, verb: Verb) -> None:
    """Give the command and let moments pass until the initial copy shows."""
    lab.ask(machine, verb)
    for pause_ms in (*[100] * 20, *[1_000] * 30):
        if lab.observe(machine).regions.protection is COPYING:
            return
        lab.advance(milliseconds=pause_ms)
    given(holds=False, reason="the initial copy is never shown")


def cut_copy(lab: Lab, machine: Machine, verb: Verb) -> None:
    """The link dies under a copy that was seen, and is back when the job has ended; a copy may wait for it, too."""
    until_copying(lab, machine, verb)
    with lab.link_down(machine):
        lab.settle()
        seen = lab.observe(machine).regions.protection
    given(seen not in (COPYING, Protection.PROTECTED), "the copy goes on in spite of the dead link")


C = Capability
_TO_PROTECTED = (Turn(Verb.ENABLE),)
_TO_FAILED_OVER = (*_TO_PROTECTED, Turn(Verb.FAIL_OVER))
_TO_COMMITTED = (*_TO_FAILED_OVER, Turn(Verb.COMMIT))
_TO_REVERSE = (*_TO_COMMITTED, Turn(Verb.REPROTECT))
_TO_BACK = (*_TO_REVERSE, Turn(Verb.FAIL_BACK))
_BACK = (C.FAILOVER, C.COMMIT, C.REPROTECT, C.FAILBACK)
_MARK = Turn(None, How.MARK)


def _fails(verb: Verb) -> Turn:
    return Turn(verb, How.FAILS)


def _cut(verb: Verb) -> Turn:
    return Turn(verb, How.CUT)


def _held(verb: Verb) -> Turn:
    return Turn(verb, How.HELD)


# fmt: off
SETTLED_ROADS = (
    Road("unprotected",            ()),
    Road("protected",              _TO_PROTECTED),
    Road("resync-required",        (*_TO_PROTECTED, _MARK),                        (C.RESYNC, C.LINK_FAULTS)),
    Road("drill-completed",        (*_TO_PROTECTED, Turn(Verb.TEST_FAILOVER)),     (C.TEST_FAILOVER,)),
    Road("failed-over",            _TO_FAILED_OVER,                                (C.FAILOVER,)),
    Road("committed",              _TO_COMMITTED,                                  (C.FAILOVER, C.COMMIT)),
    Road("migrated",               (*_TO_COMMITTED, Turn(Verb.COMPLETE_MIGRATION)),
                                                                                   (C.FAILOVER, C.COMMIT, C.MIGRATION)),
    Road("disabled-in-the-cloud",  (*_TO_FAILED_OVER, Turn(Verb.DISABLE)),         (C.FAILOVER,)),
    Road("reverse-protected",      _TO_REVERSE,                                    (C.FAILOVER, C.COMMIT, C.REPROTECT)),
    Road("reverse-resync-required", (*_TO_REVERSE, _MARK),                         (*_BACK, C.RESYNC, C.LINK_FAULTS)),
    Road("failed-back",            _TO_BACK,                                       _BACK),
    Road("reverse-committed",      (*_TO_BACK, Turn(Verb.COMMIT)),                 _BACK),
)
FAILED_ROADS = (
    Road("enabling-failed",        (_fails(Verb.ENABLE),)),
    Road("drill-failed",           (*_TO_PROTECTED, _fails(Verb.TEST_FAILOVER)),   (C.TEST_FAILOVER,)),
    Road("clean-up-failed",        (*_TO_PROTECTED, Turn(Verb.TEST_FAILOVER), _fails(Verb.CLEAN_UP_TEST)),
                                                                                   (C.TEST_FAILOVER,)),
    Road("resync-failed",          (*_TO_PROTECTED, _MARK, _fails(Verb.RESYNCHRONIZE)),
                                                                                   (C.RESYNC, C.LINK_FAULTS)),
    Road("failover-failed",        (*_TO_PROTECTED, _fails(Verb.FAIL_OVER)),       (C.FAILOVER,)),
    Road("change-failed",          (*_TO_FAILED_OVER, _fails(Verb.CHANGE_RECOVERY_POINT)),
                                                                                   (C.FAILOVER, C.CHANGE_POINT)),
    Road("commit-failed",          (*_TO_FAILED_OVER, _fails(Verb.COMMIT)),        (C.FAILOVER, C.COMMIT)),
    Road("reprotect-failed",       (*_TO_COMMITTED, _fails(Verb.REPROTECT)),       (C.FAILOVER, C.COMMIT, C.REPROTECT)),
    Road("failback-failed",        (*_TO_REVERSE, _fails(Verb.FAIL_BACK)),         _BACK),
    Road("cancel-failed",          (*_TO_BACK, _fails(Verb.CANCEL)),               (*_BACK, C.CANCEL)),
    Road("reverse-commit-failed",  (*_TO_BACK, _fails(Verb.COMMIT)),               _BACK),
    Road("disabling-failed",       (*_TO_PROTECTED, _fails(Verb.DISABLE))),
)
# The state of a copy that broke off after the machine had been seen in it: no other end of the job leads there.
CUT_ROADS = (
    Road("copy-failed",            (_cut(Verb.ENABLE),),                           (C.LINK_FAULTS,)),
    Road("reverse-copy-failed",    (*_TO_COMMITTED, _cut(Verb.REPROTECT)),         (*_BACK[:3], C.LINK_FAULTS)),
    Road("return-copy-failed",     (*_TO_BACK, Turn(Verb.COMMIT), _cut(Verb.REPROTECT)),
                                                                                   (*_BACK, C.LINK_FAULTS)),
)
HELD_ROADS = (
    Road("enabling",               (_held(Verb.ENABLE),)),
    Road("drill-running",          (*_TO_PROTECTED, _held(Verb.TEST_FAILOVER)),    (C.TEST_FAILOVER,)),
    Road("clean-up-running",       (*_TO_PROTECTED, Turn(Verb.TEST_FAILOVER), _held(Verb.CLEAN_UP_TEST)),
                                                                                   (C.TEST_FAILOVER,)),
    Road("failover-running",       (*_TO_PROTECTED, _held(Verb.FAIL_OVER)),        (C.FAILOVER,)),
    Road("change-running",         (*_TO_FAILED_OVER, _held(Verb.CHANGE_RECOVERY_POINT)),
                                                                                   (C.FAILOVER, C.CHANGE_POINT)),
    Road("commit-running",         (*_TO_FAILED_OVER, _held(Verb.COMMIT)),         (C.FAILOVER, C.COMMIT)),
    Road("reprotect-running",      (*_TO_COMMITTED, _held(Verb.REPROTECT)),        (C.FAILOVER, C.COMMIT, C.REPROTECT)),
    Road("failback-running",       (*_TO_REVERSE, _held(Verb.FAIL_BACK)),          _BACK),
    Road("cancel-running",         (*_TO_BACK, _held(Verb.CANCEL)),                (*_BACK, C.CANCEL)),
    Road("disabling",              (*_TO_PROTECTED, _held(Verb.DISABLE))),
)
# A resynchronisation lets other commands in, and ends by itself: only what it refuses is the same at any moment.
RESYNC_ROADS = (
    Road("resync-running",         (*_TO_PROTECTED, _MARK, _held(Verb.RESYNCHRONIZE)),
                                                                                   (C.RESYNC, C.LINK_FAULTS)),
    Road("reverse-resync-running", (*_TO_REVERSE, _MARK, _held(Verb.RESYNCHRONIZE)),
                                                                                   (*_BACK, C.RESYNC, C.LINK_FAULTS)),
)
# fmt: on


ROADS = (*SETTLED_ROADS, *FAILED_ROADS, *CUT_ROADS, *HELD_ROADS, *RESYNC_ROADS)


def road_to(name: str) -> Road:
    """The road of that name; KeyError when there is none."""
    return {road.name: road for road in ROADS}[name]
