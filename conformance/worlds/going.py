"""Going: one step of a machine that is not what a case is about, judged all the same; and the way back to health.

Rule: where a command leads is the model's word, and a machine is healthy when nothing is left to be repaired.
"""

from collections import deque
from typing import Any

from siteproof.conformance import verify
from siteproof.conformance.expected.lifecycle import offered
from siteproof.conformance.lab import Lab, Machine
from siteproof.conformance.verify import Failed, Inconclusive
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.subject import FaultKind
from siteproof.model.nouns.vocabulary import Protection, Resync, TestFailover, Verb
from siteproof.model.spec.lifecycle import table as lifecycle

GOES = "SP-LC-1"  # what is listed succeeds and leads where the table says
WAYS_MAX = 3  # a subject may mark a machine on the way, and is healed again
NO_WAY_BACK = (Verb.COMPLETE_MIGRATION,)
LOSES = (Verb.CANCEL, Verb.CHANGE_RECOVERY_POINT)  # they throw writes away, as they are told to


def go(lab: Lab, machine: Machine, verb: Verb, *, fails: bool = False, **fields: Any) -> None:
    """One command: it is accepted, and its job ends where the model says; a mark on the way is no contradiction."""
    verify.serves(GOES)
    before = lab.observe(machine).regions
    wanted = (lifecycle.failed if fails else lifecycle.settled)(before, verb, lab.profile)
    if fails:
        lab.fault(FaultKind.JOB_FAILS, machine)
    try:
        after = lab.run(machine, verb, **fields).regions
    except Inconclusive as refused:
        raise Failed(f"{verb.value} accepted in {before.protection.value}", refused.reason) from refused
    verify.equal(_words(after), _words(wanted), f"state after {'a failed ' if fails else ''}{verb.value}")


def heal(lab: Lab, machine: Machine) -> None:
    """Come to rest, and compare the sides when that is asked for."""
    lab.settle()
    if lab.observe(machine).regions.resync is not Resync.NONE:
        verify.accepted(lab.resynchronise(machine).answer, "resynchronize")
        verify.equal(lab.observe(machine).regions.resync, Resync.NONE, "resync region after the resynchronisation")


def recover(lab: Lab, machine: Machine) -> None:
    """Take the shortest way of commands that leads to a protected, unmarked machine, if there is one."""
    lab.settle()
    for _ in range(WAYS_MAX):
        path = way(lab, lab.observe(machine).regions)
        for verb in path:
            go(lab, machine, verb)
        if not path:
            return


def way(lab: Lab, start: Regions) -> tuple[Verb, ...]:
    """The shortest list of commands from there to a healthy machine; empty when there is none, or none is needed."""
    open_ones: deque[tuple[Regions, tuple[Verb, ...]]] = deque([(start, ())])
    seen = {start}
    while open_ones:
        regions, path = open_ones.popleft()
        if _healthy(regions):
            return path
        allowed = lifecycle.allowed_operations(regions, lab.profile)
        for verb in offered(lab):
            if verb in allowed and verb not in (*NO_WAY_BACK, *LOSES):
                after = lifecycle.settled(regions, verb, lab.profile)
                if after not in seen:
                    seen.add(after)
                    open_ones.append((after, (*path, verb)))
    return ()


def _healthy(regions: Regions) -> bool:
    found = (regions.protection, regions.test_failover, regions.resync)
    return found == (Protection.PROTECTED, TestFailover.NONE, Resync.NONE)


def _words(regions: Regions) -> str:
    found = (regions.direction, regions.protection, regions.active, regions.test_failover)
    return " ".join(part.value for part in found)
