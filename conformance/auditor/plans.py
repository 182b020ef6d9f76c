"""Plans: what one look at a recovery plan contradicts by itself, whatever the case is about.

Rule: facts of that look only; a machine's own word about itself is compared with the plan's by the cases.
"""

from collections.abc import Iterator

from siteproof.conformance.auditor.oracle import Wrong
from siteproof.model.nouns.plans import PlanObservation, PlanPhase, PlanResult, PlanStage, StepMoment, StepOutcome

GIVEN_UP = frozenset({PlanStage.LEFT_OFF, PlanStage.FAILED})


def contradictions(seen: PlanObservation) -> Iterator[Wrong]:
    """Everything that is wrong with it, each with its requirement."""
    yield from _order(seen)
    yield from _preparation(seen)
    yield from _result(seen)


def _order(seen: PlanObservation) -> Iterator[Wrong]:
    """A boot group starts only when every machine of the one before it is up, or was given up."""
    stages = {each.name: each.stage for each in seen.machines}
    before: list[str] = []
    for group in seen.plan.groups:
        up = [name for name in group.machines if stages.get(name) is PlanStage.UP]
        late = [name for name in before if stages.get(name) not in (PlanStage.UP, *GIVEN_UP)]
        if up and late:
            yield Wrong(f"{late[0]} up before {up[0]} starts", f"{late[0]} is {stages[late[0]].value}", "SP-PLN-7")
        before += group.machines


def _preparation(seen: PlanObservation) -> Iterator[Wrong]:
    """Whose step before power-on has failed is not up."""
    stages = {each.name: each.stage for each in seen.machines}
    failed = {each.name for each in seen.steps if each.outcome is StepOutcome.FAILED}
    for step in (step for group in seen.plan.groups for step in group.steps):
        unprepared = step.machine and step.moment is StepMoment.BEFORE and step.name in failed
        if unprepared and stages.get(step.machine) is PlanStage.UP:
            yield Wrong(f"{step.machine} left off, because {step.name} has failed", "it is up", "SP-PLN-11")


def _result(seen: PlanObservation) -> Iterator[Wrong]:
    """A finished plan says success exactly when every machine is up and no step has failed."""
    up = all(each.stage is PlanStage.UP for each in seen.machines)
    failed = [each.name for each in seen.steps if each.outcome is StepOutcome.FAILED]
    expected = PlanResult.SUCCESS if up and not failed else PlanResult.PARTIAL
    if seen.phase is not PlanPhase.FINISHED:
        expected = PlanResult.OPEN
    if seen.result is not expected:
        yield Wrong(f"the result {expected.value} of a plan that is {seen.phase.value}", seen.result.value, "SP-PLN-13")
