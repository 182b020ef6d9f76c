"""The appliances of a site: who serves which machine, how their components are, what is held back (domain §1, §5).

Rule: an appliance that takes nothing holds nothing up: changes stay with the agent, marks and points stay as they are.
"""

from collections.abc import Iterable, Mapping
from typing import Protocol

from attrs import define, field

from siteproof.model.nouns.appliances import (
    FREE_CACHE_PERCENT_MIN,
    HEARTBEAT_MINUTES_MAX,
    ApplianceComponent,
    ApplianceEvent,
    ApplianceView,
    ComponentView,
    Condition,
    Readings,
)
from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.policy import MINUTE_MS
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.vocabulary import Health, ResyncReason
from siteproof.reference.equipment import Equipment
from siteproof.reference.machine import Machine
from siteproof.reference.scheduler import Scheduler

NAMES = ("appliance-1", "appliance-2")
FIRST_VERSION = "1.0"
GOOD = (Condition.HEALTHY, Condition.WARNING)
ORDER = tuple(Condition)
HEALTH_OF: Mapping[Condition, Health] = {
    Condition.HEALTHY: Health.NORMAL,
    Condition.WARNING: Health.WARNING,
    Condition.CRITICAL: Health.CRITICAL,
    Condition.DEAD: Health.CRITICAL,
}
CPU_AND_MEMORY, CACHE, UPLOAD = (80, 95), (30, 25), (30, 45)  # warns and is critical beyond


@define(eq=False)
class ServingAppliance:
    """One appliance: what of it is dead, what its process server measures, which versions run and which is out."""

    name: str
    dead: set[ApplianceComponent] = field(factory=set)
    readings: Readings = field(factory=Readings)
    version: str = FIRST_VERSION
    newest: str = FIRST_VERSION

    def condition(self, component: ApplianceComponent) -> Condition:
        """How that component is."""
        if component in self.dead:
            return Condition.DEAD
        return self.measured() if component is ApplianceComponent.PROCESS_SERVER else Condition.HEALTHY

    def measured(self) -> Condition:
        """How a process server is that measures this."""
        busy = max(self.readings.cpu_percent, self.readings.memory_percent)
        beyond = (
            sum(busy > border for border in CPU_AND_MEMORY),
            sum(self.readings.free_cache_percent < border for border in CACHE),
            sum(self.readings.upload_minutes > border for border in UPLOAD),
        )
        return ORDER[max(beyond)]

    @property
    def conditions(self) -> list[Condition]:
        """How every component is."""
        return [self.condition(each) for each in ApplianceComponent]

    @property
    def takes_data(self) -> bool:
        """Whether its process server works and has room in its cache."""
        works = ApplianceComponent.PROCESS_SERVER not in self.dead
        return works and self.readings.free_cache_percent >= FREE_CACHE_PERCENT_MIN


class ServedEquipment(Protocol):
    """What a fleet asks of the appliance around it."""

    scheduler: Scheduler

    @property
    def equipment(self) -> Equipment:
        """The parts that a job works with."""
        ...


