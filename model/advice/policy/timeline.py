"""What retention keeps after some days, as a picture: every kept point by its age, each tier on a scale of its own.

Pure text; beside it the number of points over the whole simulation, and why points stay and go.
"""

from collections.abc import Iterator

from siteproof.model.advice.policy.duration import speak, spell
from siteproof.model.advice.policy.edit import reasons
from siteproof.model.advice.policy.picture import STYLE, Axis, bar, draw_verdict, facts, line, tightest_run
from siteproof.model.advice.policy.request import PolicyRequest
from siteproof.model.drawing import svg
from siteproof.model.nouns.policy import DAY_MINUTES, HOUR_MINUTES, MINUTE_MS, RecoveryPoint
from siteproof.model.nouns.vocabulary import Consistency
from siteproof.model.spec.retention_rule import RetentionRule, Tier
from siteproof.model.theorems.keep import KeepDecision
from siteproof.model.theorems.past import RetentionRun

WIDTH, SIDE = 1120, 64
LANES_TOP, LANE = 150, 40
CURVE_TOP, CURVE = 330, 120
REASONS_TOP = 510
SEGMENT_GAP = 26
COLUMNS_MAX = 1200  # of the curve


def draw_timeline(request: PolicyRequest, past: RetentionRun) -> str:
    """The SVG of a simulated history."""
    title = f"{len(past.kept)} points kept of {len(past.counts)} taken"
    drops = reasons(KeepDecision(drop.point, False, drop.reason) for drop in past.drops)
    height = REASONS_TOP + 30 + 20 * max(len(reasons(past.kept)), len(drops))
    parts = [
        STYLE,
        svg.text(SIDE, 40, [title], "title"),
        svg.text(SIDE, 64, [facts(request)], "k q"),
        *_tiers(request.rule, past),
        *_curve(past),
        *_reasons("kept", reasons(past.kept), SIDE),
        *_reasons("deleted", drops, WIDTH / 2),
    ]
    return svg.picture(WIDTH, height, title, parts, ())


def pictures(request: PolicyRequest, past: RetentionRun) -> Iterator[tuple[str, str]]:
    """Titles and SVGs for another report: what is kept, and the longest wait of application-consistent points."""
    yield "Recovery points that the policy keeps", draw_timeline(request, past)
    if request.timing.interval_minutes:
        yield "The longest wait that the policy has to survive", draw_verdict(tightest_run(request), request)


def segments(rule: RetentionRule) -> list[tuple[Tier, int]]:
    """The tiers that the retention reaches, each with the age in minutes at which it ends."""
    reached = [tier for tier in rule.tiers if tier.start_minutes < rule.retention_minutes] or [rule.tiers[0]]
    ends = [*(tier.start_minutes for tier in reached[1:]), max(rule.retention_minutes, 1)]
    return list(zip(reached, ends, strict=True))


def _tiers(rule: RetentionRule, past: RetentionRun) -> Iterator[str]:
    """The youngest stands on the right, as now does on every axis of time."""
    parts = segments(rule)
    wide = (WIDTH - 2 * SIDE - SEGMENT_GAP * (len(parts) - 1)) / len(parts)
    yield svg.text(SIDE, 100, ["kept points by age"], "k h")
    for place, (tier, end) in enumerate(reversed(parts)):
        left = SIDE + place * (wide + SEGMENT_GAP)
        yield from _segment(tier, end, past, Axis(-end, -tier.start_minutes, left, left + wide))


def _segment(tier: Tier, end: int, past: RetentionRun, axis: Axis) -> Iterator[str]:
    kept = [each for each in past.kept if tier.start_minutes <= _age(each.point, past) < end]
    rule = f"one per {speak(tier.bucket_minutes)}" if tier.bucket_minutes else "every point"
    counted = f"{len(kept)} {'point' if len(kept) == 1 else 'points'}"
    yield svg.text(axis.left, 124, [f"{spell(tier.start_minutes)} to {spell(end)}: {rule}, {counted}"], "k q")
    for row, kind in enumerate((Consistency.CRASH, Consistency.APP)):
        yield line(axis.left, LANES_TOP + LANE * row + 28, axis.right, LANES_TOP + LANE * row + 28, "grid")
        mine = [each for each in kept if each.point.consistency is kind]
        yield from (_mark(each, past, axis, LANES_TOP + LANE * row) for each in mine)
    yield from _ages(axis, LANES_TOP + 2 * LANE)
    if axis.left == SIDE:
        yield from (svg.text(SIDE - 10, LANES_TOP + LANE * n + 20, [word], "k q end") for n, word in enumerate(_ROWS))


