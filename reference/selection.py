"""Which recovery point a failover takes (domain §2, Selections at failover).

`require` only looks, so a refusal changes nothing; `choose` is called by the job and may process what was received.
"""

from collections.abc import Callable

from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.vocabulary import Consistency, Selection, Verb
from siteproof.reference.machine import Machine
from siteproof.reference.points import StoredPoint

CHOOSING = frozenset({Verb.TEST_FAILOVER, Verb.FAIL_OVER, Verb.CHANGE_RECOVERY_POINT})


def require(machine: Machine, selection: Selection, point: str) -> None:
    """Raise Refused(RecoveryPointUnavailable) unless there is a point of that selection."""
    if find(machine, selection, point) is None:
        raise Refused(ErrorCode.RECOVERY_POINT_UNAVAILABLE, point or selection.value)


def find(machine: Machine, selection: Selection, name: str) -> StoredPoint | None:
    """The listed point of that selection; for `latest` the newest one, before anything is processed."""
    return _FINDERS[selection](machine, name)


def _custom(machine: Machine, name: str) -> StoredPoint | None:
    return next((point for point in machine.listed if point.name == name), None)


_FINDERS: dict[Selection, Callable[[Machine, str], StoredPoint | None]] = {
    Selection.LATEST: lambda machine, _: machine.newest,
    Selection.LATEST_PROCESSED: lambda machine, _: machine.newest_of(*Consistency),
    Selection.LATEST_APP_CONSISTENT: lambda machine, _: machine.newest_of(Consistency.APP),
    Selection.LATEST_CRASH_CONSISTENT: lambda machine, _: machine.newest_of(Consistency.CRASH),
    Selection.CUSTOM: _custom,
}
