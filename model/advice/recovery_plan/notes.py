"""What an operator should know of a plan although it refutes nothing.

Rule: a note decides nothing; it says what the provider does, what a drill leaves behind, and what nobody measured.
"""

from collections.abc import Iterator

from siteproof.model.advice.recovery_plan.findings import PlanFinding, PlanOutcome
from siteproof.model.advice.recovery_plan.plan import SITUATIONS, Dependents, FailoverType, RecoveryPlan, StepKind
from siteproof.model.advice.recovery_plan.provider import AsRun
from siteproof.model.spec.providers.catalogue import SEED


def notes(run_as: AsRun) -> tuple[PlanFinding, ...]:
    """The notes that there are; none of them is empty."""
    found = (_way_back(run_as), _left_behind(run_as.plan), _dependents(run_as.plan), _open_prompts(run_as.plan))
    return tuple(each for each in found if each.details)


def starts_without(plan: RecoveryPlan) -> dict[str, tuple[str, ...]]:
    """For each machine those that need it and start all the same when it does not; none where they stay off."""
    if plan.dependents is not Dependents.START_ANYWAY:
        return {}
    return {
        each.name: found
        for each in plan.machines
        if (found := tuple(other.name for other in plan.machines if each.name in other.needs))
    }


def _way_back(run_as: AsRun) -> PlanFinding:
    provider = (run_as.plan.provider or SEED.name).value
    sentence = f"on the way back {provider} runs no script and no runbook; put a prompt where somebody has to act"
    details = (
        f'{step.kind} "{step.name}" never runs on the way back, and no time is counted for it' for step in run_as.lost
    )
    return PlanFinding("way back", sentence, PlanOutcome.NOTE, tuple(details))


def _left_behind(plan: RecoveryPlan) -> PlanFinding:
    drill = next(each for each in SITUATIONS if each.type is FailoverType.TEST)
    sentence = "no step runs when a drill is cleaned up: what its steps changed outside of the machines stays"
    steps = (step for _, step in plan.all_steps() if step.kind is not StepKind.PROMPT and step.runs_in(drill))
    open_steps = (
        f'{step.kind} "{step.name}": say who takes it back, undone_by = "…"' for step in steps if not step.undone_by
    )
    return PlanFinding("drill", sentence, PlanOutcome.NOTE, tuple(open_steps))


def _dependents(plan: RecoveryPlan) -> PlanFinding:
    needs = [(machine.name, name) for machine in plan.machines for name in machine.needs]
    if plan.dependents is Dependents.START_ANYWAY:
        sentence = "a machine starts although one that it needs did not"
        return PlanFinding("dependents", sentence, PlanOutcome.NOTE, tuple(_without(plan)))
    sentence = (
        "a machine is taken to stay off when one that it needs did not start; boot groups of the service start it "
    )
    sentence += 'all the same: dependents = "start_anyway", or name the provider'
    facts = (f"{len(needs)} needs between machines",) if needs and plan.dependents is None else ()
    return PlanFinding("dependents", sentence, PlanOutcome.NOTE, facts)


def _without(plan: RecoveryPlan) -> Iterator[str]:
    for name, others in starts_without(plan).items():
        yield f"{', '.join(others)} {'starts' if len(others) == 1 else 'start'} without {name}"


def _open_prompts(plan: RecoveryPlan) -> PlanFinding:
    sentence = "nobody says how long a prompt waits: every time here is a least one, and grows by the wait"
    names = (f'prompt "{step.name}": expected = "10m" would say it' for _, step in plan.all_steps() if step.open_ended)
    return PlanFinding("prompts", sentence, PlanOutcome.NOTE, tuple(names))
