"""Recovery plans: many machines in one ordered run that goes on where parts of it fail (domain §4).

(seed: Failover and failback process 1). The sources are shut down first, which a drill skips; then every machine fails
over, in parallel; then boot groups start in order. A script before a group, a step before and after each machine's
power-on, and a prompt after a group: what fails is remembered, and only a step before power-on keeps its machine off.
"""

from enum import StrEnum

from siteproof.model.language import (
    Bool,
    Bounds,
    Component,
    Part,
    Step,
    action,
    after,
    always,
    define,
    eventually,
    exists,
    for_each,
    given,
    sometimes,
    spec_of,
)
from siteproof.model.language.promise import Leads


class Phase(StrEnum):
    """What the plan is at; the last four are of one boot group after the other."""

    IDLE = "idle"
    SHUTTING_DOWN = "shutting_down"
    FAILING_OVER = "failing_over"
    BEFORE_GROUP = "before_group"  # its script runs
    STARTING = "starting"  # its machines start, in parallel
    PROMPTING = "prompting"  # somebody has to answer
    FINISHED = "finished"


class BootStage(StrEnum):
    """How far a machine has come."""

    WAITING = "waiting"
    BUILT = "built"  # failed over, off
    READY = "ready"  # its step before power-on has succeeded
    UP = "up"  # powered on
    DONE = "done"  # its step after power-on has ended
    LEFT_OFF = "left_off"  # its step before power-on has failed
    FAILED = "failed"  # it could not be built or powered on


class Result(StrEnum):
    """How the plan ended."""

    OPEN = "open"
    SUCCESS = "success"
    PARTIAL = "partial"  # some machine is not up, or some step has failed


class Planned(Component):
    """One machine of the plan. `refused` remembers that its step before power-on has failed."""

    def __init__(self) -> None:
        """Its source runs and nothing is built."""
        super().__init__()
        self.stage = self.symbol(BootStage.WAITING)
        self.source_runs = self.flag(initially=True)
        self.refused = self.history.flag()


class BootGroup(Component):
    """Machines that start together."""

    def __init__(self, bounds: Bounds) -> None:
        """All of them wait."""
        super().__init__()
        self.machines = tuple(Planned() for _ in range(bounds["machines"]))


class Plan(Component):
    """A run of the plan: its phase, the group that is its turn, whether it is a drill, and whether a step failed."""

    def __init__(self, bounds: Bounds) -> None:
        """Not started."""
        super().__init__()
        self.phase = self.symbol(Phase.IDLE)
        self.turn = self.number(to=bounds["groups"] - 1)
        self.drill = self.flag()
        self.warned = self.flag()
        self.result = self.symbol(Result.OPEN)
        self.groups = tuple(BootGroup(bounds) for _ in range(bounds["groups"]))

    @property
    def machines(self) -> tuple[Planned, ...]:
        """Every machine, in the order of the groups."""
        return tuple(m for group in self.groups for m in group.machines)


@define
def is_up(m: Planned) -> Bool:
    """It runs in the cloud."""
    return m.stage.is_in(BootStage.UP, BootStage.DONE)


@define
def is_given_up(m: Planned) -> Bool:
    """It will not come up in this run."""
    return m.stage.is_in(BootStage.LEFT_OFF, BootStage.FAILED)


@define
def has_its_turn(p: Plan, group: int) -> Bool:
    """The machines of this group start now."""
    return (p.phase == Phase.STARTING) & (p.turn == group)


@action("PLN-1")
def start_plan(p: Plan) -> Step:
    """A real failover begins with the shutdown of the sources."""
    return given(p.phase == Phase.IDLE).then(p.phase.becomes(Phase.SHUTTING_DOWN))


@action("PLN-2")
def start_drill(p: Plan) -> Step:
    """A test failover skips the shutdown: production goes on."""
    return given(p.phase == Phase.IDLE).then(
        p.drill.becomes(True),
        p.phase.becomes(Phase.FAILING_OVER),
    )


@action("PLN-3", group="groups", machine="machines")
def shut_down_source(p: Plan, group: int, machine: int) -> Step:
    """One source after the other is shut down, as well as that can be done."""
    m = p.groups[group].machines[machine]
    return given((p.phase == Phase.SHUTTING_DOWN) & m.source_runs).then(m.source_runs.becomes(False))


@action("PLN-4")
def end_shutdown(p: Plan) -> Step:
    """The shutdown ends when its time is over; a source that could not be reached does not stop the plan."""
    left = exists(p.machines, lambda m: m.source_runs)
    return given(p.phase == Phase.SHUTTING_DOWN).then(
        p.phase.becomes(Phase.FAILING_OVER),
        p.warned.becomes(p.warned | left),
    )


