"""A vault as several exports together show it: things by kind, joined by id, and the time of the newest one.

Rule: of what is exported in masses (machines, points) only the fields that somebody asks for are kept: memory does not
grow with what a tool writes beside them. The clock is not asked: *now* is the newest timestamp, or what was given.
"""

from collections.abc import Callable, Iterable, Iterator

from attrs import define, evolve, field

from siteproof.conformance.coverage.events import ShownState
from siteproof.conformance.exports.documents import Opened
from siteproof.conformance.exports.points import ExportedPoint, machine_in, point_in
from siteproof.conformance.exports.quick import machine_of
from siteproof.conformance.exports.things import Flat, Thing, ThingKind, flat, part, small, text_of, thing
from siteproof.model.spec.providers.catalogue import PROVIDERS, provider_of_type
from siteproof.model.spec.providers.provider import ProviderData

COMPONENTS = (
    *("processServers", "rcmProxies", "pushInstallers", "replicationAgents", "reprotectAgents", "marsAgents", "dras"),
)
KEPT = frozenset(
    name.casefold()
    for name in (
        *("id", "name", "friendlyName", "type", "protectionState", "protectionStateDescription", "activeLocation"),
        *("testFailoverState", "allowedOperations", "replicationHealth", "failoverHealth", "healthErrors", "policyId"),
        *("policyFriendlyName", "lastSuccessfulFailoverTime", "lastSuccessfulTestFailoverTime", "currentScenario"),
        *("instanceType", "replicationProvider", "multiVmGroupName", "multiVmGroupId", "processServerId"),
        *("processServerName", "targetNetworkId", "testNetworkId", "selectedRecoveryAzureNetworkId"),
        *("selectedTfoAzureNetworkId", "lastRecoveryPointReceived", "lastRpoInSeconds", "rpoInSeconds"),
        *("lastRpoCalculatedTime", "initialReplicationProgressPercentage", "initialReplicationProcessedBytes"),
        *("initialReplicationTransferredBytes", "resyncProgressPercentage", "resyncProcessedBytes", "resyncRequired"),
        *("resyncTransferredBytes", "resyncState", "lastHeartbeat", "agentVersion", "monitoringPercentageCompletion"),
        *("recoveryServicesProviderId", "primaryFabricFriendlyName", "internalIdentifier", "lastReplicatedTime"),
        *("recoveryAzureVmName", "targetVmName", "vmId", "reprotectAgentId", "failoverRecoveryPointId"),
    )
)
"""Fields of a machine that are kept as they are; of lists and of what stands further in only `INNER` are kept."""

PENDING = ("dataPendingAtSourceAgentInMB", "dataPendingInLogDataStoreInMB")
"""What of a disk waits at the source, and what has arrived and waits to be processed."""

INNER = {
    name: tuple(each.casefold() for each in wanted)
    for name, wanted in {
        "mobilityagentdetails": ("version", "latestVersion", "lastHeartbeatUtc"),
        "discoveredvmdetails": ("powerStatus", "isDeleted", "lastDiscoveryTimeInUtc"),
        "protecteddisks": ("diskId", "diskName", "isInitialReplicationComplete", "resyncRequired", *PENDING),
        "unprotecteddisks": ("diskId", "diskLunId"),
    }.items()
}
WANTED = KEPT | INNER.keys()
"""What of a machine is read at all."""


@define(eq=False)
class ExportedVault:
    """Everything that was read. `more` are places of lists that were exported in part only."""

    machines: list[Thing] = field(factory=list)
    policies: list[Thing] = field(factory=list)
    plans: list[Thing] = field(factory=list)
    jobs: list[Thing] = field(factory=list)
    events: list[Thing] = field(factory=list)
    fabrics: list[Thing] = field(factory=list)
    healths: list[Thing] = field(factory=list)
    unknown: list[Thing] = field(factory=list)
    points: dict[str, list[ExportedPoint]] = field(factory=dict)
    more: list[str] = field(factory=list)
    newest_ms: int = 0
    objects: int = 0
    chosen: ProviderData | None = None  # the provider that was named, for what does not name one itself

    def add(self, opened: Opened) -> None:
        """Read every document of a file."""
        self.more.extend(opened.more)
        self._keys = self._by_name = None
        for document in opened.documents:
            self.objects += 1
            point = point_in(document)
            if point is not None:
                self._point(*point)
                continue
            read = machine_of(document, WANTED) or thing(document.value(), document.place)
            kept = self._trimmed(read) if read.kind is ThingKind.MACHINE else read
            _ADD[read.kind](self, kept)
            self.newest_ms = max(self.newest_ms, *_times(kept))

    def _trimmed(self, machine: Thing) -> Thing:
        """What of a machine is kept."""
        share, values = self.texts.setdefault, machine.values
        kept = Flat({name: share(v, v) if isinstance(v, str) else v for name, v in values.items() if name in KEPT})
        for name, wanted in INNER.items():
            if name in values:
                found = values[name]
                listed = found if isinstance(found, list) else [found]
                kept[name] = [_inner(flat(each), wanted) for each in listed if isinstance(each, dict)]
        return evolve(machine, values=kept)

    def _point(self, machine: str, point: ExportedPoint) -> None:
        self.points.setdefault(machine, []).append(point)
        self.newest_ms = max(self.newest_ms, point.at_ms)

    def provider(self, each: Thing) -> ProviderData | None:
        """The provider that the thing names, or the one that was chosen for what names none."""
        told = each.text("instanceType") or each.text("replicationProvider")
        return (provider_of_type(told) if told else None) or self.chosen

    def points_of(self, machine: Thing) -> list[ExportedPoint] | None:
        """The machine's points by time; None when no list of points was exported for it."""
        listed = self.points.get(key_of(machine.id))
        if listed is None and len(self.machines) == 1:
            listed = self.points.get("")
        return sorted(listed, key=lambda each: each.at_ms) if listed is not None else None

    def policy_of(self, machine: Thing) -> Thing | None:
        """The policy that the machine names, if it was exported."""
        names = (machine.text("policyId"), machine.text("policyFriendlyName"))
        found = (self._policy_named(small(each)) for each in names if each)
        return next((each for each in found if each is not None), None)

    def _policy_named(self, name: str) -> Thing | None:
        if self._by_name is None:
            named = ((name, each) for each in reversed(self.policies) for name in (each.name.casefold(), each.id))
            self._by_name = dict(named)
        return self._by_name.get(name)

    def machine_of(self, identity: str) -> Thing | None:
        """The machine with this id (or this name of an item), if it was exported."""
        return self._by_key().get(key_of(identity.casefold()))

    def components(self) -> Iterator[tuple[str, Thing]]:
        """Every component of every appliance: its kind as the export calls it, and the component."""
        for fabric in self.fabrics:
            for kind in COMPONENTS:
                yield from ((kind, each) for each in fabric.parts(kind))

    states: dict[str, ShownState] = field(factory=dict)  # what machines show, by their place, once somebody asked
    texts: dict[str, str] = field(factory=dict)  # what several machines say in the same words is kept once
    known: dict[str, int] = field(factory=dict)  # the place of each machine by its id

    def _by_key(self) -> dict[str, Thing]:
        if self._keys is None:
            self._keys = {key_of(each.id): each for each in self.machines}
        return self._keys

    _keys: dict[str, Thing] | None = None
    _by_name: dict[str, Thing] | None = None


