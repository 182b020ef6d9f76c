"""What a recovery plan says: boot groups of machines, steps around them, who needs whom, and how long each may take.

The limits are documented (D); the time spans are defaults of the project where the sources are silent (P), and every
one of them can be set in the plan.
"""

from collections.abc import Iterator
from enum import StrEnum

from attrs import field, frozen

from siteproof.model.nouns.provider import ReplicationProvider
from siteproof.model.nouns.vocabulary import Direction, Selection

MACHINES_MAX = 100
GROUPS_MAX = 7
STEP_TIMEOUT_MINUTES = 5


class FailoverType(StrEnum):
    """Why the plan runs."""

    UNPLANNED = "unplanned"
    TEST = "test"
    PLANNED = "planned"


class StepKind(StrEnum):
    """What a step is; a prompt waits for a person and cannot fail."""

    SCRIPT = "script"
    RUNBOOK = "runbook"
    PROMPT = "prompt"


class Moment(StrEnum):
    """On which side of its group, its machine or the whole plan a step stands."""

    PRE = "pre"
    POST = "post"


@frozen
class Situation:
    """In which failover the plan runs; steps are filtered by both parts."""

    type: FailoverType
    direction: Direction

    def __str__(self) -> str:
        """Two words for a headline."""
        return f"{self.type} {self.direction}"


SITUATIONS = (
    Situation(FailoverType.UNPLANNED, Direction.FORWARD),
    Situation(FailoverType.TEST, Direction.FORWARD),
    Situation(FailoverType.PLANNED, Direction.REVERSE),  # forward has no planned failover, reverse no other (DOMAIN §1)
)


class Dependents(StrEnum):
    """What becomes of a machine when one that it needs did not start."""

    STAY_OFF = "stay_off"
    START_ANYWAY = "start_anyway"


@frozen
class DurationRange:
    """How long something takes when all is well, and the longest it may take; whole minutes."""

    expected_minutes: int
    worst_minutes: int


@frozen
class PlanStep:
    """A script, a runbook or a prompt. With `machine` it belongs to that machine, else to its group or the plan.

    `open_ended`: a prompt of which nobody says how long it waits; its span is 0 and every length is a least one.
    `undone_by` says what takes back what the step does in a drill.
    """

    name: str
    kind: StepKind
    span: DurationRange
    moment: Moment
    machine: str = ""
    needs: tuple[str, ...] = ()
    types: frozenset[FailoverType] = frozenset(FailoverType)
    directions: frozenset[Direction] = frozenset(Direction)
    open_ended: bool = False
    undone_by: str = ""

    def runs_in(self, situation: Situation) -> bool:
        """Whether the step's filters let it run."""
        return situation.type in self.types and situation.direction in self.directions


@frozen
class PlannedMachine:
    """One machine of a boot group; it powers on after everything that it needs."""

    name: str
    shutdown: DurationRange = DurationRange(2, 5)
    failover: DurationRange = DurationRange(5, 15)
    boot: DurationRange = DurationRange(3, 5)
    needs: tuple[str, ...] = ()


@frozen
class PlanGroup:
    """Machines that start in parallel, with the steps around them in the order written; a gate has steps only."""

    name: str
    machines: tuple[PlannedMachine, ...]
    steps: tuple[PlanStep, ...] = ()


@frozen
class RecoveryPlan:
    """Boot groups in the order in which they start; `steps` stand before the shutdown or after the last group.

    `rto_minutes` is the recovery time objective, or None when the plan promises nothing. `dependents` None: not said.
    """

    name: str
    groups: tuple[PlanGroup, ...]
    steps: tuple[PlanStep, ...] = ()
    rto_minutes: int | None = None
    selection: Selection = field(default=Selection.LATEST)
    provider: ReplicationProvider | None = None
    dependents: Dependents | None = None

    @property
    def machines(self) -> tuple[PlannedMachine, ...]:
        """Every machine, in the order of the groups."""
        return tuple(machine for group in self.groups for machine in group.machines)

    def all_steps(self) -> Iterator[tuple[int, PlanStep]]:
        """Every step with the number of its group from 1; 0 stands before all groups, the last number + 1 after."""
        last = len(self.groups) + 1
        yield from ((0 if step.moment is Moment.PRE else last, step) for step in self.steps)
        for number, group in enumerate(self.groups, 1):
            yield from ((number, step) for step in group.steps)
