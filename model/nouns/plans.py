"""Recovery plans in the contract: what a plan is, how it is run, and what it shows (domain §4; seed: Failover 1).

Rule: a step says what the judge's own script does when it is run (`does`); whoever runs it decides nothing by that, and
a plan is shown step by step and machine by machine, never as one word.
"""

from enum import StrEnum
from typing import Protocol, runtime_checkable

from attrs import frozen

from siteproof.model.nouns.commands import Answer
from siteproof.model.nouns.vocabulary import Direction, Selection


class PlanRun(StrEnum):
    """Which failover a plan runs: each machine does what it would do alone."""

    TEST = "test"
    UNPLANNED = "unplanned"
    PLANNED = "planned"  # the failback of every machine


class SavedStepKind(StrEnum):
    """Who does it: a script, or somebody who is asked and answers."""

    SCRIPT = "script"
    PROMPT = "prompt"


class StepMoment(StrEnum):
    """Before or after the power-on: of its machine, or of the whole group when it names none."""

    BEFORE = "before"
    AFTER = "after"


class ScriptDoes(StrEnum):
    """What the script does when it is run."""

    SUCCEED = "succeed"
    FAIL = "fail"
    HANG = "hang"  # until the plan gives it up


class StepOutcome(StrEnum):
    """What has become of a step in the present run, or in the last one."""

    PENDING = "pending"
    RUNNING = "running"
    WAITING = "waiting"  # a prompt is shown
    SUCCEEDED = "succeeded"
    FAILED = "failed"  # also when its time was over
    SKIPPED = "skipped"  # it does not belong to this run, or its machine was given up


class PlanStage(StrEnum):
    """How far a machine has come in the run."""

    WAITING = "waiting"
    BUILT = "built"  # failed over, and off until it is its group's turn
    UP = "up"
    LEFT_OFF = "left_off"  # a step before its power-on has failed
    FAILED = "failed"  # it could not be failed over


class PlanPhase(StrEnum):
    """Where a plan stands."""

    IDLE = "idle"  # it was never run
    RUNNING = "running"
    PROMPTING = "prompting"  # it waits for an answer
    FINISHED = "finished"


class PlanResult(StrEnum):
    """How a run has ended."""

    OPEN = "open"
    SUCCESS = "success"  # every machine is up, and no step has failed
    PARTIAL = "partial"


@frozen
class SavedStep:
    """One step of a group; its name is unique in the plan. Empty `runs` or `directions`: all of them."""

    name: str
    kind: SavedStepKind = SavedStepKind.SCRIPT
    moment: StepMoment = StepMoment.BEFORE
    machine: str = ""
    runs: tuple[PlanRun, ...] = ()
    directions: tuple[Direction, ...] = ()
    does: ScriptDoes = ScriptDoes.SUCCEED


@frozen
class SavedGroup:
    """Machines that start together, with the steps around them, each in the order in which it is run."""

    machines: tuple[str, ...]
    steps: tuple[SavedStep, ...] = ()


@frozen
class SavedPlan:
    """Boot groups in order; a machine stands in one of them."""

    name: str
    groups: tuple[SavedGroup, ...]


@frozen
class PlanCommand:
    """Run a plan: every machine takes the point of that selection; `custom` is none for a plan."""

    plan: str
    run: PlanRun
    selection: Selection = Selection.LATEST
    shutdown: bool = True


@frozen
class StepView:
    """One step, what has become of it, and when that was last so; 0 while nothing has."""

    name: str
    outcome: StepOutcome = StepOutcome.PENDING
    time_ms: int = 0


@frozen
class PlannedMachineView:
    """One machine of the plan, and how far it has come."""

    name: str
    stage: PlanStage = PlanStage.WAITING


@frozen
class PlanObservation:
    """A snapshot of a plan: as it is kept, and as it was run last; steps and machines in the order of the plan."""

    plan: SavedPlan
    time_ms: int
    phase: PlanPhase = PlanPhase.IDLE
    result: PlanResult = PlanResult.OPEN
    prompt: str = ""  # the step that waits for an answer
    steps: tuple[StepView, ...] = ()
    machines: tuple[PlannedMachineView, ...] = ()


@runtime_checkable
class Planning(Protocol):
    """An optional part of the contract: a subject that declares `plans` has these calls as well."""

    def save_plan(self, plan: SavedPlan) -> Answer:
        """Keep the plan, in place of the one of that name; Refusal when it is none, and the old one stays."""
        ...

    def run_plan(self, command: PlanCommand) -> Answer:
        """Run a plan as one job. After `settle` it has ended, or waits for an answer or for the end of a script."""
        ...

    def answer_prompt(self, plan: str) -> Answer:
        """Somebody has answered the prompt that is shown: the plan goes on."""
        ...

    def observe_plan(self, plan: str) -> PlanObservation:
        """What the subject shows of the plan at this moment; Refused when there is none of that name."""
        ...
