"""What the vault writes down: the facts of a machine, its jobs and events, and one entry of its log (docs/formats.md).

Maintainers keep: names, numbers and paths only; never a byte of a disk and never key material. Points are not here:
the log of each machine is the only place that says which there are.
"""

from attrs import evolve, field, frozen

from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.observation import Event, Regions
from siteproof.model.nouns.plans import (
    PlanCommand,
    PlannedMachineView,
    PlanPhase,
    PlanResult,
    SavedPlan,
    StepView,
)
from siteproof.model.nouns.policy import ReplicationPolicy
from siteproof.model.nouns.scenario import MachineSpec
from siteproof.model.nouns.vocabulary import Direction, Place, ResyncReason, WriteOrderMode
from siteproof.reference.jobs import Job, JobState
from siteproof.reference.machine import Machine
from siteproof.reference.stream import Stream

JOBS_KEPT = 500
EVENTS_KEPT = 200  # of each machine


@frozen
class HostFacts:
    """A machine at one place: its files by disk, and whether it is powered on."""

    files: dict[str, str]
    running: bool


@frozen
class StreamFacts:
    """Where the replicas of a machine are, and whose disks they replicate."""

    folder: str
    direction: Direction
    place: Place
    disks: tuple[str, ...]
    generation: int
    capturing: bool
    mode: WriteOrderMode


@frozen
class JobFacts:
    """A job: its command, and the phase whose work is done again after a restart."""

    name: str
    machine: str
    command: Command
    started_ms: int
    before: Regions
    phase: int
    state: JobState
    doomed: bool = False


@frozen
class MachineFacts:
    """One machine. `images` are disks that stand where their owner keeps them; `seen` is how these were left."""

    spec: MachineSpec
    policy: ReplicationPolicy
    regions: Regions
    hosts: dict[Place, HostFacts]
    images: dict[str, str] = field(factory=dict)
    seen: dict[str, tuple[int, int]] = field(factory=dict)  # size in bytes and time of change in nanoseconds
    stream: StreamFacts | None = None
    job: str = ""
    generation: int = 0
    using: str = ""
    drilling: str = ""
    chosen: str = ""
    resync_reason: ResyncReason | None = None
    received_ms: int | None = None
    clock_offset_ms: int = 0
    site_up: bool = True
    lost_power: bool = False
    group: str = ""


@frozen
class RunFacts:
    """The last run of a plan, as far as it has come."""

    command: PlanCommand
    job: str
    direction: Direction
    phase: PlanPhase = PlanPhase.RUNNING
    result: PlanResult = PlanResult.OPEN
    prompt: str = ""
    steps: tuple[StepView, ...] = ()
    machines: tuple[PlannedMachineView, ...] = ()
    warned: bool = False


@frozen
class Everything:
    """The vault at one moment: what the first entry of a segment of its log holds."""

    time_ms: int = 0
    points: int = 0  # names of points and jobs that were given out
    jobs: int = 0
    machines: dict[str, MachineFacts] = field(factory=dict)
    known: dict[str, JobFacts] = field(factory=dict)
    events: dict[str, tuple[Event, ...]] = field(factory=dict)
    clean: bool = False  # the appliance was stopped in order, and nothing happened since
    plans: dict[str, SavedPlan] = field(factory=dict)
    runs: dict[str, RunFacts] = field(factory=dict)  # by the name of the plan

    def job_of(self, machine: MachineFacts) -> JobFacts | None:
        """The job of the machine; the members of a group have one each, all of one name."""
        found = self.known.get(_key(machine.job, machine.spec.name)) or self.known.get(machine.job)
        return found if found is not None and found.machine == machine.spec.name else None

    def after(self, entry: "VaultEntry") -> "Everything":
        """The vault when the entry counts."""
        if entry.whole is not None:
            return entry.whole
        machines, known, events = self.machines, self.known, self.events
        if entry.facts is not None:
            machines = {**machines, entry.facts.spec.name: entry.facts}
        if entry.removed:
            machines = {name: facts for name, facts in machines.items() if name != entry.removed}
            events = {name: told for name, told in events.items() if name != entry.removed}
        if entry.job is not None:
            first = known.get(entry.job.name, entry.job)
            key = entry.job.name if first.machine == entry.job.machine else _key(entry.job.name, entry.job.machine)
            known = dict([*known.items(), (key, entry.job)][-JOBS_KEPT:])
        if entry.event is not None:
            told = (*events.get(entry.event.machine, ()), entry.event)
            events = {**events, entry.event.machine: told[-EVENTS_KEPT:]}
        plans = self.plans if entry.plan is None else {**self.plans, entry.plan.name: entry.plan}
        runs = {name: run for name, run in self.runs.items() if name != entry.no_run}
        if entry.run is not None:
            runs = {**runs, entry.run.command.plan: entry.run}
        counts = {"points": max(self.points, entry.points), "jobs": max(self.jobs, entry.jobs)}
        return evolve(
            self,
            time_ms=max(self.time_ms, entry.time_ms),
            machines=machines,
            known=known,
            events=events,
            clean=entry.stopped,
            plans=plans,
            runs=runs,
            **counts,
        )


@frozen
class VaultEntry:
    """One entry: what became of a machine, a job, an event, a plan or its run; or everything, or an orderly stop."""

    time_ms: int
    points: int = 0
    jobs: int = 0
    facts: MachineFacts | None = None
    removed: str = ""
    job: JobFacts | None = None
    event: Event | None = None
    stopped: bool = False
    whole: Everything | None = None
    plan: SavedPlan | None = None
    run: RunFacts | None = None
    no_run: str = ""  # the plan of this name was never run


def _key(job: str, machine: str) -> str:
    return f"{job} {machine}"


def facts_of(machine: Machine, images: dict[str, str], seen: dict[str, tuple[int, int]]) -> MachineFacts:
    """What has to be known of a machine to go on with it."""
    hosts = {place: HostFacts(dict(host.files), host.running) for place, host in machine.hosts.items()}
    return MachineFacts(
        machine.spec,
        machine.policy,
        machine.regions,
        hosts,
        images,
        seen,
        _stream(machine, machine.stream) if machine.stream is not None else None,
        machine.job.name if machine.job is not None else "",
        machine.generation,
        machine.using,
        machine.drilling,
        machine.chosen,
        machine.resync_reason,
        machine.received_ms,
        machine.clock_offset_ms,
        machine.site_up,
        machine.lost_power,
        machine.group,
    )


def _stream(machine: Machine, stream: Stream) -> StreamFacts:
    agent, service = stream.agent, stream.service
    place = next((each for each, host in machine.hosts.items() if host is agent.host), Place.PRIMARY)
    direction = Direction.REVERSE if place is Place.RECOVERY else Direction.FORWARD
    capturing = any(disk.capturing for disk in agent.disks.values())
    disks = tuple(service.replicas)
    return StreamFacts(service.folder, direction, place, disks, stream.generation, capturing, agent.mode)


def facts_of_job(job: Job) -> JobFacts:
    """What has to be known of a job to go on with it."""
    return JobFacts(job.name, job.machine, job.command, job.started_ms, job.before, job.phase, job.state, job.doomed)
