"""The plan as a picture that is read from top to bottom: one band per phase, one card per machine, the clock beside it.

Pure text; colours live in the style sheets (light and dark), times are the longest run's, critical tasks are marked.
"""

from collections.abc import Iterable, Mapping, Sequence

from attrs import field, frozen

from siteproof.model.advice.policy.duration import spell
from siteproof.model.advice.recovery_plan.checks import PlanVerdict
from siteproof.model.advice.recovery_plan.findings import PlanOutcome
from siteproof.model.advice.recovery_plan.graph import Task, TaskKind, fail_over_of, shutdown_of
from siteproof.model.advice.recovery_plan.plan import (
    SITUATIONS,
    FailoverType,
    Moment,
    PlanGroup,
    PlannedMachine,
    PlanStep,
    RecoveryPlan,
    Situation,
)
from siteproof.model.drawing import svg

WIDTH, GUTTER, MARGIN, GAP = 1180, 190, 24, 12
COLUMNS = 4
CARD_WIDTH = (WIDTH - GUTTER - 2 * MARGIN - (COLUMNS - 1) * GAP) / COLUMNS
PADDING, LINE = 10, 17
LETTERS = 28  # of a line in a card
BAND_TOP, BAND_GAP, HEAD = 14, 14, 92

STYLE = """<style>
text.p { text-anchor: start; font-size: 12.5px; } text.p.h { font-size: 15px; font-weight: 600; }
text.p.m { font-size: 14px; font-weight: 600; } text.p.q { fill: #57606a; }
text.p.c { font-variant-numeric: tabular-nums; }
text.p.hot { fill: #bc4c00; } text.p.bad { fill: #cf222e; }
.card { fill: #ffffff; stroke: #afb8c1; stroke-width: 1.2; } .card.hot { stroke: #bc4c00; stroke-width: 2.4; }
.card.prompt { fill: #fff8c5; } .card.step { fill: #ddf4ff; } .card.absent { fill: none; stroke-dasharray: 5 4; }
.flow { stroke: #8c959f; stroke-width: 1.6; fill: none; }
@media (prefers-color-scheme: dark) {
text.p.q { fill: #9198a1; } text.p.hot { fill: #f0883e; } text.p.bad { fill: #ff7b72; }
.card { fill: #0d1117; stroke: #3d444d; } .card.hot { stroke: #f0883e; }
.card.prompt { fill: #3a2d05; } .card.step { fill: #10233f; } .card.absent { fill: none; } .flow { stroke: #6e7681; }
}
</style>"""


@frozen
class Card:
    """One box: lines of text with their classes."""

    lines: tuple[tuple[str, str], ...]
    classes: str

    @property
    def height(self) -> float:
        """Height in pixels."""
        return len(self.lines) * LINE + 2 * PADDING - 3


@frozen
class Band:
    """One phase: rows of cards; cards of one row stand beside each other."""

    title: str
    notes: tuple[str, ...]
    rows: tuple[tuple[Card, ...], ...] = ()

    @property
    def height(self) -> float:
        """Height in pixels: the cards', at least the title's."""
        cards = sum(_row_height(row) + GAP for row in self.rows) - GAP
        return max(cards, 22 + 17 * len(self.notes)) + 2 * BAND_TOP


@frozen
class PlanTiming:
    """When each task starts in the longest run, and which tasks decide its length; empty when the plan cannot run."""

    situation: Situation = SITUATIONS[0]
    begins: Mapping[Task, int] = field(factory=dict)
    critical: frozenset[Task] = frozenset()

    def hot(self, kind: TaskKind, name: str) -> bool:
        """Whether the task is on the critical chain."""
        return any(task.kind is kind and task.name == name for task in self.critical)

    def window(self, tasks: Iterable[str], kinds: Iterable[TaskKind]) -> str:
        """From the first start to the last end of the tasks of these names and kinds."""
        names, wanted = set(tasks), set(kinds)
        mine = [task for task in self.begins if task.name in names and task.kind in wanted]
        if not mine:
            return ""
        ends = max(self.begins[each] + each.span.worst_minutes for each in mine)
        return f"{_clock(min(self.begins[each] for each in mine))} to {_clock(ends)}"


