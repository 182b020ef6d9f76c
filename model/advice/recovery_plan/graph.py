"""A plan in one situation as a graph of tasks: who waits for whom, and whose failure stops whom (domain §4).

Every edge orders; a `strict` edge also needs success. All of the plan's semantics stand in `edges`; nothing else knows.
"""

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import pairwise

from attrs import frozen

from siteproof.model.advice.recovery_plan.plan import (
    Dependents,
    DurationRange,
    FailoverType,
    Moment,
    PlanGroup,
    PlannedMachine,
    PlanStep,
    RecoveryPlan,
    Situation,
    StepKind,
)


class TaskKind(StrEnum):
    """What a task does; a gate only waits."""

    GATE = "gate"
    SHUTDOWN = "shut down"
    FAIL_OVER = "fail over"
    BOOT = "boot"
    STEP = "step"


NO_TIME = DurationRange(0, 0)


@frozen(cache_hash=True)
class Task:
    """One node of the graph. `group` is 0 before all groups; `step` is set for steps, `machine` for whoever has one."""

    kind: TaskKind
    name: str
    group: int = 0
    span: DurationRange = NO_TIME
    machine: str = ""
    step: PlanStep | None = None

    def __str__(self) -> str:
        """How a chain names it."""
        if self.step is not None:
            return f'{self.step.kind} "{self.name}"'
        return f"{self.kind} {self.name}"

    @property
    def can_fail(self) -> bool:
        """Everything but gates and prompts."""
        return self.kind is not TaskKind.GATE and (self.step is None or self.step.kind is not StepKind.PROMPT)


Edge = tuple[Task, Task, bool]  # from, to, strict
Waits = dict[Task, dict[Task, bool]]  # a task, those that precede it, whether each is strict


def waits_of(plan: RecoveryPlan, situation: Situation) -> Waits:
    """Every task with those that precede it; each of them with whether its success is needed, too."""
    waits: Waits = {}
    for before, after, strict in edges(plan, situation):
        waits.setdefault(before, {})
        mine = waits.setdefault(after, {})
        mine[before] = strict or mine.get(before, False)
    return waits


def sorted_tasks(waits: Mapping[Task, Mapping[Task, bool]]) -> tuple[Task, ...]:
    """The tasks in an order in which nobody stands before whom it waits for; of those that could be next the first.

    Tasks that wait in a ring, and whoever waits for them, are left out.
    """
    names = {task: (str(task), number) for number, task in enumerate(waits)}
    open_waits = {task: len(before) for task, before in waits.items()}
    ready = [(*names[task], task) for task, count in open_waits.items() if not count]
    heapq.heapify(ready)
    followers: dict[Task, list[Task]] = {task: [] for task in waits}
    for task, before in waits.items():
        for each in before:
            followers[each].append(task)
    done: list[Task] = []
    while ready:
        task = heapq.heappop(ready)[-1]
        done.append(task)
        for each in followers[task]:
            open_waits[each] -= 1
            if not open_waits[each]:
                heapq.heappush(ready, (*names[each], each))
    return tuple(done)


def edges(plan: RecoveryPlan, situation: Situation) -> Iterator[Edge]:
    """Shutdown first (not in a test), then all fail over, then the groups in order, the steps in the order written.

    The shutdown is best effort, except on the way back: a planned failover that fails is cancelled (domain §1, 10).
    """
    machines = plan.machines
    before = [_task(step, 0) for step in plan.steps if step.moment is Moment.PRE and step.runs_in(situation)]
    gates = _gates(plan)
    yield from _row([gates[0], *before, gates[1]])
    stops = situation.type is not FailoverType.TEST
    if stops:
        yield from _fan(gates[1], [shutdown_of(each) for each in machines], gates[2])
    yield from _row([gates[1], gates[2]])
    yield from _fan(gates[2], [fail_over_of(each) for each in machines], gates[3])
    if situation.type is FailoverType.PLANNED:
        yield from ((shutdown_of(each), fail_over_of(each), True) for each in machines)
    for number, group in enumerate(plan.groups, 1):
        yield from _group_edges(group, number, situation, gates[2 + number], gates[3 + number])
    last = len(plan.groups) + 1
    after = [_task(step, last) for step in plan.steps if step.moment is Moment.POST and step.runs_in(situation)]
    yield from _row([gates[-2], *after, gates[-1]])
    yield from _needs(plan, situation)


def blocked_tasks(plan: RecoveryPlan, situation: Situation) -> dict[Task, str]:
    """Tasks that need a step which the filters leave out in this situation, each with that step's name."""
    absent = {step.name for _, step in plan.all_steps() if not step.runs_in(situation)}
    heads = _heads(plan, situation)
    return {heads[owner]: name for owner, name in needs_of(plan) if name in absent and owner in heads}


