"""The resynchronizer: queues, steps and ends the comparisons of all machines (seed: Resynchronization process).

A mark is cleared only when every disk has been compared to its end; automatic comparisons wait for the office to close.
"""

from typing import Protocol

from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.policy import HOUR_MINUTES, MINUTE_MS
from siteproof.model.nouns.profile import Profile
from siteproof.model.nouns.vocabulary import Resync, WriteOrderMode
from siteproof.reference.comparison import Resynchronization
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.device import StoreFailed
from siteproof.reference.lifecycle import Change
from siteproof.reference.link import LinkDown
from siteproof.reference.machine import Machine
from siteproof.reference.rhythm import Rhythm
from siteproof.reference.stream import Stream
from siteproof.reference.vault import Vault

STEP_MS = 1000
HOUR_MS = HOUR_MINUTES * MINUTE_MS
DAY_HOURS = 24
WEEKDAYS = 5
EPOCH_WEEKDAY = 3  # the first of January 1970 was a Thursday


class ComparedReplication(Protocol):
    """What a comparison asks of the replication around it."""

    vault: Vault
    rhythm: Rhythm

    @property
    def now_ms(self) -> int:
        """The steady clock."""
        ...

    def wrote(self, machine: Machine) -> None:
        """Something has to travel."""
        ...

    def fail(self, machine: Machine, work: str, failure: StoreFailed) -> None:
        """A device failed at this work."""
        ...


class Comparisons:
    """Queues, steps and ends the comparisons of all machines; automatic ones run outside office hours."""

    comparison_type: type[Resynchronization] = Resynchronization

    def __init__(self, replicator: ComparedReplication, profile: Profile) -> None:
        """Nothing is compared yet."""
        self.replicator = replicator
        self.profile = profile

    def queue(self, machine: Machine) -> str:
        """Queue a comparison, by hand or by schedule, and return its job's name."""
        assert machine.stream is not None
        name = self.replicator.vault.next_job()
        machine.comparison = self.comparison_type(machine.stream, name, machine.next_job_fails)
        machine.next_job_fails = False
        machine.regions = Change(resync=Resync.QUEUED).of(machine.regions)
        self._plan(machine, machine.comparison)
        return name

    def _plan(self, machine: Machine, comparison: Resynchronization) -> None:
        def later() -> None:
            if machine.comparison is comparison:
                self.step(machine)
                self._plan(machine, comparison)

        if machine.comparison is comparison:
            self.replicator.rhythm.plan(machine, self.replicator.now_ms + STEP_MS, later)

    def step(self, machine: Machine) -> bool:
        """One step of the machine's comparison; False when there is none."""
        comparison = machine.comparison
        if comparison is None:
            return False
        machine.regions = Change(resync=Resync.RUNNING).of(machine.regions)
        machine.received_ms = None
        try:
            self._go_on(machine, comparison)
        except (LinkDown, CorruptLog) as failure:
            self._fail(machine, type(failure).__name__)
        except StoreFailed as failure:
            self._fail(machine, failure.cause)
            self.replicator.fail(machine, "compare", failure)
        except BaseException:  # our own defect: it is reported, and nothing counts as compared
            self._fail(machine, "it broke off")
            raise
        return True

    def _go_on(self, machine: Machine, comparison: Resynchronization) -> None:
        if comparison.doomed:
            self._fail(machine, "the job failed")
        elif comparison.step():
            self._conclude(machine)

    def _conclude(self, machine: Machine) -> None:
        machine.comparison = None
        machine.failing.clear()
        self.trust(machine)
        machine.received_ms = self.replicator.now_ms
        self.replicator.wrote(machine)

    @staticmethod
    def trust(machine: Machine) -> None:
        """Both sides agree but for what is tracked: the mark is cleared, here and nowhere else."""
        assert machine.stream is not None
        machine.stream.agent.mode, machine.resync_reason = WriteOrderMode.DATA, None
        machine.regions = Change(resync=Resync.NONE).of(machine.regions)

    def cancel(self, machine: Machine) -> None:
        """An operator ends the comparison: nothing counts as compared."""
        self._fail(machine, "it was cancelled")

    def _fail(self, machine: Machine, detail: str) -> None:
        assert machine.stream is not None
        self.give_up(machine)
        machine.stream.break_off()
        machine.regions = Change(resync=Resync.FAILED).of(machine.regions)
        self.replicator.vault.record(machine, self.replicator.now_ms, ErrorCode.NO_RESYNC_PROGRESS, detail)

    def interrupt(self, machine: Machine) -> None:
        """A comparison that runs cannot go on: the other side has lost its place in it."""
        if machine.comparison is not None:
            self._fail(machine, "the replication service restarted")

    @staticmethod
    def give_up(machine: Machine) -> None:
        """Forget the machine's comparison, if there is one; its mark is not touched."""
        if machine.comparison is not None:
            machine.comparison.abort()
            machine.comparison = None

    def compare_now(self, stream: Stream) -> None:
        """Compare to the end at once, as part of a job."""
        self.comparison_type(stream).finish()

    def mend_now(self, machine: Machine) -> None:
        """Compare a marked machine to the end at once, as part of a job, and clear its mark."""
        assert machine.stream is not None
        self.compare_now(machine.stream)
        self.trust(machine)

    def plan_automatic(self, machine: Machine) -> None:
        """Compare by itself outside office hours, unless somebody does it before by hand."""

        def start() -> None:
            if machine.replicating and machine.regions.resync is Resync.REQUIRED:
                self.queue(machine)

        due_ms = next_quiet_ms(self.replicator.now_ms, self.profile.office_hours)
        self.replicator.rhythm.plan(machine, max(due_ms, self.replicator.now_ms + STEP_MS), start)


def next_quiet_ms(now_ms: int, office_hours: tuple[int, int]) -> int:
    """The first instant from now on that lies outside office hours (Monday to Friday, UTC)."""
    hours = now_ms // HOUR_MS
    weekday = (hours // DAY_HOURS + EPOCH_WEEKDAY) % 7
    opens, closes = office_hours
    if weekday >= WEEKDAYS or not opens <= hours % DAY_HOURS < closes:
        return now_ms
    return (hours - hours % DAY_HOURS + closes) * HOUR_MS