def draw(verdict: PlanVerdict, situation: Situation = SITUATIONS[0]) -> str:
    """The SVG of the plan as it runs in one situation; findings that are refuted stand below it."""
    timing = _timing(verdict, situation)
    bands = tuple(_bands(verdict.plan, timing))
    wrong = [detail for each in verdict.findings if each.outcome is PlanOutcome.REFUTED for detail in each.details]
    listed = [line for detail in wrong for line in svg.wrapped(f"✗ {detail}", 150)]
    height = HEAD + sum(band.height + BAND_GAP for band in bands) + 20 * len(listed) + MARGIN
    parts = [STYLE, *_header(verdict, timing), *_stack(bands), *_wrong_lines(listed, height)]
    return svg.picture(WIDTH, height, f"Recovery plan {verdict.plan.name}", parts, ("progress",))


def _timing(verdict: PlanVerdict, situation: Situation) -> PlanTiming:
    found = [each.run for each in verdict.situations if each.run.situation == situation]
    if not found:
        return PlanTiming(situation)
    return PlanTiming(situation, found[0].begins_minutes, frozenset(found[0].chain))


def _header(verdict: PlanVerdict, timing: PlanTiming) -> Iterable[str]:
    yield svg.text(MARGIN, 40, [verdict.plan.name], "title")
    runs = [each.run for each in verdict.situations if each.run.situation == timing.situation]
    said = "it cannot run: see below"
    if runs:
        said = f"expected {spell(runs[0].expected_minutes)}, at worst {spell(runs[0].worst_minutes)}"
        said += " · times are the longest · the orange tasks decide the length"
    yield svg.text(MARGIN, 66, [f"{timing.situation} failover: {said}"], "p q")


def _bands(plan: RecoveryPlan, timing: PlanTiming) -> Iterable[Band]:
    yield from _loose(plan, Moment.PRE, "Before", timing)
    yield _shutdown_band(plan, timing)
    yield _failover_band(plan, timing)
    for number, group in enumerate(plan.groups, 1):
        yield _group_band(group, number, timing)
    yield from _loose(plan, Moment.POST, "After", timing)


def _loose(plan: RecoveryPlan, moment: Moment, title: str, timing: PlanTiming) -> Iterable[Band]:
    steps = [step for step in plan.steps if step.moment is moment]
    if steps:
        window = timing.window([each.name for each in steps], [TaskKind.STEP])
        yield Band(title, (window,) if window else (), _rows([_step_card(each, timing) for each in steps]))


def _shutdown_band(plan: RecoveryPlan, timing: PlanTiming) -> Band:
    if timing.situation.type is FailoverType.TEST:
        return Band("Shut down", ("not in a test",))
    window = timing.window([each.name for each in plan.machines], [TaskKind.SHUTDOWN])
    return Band("Shut down", (window,) if window else (), (_all_at_once(plan, timing, TaskKind.SHUTDOWN),))


def _failover_band(plan: RecoveryPlan, timing: PlanTiming) -> Band:
    window = timing.window([each.name for each in plan.machines], [TaskKind.FAIL_OVER])
    return Band("Fail over", (window,) if window else (), (_all_at_once(plan, timing, TaskKind.FAIL_OVER),))


def _all_at_once(plan: RecoveryPlan, timing: PlanTiming, kind: TaskKind) -> tuple[Card, ...]:
    """One card says that all machines do it in parallel; where they differ a second one names the slowest."""
    tasks = [shutdown_of(each) if kind is TaskKind.SHUTDOWN else fail_over_of(each) for each in plan.machines]
    slowest = max(tasks, key=lambda each: each.span.worst_minutes)
    same = all(each.span == slowest.span for each in tasks)
    hot = " hot" if any(timing.hot(kind, each.name) for each in tasks) else ""
    planned = timing.situation.type is FailoverType.PLANNED
    effort = "a failure cancels the failover" if planned else "best effort"
    remark = effort if kind is TaskKind.SHUTDOWN else "each from its recovery point"
    words = _fitted(f"{remark}, up to {slowest.span.worst_minutes} min" if same else remark, "p q")
    everyone = Card(((f"all {len(tasks)} machines in parallel", "p"), *words), f"card{hot if same else ''}")
    longest = (*_fitted(slowest.name, f"p m{hot}"), (f"the slowest, up to {slowest.span.worst_minutes} min", "p q"))
    return (everyone,) if same else (everyone, Card(longest, f"card{hot}"))


def _group_band(group: PlanGroup, number: int, timing: PlanTiming) -> Band:
    shared = {m: [step for step in group.steps if not step.machine and step.moment is m] for m in Moment}
    names = [*(each.name for each in group.machines), *(step.name for step in group.steps)]
    window = timing.window(names, [TaskKind.BOOT, TaskKind.STEP])
    rows = (
        *_rows([_step_card(each, timing) for each in shared[Moment.PRE]]),
        *_rows([_machine_card(each, group.steps, timing) for each in group.machines]),
        *_rows([_step_card(each, timing) for each in shared[Moment.POST]]),
    )
    notes = (*svg.wrapped(group.name, 24), *((window,) if window else ()))
    return Band(f"Group {number}", notes, rows)


