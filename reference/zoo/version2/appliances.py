"""Wrong appliances of a site: moves without need or mark, changes that go with what held them, borders that are off.

Rule: see the folder's `__init__`.
"""

from attrs import define, evolve

from siteproof.model.nouns.appliances import ApplianceComponent, ApplianceEvent, Condition
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.vocabulary import Health
from siteproof.reference.appliance import Appliance
from siteproof.reference.fleet import Fleet, ServingAppliance
from siteproof.reference.machine import Machine
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit


class LetsGoAnyway(Fleet):
    """Whoever wants to move may."""

    def require_agreement(self, old: ServingAppliance) -> None:
        """An appliance that may still send is left, and that is wrong."""


class MovesUnmarked(Fleet):
    """Another appliance goes on where the old one was."""

    def mark(self, machine: Machine, detail: str) -> None:
        """Nothing is compared, and that is wrong."""


def _forget(machine: Machine) -> None:
    if machine.stream is not None:
        machine.stream.agent.cut().done()


class ForgetsChanges(Fleet):
    """Changes are the process server's as soon as they are tracked."""

    def happens(self, event: ApplianceEvent) -> None:
        """What waits when it comes back is forgotten, and that is wrong."""
        if event.dead is False and event.component is ApplianceComponent.PROCESS_SERVER:
            for machine in self.around.equipment.vault.machines.values():
                _forget(machine)
        super().happens(event)


class UpdateForgets(Fleet):
    """A new version begins anew."""

    def update(self, machine: Machine) -> None:
        """What waits is forgotten, and that is wrong."""
        super().update(machine)
        _forget(machine)


class NeverThrottles(Fleet):
    """There is always room."""

    def takes(self, machine: Machine) -> bool:
        """The cache is not looked at, and that is wrong."""
        return ApplianceComponent.PROCESS_SERVER not in self.serving(machine).dead


class KeepsQuiet(Fleet):
    """Who is silent has nothing to say."""

    def tell(self, appliance: ServingAppliance, code: ErrorCode, detail: str) -> None:
        """Nobody hears of a lost heartbeat, and that is wrong."""
        if code is not ErrorCode.PROCESS_SERVER_NO_HEARTBEAT:
            super().tell(appliance, code, detail)


class OwnHealthOnly(Fleet):
    """A machine that replicates is well."""

    def health(self, machine: Machine) -> Health:
        """What serves it does not count, and that is wrong."""
        del machine
        return Health.NORMAL


@define(eq=False)
class EarlyAppliance(ServingAppliance):
    """Counts the border itself as beyond it."""

    def measured(self) -> Condition:
        """One percent of load more than there is, and that is wrong."""
        self.readings, told = evolve(self.readings, cpu_percent=self.readings.cpu_percent + 1), self.readings
        condition = super().measured()
        self.readings = told
        return condition


class WarnsEarly(Fleet):
    """Its appliances do."""

    serving_type = EarlyAppliance


def _with(fleet: type[Fleet], name: str, directory: str | None, durable: bool) -> ReferenceSubject:
    class Served(Appliance):
        """Has that fleet."""

        fleet_type = fleet

    return exhibit(name, directory, durable, appliance=Served)


def lets_go_anyway(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Switches whatever the components say."""
    return _with(LetsGoAnyway, "lets go anyway", directory, durable)


def moves_unmarked(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Switches without a mark."""
    return _with(MovesUnmarked, "moves unmarked", directory, durable)


def forgets_changes(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Loses what waited for a dead process server."""
    return _with(ForgetsChanges, "forgets changes", directory, durable)


def update_forgets(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Loses what waited during an update."""
    return _with(UpdateForgets, "update forgets", directory, durable)


def never_throttles(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Sends into a full cache."""
    return _with(NeverThrottles, "never throttles", directory, durable)


def keeps_quiet(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Tells nobody of a lost heartbeat."""
    return _with(KeepsQuiet, "keeps quiet", directory, durable)


def own_health_only(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Shows the machine's own health."""
    return _with(OwnHealthOnly, "own health only", directory, durable)


def warns_early(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Warns one percent early."""
    return _with(WarnsEarly, "warns early", directory, durable)
