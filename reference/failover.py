"""Failover, its drill, its commit (domain §1, 3-7; seed: Failover and failback process).

A drill never touches replication: it builds an isolated machine from a pinned point. A failover stops replication
first, raises the generation and fences the old side, whether or not the old side could be shut down.
"""

from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.vocabulary import Place, Selection
from siteproof.reference import selection
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.device import StoreFailed
from siteproof.reference.equipment import Equipment
from siteproof.reference.host import Host
from siteproof.reference.jobs import JobFailed, Work
from siteproof.reference.machine import Machine
from siteproof.reference.protection import remove_host


def test_failover(appliance: Equipment, machine: Machine, command: Command) -> tuple[Work, ...]:
    """Choose and pin a point; build the isolated machine from it."""
    reserve(machine, command)

    def build() -> None:
        machine.hosts[Place.TEST] = built(appliance, machine, machine.chosen, Place.TEST)
        machine.hosts[Place.TEST].running = not machine.held
        machine.drilling = machine.chosen

    return _choosing(appliance, machine, command), build


def clean_up_test(appliance: Equipment, machine: Machine, command: Command) -> tuple[Work, ...]:
    """Delete the test machine with everything that was written in it, and let go of its point."""
    del command

    def remove() -> None:
        remove_host(appliance, machine, Place.TEST)
        machine.drilling = ""

    return (remove,)


def fail_over(appliance: Equipment, machine: Machine, command: Command) -> tuple[Work, ...]:
    """Stop replication and shut the source down if possible; build the machine from the chosen point and start it."""
    reserve(machine, command)
    choose = _choosing(appliance, machine, command)

    def stop() -> None:
        appliance.replicator.stop(machine)
        choose()

    def start() -> None:
        host = built(appliance, machine, machine.chosen, Place.RECOVERY)
        take_over(appliance, machine, host, shutdown=command.shutdown)

    return stop, start


def take_over(appliance: Equipment, machine: Machine, host: Host, *, shutdown: bool) -> None:
    """The built machine carries production from now on, under a new generation; the old side is fenced."""
    exchange(appliance, machine, host)
    machine.generation += 1
    machine.resync_reason = None
    _shut_down_old_side(appliance, machine, shutdown)


def exchange(appliance: Equipment, machine: Machine, host: Host) -> None:
    """Put the machine that was built from the chosen point in the place of the one that was there."""
    remove_host(appliance, machine, Place.RECOVERY)
    host.running = not machine.held
    machine.hosts[Place.RECOVERY] = host
    machine.using = machine.chosen


def change_recovery_point(appliance: Equipment, machine: Machine, command: Command) -> tuple[Work, ...]:
    """Build the machine anew from another point; what was written since the failover is discarded."""
    reserve(machine, command)

    def rebuild() -> None:
        _choosing(appliance, machine, command)()
        exchange(appliance, machine, built(appliance, machine, machine.chosen, Place.RECOVERY))

    return (rebuild,)


def commit(appliance: Equipment, machine: Machine, command: Command) -> tuple[Work, ...]:
    """Delete all other points: the point can never be changed again. In reverse the cloud machine is removed too."""
    del command

    def settle_for_good() -> None:
        others = {point.name for point in machine.points} - {machine.using}
        appliance.replicator.drop_points(machine, others)
        if not machine.forward:
            remove_host(appliance, machine, Place.RECOVERY)

    return (settle_for_good,)


def complete_migration(appliance: Equipment, machine: Machine, command: Command) -> tuple[Work, ...]:
    """Keep the machine that runs, remove all replication data: failback is impossible for ever."""
    del command
    return (lambda: appliance.replicator.end(machine),)


def built(appliance: Equipment, machine: Machine, point: str, place: Place) -> Host:
    """A machine at that place, made from the point and powered on; JobFailed when its disks cannot be made."""
    assert machine.stream is not None
    store = appliance.stores.side(place)
    try:
        files = machine.stream.service.promote(point, store, appliance.stores.fresh_folder(machine.name, place))
        return appliance.stores.host_type.opened(store, files)
    except (StoreFailed, CorruptLog) as failure:
        raise JobFailed(ErrorCode.FAILOVER_MACHINE_CREATE_FAILED, f"{point}: {failure}") from failure


def reserve(machine: Machine, command: Command) -> None:
    """Pin the point that was asked for until the job ends."""
    found = selection.find(machine, command.selection, command.point)
    machine.chosen = found.name if found else ""


def _choosing(appliance: Equipment, machine: Machine, command: Command) -> Work:
    def choose() -> None:
        if command.selection is Selection.LATEST:
            newest = appliance.replicator.latest(machine)
            machine.chosen = newest.name if newest else ""
        if not machine.chosen:
            raise JobFailed(ErrorCode.RECOVERY_POINT_UNAVAILABLE, command.selection.value)

    return choose


def _shut_down_old_side(appliance: Equipment, machine: Machine, wanted: bool) -> None:
    """Best effort: a side that cannot be reached keeps running, fenced, and the operator is told."""
    old = machine.hosts.get(Place.PRIMARY)
    if old is None or not old.running:
        return
    if wanted and machine.link.up:
        old.running = False
        return
    detail = f"the machine at {Place.PRIMARY.value} still runs; generation {machine.generation} fences it"
    appliance.vault.record(machine, appliance.now_ms, ErrorCode.STALE_GENERATION, detail)
