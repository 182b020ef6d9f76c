"""Recovery plans: order, steps, prompts, and what fails on the way (seed: Failover and failback process 1; domain §4).

Rule: what a plan says of itself is compared with its machines: who runs, where, and who takes a write. A prompt is
where the judge looks: everything before it has happened, nothing behind it has.
"""

from siteproof.conformance import planning, together, verify, verify_bytes
from siteproof.conformance.case import case
from siteproof.conformance.lab import Lab, Machine, machine_spec
from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.plans import (
    PlanObservation,
    PlanPhase,
    PlanResult,
    PlanRun,
    PlanStage,
    SavedGroup,
    SavedPlan,
    SavedStep,
    SavedStepKind,
    ScriptDoes,
    StepMoment,
    StepOutcome,
)
from siteproof.model.nouns.subject import Capability, FaultKind
from siteproof.model.nouns.vocabulary import Direction, Place, Protection, Selection, Site, TestFailover, Verb

C = Capability
PLANNED = (C.PLANS, C.INITIAL_REPLICATION, C.FAILOVER)
DRILLED = (C.PLANS, C.INITIAL_REPLICATION, C.TEST_FAILOVER)
BEFORE, AFTER = StepMoment.BEFORE, StepMoment.AFTER
CHEAP = ("past=aged",)


def _protected(lab: Lab, count: int = 2) -> tuple[Machine, ...]:
    machines = lab.site(*(machine_spec(f"tier{number}", "256 KiB") for number in range(count)))
    for machine in machines:
        lab.write(machine, 6)
        lab.protect(machine)
    lab.settle()
    return machines


def _kept(lab: Lab, *groups: SavedGroup) -> None:
    verify.given(bool(groups), "a plan has groups")
    answer = planning.save(lab, SavedPlan(planning.PLAN, groups))
    with verify.judging(set(), ()):
        verify.accepted(answer, "the plan")


def _tiers(machines: tuple[Machine, ...], *steps: tuple[SavedStep, ...]) -> tuple[SavedGroup, ...]:
    """A boot group for each machine, with the steps of that place."""
    more = (*steps, *([()] * len(machines)))
    return tuple(SavedGroup((machine.name,), mine) for machine, mine in zip(machines, more, strict=False))


def _prompt(name: str, moment: StepMoment = AFTER, does: ScriptDoes = ScriptDoes.SUCCEED) -> SavedStep:
    return SavedStep(name, SavedStepKind.PROMPT, moment, does=does)


def _outcomes(seen: PlanObservation) -> dict[str, StepOutcome]:
    return {step.name: step.outcome for step in seen.steps}


def _stage(seen: PlanObservation, machine: Machine) -> PlanStage:
    return {each.name: each.stage for each in seen.machines}[machine.name]


def _is_off(lab: Lab, machine: Machine, place: Place) -> None:
    """It is shown as off, and takes no write there."""
    verify.that(place not in lab.observe(machine).running, f"{machine.name} off at {place.value}", "it runs")
    try:
        lab.write(machine, 1, place=place)
    except Refused:
        return
    raise verify.Failed(f"a write to {machine.name}, which is off, refused", "it was taken")


def _runs(lab: Lab, machine: Machine, place: Place = Place.RECOVERY) -> None:
    verify.that(place in lab.observe(machine).running, f"{machine.name} running at {place.value}", "it is off")


def _ended(seen: PlanObservation, result: PlanResult) -> None:
    verify.equal((seen.phase, seen.result), (PlanPhase.FINISHED, result), "phase and result of the plan")


@case("C-PLN-1", ["SP-PLN-1", "SP-PLN-6"], needs=(*PLANNED, C.HOLD), fixes=CHEAP)
def all_machines_of_a_plan_fail_over_at_once(lab: Lab) -> None:
    """One run puts every machine of every group into its failover at the same time, and all of them arrive."""
    machines = _protected(lab, 3)
    _kept(lab, SavedGroup((machines[0].name,)), SavedGroup((machines[1].name, machines[2].name)))
    verify.accepted(planning.ask(lab, PlanRun.UNPLANNED), "a run of the plan")
    for machine in machines:
        verify.equal(lab.observe(machine).regions.protection, Protection.FAILOVER_INITIATED, f"{machine.name} at once")
    lab.settle()
    for machine in machines:
        verify.equal(lab.observe(machine).regions.protection, Protection.FAILED_OVER, f"{machine.name} in the end")
        _runs(lab, machine)
    _ended(planning.look(lab), PlanResult.SUCCESS)
    lab.machine()  # production was not followed here: there is nothing to audit


