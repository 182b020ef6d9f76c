"""Ports and outbound addresses that a deployment needs (seed: Replication process 4, Outbound connectivity for URLs).

Rule: these are the seed's defaults as data; a pre-flight check reads them, and a profile may listen elsewhere.
"""

from attrs import frozen


@frozen
class Port:
    """One port: who connects to whom, for what, and whether it can be changed."""

    number: int
    source: str
    target: str
    purpose: str
    modifiable: bool = False


@frozen
class Outbound:
    """One URL pattern that has to be reachable; `from_machines` when the seed wants it from replicated machines too."""

    pattern: str
    purpose: str
    from_machines: bool = False


PORTS = (
    Port(443, "protected machine", "appliance", "replication management"),
    Port(9443, "protected machine", "appliance", "replication data", modifiable=True),
    Port(443, "appliance", "target storage", "replication data, compressed and encrypted"),
)

OUTBOUND = (
    Outbound("portal.azure.com", "the console"),
    Outbound("*.microsoftonline.com", "identities with which the appliance talks to the service"),
    Outbound("management.azure.com", "identities with which the appliance talks to the management service"),
    Outbound("*.services.visualstudio.com", "logs of the application for internal monitoring"),
    Outbound("*.vault.azure.net", "secrets in the key vault", from_machines=True),
    Outbound("aka.ms", "short links, used by updates of the appliance"),
    Outbound("download.microsoft.com/download", "downloads"),
    Outbound("*.servicebus.windows.net", "messages between the appliance and the service"),
    Outbound("*.discoverysrv.windowsazure.com", "the discovery service"),
    Outbound("*.hypervrecoverymanager.windowsazure.com", "the service's own micro-services"),
    Outbound("*.blob.core.windows.net", "upload of data to the storage from which target disks are made"),
    Outbound("*.backup.windowsazure.com", "the protection service, which makes replicated disks"),
    Outbound("*.prod.migration.windowsazure.com", "discovery of the on-premises machines"),
)
