"""What can go wrong on request, and what the appliance makes of it (domain §3, marks; seed: Resynchronization 1-3).

A fault changes the world first and is then noticed, as it would be: a dead link by the next attempt to send, a lost
agent memory by the agent when it starts again.
"""

from collections.abc import Callable, Mapping

from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.subject import Fault, FaultKind
from siteproof.model.nouns.vocabulary import Place, ResyncReason
from siteproof.reference.appliance import Appliance
from siteproof.reference.machine import Machine
from siteproof.reference.reboots import reboot

Effect = Callable[[Appliance, Machine, Fault], None]


def strike(appliance: Appliance, fault: Fault) -> None:
    """Let the fault happen to its machine, or to every machine when it names none."""
    names = [fault.machine] if fault.machine else list(appliance.vault.machines)
    for name in names:
        EFFECTS[fault.kind](appliance, appliance.vault.machine(name), fault)


def _link_down(appliance: Appliance, machine: Machine, fault: Fault) -> None:
    del appliance, fault
    machine.link.up = False


def _link_up(appliance: Appliance, machine: Machine, fault: Fault) -> None:
    del fault
    came_back = machine.site_up and not machine.link.up
    machine.link.up = machine.site_up
    if came_back:
        appliance.replicator.reconnected(machine)


def _marked(reason: ResyncReason) -> Effect:
    def mark(appliance: Appliance, machine: Machine, fault: Fault) -> None:
        del fault
        appliance.replicator.mark(machine, reason)

    return mark


def _site_down(appliance: Appliance, machine: Machine, fault: Fault) -> None:
    del fault
    machine.site_up, machine.link.up = False, False
    host = machine.hosts.get(Place.PRIMARY)
    if host is not None and host.running:
        host.running, machine.lost_power = False, True
        appliance.vault.record(machine, appliance.now_ms, ErrorCode.SOURCE_NO_HEARTBEAT, "the site is down")


def _site_up(appliance: Appliance, machine: Machine, fault: Fault) -> None:
    """Site and link come back; the machine boots only where production is still meant to run."""
    del fault
    was_down, machine.site_up, machine.link.up = not machine.site_up, True, True
    host = machine.hosts.get(Place.PRIMARY)
    if was_down and machine.lost_power and host is not None and machine.active_place is Place.PRIMARY:
        host.running = True
        appliance.replicator.mark(machine, ResyncReason.FORCED_SHUTDOWN)
    machine.lost_power = False


def _target_crash(appliance: Appliance, machine: Machine, fault: Fault) -> None:
    """The replication service dies and opens its replicas anew from what their store holds."""
    del fault
    appliance.replicator.restart_service(machine)


def _job_fails(appliance: Appliance, machine: Machine, fault: Fault) -> None:
    del appliance, fault
    machine.next_job_fails = True


def _job_cancelled(appliance: Appliance, machine: Machine, fault: Fault) -> None:
    del fault
    appliance.cancel(machine)


def _log_damaged(appliance: Appliance, machine: Machine, fault: Fault) -> None:
    """The newest log record is damaged in the store, and the service's next look at the log finds it."""
    if machine.stream is not None and machine.replicating:
        machine.stream.service.damage_log(truncate=fault.kind is FaultKind.LOG_TRUNCATED)
        appliance.replicator.scrub_log(machine)


def _resized(appliance: Appliance, machine: Machine, fault: Fault) -> None:
    host = machine.host(Place.ACTIVE)
    if host is None:
        return
    name = fault.disk or next(iter(host.disks))
    if fault.amount < host.disk(name).blocks:
        raise Problem("a disk cannot shrink", f"{fault.amount} blocks asked for", "name the new size in blocks")
    host.disk(name).resize(fault.amount)
    appliance.replicator.mark(machine, ResyncReason.DISK_RESIZED, f"{name} has {fault.amount} blocks now")


def _clock_jump(appliance: Appliance, machine: Machine, fault: Fault) -> None:
    """The source's wall clock jumps; order and age are counted elsewhere, so nothing else moves."""
    machine.clock_offset_ms += fault.amount
    code = ErrorCode.TIME_JUMP_FORWARD if fault.amount >= 0 else ErrorCode.TIME_JUMP_BACKWARD
    appliance.vault.record(machine, appliance.now_ms, code, f"{fault.amount} ms")


def _store_struck(appliance: Appliance, machine: Machine, fault: Fault) -> None:
    """The device below the replicas fails or is mended; whoever uses it next finds out."""
    appliance.stores.strike(machine.name, fault.kind)


def _pressed(appliance: Appliance, machine: Machine, fault: Fault) -> None:
    """The agent has no room, or room again, for the changes of one disk, or of all."""
    if machine.stream is not None and machine.replicating:
        appliance.replicator.press(machine, fault.disk, ended=fault.kind is FaultKind.PRESSURE_ENDED)


def _rebooted(appliance: Appliance, machine: Machine, fault: Fault) -> None:
    """An orderly restart of the machine that runs."""
    reboot(appliance.replicator, appliance.stores, machine, fault.kind)


EFFECTS: Mapping[FaultKind, Effect] = {
    FaultKind.LINK_DOWN: _link_down,
    FaultKind.LINK_UP: _link_up,
    FaultKind.AGENT_CRASH: _marked(ResyncReason.FORCED_SHUTDOWN),
    FaultKind.FORCED_SHUTDOWN: _marked(ResyncReason.FORCED_SHUTDOWN),
    FaultKind.SITE_DOWN: _site_down,
    FaultKind.SITE_UP: _site_up,
    FaultKind.TARGET_CRASH: _target_crash,
    FaultKind.JOB_FAILS: _job_fails,
    FaultKind.JOB_CANCELLED: _job_cancelled,
    FaultKind.LOG_CORRUPT: _log_damaged,
    FaultKind.LOG_TRUNCATED: _log_damaged,
    FaultKind.DISK_RESIZED: _resized,
    FaultKind.CLOCK_JUMP: _clock_jump,
    FaultKind.LOW_MEMORY: _marked(ResyncReason.LOW_MEMORY),
    FaultKind.STORE_FULL: _store_struck,
    FaultKind.IO_ERROR: _store_struck,
    FaultKind.STORE_MENDED: _store_struck,
    FaultKind.PRESSURE: _pressed,
    FaultKind.PRESSURE_ENDED: _pressed,
    FaultKind.CLEAN_REBOOT: _rebooted,
    FaultKind.BITMAP_DAMAGED: _rebooted,
    FaultKind.OLD_BITMAP: _rebooted,
}
