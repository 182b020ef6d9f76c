"""What a command for a group or a plan means for each machine: whom it concerns and which shared point it takes.

Rule: pure; only what was shown is asked, and what a selection means is the standard's.
"""

from collections.abc import Iterable, Mapping, Sequence

from siteproof.conformance.auditor.selections import CHOOSING
from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.groups import GroupCommand, SharedSelection
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.plans import PlanCommand, PlanRun
from siteproof.model.nouns.policy import RecoveryPoint
from siteproof.model.nouns.vocabulary import Consistency, Selection, Verb

VERB_OF: Mapping[PlanRun, Verb] = {
    PlanRun.TEST: Verb.TEST_FAILOVER,
    PlanRun.UNPLANNED: Verb.FAIL_OVER,
    PlanRun.PLANNED: Verb.FAIL_BACK,
}
"""What each machine of a plan is told by its run."""


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


def member_commands(command: GroupCommand, seen: Iterable[Observation]) -> tuple[Command, ...]:
    """What each of these machines does that belongs to the group."""
    members = [each for each in seen if each.group == command.group]
    point = selected(command, members)
    return tuple(member_command(command, each.machine, point) for each in members)


def planned_commands(command: PlanCommand, seen: Sequence[Observation]) -> tuple[Command, ...]:
    """What each of these machines of a plan does; whoever does not list it alone, and in no group, is left out."""
    verb = VERB_OF[command.run]
    groups = dict.fromkeys(each.group for each in seen if each.group)
    shared_ones = [GroupCommand(verb, group, shutdown=command.shutdown) for group in groups]
    alone = [each for each in seen if not each.group and verb in each.allowed]
    return (
        *(each for asked in shared_ones for each in member_commands(asked, seen)),
        *(Command(verb, each.machine, command.selection, shutdown=command.shutdown) for each in alone),
    )
