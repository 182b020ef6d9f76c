"""A verdict on a plan as lines for a terminal and as plain data for JSON; both say the same."""

from collections.abc import Iterable
from typing import Any

from siteproof.model.advice.policy.duration import spell
from siteproof.model.advice.recovery_plan.checks import Failures, PlanVerdict, prompts
from siteproof.model.advice.recovery_plan.findings import PlanFinding, PlanOutcome
from siteproof.model.advice.recovery_plan.graph import Task, TaskKind
from siteproof.model.advice.recovery_plan.plan import FailoverType, RecoveryPlan
from siteproof.model.advice.recovery_plan.run import Aftermath, SimulatedRun

LABEL_WIDTH = 68
FAILURE_HEAD = ("if only this fails", "expected", "at worst", "consequence")
PROMPTS = "a prompt without a timeout is counted as answered within its expected time"
SOME = 6  # so many names stand in a line


def options(plan: RecoveryPlan) -> str:
    """The plan on one line."""
    steps = len(list(plan.all_steps()))
    parts = [plan.name, _count(len(plan.machines), "machine"), _count(len(plan.groups), "group"), _count(steps, "step")]
    return " · ".join([*parts, f"selection {plan.selection}"])


def as_lines(verdict: PlanVerdict) -> list[str]:
    """The findings with what breaks them, the runs with their chains, the single failures, the conclusion."""
    lines = [line for finding in verdict.findings for line in _finding_lines(finding)]
    for each in verdict.situations:
        lines += ["", *_run_lines(each.run), *_failure_lines(each)]
    if verdict.situations and prompts(verdict.plan):
        lines += ["", PROMPTS]
    return [*lines, "", conclusion(verdict)]


def conclusion(verdict: PlanVerdict) -> str:
    """The verdict in a word."""
    return "SOUND" if verdict.sound else "NOT SOUND"


def as_data(verdict: PlanVerdict) -> dict[str, Any]:
    """The verdict as plain data; times in minutes."""
    return {
        "name": verdict.plan.name,
        "sound": verdict.sound,
        "findings": [
            {"id": e.id, "sentence": e.sentence, "outcome": e.outcome, "details": list(e.details)}
            for e in verdict.findings
        ],
        "situations": [
            {**_run_data(each.run), "single_failures": [_failure_data(task, run) for task, run in each.failing]}
            for each in verdict.situations
        ],
    }


def chain_rows(run: SimulatedRun) -> list[tuple[str, str, str]]:
    """The critical chain: when each task starts at worst, the task, how long it may take."""
    rows, at = [], 0
    for task in run.chain:
        rows.append((_clock(at), str(task), f"{task.span.worst_minutes} min"))
        at += task.span.worst_minutes
    return [*rows, (_clock(at), "end", "")]


def chain_lines(run: SimulatedRun) -> list[str]:
    """The critical chain, each task with the minute at which it starts at worst."""
    return [f"    {'  '.join(row)}".rstrip() for row in chain_rows(run)]


def _finding_lines(finding: PlanFinding) -> list[str]:
    word = finding.outcome.upper()
    if len(finding.details) == 1 and finding.outcome in (PlanOutcome.PASS, PlanOutcome.NOT_APPLICABLE):
        return [f"{word:<15} {finding.id:<9} {finding.sentence}   ({finding.details[0]})"]
    return [f"{word:<15} {finding.id:<9} {finding.sentence}", *(f"  {each}" for each in finding.details)]


def times_of(run: SimulatedRun) -> str:
    """Both lengths of a run."""
    return f"expected {spell(run.expected_minutes)}, at worst {spell(run.worst_minutes)}"


def _run_lines(run: SimulatedRun) -> list[str]:
    return [f"{run.situation} failover: {times_of(run)}", "  critical path at worst", *chain_lines(run)]


def failure_rows(each: Failures) -> list[tuple[str, str, str, str]]:
    """What fails, both times, the consequence; tasks of one kind whose failure does the same share a row."""
    rows: dict[tuple[str, str, str, str], list[Task]] = {}
    for task, after in each.failing:
        times = spell(after.expected_minutes), spell(after.worst_minutes)
        rows.setdefault((task.kind, *times, consequence(task, after, each)), []).append(task)
    return [(_tasks(tasks), expected, worst, words) for (_, expected, worst, words), tasks in rows.items()]


def _failure_lines(each: Failures) -> list[str]:
    rows = failure_rows(each)
    if not rows:
        return ["  nothing in it can fail"]
    table = [FAILURE_HEAD, *rows]
    width = min(max(len(row[0]) for row in table), LABEL_WIDTH)
    return [f"  {name:<{width}}  {expected:>8}  {worst:>8}  {words}" for name, expected, worst, words in table]


def consequence(failing: Task, after: Aftermath, of: Failures) -> str:
    """Which machines stay off, which start without what they need, and which steps are skipped, in words."""
    planned = of.run.situation.type is FailoverType.PLANNED
    if failing.kind is TaskKind.SHUTDOWN and not planned:
        return "goes on; both sides may be active"
    undone = planned and failing.kind in (TaskKind.SHUTDOWN, TaskKind.FAIL_OVER)
    without = of.without.get(failing.machine, ()) if failing.machine in after.machines_off else ()
    anyway = f"{_some(without)} {'starts' if len(without) == 1 else 'start'} without it" if without else ""
    parts = (_off(failing, after, undone=undone), anyway, _skipped(failing, after))
    return " · ".join(each for each in parts if each) or "a warning; everything else runs"


def _off(failing: Task, after: Aftermath, *, undone: bool) -> str:
    """The way back is undone where it fails: its machine goes on, from the safety snapshot of the failover."""
    others = tuple(each for each in after.machines_off if each != failing.machine)
    if undone:
        back = "its machine goes on where it ran"
        return f"{back} · off: {_some(others)}" if others else back
    if after.machines_off == (failing.machine,):
        return "its machine stays off"
    return f"off: {_some(after.machines_off)}" if after.machines_off else ""


def _skipped(failing: Task, after: Aftermath) -> str:
    if not after.steps_skipped:
        return ""
    if failing.machine and all(each.machine == failing.machine for each in after.steps_skipped):
        return "its steps are skipped"
    return f"skipped: {_some(each.name for each in after.steps_skipped)}"


def _tasks(tasks: list[Task]) -> str:
    if len(tasks) == 1 or tasks[0].kind is TaskKind.STEP:
        return _some((str(each) for each in tasks), 2)
    return f"{tasks[0].kind} {_some((each.name for each in tasks), 3)}"


def _some(names: Iterable[str], most: int = SOME) -> str:
    listed = list(names)
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more


def _run_data(run: SimulatedRun) -> dict[str, Any]:
    return {
        "type": run.situation.type,
        "direction": run.situation.direction,
        "expected_minutes": run.expected_minutes,
        "worst_minutes": run.worst_minutes,
        "critical_path": [{"task": str(each), "minutes": each.span.worst_minutes} for each in run.chain],
    }


def _failure_data(task: Task, after: Aftermath) -> dict[str, Any]:
    return {
        "failing": str(task),
        "machines_off": list(after.machines_off),
        "steps_skipped": [each.name for each in after.steps_skipped],
        "expected_minutes": after.expected_minutes,
        "worst_minutes": after.worst_minutes,
    }


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:2}:{minutes % 60:02}"
