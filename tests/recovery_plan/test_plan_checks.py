"""A plan is judged: order, cycles, filters, timeouts, the longest run and each single failure."""

import itertools
import random

import networkx as nx
from attrs import evolve

from siteproof.model.advice.recovery_plan.checks import judge
from siteproof.model.advice.recovery_plan.deadlocks import graph_of
from siteproof.model.advice.recovery_plan.findings import PlanOutcome
from siteproof.model.advice.recovery_plan.graph import Task, TaskKind, sorted_tasks, waits_of
from siteproof.model.advice.recovery_plan.plan import (
    SITUATIONS,
    DurationRange,
    FailoverType,
    Moment,
    PlanGroup,
    PlannedMachine,
    PlanStep,
    RecoveryPlan,
    StepKind,
)
from siteproof.model.advice.recovery_plan.run import Aftermath, TaskFate, course_of, run, single_failures
from siteproof.model.nouns.vocabulary import Direction

UNPLANNED, TEST, PLANNED = SITUATIONS


def step(name: str, worst: int = 5, moment: Moment = Moment.PRE, machine: str = "", needs: str = "") -> PlanStep:
    """A script that takes a minute when all is well."""
    return PlanStep(name, StepKind.SCRIPT, DurationRange(1, worst), moment, machine, tuple(needs.split()))


def machine(name: str, needs: str = "", boot: int = 5) -> PlannedMachine:
    """A machine with the default spans."""
    return PlannedMachine(name, boot=DurationRange(3, boot), needs=tuple(needs.split()))


def plan(*groups: PlanGroup, **changed: object) -> RecoveryPlan:
    """A plan of these groups."""
    return evolve(RecoveryPlan("plan", groups), **changed)  # type: ignore[arg-type]  # the fields of a plan


def refuted(given: RecoveryPlan) -> dict[str, tuple[str, ...]]:
    """The refuted findings of a plan with what breaks them."""
    return {each.id: each.details for each in judge(given).findings if each.outcome is PlanOutcome.REFUTED}


def when_fails(given: RecoveryPlan, name: str, kind: TaskKind) -> Aftermath:
    """What happens when only this task fails, in an unplanned failover."""
    failures = {(task.kind, task.name): after for task, after in single_failures(course_of(given, UNPLANNED))}
    return failures[kind, name]


def test_a_sound_plan_passes_every_check() -> None:
    """Two groups with steps and a need across them: nothing is refuted, and all three failovers run."""
    verdict = judge(
        plan(PlanGroup("one", (machine("a"),)), PlanGroup("two", (machine("b", "a"),), (step("s", machine="b"),)))
    )
    assert verdict.sound
    assert [each.run.situation for each in verdict.situations] == list(SITUATIONS)


def test_a_need_for_a_later_group_is_a_wrong_order() -> None:
    """A machine of group 1 that needs one of group 2 can never start; the finding names both."""
    wrong = refuted(plan(PlanGroup("one", (machine("a", "b"),)), PlanGroup("two", (machine("b"),))))
    assert wrong == {"SP-PLN-7": ("a (group 1) needs b (group 2), which starts only afterwards",)}


def test_a_cycle_is_shown_as_a_chain() -> None:
    """A machine that waits for another one's step before power-on, which waits for the first: a deadlock."""
    group = PlanGroup("one", (machine("a"), machine("b", "a")), (step("s", machine="a", needs="b"),))
    assert refuted(plan(group)) == {"SP-PLN-2": ('boot a → boot b → script "s" → boot a',)}
    assert "SP-PLN-2" in refuted(plan(PlanGroup("one", (machine("a", "a"),)))), "whoever needs itself waits for ever"


def test_a_cycle_that_exists_in_one_failover_only_is_found() -> None:
    """The step that closes the ring runs in a test only."""
    ring = evolve(step("s", machine="a", needs="b"), types=frozenset({FailoverType.TEST}))
    wrong = refuted(plan(PlanGroup("one", (machine("a"), machine("b", "a")), (ring,))))
    assert list(wrong) == ["SP-PLN-2"]


def test_a_step_whose_filters_exclude_each_other_is_unreachable() -> None:
    """There is no planned failover forward; the finding says so."""
    never = evolve(step("s"), types=frozenset({FailoverType.PLANNED}), directions=frozenset({Direction.FORWARD}))
    wrong = refuted(plan(PlanGroup("one", (machine("a"),), (never,))))
    assert wrong == {"SP-PLN-8": ('script "s" never runs: no failover is planned and forward',)}


