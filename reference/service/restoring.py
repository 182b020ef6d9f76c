"""From the vault's log and the store to machines that go on: what a restart does (docs/service.md).

Maintainers keep: nothing is believed that only memory knew. A change bitmap that was not stored by an orderly stop, or
whose image was touched since, marks the machine; a job does the work of its phase again.
"""

from collections.abc import Mapping
from pathlib import Path

from attrs import evolve

from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.vocabulary import Place, Protection, Resync, ResyncReason, Verb
from siteproof.reference import lifecycle
from siteproof.reference.appliance import Appliance
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.device import StoreFailed
from siteproof.reference.datapath.effects import Executor
from siteproof.reference.datapath.keys import KeyEncryptionKey
from siteproof.reference.host import Host
from siteproof.reference.jobs import Job, JobState, Work
from siteproof.reference.lifecycle import Change
from siteproof.reference.link import Link
from siteproof.reference.machine import Machine
from siteproof.reference.machine_log import MachineLog, Standing
from siteproof.reference.replication_service import ReplicationService
from siteproof.reference.service.facts import Everything, HostFacts, JobFacts, MachineFacts, StreamFacts
from siteproof.reference.stores import Stores
from siteproof.reference.stream import Stream
from siteproof.reference.together import Joint

ENDING = frozenset({Verb.DISABLE, Verb.COMPLETE_MIGRATION, Verb.REPROTECT})  # their work removes replicas


def machine_of(facts: MachineFacts, stores: Stores) -> Machine:
    """The machine with its hosts; its stream and job come when the appliance stands."""
    hosts = {}
    for place, host in facts.hosts.items():
        hosts[place] = _host(stores, place, host)
    machine = Machine(facts.spec, facts.policy, Link(), hosts, facts.regions)
    machine.generation, machine.resync_reason = facts.generation, facts.resync_reason
    machine.using, machine.drilling, machine.chosen = facts.using, facts.drilling, facts.chosen
    machine.received_ms, machine.clock_offset_ms = facts.received_ms, facts.clock_offset_ms
    machine.site_up, machine.lost_power = facts.site_up, facts.lost_power
    machine.group = facts.group
    machine.link.up = facts.site_up
    return machine


def _host(stores: Stores, place: Place, facts: HostFacts) -> Host:
    """The machine at that place; one whose disks are gone is off, and its points can be restored nevertheless."""
    try:
        host = Host.opened(stores.side(place), facts.files)
    except StoreFailed:
        raise
    except Problem:
        host = Host(facts.files, {})
    host.running = facts.running and bool(host.disks)
    return host


def touched(facts: MachineFacts) -> bool:
    """Whether an owner's image is not as the orderly stop left it."""
    return any(facts.seen.get(disk) != mark_of(path) for disk, path in facts.images.items())


def mark_of(path: str) -> tuple[int, int]:
    """Size and time of change of an image; (0, 0) when there is none."""
    try:
        found = Path(path).stat()
    except OSError:
        return 0, 0
    return found.st_size, found.st_mtime_ns


def go_on(
    appliance: Appliance,
    machine: Machine,
    facts: MachineFacts,
    job: JobFacts | None,
    works: tuple[Work, ...] | None = None,
) -> None:
    """Everything of the machine but its hosts: stream, points, mark, job, rhythm.

    `works` are its part of what a group does as one; without them the job does what its command asks of one machine.
    """
    damage = None
    if facts.stream is not None:
        damage = _attach(appliance, machine, facts.stream, ending=job is not None and job.command.verb in ENDING)
    if damage is not None and machine.stream is not None:
        appliance.replicator.distrust(machine, damage)
        machine.points = list(machine.stream.service.log.standing.points)
    elif _is_in_doubt(machine, facts):
        appliance.replicator.mark(machine, ResyncReason.FORCED_SHUTDOWN)
    if machine.regions.resync in {Resync.QUEUED, Resync.RUNNING}:
        machine.regions = Change(resync=Resync.REQUIRED).of(machine.regions)
        appliance.replicator.comparisons.queue(machine)
    elif machine.replicating and machine.regions.resync is Resync.REQUIRED:
        appliance.replicator.comparisons.plan_automatic(machine)
    if job is not None:
        _take_up(appliance, machine, facts, job, works)
    if machine.replicating:
        appliance.replicator.rhythm.go_on(machine)


def _is_in_doubt(machine: Machine, facts: MachineFacts) -> bool:
    """Whether blocks may have changed that no bitmap tells."""
    if machine.stream is None or not machine.replicating or machine.regions.resync is not Resync.NONE:
        return False
    agent = machine.stream.agent
    lost = any(not disk.stored for disk in agent.disks.values()) or not agent.disks
    return lost or (agent.host is machine.hosts.get(Place.PRIMARY) and touched(facts))