def needs_of(plan: RecoveryPlan) -> Iterator[tuple[str, str]]:
    """Every declared dependency: the name of who waits and of who is waited for."""
    yield from ((machine.name, name) for machine in plan.machines for name in machine.needs)
    yield from ((step.name, name) for _, step in plan.all_steps() for name in step.needs)


def shutdown_of(machine: PlannedMachine) -> Task:
    """The shutdown of the place that runs."""
    return Task(TaskKind.SHUTDOWN, machine.name, 0, machine.shutdown, machine.name)


def fail_over_of(machine: PlannedMachine) -> Task:
    """The machine's own failover: its disks are made from the point."""
    return Task(TaskKind.FAIL_OVER, machine.name, 0, machine.failover, machine.name)


def boot_of(machine: PlannedMachine, group: int) -> Task:
    """Power-on until the machine is up."""
    return Task(TaskKind.BOOT, machine.name, group, machine.boot, machine.name)


def _gates(plan: RecoveryPlan) -> list[Task]:
    ends = [f"group {number}" for number in range(1, len(plan.groups) + 1)]
    names = ["start", "preparation", "shutdown", "failover", *ends, "end"]
    return [Task(TaskKind.GATE, name, number) for number, name in enumerate(names)]


def _task(step: PlanStep, group: int) -> Task:
    return Task(TaskKind.STEP, step.name, group, step.span, step.machine, step)


def _row(tasks: Sequence[Task]) -> Iterator[Edge]:
    return ((a, b, False) for a, b in pairwise(tasks))


def _fan(start: Task, tasks: Iterable[Task], end: Task) -> Iterator[Edge]:
    for task in tasks:
        yield from _row([start, task, end])


def _group_edges(group: PlanGroup, number: int, situation: Situation, start: Task, end: Task) -> Iterator[Edge]:
    """Steps of the group, then its machines in parallel, each with steps of its own, then steps of the group."""
    shared = [step for step in group.steps if not step.machine and step.runs_in(situation)]
    before = [_task(step, number) for step in shared if step.moment is Moment.PRE]
    after = [_task(step, number) for step in shared if step.moment is Moment.POST]
    up = Task(TaskKind.GATE, f"machines of group {number}", number)
    ready = before[-1] if before else start
    yield from _row([start, *before])
    yield from _row([up, *after, end])
    if not group.machines:
        yield (ready, up, False)
    for machine in group.machines:
        yield from _machine_edges(machine, group, number, situation, ready, up)


def _machine_edges(
    machine: PlannedMachine, group: PlanGroup, number: int, situation: Situation, ready: Task, up: Task
) -> Iterator[Edge]:
    """A step before power-on has to succeed; one after it is skipped when the machine is off, and may fail."""
    before, after = (_own_steps(machine, group, number, situation, moment) for moment in Moment)
    boot = boot_of(machine, number)
    first = before[0] if before else boot
    yield (fail_over_of(machine), first, True)
    yield from _row([ready, first])
    yield from ((a, b, True) for a, b in pairwise([*before, boot]))
    yield from ((boot, step, True) for step in after)
    yield from _row([boot, *after, up])


def _own_steps(
    machine: PlannedMachine, group: PlanGroup, number: int, situation: Situation, moment: Moment
) -> list[Task]:
    mine = [step for step in group.steps if step.machine == machine.name and step.moment is moment]
    return [_task(step, number) for step in mine if step.runs_in(situation)]


def _heads(plan: RecoveryPlan, situation: Situation) -> dict[str, Task]:
    """The task that waits when a name has needs: a machine's first step before power-on, else its boot."""
    heads = {step.name: _task(step, group) for group, step in plan.all_steps() if step.runs_in(situation)}
    for number, group in enumerate(plan.groups, 1):
        for machine in group.machines:
            before = _own_steps(machine, group, number, situation, Moment.PRE)
            heads[machine.name] = before[0] if before else boot_of(machine, number)
    return heads


def _needs(plan: RecoveryPlan, situation: Situation) -> Iterator[Edge]:
    heads = _heads(plan, situation)
    boots = {each.name: boot_of(each, n) for n, group in enumerate(plan.groups, 1) for each in group.machines}
    tails = {**heads, **boots}
    anyway = plan.dependents is Dependents.START_ANYWAY
    for owner, name in needs_of(plan):
        if owner in heads and name in tails:
            yield (tails[name], heads[owner], not (anyway and {owner, name} <= boots.keys()))
