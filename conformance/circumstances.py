"""Circumstances: which requirement wrong bytes contradict, by what had happened to the machine that shows them.

Rule: this names, it never judges: a contradiction stands before it is asked. A case that looks for one thing keeps its
own requirement, unless the bytes are of no instant at all: then no choice between points can explain them.
"""

from collections.abc import Mapping, Sequence

from siteproof.conformance import cuts
from siteproof.conformance.auditor.memory import Memory
from siteproof.conformance.auditor.selections import SELECTED
from siteproof.conformance.images import DiskPicture, MachineImages
from siteproof.conformance.lab import Lab, Landing
from siteproof.conformance.ledger import Ledger
from siteproof.conformance.verify import Failed
from siteproof.model.nouns.vocabulary import Place, Verb

ANY_POINT = "SP-REP-21"  # of a wrong image, when nothing else is known
THINNED = "SP-RET-19"  # by no command
CHOICES = frozenset({*SELECTED.values(), "SP-PT-14"})  # speak of which point, not of its bytes
MADE_BY: Mapping[Verb, str] = {
    Verb.TEST_FAILOVER: "SP-DRL-2",
    Verb.FAIL_OVER: "SP-FO-1",
    Verb.CHANGE_RECOVERY_POINT: "SP-FO-1",
    Verb.FAIL_BACK: "SP-FB-9",
    Verb.CANCEL: "SP-FB-13",
}

WRITABLE: Mapping[Verb, str] = {
    Verb.FAIL_OVER: "SP-FO-13",
    Verb.CHANGE_RECOVERY_POINT: "SP-FO-13",
    Verb.FAIL_BACK: "SP-FB-9",
    Verb.CANCEL: "SP-FB-13",
}


def requirement(lab: Lab, failed: Failed) -> str:
    """The requirement's id by which the contradiction is known best; empty when it has no other than its own."""
    picture = failed.picture
    if picture is None or not _open(lab, picture, failed.of):
        return failed.of
    memory = lab.auditor.memory(picture.machine)
    return (_of_a_point(lab, picture, memory) if picture.point else _of_a_copy(lab, picture)) or failed.of


def refused(lab: Lab) -> str:
    """The requirement that a refused write to the running copy contradicts, once a command has made that copy."""
    call = lab.watch.refused
    if call is None or call.op != "write" or call.arguments[0].place is not Place.ACTIVE:
        return ""
    made = [each.command.verb for each in _landings(lab, call.arguments[0].machine)]
    return WRITABLE.get(made[-1], "") if made else ""


def _open(lab: Lab, picture: MachineImages, of: str) -> bool:
    """Whether nobody has said what the bytes were looked at for, or it cannot be that."""
    if of in CHOICES and not lab.by_flush:
        return not _is_past(lab, _ledgers(lab, picture), picture.disks)
    return of in ("", ANY_POINT)


def _of_a_point(lab: Lab, picture: MachineImages, memory: Memory) -> str:
    known = memory.points.get(picture.point)
    if known is not None and known.marked:
        return "SP-RES-27"
    if THINNED in memory.gone.values():
        return "SP-RET-16"
    return "SP-PT-3" if _torn(lab, picture) else ""


def _of_a_copy(lab: Lab, picture: MachineImages) -> str:
    """By the command that made the copy; the disks that were never replaced have none."""
    drilled = picture.place is Place.TEST
    made = [
        verb
        for each in _landings(lab, picture.machine)
        if ((verb := each.command.verb) is Verb.TEST_FAILOVER) is drilled
    ]
    return MADE_BY.get(made[-1], "") if made else ""


def _torn(lab: Lab, picture: MachineImages) -> bool:
    """Whether each disk by itself is one that the machine once had, and all together are not."""
    if lab.by_flush:
        return False
    ledgers = _ledgers(lab, picture)
    alone = all(_is_past(lab, [one], [disk]) for one, disk in zip(ledgers, picture.disks, strict=True))
    return alone and not _is_past(lab, ledgers, picture.disks)


def _ledgers(lab: Lab, picture: MachineImages) -> Sequence[Ledger]:
    if picture.point:
        return lab.history.note(picture.machine, picture.point).ledgers
    landed = [each for each in _landings(lab, picture.machine) if each.picture is picture]
    return landed[-1].ledgers if landed else lab.history.ledgers(picture.machine)


def _landings(lab: Lab, name: str) -> Sequence[Landing]:
    return [each for machine in lab.machines if machine.name == name for each in lab.landings(machine)]


def _is_past(lab: Lab, ledgers: Sequence[Ledger], disks: Sequence[DiskPicture]) -> bool:
    return bool(cuts.check(ledgers, disks, lab.history.position).spans)