@action("PLN-5", group="groups", machine="machines")
def build_machine(p: Plan, group: int, machine: int) -> Step:
    """A machine fails over and stays off; its source is fenced, unless this is a drill."""
    m = p.groups[group].machines[machine]
    return given((p.phase == Phase.FAILING_OVER) & (m.stage == BootStage.WAITING)).then(
        m.stage.becomes(BootStage.BUILT),
        m.source_runs.becomes(m.source_runs & p.drill),
    )


@action("PLN-6", group="groups", machine="machines")
def fail_to_build(p: Plan, group: int, machine: int) -> Step:
    """A machine cannot be failed over: it is given up and the others go on."""
    m = p.groups[group].machines[machine]
    return given((p.phase == Phase.FAILING_OVER) & (m.stage == BootStage.WAITING)).then(
        m.stage.becomes(BootStage.FAILED)
    )


@action("PLN-7")
def begin_boot(p: Plan) -> Step:
    """No machine waits any more: the first boot group has its turn."""
    waits = exists(p.machines, lambda m: m.stage == BootStage.WAITING)
    return given((p.phase == Phase.FAILING_OVER) & ~waits).then(p.phase.becomes(Phase.BEFORE_GROUP))


@action("PLN-8")
def end_script(p: Plan) -> Step:
    """The script before the group has ended: its machines start."""
    return given(p.phase == Phase.BEFORE_GROUP).then(p.phase.becomes(Phase.STARTING))


@action("PLN-9")
def fail_script(p: Plan) -> Step:
    """The script before the group fails, or its time is over: the plan warns and goes on."""
    return given(p.phase == Phase.BEFORE_GROUP).then(
        p.phase.becomes(Phase.STARTING),
        p.warned.becomes(True),
    )


@action("PLN-10", group="groups", machine="machines")
def prepare_machine(p: Plan, group: int, machine: int) -> Step:
    """A machine's step before power-on succeeds."""
    m = p.groups[group].machines[machine]
    return given(has_its_turn(p, group) & (m.stage == BootStage.BUILT)).then(m.stage.becomes(BootStage.READY))


@action("PLN-11", group="groups", machine="machines")
def fail_to_prepare(p: Plan, group: int, machine: int) -> Step:
    """A machine's step before power-on fails, or its time is over: it stays off and its later steps are skipped."""
    m = p.groups[group].machines[machine]
    return given(has_its_turn(p, group) & (m.stage == BootStage.BUILT)).then(
        m.stage.becomes(BootStage.LEFT_OFF),
        m.refused.becomes(True),
    )


@action("PLN-12", group="groups", machine="machines")
def power_on(p: Plan, group: int, machine: int) -> Step:
    """A prepared machine is powered on."""
    m = p.groups[group].machines[machine]
    return given(has_its_turn(p, group) & (m.stage == BootStage.READY)).then(m.stage.becomes(BootStage.UP))


@action("PLN-13", group="groups", machine="machines")
def fail_to_power_on(p: Plan, group: int, machine: int) -> Step:
    """A machine does not come up: it is given up and the others go on."""
    m = p.groups[group].machines[machine]
    return given(has_its_turn(p, group) & (m.stage == BootStage.READY)).then(m.stage.becomes(BootStage.FAILED))


@action("PLN-14", group="groups", machine="machines")
def end_machine(p: Plan, group: int, machine: int) -> Step:
    """A machine's step after power-on ends well: the machine is done."""
    m = p.groups[group].machines[machine]
    return given(has_its_turn(p, group) & (m.stage == BootStage.UP)).then(m.stage.becomes(BootStage.DONE))


@action("PLN-15", group="groups", machine="machines")
def fail_after_power_on(p: Plan, group: int, machine: int) -> Step:
    """A machine's step after power-on fails, or its time is over: the machine runs, and the plan warns."""
    m = p.groups[group].machines[machine]
    return given(has_its_turn(p, group) & (m.stage == BootStage.UP)).then(
        m.stage.becomes(BootStage.DONE),
        p.warned.becomes(True),
    )


@action("PLN-16", group="groups")
def end_group(p: Plan, group: int) -> Step:
    """Each machine of the group is done or given up: the prompt behind the group is shown."""
    over = for_each(p.groups[group].machines, lambda m: (m.stage == BootStage.DONE) | is_given_up(m))
    return given(has_its_turn(p, group) & over).then(p.phase.becomes(Phase.PROMPTING))


@action("PLN-17", group="groups")
def answer_prompt(p: Plan, group: int) -> Step:
    """Somebody answers: the next group has its turn, or the plan is finished. A prompt waits; it cannot fail."""
    answered = given((p.phase == Phase.PROMPTING) & (p.turn == group))
    if group < len(p.groups) - 1:
        return answered.then(p.phase.becomes(Phase.BEFORE_GROUP), p.turn.becomes(p.turn + 1))
    all_well = for_each(p.machines, lambda m: m.stage == BootStage.DONE) & ~p.warned
    return answered.then(
        p.phase.becomes(Phase.FINISHED), p.result.becomes(all_well.if_else(Result.SUCCESS, Result.PARTIAL))
    )