def test_waiting_for_a_step_that_is_filtered_out_is_found() -> None:
    """A machine that needs a step of tests only stays off in every other failover."""
    drill = evolve(step("s"), types=frozenset({FailoverType.TEST}))
    given = plan(PlanGroup("one", (machine("a", "s"),), (drill,)))
    assert len(refuted(given)["SP-PLN-8"]) == 2
    assert run(course_of(given, UNPLANNED)).machines_off == ("a",)
    assert run(course_of(given, TEST)).machines_off == ()


def test_expected_longer_than_allowed_is_found() -> None:
    """A step and a boot that would be stopped every time are named with both numbers."""
    slow = evolve(step("s"), span=DurationRange(9, 5))
    given = plan(PlanGroup("one", (PlannedMachine("a", boot=DurationRange(8, 4)),), (slow,)))
    assert refuted(given)["SP-PLN-9"] == (
        'script "s" is expected to take 9 min but may take 5 min',
        "boot of a is expected to take 8 min but may take 4 min",
    )


def test_the_objective_is_judged_to_the_minute() -> None:
    """5 to shut down, 15 to fail over, 5 to boot: 25 minutes keep an objective of 25 and break one of 24."""
    given = plan(PlanGroup("one", (machine("a"),)))
    assert refuted(evolve(given, rto_minutes=25)) == {}
    assert len(refuted(evolve(given, rto_minutes=24))["RTO"]) == 2, "a test need not keep it"


def test_the_critical_chain_is_named() -> None:
    """The slower of two machines decides, with its own step; a test shuts nothing down."""
    given = plan(PlanGroup("one", (machine("a", boot=30), machine("b")), (step("s", 7, machine="a"), step("t"))))
    found = run(course_of(given, UNPLANNED))
    assert [str(each) for each in found.chain] == ["shut down a", "fail over a", 'script "t"', 'script "s"', "boot a"]
    assert (found.worst_minutes, found.expected_minutes) == (5 + 15 + 5 + 7 + 30, 2 + 5 + 1 + 1 + 3)
    assert run(course_of(given, TEST)).worst_minutes == found.worst_minutes - 5


def test_the_longest_run_is_the_longest_path() -> None:
    """On random plans the time equals the longest path that networkx finds, and the chain adds up to it."""
    rng = random.Random(4)
    for _ in range(40):
        given = random_plan(rng)
        for situation in SITUATIONS:
            graph, found = graph_of(waits_of(given, situation)), run(course_of(given, situation))
            weights = (
                (a, b, 0 if found.fates[a] is TaskFate.SKIPPED else a.span.worst_minutes) for a, b in graph.edges
            )
            weighted: nx.DiGraph[Task] = nx.DiGraph()
            weighted.add_weighted_edges_from(weights)
            assert found.worst_minutes == nx.dag_longest_path_length(weighted)
            assert found.worst_minutes == sum(each.span.worst_minutes for each in found.chain)


def test_each_single_failure_is_the_run_in_which_it_happens() -> None:
    """On random plans every aftermath says what a whole run with that failing task says."""
    rng = random.Random(11)
    for _ in range(40):
        given = random_plan(rng)
        for situation in SITUATIONS:
            course = course_of(given, situation)
            for task, after in single_failures(course):
                whole = run(course, task)
                assert after.machines_off == whole.machines_off
                assert after.steps_skipped == whole.steps_skipped
                assert after.expected_minutes == whole.expected_minutes
                assert after.worst_minutes == whole.worst_minutes


def test_tasks_are_sorted_as_networkx_sorts_them() -> None:
    """Of the tasks that could be next the alphabetically first one is; the two sorts agree on random plans."""
    rng = random.Random(12)
    for _ in range(40):
        waits = waits_of(random_plan(rng), UNPLANNED)
        assert list(sorted_tasks(waits)) == list(nx.lexicographical_topological_sort(graph_of(waits), key=str))


