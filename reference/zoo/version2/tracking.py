"""Wrong with what is tracked: points of inexact disks, modes that do not follow, bitmaps that are believed or not.

Rule: see the folder's `__init__`.
"""

from siteproof.model.nouns.vocabulary import WriteOrderMode
from siteproof.reference.agent import MobilityAgent
from siteproof.reference.datapath.tracker import SourceDisk
from siteproof.reference.replicator import Replicator
from siteproof.reference.stream import Stream
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit


class PointsInexact(Replicator):
    """Takes its points on time."""

    @staticmethod
    def exact(stream: Stream) -> bool:
        """In whatever mode a disk is tracked, and that is wrong."""
        del stream
        return True


class StaysCoarse(Replicator):
    """Once is enough."""

    @staticmethod
    def refine(stream: Stream) -> None:
        """A disk stays in the mode that it fell into, and that is wrong."""


class PressesAll(MobilityAgent):
    """Has one memory for all."""

    def press(self, disk: str) -> None:
        """Every disk is tracked less exactly, and that is wrong."""
        del disk
        for each in self.disks:
            super().press(each)


class DropsUnderPressure(MobilityAgent):
    """Makes room."""

    def press(self, disk: str) -> None:
        """What was tracked of the disk goes when its mode falls to a bitmap, and that is wrong."""
        super().press(disk)
        if self.modes[disk] is WriteOrderMode.BITMAP:
            self.disks[disk].take().done()


class BelievesAnyBitmap(MobilityAgent):
    """What is intact is true."""

    def believes(self, left: SourceDisk, found: SourceDisk) -> bool:
        """Of whichever run it is, and that is wrong."""
        del left
        return found.trusted


class BelievesNothingIsDirty(MobilityAgent):
    """What cannot be read says nothing."""

    def believes(self, left: SourceDisk, found: SourceDisk) -> bool:
        """A disk without marks is taken for clean, and that is wrong."""
        if not found.trusted:
            found.dirty.clear()
            return True
        return super().believes(left, found)


class BelievesNoBitmap(MobilityAgent):
    """Is on the safe side."""

    def believes(self, left: SourceDisk, found: SourceDisk) -> bool:
        """Every reboot costs a comparison, and that is wrong."""
        del left, found
        return False


def _tracking(agent: type[MobilityAgent], name: str, directory: str | None, durable: bool) -> ReferenceSubject:
    class Tracking(Replicator):
        """Has such agents."""

        agent_type = agent

    return exhibit(name, directory, durable, replicator=Tracking)


def points_inexact(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Points under pressure."""
    return exhibit("points inexact", directory, durable, replicator=PointsInexact)


def stays_coarse(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Never back to data mode."""
    return exhibit("stays coarse", directory, durable, replicator=StaysCoarse)


def presses_all(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """All disks fall together."""
    return _tracking(PressesAll, "presses all", directory, durable)


def drops_under_pressure(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Forgets what it has no room for."""
    return _tracking(DropsUnderPressure, "drops under pressure", directory, durable)


def believes_any_bitmap(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Trusts a bitmap of an older run."""
    return _tracking(BelievesAnyBitmap, "believes any bitmap", directory, durable)


def believes_nothing_is_dirty(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Takes a damaged bitmap for an empty one."""
    return _tracking(BelievesNothingIsDirty, "believes nothing is dirty", directory, durable)


def believes_no_bitmap(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Compares after every reboot."""
    return _tracking(BelievesNoBitmap, "believes no bitmap", directory, durable)
