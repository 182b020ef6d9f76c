"""The resynchronizer: compares both sides by checksums and sends what differs (seed: Resynchronization process).

It runs in bounded steps, so writes land in between: they are captured before the first digest is computed and travel
afterwards as deltas. A mark is cleared only when every disk has been compared to its end.
"""

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.policy import HOUR_MINUTES, MINUTE_MS
from siteproof.model.nouns.profile import Profile
from siteproof.model.nouns.vocabulary import Resync, WriteOrderMode
from siteproof.reference.agent import MachineCut
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.cut import Cut
from siteproof.reference.datapath.resync import ResyncSource, ResyncTarget, exchange
from siteproof.reference.lifecycle import Change
from siteproof.reference.link import LinkDown
from siteproof.reference.stream import Stream

if TYPE_CHECKING:
    from siteproof.reference.machine import Machine
    from siteproof.reference.replicator import Replicator

STEP_MS = 1000
MESSAGES_PER_STEP = 4
HOUR_MS = HOUR_MINUTES * MINUTE_MS
DAY_HOURS = 24
WEEKDAYS = 5
EPOCH_WEEKDAY = 3  # the first of January 1970 was a Thursday


class Resynchronization:
    """One comparison of all disks of a machine as of its first step; each `step` carries a few messages."""

    def __init__(self, stream: Stream, job: str = "", doomed: bool = False) -> None:
        """Nothing happens before the first step."""
        self.stream = stream
        self.job = job
        self.doomed = doomed
        self._cut: MachineCut | None = None
        self._messages = self._run()

    def step(self) -> bool:
        """Carry a few messages; True when everything has been compared. LinkDown or CorruptLog when it cannot go on."""
        return sum(1 for _ in itertools.islice(self._messages, MESSAGES_PER_STEP)) < MESSAGES_PER_STEP

    def finish(self) -> None:
        """Run to the end, or leave everything marked as it was; LinkDown or CorruptLog when it cannot go on."""
        try:
            while not self.step():
                pass
        except (LinkDown, CorruptLog):
            self.abort()
            raise

    def abort(self) -> None:
        """Give up: every block counts as different again."""
        if self._cut is not None:
            self._cut.failed()
            self._cut = None

    def _run(self) -> Iterator[bytes]:
        """Every message of the comparison, counted as it leaves."""
        self._open()
        self._cut = self.stream.agent.cut_all()
        for disk, cut in self._cut.cuts.items():
            yield from self._compare(disk, cut)
        self.close(self._cut)

    def _open(self) -> None:
        """What was received before is processed first, so that it can never come after what is sent now."""
        service = self.stream.service
        try:
            service.apply()
        except CorruptLog:
            service.salvage()
        service.resize({disk: source.blocks for disk, source in self.stream.agent.disks.items()})
        service.open_window()

    def _compare(self, disk: str, cut: Cut) -> Iterator[bytes]:
        replica = self.stream.service.replicas[disk]
        source = ResyncSource(cut, replica.blocks, self.stream.server.sealer(disk, replica), replica.keys)
        for message in exchange(source, ResyncTarget(replica)):
            self.stream.server.link.carried(len(message))
            yield message
        if not source.completed:
            raise CorruptLog(disk, 0, "the comparison ended before it was complete")
        self.stream.sent[disk] = max(self.stream.sent[disk], cut.lsn)

    def close(self, cut: MachineCut) -> None:
        """Both sides agree on every disk: what was written meanwhile is dirty, everything else is clean."""
        self.stream.service.close_window()
        self.stream.service.apply()
        cut.done()
        self._cut = None


class Comparisons:
    """Queues, steps and ends the comparisons of all machines; automatic ones run outside office hours."""

    comparison_type: type[Resynchronization] = Resynchronization

    def __init__(self, replicator: "Replicator", profile: Profile) -> None:
        """Nothing is compared yet."""
        self.replicator = replicator
        self.profile = profile

    def queue(self, machine: "Machine") -> str:
        """Queue a comparison, by hand or by schedule, and return its job's name."""
        assert machine.stream is not None
        name = self.replicator.vault.next_job()
        machine.comparison = self.comparison_type(machine.stream, name, machine.next_job_fails)
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
        machine.comparison = None
        self.trust(machine)
        machine.received_ms = self.replicator.now_ms
        self.replicator.wrote(machine)

    @staticmethod
    def trust(machine: "Machine") -> None:
        """Both sides agree but for what is tracked: the mark is cleared, here and nowhere else."""
        assert machine.stream is not None
        machine.stream.agent.mode, machine.resync_reason = WriteOrderMode.DATA, None
        machine.regions = Change(resync=Resync.NONE).of(machine.regions)

    def _fail(self, machine: "Machine", detail: str) -> None:
        assert machine.stream is not None
        self.give_up(machine)
        machine.stream.break_off()
        machine.regions = Change(resync=Resync.FAILED).of(machine.regions)
        self.replicator.vault.record(machine, self.replicator.now_ms, ErrorCode.NO_RESYNC_PROGRESS, detail)

    def interrupt(self, machine: "Machine") -> None:
        """A comparison that runs cannot go on: the other side has lost its place in it."""
        if machine.comparison is not None:
            self._fail(machine, "the replication service restarted")

    @staticmethod
    def give_up(machine: "Machine") -> None:
        """Forget the machine's comparison, if there is one; its mark is not touched."""
        if machine.comparison is not None:
            machine.comparison.abort()
            machine.comparison = None

    def compare_now(self, stream: Stream) -> None:
        """Compare to the end at once, as part of a job."""
        self.comparison_type(stream).finish()

    def mend_now(self, machine: "Machine") -> None:
        """Compare a marked machine to the end at once, as part of a job, and clear its mark."""
        assert machine.stream is not None
        self.compare_now(machine.stream)
        self.trust(machine)

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