@case("C-PLN-2", ["SP-PLN-7", "SP-PLN-6", "SP-PLN-3"], needs=PLANNED, fixes=CHEAP)
def groups_start_in_order(lab: Lab) -> None:
    """At the prompt behind the first group its machine is up and the next one is built and off; answered, it starts."""
    data, web = machines = _protected(lab)
    _kept(lab, *_tiers(machines, (_prompt("look at the data"),)))
    seen = planning.start(lab, machines, PlanRun.UNPLANNED)
    verify.equal((seen.phase, seen.prompt), (PlanPhase.PROMPTING, "look at the data"), "what the plan waits for")
    _runs(lab, data)
    verify.equal(lab.observe(web).regions.active, Site.RECOVERY, "where the next group's machine was built")
    _is_off(lab, web, Place.RECOVERY)
    verify.equal((_stage(seen, data), _stage(seen, web)), (PlanStage.UP, PlanStage.BUILT), "stages")
    seen = planning.answer(lab)
    _runs(lab, web)
    _ended(seen, PlanResult.SUCCESS)
    lab.write(web, 2)


@case("C-PLN-3", ["SP-PLN-5"], needs=(*PLANNED, C.TEST_FAILOVER), fixes=CHEAP)
def sources_are_off_before_anything_starts(lab: Lab) -> None:
    """Before the first group starts every source is off, and in a drill of the same plan every source runs on."""
    machines = _protected(lab)
    _kept(lab, *_tiers(machines, (_prompt("all quiet", BEFORE),)))
    planning.start(lab, machines, PlanRun.TEST)
    for machine in machines:
        verify.equal(lab.observe(machine).running, (Place.PRIMARY,), f"what runs of {machine.name} in a drill")
        lab.write(machine, 2)
    _ended(planning.answer(lab), PlanResult.SUCCESS)
    for machine in machines:
        _runs(lab, machine, Place.TEST)
        _runs(lab, machine, Place.PRIMARY)
        lab.run(machine, Verb.CLEAN_UP_TEST)
    planning.start(lab, machines, PlanRun.UNPLANNED)
    for machine in machines:
        verify.equal(lab.observe(machine).running, (), f"what runs of {machine.name} before the first group")
        _is_off(lab, machine, Place.PRIMARY)
    _ended(planning.answer(lab), PlanResult.SUCCESS)


@case("C-PLN-4", ["SP-PLN-8", "SP-PLN-3"], needs=(*PLANNED, C.TEST_FAILOVER), fixes=CHEAP)
def steps_run_in_their_kind_of_run_only(lab: Lab) -> None:
    """Steps of a drill run in a drill, steps of a failover in a failover, each before or after its group."""
    machines = _protected(lab, 1)
    steps = (
        SavedStep("isolate", moment=BEFORE, runs=(PlanRun.TEST,)),
        SavedStep("tell users", moment=BEFORE, runs=(PlanRun.UNPLANNED, PlanRun.PLANNED)),
        SavedStep("bring home", moment=BEFORE, directions=(Direction.REVERSE,)),
        _prompt("middle", BEFORE),
        SavedStep("try it", moment=AFTER, machine=machines[0].name),
    )
    _kept(lab, SavedGroup((machines[0].name,), steps))
    done, left = StepOutcome.SUCCEEDED, StepOutcome.SKIPPED
    for run, isolate, tell in ((PlanRun.TEST, done, left), (PlanRun.UNPLANNED, left, done)):
        seen = planning.start(lab, machines, run)
        expected = {"isolate": isolate, "tell users": tell, "bring home": left, "middle": StepOutcome.WAITING}
        verify.equal(_outcomes(seen), expected | {"try it": StepOutcome.PENDING}, f"steps at the prompt, {run.value}")
        seen = planning.answer(lab)
        verify.equal(_outcomes(seen), expected | {"middle": done, "try it": done}, f"steps in the end, {run.value}")
        _ended(seen, PlanResult.SUCCESS)
        if run is PlanRun.TEST:
            lab.run(machines[0], Verb.CLEAN_UP_TEST)


