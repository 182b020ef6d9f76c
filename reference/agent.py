"""The mobility agent: tracks a machine's changes, quiesces its applications, hands out consistent cuts.

A cut takes all disks of the machine at one instant; whoever fails to deliver it gives it back: no block is forgotten.
"""

from attrs import frozen

from siteproof.model.nouns.vocabulary import WriteOrderMode
from siteproof.reference.datapath.cut import Cut
from siteproof.reference.host import Host


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
        self.mode = WriteOrderMode.DATA

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
