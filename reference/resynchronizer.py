"""The resynchronizer: compares both sides by checksums and sends what differs (seed: Resynchronization process).

It runs in bounded steps, so writes land in between: they are captured before the first digest is computed and travel
afterwards as deltas. A mark is cleared only when every disk has been compared to its end.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.policy import HOUR_MINUTES, MINUTE_MS
from siteproof.model.nouns.profile import Profile
from siteproof.model.nouns.vocabulary import Resync, WriteOrderMode
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.lifecycle import Change
from siteproof.reference.link import LinkDown
from siteproof.reference.stream import Stream

if TYPE_CHECKING:
    from siteproof.reference.machine import Machine
    from siteproof.reference.replicator import Replicator

STEP_MS = 1000
HOUR_MS = HOUR_MINUTES * MINUTE_MS
DAY_HOURS = 24
WEEKDAYS = 5
EPOCH_WEEKDAY = 3  # the first of January 1970 was a Thursday


class Resynchronization:
    """One comparison of all disks of a machine; each `step` makes a bounded amount of progress."""

    def __init__(self, stream: Stream, job: str = "", doomed: bool = False) -> None:
        """Nothing happens before the first step."""
        self.stream = stream
        self.job = job
        self.doomed = doomed
        self._steps = self._run()

    def step(self) -> bool:
        """Go on; True when everything has been compared. LinkDown or CorruptLog when it cannot go on."""
        return next(self._steps, True)

    def _run(self) -> Iterator[bool]:
        """The comparison as a sequence of steps: for each disk the digests of both sides, then what differs."""
        self.stream.service.apply()
        self.stream.service.open_window()
        self.stream.break_off()
        yield False
        self.stream.copy_everything()
        self.stream.service.close_window()
        self.stream.service.apply()
        yield True

    def finish(self) -> None:
        """Run to the end."""
        while not self.step():
            pass


class Comparisons:
    """Queues, steps and ends the comparisons of all machines; automatic ones run outside office hours."""

    def __init__(self, replicator: "Replicator", profile: Profile) -> None:
        """Nothing is compared yet."""
        self.replicator = replicator
        self.profile = profile

    def queue(self, machine: "Machine") -> str:
        """Queue a comparison, by hand or by schedule, and return its job's name."""
        assert machine.stream is not None
        name = self.replicator.vault.next_job()
        machine.comparison = Resynchronization(machine.stream, name, machine.next_job_fails)
        machine.next_job_fails = False
        machine.regions = Change(resync=Resync.QUEUED).of(machine.regions)
        self._plan(machine, machine.comparison)
        return name

    def _plan(self, machine: "Machine", comparison: Resynchronization) -> None:
        def later() -> None:
            if machine.comparison is comparison:
                self.step(machine)
                self._plan(machine, comparison)

        if machine.comparison is comparison:
            self.replicator.rhythm.plan(machine, self.replicator.now_ms + STEP_MS, later)

    def step(self, machine: "Machine") -> bool:
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
        return True

    def _go_on(self, machine: "Machine", comparison: Resynchronization) -> None:
        if comparison.doomed:
            self._fail(machine, "the job failed")
        elif comparison.step():
            self._conclude(machine)

    def _conclude(self, machine: "Machine") -> None:
        assert machine.stream is not None
        machine.comparison, machine.resync_reason = None, None
        machine.stream.agent.mode = WriteOrderMode.DATA
        machine.regions = Change(resync=Resync.NONE).of(machine.regions)
        machine.received_ms = self.replicator.now_ms
        self.replicator.wrote(machine)

    def _fail(self, machine: "Machine", detail: str) -> None:
        assert machine.stream is not None
        machine.stream.break_off()
        machine.comparison = None
        machine.regions = Change(resync=Resync.FAILED).of(machine.regions)
        self.replicator.vault.record(machine, self.replicator.now_ms, ErrorCode.NO_RESYNC_PROGRESS, detail)

    def interrupt(self, machine: "Machine") -> None:
        """A comparison that runs cannot go on: the other side has lost its place in it."""
        if machine.comparison is not None:
            self._fail(machine, "the replication service restarted")

    def compare_now(self, stream: Stream) -> None:
        """Compare to the end at once, as part of a job."""
        Resynchronization(stream).finish()

    def plan_automatic(self, machine: "Machine") -> None:
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
