"""What changes from one plan to another: machines, order of groups, steps, times; a changed order is named.

Rule: groups are compared by their machines, for tools rename them; a step by its name and by what it says.
"""

from collections.abc import Iterator, Sequence

from attrs import frozen

from siteproof.model.advice.policy.duration import spell
from siteproof.model.advice.recovery_plan.checks import PlanVerdict, judge
from siteproof.model.advice.recovery_plan.plan import PlanGroup, PlanStep, RecoveryPlan


@frozen
class PlanChange:
    """One difference: what kind it is, and a sentence."""

    kind: str
    sentence: str


def difference(old: RecoveryPlan, new: RecoveryPlan) -> tuple[PlanChange, ...]:
    """Every difference that decides something when the plans run; none for plans that only call groups otherwise."""
    return (*_machines(old, new), *_order(old, new), *_steps(old, new), *_times(judge(old), judge(new)))


def _machines(old: RecoveryPlan, new: RecoveryPlan) -> Iterator[PlanChange]:
    before, after = _groups_of(old), _groups_of(new)
    for name in before.keys() - after.keys():
        yield PlanChange("machine", f"{name} is not in the new plan")
    for name in after.keys() - before.keys():
        yield PlanChange("machine", f"{name} is new")
    if _shapes(old) != _shapes(new) and sorted(map(sorted, _shapes(old))) != sorted(map(sorted, _shapes(new))):
        for name in sorted(before.keys() & after.keys()):
            if before[name] != after[name]:
                yield PlanChange("order", f"{name} moves from group {before[name]} to group {after[name]}")


def _order(old: RecoveryPlan, new: RecoveryPlan) -> Iterator[PlanChange]:
    before, after = _shapes(old), _shapes(new)
    if before != after and sorted(map(sorted, before)) == sorted(map(sorted, after)):
        told = " → ".join(", ".join(sorted(each)) or "a gate" for each in after)
        sentence = f"the same groups stand in another order: {told}; a tool that writes plans does this without a word"
        yield PlanChange("order", sentence)


def _steps(old: RecoveryPlan, new: RecoveryPlan) -> Iterator[PlanChange]:
    before, after = _known(old), _known(new)
    yield from (PlanChange("step", f'{before[name].kind} "{name}" is gone') for name in before if name not in after)
    yield from (PlanChange("step", f'{after[name].kind} "{name}" is new') for name in after if name not in before)
    for name in (name for name in before if name in after):
        told = list(_changed(before[name], after[name]))
        if told:
            yield PlanChange("step", f'"{name}": {", ".join(told)}')
    common = [[name for name in one if name in other] for one, other in ((before, after), (after, before))]
    if common[0] != common[1]:
        yield PlanChange("order", f"the same steps run in another order: {' → '.join(common[1])}")


def _changed(old: PlanStep, new: PlanStep) -> Iterator[str]:
    for field in ("kind", "moment", "machine"):
        if getattr(old, field) != getattr(new, field):
            yield f"{field} {getattr(old, field) or 'none'} → {getattr(new, field) or 'none'}"
    for field in ("types", "directions", "needs"):
        one, other = sorted(getattr(old, field)), sorted(getattr(new, field))
        if one != other:
            yield f"{field} {' '.join(one) or 'none'} → {' '.join(other) or 'none'}"
    if old.span != new.span:
        yield f"at worst {spell(old.span.worst_minutes)} → {spell(new.span.worst_minutes)}"


def _times(old: PlanVerdict, new: PlanVerdict) -> Iterator[PlanChange]:
    before = {str(each.run.situation): each.run.worst_minutes for each in old.situations}
    for each in new.situations:
        name, now = str(each.run.situation), each.run.worst_minutes
        if before.get(name, now) != now:
            yield PlanChange("time", f"{name} failover: at worst {spell(before[name])} → {spell(now)}")
    if old.sound != new.sound:
        yield PlanChange("verdict", "the new plan is sound" if new.sound else "the new plan is not sound any more")


def _groups_of(plan: RecoveryPlan) -> dict[str, int]:
    return {each.name: number for number, group in enumerate(plan.groups, 1) for each in group.machines}


def _shapes(plan: RecoveryPlan) -> list[list[str]]:
    return [_names(group) for group in plan.groups]


def _names(group: PlanGroup) -> list[str]:
    return sorted(each.name for each in group.machines)


def _known(plan: RecoveryPlan) -> dict[str, PlanStep]:
    return {step.name: step for _, step in _in_order(plan)}


def _in_order(plan: RecoveryPlan) -> Sequence[tuple[int, PlanStep]]:
    return sorted(plan.all_steps(), key=lambda each: each[0])
