"""The verdict on a plan: one finding per rule, each refutation with the steps and machines that it speaks of.

A plan with a cycle cannot run, so nothing after the cycle check is computed for it.
"""

from collections.abc import Collection, Iterable, Mapping

from attrs import evolve, field, frozen

from siteproof.model.advice.recovery_plan.findings import PlanFinding, PlanOutcome
from siteproof.model.advice.recovery_plan.graph import (
    Task,
    TaskKind,
    Waits,
    blocked_tasks,
    needs_of,
    sorted_tasks,
    waits_of,
)
from siteproof.model.advice.recovery_plan.notes import notes, starts_without
from siteproof.model.advice.recovery_plan.plan import (
    GROUPS_MAX,
    MACHINES_MAX,
    SITUATIONS,
    DurationRange,
    FailoverType,
    RecoveryPlan,
    Situation,
    StepKind,
)
from siteproof.model.advice.recovery_plan.provider import as_run
from siteproof.model.advice.recovery_plan.run import Aftermath, SimulatedRun, course_of, run, single_failures


@frozen
class Failures:
    """What each single failure does in one situation; `without`: who starts although the failing machine does not."""

    run: SimulatedRun
    failing: tuple[tuple[Task, Aftermath], ...]
    without: Mapping[str, tuple[str, ...]] = field(factory=dict)


