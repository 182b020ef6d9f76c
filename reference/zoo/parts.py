"""Wrong parts that more than one exhibit is built of; none of them is an exhibit by itself.

Rule: a part goes wrong in one way only, and says which; when it does so is the exhibit's business.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from siteproof.model.nouns.subject import Image, ImageKind
from siteproof.model.nouns.vocabulary import Place
from siteproof.reference.comparison import Resynchronization
from siteproof.reference.datapath.effects import Executor, Write
from siteproof.reference.equipment import Equipment
from siteproof.reference.jobs import Work
from siteproof.reference.machine import Machine
from siteproof.reference.replication_service import Exports, ReplicationService
from siteproof.reference.replicator import Replicator
from siteproof.reference.stream import Stream


class BitmapResynchronization(Resynchronization):
    """Compares nothing while `trusting` holds: it sends what the change bitmap holds and calls that equal."""

    def trusting(self) -> bool:
        """Whether the bitmap is believed; asked once, when the run begins."""
        return False

    def _run(self) -> Iterator[bytes]:
        if self.trusting():
            yield from self._send_the_bitmap()
        else:
            yield from super()._run()

    def _send_the_bitmap(self) -> Iterator[bytes]:
        self._open()
        self._cut = self.stream.agent.cut()
        for disk, cut in self._cut.cuts.items():
            replica = self.stream.service.replicas[disk]
            for frame in self.stream.server.frames(disk, replica, cut):
                replica.receive(frame)
                yield bytes(frame)
            replica.commit(cut.lsn)
            self.stream.sent[disk] = max(self.stream.sent.get(disk, 0), cut.lsn)
        self.close(self._cut)


class UnevenStream(Stream):
    """Ships less than everything that is dirty; `late` says which blocks of which disk wait for the next batch."""

    def late(self) -> Mapping[str, int]:
        """How many of the dirty blocks of a disk go first; a disk that is not named goes whole."""
        return {}

    def ship(self) -> bool:
        """Send the first part, and keep the rest dirty."""
        rest = {}
        for name, first in self.late().items():
            dirty = self.agent.disks[name].dirty
            blocks = dirty.take()
            dirty.restore(blocks[:first])
            rest[name] = blocks[first:]
        travelled = super().ship()
        for name, blocks in rest.items():
            self.agent.disks[name].dirty.restore(blocks)
        return travelled or bool(rest)


class UnevenReplicator(Replicator):
    """Goes on shipping while an uneven stream has something left."""

    def ship(self, machine: Machine) -> bool:
        """Plan the rest."""
        shipped = super().ship(machine)
        if shipped and machine.stream is not None and machine.stream.agent.is_dirty():
            self.rhythm.plan_shipping(machine)
        return shipped

    def drain(self, machine: Machine) -> None:
        """Until nothing is left."""
        super().drain(machine)
        while machine.trusted and machine.link.up and machine.stream is not None and machine.stream.agent.is_dirty():
            super().drain(machine)


class DrillsLeftBehind(ReplicationService):
    """Remembers the disks of test machines by the point that they were made from; a clean-up leaves them behind."""

    left: dict[str, dict[str, str]]

    def promote(self, name: str | None, store: Executor, folder: str) -> dict[str, str]:
        """A point that a test machine was made from is that machine's disks from then on."""
        files = super().promote(name, store, folder)
        self.left = getattr(self, "left", {})
        if is_test(folder):
            self.left[name or ""] = files
        else:
            for disk, file in self.left.get(name or "", {}).items():
                store.perform(Write(files[disk], 0, store.read(file, 0, store.size(file))))
        return files


class DrillsInPlace(DrillsLeftBehind):
    """The test machine runs on the point itself."""

    def export(self, name: str, store: Executor, exports: Exports) -> tuple[Image, ...]:
        """The disks of the test machine, if there was one."""
        files: Mapping[str, str] = getattr(self, "left", {}).get(name, {})
        images = super().export(name, store, exports)
        for image in images if files else ():
            data = self._store.read(files[image.disk], 0, self._store.size(files[image.disk]))
            Path(image.location).write_bytes(data)
        assert all(image.kind is ImageKind.PATH for image in images)
        return images


def clean_up_without_deleting(equipment: Equipment, machine: Machine, command: object) -> tuple[Work, ...]:
    """The test machine is forgotten, its disks stay where they are."""
    del equipment, command

    def forget() -> None:
        machine.hosts.pop(Place.TEST, None)
        machine.drilling = ""

    return (forget,)


def is_test(folder: str) -> bool:
    """Whether a machine's folder is that of a test machine."""
    return folder.rpartition("-")[0].endswith(f"-{Place.TEST.value}")
