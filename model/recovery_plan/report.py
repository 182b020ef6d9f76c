"""A verdict on a plan as lines for a terminal and as plain data for JSON; both say the same."""

from collections.abc import Iterable
from typing import Any

from siteproof.model.policy.duration import spell
from siteproof.model.recovery_plan.checks import Failures, Finding, Verdict, prompts
from siteproof.model.recovery_plan.graph import Task, TaskKind
from siteproof.model.recovery_plan.plan import RecoveryPlan
from siteproof.model.recovery_plan.run import Aftermath, Run

LABEL_WIDTH = 68
SOME = 6  # so many names stand in a line


def options(plan: RecoveryPlan) -> str:
    """The plan on one line."""
    steps = len(list(plan.all_steps()))
    parts = [plan.name, _count(len(plan.machines), "machine"), _count(len(plan.groups), "group"), _count(steps, "step")]
    return " · ".join([*parts, f"selection {plan.selection}"])


def as_lines(verdict: Verdict) -> list[str]:
    """The findings with what breaks them, the runs with their chains, the single failures, the conclusion."""
    lines = [line for finding in verdict.findings for line in _finding_lines(finding)]
    for each in verdict.situations:
        lines += ["", *_run_lines(each.run), *_failure_lines(each)]
    if verdict.situations and prompts(verdict.plan):
        lines += ["", "a prompt without a timeout is counted as answered within its expected time"]
    return [*lines, "", "SOUND" if verdict.sound else "NOT SOUND"]


def as_data(verdict: Verdict) -> dict[str, Any]:
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


def chain_lines(run: Run) -> list[str]:
    """The critical chain, each task with the minute at which it starts at worst."""
    lines, at = [], 0
    for task in run.chain:
        lines.append(f"    {_clock(at)}  {task}  {task.span.worst_minutes} min")
        at += task.span.worst_minutes
    return [*lines, f"    {_clock(at)}  end"]


def _finding_lines(finding: Finding) -> list[str]:
    word = finding.outcome.upper()
    if len(finding.details) == 1 and finding.outcome != "refuted":
        return [f"{word:<15} {finding.id:<9} {finding.sentence}   ({finding.details[0]})"]
    return [f"{word:<15} {finding.id:<9} {finding.sentence}", *(f"  {each}" for each in finding.details)]


def _run_lines(run: Run) -> list[str]:
    times = f"expected {spell(run.expected_minutes)}, at worst {spell(run.worst_minutes)}"
    return [f"{run.situation} failover: {times}", "  critical path at worst", *chain_lines(run)]


def _failure_lines(each: Failures) -> list[str]:
    """One row per different outcome; tasks of one kind whose failure does the same share a row."""
    rows: dict[tuple[str, str, str, str], list[Task]] = {}
    for task, after in each.failing:
        times = spell(after.expected_minutes), spell(after.worst_minutes)
        rows.setdefault((task.kind, *times, consequence(task, after)), []).append(task)
    if not rows:
        return ["  nothing in it can fail"]
    table = [("if only this fails", "expected", "at worst", "consequence")]
    table += [(_tasks(tasks), expected, worst, words) for (_, expected, worst, words), tasks in rows.items()]
    width = min(max(len(row[0]) for row in table), LABEL_WIDTH)
    return [f"  {name:<{width}}  {expected:>8}  {worst:>8}  {words}" for name, expected, worst, words in table]


def consequence(failing: Task, after: Aftermath) -> str:
    """Which machines stay off and which steps are skipped, in words."""
    parts = (_off(failing, after), _skipped(failing, after))
    said = " · ".join(each for each in parts if each) or "a warning; everything else runs"
    return "goes on; both sides may be active" if failing.kind is TaskKind.SHUTDOWN else said


def _off(failing: Task, after: Aftermath) -> str:
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


def _run_data(run: Run) -> dict[str, Any]:
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