@case("C-PLN-5", ["SP-PLN-10"], needs=PLANNED, fixes=CHEAP)
def a_failing_step_of_a_group_warns(lab: Lab) -> None:
    """A script of a group fails: the plan goes on, every machine comes up, and the result is not called a success."""
    machines = _protected(lab)
    first = SavedStep("switch names", moment=BEFORE, does=ScriptDoes.FAIL)
    last = SavedStep("write to the log", moment=AFTER)
    _kept(lab, *_tiers(machines, (first,), (last,)))
    seen = planning.start(lab, machines, PlanRun.UNPLANNED)
    outcomes = {"switch names": StepOutcome.FAILED, "write to the log": StepOutcome.SUCCEEDED}
    verify.equal(_outcomes(seen), outcomes, "steps of the run")
    for machine in machines:
        _runs(lab, machine)
    _ended(seen, PlanResult.PARTIAL)


@case("C-PLN-6", ["SP-PLN-11"], needs=PLANNED, fixes=CHEAP)
def a_failing_preparation_keeps_its_machine_off(lab: Lab) -> None:
    """A script before a machine's power-on fails: that machine stays off, its later steps are skipped, others go on."""
    bad, good = machines = _protected(lab)
    steps = (
        SavedStep("prepare", moment=BEFORE, machine=bad.name, does=ScriptDoes.FAIL),
        SavedStep("prepare more", moment=BEFORE, machine=bad.name),
        SavedStep("greet", moment=AFTER, machine=bad.name),
        SavedStep("prepare the other", moment=BEFORE, machine=good.name),
    )
    _kept(lab, SavedGroup((bad.name, good.name), steps))
    seen = planning.start(lab, machines, PlanRun.UNPLANNED)
    outcomes = _outcomes(seen)
    verify.equal(outcomes["prepare"], StepOutcome.FAILED, "the step that failed")
    verify.equal({outcomes["prepare more"], outcomes["greet"]}, {StepOutcome.SKIPPED}, "later steps of that machine")
    _is_off(lab, bad, Place.RECOVERY)
    _runs(lab, good)
    verify.equal((_stage(seen, bad), _stage(seen, good)), (PlanStage.LEFT_OFF, PlanStage.UP), "stages")
    _ended(seen, PlanResult.PARTIAL)


@case("C-PLN-7", ["SP-PLN-12", "SP-PLN-3"], needs=(*PLANNED, C.VIRTUAL_CLOCK), fixes=CHEAP)
def a_prompt_waits_and_cannot_fail(lab: Lab) -> None:
    """A prompt waits for hours, whatever its script would do; answered, it has succeeded and the plan goes on."""
    machines = _protected(lab)
    _kept(lab, *_tiers(machines, (_prompt("ready?", does=ScriptDoes.FAIL),)))
    seen = planning.start(lab, machines, PlanRun.UNPLANNED)
    lab.advance(minutes=180)
    lab.settle()
    seen = planning.look(lab)
    verify.equal((seen.phase, seen.prompt), (PlanPhase.PROMPTING, "ready?"), "the plan after three hours")
    _is_off(lab, machines[1], Place.RECOVERY)
    seen = planning.answer(lab)
    verify.equal(_outcomes(seen), {"ready?": StepOutcome.SUCCEEDED}, "the prompt in the end")
    _ended(seen, PlanResult.SUCCESS)


@case("C-PLN-8", ["SP-PLN-13"], needs=(*PLANNED, C.JOB_FAULTS), fixes=CHEAP)
def partial_success_is_told_machine_by_machine(lab: Lab) -> None:
    """The failover of one machine fails: the others come up, and the plan says which one did not."""
    bad, good, other = machines = _protected(lab, 3)
    _kept(lab, SavedGroup((bad.name, good.name)), SavedGroup((other.name,)))
    lab.fault(FaultKind.JOB_FAILS, bad)
    seen = planning.start(lab, machines, PlanRun.UNPLANNED)
    verify.equal(lab.observe(bad).regions.protection, Protection.FAILOVER_FAILED, "protection of the one that failed")
    for machine in (good, other):
        _runs(lab, machine)
    stages = tuple(_stage(seen, machine) for machine in machines)
    verify.equal(stages, (PlanStage.FAILED, PlanStage.UP, PlanStage.UP), "stages")
    _ended(seen, PlanResult.PARTIAL)


