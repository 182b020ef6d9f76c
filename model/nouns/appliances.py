"""The appliances of a site: their components, what they measure, what goes wrong with them (domain §1 rule 14, §5).

Rule: what a component measures is given, and what follows from it is the subject's to say; the borders stand here once.
"""

from enum import StrEnum
from typing import Protocol, runtime_checkable

from attrs import frozen

HEARTBEAT_MINUTES_MAX = 15
"""A process server that was silent for that long is critical."""
FREE_CACHE_PERCENT_MIN = 20
"""With less free cache replication is throttled; the workload is not."""


class ApplianceComponent(StrEnum):
    """What an appliance is made of (seed: Architectural components)."""

    PROCESS_SERVER = "process_server"
    PROXY = "proxy"
    DISCOVERY = "discovery"
    REPROTECTION_SERVER = "reprotection_server"
    RECOVERY_SERVICE_AGENT = "recovery_service_agent"
    SITE_RECOVERY_PROVIDER = "site_recovery_provider"
    REPLICATION_SERVICE = "replication_service"


class Condition(StrEnum):
    """How a component is. A dead one does nothing; a critical one may still do something."""

    HEALTHY = "healthy"
    WARNING = "warning"
    CRITICAL = "critical"
    DEAD = "dead"


@frozen
class Readings:
    """What a process server measures about itself; as a new one these are the readings of an idle server."""

    cpu_percent: int = 10
    memory_percent: int = 20
    free_cache_percent: int = 90
    upload_minutes: int = 1  # how long what is cached needs to be sent


@frozen
class ComponentView:
    """What is shown of one component."""

    component: ApplianceComponent
    version: str
    condition: Condition = Condition.HEALTHY


@frozen
class ApplianceView:
    """What is shown of one appliance: its components, and the protected machines that it serves."""

    name: str
    components: tuple[ComponentView, ...]
    machines: tuple[str, ...] = ()

    def of(self, component: ApplianceComponent) -> ComponentView | None:
        """What is shown of that component; None when it is not listed."""
        return next((each for each in self.components if each.component is component), None)


@frozen
class ApplianceEvent:
    """Something happens to one appliance; what is left out stays as it was.

    `dead`: the component does nothing any more and sends no heartbeat, or (False) it works again. `readings`: what the
    process server measures from now on. `newer_version`: it was published, and runs nowhere yet.
    """

    appliance: str
    component: ApplianceComponent = ApplianceComponent.PROCESS_SERVER
    dead: bool | None = None
    readings: Readings | None = None
    newer_version: str = ""


@runtime_checkable
class Serving(Protocol):
    """An optional part of the contract: a subject that declares `appliances` has these calls as well."""

    def observe_appliances(self) -> tuple[ApplianceView, ...]:
        """Every appliance of the site: at once, without changing anything."""
        ...

    def appliance_event(self, event: ApplianceEvent) -> None:
        """Let that happen to an appliance."""
        ...
