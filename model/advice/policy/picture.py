"""The calendar of application-consistent points as a picture: taken, usable, pruned, and the gap.

Pure text; it draws what the simulator saw and computes nothing of its own. Colours live in the style sheet below.
"""

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

from attrs import frozen

from siteproof.model.advice.policy.duration import speak
from siteproof.model.advice.policy.narrate import moment
from siteproof.model.advice.policy.request import PolicyRequest
from siteproof.model.drawing import svg
from siteproof.model.nouns.policy import DAY_MINUTES
from siteproof.model.nouns.vocabulary import Consistency
from siteproof.model.theorems.calendar import Calendar, PointLife, RecoveryGap, SnapshotAttempt, calendar
from siteproof.model.theorems.keep import Reason

WIDTH, LEFT, RIGHT = 1120, 64, 250
TOP, ROW, BAR = 150, 34, 16
TICKS_MAX = 9
STEPS_MINUTES = (5, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 4320)
LINE_LETTERS = 140

STYLE = """<style>
text.k { text-anchor: start; font-size: 12.5px; } text.k.q { fill: #57606a; } text.k.b { font-weight: 600; }
text.k.mid { text-anchor: middle; } text.k.end { text-anchor: end; } text.k.h { font-size: 15px; font-weight: 600; }
text.k.bad { fill: #cf222e; font-weight: 600; } text.k.good { fill: #1a7f37; font-weight: 600; }
.grid { stroke: #d8dee4; stroke-width: 1; } .axis { stroke: #8c959f; stroke-width: 1; fill: none; }
.waiting { fill: #d0d7de; } .usable { fill: #0969da; } .thin { fill: #9a6700; } .gap { fill: #cf222e; opacity: 0.22; }
.edge { stroke: #cf222e; stroke-width: 1.5; } .cut { stroke: #57606a; stroke-width: 2.5; }
.missed { stroke: #cf222e; stroke-width: 1.8; } .crash { fill: #0969da; } .app { fill: #1a7f37; }
.area { fill: #54aeff; opacity: 0.35; }
.line { fill: none; stroke: #0969da; stroke-width: 1.6; }
@media (prefers-color-scheme: dark) {
text.k.q { fill: #9198a1; } text.k.bad { fill: #ff7b72; } text.k.good { fill: #3fb950; }
.grid { stroke: #262c36; } .axis { stroke: #6e7681; } .waiting { fill: #3d444d; } .usable { fill: #4493f8; }
.thin { fill: #d29922; } .gap { fill: #f85149; opacity: 0.28; } .edge, .missed { stroke: #ff7b72; }
.cut { stroke: #9198a1; } .crash { fill: #4493f8; } .app { fill: #3fb950; }
.area { fill: #1f6feb; } .line { stroke: #4493f8; }
}
</style>"""


