"""One run of a plan on paper: what happens to each task, how long it takes, and the chain that decides the time.

The graph must have no cycle. A failing task takes as long as it may; what is skipped takes no time.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from attrs import frozen

from siteproof.model.advice.recovery_plan.graph import Task, TaskKind, blocked_tasks, sorted_tasks, waits_of
from siteproof.model.advice.recovery_plan.plan import RecoveryPlan, Situation


class TaskFate(StrEnum):
    """What becomes of a task."""

    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


@frozen
class PreparedPlan:
    """A plan in one situation, sorted so that it can be run many times: each task with the places of who precedes it.

    `waits` orders, `needs` also asks for success; `blocked` tasks never start.
    """

    situation: Situation
    tasks: tuple[Task, ...]
    waits: tuple[tuple[int, ...], ...]
    needs: tuple[tuple[int, ...], ...]
    blocked: frozenset[Task]


@frozen
class Aftermath:
    """What one failure does: who is not up at the end, in starting order, what never starts, and how long it takes."""

    machines_off: tuple[str, ...]
    steps_skipped: tuple[Task, ...]
    expected_minutes: int
    worst_minutes: int


@frozen
class SimulatedRun:
    """The fates, the expected and the longest time in minutes, when each task starts at worst, and the critical chain.

    The chain lists the tasks that take time on the longest path of the longest run.
    """

    situation: Situation
    fates: Mapping[Task, TaskFate]
    begins_minutes: Mapping[Task, int]
    expected_minutes: int
    worst_minutes: int
    chain: tuple[Task, ...]

    @property
    def machines_off(self) -> tuple[str, ...]:
        """Machines that are not up at the end, in an order in which they would have started."""
        return tuple(t.name for t, fate in self.fates.items() if t.kind is TaskKind.BOOT and fate is not TaskFate.DONE)

    @property
    def steps_skipped(self) -> tuple[Task, ...]:
        """Steps that never start."""
        return tuple(t for t, fate in self.fates.items() if t.kind is TaskKind.STEP and fate is TaskFate.SKIPPED)


def course_of(plan: RecoveryPlan, situation: Situation) -> PreparedPlan:
    """Sort the plan's tasks; there must be no cycle (`checks` looks for one first)."""
    waits = waits_of(plan, situation)
    tasks = sorted_tasks(waits)
    assert len(tasks) == len(waits), "a plan with a cycle cannot run"
    place = {task: number for number, task in enumerate(tasks)}
    needs = (tuple(place[each] for each, strict in waits[task].items() if strict) for task in tasks)
    orders = (tuple(place[each] for each in waits[task]) for task in tasks)
    return PreparedPlan(situation, tasks, tuple(orders), tuple(needs), frozenset(blocked_tasks(plan, situation)))


def run(course: PreparedPlan, failing: Task | None = None) -> SimulatedRun:
    """Run the plan when nothing fails, or when exactly this task does."""
    fates = _fates(course, failing)
    expected, worst = (_minutes(course.tasks, fates, worst=each) for each in (False, True))
    begins = _begins(course.waits, worst)
    chain = tuple(course.tasks[each] for each in _chain(course, worst, begins) if worst[each])
    times = _begins(course.waits, expected)[-1], begins[-1]
    return SimulatedRun(
        course.situation,
        dict(zip(course.tasks, fates, strict=True)),
        dict(zip(course.tasks, begins, strict=True)),
        *times,
        chain,
    )


def single_failures(course: PreparedPlan) -> tuple[tuple[Task, Aftermath], ...]:
    """Every task that can fail, with what happens when it is the only one that does."""
    fates = _fates(course, None)
    usual = [_usual(course, fates, worst=each) for each in (False, True)]
    usual_off = [place for place, fate in enumerate(fates) if fate is not TaskFate.DONE]
    stopped_by = _dependants(course)
    failures = []
    for place, task in enumerate(course.tasks):
        if fates[place] is TaskFate.DONE and task.can_fail:
            skipped = _closure(place, stopped_by)
            times = [_length(course, each, place, skipped) for each in usual]
            failures.append((task, _aftermath(course, place, sorted({place, *skipped, *usual_off}), times)))
    return tuple(failures)


@frozen
class _Usual:
    """The run in which nothing fails: how long each task takes, when it starts, how much comes after its end."""

    minutes: list[int]
    begins: list[int]
    tails: list[int]


