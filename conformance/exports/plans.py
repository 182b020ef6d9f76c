"""An exported recovery plan as a plan of ours: boot groups in order, their machines, their actions.

Rule: an export says neither how long anything takes nor who needs whom; spans are defaults, manual actions open-ended.
Actions of the shutdown and failover groups stand before the first boot group.
"""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from attrs import frozen

from siteproof.conformance.exports.things import Thing
from siteproof.conformance.exports.vault import key_of
from siteproof.conformance.exports.words import bare
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
from siteproof.model.nouns.vocabulary import Direction
from siteproof.model.spec.providers.catalogue import provider_of_type

KINDS = {
    "automationrunbookactiondetails": StepKind.RUNBOOK,
    "manualactiondetails": StepKind.PROMPT,
    "scriptactiondetails": StepKind.SCRIPT,
}
TYPES = {
    "testfailover": FailoverType.TEST,
    "unplannedfailover": FailoverType.UNPLANNED,
    "plannedfailover": FailoverType.PLANNED,
}
Meant = TypeVar("Meant", FailoverType, Direction)
DIRECTIONS = {"primarytorecovery": Direction.FORWARD, "recoverytoprimary": Direction.REVERSE}


@frozen
class ExportedMember:
    """A machine of an exported plan: the id that the plan gives it, and its name where the machine was exported too."""

    identity: str
    name: str
    group: int


def members(plan: Thing, names: Mapping[str, str]) -> Iterator[ExportedMember]:
    """Every machine that a boot group names, as often as it is named; `names` are known machines by their key."""
    for number, group in enumerate(_boots(plan), 1):
        for each in group.parts("replicationProtectedItems"):
            key = key_of(each.id)
            yield ExportedMember(each.id, names.get(key, key), number)


def plan_of(plan: Thing, names: Mapping[str, str] | None = None) -> RecoveryPlan:
    """The plan; a machine that stands in several groups is planned in the first of them."""
    known, seen, used = names or {}, set[str](), set[str]()
    groups: list[PlanGroup] = []
    for number, group in enumerate(_boots(plan), 1):
        machines = [each.name for each in members(plan, known) if each.group == number and each.name not in seen]
        fresh = list(dict.fromkeys(machines))
        seen |= set(fresh)
        name = group.text("name") or f"group {number}"
        steps = tuple(_steps(group, used))
        groups.append(PlanGroup(name, tuple(PlannedMachine(each) for each in fresh), steps))
    before = tuple(step for group in _others(plan) for step in _as_pre(_steps(group, used)))
    types = plan.words("replicationProviders") or ()
    provider = next((found.name for each in types if (found := provider_of_type(each)) is not None), None)
    return RecoveryPlan(plan.name, tuple(groups), before, provider=provider)


def _boots(plan: Thing) -> Iterator[Thing]:
    return (each for each in plan.parts("groups") if bare(each.text("groupType") or "") == "boot")


def _others(plan: Thing) -> Iterator[Thing]:
    return (each for each in plan.parts("groups") if bare(each.text("groupType") or "") != "boot")


def _steps(group: Thing, used: set[str]) -> Iterator[PlanStep]:
    for field, moment in (("startGroupActions", Moment.PRE), ("endGroupActions", Moment.POST)):
        yield from (_step(action, moment, used) for action in group.parts(field))


def _as_pre(steps: Iterator[PlanStep]) -> Iterator[PlanStep]:
    for each in steps:
        yield PlanStep(
            each.name, each.kind, each.span, Moment.PRE, "", (), each.types, each.directions, each.open_ended
        )


def _step(action: Thing, moment: Moment, used: set[str]) -> PlanStep:
    kind = KINDS.get(bare(action.text("instanceType") or ""), StepKind.SCRIPT)
    waits = kind is StepKind.PROMPT
    types, directions = _among(action, "failoverTypes", TYPES), _among(action, "failoverDirections", DIRECTIONS)
    span = DurationRange(0, 0) if waits else DurationRange(STEP_TIMEOUT_MINUTES, STEP_TIMEOUT_MINUTES)
    name = _unused(action.text("actionName") or action.name or kind.value, used)
    return PlanStep(name, kind, span, moment, "", (), types, directions, waits)


def _among(action: Thing, field: str, known: Mapping[str, Meant]) -> frozenset[Meant]:
    """What an action is for; for everything when the export does not say it."""
    listed = action.words(field)
    return frozenset(known.values() if listed is None else (known[each] for each in map(bare, listed) if each in known))


def _unused(name: str, used: set[str]) -> str:
    """One name, one step: the service lets several have the same."""
    numbers = (f"{name} ({number})" for number in range(2, len(used) + 3))
    found = name if name not in used else next(each for each in numbers if each not in used)
    used.add(found)
    return found