@frozen
class Axis:
    """Minutes from `start` to `end` over the pixels from `left` to `right`."""

    start_minutes: float
    end_minutes: float
    left: float = LEFT
    right: float = WIDTH - RIGHT

    def x(self, minutes: float) -> float:
        """The pixel of an instant; what lies outside is put on the edge."""
        inside = min(max(minutes, self.start_minutes), self.end_minutes)
        return self.left + (inside - self.start_minutes) * (self.right - self.left) / self.span_minutes

    @property
    def span_minutes(self) -> float:
        """How much time is shown."""
        return max(self.end_minutes - self.start_minutes, 1)

    def ticks(self) -> Iterator[int]:
        """Round instants, at most nine of them."""
        few = (each for each in STEPS_MINUTES if self.span_minutes / each <= TICKS_MAX)
        step = next(few, STEPS_MINUTES[-1])
        yield from range(-(-int(self.start_minutes) // step) * step, int(self.end_minutes) + 1, step)


def draw_calendar(shown: Calendar, title: str, facts: str) -> str:
    """The SVG of a calendar; `title` says what is claimed, `facts` under which policy."""
    begin = min((life.taken_minutes for life in shown.lives), default=0)
    margin = max((shown.until_minutes - begin) // 40, 5)
    axis = Axis(begin - margin, shown.until_minutes + margin)
    bottom = TOP + ROW * (len(shown.lives) + bool(shown.missed_minutes))
    parts = [
        STYLE,
        svg.text(LEFT, 40, [title], "title"),
        svg.text(LEFT, 64, svg.wrapped(facts, LINE_LETTERS), "k q"),
        *_grid(axis, bottom),
        *(part for gap in shown.gaps for part in _gap(gap, axis, bottom)),
        *_handover(shown, axis),
        *_lives(shown, axis),
        *_missed(shown, axis),
        *_legend(shown, bottom + 74),
    ]
    return svg.picture(WIDTH, bottom + 100, title, parts, ())


def tightest_run(request: PolicyRequest) -> Calendar:
    """The longest wait that the policy has to survive: a point, all tolerated misses, and the point after them."""
    timing = request.timing
    step, misses = timing.interval_minutes, timing.misses
    failed = (SnapshotAttempt(number * step, succeeded=False) for number in range(1, misses + 1))
    attempts = (SnapshotAttempt(0), *failed, SnapshotAttempt((misses + 1) * step))
    return calendar(attempts, request.rule, timing.latency_minutes, max(timing.retention_minutes, timing.cycle_minutes))


def line(x1: float, y1: float, x2: float, y2: float, classes: str) -> str:
    """A straight line."""
    return f'<line class="{classes}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def bar(x1: float, x2: float, y: float, height: float, classes: str, hint: str = "") -> str:
    """A filled bar that is at least a pixel and a half wide, with a hint for a reader's pointer."""
    said = f"<title>{escape(hint)}</title>" if hint else ""
    width = max(x2 - x1, 1.5)
    return f'<rect class="{classes}" x="{x1:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}">{said}</rect>'


def _grid(axis: Axis, bottom: float) -> Iterator[str]:
    day = None
    for tick in axis.ticks():
        yield line(axis.x(tick), TOP - 8, axis.x(tick), bottom + 4, "grid")
        label, _, clock = moment(tick).rpartition(" ")
        yield svg.text(axis.x(tick), bottom + 20, [clock], "k q mid")
        if label != day:
            yield svg.text(axis.x(tick), bottom + 36, [label], "k b mid")
        day = label
    yield line(axis.left, bottom + 4, axis.right, bottom + 4, "axis")


def _gap(gap: RecoveryGap, axis: Axis, bottom: float) -> Iterator[str]:
    """A band over all rows; its label stands above and never leaves the page."""
    x1, x2 = axis.x(gap.start_minutes), max(axis.x(gap.end_minutes), axis.x(gap.start_minutes) + 3)
    yield bar(x1, x2, TOP - 14, bottom - TOP + 18, "gap")
    yield from (line(x, TOP - 14, x, bottom + 4, "edge") for x in (x1, x2))
    words = f"nothing usable for {speak(gap.minutes)}"
    when = f"{moment(gap.start_minutes)} to {moment(gap.end_minutes)}"
    middle = (x1 + x2) / 2
    side = "end" if middle > (axis.left + axis.right) / 2 else ""
    yield svg.text(x2 if side else x1, TOP - 36, [words], f"k bad {side}")
    yield svg.text(x2 if side else x1, TOP - 20, [when], f"k q {side}")


def _handover(shown: Calendar, axis: Axis) -> Iterator[str]:
    """Without a gap: how long before the end of the first point the last one is usable."""
    if shown.gaps or len(shown.lives) < 2 or shown.lives[0].ended_minutes is None:
        return
    first, last = shown.lives[0], shown.lives[-1]
    spare = (first.ended_minutes or 0) - last.usable_minutes
    words = f"{speak(spare)} before" if spare else "at the instant at which"
    x = axis.x(last.usable_minutes)
    side = "end" if x > (axis.left + axis.right) / 2 else ""
    yield svg.text(x, TOP - 20, [f"{last.name} is usable {words} {first.name} is deleted"], f"k good {side}")


def _lives(shown: Calendar, axis: Axis) -> Iterator[str]:
    for number, life in enumerate(shown.lives):
        y = TOP + ROW * number
        yield svg.text(axis.left - 12, y + 13, [life.name], "k b end")
        yield from _bars(life, axis, y, shown.until_minutes)
        yield svg.text(axis.right + 16, y + 13, [_ending(life)], "k q")


def _bars(life: PointLife, axis: Axis, y: float, until: int) -> Iterator[str]:
    """Light while nobody can use it, full while it is usable, a cap where it is deleted."""
    end = until if life.ended_minutes is None else life.ended_minutes
    ready = min(life.usable_minutes, end)
    hint = f"{life.name}: taken {moment(life.taken_minutes)}, usable from {moment(life.usable_minutes)}"
    yield bar(axis.x(life.taken_minutes), axis.x(ready), y, BAR, "waiting", hint)
    if end > ready:
        yield bar(axis.x(ready), axis.x(end), y, BAR, "usable", f"{hint}; {_ending(life)}")
    if life.ended_minutes is not None:
        yield line(axis.x(end), y - 4, axis.x(end), y + BAR + 4, "cut")


def _ending(life: PointLife) -> str:
    if life.ended_minutes is None:
        return f"usable from {moment(life.usable_minutes)}"
    words = {Reason.THINNED: f"thinned for {life.favours}", Reason.NOTHING_STORED: "not stored"}
    return f"{words.get(life.reason or Reason.EXPIRED, 'pruned')} {moment(life.ended_minutes)}"


def _missed(shown: Calendar, axis: Axis) -> Iterator[str]:
    if not shown.missed_minutes:
        return
    y = TOP + ROW * len(shown.lives) + BAR / 2
    many = len(shown.missed_minutes)
    yield svg.text(axis.right + 16, y + 5, [f"{many} missed {'snapshot' if many == 1 else 'snapshots'}"], "k q")
    for at in shown.missed_minutes:
        x = axis.x(at)
        yield line(x - 4, y - 4, x + 4, y + 4, "missed")
        yield line(x - 4, y + 4, x + 4, y - 4, "missed")


def _legend(shown: Calendar, y: float) -> Iterator[str]:
    x: float = LEFT
    for look, words in (("waiting", "taken, not usable yet"), ("usable", "usable"), ("gap", "nothing usable")):
        if look != "gap" or shown.gaps:
            yield bar(x, x + 22, y - 10, 12, look)
            yield svg.text(x + 30, y, [words], "k q")
            x += 60 + 7 * len(words)
    if not shown.gaps:
        yield svg.text(x, y, ["there is always a usable point"], "k good")


def draw_verdict(shown: Calendar, request: PolicyRequest) -> str:
    """The calendar under the headline of its policy."""
    kind = " application-consistent" if shown.consistency is Consistency.APP else ""
    refuted = f"Nothing{kind} can be restored in the red time"
    return draw_calendar(shown, refuted if shown.gaps else "A usable point at every instant", facts(request))


def facts(request: PolicyRequest) -> str:
    """R, F, D, m and the rule in words."""
    timing = request.timing
    every = f"application-consistent every {speak(timing.interval_minutes)}"
    kinds = every if timing.interval_minutes else "crash-consistent points only"
    days = timing.retention_minutes / DAY_MINUTES
    kept = f"{days:g} days" if days > 1 and days == int(days) else speak(timing.retention_minutes)
    name = f"{request.name} · " if request.name else ""
    misses = "1 miss" if timing.misses == 1 else f"{timing.misses} misses"
    return (
        f"{name}{kinds} · kept {kept} · usable after {speak(timing.latency_minutes)}"
        f" · {misses} tolerated · {request.thinning} thinning"
    )


def first_calendar(calendars: Iterable[Calendar | None]) -> Calendar | None:
    """The first one that there is."""
    return next((each for each in calendars if each is not None), None)