def _attach(appliance: Appliance, machine: Machine, facts: StreamFacts, *, ending: bool) -> CorruptLog | None:
    """Open the replicas; what cannot be believed is returned, and what is gone leaves no stream."""
    stores, replicator = appliance.stores, appliance.replicator
    store, kek = stores.receiving(facts.direction), stores.kek
    try:
        log, damage = _log(store, facts.folder, kek)
        service = replicator.service_type(log, store, facts.folder, kek)
        damage = damage or _open(service, facts.disks)
    except StoreFailed:
        raise
    except Problem as missing:
        if not ending:
            _tell_gone(appliance, machine, missing)
        return None
    machine.stream = _stream(appliance, machine, facts, service)
    machine.points = list(log.standing.points)
    return damage


def _log(store: Executor, folder: str, kek: KeyEncryptionKey) -> tuple[MachineLog, CorruptLog | None]:
    try:
        return MachineLog.open(store, folder, kek), None
    except CorruptLog as damage:
        return MachineLog.renew(store, folder, kek, Standing()), damage


def _open(service: ReplicationService, disks: tuple[str, ...]) -> CorruptLog | None:
    try:
        service.attach(disks)
    except CorruptLog as damage:
        return damage
    return None


def _tell_gone(appliance: Appliance, machine: Machine, missing: Problem) -> None:
    """There is nothing left to go on with: protection has to begin anew."""
    if machine.regions.protection is Protection.PROTECTED:
        machine.regions = Change(Protection.INITIAL_REPLICATION_FAILED).of(machine.regions)
    what = f"the replicas are gone: {missing.problem}"
    appliance.vault.record(machine, appliance.now_ms, ErrorCode.TARGET_INTERNAL_ERROR, what)


def _stream(appliance: Appliance, machine: Machine, facts: StreamFacts, service: ReplicationService) -> Stream:
    replicator = appliance.replicator
    host = machine.hosts[facts.place]
    agent = replicator.agent_type(host, tuple(disk for disk in facts.disks if disk in host.disks))
    agent.mode = facts.mode
    if facts.capturing:
        agent.start()
    return replicator.stream_type(agent, replicator.server_type(machine.link), service, facts.generation)


def _take_up(
    appliance: Appliance, machine: Machine, facts: MachineFacts, known: JobFacts, shared: tuple[Work, ...] | None
) -> None:
    """The job at the phase in which it was; its works are made in the regions that it began in."""
    command = known.command
    machine.regions = known.before
    course = lifecycle.course_of(command.verb, machine.regions)
    works = appliance.procedures[command.verb](appliance, machine, command) if shared is None else shared
    machine.regions, machine.chosen, machine.policy = facts.regions, facts.chosen, facts.policy
    job = Job(known.name, command, known.started_ms, known.before, course, works, known.doomed, known.phase)
    machine.job = job
    appliance.vault.jobs.append(job)
    appliance.go_on(machine, job)


def running(everything: Everything) -> dict[str, JobFacts]:
    """By the name of its machine, every job that was under way."""
    jobs = {name: everything.job_of(facts) for name, facts in everything.machines.items() if facts.job}
    return {name: job for name, job in jobs.items() if job is not None and job.state is JobState.RUNNING}


def shared_works(appliance: Appliance, jobs: Mapping[str, JobFacts]) -> dict[str, tuple[Work, ...]]:
    """What a group does as one: its members' parts of the job's works, for those that have not ended."""
    found: dict[str, tuple[Work, ...]] = {}
    for name in dict.fromkeys(job.name for job in jobs.values()):
        mine = {machine: job for machine, job in jobs.items() if job.name == name}
        verb = next(iter(mine.values())).command.verb
        circle = tuple(appliance.vault.machines[machine] for machine in mine)
        if len(circle) > 1 and verb in appliance.groups.joint:
            found |= _parts(appliance, circle, mine)
    return found


def _parts(
    appliance: Appliance, circle: tuple[Machine, ...], jobs: Mapping[str, JobFacts]
) -> dict[str, tuple[Work, ...]]:
    """Made in the regions in which the job began; everything else about the machines stays as it was found."""
    kept = [(machine, machine.regions, machine.chosen) for machine in circle]
    for machine in circle:
        machine.regions = jobs[machine.name].before
    command = jobs[circle[0].name].command
    joint = Joint(appliance.groups.joint[command.verb](appliance, circle, command))
    for machine, regions, chosen in kept:
        machine.regions, machine.chosen = regions, chosen
    return {machine.name: joint.shares() for machine in circle}


def unfinished(jobs: Mapping[str, JobFacts], machines: Mapping[str, MachineFacts]) -> list[JobFacts]:
    """Jobs that run in the log and that no machine knows: they ended with what they were about."""
    running = {facts.job for facts in machines.values()}
    return [
        evolve(job, state=JobState.FAILED)
        for job in jobs.values()
        if job.state is JobState.RUNNING and job.name not in running
    ]
