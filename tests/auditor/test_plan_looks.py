"""What one look at a plan may not show, each beside a sound one."""

from attrs import evolve

from siteproof.conformance.auditor.plans import contradictions
from siteproof.model.nouns.plans import (
    PlannedMachineView,
    PlanObservation,
    PlanPhase,
    PlanResult,
    PlanStage,
    SavedGroup,
    SavedPlan,
    SavedStep,
    StepOutcome,
    StepView,
)

PLAN = SavedPlan("shop", (SavedGroup(("data",), (SavedStep("prepare", machine="data"),)), SavedGroup(("web",))))


def look(
    data: PlanStage, web: PlanStage, step: StepOutcome = StepOutcome.SUCCEEDED, result: PlanResult = PlanResult.SUCCESS
) -> PlanObservation:
    """A finished plan with these stages."""
    machines = (PlannedMachineView("data", data), PlannedMachineView("web", web))
    return PlanObservation(PLAN, 0, PlanPhase.FINISHED, result, steps=(StepView("prepare", step),), machines=machines)


def wrong(seen: PlanObservation) -> list[str]:
    """The requirements that the look contradicts."""
    return [each.of for each in contradictions(seen)]


def test_a_plan_with_everything_up_is_sound() -> None:
    """Both machines are up, the step has succeeded."""
    assert wrong(look(PlanStage.UP, PlanStage.UP)) == []


def test_a_group_that_starts_too_early_is_named() -> None:
    """The second machine is up while the first one is only built; nobody waits for one that was given up."""
    early = evolve(look(PlanStage.BUILT, PlanStage.UP), phase=PlanPhase.RUNNING, result=PlanResult.OPEN)
    assert wrong(early) == ["SP-PLN-7"]
    assert wrong(look(PlanStage.FAILED, PlanStage.UP, result=PlanResult.PARTIAL)) == []


def test_an_unprepared_machine_that_is_up_is_named() -> None:
    """Its step before power-on has failed, and it runs."""
    assert wrong(look(PlanStage.UP, PlanStage.UP, StepOutcome.FAILED, PlanResult.PARTIAL)) == ["SP-PLN-11"]
    assert wrong(look(PlanStage.LEFT_OFF, PlanStage.UP, StepOutcome.FAILED, PlanResult.PARTIAL)) == []


def test_a_result_that_is_not_what_happened_is_named() -> None:
    """Success with a machine off, a partial success with everything up, and a result before the end."""
    assert wrong(look(PlanStage.UP, PlanStage.FAILED)) == ["SP-PLN-13"]
    assert wrong(look(PlanStage.UP, PlanStage.UP, result=PlanResult.PARTIAL)) == ["SP-PLN-13"]
    assert wrong(evolve(look(PlanStage.UP, PlanStage.BUILT), phase=PlanPhase.PROMPTING)) == ["SP-PLN-13"]
