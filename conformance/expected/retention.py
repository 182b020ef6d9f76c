"""What retention keeps: which points the published rule keeps, given every point that was ever listed.

Rule: the keep decision is the model's (model/theorems/keep); here stands only how a run is watched and compared.
Pruning happens when a point arrives, so the rule is replayed arrival by arrival: what is thinned never comes back.
"""

from attrs import define, evolve, field

from siteproof.conformance import verify
from siteproof.conformance.lab import Lab, Machine
from siteproof.model.nouns.policy import RecoveryPoint
from siteproof.model.nouns.profile import Profile
from siteproof.model.spec.retention_rule import RetentionRule, published_rule
from siteproof.model.theorems.keep import kept

LOOK_EVERY_MINUTES = 60  # no point younger than two hours is ever thinned, so none is missed


@define
class PointWatch:
    """Looks at a machine often enough to know every point that it ever listed."""

    lab: Lab
    machine: Machine
    ever: dict[str, RecoveryPoint] = field(factory=dict)

    def pass_hours(self, hours: int, writes: int = 0) -> None:
        """Let time pass, with a little load each hour."""
        for _ in range(hours):
            self.look()
            if writes:
                self.lab.write(self.machine, writes)
            self.lab.advance(minutes=LOOK_EVERY_MINUTES)
        self.look()

    def look(self) -> tuple[RecoveryPoint, ...]:
        """The points that are listed now."""
        points = self.lab.observe(self.machine).points
        self.ever |= {point.name: point for point in points}
        return points


def expected(ever: list[RecoveryPoint], rule: RetentionRule) -> list[RecoveryPoint]:
    """What the rule leaves when it is applied at the arrival of every point, from the first to the newest."""
    left: list[RecoveryPoint] = []
    for point in sorted(ever, key=lambda each: each.sequence):
        left = list(kept([*left, evolve(point, pinned=False)], point.taken_at_ms, rule))
    return left


def steady_count(profile: Profile) -> range:
    """How many crash-consistent points a retention of one day keeps, give or take the phase of the buckets."""
    coarse = 22 * profile.bucket_divisor
    return range(24 + coarse - profile.bucket_divisor, 24 + coarse + profile.bucket_divisor + 1)


def kept_as_published(watch: PointWatch, retention_minutes: int) -> None:
    """Exactly the points that the published rule keeps are listed."""
    listed = watch.look()
    verify.given(len(watch.ever) > len(listed), "nothing has been thinned yet")
    rule = published_rule(retention_minutes, watch.lab.description.profile)
    wanted = {point.name for point in expected(list(watch.ever.values()), rule)}
    names = {point.name for point in listed}
    lost = [watch.ever[name].taken_at_ms for name in wanted - names]
    extra = [watch.ever[name].taken_at_ms for name in names - wanted]
    verify.that(
        not lost and not extra,
        f"the {len(wanted)} points of the published rule",
        f"{len(names)} points; {len(lost)} pruned too early, {len(extra)} kept too long",
    )
