"""Simulated days and compared policies, as lines for a terminal and as plain data for JSON."""

from collections.abc import Iterable
from typing import Any

from siteproof.model.advice.policy.duration import speak, spell
from siteproof.model.advice.policy.edit import PointFate, PolicyDiff, reasons
from siteproof.model.advice.policy.narrate import moment
from siteproof.model.advice.policy.request import PolicyRequest
from siteproof.model.nouns.policy import DAY_MINUTES, MINUTE_MS, RecoveryPoint
from siteproof.model.nouns.scenario import START_MS
from siteproof.model.theorems.history import run, schedule
from siteproof.model.theorems.keep import KeepDecision
from siteproof.model.theorems.past import Drop, RetentionRun


def simulate(request: PolicyRequest, days: int, start_ms: int = START_MS) -> RetentionRun:
    """An undisturbed machine under the request's policy and rule for so many days."""
    return run(schedule(request.policy, start_ms, days * DAY_MINUTES), request.rule)


def options(request: PolicyRequest) -> str:
    """The options of a run on one line, readable as flags."""
    timing = request.timing
    every = spell(timing.interval_minutes) if timing.interval_minutes else "off"
    name = f"{request.name} · " if request.name else ""
    return (
        f"{name}retention {spell(timing.retention_minutes)} · app-every {every} · "
        f"latency {spell(timing.latency_minutes)} · misses {timing.misses} · {request.thinning} thinning"
    )


def as_lines(past: RetentionRun) -> list[str]:
    """Counts first, then every kept point from the newest to the oldest."""
    taken = len(past.counts)
    head = [f"{taken} points taken, {len(past.kept)} kept, {len(past.drops)} deleted"]
    head += [f"  kept     {count:5}  {reason}" for reason, count in reasons(past.kept).items()]
    head += [f"  deleted  {count:5}  {reason}" for reason, count in reasons(_choices(past.drops)).items()]
    return [*head, *(_kept_line(choice, past) for choice in reversed(past.kept))]


def as_data(request: PolicyRequest, past: RetentionRun) -> dict[str, Any]:
    """The same as plain data; times in milliseconds of the epoch."""
    return {
        "options": options(request),
        "now_ms": past.now_ms,
        "taken": len(past.counts),
        "counts_after_each_point": list(past.counts),
        "kept": [{**_point(each.point), "reason": each.reason} for each in past.kept],
        "deleted": [{**_point(each.point), **_drop(each)} for each in past.drops],
    }


def change_lines(change: PolicyDiff) -> list[str]:
    """What goes at once, what goes sooner, what stays longer; each lost point with both of its ends."""
    at_once = {fate.point.name for fate in change.at_once}
    summary = (
        f"{len(change.fates)} points exist: {len(change.lost)} are lost ({len(at_once)} of them at once), "
        f"{len(change.longer)} stay longer"
    )
    return [summary, *(_lost_line(fate, change.change_ms) for fate in change.lost)]


def change_data(change: PolicyDiff) -> dict[str, Any]:
    """The same as plain data."""
    return {
        "change_ms": change.change_ms,
        "points": len(change.fates),
        "lost_at_once": len(change.at_once),
        "lost": [{**_point(each.point), "old": _drop(each.old), "new": _drop(each.new)} for each in change.lost],
        "longer": [each.point.name for each in change.longer],
    }


def taken_at(point: RecoveryPoint) -> str:
    """When the point was taken, as people date it: "day 3 04:00"."""
    return _when(point.taken_at_ms)


def age_of(point: RecoveryPoint, past: RetentionRun) -> str:
    """How old the point is at the end of the history, for a sentence."""
    return speak((past.now_ms - point.taken_at_ms) // MINUTE_MS)


def _kept_line(choice: KeepDecision, past: RetentionRun) -> str:
    point = choice.point
    return f"  {taken_at(point)}  {point.consistency:<5}  age {age_of(point, past):<16} {choice.reason}"


def _lost_line(fate: PointFate, change_ms: int) -> str:
    age = speak((change_ms - fate.point.taken_at_ms) // MINUTE_MS)
    why = f"{fate.new.reason}{f', {fate.new.favours}' if fate.new.favours else ''}"
    return (
        f"  {_when(fate.point.taken_at_ms)}  {fate.point.consistency:<5}  age {age:<12} "
        f"goes {_when(fate.new.at_ms)} instead of {_when(fate.old.at_ms)}: {why}"
    )


def _when(time_ms: int) -> str:
    return moment((time_ms - START_MS + _START_OF_DAY) // MINUTE_MS)


_START_OF_DAY = START_MS % (DAY_MINUTES * MINUTE_MS)


def _choices(drops: Iterable[Drop]) -> Iterable[KeepDecision]:
    return (KeepDecision(drop.point, False, drop.reason) for drop in drops)


def _point(point: RecoveryPoint) -> dict[str, Any]:
    return {"name": point.name, "consistency": point.consistency, "taken_at_ms": point.taken_at_ms}


def _drop(drop: Drop) -> dict[str, Any]:
    return {"at_ms": drop.at_ms, "reason": drop.reason, "in_favour_of": drop.favours or None}
