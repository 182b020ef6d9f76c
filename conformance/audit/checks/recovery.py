"""Checks of what could be recovered: the RPO, the points that are kept, the kinds that are missing."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from siteproof.conformance.audit.check import HOUR_MS, MINUTE_MS, AuditScene, Observed, Severity, check, span
from siteproof.conformance.exports.machines import is_protected, state_of_machine
from siteproof.conformance.exports.points import ExportedPoint
from siteproof.conformance.exports.policies import PolicyTimes, times_of
from siteproof.conformance.exports.things import Thing
from siteproof.model.spec.retention_rule import RetentionRule, published_rule

LATENCY_MINUTES = 30  # D: the service's own alarm comes so long after the second interval without a point
CRASH_ALARM_MINUTES = 60  # the service's alarm for crash-consistent points
SLACK_MINUTES = 30  # a point may come late, and pruning may lag


def rpo_ms(machine: Thing) -> int | None:
    """The RPO that the service shows: the age of the newest recovery point when it was calculated."""
    seconds = machine.number("lastRpoInSeconds")
    seconds = machine.number("rpoInSeconds") if seconds is None else seconds
    return None if seconds is None else int(seconds * 1000)


def threshold_ms(machine: Thing, scene: AuditScene) -> tuple[int, str]:
    """What the RPO may be: the policy's threshold, or where a policy has none, the service's own alarm."""
    times = _times(machine, scene)
    if times is not None and times.threshold_minutes:
        return times.threshold_minutes * MINUTE_MS, "the policy's threshold"
    return CRASH_ALARM_MINUTES * MINUTE_MS, "the service's alarm, because the policy has no threshold"


@check(
    "AUD-RPO",
    Severity.ERROR,
    "SP-RPO-3",
    "SP-RPO-1",
    "SP-PT-30",
    remedy="look at the link, the appliance and the churn of the "
    "machine; what was written since the newest point would be lost",
)
def rpo_is_below_the_threshold(scene: AuditScene) -> Iterator[Observed]:
    """The RPO, as it is shown and as it is by now, is below the policy's threshold and below its retention."""
    for machine in _protected(scene):
        field, shown = worst_rpo(machine, scene)
        limit, name = threshold_ms(machine, scene)
        times = _times(machine, scene)
        kept = (times.retention_minutes or 0) * MINUTE_MS if times is not None else 0
        if kept and shown >= kept:
            yield Observed(
                machine, field, f"{machine.name} has an RPO of {span(shown)}; its points are kept for {span(kept)} only"
            )
        elif shown > limit:
            yield Observed(machine, field, f"{machine.name} has an RPO of {span(shown)}; {span(limit)} is {name}")


def worst_rpo(machine: Thing, scene: AuditScene) -> tuple[str, int]:
    """The larger of the service's figure and the newest point's age now, with the field that says it; 0: neither."""
    figure = "lastRpoInSeconds" if machine.has("lastRpoInSeconds") else "rpoInSeconds"
    newest = scene.age_ms(machine.when("lastRecoveryPointReceived")) or 0
    shown = rpo_ms(machine) or 0
    return (figure, shown) if shown >= newest else ("lastRecoveryPointReceived", newest)


@check(
    "AUD-RPO-STALE",
    Severity.WARNING,
    "SP-RPO-2",
    "SP-RPO-6",
    remedy="export again; if the figure stays old, its source is silent and the true RPO is larger",
)
def rpo_figures_are_recent(scene: AuditScene) -> Iterator[Observed]:
    """The RPO figure was calculated recently: an old figure says nothing of now."""
    for machine in _protected(scene):
        age = scene.age_ms(machine.when("lastRpoCalculatedTime"))
        if age is not None and age > scene.limits.figure_minutes * MINUTE_MS:
            sentence = f"the RPO of {machine.name} was calculated {span(age)} ago, so its figure says nothing of now"
            yield Observed(machine, "lastRpoCalculatedTime", sentence)