class Fleet:
    """All appliances of one site; the first one serves whoever was not moved."""

    serving_type: type[ServingAppliance] = ServingAppliance

    def __init__(self, around: ServedEquipment) -> None:
        """Everything is well."""
        self.around = around
        self.appliances = {name: self.serving_type(name) for name in NAMES}
        self._moved: dict[str, str] = {}

    def serving(self, machine: Machine) -> ServingAppliance:
        """The appliance that serves the machine, or would."""
        return self.appliances[self._moved.get(machine.name, NAMES[0])]

    def named(self, name: str) -> ServingAppliance:
        """The appliance of that name, or a Problem."""
        if name not in self.appliances:
            raise Problem(f"no appliance {name!r}", f"the site has {', '.join(self.appliances)}", "use one of these")
        return self.appliances[name]

    def health(self, machine: Machine) -> Health:
        """The worst health of the components that serve the machine."""
        return HEALTH_OF[worst(self.serving(machine).conditions)]

    def views(self) -> tuple[ApplianceView, ...]:
        """Every appliance as it is shown."""
        return tuple(self._view(each) for each in self.appliances.values())

    def _view(self, appliance: ServingAppliance) -> ApplianceView:
        parts = (ComponentView(each, appliance.version, appliance.condition(each)) for each in ApplianceComponent)
        return ApplianceView(appliance.name, tuple(parts), tuple(each.name for each in self._served(appliance)))

    def _served(self, appliance: ServingAppliance) -> list[Machine]:
        machines = self.around.equipment.vault.machines.values()
        return [each for each in machines if each.stream is not None and self.serving(each) is appliance]

    def happens(self, event: ApplianceEvent) -> None:
        """Let something become of an appliance, and of the replication of its machines."""
        appliance = self.named(event.appliance)
        if event.dead is True:
            appliance.dead.add(event.component)
            self._expect_heartbeat(appliance, event.component)
        elif event.dead is False:
            appliance.dead.discard(event.component)
        appliance.readings = event.readings or appliance.readings
        appliance.newest = event.newer_version or appliance.newest
        self.adjust()

    def _expect_heartbeat(self, appliance: ServingAppliance, component: ApplianceComponent) -> None:
        if component is not ApplianceComponent.PROCESS_SERVER:
            return

        def silent() -> None:
            if component in appliance.dead:
                self.tell(appliance, ErrorCode.PROCESS_SERVER_NO_HEARTBEAT, f"{HEARTBEAT_MINUTES_MAX} min")

        clock = self.around.scheduler
        clock.at(clock.now_ms + HEARTBEAT_MINUTES_MAX * MINUTE_MS, silent)

    def tell(self, appliance: ServingAppliance, code: ErrorCode, detail: str) -> None:
        """Tell every operator whose machine the appliance serves."""
        for machine in self._served(appliance):
            self.around.equipment.vault.record(machine, self.around.equipment.now_ms, code, detail)

    def adjust(self) -> None:
        """Whoever is served by an appliance that takes data sends; everybody else keeps what has to travel."""
        for machine in self.around.equipment.vault.machines.values():
            served = self.takes(machine)
            came_back, machine.link.served = served and not machine.link.served, served
            if came_back:
                self.around.equipment.replicator.reconnected(machine)
        for appliance in self.appliances.values():
            if appliance.readings.free_cache_percent < FREE_CACHE_PERCENT_MIN:
                self.tell(appliance, ErrorCode.DELTA_THROTTLED, f"{appliance.readings.free_cache_percent} % are free")

    def takes(self, machine: Machine) -> bool:
        """Whether what has to travel of the machine may leave."""
        return self.serving(machine).takes_data

    def update(self, machine: Machine) -> None:
        """The components of the machine's appliance run in the newest version; nothing else becomes of them."""
        appliance = self.serving(machine)
        appliance.version = appliance.newest

    def switch(self, machine: Machine, name: str) -> None:
        """Another appliance serves the machine; what the old one had cached is lost, so both sides are compared."""
        old, new = self.serving(machine), self.named(name)
        self.require_agreement(old)
        if new is old or not all(each in GOOD for each in new.conditions):
            raise Refused(ErrorCode.APPLIANCE_SWITCH_BLOCKED, f"{name} cannot take the machine")
        self._moved[machine.name] = name
        self.mark(machine, f"{old.name} to {name}")
        self.adjust()

    def mark(self, machine: Machine, detail: str) -> None:
        """Both sides may differ by what the old appliance had cached."""
        self.around.equipment.replicator.mark(machine, ResyncReason.APPLIANCE_SWITCHED, detail)

    def require_agreement(self, old: ServingAppliance) -> None:
        """Refused unless the appliance lets go: all of its components are dead, or all are healthy or warn."""
        conditions = old.conditions
        if not (all(each is Condition.DEAD for each in conditions) or all(each in GOOD for each in conditions)):
            raise Refused(ErrorCode.APPLIANCE_SWITCH_BLOCKED, f"the components of {old.name} differ")


def worst(conditions: Iterable[Condition]) -> Condition:
    """The worst of them."""
    return max(conditions, key=ORDER.index)
