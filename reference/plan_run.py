"""One run of a recovery plan: failover in parallel, then group after group, step after step (domain §4).

Rule: what fails is remembered and the run goes on; only a failed step before a machine's power-on keeps that one off.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.plans import (
    PlanCommand,
    PlannedMachineView,
    PlanObservation,
    PlanPhase,
    PlanResult,
    PlanRun,
    PlanStage,
    SavedPlan,
    SavedStep,
    SavedStepKind,
    ScriptDoes,
    StepMoment,
    StepOutcome,
    StepView,
)
from siteproof.model.nouns.plans import SavedGroup as BootGroup
from siteproof.model.nouns.policy import MINUTE_MS
from siteproof.model.nouns.profile import Profile
from siteproof.model.nouns.vocabulary import Place, Protection, TestFailover, Verb
from siteproof.reference.lifecycle import running_place
from siteproof.reference.machine import Machine
from siteproof.reference.vault import Vault

VERBS = {PlanRun.TEST: Verb.TEST_FAILOVER, PlanRun.UNPLANNED: Verb.FAIL_OVER, PlanRun.PLANNED: Verb.FAIL_BACK}
OVER = frozenset({StepOutcome.SUCCEEDED, StepOutcome.FAILED, StepOutcome.SKIPPED})  # also in a run that is taken up
GIVEN_UP = frozenset({PlanStage.LEFT_OFF, PlanStage.FAILED})


def planned_machines(plan: SavedPlan) -> tuple[str, ...]:
    """Every machine of the plan, in the order of its groups."""
    return tuple(name for group in plan.groups for name in group.machines)


class PlanProgress:
    """How far a run has come; `push` brings it on until it has to wait."""

    def __init__(self, plan: SavedPlan, command: PlanCommand, vault: Vault, profile: Profile) -> None:
        """Nothing has begun."""
        self.plan = plan
        self.command = command
        self.profile = profile
        self.machines = tuple(vault.machine(name) for name in planned_machines(plan))
        self.direction = self.machines[0].regions.direction
        self.job = vault.next_job()
        self.phase = PlanPhase.RUNNING
        self.result = PlanResult.OPEN
        self.stages = dict.fromkeys(planned_machines(plan), PlanStage.WAITING)
        self.steps = {step.name: StepView(step.name) for group in plan.groups for step in group.steps}
        self.warned = False
        self._prompt = ""
        self._now_ms = 0
        self._course = self.course()

    # -- beginning

    def command_of(self, machine: Machine) -> Command:
        """What a machine of this run is told."""
        verb, shutdown = VERBS[self.command.run], self.command.shutdown
        return Command(verb, machine.name, self.command.selection, shutdown=shutdown)

    @contextmanager
    def holding(self, *machines: Machine) -> Iterator[None]:
        """Machines that begin here stay off until it is their turn; whoever cannot begin is not held."""
        for machine in machines:
            machine.held = True
        try:
            yield
        except BaseException:
            for machine in machines:
                machine.held = False
            raise

    def give_up(self, machine: Machine) -> None:
        """It will not come up in this run."""
        self.stages[machine.name] = PlanStage.FAILED

    @property
    def under_way(self) -> bool:
        """Whether any machine has begun."""
        return any(stage is PlanStage.WAITING for stage in self.stages.values())

    # -- going on

    def push(self, now_ms: int) -> bool:
        """Go on as far as possible; False when it waits, or has ended."""
        self._now_ms = now_ms
        if self.phase is not PlanPhase.RUNNING:
            return False
        moved = next(self._course, None)
        if moved is None:
            self.finish()
        return moved is not False

    def course(self) -> Iterator[bool]:
        """The run: True when something was done, False when it has to wait."""
        while any(machine.job is not None for machine in self.machines):
            yield False
        for machine in self.machines:
            self.built(machine)
        yield True
        for group in self.plan.groups:
            yield from self.start_group(group)

    def start_group(self, group: BootGroup) -> Iterator[bool]:
        """Its steps and its machines, one after the other."""
        yield from self.do_steps(group, StepMoment.BEFORE, "")
        for name in group.machines:
            yield from self.start_machine(group, name)
        yield from self.do_steps(group, StepMoment.AFTER, "")

    def start_machine(self, group: BootGroup, name: str) -> Iterator[bool]:
        """Its steps before power-on, the power, its steps after it."""
        if self.stages[name] in GIVEN_UP:
            self.skip(group, name)
            return
        yield from self.do_steps(group, StepMoment.BEFORE, name)
        if any(
            self.steps[each.name].outcome is StepOutcome.FAILED for each in steps_of(group, StepMoment.BEFORE, name)
        ):
            self.leave_off(group, name)
            return
        if self.stages[name] is not PlanStage.UP:
            self.power_on(name)
            yield True
        yield from self.do_steps(group, StepMoment.AFTER, name)

    def do_steps(self, group: BootGroup, moment: StepMoment, machine: str) -> Iterator[bool]:
        """The steps of that moment which belong to this run, in their order."""
        for step in steps_of(group, moment, machine):
            if self.steps[step.name].outcome not in OVER:
                if not self.belongs(step):
                    self.tell(step.name, StepOutcome.SKIPPED)
                    continue
                yield from self.do_prompt(step) if step.kind is SavedStepKind.PROMPT else self.do_script(step)
            if self.stops_at(step):
                break

    def stops_at(self, step: SavedStep) -> bool:
        """A failed step before power-on skips what its machine has still to do."""
        failed = self.steps[step.name].outcome is StepOutcome.FAILED
        return failed and step.machine != "" and step.moment is StepMoment.BEFORE

    def belongs(self, step: SavedStep) -> bool:
        """Whether the step is one of this kind of run, in this direction."""
        of_this_run = not step.runs or self.command.run in step.runs
        return of_this_run and (not step.directions or self.direction in step.directions)

    def do_prompt(self, step: SavedStep) -> Iterator[bool]:
        """Show it and wait for an answer; it cannot fail."""
        self.tell(step.name, StepOutcome.WAITING)
        self.phase, self._prompt = PlanPhase.PROMPTING, step.name
        yield True

    def do_script(self, step: SavedStep) -> Iterator[bool]:
        """Run it until it ends, or its time is over."""
        self.tell(step.name, StepOutcome.RUNNING)
        until_ms = self._now_ms + self.profile.step_timeout_minutes * MINUTE_MS
        while step.does is ScriptDoes.HANG and self._now_ms < until_ms:
            yield False
        succeeded = step.does is ScriptDoes.SUCCEED
        self.tell(step.name, StepOutcome.SUCCEEDED if succeeded else StepOutcome.FAILED)
        self.warned = self.warned or not succeeded
        yield True

    def answer(self, now_ms: int) -> None:
        """The prompt was answered."""
        self._now_ms = now_ms
        self.tell(self._prompt, StepOutcome.SUCCEEDED)
        self.phase, self._prompt = PlanPhase.RUNNING, ""

    def finish(self) -> None:
        """Nothing is left to do: say how it ended."""
        self.phase = PlanPhase.FINISHED
        up = all(stage is PlanStage.UP for stage in self.stages.values())
        self.result = PlanResult.SUCCESS if up and not self.warned else PlanResult.PARTIAL
        for machine in self.machines:
            machine.held = False

    # -- machines

    def built(self, machine: Machine) -> None:
        """Its job has ended: it is there, or it failed."""
        regions, arrived = machine.regions, False
        if self.command.run is PlanRun.TEST:
            arrived = regions.test_failover is TestFailover.COMPLETED
        else:
            arrived = regions.protection is Protection.FAILED_OVER
        if self.stages[machine.name] is PlanStage.WAITING:
            self.stages[machine.name] = PlanStage.BUILT if arrived else PlanStage.FAILED

    def power_on(self, name: str) -> None:
        """Its turn has come."""
        machine = next(each for each in self.machines if each.name == name)
        place = Place.TEST if self.command.run is PlanRun.TEST else running_place(machine.regions)
        host, machine.held = machine.hosts.get(place), False
        if host is not None:
            host.running = True
        self.stages[name] = PlanStage.UP if host is not None else PlanStage.FAILED

    def leave_off(self, group: BootGroup, name: str) -> None:
        """Its preparation has failed: it stays as it is."""
        self.stages[name] = PlanStage.LEFT_OFF
        self.skip(group, name)

    def skip(self, group: BootGroup, name: str) -> None:
        """What the machine has still to do is not done."""
        for step in group.steps:
            if step.machine == name and self.steps[step.name].outcome is StepOutcome.PENDING:
                self.tell(step.name, StepOutcome.SKIPPED)

    # -- telling

    def tell(self, step: str, outcome: StepOutcome) -> None:
        """What has become of a step, now."""
        self.steps[step] = StepView(step, outcome, self._now_ms)

    def shown(self, plan: SavedPlan, now_ms: int) -> PlanObservation:
        """The run as it stands."""
        machines = tuple(PlannedMachineView(name, stage) for name, stage in self.stages.items())
        return PlanObservation(
            plan, now_ms, self.phase, self.result, self._prompt, tuple(self.steps.values()), machines
        )


def steps_of(group: BootGroup, moment: StepMoment, machine: str) -> tuple[SavedStep, ...]:
    """The steps of the group at that moment: those of one machine, or those of the whole group."""
    return tuple(step for step in group.steps if step.moment is moment and step.machine == machine)
