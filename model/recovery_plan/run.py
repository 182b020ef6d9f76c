"""One run of a plan on paper: what happens to each task, how long it takes, and the chain that decides the time.

The graph must have no cycle. A failing task takes as long as it may; what is skipped takes no time.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum

import networkx as nx
from attrs import frozen

from siteproof.model.recovery_plan.graph import Task, TaskKind, blocked_tasks, graph_of
from siteproof.model.recovery_plan.plan import RecoveryPlan, Situation


class Fate(StrEnum):
    """What becomes of a task."""

    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


@frozen
class Course:
    """A plan in one situation, sorted so that it can be run many times: each task with the places of who precedes it.

    `waits` orders, `needs` also asks for success; `blocked` tasks never start.
    """

    situation: Situation
    tasks: tuple[Task, ...]
    waits: tuple[tuple[int, ...], ...]
    needs: tuple[tuple[int, ...], ...]
    blocked: frozenset[Task]


@frozen
class Run:
    """The fates, the expected and the longest time in minutes, when each task starts at worst, and the critical chain.

    The chain lists the tasks that take time on the longest path of the longest run.
    """

    situation: Situation
    fates: Mapping[Task, Fate]
    begins_minutes: Mapping[Task, int]
    expected_minutes: int
    worst_minutes: int
    chain: tuple[Task, ...]

    @property
    def machines_off(self) -> tuple[str, ...]:
        """Machines that are not up at the end, in an order in which they would have started."""
        return tuple(t.name for t, fate in self.fates.items() if t.kind is TaskKind.BOOT and fate is not Fate.DONE)

    @property
    def steps_skipped(self) -> tuple[Task, ...]:
        """Steps that never start."""
        return tuple(t for t, fate in self.fates.items() if t.kind is TaskKind.STEP and fate is Fate.SKIPPED)


def course_of(plan: RecoveryPlan, situation: Situation) -> Course:
    """Sort the plan's tasks; networkx raises NetworkXUnfeasible when there is a cycle."""
    graph = graph_of(plan, situation)
    tasks = tuple(nx.lexicographical_topological_sort(graph, key=str))
    place = {task: number for number, task in enumerate(tasks)}
    waits = tuple(tuple(place[each] for each in graph.predecessors(task)) for task in tasks)
    strict = [[each for each in graph.predecessors(task) if graph.edges[each, task]["strict"]] for task in tasks]
    needs = tuple(tuple(place[each] for each in listed) for listed in strict)
    return Course(situation, tasks, waits, needs, frozenset(blocked_tasks(plan, situation)))


def run(course: Course, failing: Task | None = None) -> Run:
    """Run the plan when nothing fails, or when exactly this task does."""
    fates = _fates(course, failing)
    expected = [_minutes(task, fate, worst=False) for task, fate in zip(course.tasks, fates, strict=True)]
    worst = [_minutes(task, fate, worst=True) for task, fate in zip(course.tasks, fates, strict=True)]
    begins = _begins(course, worst)
    chain = tuple(course.tasks[each] for each in _chain(course, worst, begins) if worst[each])
    times = _begins(course, expected)[-1], begins[-1]
    return Run(
        course.situation,
        dict(zip(course.tasks, fates, strict=True)),
        dict(zip(course.tasks, begins, strict=True)),
        *times,
        chain,
    )


def single_failures(course: Course) -> tuple[tuple[Task, Run], ...]:
    """Every task that can fail, with the run in which it is the only one that does."""
    tasks = [task for task, fate in run(course).fates.items() if fate is Fate.DONE and task.can_fail]
    return tuple((task, run(course, task)) for task in tasks)


def _fates(course: Course, failing: Task | None) -> list[Fate]:
    fates: list[Fate] = []
    for task, needs in zip(course.tasks, course.needs, strict=True):
        if task in course.blocked or any(fates[each] is not Fate.DONE for each in needs):
            fates.append(Fate.SKIPPED)
        else:
            fates.append(Fate.FAILED if task == failing else Fate.DONE)
    return fates


def _begins(course: Course, minutes: Sequence[int]) -> list[int]:
    """When each task starts; the last one is the gate at the end of the plan."""
    begins: list[int] = []
    for waits in course.waits:
        begins.append(max((begins[each] + minutes[each] for each in waits), default=0))
    return begins


def _chain(course: Course, minutes: Sequence[int], begins: Sequence[int]) -> list[int]:
    """From the end back to the start, always to a task whose end is the next one's start."""
    chain = [len(begins) - 1]
    while course.waits[chain[0]]:
        here = begins[chain[0]]
        chain.insert(0, next(each for each in course.waits[chain[0]] if begins[each] + minutes[each] == here))
    return chain


def _minutes(task: Task, fate: Fate, *, worst: bool) -> int:
    if fate is Fate.SKIPPED:
        return 0
    return task.span.worst_minutes if worst or fate is Fate.FAILED else task.span.expected_minutes
