"""What the vault shows of a machine; looking changes nothing and waits for nothing (docs/design.md, conformance)."""

from attrs import evolve

from siteproof.model.nouns.observation import DiskView, Observation, Watermarks
from siteproof.model.nouns.vocabulary import Health, Place, Protection, Resync, Verb, WriteOrderMode
from siteproof.reference import lifecycle, membership
from siteproof.reference.appliance import Appliance
from siteproof.reference.host import Host
from siteproof.reference.machine import Machine
from siteproof.reference.policy_watch import NO_POINT_MS, exposure_ms, threshold_ms
from siteproof.reference.stream import Stream


def observe(appliance: Appliance, name: str) -> Observation:
    """A snapshot of the machine of that name."""
    machine = appliance.vault.machine(name)
    pinned = machine.pinned
    circle = membership.members(appliance.vault, machine.group)
    common = {point.name for point in membership.shared(circle)}
    return Observation(
        machine=name,
        time_ms=appliance.now_ms,
        regions=machine.regions,
        allowed=_allowed(appliance, machine),
        points=tuple(point.public(point.name in pinned, shared=point.name in common) for point in machine.listed),
        disks=_disks(machine),
        running=tuple(place for place in _PLACES if place in machine.hosts and machine.hosts[place].running),
        rpo_ms=exposure_ms(machine, appliance.now_ms),
        health=_health(appliance, machine),
        events=appliance.vault.events(machine),
        resync_reason=machine.resync_reason,
        generation=machine.generation,
        bytes_sent=machine.link.bytes_sent,
        link_up=machine.link.up,
        running_job=machine.job.name if machine.job else "",
        group=machine.group,
    )


def _allowed(appliance: Appliance, machine: Machine) -> tuple[Verb, ...]:
    """What the table takes; a member of a group moves with the group only."""
    taken = lifecycle.allowed(machine.regions, appliance.profile)
    return tuple(verb for verb in taken if not (machine.group and verb in membership.TOGETHER))


UNFINISHED = frozenset({Protection.FAILOVER_FAILED, Protection.COMMIT_FAILED, Protection.CANCEL_FAILED})
"""What an operator has to finish: the machine is neither where it was nor where it should be."""
_PLACES = (Place.PRIMARY, Place.RECOVERY, Place.TEST)


def _disks(machine: Machine) -> tuple[DiskView, ...]:
    host = machine.host(Place.ACTIVE)
    if host is None:
        return ()
    stream = machine.stream if machine.stream is not None and machine.stream.agent.host is host else None
    return tuple(_disk(name, host, stream) for name in (stream.agent.disks if stream else host.disks))


def _disk(name: str, host: Host, stream: Stream | None) -> DiskView:
    disk = host.disks[name]
    if stream is None or name not in stream.service.replicas:
        return DiskView(name, disk.blocks, watermarks=Watermarks(written=disk.written))
    return DiskView(
        name, disk.blocks, stream.agent.modes[name], disk.dirty.count, _watermarks(name, disk.written, stream)
    )


def _watermarks(name: str, written: int, stream: Stream) -> Watermarks:
    held = stream.service.replicas[name].watermarks
    return evolve(held, written=written, sent=max(stream.sent.get(name, 0), held.cached))


def _health(appliance: Appliance, machine: Machine) -> Health:
    """The worst of what is wrong now, of the machine and of what serves it; health guards nothing."""
    own = _own_health(machine, appliance.now_ms)
    return max(own, appliance.fleet.health(machine), key=_WORSE.index) if machine.replicating else own


_WORSE = tuple(Health)


def _own_health(machine: Machine, now_ms: int) -> Health:
    exposed = exposure_ms(machine, now_ms) or 0
    if machine.regions.protection in UNFINISHED:
        return Health.CRITICAL
    if not machine.replicating:
        return Health.NORMAL
    if machine.failing or machine.regions.resync is Resync.FAILED or (machine.forward and exposed > NO_POINT_MS):
        return Health.CRITICAL
    degraded = machine.stream is not None and machine.stream.agent.mode is not WriteOrderMode.DATA
    late = machine.forward and exposed > threshold_ms(machine)
    return Health.WARNING if degraded or late or not machine.link.up else Health.NORMAL