@case("C-PLN-9", ["SP-PLN-9"], needs=(*PLANNED, C.VIRTUAL_CLOCK), fixes=CHEAP)
def a_step_ends_in_time(lab: Lab) -> None:
    """A script that hangs holds its group back until its time is over; then it has failed and the plan goes on."""
    machines = _protected(lab, 1)
    _kept(lab, *_tiers(machines, (SavedStep("hangs", moment=BEFORE, does=ScriptDoes.HANG),)))
    planning.start(lab, machines, PlanRun.UNPLANNED)
    lab.advance(minutes=lab.profile.step_timeout_minutes - 1)
    lab.settle()
    seen = planning.look(lab)
    verify.equal(_outcomes(seen), {"hangs": StepOutcome.RUNNING}, "the step a minute before its time is over")
    _is_off(lab, machines[0], Place.RECOVERY)
    lab.advance(minutes=2)
    lab.settle()
    seen = planning.look(lab)
    verify.equal(_outcomes(seen), {"hangs": StepOutcome.FAILED}, "the step a minute after its time is over")
    _runs(lab, machines[0])
    _ended(seen, PlanResult.PARTIAL)


@case(
    "C-PLN-10",
    ["SP-PLN-4"],
    needs=(C.PLANS,),
    fixes=("past", "trouble", "machines", "neighbours", "disks", "size", "pattern"),
)
def a_plan_has_bounds(lab: Lab) -> None:
    """As many machines and groups as the profile says are a plan; one more of either is refused, and the plan stays."""
    most, groups = lab.profile.plan_machines_max, lab.profile.plan_groups_max
    names = [each.name for each in lab.site(*(machine_spec(f"tier{number}", "4096 B") for number in range(most + 1)))]
    head = tuple(SavedGroup((name,)) for name in names[: groups - 1])
    full = SavedPlan(planning.PLAN, (*head, SavedGroup(tuple(names[groups - 1 : most]))))
    verify.accepted(planning.save(lab, full), f"a plan of {most} machines in {groups} groups")
    many = SavedPlan(planning.PLAN, (*head, SavedGroup(tuple(names[groups - 1 :]))))
    wide = SavedPlan(planning.PLAN, tuple(SavedGroup((name,)) for name in names[: groups + 1]))
    for plan, what in ((many, f"{most + 1} machines"), (wide, f"{groups + 1} groups")):
        verify.refused(planning.save(lab, plan), [ErrorCode.OPERATION_NOT_ALLOWED], f"a plan of {what}")
        verify.equal(planning.look(lab).plan, full, "the plan that is kept")
    lab.machine()  # nothing happened to so many machines: there is nothing to audit


@case("C-PLN-11", ["SP-PLN-14"], needs=PLANNED, fixes=CHEAP)
def an_edit_loses_no_step(lab: Lab) -> None:
    """A plan with steps before and after is saved again with one machine more: every step is kept, and is run."""
    machines = _protected(lab)
    steps = (
        SavedStep("before", moment=BEFORE, runs=(PlanRun.UNPLANNED,)),
        SavedStep("of the machine", moment=AFTER, machine=machines[0].name),
        SavedStep("after", moment=AFTER, directions=(Direction.FORWARD,)),
    )
    _kept(lab, SavedGroup((machines[0].name,), steps))
    edited = SavedPlan(planning.PLAN, (SavedGroup((machines[0].name, machines[1].name), steps),))
    verify.accepted(planning.save(lab, edited), "the edited plan")
    verify.equal(planning.look(lab).plan, edited, "the plan that is kept")
    seen = planning.start(lab, machines, PlanRun.UNPLANNED)
    verify.equal(_outcomes(seen), {step.name: StepOutcome.SUCCEEDED for step in steps}, "steps of the edited plan")


@case("C-PLN-12", ["SP-PLN-15", "SP-LC-2"], needs=(*PLANNED, C.LIFECYCLE), fixes=CHEAP)
def a_plan_refuses_what_is_out_of_order(lab: Lab) -> None:
    """A custom point, an answer without a prompt, an unknown plan and a second run are refused by name."""
    machines = _protected(lab)
    _kept(lab, *_tiers(machines, (_prompt("wait", BEFORE),)))
    before = [lab.observe(machine) for machine in machines]
    answer = planning.ask(lab, PlanRun.UNPLANNED, selection=Selection.CUSTOM)
    verify.refused(answer, [ErrorCode.OPERATION_NOT_ALLOWED], "a custom point for a plan")
    verify.serves("SP-LC-2")
    answer = planning.ask(lab, PlanRun.UNPLANNED, plan="no such plan")
    verify.refused(answer, [ErrorCode.OPERATION_NOT_ALLOWED], "a run of no plan")
    answer = lab.tell("answer no prompt", lambda: lab.subject.answer_prompt(planning.PLAN))
    verify.refused(answer, [ErrorCode.OPERATION_NOT_ALLOWED], "an answer without a prompt")
    for machine, seen in zip(machines, before, strict=True):
        verify.unchanged(seen, lab.observe(machine), "a plan refuses")
    planning.start(lab, machines, PlanRun.UNPLANNED)
    waits = [lab.observe(machine) for machine in machines]
    answer = planning.ask(lab, PlanRun.UNPLANNED)
    verify.refused(answer, [ErrorCode.OPERATION_CONFLICT], "a run of a plan that is being run")
    for machine, seen in zip(machines, waits, strict=True):
        verify.unchanged(seen, lab.observe(machine), "a second run is refused")
    _ended(planning.answer(lab), PlanResult.SUCCESS)


