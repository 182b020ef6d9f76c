"""What a command for a group means for each of its members: whom it concerns and which shared point it takes.

Rule: pure; only what was shown is asked, and what a selection means is the standard's.
"""

from collections.abc import Sequence

from siteproof.conformance.auditor.selections import CHOOSING
from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.groups import GroupCommand, SharedSelection
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.policy import RecoveryPoint
from siteproof.model.nouns.vocabulary import Consistency, Selection


def shared(members: Sequence[Observation], group: str) -> tuple[RecoveryPoint, ...]:
    """The points that every member lists as shared by the group, in the order of the stream."""
    lists = [{point.name: point for point in seen.points if point.shared == group} for seen in members]
    common = set.intersection(*map(set, lists)) if lists else set()
    return tuple(sorted((lists[0][name] for name in common), key=lambda point: point.sequence) if lists else ())


def selected(command: GroupCommand, members: Sequence[Observation]) -> RecoveryPoint | None:
    """The shared point that the command takes; None when it takes none, or none fits."""
    if command.verb not in CHOOSING:
        return None
    return next((point for point in reversed(shared(members, command.group)) if _fits(point, command)), None)


def _fits(point: RecoveryPoint, command: GroupCommand) -> bool:
    if command.selection is SharedSelection.CUSTOM:
        return point.name == command.point
    return command.selection is SharedSelection.LATEST or point.consistency is Consistency.APP


def member_command(command: GroupCommand, machine: str, point: RecoveryPoint | None) -> Command:
    """What one member does, in the words of the commands for single machines."""
    chooses = command.verb in CHOOSING
    name = point.name if point is not None else command.point
    return Command(
        command.verb,
        machine,
        Selection.CUSTOM if chooses else Selection.LATEST,
        name if chooses else "",
        shutdown=command.shutdown,
        location=command.location,
        consistency=command.consistency,
    )
