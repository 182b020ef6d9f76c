"""Enable and disable (domain §1, 1-2 and 8; seed: Replication process 1-3).

An initial copy holds every block as of the moment it is made; later writes arrive as deltas. Protection begins with a
first common point, and whatever fails on the way leaves no replica behind.
"""

from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.vocabulary import Direction, Place
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.device import StoreFailed
from siteproof.reference.equipment import Equipment
from siteproof.reference.jobs import JobFailed, Work
from siteproof.reference.link import LinkDown
from siteproof.reference.machine import Machine
from siteproof.reference.steps import Steps
from siteproof.reference.stream import Stream


def enable(appliance: Equipment, machine: Machine, command: Command) -> tuple[Work, ...]:
    """Prepare seed disks and capture; copy everything and make the first common point."""
    machine.policy, machine.group = command.policy or machine.preset or appliance.policy, command.group

    def prepare() -> None:
        remove_host(appliance, machine, Place.RECOVERY)
        machine.stream = open_stream(appliance, machine, Direction.FORWARD, Place.PRIMARY, command.disks)

    def copy() -> Steps:
        return first_copy(appliance, machine)

    return prepare, copy


def disable(appliance: Equipment, machine: Machine, command: Command) -> tuple[Work, ...]:
    """Stop replicating and delete every point; the machine that runs goes on running."""
    del command

    def remove() -> None:
        appliance.replicator.end(machine)
        remove_host(appliance, machine, Place.TEST)

    return (remove,)


def open_stream(
    appliance: Equipment, machine: Machine, direction: Direction, source: Place, disks: tuple[str, ...] = ()
) -> Stream:
    """Empty replicas for the source machine's disks, and an agent that captures from now on."""
    replicator, host, stores = appliance.replicator, machine.hosts[source], appliance.stores
    names = disks or tuple(host.disks)
    agent = replicator.agent_type(host, names)
    service = stores.service(direction, machine.name, replicator.service_type)
    stream = replicator.stream_type(agent, replicator.server_type(machine.link), service, machine.generation)
    try:
        agent.start()
        for name in names:
            disk = host.disk(name)
            service.add(name, stores.replica(direction, service, machine.name, name, disk.size_bytes))
    except StoreFailed:
        replicator.discard(machine, stream)
        raise
    return stream


def first_copy(appliance: Equipment, machine: Machine) -> Steps:
    """Send everything, process it, and make the first common point; no replica is left when it fails."""
    stream, replicator = machine.stream, appliance.replicator
    assert stream is not None
    if not machine.hosts[machine.active_place].running:
        replicator.end(machine)
        raise JobFailed(ErrorCode.SOURCE_NO_HEARTBEAT, "the machine is off")
    try:
        yield from stream.copying()
        yield from stream.service.applying()
        replicator.add_first_point(machine)
    except LinkDown:
        replicator.end(machine)
        raise JobFailed(ErrorCode.INITIAL_REPLICATION_STALLED, "the link is down") from None
    except CorruptLog as damage:
        replicator.end(machine)
        raise JobFailed(ErrorCode.CORRUPT_LOG_RECORD, damage.reason) from damage
    except StoreFailed as failure:
        replicator.end(machine)
        raise JobFailed(failure.code_of_event, failure.cause) from failure


def remove_host(appliance: Equipment, machine: Machine, place: Place) -> None:
    """Remove a machine and its disks, if there is one at that place; the vault knows of none before files go."""
    host = machine.hosts.pop(place, None)
    try:
        appliance.vault.keep(machine)
    except StoreFailed:
        machine.hosts |= {place: host} if host is not None else {}
        raise
    try:
        if host is not None:
            host.remove(appliance.stores.side(place))
    except StoreFailed as failure:  # nothing will ever look at those files again
        left = f"a removed machine left files: {failure.cause}"
        appliance.vault.record(machine, appliance.now_ms, failure.code_of_event, left)
