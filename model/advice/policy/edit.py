"""What editing a policy does to the points that exist: which go, when, and how long they would have stayed.

Both futures are simulated from the same points: one keeps the old policy, one takes the new. Lengthening resurrects
nothing (theorem POL-T23), and it can delete (POL-T21).
"""

from collections.abc import Iterable

from attrs import frozen

from siteproof.model.advice.policy.request import PolicyRequest
from siteproof.model.nouns.policy import DAY_MINUTES, MINUTE_MS, RETENTION_DAYS_MAX, RecoveryPoint
from siteproof.model.nouns.scenario import START_MS
from siteproof.model.theorems.history import run, schedule
from siteproof.model.theorems.keep import KeepDecision
from siteproof.model.theorems.past import Drop

WARM_UP_MINUTES = (RETENTION_DAYS_MAX + 1) * DAY_MINUTES
FUTURE_MINUTES = (RETENTION_DAYS_MAX + 2) * DAY_MINUTES


@frozen
class PointFate:
    """One point that exists at the change: when it goes under the old and under the new policy."""

    point: RecoveryPoint
    old: Drop
    new: Drop

    @property
    def earlier_ms(self) -> int:
        """How much sooner the new policy deletes it; negative when it keeps it longer."""
        return self.old.at_ms - self.new.at_ms


@frozen
class PolicyDiff:
    """The points that exist at `change_ms`, after a steady state of the old policy, each with both fates.

    The new rule is first applied at `applied_ms`, when the next point arrives.
    """

    change_ms: int
    applied_ms: int
    fates: tuple[PointFate, ...]

    @property
    def at_once(self) -> tuple[PointFate, ...]:
        """Points that the change deletes with the first new point, and that would have stayed without it."""
        return tuple(each for each in self.lost if each.new.at_ms == self.applied_ms)

    @property
    def lost(self) -> tuple[PointFate, ...]:
        """Points that the new policy deletes sooner than the old one would have."""
        return tuple(each for each in self.fates if each.earlier_ms > 0)

    @property
    def longer(self) -> tuple[PointFate, ...]:
        """Points that the new policy keeps longer."""
        return tuple(each for each in self.fates if each.earlier_ms < 0)


def compare(old: PolicyRequest, new: PolicyRequest, start_ms: int = START_MS) -> PolicyDiff:
    """Run 16 days under the old policy, then both futures until every point of that moment is gone from both."""
    past = run(schedule(old.policy, start_ms, WARM_UP_MINUTES), old.rule)
    points = [choice.point for choice in past.kept]
    old_drops, new_drops = (_goes(points, each, past.now_ms) for each in (old, new))
    fates = tuple(PointFate(each, old_drops[each.name], new_drops[each.name]) for each in points)
    return PolicyDiff(past.now_ms, past.now_ms + _step_ms(new), fates)


def reasons(choices: Iterable[KeepDecision]) -> dict[str, int]:
    """How many points are kept for which reason."""
    counted: dict[str, int] = {}
    for choice in choices:
        counted[choice.reason] = counted.get(choice.reason, 0) + 1
    return counted


def _goes(points: list[RecoveryPoint], request: PolicyRequest, change_ms: int) -> dict[str, Drop]:
    following = points[-1].sequence + 1 if points else 1
    future = schedule(request.policy, change_ms + _step_ms(request), FUTURE_MINUTES, following)
    return {drop.point.name: drop for drop in run(future, request.rule, points).drops}


def _step_ms(request: PolicyRequest) -> int:
    return request.policy.crash_consistent_minutes * MINUTE_MS
