"""The replication appliance: takes commands as jobs, lets time pass, brings jobs to their end (seed: components).

Its entry points are verbs of the Subject contract; what a command does to data stands in procedures.py and below.
A refusal is raised before anything is touched.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress

from siteproof.model.nouns.commands import Accepted, Command
from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.policy import ReplicationPolicy, check_policy
from siteproof.model.nouns.profile import CORE, Profile
from siteproof.model.nouns.subject import Image
from siteproof.model.nouns.vocabulary import Protection, ResyncReason, Verb
from siteproof.reference import lifecycle, membership, selection
from siteproof.reference.administration import AdminDesk
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.device import StoreFailed
from siteproof.reference.equipment import Equipment
from siteproof.reference.fleet import Fleet
from siteproof.reference.group_desk import GroupDesk
from siteproof.reference.jobs import FAILS_WITH, PHASE_MS, Job, JobFailed, JobState, Work
from siteproof.reference.machine import Machine
from siteproof.reference.procedures import PROCEDURES, Procedure
from siteproof.reference.recovery_plans import PlanDesk
from siteproof.reference.replicator import Replicator
from siteproof.reference.scheduler import Scheduler
from siteproof.reference.stores import Stores
from siteproof.reference.vault import Vault

STEPS_MAX = 1_000_000
OUT_OF_GROUPS = frozenset({Protection.UNPROTECTED, Protection.MIGRATED})


class Appliance(Equipment):
    """One appliance with its vault, stores and clock; the class attributes are where the zoo differs."""

    replicator_type: type[Replicator] = Replicator
    procedures: Mapping[Verb, Procedure] = PROCEDURES
    desk_type: type[GroupDesk] = GroupDesk
    plans_type: type[PlanDesk] = PlanDesk
    admin_type: type[AdminDesk] = AdminDesk
    fleet_type: type[Fleet] = Fleet
    phase_ms = PHASE_MS
    steps: int | None = None  # of a job's work at a time; None: all of it

    def __init__(
        self, vault: Vault, stores: Stores, scheduler: Scheduler, policy: ReplicationPolicy, profile: Profile = CORE
    ) -> None:
        """Set up for machines that run unprotected; `policy` is what an enable without one gets."""
        super().__init__(vault, stores, self.replicator_type(vault, scheduler, profile), policy)
        self.scheduler = scheduler
        self.profile = profile
        self.groups = self.desk_type(self)
        self.plans = self.plans_type(self)
        self._fleet = self.fleet_type(self)
        self.administration = self.admin_type(self)

    def do(self, command: Command) -> Accepted:
        """Accept the command as a job in its first phase; Refused when the tables or the guards say no."""
        machine = self.vault.machine(command.machine)
        lifecycle.admit(machine.regions, command.verb, self.profile)
        if machine.group and command.verb in membership.TOGETHER:
            raise Refused(ErrorCode.OPERATION_NOT_ALLOWED, f"the group {machine.group} moves as one")
        self._guard(machine, command)
        self.vault.require()
        if command.verb is Verb.RESYNCHRONIZE:
            return Accepted(self.replicator.comparisons.queue(machine))
        return Accepted(self._start(machine, command))

    def export(self, name: str, point: str) -> tuple[Image, ...]:
        """Every disk of the machine at a listed point, as raw files; Refused when it is not listed."""
        machine = self.vault.machine(name)
        if machine.stream is None or point not in {each.name for each in machine.listed}:
            raise Refused(ErrorCode.RECOVERY_POINT_UNAVAILABLE, point)
        try:
            return machine.stream.service.export(point, self.stores.exports, self.stores)
        except StoreFailed as failure:
            raise Refused(ErrorCode.RECOVERY_POINT_UNAVAILABLE, f"{point}: {failure.cause}") from failure
        except CorruptLog as damage:
            self.replicator.mark(machine, ResyncReason.CORRUPT_LOG, damage.reason)
            raise Refused(ErrorCode.RECOVERY_POINT_UNAVAILABLE, f"{point}: {damage.reason}") from damage

    def advance(self, milliseconds: int) -> None:
        """Let time pass; everything that is due happens on the way."""
        self.scheduler.run_until(self.now_ms + milliseconds)

    def settle(self, between: Callable[[], None] = lambda: None) -> None:
        """Bring every job and comparison to its end and replicate what waits, without moving the clock.

        `between` steps others may have their turn.
        """
        for _ in range(STEPS_MAX):
            pushed = [self._push(machine) for machine in list(self.vault.machines.values())]
            if not any(pushed) and not self.plans.push():
                break
            between()
        for machine in list(self.vault.machines.values()):
            self.replicator.drain(machine)

    def _push(self, machine: Machine) -> bool:
        """Do one step of whatever runs; False when nothing runs."""
        if machine.job is not None:
            self.step(machine)
            return True
        return self.replicator.comparisons.step(machine)

    def _guard(self, machine: Machine, command: Command) -> None:
        if command.verb is Verb.ENABLE:
            self._check_identity(machine)
            check_policy(command.policy or self.policy)
            _check_disks(machine, command.disks)
            membership.admit(self.vault, machine, command.group, self.profile)
        elif command.verb in selection.CHOOSING:
            selection.require(machine, command.selection, command.point)

    def _check_identity(self, machine: Machine) -> None:
        twins = [other.name for other in self.vault.machines.values() if _is_protected_twin(machine, other)]
        if twins:
            raise Refused(ErrorCode.DUPLICATE_MACHINE_IDENTITY, f"{machine.spec.identity} is {twins[0]}")

    def _start(self, machine: Machine, command: Command) -> str:
        works = self.procedures[command.verb](self, machine, command)
        name = self.vault.next_job()
        self.start(machine, command, works, name, doomed=machine.next_job_fails)
        return name

    @property
    def fleet(self) -> Fleet:
        """The appliances of the site."""
        return self._fleet

    @property
    def equipment(self) -> Equipment:
        """The parts that a job works with."""
        return self

    def start(self, machine: Machine, command: Command, works: tuple[Work, ...], name: str, *, doomed: bool) -> None:
        """Begin a job at that machine, in its first phase; the jobs of a group have one name."""
        course = lifecycle.course_of(command.verb, machine.regions)
        self._give_up(machine)
        job = Job(name, command, self.now_ms, machine.regions, course, works, doomed)
        self.vault.jobs.append(job)
        self.vault.note_job(job, self.now_ms)
        machine.job, machine.next_job_fails = job, False
        machine.regions = job.entry.of(machine.regions)
        self._note_start(machine, job)
        self.go_on(machine, job)

    def _note_start(self, machine: Machine, job: Job) -> None:
        """A job that nobody could write down was never accepted."""
        try:
            self.vault.keep(machine, job)
        except StoreFailed:
            machine.job, machine.chosen, machine.regions, job.state = None, "", job.before, JobState.FAILED
            with suppress(StoreFailed):
                self.vault.keep(machine, job)
            raise

    def go_on(self, machine: Machine, job: Job) -> None:
        """Do the work of the job's present phase when it is due, and what follows it."""
        if job.course.during:
            self._plan(machine, job)
        else:
            self.step(machine)

    def _give_up(self, machine: Machine) -> None:
        """A disable may interrupt an initial copy; its job ends without doing the rest."""
        if machine.job is not None:
            machine.job.stop()
            machine.job.state = JobState.FAILED
            self.vault.keep(machine, machine.job)

    def _plan(self, machine: Machine, job: Job) -> None:
        def later() -> None:
            if machine.job is job:
                try:
                    self.step(machine)
                finally:  # also when nothing could be written down: it is tried again
                    self._plan(machine, job)

        if machine.job is job:
            self.scheduler.at(self.now_ms + self.phase_ms, later)

    def cancel(self, machine: Machine) -> None:
        """An operator cancels what runs: it fails where it is, and says so; nothing runs means nothing happens."""
        if machine.job is not None:
            self._cancel_all(machine, machine.job)
        elif machine.comparison is not None:
            self.vault.record(machine, self.now_ms, ErrorCode.JOB_CANCELLED, Verb.RESYNCHRONIZE.value)
            self.replicator.comparisons.cancel(machine)

    def _cancel_all(self, machine: Machine, job: Job) -> None:
        """The job of a group is cancelled for all of its members."""
        for each in self.vault.machines.values():
            if each is machine or (machine.group and each.job is not None and each.job.name == job.name):
                assert each.job is not None
                self._cancel(each, each.job, JobFailed(ErrorCode.JOB_CANCELLED, job.verb.value))

    def _cancel(self, machine: Machine, job: Job, failure: JobFailed) -> None:
        job.stop()
        if job.verb is Verb.ENABLE or machine.regions.protection is Protection.INITIAL_REPLICATION:
            self.replicator.end(machine)
        self._fail(machine, job, failure)
        self._end(machine, job)

    def step(self, machine: Machine) -> None:
        """Do one phase of the machine's job; the regions move as the table says."""
        job = machine.job
        assert job is not None
        self.vault.require()
        try:
            change = job.step(self.steps)
            if change is None:
                return
            machine.regions = change.of(machine.regions)
        except JobFailed as failure:
            self._fail(machine, job, failure)
        except StoreFailed as failure:
            self._fail(machine, job, JobFailed(failure.code_of_event, failure.cause))
        except CorruptLog as damage:
            self._fail(machine, job, JobFailed(ErrorCode.CORRUPT_LOG_RECORD, damage.reason))
        if job.state is not JobState.RUNNING:
            self._end(machine, job)
        self.vault.keep(machine, job)

    def _fail(self, machine: Machine, job: Job, failure: JobFailed) -> None:
        machine.regions = job.fail(machine.regions)
        self.vault.record(machine, self.now_ms, FAILS_WITH.get(job.verb, failure.code), failure.detail)

    def _end(self, machine: Machine, job: Job) -> None:
        self.vault.note_job(job, self.now_ms)
        machine.job, machine.chosen = None, ""
        if job.verb is Verb.DISABLE and job.state is JobState.SUCCEEDED:
            machine.regions = lifecycle.without_protection(job.before)
        if machine.regions.protection in OUT_OF_GROUPS:
            machine.group = ""
        if machine.regions.protection is Protection.PROTECTED and job.before.protection is not Protection.PROTECTED:
            self.replicator.resume(machine)


def _is_protected_twin(machine: Machine, other: Machine) -> bool:
    same = machine.spec.identity == other.spec.identity != ""
    return same and other is not machine and other.regions.protection is not Protection.UNPROTECTED


def _check_disks(machine: Machine, disks: tuple[str, ...]) -> None:
    unknown = set(disks) - {disk.name for disk in machine.spec.disks}
    if unknown:
        raise Refused(ErrorCode.REPLICATED_DISK_REMOVED, f"no disk {', '.join(sorted(unknown))}")
