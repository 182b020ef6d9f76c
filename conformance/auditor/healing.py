"""Healing: what ends the audit of a machine: every trouble is mended, and the next point holds every write.

One that was left failed over is committed, whatever it was made from; what that leaves is judged as any step is.

Rule: only the contract's own means are used (the link comes back, a marked machine is compared, time passes), so a
sound subject always gets there.
"""

from siteproof.conformance import verify, verify_bytes
from siteproof.conformance.lab import Lab, Machine
from siteproof.model.nouns.commands import Refusal
from siteproof.model.nouns.errors import Refused
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.policy import RecoveryPoint
from siteproof.model.nouns.subject import Capability, FaultKind
from siteproof.model.nouns.vocabulary import Direction, Protection, Resync, TestFailover, Verb

NEEDS = (Capability.VIRTUAL_CLOCK, Capability.CRASH_POINTS, Capability.RESYNC, Capability.LINK_FAULTS)


def converge(lab: Lab, machine: Machine) -> None:
    """Mend what is broken and compare the next point with the ledger; nothing when the machine is not protected."""
    memory = lab.auditor.memory(machine.name)
    if (
        not lab.auditor.offers(*NEEDS)
        or not _can_be_healed(lab.observe(machine))
        or not memory.policy.retention_minutes
    ):
        return
    if FaultKind.JOB_FAILS in memory.troubles:
        lab.note(f"{machine.name} is not healed: its next job is meant to fail")
        return
    if memory.link_down:
        lab.fault(FaultKind.SITE_UP if memory.site_down else FaultKind.LINK_UP, machine)
    lab.settle()
    if lab.observe(machine).regions.resync is not Resync.NONE:
        _compare(lab, machine)
    _next_point_is_right(lab, machine)


def commit(lab: Lab, machine: Machine) -> None:
    """Commit a machine that was left failed over; nothing when it cannot be asked for, or is meant to fail."""
    seen, memory = lab.observe(machine), lab.auditor.memory(machine.name)
    left = seen.regions.direction is Direction.FORWARD and seen.regions.protection is Protection.FAILED_OVER
    if left and Verb.COMMIT in seen.allowed and not seen.group and FaultKind.JOB_FAILS not in memory.troubles:
        lab.ask(machine, Verb.COMMIT)
        lab.settle()


def _can_be_healed(seen: Observation) -> bool:
    regions = seen.regions
    forward = regions.direction is Direction.FORWARD and regions.test_failover is TestFailover.NONE
    return (
        forward and (Verb.FAIL_OVER in seen.allowed or seen.group != "") and regions.protection is Protection.PROTECTED
    )


def _compare(lab: Lab, machine: Machine) -> None:
    answer = lab.ask(machine, Verb.RESYNCHRONIZE)
    if isinstance(answer, Refusal):
        raise verify.Failed("a marked machine is compared", f"refused with {answer.code.value}", of="SP-RES-8")
    lab.settle()
    resync = lab.observe(machine).regions.resync
    if resync is not Resync.NONE:
        raise verify.Failed("a comparison with everything mended completes", f"resync {resync.value}", of="SP-RES-10")


def _next_point_is_right(lab: Lab, machine: Machine) -> None:
    point = next_point(lab, machine)
    try:
        picture = lab.restore(machine, point)
        verify_bytes.same_image(picture, lab.history.image_now(machine.name), "the next point")
    except Refused as refused:
        raise verify.Failed(f"{point.name}, which is listed, is restored", str(refused), of="SP-PT-14") from refused
    except verify.Failed as failed:
        raise verify.Failed(failed.expected, failed.actual, "closing audit: after healing", of="SP-REP-18") from failed


def next_point(lab: Lab, machine: Machine) -> RecoveryPoint:
    """The point of the next interval; one that takes longer has the time until it is usable."""
    known = {point.name for point in lab.observe(machine).points}
    for minutes in (lab.profile.crash_consistent_minutes, lab.profile.point_latency_minutes):
        lab.advance(minutes=minutes)
        fresh = [point for point in lab.observe(machine).points if point.name not in known]
        if fresh:
            return max(fresh, key=lambda point: point.sequence)
    raise verify.Failed("a new point after everything is mended", "none appeared", of="SP-PT-1")