def _machine_card(machine: PlannedMachine, steps: Sequence[PlanStep], timing: PlanTiming) -> Card:
    """Steps before power-on, the machine, steps after it, and whom it waits for."""
    hot = " hot" if timing.hot(TaskKind.BOOT, machine.name) else ""
    mine = {m: [step for step in steps if step.machine == machine.name and step.moment is m] for m in Moment}
    lines = [
        *(line for step in mine[Moment.PRE] for line in _own_step(step, "before", timing)),
        *_fitted(machine.name, f"p m{hot}"),
        (f"boot up to {machine.boot.worst_minutes} min", "p q"),
        *(line for step in mine[Moment.POST] for line in _own_step(step, "then", timing)),
        *(_fitted(f"needs {', '.join(machine.needs)}", "p q") if machine.needs else ()),
    ]
    return Card(tuple(lines), f"card{hot}")


def _own_step(step: PlanStep, when: str, timing: PlanTiming) -> Iterable[tuple[str, str]]:
    hot = " hot" if timing.hot(TaskKind.STEP, step.name) else ""
    return _fitted(f"{when}: {step.kind} {step.name}, {spell(step.span.worst_minutes)}{_tag(step, timing)}", f"p{hot}")


def _step_card(step: PlanStep, timing: PlanTiming) -> Card:
    hot = " hot" if timing.hot(TaskKind.STEP, step.name) else ""
    look = step.kind if step.kind == "prompt" else "step"
    absent = "" if step.runs_in(timing.situation) else " absent"
    lines = [
        *_fitted(step.name, f"p m{hot}"),
        *_fitted(f"{step.kind}, up to {step.span.worst_minutes} min{_tag(step, timing)}", "p q"),
        *(_fitted(f"needs {', '.join(step.needs)}", "p q") if step.needs else ()),
    ]
    return Card(tuple(lines), f"card {look}{hot}{absent}")


def _tag(step: PlanStep, timing: PlanTiming) -> str:
    return "" if step.runs_in(timing.situation) else " (not in this failover)"


def _rows(cards: Sequence[Card]) -> tuple[tuple[Card, ...], ...]:
    return tuple(tuple(cards[at : at + COLUMNS]) for at in range(0, len(cards), COLUMNS))


def _row_height(row: Sequence[Card]) -> float:
    return max(card.height for card in row)


def _stack(bands: Sequence[Band]) -> Iterable[str]:
    top: float = HEAD
    for number, band in enumerate(bands):
        yield svg.rectangle(MARGIN, top, WIDTH - 2 * MARGIN, band.height, "lane")
        yield svg.text(MARGIN + 14, top + 30, [band.title], "p h")
        yield from (svg.text(MARGIN + 14, top + 50 + 17 * n, [note], "p q c") for n, note in enumerate(band.notes))
        yield from _cards(band, top + BAND_TOP)
        if number + 1 < len(bands):
            middle = top + band.height
            yield svg.arrow([(MARGIN + 60, middle), (MARGIN + 60, middle + BAND_GAP)], "progress")
        top += band.height + BAND_GAP


def _cards(band: Band, top: float) -> Iterable[str]:
    for row in band.rows:
        tall = _row_height(row)
        for column, card in enumerate(row):
            left = GUTTER + MARGIN + column * (CARD_WIDTH + GAP) - 12
            yield svg.rectangle(left, top, CARD_WIDTH, tall, card.classes)
            for number, (line, classes) in enumerate(card.lines):
                yield svg.text(left + PADDING, top + PADDING + 11 + number * LINE, [line], classes)
        top += tall + GAP


def _wrong_lines(listed: Sequence[str], height: float) -> Iterable[str]:
    top = height - MARGIN - 20 * len(listed) + 14
    return (svg.text(MARGIN, top + 20 * number, [line], "p bad") for number, line in enumerate(listed))


def _fitted(words: str, classes: str) -> tuple[tuple[str, str], ...]:
    """The words in lines that fit into a card; a word that is longer than a line is cut."""
    short = " ".join(word if len(word) <= LETTERS else word[: LETTERS - 1] + "…" for word in words.split())
    return tuple((line, classes) for line in svg.wrapped(short, LETTERS))


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02}"
