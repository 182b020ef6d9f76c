"""btrbk's command line: snapshots of a btrfs subvolume, sent to a second file system. Rule: its own retention decides.

Both file systems live in files on loop devices, mounted in a mount namespace that only this process tree knows. btrbk
dates what it makes by the clock, which is why it runs under `faketime`; its names have minutes.
"""

import contextlib
import os
import shutil
import subprocess
from pathlib import Path

from siteproof.conformance.adapters.backup.tools import run, utc
from siteproof.conformance.adapters.frame.child import needed
from siteproof.conformance.adapters.frame.product import ProductTrouble
from siteproof.model.nouns.problem import ExitCode, Problem

PACKAGES = "apt-get install --no-install-recommends btrbk btrfs-progs faketime"
PROGRAMS = ("btrbk", "btrfs", "mkfs.btrfs", "faketime", "mount", "umount")
SIZE_BYTES = 512 << 20  # of a sparse file; the least that btrfs takes is about a quarter of it
CONFIGURATION = """timestamp_format long
snapshot_preserve_min latest
target_preserve_min {minimum}
target_preserve {schedule}
backend btrfs-progs
volume {source}
  snapshot_dir points
  target {target}
  subvolume disks
"""


class Btrbk:
    """btrbk, with its thinning options set to the published rule of one day."""

    name = "btrbk"
    minimum, schedule = "2h", "24h"
    retention = f"target_preserve_min {minimum}, target_preserve {schedule}"

    def version(self) -> str:
        """See Tool; Problem (exit 3) also without the right to mount, or in a mount namespace of others."""
        needed("btrbk", PACKAGES, *PROGRAMS)
        if os.geteuid() != 0 or not _mounts_alone():
            hint = "as root: siteproof conform --cmd 'unshare -m siteproof adapter serve …backup.adapter:btrbk'"
            cause = "it mounts file systems, which nobody else should see"
            raise Problem("btrbk needs a mount namespace of its own", cause, hint, ExitCode.CANNOT_JUDGE)
        return run(("btrbk", "--version"), {}, None).split()[-1]

    def place(self, folder: Path) -> Path:
        """See Tool; a subvolume."""
        folder.mkdir(parents=True)
        self._source, self._target = (_mounted(folder / name) for name in ("source", "target"))
        (self._source / "points").mkdir()
        self._disks = self._source / "disks"
        run(("btrfs", "-q", "subvolume", "create", str(self._disks)), {}, None)
        self._kept: dict[str, str] = {}
        return self._disks

    def leave(self) -> None:
        """See Tool."""
        for where in (self._source, self._target):
            with contextlib.suppress(subprocess.CalledProcessError):
                subprocess.run(("umount", "-l", str(where)), check=True, capture_output=True)  # noqa: S603, S607  (found by version)

    def begin(self, repository: Path) -> None:
        """See Tool; a folder of the second file system."""
        target = self._target / repository.name
        target.mkdir()
        self._archives = target
        self._conf = repository.with_suffix(".conf")
        self._conf.write_text(
            CONFIGURATION.format(
                minimum=self.minimum, schedule=self.schedule, source=self._source, target=self._archives
            )
        )

    def keep(self, name: str, folder: Path, at_ms: int) -> None:
        """See Tool: a snapshot, and the difference to the one before is sent."""
        before = self._listed()
        run(("btrfs", "filesystem", "sync", str(folder)), {}, None)
        self._btrbk(at_ms, "--preserve", "run")
        new = self._listed() - before
        if len(new) != 1:
            raise ProductTrouble(f"btrbk has made {len(new)} archives instead of one")
        self._kept[name] = new.pop()

    def listed(self) -> set[str]:
        """See Tool."""
        there = self._listed()
        return {name for name, archive in self._kept.items() if archive in there}

    def thin(self, now_ms: int) -> None:
        """See Tool; how its window is measured is btrbk's business."""
        self._btrbk(now_ms, "prune")

    def drop(self, name: str) -> None:
        """See Tool."""
        archive = self._kept.pop(name)
        if archive in self._listed():
            run(("btrfs", "-q", "subvolume", "delete", str(self._archives / archive)), {}, None)

    def give_back(self, name: str, folder: Path) -> None:
        """See Tool."""
        shutil.copytree(self._archives / self._kept[name], folder)

    def _listed(self) -> set[str]:
        return {each.name for each in self._archives.iterdir()}

    def _btrbk(self, now_ms: int, *words: str) -> None:
        run(("faketime", utc(now_ms, " "), "btrbk", "-q", "-c", str(self._conf), *words), {}, None)


def _mounts_alone() -> bool:
    """Whether an ancestor of ours has another mount namespace; one whose namespace cannot be read ends the search."""
    ours, process = Path("/proc/self/ns/mnt").readlink(), os.getppid()
    with contextlib.suppress(OSError):
        while process:
            if Path(f"/proc/{process}/ns/mnt").readlink() != ours:
                return True
            process = int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    return False


def _mounted(where: Path) -> Path:
    """A new btrfs in a sparse file beside this folder, mounted on it."""
    where.mkdir()
    image = where.with_suffix(".btrfs")
    with image.open("wb") as file:
        file.truncate(SIZE_BYTES)
    run(("mkfs.btrfs", "-q", str(image)), {}, None)
    run(("mount", "-o", "loop,noatime", str(image), str(where)), {}, None)
    return where
