"""What a provider makes of a plan: which steps it never runs on the way back, and who starts without whom.

Rule: the rules stand in the provider's data; here a plan becomes the plan as it is really run, with what was lost.
"""

from collections.abc import Iterator

from attrs import evolve, frozen

from siteproof.model.advice.recovery_plan.plan import SITUATIONS, Dependents, PlanStep, RecoveryPlan, StepKind
from siteproof.model.nouns.vocabulary import Direction
from siteproof.model.spec.providers.catalogue import PROVIDERS, SEED


@frozen
class AsRun:
    """The plan as the provider runs it, and the steps that it leaves out on the way back."""

    plan: RecoveryPlan
    lost: tuple[PlanStep, ...]


def as_run(plan: RecoveryPlan) -> AsRun:
    """Only prompts run on the way back where the provider has no automation there; a named provider says who starts."""
    rules = (PROVIDERS[plan.provider] if plan.provider is not None else SEED).plan
    anyway = Dependents.START_ANYWAY if rules.dependents_start_anyway else Dependents.STAY_OFF
    said = plan.dependents or (anyway if plan.provider is not None else None)
    plan = evolve(plan, dependents=said)
    if rules.automation_on_the_way_back:
        return AsRun(plan, ())
    lost = tuple(step for _, step in plan.all_steps() if _is_lost(step))
    groups = tuple(evolve(group, steps=tuple(_forward(group.steps))) for group in plan.groups)
    return AsRun(evolve(plan, groups=groups, steps=tuple(_forward(plan.steps))), lost)


def _is_lost(step: PlanStep) -> bool:
    runs_back = any(step.runs_in(each) for each in SITUATIONS if each.direction is Direction.REVERSE)
    return step.kind is not StepKind.PROMPT and runs_back


def _forward(steps: tuple[PlanStep, ...]) -> Iterator[PlanStep]:
    """A step that was for the way back alone stays in the plan and never runs."""
    for step in steps:
        yield evolve(step, directions=step.directions - {Direction.REVERSE}) if _is_lost(step) else step
