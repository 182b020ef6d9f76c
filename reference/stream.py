"""One machine's replication, from the agent's cut to the committed cache log: all of a cut travels, or none counts.

Replication is trusted to be complete because a cut that did not arrive gives all of its blocks back (domain §3).
"""

from collections.abc import Callable
from pathlib import Path

from siteproof.model.nouns.problem import Problem
from siteproof.reference.agent import MachineCut, MobilityAgent
from siteproof.reference.datapath.blocks import Blocks
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.cut import Cut
from siteproof.reference.datapath.effects import Bytes
from siteproof.reference.datapath.folder import FolderExecutor
from siteproof.reference.host import Host
from siteproof.reference.process_server import ProcessServer
from siteproof.reference.replication_service import ReplicationService
from siteproof.reference.sparse import allocated_blocks, whole_blocks
from siteproof.reference.steps import Steps, exhaust

Choice = Callable[[Cut, str], Blocks | None]  # which blocks of a cut travel, given where its disk lies; None: all


class Stream:
    """Agent, process server and replication service of one machine in one direction, under one generation."""

    def __init__(
        self, agent: MobilityAgent, server: ProcessServer, service: ReplicationService, generation: int
    ) -> None:
        """Nothing has travelled yet."""
        self.agent = agent
        self.server = server
        self.service = service
        self.generation = generation
        self.sent: dict[str, int] = {}

    def copy_everything(self) -> None:
        """The initial copy to empty replicas: every block as of now, holes excepted; it raises what kept it back."""
        exhaust(self.copying())

    def copying(self) -> Steps:
        """The same, a frame at a time."""
        yield from self._delivering(self.agent.cut_all(), _stored)

    def ship(self) -> bool:
        """Send everything dirty as one batch and return whether anything travelled; whatever fails keeps it dirty."""
        if not self.agent.is_dirty():
            return False
        self._deliver(self.agent.cut(), _all)
        return True

    def send(self, cut: MachineCut) -> bool:
        """Send a cut that was taken before, as one batch, and return whether anything travelled."""
        if not any(len(part.blocks) for part in cut.cuts.values()):
            cut.done()
            return False
        self._deliver(cut, _all)
        return True

    def _deliver(self, cut: MachineCut, chosen: Choice) -> None:
        exhaust(self._delivering(cut, chosen))

    def _delivering(self, cut: MachineCut, chosen: Choice) -> Steps:
        try:
            self.service.recover()
            for disk, part in cut.cuts.items():
                yield from self._sending(disk, part, chosen(part, self.agent.disks[disk].path()))
            self._commit(cut)
        except BaseException:  # whatever broke it off, the cut is given back
            cut.failed()
            self.break_off()
            raise
        cut.done()

    def _sending(self, disk: str, cut: Cut, blocks: Blocks | None) -> Steps:
        replica = self.service.replicas[disk]
        for frame in self.server.frames(disk, replica, cut, blocks):
            replica.receive(frame)
            yield

    def _commit(self, cut: MachineCut) -> None:
        for disk, part in cut.cuts.items():
            self.sent[disk] = max(self.sent.get(disk, 0), part.lsn)
        self.service.commit({disk: part.lsn for disk, part in cut.cuts.items()})

    def intrude(self, disk: str, sealed: Bytes) -> bool:
        """Somebody else sends these bytes; whether they were taken. What is taken counts as if it were ours."""
        self.break_off()
        replica = self.service.replicas[disk]
        try:
            self.service.recover()
            replica.invite()
            replica.receive(sealed)
            self.service.commit({disk: replica.watermarks.cached})
        except (CorruptLog, Problem):  # not what the invited stream sent next, or sealed under another key
            return False
        finally:
            self.break_off()
        return True

    def break_off(self) -> None:
        """The connection broke: nothing half-received stays, and the next batch opens a fresh stream."""
        self.service.abandon()
        self.server.break_streams()

    def seed_from(self, host: Host, store: FolderExecutor) -> None:
        """Start the new replicas from the disks of a machine that is there already, on the receiving side."""
        for disk, replica in self.service.replicas.items():
            if disk in host.files:
                file = Path(store.path(host.files[disk]))
                replica.fill_seed(whole_blocks(file, replica.blocks))

    def close(self) -> None:
        """Stop capturing for good and remove the other side's log, seed disk and points."""
        self.agent.stop()
        self.service.destroy()


def _stored(cut: Cut, path: str) -> Blocks:
    """What the disk holds, looked at when the cut stands already: no write can fall between the two."""
    return cut.stored(allocated_blocks(Path(path)))


def _all(_cut: Cut, _path: str) -> None:
    """Everything that the cut has."""
