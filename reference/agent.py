"""The mobility agent: tracks a machine's changes, quiesces its applications, hands out consistent cuts.

A cut takes all disks of the machine at one instant; whoever fails to deliver it gives it back: no block is forgotten.
"""

from attrs import frozen

from siteproof.model.nouns.vocabulary import WriteOrderMode
from siteproof.reference.datapath.cut import Cut
from siteproof.reference.datapath.effects import Executor
from siteproof.reference.datapath.tracker import SourceDisk
from siteproof.reference.host import Host, bitmap_of

COARSER = tuple(WriteOrderMode)  # from data, which takes most room, to a bitmap


class WriterFailed(Exception):  # noqa: N818  (it names what happened)
    """An application could not flush; no application-consistent point can be taken now."""


@frozen
class MachineCut:
    """What every disk held at one instant, as far as it has to travel; one `Cut` per disk name."""

    cuts: dict[str, Cut]

    def done(self) -> None:
        """Everything is on the other side."""
        for cut in self.cuts.values():
            cut.done()

    def failed(self) -> None:
        """Nothing counts as delivered: the blocks are dirty again."""
        for cut in self.cuts.values():
            cut.failed()


class MobilityAgent:
    """One machine's agent. `mode` degrades to bitmap while the order of writes cannot be trusted.

    The workload may write in other threads, under the host's guard.
    """

    def __init__(self, host: Host, disks: tuple[str, ...]) -> None:
        """Installed for these disks of the machine, not capturing."""
        self.host = host
        self.disks = {name: host.disk(name) for name in disks}
        self.modes = dict.fromkeys(disks, WriteOrderMode.DATA)
        self.pressed: set[str] = set()  # disks for whose changes there is no room
        self.earlier: dict[str, bytes] = {}  # the bitmap file that the last orderly stop left, by disk

    @property
    def mode(self) -> WriteOrderMode:
        """The coarsest mode of its disks."""
        return max(self.modes.values(), key=COARSER.index, default=WriteOrderMode.DATA)

    @mode.setter
    def mode(self, mode: WriteOrderMode) -> None:
        self.modes = dict.fromkeys(self.modes, mode)

    def press(self, disk: str) -> None:
        """There is no room for what changes on that disk: less of it is kept, the workload never waits."""
        self.pressed.add(disk)
        self.modes[disk] = COARSER[min(COARSER.index(self.modes[disk]) + 1, len(COARSER) - 1)]

    def refine(self) -> None:
        """Everything inexact was sent: disks for which there is room are tracked in data mode again."""
        self.modes = {disk: mode if disk in self.pressed else WriteOrderMode.DATA for disk, mode in self.modes.items()}

    def boot(self, store: Executor) -> list[str]:
        """The machine starts again; returns the disks whose stored marks are not those of the run that just ended."""
        doubtful = []
        for name, disk in self.disks.items():
            file = self.host.files[name]
            found = SourceDisk(store, file, bitmap_of(file), written=disk.written)
            if not self.believes(disk, found):
                doubtful.append(name)
            self.host.disks[name] = self.disks[name] = found
            found.start_capture()
        return doubtful

    def believes(self, left: SourceDisk, found: SourceDisk) -> bool:
        """Whether what was found is what was left behind; the run that ended told the number of its last write."""
        return found.trusted and found.known == left.written

    def start(self) -> None:
        """Capture every write from now on."""
        with self.host.guard:
            for disk in self.disks.values():
                disk.start_capture()

    def stop(self) -> None:
        """Forget the changes and stop capturing."""
        with self.host.guard:
            for disk in self.disks.values():
                disk.stop_capture()

    def dirty_blocks(self, disk: str) -> int:
        """How many blocks of the disk still have to travel."""
        return int(self.disks[disk].dirty.count)

    def is_dirty(self) -> bool:
        """Whether anything has to travel."""
        return any(disk.dirty.count for disk in self.disks.values())

    def cut(self) -> MachineCut:
        """Everything that changed, as of this instant."""
        with self.host.guard:
            return MachineCut({name: disk.take() for name, disk in self.disks.items()})

    def cut_all(self) -> MachineCut:
        """Every block, as of this instant: the initial copy."""
        with self.host.guard:
            return MachineCut({name: disk.take_all() for name, disk in self.disks.items()})

    def quiesce(self) -> None:
        """Tell every application to flush its memory before the cut; WriterFailed when one cannot."""
        for writer in self.host.writers:
            try:
                writer()
            except Exception as error:  # an application may fail in any way
                raise WriterFailed(str(error)) from error
        for disk in self.disks.values():
            disk.flush()