def _usual(course: PreparedPlan, fates: Sequence[TaskFate], *, worst: bool) -> _Usual:
    minutes = _minutes(course.tasks, fates, worst=worst)
    tails = [0] * len(minutes)
    for place in reversed(range(len(minutes))):
        for before in course.waits[place]:
            tails[before] = max(tails[before], minutes[place] + tails[place])
    return _Usual(minutes, _begins(course.waits, minutes), tails)


def _length(course: PreparedPlan, usual: _Usual, failing: int, skipped: set[int]) -> int:
    """How long the plan takes: nothing before the failing task changes; if it only takes longer, only its paths do."""
    longest = course.tasks[failing].span.worst_minutes
    if not skipped and longest >= usual.minutes[failing]:
        return max(usual.begins[-1], usual.begins[failing] + longest + usual.tails[failing])
    minutes = list(usual.minutes)
    minutes[failing] = longest
    for each in skipped:
        minutes[each] = 0
    return _begins(course.waits, minutes, usual.begins[: _first_change(minutes, usual.minutes)])[-1]


def _aftermath(course: PreparedPlan, failing: int, missing: Iterable[int], times: Sequence[int]) -> Aftermath:
    tasks = [(place, course.tasks[place]) for place in missing]
    return Aftermath(
        tuple(task.name for _, task in tasks if task.kind is TaskKind.BOOT),
        tuple(task for place, task in tasks if task.kind is TaskKind.STEP and place != failing),
        times[0],
        times[1],
    )


def _dependants(course: PreparedPlan) -> list[list[int]]:
    """For each task those that need its success."""
    dependants: list[list[int]] = [[] for _ in course.tasks]
    for place, needs in enumerate(course.needs):
        for each in needs:
            dependants[each].append(place)
    return dependants


def _closure(place: int, followers: Sequence[Sequence[int]]) -> set[int]:
    """Everybody who is skipped when this task does not succeed."""
    found: set[int] = set()
    waiting = [place]
    while waiting:
        new = [each for each in followers[waiting.pop()] if each not in found]
        found.update(new)
        waiting += new
    return found


def _first_change(changed: Sequence[int], before: Sequence[int]) -> int:
    """How many starts stay what they were: up to the first task that takes another time."""
    places = (place for place, (a, b) in enumerate(zip(changed, before, strict=True)) if a != b)
    return next(places, len(before) - 1) + 1


def _fates(course: PreparedPlan, failing: Task | None) -> list[TaskFate]:
    fates: list[TaskFate] = []
    for task, needs in zip(course.tasks, course.needs, strict=True):
        if task in course.blocked or any(fates[each] is not TaskFate.DONE for each in needs):
            fates.append(TaskFate.SKIPPED)
        else:
            fates.append(TaskFate.FAILED if task == failing else TaskFate.DONE)
    return fates


def _begins(waits: Sequence[Sequence[int]], minutes: Sequence[int], known: Sequence[int] = ()) -> list[int]:
    """When each task starts, the first of them as known; the last one is the gate at the end of the plan."""
    ends = [begin + each for begin, each in zip(known, minutes, strict=False)]
    begins = list(known)
    for place in range(len(known), len(waits)):
        before = waits[place]
        begin = max([ends[each] for each in before]) if before else 0
        begins.append(begin)
        ends.append(begin + minutes[place])
    return begins


def _chain(course: PreparedPlan, minutes: Sequence[int], begins: Sequence[int]) -> list[int]:
    """From the end back to the start, always to a task whose end is the next one's start."""
    chain = [len(begins) - 1]
    while course.waits[chain[0]]:
        here = begins[chain[0]]
        chain.insert(0, next(each for each in course.waits[chain[0]] if begins[each] + minutes[each] == here))
    return chain


def _minutes(tasks: Iterable[Task], fates: Iterable[TaskFate], *, worst: bool) -> list[int]:
    return [_minutes_of(task, fate, worst=worst) for task, fate in zip(tasks, fates, strict=True)]


def _minutes_of(task: Task, fate: TaskFate, *, worst: bool) -> int:
    if fate is TaskFate.SKIPPED:
        return 0
    return task.span.worst_minutes if worst or fate is TaskFate.FAILED else task.span.expected_minutes
