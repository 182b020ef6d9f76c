"""One comparison of a machine's two sides: checksums first, then what differs (seed: Resynchronization process).

It runs in bounded steps, so writes land in between: they are captured before the first digest is computed and travel
afterwards as deltas. Nothing counts as equal before every disk has been compared to its end.
"""

import itertools
from collections.abc import Iterator

from siteproof.reference.agent import MachineCut
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.cut import Cut
from siteproof.reference.datapath.device import SourceFailed
from siteproof.reference.datapath.resync import ResyncSource, ResyncTarget, exchange
from siteproof.reference.stream import Stream

MESSAGES_PER_STEP = 4


class Resynchronization:
    """One comparison of all disks of a machine as of its first step; each `step` carries a few messages."""

    source_type: type[ResyncSource] = ResyncSource

    def __init__(self, stream: Stream, job: str = "", doomed: bool = False) -> None:
        """Nothing happens before the first step."""
        self.stream = stream
        self.job = job
        self.doomed = doomed
        self._finished = False
        self._cut: MachineCut | None = None
        self._messages = self._run()

    def step(self) -> bool:
        """Carry a few messages; True when everything has been compared. It raises what keeps it from going on."""
        carried = sum(1 for _ in itertools.islice(self._messages, MESSAGES_PER_STEP))
        if carried < MESSAGES_PER_STEP and not self._finished:
            raise CorruptLog("comparison", 0, "it broke off before its end")
        return self._finished

    def finish(self) -> None:
        """Run to the end, or leave everything marked as it was; it raises what keeps it from going on."""
        try:
            while not self.step():
                pass
        except BaseException:
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
        service.open_window()
        sources = self.stream.agent.disks
        if missing := sorted(set(service.replicas) - set(sources)):
            raise SourceFailed("compare", f"disk {', '.join(missing)} of the machine is not there")
        service.resize({disk: source.size_bytes for disk, source in sources.items()})
        for disk, source in sources.items():
            source.adopt(service.replicas[disk].watermarks.cached)

    def _compare(self, disk: str, cut: Cut) -> Iterator[bytes]:
        replica = self.stream.service.replicas[disk]
        source = self.source_type(cut, replica.blocks, self.stream.server.sealer(disk, replica), replica.keys)
        for message in exchange(source, ResyncTarget(replica, keep_window=True)):
            self.stream.server.link.carried(len(message))
            yield message
        if not source.completed:
            raise CorruptLog(disk, 0, "the comparison ended before it was complete")
        self.stream.sent[disk] = max(self.stream.sent.get(disk, 0), cut.lsn)

    def close(self, cut: MachineCut) -> None:
        """Both sides agree on every disk: what was written meanwhile is dirty, everything else is clean."""
        self.stream.service.close_window()
        self.stream.service.apply()
        cut.done()
        self._cut = None
        self._finished = True