@case(
    "C-PLN-13",
    ["SP-PLN-8", "SP-PLN-1"],
    needs=(*PLANNED, C.DELTA, C.COMMIT, C.REPROTECT, C.FAILBACK),
    on_bytes=True,
    fixes=CHEAP,
)
def the_way_back_has_steps_of_its_own(lab: Lab) -> None:
    """A planned run brings all machines home with every write; steps of the way out are not run, those of home are."""
    machines = _protected(lab)
    out = SavedStep("point names at the cloud", moment=BEFORE, directions=(Direction.FORWARD,))
    home = SavedStep("point names home", moment=AFTER, directions=(Direction.REVERSE,), runs=(PlanRun.PLANNED,))
    _kept(lab, *_tiers(machines, (out,), (home,)))
    done, left = StepOutcome.SUCCEEDED, StepOutcome.SKIPPED
    seen = planning.start(lab, machines, PlanRun.UNPLANNED)
    _steps_were(seen, {out.name: done, home.name: left})
    for machine in machines:
        lab.run(machine, Verb.COMMIT)
        lab.run(machine, Verb.REPROTECT)
        lab.write(machine, 5)
    wanted = [lab.history.image_now(machine.name) for machine in machines]
    seen = planning.start(lab, machines, PlanRun.PLANNED)
    _steps_were(seen, {out.name: left, home.name: done})
    for machine, image in zip(machines, wanted, strict=True):
        verify_bytes.same_image(lab.landing(machine).picture, image, f"{machine.name} at home")


def _steps_were(seen: PlanObservation, outcomes: dict[str, StepOutcome]) -> None:
    if _outcomes(seen) != outcomes:
        raise verify.Failed(outcomes, _outcomes(seen), "steps of the run")


@case(
    "C-PLN-14",
    ["SP-GRP-5", "SP-PLN-1"],
    needs=(*PLANNED, C.GROUPS, C.CRASH_POINTS, C.DELTA, C.VIRTUAL_CLOCK),
    on_bytes=True,
    fixes=("past=round trip", *CHEAP),
)
def a_plan_takes_a_replication_group_as_one(lab: Lab) -> None:
    """Machines of a replication group in different boot groups: the plan fails all of them over to one shared point."""
    members = lab.site(machine_spec("tier0", "256 KiB"), machine_spec("tier1", "256 KiB"))
    for machine in members:
        lab.write(machine, 6)
    together.join(lab, members)
    lab.settle()
    point = together.next_point(lab, members)
    _kept(lab, *_tiers(members, (_prompt("look"),)))
    planning.start(lab, members, PlanRun.UNPLANNED)
    notes = [lab.history.note(machine.name, point.name) for machine in members]
    pictures = [lab.landing(machine).picture for machine in members]
    low, high = max(note.low for note in notes), min(note.high for note in notes)
    verify_bytes.one_cut(lab, pictures, [note.ledgers for note in notes], low, high)
    _ended(planning.answer(lab), PlanResult.SUCCESS)


@case("C-PLN-15", ["SP-PLN-1"], needs=DRILLED, fixes=CHEAP)
def a_drill_of_a_plan_drills_everybody(lab: Lab) -> None:
    """A test run makes a test machine of every machine, in order, and leaves production where it is."""
    machines = _protected(lab)
    _kept(lab, *_tiers(machines, (_prompt("look"),)))
    planning.start(lab, machines, PlanRun.TEST)
    _runs(lab, machines[0], Place.TEST)
    _is_off(lab, machines[1], Place.TEST)
    _ended(planning.answer(lab), PlanResult.SUCCESS)
    for machine in machines:
        _runs(lab, machine, Place.TEST)
        verify.equal(lab.observe(machine).regions.test_failover, TestFailover.COMPLETED, f"drill of {machine.name}")
        lab.run(machine, Verb.CLEAN_UP_TEST)
