"""A RecoveryPlan becomes the text of a plan file, which reads back as the same plan.

Rule: only what differs from what the reader assumes is written; names that a file cannot hold are shortened, and stay
different from each other.
"""

import json
from collections.abc import Iterable, Iterator, Mapping

from siteproof.model.advice.recovery_plan.plan import (
    STEP_TIMEOUT_MINUTES,
    DurationRange,
    FailoverType,
    Moment,
    PlanGroup,
    PlannedMachine,
    PlanStep,
    RecoveryPlan,
    StepKind,
)
from siteproof.model.advice.recovery_plan.reading import PHASES
from siteproof.model.nouns.vocabulary import Direction, Selection

NAME_MAX = 60


def written(plan: RecoveryPlan) -> str:
    """The plan as TOML."""
    calls = _names(plan)
    return "\n".join([*_head(plan), *_steps(plan.steps, "", calls), *_groups(plan.groups, calls)]) + "\n"


def _names(plan: RecoveryPlan) -> Mapping[str, str]:
    """How the file calls each machine and step."""
    found: dict[str, str] = {}
    for name in (*(each.name for each in plan.machines), *(step.name for _, step in plan.all_steps())):
        short = _name(name)
        tries = (short, *(f"{short[: NAME_MAX - 8]} ({number})" for number in range(2, len(found) + 3)))
        found[name] = next(each for each in tries if each not in found.values())
    return found


def _name(name: str) -> str:
    return "".join(each if each.isprintable() else "?" for each in name)[:NAME_MAX].strip() or "?"


def _head(plan: RecoveryPlan) -> Iterator[str]:
    yield from _pairs({"name": _name(plan.name), "rto": _span(plan.rto_minutes)})
    selection = "" if plan.selection is Selection.LATEST else plan.selection.value
    yield from _pairs({"selection": selection, "provider": plan.provider or "", "dependents": plan.dependents or ""})


def _groups(groups: Iterable[PlanGroup], calls: Mapping[str, str]) -> Iterator[str]:
    for each in groups:
        yield from ("", "[[group]]", *_pairs({"name": _name(each.name)}))
        for machine in each.machines:
            yield from ("", "[[group.machine]]", *_machine(machine, calls))
        yield from _steps(each.steps, "group.", calls)


def _machine(machine: PlannedMachine, calls: Mapping[str, str]) -> Iterator[str]:
    yield from _pairs({"name": calls[machine.name], "needs": [calls[each] for each in machine.needs]})
    for phase, usual in PHASES.items():
        span: DurationRange = getattr(machine, phase)
        if span != usual:
            yield from _pairs({phase: _span(span.expected_minutes), f"{phase}_timeout": _span(span.worst_minutes)})


def _steps(steps: Iterable[PlanStep], place: str, calls: Mapping[str, str]) -> Iterator[str]:
    for each in steps:
        if not (each.types and each.directions):
            yield from ("", f"# the {each.kind.value} {_quoted(calls[each.name])} is left out: it runs in no failover")
            continue
        yield from ("", f"[[{place}{'pre' if each.moment is Moment.PRE else 'post'}]]", *_step(each, calls))


def _step(step: PlanStep, calls: Mapping[str, str]) -> Iterator[str]:
    yield from _pairs({"name": calls[step.name], "kind": step.kind.value, **_times(step)})
    yield from _pairs({"machine": calls.get(step.machine, ""), "needs": [calls[each] for each in step.needs]})
    every_type, every_direction = len(step.types) == len(FailoverType), len(step.directions) == len(Direction)
    yield from _pairs({"types": [] if every_type else [each.value for each in FailoverType if each in step.types]})
    ways = [] if every_direction else [each.value for each in Direction if each in step.directions]
    yield from _pairs({"directions": ways, "undone_by": _printable(step.undone_by)})


def _times(step: PlanStep) -> dict[str, str]:
    usual = DurationRange(STEP_TIMEOUT_MINUTES, STEP_TIMEOUT_MINUTES)
    if step.open_ended or (step.kind is not StepKind.PROMPT and step.span == usual):
        return {}
    return {"expected": _span(step.span.expected_minutes or None), "timeout": _span(step.span.worst_minutes or None)}


def _pairs(values: Mapping[str, str | list[str]]) -> Iterator[str]:
    """Lines of keys that say something."""
    for key, value in values.items():
        if value:
            told = f"[{', '.join(map(_quoted, value))}]" if isinstance(value, list) else _quoted(value)
            yield f"{key} = {told}"


def _quoted(text: str) -> str:
    """TOML's basic strings are JSON's where every character is printable."""
    return json.dumps(text, ensure_ascii=False)


def _printable(text: str) -> str:
    return "".join(each if each.isprintable() else "?" for each in text)[:200]


def _span(minutes: int | None) -> str:
    return "" if minutes is None else f"{minutes}m"