def random_plan(rng: random.Random) -> RecoveryPlan:
    """Up to three groups, whose machines need earlier ones, with steps of every kind and filter."""
    names: list[str] = []
    groups = []
    for number in range(rng.randint(1, 3)):
        members = []
        for place in range(rng.randint(1, 4)):
            needs = " ".join(rng.sample(names, min(len(names), rng.randrange(3))))
            members.append(machine(f"m{number}-{place}", needs, rng.randint(1, 30)))
            names.append(members[-1].name)
        steps = [random_step(rng, f"s{number}-{each}", members) for each in range(rng.randrange(4))]
        groups.append(PlanGroup(f"g{number}", tuple(members), tuple(steps)))
    return plan(*groups)


def random_step(rng: random.Random, name: str, members: list[PlannedMachine]) -> PlanStep:
    """A step with a random owner and random filters."""
    owner = rng.choice(["", *(each.name for each in members)])
    made = step(name, rng.randint(1, 20), rng.choice(list(Moment)), owner)
    types = frozenset(rng.sample(list(FailoverType), rng.randint(1, 3)))
    return evolve(made, types=types, kind=rng.choice(list(StepKind)))


def test_a_failing_step_before_power_on_keeps_its_machine_off() -> None:
    """Its later steps are skipped, whoever needs the machine stays off, everybody else starts."""
    steps = (step("s", machine="a"), step("later", machine="a"), step("then", moment=Moment.POST, machine="a"))
    given = plan(
        PlanGroup("one", (machine("a"), machine("b")), steps), PlanGroup("two", (machine("c", "a"), machine("d")))
    )
    after = when_fails(given, "s", TaskKind.STEP)
    assert after.machines_off == ("a", "c")
    assert [each.name for each in after.steps_skipped] == ["later", "then"]


def test_a_failing_top_level_step_warns_and_the_plan_goes_on() -> None:
    """No machine stays off, the next steps run; the time grows by what the step had left."""
    given = plan(PlanGroup("one", (machine("a"),), (step("s", 9), step("t"))), steps=(step("before"),))
    usual = run(course_of(given, UNPLANNED))
    for name, left in (("s", 8), ("before", 4)):
        after = when_fails(given, name, TaskKind.STEP)
        assert (after.machines_off, after.steps_skipped) == ((), ())
        assert after.expected_minutes == usual.expected_minutes + left


def test_a_failing_shutdown_does_not_stop_the_failover() -> None:
    """It is best effort: every machine comes up all the same."""
    assert when_fails(plan(PlanGroup("one", (machine("a"),))), "a", TaskKind.SHUTDOWN).machines_off == ()


def test_a_failing_failover_keeps_one_machine_off_and_the_next_group_starts() -> None:
    """Partial success is a normal result."""
    given = plan(PlanGroup("one", (machine("a"), machine("b"))), PlanGroup("two", (machine("c"),)))
    assert when_fails(given, "a", TaskKind.FAIL_OVER).machines_off == ("a",)
    assert when_fails(given, "a", TaskKind.BOOT).machines_off == ("a",)


def test_a_failing_step_after_power_on_leaves_its_machine_on() -> None:
    """The machine's next step runs; only who names the failed step waits in vain."""
    steps = (step("s", moment=Moment.POST, machine="a"), step("t", moment=Moment.POST, machine="a"))
    given = plan(PlanGroup("one", (machine("a"),), steps), PlanGroup("two", (machine("b", "s"), machine("c"))))
    after = when_fails(given, "s", TaskKind.STEP)
    assert (after.machines_off, after.steps_skipped) == (("b",), ())


def test_a_prompt_is_never_the_one_that_fails() -> None:
    """Every task but gates and prompts has its single failure."""
    prompt = evolve(step("p"), kind=StepKind.PROMPT)
    given = plan(PlanGroup("one", (machine("a"),), (prompt, step("s"))))
    failing = {str(task) for task, _ in single_failures(course_of(given, UNPLANNED))}
    assert failing == {"shut down a", "fail over a", 'script "s"', "boot a"}


def test_a_group_starts_only_when_the_one_before_is_up() -> None:
    """No task of a group begins before every machine of the earlier groups has had its time."""
    rng = random.Random(7)
    for _ in range(20):
        found = run(course_of(random_plan(rng), PLANNED))
        boots = [task for task in found.fates if task.kind is TaskKind.BOOT]
        for first, second in itertools.permutations(boots, 2):
            if first.group < second.group:
                end = found.begins_minutes[first] + first.span.worst_minutes * (found.fates[first] is TaskFate.DONE)
                assert end <= found.begins_minutes[second]
