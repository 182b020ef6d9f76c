"""Days of recovery points under a retention rule, in milliseconds of real time.

The same rule as `keep.choose`, run step by step: each point waits in the queue of its tier until its age moves it on,
so a day costs the same however many are kept. Pruning runs only when a point arrives.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from heapq import merge

from attrs import define, field

from siteproof.model.nouns.policy import MINUTE_MS, RecoveryPoint, ReplicationPolicy
from siteproof.model.nouns.vocabulary import Consistency
from siteproof.model.spec.retention_rule import Alignment, Representative, RetentionRule, Tier
from siteproof.model.theorems.keep import Reason, choose
from siteproof.model.theorems.past import Drop, RetentionRun

LONG_POINTS = 20_000  # about two months; below it numpy is imported for longer than it saves


def schedule(policy: ReplicationPolicy, start_ms: int, minutes: int, first: int = 1) -> Iterator[RecoveryPoint]:
    """The points of an undisturbed machine from start_ms on: one crash-consistent per interval, app points beside them.

    Times are milliseconds; the last point is taken `minutes` after the first; sequences count from `first`.
    """
    crash = ((at, Consistency.CRASH) for at in range(0, minutes + 1, policy.crash_consistent_minutes))
    app = ((at, Consistency.APP) for at in range(0, minutes + 1, policy.app_consistent_minutes or minutes + 1))
    due = merge(crash, app if policy.app_consistent_minutes else (), key=lambda each: each[0])
    for sequence, (at, kind) in enumerate(due, first):
        yield RecoveryPoint(f"{kind}-{sequence}", kind, start_ms + at * MINUTE_MS, sequence)


def run(points: Iterable[RecoveryPoint], rule: RetentionRule, already: Iterable[RecoveryPoint] = ()) -> RetentionRun:
    """Let the points arrive in order and apply the rule after each; `already` is what another rule had kept before.

    Nothing is pinned; buckets lie in absolute time and keep their oldest. Long histories are computed with arrays.
    """
    assert rule.alignment is Alignment.ABSOLUTE
    assert rule.representative is Representative.OLDEST
    assert rule.keeps_newest
    arriving, before = list(points), list(already)
    if len(arriving) >= LONG_POINTS and not before:
        from siteproof.model.theorems.long_history import run_at_once  # noqa: PLC0415  (short ones do without numpy)

        return run_at_once(arriving, rule) or run_in_steps(arriving, rule, before)
    return run_in_steps(arriving, rule, before)


def run_in_steps(
    points: Iterable[RecoveryPoint], rule: RetentionRule, already: Iterable[RecoveryPoint]
) -> RetentionRun:
    """The same, one arrival after the other."""
    queues = _Queues.of(rule)
    queues.take_over(already)
    counts: list[int] = []
    now_ms = 0
    for point in points:
        now_ms = point.taken_at_ms
        queues.arrive(point)
        counts.append(queues.count)
    drops = sorted(queues.drops, key=lambda each: (each.at_ms, each.point.sequence))
    return RetentionRun(choose(queues.kept(), now_ms, rule), tuple(drops), tuple(counts), now_ms)


def _rank(point: RecoveryPoint) -> tuple[bool, bool, int]:
    return point.consistency is not Consistency.APP, not point.shared, point.sequence


@define
class _Queue:
    """The points of one tier, oldest first; in a tier with buckets the last one may still lose its place."""

    width_ms: int
    ends_ms: int  # the age at which points leave the tier
    points: deque[RecoveryPoint] = field(factory=deque)

    def leaving(self, now_ms: int) -> bool:
        return bool(self.points) and now_ms - self.points[0].taken_at_ms >= self.ends_ms

    def rival(self, point: RecoveryPoint) -> RecoveryPoint | None:
        if not (self.width_ms and self.points):
            return None
        last = self.points[-1]
        return last if last.taken_at_ms // self.width_ms == point.taken_at_ms // self.width_ms else None


@define
class _Queues:
    """One queue per tier, finest first, and everything that was dropped."""

    stores: bool
    tiers: list[_Queue]
    drops: list[Drop] = field(factory=list)
    count: int = 0

    @classmethod
    def of(cls, rule: RetentionRule) -> "_Queues":
        reached = [tier for tier in rule.tiers if tier.start_minutes < max(rule.retention_minutes, 1)]
        ends = [*(tier.start_minutes for tier in reached[1:]), rule.retention_minutes]
        return cls(rule.retention_minutes > 0, [_queue(tier, end) for tier, end in zip(reached, ends, strict=True)])

    def kept(self) -> list[RecoveryPoint]:
        return sorted((point for tier in self.tiers for point in tier.points), key=lambda each: each.sequence)

    def take_over(self, points: Iterable[RecoveryPoint]) -> None:
        """They begin in the finest tier; the first arrival moves each to where its age belongs."""
        self.tiers[0].points.extend(points)
        self.count = len(self.tiers[0].points)

    def arrive(self, point: RecoveryPoint) -> None:
        if not self.stores:
            self._store_nothing(point)
            return
        self.count += 1
        self.tiers[0].points.append(point)
        for number in range(len(self.tiers)):
            self._settle(number, point.taken_at_ms)

    def _store_nothing(self, newest: RecoveryPoint) -> None:
        self.drops += [Drop(point, newest.taken_at_ms, Reason.NOTHING_STORED) for point in (*self.kept(), newest)]
        self.tiers[0].points.clear()
        self.count = 0

    def _settle(self, number: int, now_ms: int) -> None:
        """Move on whoever is too old for the tier; the newest point never is, its age is 0."""
        while self.tiers[number].leaving(now_ms):
            moving = self.tiers[number].points.popleft()
            if number + 1 == len(self.tiers):
                self._drop(moving, now_ms, Reason.EXPIRED)
            else:
                self._enter(number + 1, moving, now_ms)

    def _enter(self, number: int, point: RecoveryPoint, now_ms: int) -> None:
        """A rival that is itself too old for the tier must not win; so the tier is settled first."""
        self._settle(number, now_ms)
        tier = self.tiers[number]
        rival = tier.rival(point)
        if rival is not None and _rank(rival) < _rank(point):
            self._drop(point, now_ms, Reason.THINNED, rival.name)
            return
        if rival is not None:
            self._drop(tier.points.pop(), now_ms, Reason.THINNED, point.name)
        tier.points.append(point)

    def _drop(self, point: RecoveryPoint, now_ms: int, reason: Reason, favours: str = "") -> None:
        self.count -= 1
        self.drops.append(Drop(point, now_ms, reason, favours))


def _queue(tier: Tier, end_minutes: int) -> _Queue:
    return _Queue(tier.bucket_minutes * MINUTE_MS, end_minutes * MINUTE_MS)