@check(
    "AUD-APP",
    Severity.WARNING,
    "SP-PT-31",
    "SP-POL-6",
    remedy="look at the application writers on the machine; latest app-consistent would go back to the last such point",
)
def app_points_come(scene: AuditScene) -> Iterator[Observed]:
    """There is an app-consistent point within two intervals and 30 minutes: one may be missed."""
    for machine in _protected(scene):
        times, points = _times(machine, scene), scene.vault.points_of(machine)
        if times is None or points is None or not times.app_minutes:
            continue
        limit = (2 * times.app_minutes + LATENCY_MINUTES) * MINUTE_MS
        newest = max((each.at_ms for each in points if each.app), default=None)
        if newest is None:
            sentence = (
                f"{machine.name} has no app-consistent point, its policy wants one every {_min(times.app_minutes)}"
            )
            yield Observed(machine, "recoveryPointType", sentence)
        elif scene.now_ms - newest > limit:
            age = span(scene.now_ms - newest)
            sentence = f"the newest app-consistent point of {machine.name} is {age} old, {span(limit)} are tolerated"
            yield Observed(machine, "recoveryPointType", sentence)


@check(
    "AUD-POINTS-AGE",
    Severity.WARNING,
    "SP-RET-1",
    "SP-RET-12",
    remedy="points that outlive the retention cost storage, and "
    "mostly say that nothing new arrives; look at the RPO first",
)
def points_go_at_the_retention(scene: AuditScene) -> Iterator[Observed]:
    """No point is older than the retention while newer ones arrive."""
    for machine in _protected(scene):
        times, points = _times(machine, scene), scene.vault.points_of(machine)
        if times is None or not points or not times.retention_minutes or len(points) < 2:
            continue
        limit = (times.retention_minutes + SLACK_MINUTES) * MINUTE_MS
        arrives = scene.now_ms - points[-1].at_ms < CRASH_ALARM_MINUTES * MINUTE_MS
        old = [each for each in points if scene.now_ms - each.at_ms > limit + HOUR_MS]
        if arrives and old:
            kept = span(times.retention_minutes * MINUTE_MS)
            oldest = span(scene.now_ms - old[0].at_ms)
            yield Observed(
                machine,
                "recoveryPointTime",
                f"{machine.name} keeps {len(old)} points beyond {kept}; the oldest is {oldest} old",
            )


@check(
    "AUD-POINTS-GAP",
    Severity.WARNING,
    "SP-RET-4",
    "SP-RET-5",
    "SP-RET-6",
    "SP-PT-1",
    remedy="between the two points nothing can "
    "be recovered; look at what happened then (churn, link, appliance, resynchronisation)",
)
def points_lie_close_enough(scene: AuditScene) -> Iterator[Observed]:
    """Between two points there is no more time than the thinning rule leaves at their age."""
    for machine in _protected(scene):
        times, points = _times(machine, scene), scene.vault.points_of(machine)
        if times is None or not points or len(points) < 2 or not times.retention_minutes:
            continue
        rule = published_rule(times.retention_minutes)
        gaps = [each for each in pairwise(points) if _too_far(*each, scene.now_ms, rule, times)]
        if gaps:
            before, after = max(gaps, key=lambda each: each[1].at_ms - each[0].at_ms)
            wide, age = span(after.at_ms - before.at_ms), span(scene.now_ms - before.at_ms)
            more = f", and {len(gaps) - 1} more gaps" if len(gaps) > 1 else ""
            yield Observed(
                machine, "recoveryPointTime", f"{machine.name} has a gap of {wide} in its points, {age} ago{more}"
            )


def _too_far(before: ExportedPoint, after: ExportedPoint, now_ms: int, rule: RetentionRule, times: PolicyTimes) -> bool:
    """A bucket keeps any of its points, so that neighbours may lie two buckets apart; beyond the retention all goes."""
    age_minutes = (now_ms - before.at_ms) // MINUTE_MS
    if age_minutes >= rule.retention_minutes:
        return False
    bucket = rule.tier_of(age_minutes).bucket_minutes
    allowed = 2 * bucket if bucket else CRASH_ALARM_MINUTES
    return after.at_ms - before.at_ms > (allowed + max(SLACK_MINUTES, times.crash_minutes)) * MINUTE_MS


def _times(machine: Thing, scene: AuditScene) -> PolicyTimes | None:
    policy = scene.vault.policy_of(machine)
    return times_of(policy, scene.vault.provider(policy)) if policy is not None else None


def _protected(scene: AuditScene) -> Sequence[Thing]:
    return [each for each in scene.vault.machines if is_protected(state_of_machine(each, scene.vault))]


def _min(minutes: int) -> str:
    return span(minutes * MINUTE_MS)
