"""Judges every move of production that a case made: the machine that took over holds what its command promised.

Rule: a failover holds a past state, of the selected point when one was selected; a failback holds everything; a cancel
brings back exactly what was there. The bytes are the judge's own reading.
"""

from collections.abc import Sequence

from siteproof.conformance import verify, verify_bytes
from siteproof.conformance.auditor.selections import SELECTED, selected
from siteproof.conformance.lab import Lab, Landing, Machine
from siteproof.conformance.ledger import Ledger
from siteproof.model.nouns.vocabulary import Selection, Verb

LATEST = {Verb.FAIL_OVER: "SP-FO-1", Verb.TEST_FAILOVER: "SP-DRL-2"}


def judge(lab: Lab, machine: Machine, known: int = 0) -> int:
    """Judge the moves of the machine from number `known` on; how many there are."""
    landings = lab.landings(machine)
    for index in range(known, len(landings)):
        landing = landings[index]
        if _failed(lab, landing):
            continue
        if landing.command.verb is Verb.FAIL_BACK:
            _holds(lab, landing, landing.ledgers, (landing.position, landing.position), "SP-FB-9")
        elif landing.command.verb is Verb.CANCEL:
            _is_back(lab, landing, landings[:index])
        elif not _comes_from_a_point(lab, landing) and landing.command.verb in LATEST:
            _holds(lab, landing, landing.ledgers, (landing.sure, landing.position), LATEST[landing.command.verb])
    return len(landings)


def _failed(lab: Lab, landing: Landing) -> bool:
    """A change of the point whose job failed leaves the machine as it was."""
    if landing.command.verb is not Verb.CHANGE_RECOVERY_POINT or not landing.troubled:
        return False
    try:
        verify_bytes.past_image(lab, landing.picture, landing.ledgers, landing.position, landing.position)
    except verify.Failed:
        return False
    return True


def _comes_from_a_point(lab: Lab, landing: Landing) -> bool:
    """Judge it by the point that was selected; False when that is not one of those that were listed."""
    selection, verb = landing.command.selection, landing.command.verb
    if selection is Selection.LATEST and verb in LATEST:
        return False
    names = dict.fromkeys(selected(seen.points, landing.command) for seen in (landing.before, landing.after))
    points = [name for name in names if name]
    for number, name in enumerate(points, 1):
        note = lab.history.note(landing.command.machine, name)
        try:
            of = "SP-FO-6" if verb is Verb.CHANGE_RECOVERY_POINT else SELECTED[selection]
            _holds(lab, landing, note.ledgers, (note.low, note.high), of)
        except verify.Failed:
            if number == len(points):
                raise
        else:
            break
    return bool(points)


def _is_back(lab: Lab, landing: Landing, earlier: Sequence[Landing]) -> None:
    """The side that ran before the failback runs again, as it was."""
    backs = [each for each in earlier if each.command.verb is Verb.FAIL_BACK]
    if backs:
        _holds(lab, landing, backs[-1].ledgers, (backs[-1].position, backs[-1].position), "SP-FB-13")


def _holds(lab: Lab, landing: Landing, ledgers: Sequence[Ledger], span: tuple[int, int], of: str) -> None:
    try:
        verify_bytes.past_image(lab, landing.picture, ledgers, *span)
    except verify.Failed as failed:
        what = f"after {landing.command.verb.value}: {failed.actual}"
        raise failed.told(failed.expected, what, "closing audit: the machine that took over", of) from failed
