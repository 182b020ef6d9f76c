"""Oracles of answers: what a refusal leaves alone, and when a selection of a point is answered how.

Rule: a refusal is judged by the state and the points that were shown before it, never by what came after.
"""

from collections.abc import Iterator

from siteproof.conformance.auditor.call import Call
from siteproof.conformance.auditor.look import Look
from siteproof.conformance.auditor.oracle import Oracle, Wrong, oracle
from siteproof.conformance.auditor.selections import CHOOSING, KINDS
from siteproof.conformance.plain import plain
from siteproof.model.nouns.commands import Command, Refusal
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.subject import Capability
from siteproof.model.nouns.vocabulary import Consistency, Selection

C = Capability


@oracle("SP-LC-2", C.VIRTUAL_CLOCK)
def what_is_refused_changes_nothing(look: Look) -> Iterator[Wrong]:
    """A refused command changes nothing that is shown; a note of the refusal is no change."""
    refused = any(isinstance(call.answer, Refusal) for call in look.calls)
    if look.before is None or not refused or any(call.changes for call in look.calls):
        return
    for name in Observation.__annotations__:
        was, now = getattr(look.before, name), getattr(look.now, name)
        if was != now and name != "events":
            yield Wrong(f"{name} unchanged: {plain(was)}", plain(now))


@oracle("SP-PT-25")
def selections_are_answered(look: Look) -> Iterator[Wrong]:
    """A selection that a listed point satisfies is never refused for want of one; a point that is not listed always."""
    for call in look.calls:
        if (
            call.op in ("do", "do_group")
            and isinstance(call.arguments[0], Command)
            and call.arguments[0].verb in CHOOSING
            and look.before is not None
        ):
            yield from _answered(look, look.before, call)
        if call.changes:
            return


def _answered(look: Look, seen: Observation, call: Call) -> Iterator[Wrong]:
    command: Command = call.arguments[0]
    refused = isinstance(call.answer, Refusal) and call.answer.code is ErrorCode.RECOVERY_POINT_UNAVAILABLE
    fits = [point.name for point in seen.points if _is_selected(command, point.name, point.consistency)]
    if refused and fits:
        yield Wrong(f"{command.selection.value} takes {fits[-1]}", "refused with RecoveryPointUnavailable")
    hidden = command.selection is Selection.LATEST or look.memory.policy.retention_minutes == 0
    if call.command is not None and not fits and not hidden:
        yield Wrong(f"{command.selection.value} refused: no listed point fits", "accepted")


def _is_selected(command: Command, name: str, consistency: Consistency) -> bool:
    if command.selection is Selection.CUSTOM:
        return name == command.point
    return KINDS.get(command.selection, consistency) is consistency


ORACLES: tuple[Oracle, ...] = (selections_are_answered, what_is_refused_changes_nothing)
