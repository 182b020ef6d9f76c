"""Wrong plans: runs that keep no order, pass over what failed, or say what did not happen.

Rule: see the folder's `__init__`.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from siteproof.model.nouns.plans import PlanResult, PlanRun, SavedGroup, SavedPlan, SavedStep, StepOutcome
from siteproof.model.nouns.vocabulary import Place
from siteproof.reference.appliance import Appliance
from siteproof.reference.machine import Machine
from siteproof.reference.plan_run import PlanProgress
from siteproof.reference.recovery_plans import PlanDesk
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit


class NoOrder(PlanProgress):
    """Machines run as soon as they are built."""

    @contextmanager
    def holding(self, *machines: Machine) -> Iterator[None]:
        """Nobody waits for a turn, and that is wrong."""
        del machines
        yield


class StartsAnyway(PlanProgress):
    """A failed preparation is a warning like any other."""

    def leave_off(self, group: SavedGroup, name: str) -> None:
        """The machine is powered on all the same, and that is wrong."""
        super().leave_off(group, name)
        self.power_on(name)


class StopsAtTheFirst(PlanProgress):
    """A failed script ends the run."""

    def do_script(self, step: SavedStep) -> Iterator[bool]:
        """Whatever comes behind it is not done, and that is wrong."""
        yield from super().do_script(step)
        while self.steps[step.name].outcome is StepOutcome.FAILED and not step.machine:
            yield False


class DrillStopsSources(PlanProgress):
    """A drill shuts the sources down first, as a failover does."""

    def built(self, machine: Machine) -> None:
        """Production stands still, and that is wrong."""
        super().built(machine)
        source = machine.hosts.get(Place.PRIMARY)
        if self.command.run is PlanRun.TEST and source is not None:
            source.running = False


class EveryStep(PlanProgress):
    """Every step is run in every run."""

    def belongs(self, step: SavedStep) -> bool:
        """Whatever it is for, and that is wrong."""
        del step
        return True


class AlwaysASuccess(PlanProgress):
    """Who came to the end has succeeded."""

    def finish(self) -> None:
        """Machines that are off are passed over, and that is wrong."""
        super().finish()
        self.result = PlanResult.SUCCESS


class WaitsForEver(PlanProgress):
    """A script has as long as it wants."""

    def do_script(self, step: SavedStep) -> Iterator[bool]:
        """Nobody looks at the clock, and that is wrong."""
        steps = super().do_script(step)
        for moved in steps:
            while not moved:
                yield False
            yield moved


class LosesSteps(PlanDesk):
    """An edit keeps the machines."""

    def kept(self, plan: SavedPlan) -> SavedPlan:
        """Steps of a plan that was there already are forgotten, and that is wrong."""
        if plan.name not in self._plans:
            return plan
        return SavedPlan(plan.name, tuple(SavedGroup(group.machines) for group in plan.groups))


def _with(progress: type[PlanProgress], name: str, directory: str | None, durable: bool) -> ReferenceSubject:
    class Desk(PlanDesk):
        """Runs plans like that."""

        progress_type = progress

    return _desk(Desk, name, directory, durable)


def _desk(desk: type[PlanDesk], name: str, directory: str | None, durable: bool) -> ReferenceSubject:
    class Planned(Appliance):
        """Asks that desk."""

        plans_type = desk

    return exhibit(name, directory, durable, appliance=Planned)


def no_order(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Keeps no order."""
    return _with(NoOrder, "no order", directory, durable)


def starts_anyway(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Starts who was not prepared."""
    return _with(StartsAnyway, "starts anyway", directory, durable)


def stops(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Stops at what failed."""
    return _with(StopsAtTheFirst, "stops at the first failure", directory, durable)


def drill_stops_sources(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Stops production in a drill."""
    return _with(DrillStopsSources, "a drill stops sources", directory, durable)


def every_step(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Runs every step."""
    return _with(EveryStep, "every step", directory, durable)


def always_a_success(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Calls everything a success."""
    return _with(AlwaysASuccess, "always a success", directory, durable)


def waits_for_ever(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Waits for ever."""
    return _with(WaitsForEver, "waits for ever", directory, durable)


def loses_steps(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Loses steps."""
    return _desk(LosesSteps, "B27", directory, durable)