@always("PLN-18", why="an application server that starts before its database fails, or starts empty")
def a_group_starts_after_the_one_before(p: Plan) -> Bool:
    """Where a machine is being started, every machine of every group before it is up, or was given up."""

    def waits_its_turn(number: int) -> Bool:
        before = [m for group in p.groups[:number] for m in group.machines]
        begun = exists(
            p.groups[number].machines, lambda m: is_up(m) | m.stage.is_in(BootStage.READY, BootStage.LEFT_OFF)
        )
        return begun.implies(for_each(before, lambda m: is_up(m) | is_given_up(m)))

    return for_each(range(len(p.groups)), waits_its_turn)


@sometimes("PLN-18", machines=2)
def machines_of_one_group_start_side_by_side(p: Plan) -> Bool:
    """Within a group there is no order: one machine is up while another is not prepared yet."""
    return exists(
        p.groups,
        lambda group: exists(group.machines, is_up) & exists(group.machines, lambda m: m.stage == BootStage.BUILT),
    )


@always("PLN-19", why="a machine that starts without its preparation may write where it must not")
def a_machine_that_was_refused_stays_off(p: Plan) -> Bool:
    """Whose step before power-on has failed is never powered on."""
    return for_each(p.machines, lambda m: m.refused == (m.stage == BootStage.LEFT_OFF))


@sometimes("PLN-19")
def the_plan_goes_on_without_a_machine(p: Plan) -> Bool:
    """A machine of the first group is left off and a machine of the last one comes up all the same."""
    left = exists(p.groups[0].machines, lambda m: m.stage == BootStage.LEFT_OFF)
    return left & exists(p.groups[-1].machines, lambda m: m.stage == BootStage.DONE)


@always("PLN-20", why="a drill that stops production is the outage that it was meant to prevent")
def a_drill_leaves_production_alone(p: Plan) -> Bool:
    """In a test failover every source goes on running."""
    return p.drill.implies(for_each(p.machines, lambda m: m.source_runs))


@sometimes("PLN-20")
def a_drill_ends_well(p: Plan) -> Bool:
    """A test failover runs to its end with everything up."""
    return p.drill & (p.result == Result.SUCCESS)


@always("PLN-21", why="a source that still runs beside its failed-over machine takes writes that nobody will see again")
def no_machine_is_built_beside_its_source(p: Plan) -> Bool:
    """In a real failover a machine's source is off, or fenced, before the machine exists."""
    return for_each(
        p.machines,
        lambda m: (~p.drill & m.source_runs).implies(m.stage.is_in(BootStage.WAITING, BootStage.FAILED)),
    )


@sometimes("PLN-21")
def an_unreachable_source_does_not_stop_the_plan(p: Plan) -> Bool:
    """The machine could not be failed over, its source goes on, and the rest of the plan is finished."""
    return (p.phase == Phase.FINISHED) & ~p.drill & exists(p.machines, lambda m: m.source_runs)


@always("PLN-22", why="a plan that reports success with a machine off is believed until its users call")
def the_result_says_what_happened(p: Plan) -> Bool:
    """A finished plan reports success exactly when every machine is done and no step has failed."""
    all_well = for_each(p.machines, lambda m: m.stage == BootStage.DONE) & ~p.warned
    finished = p.phase == Phase.FINISHED
    return (finished == (p.result != Result.OPEN)) & finished.implies((p.result == Result.SUCCESS) == all_well)


@sometimes("PLN-22")
def a_partial_success_is_a_result(p: Plan) -> Bool:
    """The plan is finished with one machine up and another one not."""
    some_up, some_not = exists(p.machines, is_up), exists(p.machines, is_given_up)
    return (p.result == Result.PARTIAL) & some_up & some_not


@eventually(
    "PLN-23",
    why="a plan that waits for a machine that will never come up keeps all the others down",
    fair=(
        end_shutdown,
        build_machine,
        begin_boot,
        end_script,
        prepare_machine,
        power_on,
        end_machine,
        end_group,
        answer_prompt,
    ),
)
def a_started_plan_finishes(p: Plan) -> Leads:
    """Each step of a plan ends, well or badly, prompts are answered, and the plan is finished."""
    return after(p.phase != Phase.IDLE).comes(p.phase == Phase.FINISHED)


SPEC = spec_of(
    __name__,
    "plans",
    "A recovery plan: shutdown, failover in parallel, boot groups in order, steps, prompts and what fails.",
    (Part(Plan, Plan),),
    {"groups": 2, "machines": 2},
)
