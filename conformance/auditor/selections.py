"""Selections: which of the listed points a command takes, and the requirement that says so.

Rule: pure; the points are those that were shown, and what a selection means is the standard's.
"""

from collections.abc import Mapping, Sequence

from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.policy import RecoveryPoint
from siteproof.model.nouns.vocabulary import Consistency, Selection, Verb

CHOOSING = frozenset({Verb.TEST_FAILOVER, Verb.FAIL_OVER, Verb.CHANGE_RECOVERY_POINT})
SELECTED: Mapping[Selection, str] = {
    Selection.LATEST: "SP-FO-17",
    Selection.LATEST_PROCESSED: "SP-PT-21",
    Selection.LATEST_APP_CONSISTENT: "SP-PT-22",
    Selection.LATEST_CRASH_CONSISTENT: "SP-PT-23",
    Selection.CUSTOM: "SP-PT-24",
}
KINDS: Mapping[Selection, Consistency] = {
    Selection.LATEST_APP_CONSISTENT: Consistency.APP,
    Selection.LATEST_CRASH_CONSISTENT: Consistency.CRASH,
}


def selected(points: Sequence[RecoveryPoint], command: Command) -> str:
    """The name of the point that the command takes of these; empty when none fits."""
    if command.selection is Selection.CUSTOM:
        return command.point
    kind = KINDS.get(command.selection)
    fitting = [each for each in points if kind in (None, each.consistency)]
    return max(fitting, key=lambda each: each.sequence).name if fitting else ""


def selectable(before: Sequence[RecoveryPoint], now: Sequence[RecoveryPoint], command: Command) -> frozenset[str]:
    """What the command can have taken: nobody knows which points there were when its job chose, between two looks."""
    first = selected(before, command)
    if command.selection is Selection.CUSTOM:
        return frozenset({first})
    oldest = next((point.sequence for point in before if point.name == first), -1)
    kind = KINDS.get(command.selection)
    later = {each.name for each in now if each.sequence > oldest and kind in (None, each.consistency)}
    return frozenset(later | {first}) - {""}
