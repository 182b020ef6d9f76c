"""Backup tools as Subjects: a machine's disks are files, a point is an archive of them, nothing travels in between.

Rule: the schedule is the adapter's, as a system's timer is an administrator's: an archive is made when it is due, and
the tool's retention runs after it, and every hour whether an archive could be made or not.
"""

import itertools
from pathlib import Path

from siteproof.conformance.adapters.backup.btrbk import Btrbk
from siteproof.conformance.adapters.backup.tools import BackupTool, Borg, Restic
from siteproof.conformance.adapters.frame.files import DiskFiles
from siteproof.conformance.adapters.frame.product import ForeignProduct
from siteproof.conformance.adapters.frame.scratch import ScratchFolder
from siteproof.conformance.adapters.frame.subject import FrameSubject
from siteproof.model.nouns.scenario import DiskSpec, MachineSpec, Scenario
from siteproof.model.nouns.subject import Capability, Description, Provider
from siteproof.model.nouns.vocabulary import Place

# fmt: off
CAPABILITIES: dict[Capability, Provider] = {
    Capability.INITIAL_REPLICATION: Provider.PRODUCT,  # the first archive
    Capability.CRASH_POINTS:        Provider.PRODUCT,  # archives; the adapter's timer makes them
    Capability.OLDER_POINTS:        Provider.PRODUCT,
    Capability.RETENTION:           Provider.PRODUCT,
    Capability.TOTAL_ORDER:         Provider.PRODUCT,  # nothing is written while an archive is made
    Capability.LIFECYCLE:           Provider.ADAPTER,
    Capability.VIRTUAL_CLOCK:       Provider.ADAPTER,
    Capability.LINK_FAULTS:         Provider.ADAPTER,  # the repository is out of reach
}
# fmt: on


def restic() -> "BackupSubject":
    """Restic; Problem (exit 3) when it is not installed."""
    return BackupSubject(Restic())


def borg() -> "BackupSubject":
    """Borg; Problem (exit 3) when it is not installed."""
    return BackupSubject(Borg())


def btrbk() -> "BackupSubject":
    """btrbk; Problem (exit 3) when it is not installed, or the mounts would be seen by others."""
    return BackupSubject(Btrbk())


class Backup(ForeignProduct):
    """One machine's files in `folder`, and a repository beside it."""

    marks_each_point = True
    prunes = True
    bytes_sent = 0
    link_up = True

    def __init__(self, tool: BackupTool, folder: Path, specs: tuple[DiskSpec, ...]) -> None:
        """The disks are there, and hold what the scenario says."""
        self._tool, self._folder = tool, folder
        self._count = itertools.count()
        self._disks = DiskFiles(tool.place(folder), specs, folder)

    def write(self, place: Place, disk: int, offset: int, data: bytes) -> None:
        """See Product."""
        del place
        self._disks.write(disk, offset, data)

    def zero(self, place: Place, disk: int, offset: int, length: int) -> None:
        """See Product."""
        self.write(place, disk, offset, bytes(length))

    def flush(self, place: Place, disk: int) -> None:
        """Nothing is held back."""

    def dump(self, place: Place, disk: int) -> Path:
        """See Product."""
        del place
        return self._disks.copy(disk)

    def enable(self, disks: tuple[int, ...]) -> None:
        """A repository; the first archive is the first point."""
        del disks
        self._tool.begin(self._folder / f"repository{next(self._count)}")

    def ship(self) -> None:
        """Nothing travels between archives."""

    def mark(self, point: str, *, running: bool) -> None:
        """See Product."""
        del running
        self._tool.keep(point, self._disks.folder, self.instant_ms)

    def drop(self, point: str) -> None:
        """See Product."""
        self._tool.drop(point)

    def prune(self, now_ms: int) -> set[str]:
        """See Product."""
        self._tool.thin(now_ms)
        return self._tool.listed()

    def restore(self, point: str, disk: int) -> Path:
        """See Product."""
        into = self._folder / f"restored{next(self._count)}"
        self._tool.give_back(point, into)
        return into / self._disks.path(disk).name

    def forget(self) -> None:
        """The repository stays where it is; nobody uses it any more."""

    def cut(self) -> None:
        """See Product."""
        self.link_up = False

    def heal(self) -> None:
        """See Product."""
        self.link_up = True

    def crash_target(self) -> None:
        """There is no service that could."""

    def close(self) -> None:
        """The machine is forgotten."""
        self._tool.leave()


class BackupSubject(FrameSubject):
    """A folder per machine."""

    def __init__(self, tool: BackupTool) -> None:
        """Nothing is made before `reset`."""
        super().__init__()
        self._tool = tool
        self._version = tool.version()
        self._folder: Path | None = None
        self._mine: list[Backup] = []

    def describe(self) -> Description:
        """See FrameSubject."""
        parameters = {"version": self._version, "retention": self._tool.retention}
        return Description(self._tool.name, self._version, CAPABILITIES, parameters=parameters, ours=True)

    def begin(self, scenario: Scenario) -> None:
        """See FrameSubject."""
        del scenario
        self.end()
        self._scratch = ScratchFolder("siteproof-backup-", in_memory=False)
        self._folder = self._scratch.path

    def make(self, index: int, spec: MachineSpec) -> ForeignProduct:
        """See FrameSubject."""
        assert self._folder is not None, "begin has been called"
        self._mine.append(Backup(type(self._tool)(), self._folder / f"m{index}", spec.disks))
        return self._mine[-1]

    def end(self) -> None:
        """See FrameSubject."""
        for machine in self._mine:
            machine.close()
        self._mine = []
        if self._folder is not None:
            self._scratch.release()
        self._folder = None
