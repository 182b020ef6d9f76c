"""Recovery plans: keeps them, refuses what is none, and runs one at a time for each name (domain §4).

Rule: a plan does nothing to a machine that the machine's own commands could not do; it adds the order.
"""

from collections.abc import Iterator
from typing import Protocol

from siteproof.model.nouns.commands import Accepted, Command
from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.groups import GroupCommand
from siteproof.model.nouns.plans import PlanCommand, PlanObservation, PlanPhase, SavedPlan
from siteproof.model.nouns.profile import Profile
from siteproof.model.nouns.vocabulary import Selection
from siteproof.reference.group_desk import GroupDesk
from siteproof.reference.machine import Machine
from siteproof.reference.membership import members
from siteproof.reference.plan_run import PlanProgress, planned_machines
from siteproof.reference.scheduler import Scheduler
from siteproof.reference.vault import Vault

STEP_MS = 1000


class PlannedAppliance(Protocol):
    """What plans ask of the appliance."""

    vault: Vault
    profile: Profile
    scheduler: Scheduler
    groups: GroupDesk

    def do(self, command: Command) -> Accepted:
        """Accept a command of one machine."""
        ...


class PlanDesk:
    """The plans of one appliance; the class attribute is where the zoo differs."""

    progress_type: type[PlanProgress] = PlanProgress

    def __init__(self, appliance: PlannedAppliance) -> None:
        """No plan yet."""
        self.appliance = appliance
        self._plans: dict[str, SavedPlan] = {}
        self._runs: dict[str, PlanProgress] = {}

    def save(self, plan: SavedPlan) -> Accepted:
        """Keep the plan; Refused when it breaks a bound or a rule, or is being run."""
        for wrong, detail in self.faults(plan):
            if wrong:
                raise Refused(ErrorCode.OPERATION_NOT_ALLOWED, detail)
        self._require_rest(plan.name)
        self._plans[plan.name] = self.kept(plan)
        return Accepted(self.appliance.vault.next_job())

    def kept(self, plan: SavedPlan) -> SavedPlan:
        """The plan as it is kept: all of it."""
        return plan

    def faults(self, plan: SavedPlan) -> Iterator[tuple[bool, str]]:
        """What may be wrong with a plan: whether it is, and how that is told."""
        profile, machines = self.appliance.profile, planned_machines(plan)
        steps = [step for group in plan.groups for step in group.steps]
        yield not plan.name or not plan.groups, "a plan has a name and a group"
        yield len(plan.groups) > profile.plan_groups_max, f"a plan has at most {profile.plan_groups_max} groups"
        yield len(machines) > profile.plan_machines_max, f"a plan has at most {profile.plan_machines_max} machines"
        yield len(set(machines)) < len(machines), "a machine stands in one group"
        yield not set(machines) <= set(self.appliance.vault.machines), "every machine of a plan is known"
        yield len({step.name for step in steps}) < len(steps), "names of steps are unique"
        strange = any(step.machine not in ("", *group.machines) for group in plan.groups for step in group.steps)
        yield strange, "a step belongs to a machine of its group"

    def run(self, command: PlanCommand) -> Accepted:
        """Begin a run; Refused when one is under way, for a selection that no plan has, or when nobody can go."""
        plan = self._plan(command.plan)
        self._require_rest(plan.name)
        if command.selection is Selection.CUSTOM:
            raise Refused(ErrorCode.OPERATION_NOT_ALLOWED, "a plan takes no custom point")
        progress = self.begun(plan, command)
        self._start(progress)
        self._runs[plan.name] = progress
        self._plan_push(progress)
        return Accepted(progress.job)

    def begun(self, plan: SavedPlan, command: PlanCommand) -> PlanProgress:
        """A run of which nothing has happened yet."""
        return self.progress_type(plan, command, self.appliance.vault, self.appliance.profile)

    def _start(self, progress: PlanProgress) -> None:
        """All machines begin at once; whoever cannot is given up, and when nobody can the plan is refused."""
        last: Refused | None = None
        for group in dict.fromkeys(machine.group for machine in progress.machines if machine.group):
            last = self._begin_group(progress, group) or last
        for machine in [each for each in progress.machines if not each.group]:
            try:
                with progress.holding(machine):
                    self.appliance.do(progress.command_of(machine))
            except Refused as refused:
                progress.give_up(machine)
                last = refused
        if last is not None and not progress.under_way:
            raise last

    def _begin_group(self, progress: PlanProgress, group: str) -> Refused | None:
        """A replication group goes as one, when all of it stands in the plan."""
        mine = [machine for machine in progress.machines if machine.group == group]
        command = progress.command_of(mine[0])
        try:
            self._require_all(group, mine)
            with progress.holding(*mine):
                self.appliance.groups.do(GroupCommand(command.verb, group, shutdown=command.shutdown))
        except Refused as refused:
            for machine in mine:
                progress.give_up(machine)
            return refused
        return None

    def _require_all(self, group: str, mine: list[Machine]) -> None:
        if len(mine) < len(members(self.appliance.vault, group)):
            raise Refused(ErrorCode.OPERATION_NOT_ALLOWED, f"not all of the group {group} is in the plan")

    def answer(self, name: str) -> Accepted:
        """The prompt that is shown was answered; Refused when none is."""
        progress = self._runs.get(self._plan(name).name)
        if progress is None or progress.phase is not PlanPhase.PROMPTING:
            raise Refused(ErrorCode.OPERATION_NOT_ALLOWED, "no prompt of this plan is shown")
        progress.answer(self.appliance.scheduler.now_ms)
        self._plan_push(progress)
        return Accepted(progress.job)

    def observe(self, name: str) -> PlanObservation:
        """What there is to see of a plan."""
        plan, now_ms = self._plan(name), self.appliance.scheduler.now_ms
        progress = self._runs.get(name)
        return PlanObservation(plan, now_ms) if progress is None else progress.shown(plan, now_ms)

    def push(self) -> bool:
        """Bring every run one step further; False when nothing moved."""
        moved = [progress.push(self.appliance.scheduler.now_ms) for progress in self._runs.values()]
        return any(moved)

    def _plan_push(self, progress: PlanProgress) -> None:
        def later() -> None:
            progress.push(self.appliance.scheduler.now_ms)
            self._plan_push(progress)

        if progress.phase is PlanPhase.RUNNING:
            self.appliance.scheduler.at(self.appliance.scheduler.now_ms + STEP_MS, later)

    def _plan(self, name: str) -> SavedPlan:
        if name not in self._plans:
            raise Refused(ErrorCode.OPERATION_NOT_ALLOWED, f"there is no plan {name!r}")
        return self._plans[name]

    def _require_rest(self, name: str) -> None:
        progress = self._runs.get(name)
        if progress is not None and progress.phase is not PlanPhase.FINISHED:
            raise Refused(ErrorCode.OPERATION_CONFLICT, f"the plan {name} is being run")
