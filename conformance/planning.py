"""What a case does with a recovery plan: save it, run it, answer its prompts, follow production of its machines.

Rule: as the lab: it acts and never judges; a set-up that cannot be reached is Inconclusive.
"""

from collections.abc import Sequence
from typing import Any

from siteproof.conformance.grouped import planned_commands
from siteproof.conformance.lab import Lab, Machine
from siteproof.conformance.verify import given
from siteproof.model.nouns.commands import Answer, Refusal
from siteproof.model.nouns.plans import PlanCommand, PlanObservation, PlanRun, SavedPlan

PLAN = "shop"


def save(lab: Lab, plan: SavedPlan) -> Answer:
    """Have the plan kept."""
    return lab.tell(f"save plan {plan.name}", lambda: lab.subject.save_plan(plan))


def ask(lab: Lab, run: PlanRun, plan: str = PLAN, **fields: Any) -> Answer:
    """Ask for a run of the plan; an accepted one may still go on."""
    return _give(lab, PlanCommand(plan, run, **fields))


def _give(lab: Lab, command: PlanCommand) -> Answer:
    return lab.tell(f"run plan {command.plan} ({command.run.value})", lambda: lab.subject.run_plan(command))


def start(lab: Lab, machines: Sequence[Machine], run: PlanRun, **fields: Any) -> PlanObservation:
    """Run the plan that the case needs until it ends or waits, and follow production of its machines."""
    command = PlanCommand(PLAN, run, **fields)
    priors = {machine.name: lab.prior(machine) for machine in machines}
    asked = {each.machine: each for each in planned_commands(command, [each.before for each in priors.values()])}
    answer = _give(lab, command)
    said = answer.code.value if isinstance(answer, Refusal) else ""
    given(not said, f"the set-up needs a run of the plan, which was refused with {said}")
    lab.settle()
    for machine in machines:
        if machine.name in asked:
            lab.follow(machine, asked[machine.name], priors[machine.name])
    return look(lab)


def answer(lab: Lab) -> PlanObservation:
    """Answer the prompt that is shown, and let the plan go on until it ends or waits."""
    said = lab.tell(f"answer the prompt of {PLAN}", lambda: lab.subject.answer_prompt(PLAN))
    given(not isinstance(said, Refusal), "the prompt that is shown takes no answer")
    lab.settle()
    return look(lab)


def look(lab: Lab) -> PlanObservation:
    """What the plan shows now."""
    return lab.subject.observe_plan(PLAN)
