"""Judges every move of production that a case made: the machine that took over holds what its command promised.

Rule: a failover holds a past state, of the selected point when one was selected; a failback holds everything; a cancel
brings back exactly what was there. The bytes are the judge's own reading.
"""

from collections.abc import Mapping, Sequence

from siteproof.conformance import verify, verify_bytes
from siteproof.conformance.lab import Lab, Landing, Machine
from siteproof.conformance.ledger import Ledger
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.policy import RecoveryPoint
from siteproof.model.nouns.vocabulary import Consistency, Selection, Verb

SELECTED: Mapping[Selection, str] = {
    Selection.LATEST: "SP-FO-17",
    Selection.LATEST_PROCESSED: "SP-PT-21",
    Selection.LATEST_APP_CONSISTENT: "SP-PT-22",
    Selection.LATEST_CRASH_CONSISTENT: "SP-PT-23",
    Selection.CUSTOM: "SP-PT-24",
}
KINDS = {
    Selection.LATEST_APP_CONSISTENT: Consistency.APP,
    Selection.LATEST_CRASH_CONSISTENT: Consistency.CRASH,
}


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
        elif not _comes_from_a_point(lab, landing) and landing.command.verb is Verb.FAIL_OVER:
            _holds(lab, landing, landing.ledgers, (landing.sure, landing.position), "SP-FO-1")
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
    if selection is Selection.LATEST and verb is Verb.FAIL_OVER:
        return False
    names = dict.fromkeys(_selected(seen, landing) for seen in (landing.before, landing.after))
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


def _selected(seen: Observation, landing: Landing) -> str:
    """The name of the point that the selection takes of those listed."""
    selection = landing.command.selection
    if selection is Selection.CUSTOM:
        return landing.command.point
    kind = KINDS.get(selection)
    fitting: list[RecoveryPoint] = [each for each in seen.points if kind in (None, each.consistency)]
    return max(fitting, key=lambda each: each.sequence).name if fitting else ""


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
        raise verify.Failed(failed.expected, what, "closing audit: the machine that took over", of=of) from failed
