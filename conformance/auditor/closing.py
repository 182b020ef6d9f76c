"""The closing audit: what every case ends with, whatever it was about.

Rule: it begins when the case has ended, so it changes no case's meaning. Where bytes cannot be looked at (the site is
down, the case moved production past the ledger), it says so in the trace and lets them be.
"""

import contextlib

from siteproof.conformance import verify, verify_bytes
from siteproof.conformance.auditor import healing, landings, shared_points
from siteproof.conformance.lab import Lab, Machine
from siteproof.model.nouns.errors import Refused
from siteproof.model.nouns.policy import RecoveryPoint
from siteproof.model.nouns.subject import Capability, FaultKind, Unsupported
from siteproof.model.nouns.vocabulary import Place
from siteproof.model.spec.lifecycle.table import running_place

SIDES = (Place.PRIMARY, Place.RECOVERY)
RESTORED_MAX = 5  # per machine

OF_ITS_OWN = frozenset({"SP-PT-13", "SP-PT-27"})  # what a restored point lacks or has too much, and says by itself


def audit(lab: Lab) -> None:
    """Every job ends; points are restored and disks read, and both are what the ledger says; Failed otherwise."""
    if not lab.machines:
        return
    lab.note("closing audit")
    with verify.judging(set(), ()):
        for machine in lab.machines:
            if lab.auditor.memory(machine.name).store_fails:
                lab.fault(FaultKind.STORE_MENDED, machine)
        lab.settle()
        shared_points.audit(lab)
        sound = [machine for machine in lab.machines if _left(lab, machine)]
        for machine in lab.machines:
            nobody_writes_elsewhere(lab, machine)
        for machine in sound:
            healing.converge(lab, machine)
            if lab.auditor.offers(Capability.COMMIT):
                healing.commit(lab, machine)


def _left(lab: Lab, machine: Machine) -> bool:
    """Look at what the case left of one machine; whether its bytes could be compared."""
    landings.judge(lab, machine)
    restore_points(lab, machine)
    _gone(lab, machine)
    return _disks(lab, machine)


def restore_points(lab: Lab, machine: Machine) -> None:
    """Restore the listed points that are worth reading and compare each with the ledger."""
    listed = lab.observe(machine).points
    memory = lab.auditor.memory(machine.name)
    gone = [memory.points[name].point.sequence for name in memory.gone]
    chosen = worth_reading(listed, gone[-1] if gone else None)
    for point in chosen:
        restore(lab, machine, point)
    if len(chosen) < len(listed):
        lab.note(f"restored {len(chosen)} of {len(listed)} points of {machine.name}")


def restore(lab: Lab, machine: Machine, point: RecoveryPoint) -> None:
    """Restore one listed point and compare it with the ledger."""
    try:
        verify_bytes.true_point(lab, machine, point)
    except Refused as refused:
        raise verify.Failed(f"{point.name}, which is listed, is restored", str(refused), of="SP-PT-14") from refused
    except verify.Failed as failed:
        actual = f"{point.name}: {failed.actual}"
        of = failed.of if failed.of in OF_ITS_OWN else "SP-REP-21"
        raise failed.told(failed.expected, actual, failed.detail, of) from failed


def nobody_writes_elsewhere(lab: Lab, machine: Machine) -> None:
    """Try to write to each copy that does not carry production and is shown as off; the auditor judges the answer."""
    seen = lab.observe(machine)
    for place in SIDES:
        if place not in seen.running and place is not running_place(seen.regions):
            with contextlib.suppress(Refused, Unsupported):
                lab.write(machine, 1, place=place)


def worth_reading(points: tuple[RecoveryPoint, ...], gone: int | None = None) -> tuple[RecoveryPoint, ...]:
    """Of the listed points the pinned ones, the oldest, those beside the one that went last, and the newest ones.

    `gone` is the sequence of the point that went last; all together are as many as the bound says.
    """
    ordered = sorted(points, key=lambda point: point.sequence)
    pinned = [point for point in ordered if point.pinned]
    older = [point for point in ordered if gone is not None and point.sequence < gone][-1:]
    newer = [point for point in ordered if gone is not None and point.sequence > gone][:1]
    chosen = {point.name: point for point in (*pinned, *ordered[:1], *older, *newer, *reversed(ordered))}
    return tuple(chosen.values())[: max(RESTORED_MAX, len(pinned) + 3)]


def _gone(lab: Lab, machine: Machine) -> None:
    """Of the points that are gone the oldest, the newest and one between cannot be restored any more."""
    names = list(lab.auditor.memory(machine.name).gone)
    for name in dict.fromkeys((*names[:1], *names[len(names) // 2 : len(names) // 2 + 1], *names[-1:])):
        with contextlib.suppress(Refused, Unsupported):
            lab.subject.restore(machine.name, name)
            of = lab.auditor.memory(machine.name).gone[name]
            raise verify.Failed(f"{name}, which is gone, cannot be restored", "it was restored", "closing audit", of=of)


def _disks(lab: Lab, machine: Machine) -> bool:
    """Compare every disk with the ledger; False when that is not possible."""
    why = _unreadable(lab, machine)
    if why:
        lab.note(f"the disks of {machine.name} are not compared: {why}")
        return False
    wanted = lab.history.image_now(machine.name)
    differing = lab.read(machine).differences(wanted)
    if differing:
        disk, block = differing[0]
        actual = f"{len(differing)} blocks differ, first {disk} block {block}"
        raise verify.Failed(f"{machine.name} holds what was written to it", actual, "closing audit", of="SP-REP-18")
    return True


def _unreadable(lab: Lab, machine: Machine) -> str:
    memory = lab.auditor.memory(machine.name)
    if memory.site_down:
        return "its site is down"
    if memory.moves != lab.history.landings(machine.name):
        return "the case moved production and did not follow it"
    if memory.may_have_lost:
        return "a power failure may have taken unflushed writes"
    return ""