def vault_of(files: Iterable[Opened], provider: str | None = None) -> ExportedVault:
    """The vault that several files show together."""
    vault = ExportedVault(chosen=next((each for each in PROVIDERS.values() if each.name == provider), None))
    for each in files:
        vault.add(each)
    return vault


def key_of(identity: str) -> str:
    """What joins a machine with its points and its plans: the item's own name within the id, in small letters."""
    return machine_in(identity) or identity.rsplit("/", 1)[-1]


def _machine(vault: ExportedVault, machine: Thing) -> None:
    """A machine that several files show counts as the newest of them does."""
    place = vault.known.get(machine.id)
    if place is None:
        vault.known[machine.id] = len(vault.machines)
        vault.machines.append(machine)
    elif max(_times(machine)) >= max(_times(vault.machines[place])):
        vault.machines[place] = machine


def _inner(values: Flat, wanted: Iterable[str]) -> Flat:
    return Flat({name: values[name] for name in wanted if name in values})


def _slow_point(vault: ExportedVault, read: Thing) -> None:
    """A point in a shape that is read field by field."""
    at, kind = read.when("recoveryPointTime"), text_of(read.values.get("recoverypointtype")) or ""
    if at:
        vault.points.setdefault(machine_in(read.id), []).append(ExportedPoint(at, "app" in kind.casefold()))


_ADD: dict[ThingKind, Callable[[ExportedVault, Thing], None]] = {
    ThingKind.MACHINE: _machine,
    ThingKind.POINT: _slow_point,
    ThingKind.POLICY: lambda vault, read: vault.policies.append(read),
    ThingKind.PLAN: lambda vault, read: vault.plans.append(read),
    ThingKind.JOB: lambda vault, read: vault.jobs.append(read),
    ThingKind.EVENT: lambda vault, read: vault.events.append(read),
    ThingKind.FABRIC: lambda vault, read: vault.fabrics.append(read),
    ThingKind.HEALTH: lambda vault, read: vault.healths.append(read),
    ThingKind.UNKNOWN: lambda vault, read: vault.unknown.append(read),
}
_STAMPS = {
    ThingKind.MACHINE: (
        "lastRpoCalculatedTime",
        "lastRecoveryPointReceived",
        "lastSuccessfulFailoverTime",
        "lastHeartbeat",
    ),
    ThingKind.POINT: ("recoveryPointTime",),
    ThingKind.JOB: ("startTime", "endTime"),
    ThingKind.EVENT: ("timeOfOccurrence",),
}
_DEEP = {ThingKind.MACHINE: (("mobilityAgentDetails", "lastHeartbeatUtc"), ("currentScenario", "startTime"))}


def _times(read: Thing) -> Iterator[int]:
    """Every timestamp that says when something was looked at."""
    yield 0
    yield from (read.when(name) or 0 for name in _STAMPS.get(read.kind, ()))
    for outer, name in _DEEP.get(read.kind, ()):
        yield from (each.when(name) or 0 for each in read.parts(outer))
    if read.kind is ThingKind.FABRIC:
        yield from (each.when("lastHeartbeatUtc") or 0 for kind in COMPONENTS for each in read.parts(kind))


def inner(each: Thing, name: str) -> Thing:
    """The object in a field; an empty one when it is absent."""
    found = each.parts(name)
    return found[0] if found else part({}, f"{each.place}.{name}")
