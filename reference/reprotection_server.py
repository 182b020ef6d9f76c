"""Reprotect, failback and its cancel (domain §1, 9-12; seed: Failover and failback process, stages 1-3).

To the original location only what differs travels: both sides are compared by checksums. The on-premises machine stays
off while data flows to it. A failback keeps a safety point from before power-on, and a cancel leads back to it.
"""

from collections.abc import Callable

from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.vocabulary import Direction, Location, Place, Protection, Resync
from siteproof.reference.agent import WriterFailed
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.device import StoreFailed
from siteproof.reference.equipment import Equipment
from siteproof.reference.failover import built
from siteproof.reference.host import Host
from siteproof.reference.jobs import JobFailed, Work
from siteproof.reference.link import LinkDown
from siteproof.reference.machine import Machine
from siteproof.reference.protection import open_stream, remove_host
from siteproof.reference.steps import Steps
from siteproof.reference.stream import Stream


def reprotect(appliance: Equipment, machine: Machine, command: Command) -> tuple[Work, ...]:
    """Turn the direction round: back to the site after a failover, to the cloud again after a failback.

    A reverse copy that broke off is made again: the machine has turned by then.
    """
    if machine.regions.protection is Protection.INITIAL_REPLICATION_FAILED:
        return _to_site(appliance, machine, command.location)[1:]
    if machine.forward:
        return _to_site(appliance, machine, command.location)
    return _to_cloud(appliance, machine)


def _to_site(appliance: Equipment, machine: Machine, location: Location) -> tuple[Work, ...]:
    def prepare() -> None:
        _require_way(machine)
        _power_off(machine, Place.PRIMARY)

    def copy() -> Steps:
        yield from _turn_round(appliance, machine, Direction.REVERSE, _filling(appliance, machine, location))
        remove_host(appliance, machine, Place.PRIMARY)

    return prepare, copy


def _filling(appliance: Equipment, machine: Machine, location: Location) -> Callable[[Stream], Steps]:
    """The site-recovery provider: the former machine's disks are a base for comparison, a new machine has none."""
    former = machine.hosts.get(Place.PRIMARY)
    if location is Location.ALTERNATE or former is None:
        return Stream.copying

    def compare(stream: Stream) -> Steps:
        stream.seed_from(former, appliance.stores.site)
        yield
        appliance.replicator.comparisons.compare_now(stream)

    return compare


def _to_cloud(appliance: Equipment, machine: Machine) -> tuple[Work, ...]:
    def prepare() -> None:
        _require_way(machine)
        _power_off(machine, Place.RECOVERY)

    def fill(stream: Stream) -> Steps:
        yield from stream.copying()
        yield from stream.service.applying()
        appliance.replicator.add_first_point(machine)

    def copy() -> Steps:
        yield from _turn_round(appliance, machine, Direction.FORWARD, fill)
        remove_host(appliance, machine, Place.RECOVERY)

    return prepare, copy


def _require_way(machine: Machine) -> None:
    if not (machine.link.up and machine.site_up):
        raise JobFailed(ErrorCode.REPROTECT_TARGET_UNREACHABLE, "the way to the target is cut")


def _power_off(machine: Machine, place: Place) -> None:
    host = machine.hosts.get(place)
    if host is not None:
        host.running = False


SOURCE = {Direction.FORWARD: Place.PRIMARY, Direction.REVERSE: Place.RECOVERY}


def _turn_round(appliance: Equipment, machine: Machine, direction: Direction, fill: Callable[[Stream], Steps]) -> Steps:
    """Let the former replicas and points go, then fill new ones; when that fails the machine has none."""
    appliance.replicator.end(machine)
    _require_way(machine)
    stream = machine.stream = open_stream(appliance, machine, direction, SOURCE[direction])
    try:
        yield from fill(stream)
        yield from stream.service.applying()
    except (LinkDown, CorruptLog, StoreFailed) as failure:
        appliance.replicator.end(machine)
        raise JobFailed(ErrorCode.UPLOAD_FAILED, "the copy did not arrive") from failure


def fail_back(appliance: Equipment, machine: Machine, command: Command) -> tuple[Work, ...]:
    """Copy what is pending; shut the cloud machine down, copy the rest, keep a safety point, start at the site."""

    def copy_pending() -> None:
        catch_up(appliance, machine)

    def start() -> None:
        cloud = machine.hosts[Place.RECOVERY]
        try:
            quiesce(machine)
            cloud.running = False
            catch_up(appliance, machine)
            safety = appliance.replicator.add_point(machine, command.consistency, appliance.now_ms)
            host = built(appliance, machine, safety.name, Place.PRIMARY)
        except (JobFailed, StoreFailed, CorruptLog):
            cloud.running = True
            raise
        arrive(machine, host, safety.name)

    return copy_pending, start


def arrive(machine: Machine, host: Host, safety: str) -> None:
    """The machine at the site carries production from now on; the safety point leads back."""
    host.running = not machine.held
    machine.hosts[Place.PRIMARY] = host
    machine.using = safety
    machine.generation += 1
    machine.era += 1


def quiesce(machine: Machine) -> None:
    """Let the applications of the cloud machine flush; JobFailed when one cannot."""
    assert machine.stream is not None
    try:
        machine.stream.agent.quiesce()
    except WriterFailed as failure:
        raise JobFailed(ErrorCode.APP_WRITER_FAILURE, str(failure)) from failure


def catch_up(appliance: Equipment, machine: Machine) -> None:
    """Make the replica equal to the source now, by comparison when deltas are not trusted."""
    stream = machine.stream
    assert stream is not None
    try:
        if machine.regions.resync is Resync.NONE:
            stream.ship()
        else:
            appliance.replicator.comparisons.mend_now(machine)
        stream.service.apply()
    except (LinkDown, CorruptLog, StoreFailed) as failure:
        stream.break_off()
        raise JobFailed(ErrorCode.UPLOAD_FAILED, "pending changes did not arrive") from failure


def cancel(appliance: Equipment, machine: Machine, command: Command) -> tuple[Work, ...]:
    """Remove the machine at the site, start the cloud machine again: reverse replication goes on as before."""
    del command

    def undo() -> None:
        remove_host(appliance, machine, Place.PRIMARY)
        appliance.replicator.drop_points(machine, {machine.using})
        machine.using = ""
        machine.hosts[Place.RECOVERY].running = True

    return (undo,)