@frozen
class PlanVerdict:
    """All findings, then one run and its single failures per situation; none when the plan cannot run."""

    plan: RecoveryPlan
    findings: tuple[PlanFinding, ...]
    situations: tuple[Failures, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether nothing is refuted."""
        return all(each.outcome is not PlanOutcome.REFUTED for each in self.findings)


def judge(plan: RecoveryPlan) -> PlanVerdict:
    """Judge a plan that has been read without a Problem, as its provider runs it."""
    run_as = as_run(plan)
    verdict = _judge(run_as.plan, {step.name for step in run_as.lost})
    return evolve(verdict, findings=(*verdict.findings, *notes(run_as)))


def _judge(plan: RecoveryPlan, lost: Collection[str]) -> PlanVerdict:
    limits = _limits(plan)
    if limits.outcome is PlanOutcome.REFUTED:
        return PlanVerdict(plan, (limits,))
    shape = (limits, _order(plan), _cycles(plan))
    if any(each.outcome is PlanOutcome.REFUTED for each in shape):
        return PlanVerdict(plan, (*shape, _reach(plan, lost), _timeouts(plan)))
    courses = [course_of(plan, each) for each in SITUATIONS]
    anyway = starts_without(plan)
    situations = tuple(Failures(run(each), single_failures(each), anyway) for each in courses)
    findings = (*shape, _reach(plan, lost), _timeouts(plan), _objective(plan, [each.run for each in situations]))
    return PlanVerdict(plan, findings, situations)


def places(plan: RecoveryPlan) -> dict[str, int]:
    """The group of each machine and step: 0 before all groups, one more than there are after them."""
    steps = {step.name: number for number, step in plan.all_steps()}
    machines = {each.name: n for n, group in enumerate(plan.groups, 1) for each in group.machines}
    return {**steps, **machines}


def _limits(plan: RecoveryPlan) -> PlanFinding:
    facts = f"{len(plan.machines)} machines in {len(plan.groups)} groups"
    wrong = [facts] if len(plan.machines) > MACHINES_MAX or len(plan.groups) > GROUPS_MAX else []
    return _finding("SP-PLN-4", f"at most {MACHINES_MAX} machines and {GROUPS_MAX} boot groups", wrong, facts)


def _order(plan: RecoveryPlan) -> PlanFinding:
    """Whoever is needed stands in the same group or in an earlier one."""
    group = places(plan)
    wrong = [
        f"{owner} (group {group[owner]}) needs {name} (group {group[name]}), which starts only afterwards"
        for owner, name in needs_of(plan)
        if group[name] > group[owner]
    ]
    return _finding("SP-PLN-7", "nothing waits for a later boot group", wrong)


def _cycles(plan: RecoveryPlan) -> PlanFinding:
    """Cycles that are not only a wrong order of groups; each is shown once, whatever the situation."""
    found: dict[str, None] = {}
    for situation in SITUATIONS:
        waits = _within_order(plan, situation)
        if len(sorted_tasks(waits)) < len(waits):
            from siteproof.model.advice.recovery_plan.deadlocks import (  # noqa: PLC0415  (a sound plan needs no networkx)
                rings,
            )

            found |= dict.fromkeys(rings(waits))
    return _finding("SP-PLN-2", "no machine and no step waits for itself", sorted(found))


def _within_order(plan: RecoveryPlan, situation: Situation) -> Waits:
    """Who waits for whom, without the waits for a later group."""
    group = places(plan)

    def backward(before: Task, after: Task) -> bool:
        gates = TaskKind.GATE in (before.kind, after.kind)
        return not gates and group.get(before.name, 0) > group.get(after.name, 0)

    waits = waits_of(plan, situation)
    return {
        task: {each: strict for each, strict in before.items() if not backward(each, task)}
        for task, before in waits.items()
    }


def _reach(plan: RecoveryPlan, lost: Collection[str]) -> PlanFinding:
    """Each step runs in some situation, and nobody waits for a step that the filters leave out."""
    dead_steps = [s for _, s in plan.all_steps() if not any(s.runs_in(each) for each in SITUATIONS)]
    unreachable = [step for step in dead_steps if step.name not in lost]  # what the provider leaves out is a note
    wrong = [
        f'{each.kind} "{each.name}" never runs: no failover is {_either(each.types)} and {_either(each.directions)}'
        for each in unreachable
    ]
    dead = {step.name for step in unreachable}
    for situation in SITUATIONS:
        wrong += [
            f'{task} waits for "{name}", which does not run in {_article(situation)} failover'
            for task, name in blocked_tasks(plan, situation).items()
            if name not in dead
        ]
    return _finding("SP-PLN-8", "every step can run, and nothing waits for a step that is filtered out", wrong)


def _timeouts(plan: RecoveryPlan) -> PlanFinding:
    """What is expected to take longer than it may would be stopped every time."""
    spans: list[tuple[str, DurationRange]] = [(f'{step.kind} "{step.name}"', step.span) for _, step in plan.all_steps()]
    for machine in plan.machines:
        phases = (("shutdown", machine.shutdown), ("failover", machine.failover), ("boot", machine.boot))
        spans += [(f"{phase} of {machine.name}", span) for phase, span in phases]
    wrong = [
        f"{name} is expected to take {span.expected_minutes} min but may take {span.worst_minutes} min"
        for name, span in spans
        if span.expected_minutes > span.worst_minutes
    ]
    return _finding("SP-PLN-9", "nothing is expected to take longer than its timeout", wrong)


def _objective(plan: RecoveryPlan, runs: Iterable[SimulatedRun]) -> PlanFinding:
    sentence = "the longest run keeps the recovery time objective"
    if plan.rto_minutes is None:
        return PlanFinding("RTO", sentence, PlanOutcome.NOT_APPLICABLE, ("the plan names no rto",))
    judged = [each for each in runs if each.situation.type is not FailoverType.TEST]
    wrong = [
        f"{each.situation}: {each.worst_minutes} min at worst, {plan.rto_minutes} min allowed"
        for each in judged
        if each.worst_minutes > plan.rto_minutes
    ]
    left = plan.rto_minutes - max(each.worst_minutes for each in judged)
    waits = any(step.open_ended for _, step in plan.all_steps())
    more = f"; the prompts may wait for {left} min together, longer ones break it" if waits else ""
    return _finding("RTO", sentence, wrong, f"{plan.rto_minutes} min allowed; a test need not keep it{more}")


def _finding(name: str, sentence: str, wrong: Iterable[str], facts: str = "") -> PlanFinding:
    listed = tuple(wrong)
    if listed:
        return PlanFinding(name, sentence, PlanOutcome.REFUTED, listed)
    return PlanFinding(name, sentence, PlanOutcome.PASS, (facts,) if facts else ())


def _either(words: Iterable[str]) -> str:
    return " or ".join(sorted(words))


def _article(situation: Situation) -> str:
    return f"{'an' if str(situation)[0] in 'aeiou' else 'a'} {situation}"


def prompts(plan: RecoveryPlan) -> Mapping[str, DurationRange]:
    """The prompts of a plan and how long they are expected to wait; they have no bound of their own."""
    return {step.name: step.span for _, step in plan.all_steps() if step.kind is StepKind.PROMPT}
