"""The closing audit: what every case ends with, whatever it was about.

Rule: it begins when the case has ended, so it changes no case's meaning. Where bytes cannot be looked at (the site is
down, the case moved production past the ledger), it says so in the trace and lets them be.
"""

from siteproof.conformance import verify, verify_bytes
from siteproof.conformance.lab import Lab, Machine
from siteproof.model.nouns.errors import Refused
from siteproof.model.nouns.policy import RecoveryPoint

RESTORED_MAX = 5  # per machine: the newest ones, the oldest one, and every pinned one


def audit(lab: Lab) -> None:
    """Every job ends; points are restored and disks read, and both are what the ledger says; Failed otherwise."""
    if not lab.machines:
        return
    lab.note("closing audit")
    with verify.judging(set(), ()):
        lab.settle()
        for machine in lab.machines:
            _points(lab, machine)
            _disks(lab, machine)


def _points(lab: Lab, machine: Machine) -> None:
    listed = lab.observe(machine).points
    chosen = worth_reading(listed)
    for point in chosen:
        try:
            verify_bytes.true_point(lab, machine, point)
        except Refused as refused:
            raise verify.Failed(f"{point.name}, which is listed, is restored", str(refused), of="SP-PT-14") from refused
        except verify.Failed as failed:
            raise verify.Failed(
                failed.expected, f"{point.name}: {failed.actual}", failed.detail, "SP-REP-21"
            ) from failed
    if len(chosen) < len(listed):
        lab.note(f"restored {len(chosen)} of {len(listed)} points of {machine.name}")


def worth_reading(points: tuple[RecoveryPoint, ...]) -> tuple[RecoveryPoint, ...]:
    """Of the listed points the pinned ones, the oldest one, and the newest ones up to the bound."""
    ordered = sorted(points, key=lambda point: point.sequence)
    pinned = [point for point in ordered if point.pinned]
    chosen = {point.name: point for point in (*pinned, *ordered[:1], *reversed(ordered))}
    return tuple(chosen.values())[: max(RESTORED_MAX, len(pinned) + 1)]


def _disks(lab: Lab, machine: Machine) -> None:
    why = _unreadable(lab, machine)
    if why:
        lab.note(f"the disks of {machine.name} are not compared: {why}")
        return
    wanted = lab.history.image_now(machine.name)
    differing = lab.read(machine).differences(wanted)
    if differing:
        disk, block = differing[0]
        actual = f"{len(differing)} blocks differ, first {disk} block {block}"
        raise verify.Failed(f"{machine.name} holds what was written to it", actual, "closing audit", "SP-REP-18")


def _unreadable(lab: Lab, machine: Machine) -> str:
    memory = lab.auditor.memory(machine.name)
    if memory.site_down:
        return "its site is down"
    if memory.moves != lab.history.landings(machine.name):
        return "the case moved production and did not follow it"
    if memory.may_have_lost:
        return "a power failure may have taken unflushed writes"
    return ""
