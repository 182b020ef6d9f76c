"""Recovery plans of a service: kept in the vault's log, with real scripts, and taken up where a restart left them.

Maintainers keep: a plan counts when it is written down, and so does each step of a run. What a script has done when the
process died nobody knows: it counts as failed, and is not run again.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from siteproof.model.nouns.commands import Accepted
from siteproof.model.nouns.errors import Refused
from siteproof.model.nouns.plans import (
    PlanCommand,
    PlanPhase,
    PlanStage,
    SavedPlan,
    SavedStep,
    SavedStepKind,
    StepOutcome,
    StepView,
)
from siteproof.model.nouns.policy import MINUTE_MS
from siteproof.reference.appliance import Appliance
from siteproof.reference.plan_run import PlanProgress
from siteproof.reference.recovery_plans import PlanDesk
from siteproof.reference.service.durable_vault import DurableVault
from siteproof.reference.service.facts import RunFacts
from siteproof.reference.service.scripts import Script, Scripts
from siteproof.reference.vault import Vault

OFF = frozenset({PlanStage.WAITING, PlanStage.BUILT})  # machines whose turn has not come


class ScriptedProgress(PlanProgress):
    """A run whose scripts are files of the state directory."""

    scripts: Scripts | None = None
    _script: Script | None = None

    def do_script(self, step: SavedStep) -> Iterator[bool]:
        """Run the file of the step's name until it ends, or its time is over."""
        self.tell(step.name, StepOutcome.RUNNING)
        until_ms = self._now_ms + self.profile.step_timeout_minutes * MINUTE_MS
        facts = {"PLAN": self.plan.name, "RUN": self.command.run.value, "STEP": step.name, "MACHINE": step.machine}
        self._script = self.scripts.start(step.name, facts) if self.scripts is not None else None
        while self._script is not None and self._script.running and self._now_ms < until_ms:
            yield False
        succeeded = self._script is not None and self._script.end()
        self._script = None
        self.tell(step.name, StepOutcome.SUCCEEDED if succeeded else StepOutcome.FAILED)
        self.warned = self.warned or not succeeded
        yield True

    def stop(self) -> None:
        """The process ends: so does the script that runs."""
        if self._script is not None:
            self._script.end()

    def facts(self) -> RunFacts:
        """How far it has come."""
        shown = self.shown(self.plan, self._now_ms)
        told = (shown.phase, shown.result, shown.prompt, shown.steps, shown.machines)
        return RunFacts(self.command, self.job, self.direction, *told, warned=self.warned)

    def take_up(self, facts: RunFacts) -> None:
        """Go on from there: what is over is not done again, and a prompt that was shown is shown again."""
        self.job, self.direction, self.warned = facts.job, facts.direction, facts.warned
        self.phase, self.result, self._prompt = facts.phase, facts.result, facts.prompt
        self.stages |= {each.name: each.stage for each in facts.machines}
        self.steps |= {each.name: self._again(each) for each in facts.steps}

    def _again(self, step: StepView) -> StepView:
        if step.outcome is not StepOutcome.RUNNING:
            return step
        self.warned = True
        return StepView(step.name, StepOutcome.FAILED, step.time_ms)


class KeptPlans(PlanDesk):
    """The plans of a service's appliance."""

    progress_type = ScriptedProgress
    scripts: Scripts | None = None

    def __init__(self, appliance: Appliance) -> None:
        """No plan yet; `take_up` brings those of the log."""
        super().__init__(appliance)
        assert isinstance(appliance.vault, DurableVault)
        self.vault: DurableVault = appliance.vault

    @property
    def plans(self) -> Mapping[str, SavedPlan]:
        """Every plan by its name."""
        return self._plans

    def kept(self, plan: SavedPlan) -> SavedPlan:
        """Write it down before it counts."""
        self.vault.keep_plan(plan)
        return plan

    def begun(self, plan: SavedPlan, command: PlanCommand) -> PlanProgress:
        """Written down before any machine begins, so that machines which wait for their turn stay off."""
        progress = self._made(plan, command)
        self.vault.keep_run(progress.facts())
        return progress

    def _made(self, plan: SavedPlan, command: PlanCommand) -> ScriptedProgress:
        progress = super().begun(plan, command)
        assert isinstance(progress, ScriptedProgress)
        progress.scripts = self.scripts
        return progress

    def run(self, command: PlanCommand) -> Accepted:
        """See PlanDesk; a run that was refused was none."""
        former = self.vault.log.everything.runs.get(command.plan)
        try:
            return super().run(command)
        except Refused:
            if self.vault.log.everything.runs.get(command.plan) != former:
                self._unwritten(command.plan, former)
            raise

    def _unwritten(self, plan: str, former: RunFacts | None) -> None:
        if former is None:
            self.vault.drop_run(plan)
        else:
            self.vault.keep_run(former)

    def keep(self) -> None:
        """Write down how far each run has come."""
        for progress in self._runs.values():
            assert isinstance(progress, ScriptedProgress)
            self.vault.keep_run(progress.facts())

    def take_up(self) -> None:
        """The plans of the log, and the runs that were under way."""
        everything = self.vault.log.everything
        self._plans = dict(everything.plans)
        for name, facts in everything.runs.items():
            with suppress(KeyError, Refused):  # a machine of it is gone: then the run is, too
                progress = self._made(self._plans[name], facts.command)
                progress.take_up(facts)
                self._runs[name] = progress
                self._plan_push(progress)

    def stop(self) -> None:
        """The process ends."""
        for progress in self._runs.values():
            assert isinstance(progress, ScriptedProgress)
            progress.stop()


def hold(vault: Vault, runs: Mapping[str, RunFacts]) -> None:
    """Machines that wait for their turn in a run stay off, also when their job ends after the restart."""
    for run in runs.values():
        for view in run.machines:
            machine = vault.machines.get(view.name)
            if machine is not None and view.stage in OFF and run.phase is not PlanPhase.FINISHED:
                machine.held = True


class PlanningAppliance(Appliance):
    """The appliance of a service."""

    plans_type = KeptPlans

    @property
    def kept_plans(self) -> KeptPlans:
        """Its plans."""
        assert isinstance(self.plans, KeptPlans)
        return self.plans


def scripts_in(root: Path) -> Scripts:
    """The scripts of a state directory."""
    return Scripts(root / "scripts")


def names_of_scripts(plan: SavedPlan) -> tuple[str, ...]:
    """What a plan runs, in its order."""
    steps = (step for group in plan.groups for step in group.steps)
    return tuple(step.name for step in steps if step.kind is SavedStepKind.SCRIPT)
