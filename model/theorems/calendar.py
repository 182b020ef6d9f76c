"""The calendar of the points of one kind: taken, usable, pruned, and the instants with nothing usable.

This simulator knows the retention rule and no theorem: it is what every verdict of the prover is checked against.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from attrs import evolve, frozen

from siteproof.model.nouns.policy import MINUTE_MS, RecoveryPoint
from siteproof.model.nouns.vocabulary import Consistency
from siteproof.model.spec.retention_rule import RetentionRule
from siteproof.model.theorems.keep import Reason, choose


@frozen
class SnapshotAttempt:
    """An application-consistent snapshot that was due at this minute, and whether it succeeded."""

    at_minutes: int
    succeeded: bool = True


@frozen
class PointLife:
    """One point: usable in [usable_minutes, ended_minutes), or to the end of the calendar when that is None."""

    name: str
    taken_minutes: int
    usable_minutes: int
    ended_minutes: int | None = None
    reason: Reason | None = None
    favours: str = ""

    def covers(self, now_minutes: int) -> bool:
        """Whether the point can be used at this minute."""
        return self.usable_minutes <= now_minutes and (self.ended_minutes is None or now_minutes < self.ended_minutes)


@frozen
class RecoveryGap:
    """Nothing of the kind can be restored in [start_minutes, end_minutes)."""

    start_minutes: int
    end_minutes: int

    @property
    def minutes(self) -> int:
        """How long nothing can be restored."""
        return self.end_minutes - self.start_minutes

    @property
    def middle_minutes(self) -> int:
        """An instant well inside the gap."""
        return (self.start_minutes + self.end_minutes) // 2


@frozen
class Calendar:
    """Everything that happened up to `until_minutes`; gaps count from the instant the first point was due to serve."""

    lives: tuple[PointLife, ...]
    missed_minutes: tuple[int, ...]
    gaps: tuple[RecoveryGap, ...]
    until_minutes: int
    consistency: Consistency = Consistency.APP


def calendar(
    attempts: Sequence[SnapshotAttempt],
    rule: RetentionRule,
    latency_minutes: int,
    until_minutes: int,
    consistency: Consistency = Consistency.APP,
) -> Calendar:
    """Let the attempts run under the rule. Times are whole minutes since an aligned midnight; attempts are in order.

    The rule is applied at every instant, as if crash-consistent points, which take no place of an application-
    consistent one, arrived all the time: "newest is never pruned" is then theirs, so it is switched off here.
    """
    taken = [attempt.at_minutes for attempt in attempts if attempt.succeeded and attempt.at_minutes <= until_minutes]
    lives = _lived(taken, evolve(rule, keeps_newest=False), latency_minutes, until_minutes)
    missed = tuple(each.at_minutes for each in attempts if not each.succeeded and each.at_minutes <= until_minutes)
    return Calendar(lives, missed, _gaps(lives, until_minutes), until_minutes, consistency)


def point_name(number: int) -> str:
    """The names of points in a calendar: A to Z, then AA, AB and so on."""
    more, last = divmod(number, 26)
    return (point_name(more - 1) if more else "") + chr(ord("A") + last)


def _lived(taken: Sequence[int], rule: RetentionRule, latency: int, until: int) -> tuple[PointLife, ...]:
    lives = {point_name(number): PointLife(point_name(number), at, at + latency) for number, at in enumerate(taken)}
    alive: dict[str, RecoveryPoint] = {}
    arriving = [_point(life, number) for number, life in enumerate(lives.values())]
    for now in _instants(taken, rule, until):
        alive |= {each.name: each for each in arriving if each.taken_at_ms == now * MINUTE_MS}
        for choice in choose(list(alive.values()), now * MINUTE_MS, rule):
            if not choice.kept:
                del alive[choice.point.name]
                ending = evolve(lives[choice.point.name], ended_minutes=now, reason=choice.reason)
                lives[choice.point.name] = evolve(ending, favours=choice.favours)
    return tuple(lives.values())


def _point(life: PointLife, sequence: int) -> RecoveryPoint:
    return RecoveryPoint(life.name, Consistency.APP, life.taken_minutes * MINUTE_MS, sequence)


def _instants(taken: Iterable[int], rule: RetentionRule, until: int) -> list[int]:
    ages = {0, rule.retention_minutes, *(tier.start_minutes for tier in rule.buckets)}
    return sorted({at + age for at in taken for age in ages if at + age <= until})


def _gaps(lives: Sequence[PointLife], until: int) -> tuple[RecoveryGap, ...]:
    if not lives:
        return ()
    first = min(life.usable_minutes for life in lives)
    edges = {first, until, *(life.usable_minutes for life in lives), *(life.ended_minutes or 0 for life in lives)}
    inside = sorted(edge for edge in edges if first <= edge <= until)
    bare = [RecoveryGap(a, b) for a, b in pairwise(inside) if not any(life.covers(a) for life in lives)]
    return _joined(bare)


def _joined(gaps: Iterable[RecoveryGap]) -> tuple[RecoveryGap, ...]:
    joined: list[RecoveryGap] = []
    for gap in gaps:
        if joined and joined[-1].end_minutes == gap.start_minutes:
            gap = RecoveryGap(joined.pop().start_minutes, gap.end_minutes)  # noqa: PLW2901  (a run of gaps is one gap)
        joined.append(gap)
    return tuple(joined)