_ROWS = ("crash", "app")


def _mark(choice: KeepDecision, past: RetentionRun, axis: Axis, y: float) -> str:
    age = _age(choice.point, past)
    hint = f"{choice.point.name}, {spell(age)} old: {choice.reason}"
    middle = axis.x(-age)
    look = "app" if choice.point.consistency is Consistency.APP else "crash"
    return bar(middle - 1.5, middle + 1.5, y + 6, 22, look, hint)


def _ages(axis: Axis, y: float) -> Iterator[str]:
    step = _step(axis.span_minutes)
    yield line(axis.left, y, axis.right, y, "axis")
    for age in range(0, int(-axis.start_minutes) + 1, step):
        if -age <= axis.end_minutes and -age >= axis.start_minutes:
            yield line(axis.x(-age), y, axis.x(-age), y + 5, "axis")
            yield svg.text(axis.x(-age), y + 19, [spell(age) if age else "now"], "k q mid")


def _step(span_minutes: float) -> int:
    """A round distance that leaves at most seven marks."""
    round_ones = (5, 15, 20, 30, HOUR_MINUTES, 120, 240, 360, 720, DAY_MINUTES, 2 * DAY_MINUTES, 4 * DAY_MINUTES)
    return next(each for each in round_ones if span_minutes / each <= 7)


def _curve(past: RetentionRun) -> Iterator[str]:
    """How many points exist after each arrival, thinned to what a screen can show; the highest of each column."""
    most = max(past.counts, default=1) or 1
    size = -(-len(past.counts) // COLUMNS_MAX) or 1
    tops = [max(past.counts[at : at + size]) for at in range(0, len(past.counts), size)]
    bottom, wide = CURVE_TOP + CURVE, WIDTH - 2 * SIDE
    dots = [(SIDE + wide * n / max(len(tops) - 1, 1), bottom - CURVE * top / most) for n, top in enumerate(tops)]
    path = " L ".join(f"{x:.1f} {y:.1f}" for x, y in dots)
    yield svg.text(SIDE, CURVE_TOP - 22, ["points that exist, over the whole simulation"], "k h")
    yield f'<path class="area" d="M {SIDE} {bottom} L {path} L {WIDTH - SIDE} {bottom} Z"/>'
    yield f'<path class="line" d="M {path}"/>'
    yield line(SIDE, bottom, WIDTH - SIDE, bottom, "axis")
    for value in (0, most):
        yield svg.text(SIDE - 10, bottom - CURVE * value / most + 4, [str(value)], "k q end")
    yield from _days(past, bottom, wide)


def _days(past: RetentionRun, bottom: float, wide: float) -> Iterator[str]:
    points = [*(each.point for each in past.kept), *(each.point for each in past.drops)]
    begin_ms = min((point.taken_at_ms for point in points), default=past.now_ms)
    days = (past.now_ms - begin_ms) / (DAY_MINUTES * MINUTE_MS)
    step = max(round(days / 12), 1)
    for day in range(0, int(days) + 1, step):
        x = SIDE + wide * day / max(days, 1)
        yield line(x, bottom, x, bottom + 5, "axis")
        yield svg.text(x, bottom + 19, [f"day {day + 1}"], "k q mid")


def _reasons(what: str, counted: dict[str, int], left: float) -> Iterator[str]:
    yield svg.text(left, REASONS_TOP, [f"why points are {what}"], "k h")
    for number, (reason, count) in enumerate(counted.items(), 1):
        yield svg.text(left + 44, REASONS_TOP + 4 + 20 * number, [str(count)], "k b end")
        yield svg.text(left + 56, REASONS_TOP + 4 + 20 * number, [reason], "k q")


def _age(point: RecoveryPoint, past: RetentionRun) -> int:
    return (past.now_ms - point.taken_at_ms) // MINUTE_MS
