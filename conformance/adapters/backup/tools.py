"""The command lines of restic and borg: keep a folder, list, thin, give back. Rule: a tool's own retention decides.

Time is the scenario's: restic takes it as an option and measures its window from the newest snapshot, borg takes it for
an archive and measures its window from the present, which is why it runs under `faketime`.
"""

import datetime as dt
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Protocol

from siteproof.conformance.adapters.frame.product import ProductTrouble
from siteproof.model.nouns.problem import ExitCode, Problem

SECONDS_MAX = 60.0


class BackupTool(Protocol):
    """A backup tool with one repository; archives have the names that we give them."""

    name: str
    retention: str

    def version(self) -> str:
        """What it says of itself; Problem (exit 3) when it is not installed."""

    def place(self, folder: Path) -> Path:
        """An empty folder below this new one, of a kind that the tool can look at, for the machine's disks."""

    def leave(self) -> None:
        """The machine is forgotten."""

    def begin(self, repository: Path) -> None:
        """Make the repository."""

    def keep(self, name: str, folder: Path, at_ms: int) -> None:
        """An archive of the folder, as of that time."""

    def listed(self) -> set[str]:
        """The names of all archives."""

    def thin(self, now_ms: int) -> None:
        """Let its retention decide."""

    def drop(self, name: str) -> None:
        """Delete an archive."""

    def give_back(self, name: str, folder: Path) -> None:
        """The archived files, into that folder."""


class AnyFolder:
    """What tools do that look at any folder."""

    def place(self, folder: Path) -> Path:
        """See Tool."""
        disks = folder / "disks"
        disks.mkdir(parents=True)
        return disks

    def leave(self) -> None:
        """Nothing is kept open."""


class Restic(AnyFolder):
    """restic, with its thinning options set to the published rule of one day."""

    name = "restic"
    retention = "--keep-within 2h --keep-within-hourly 24h"

    def version(self) -> str:
        """See Tool."""
        return _version("restic", "version", 1)

    def begin(self, repository: Path) -> None:
        """See Tool."""
        self._environment = {
            "RESTIC_REPOSITORY": str(repository),
            "RESTIC_PASSWORD": "siteproof",
            "RESTIC_CACHE_DIR": f"{repository}-cache",
        }
        self._run("init")

    def keep(self, name: str, folder: Path, at_ms: int) -> None:
        """See Tool."""
        self._run("backup", "--time", utc(at_ms, " "), "--tag", name, ".", folder=folder)

    def listed(self) -> set[str]:
        """See Tool."""
        return {tag for each in json.loads(self._run("snapshots", "--json")) for tag in each.get("tags") or ()}

    def thin(self, now_ms: int) -> None:
        """See Tool; the window ends at the newest snapshot, whatever the time is."""
        del now_ms
        self._run("forget", "--group-by", "host", *self.retention.split())

    def drop(self, name: str) -> None:
        """See Tool."""
        self._run("forget", "--tag", name, "--keep-tag", "none")

    def give_back(self, name: str, folder: Path) -> None:
        """See Tool."""
        self._run("restore", "latest", "--tag", name, "--target", str(folder))

    def _run(self, *words: str, folder: Path | None = None) -> str:
        return run(("restic", "-q", *words), self._environment, folder)


class Borg(AnyFolder):
    """borg, with the one option of its retention that speaks of an age."""

    name = "borg"
    retention = "--keep-within 24H"

    def version(self) -> str:
        """See Tool."""
        if shutil.which("faketime") is None:
            hint = "apt-get install faketime"
            raise Problem("borg cannot be judged", "faketime is not installed", hint, ExitCode.CANNOT_JUDGE)
        return _version("borg", "--version", 1)

    def begin(self, repository: Path) -> None:
        """See Tool."""
        self._environment = {"BORG_REPO": str(repository), "BORG_BASE_DIR": f"{repository}-base"}
        self._run("init", "-e", "none")

    def keep(self, name: str, folder: Path, at_ms: int) -> None:
        """See Tool."""
        self._run("create", "--timestamp", utc(at_ms, "T"), f"::{name}", ".", folder=folder)

    def listed(self) -> set[str]:
        """See Tool."""
        return set(self._run("list", "--short").split())

    def thin(self, now_ms: int) -> None:
        """See Tool; the window ends now."""
        command = ("faketime", utc(now_ms, " "), "borg", "prune", *self.retention.split())
        run(command, self._environment, None)

    def drop(self, name: str) -> None:
        """See Tool."""
        self._run("delete", f"::{name}")

    def give_back(self, name: str, folder: Path) -> None:
        """See Tool."""
        folder.mkdir(parents=True, exist_ok=True)
        self._run("extract", f"::{name}", folder=folder)

    def _run(self, *words: str, folder: Path | None = None) -> str:
        return run(("borg", *words), self._environment, folder)


def run(command: tuple[str, ...], environment: dict[str, str], folder: Path | None) -> str:
    """What the command says, or ProductTrouble with its last words."""
    settings = {**os.environ, **environment, "TZ": "UTC"}
    try:
        done = subprocess.run(  # noqa: S603  (the arguments are ours)
            command, env=settings, cwd=folder, capture_output=True, text=True, timeout=SECONDS_MAX, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ProductTrouble(f"{command[0]} takes more than {SECONDS_MAX:g} s") from error
    if done.returncode:
        raise ProductTrouble(f"{' '.join(command[:3])}: {done.stderr.strip()[-200:]}")
    return done.stdout


def _version(program: str, asking: str, word: int) -> str:
    if shutil.which(program) is None:
        package = {"restic": "restic", "borg": "borgbackup"}[program]
        hint = f"apt-get install {package}"
        raise Problem(f"{program} cannot be judged", "it is not installed", hint, ExitCode.CANNOT_JUDGE)
    return run((program, asking), {}, None).split()[word]


def utc(at_ms: int, between: str) -> str:
    """That time to the second, date and hour parted by `between`."""
    moment = dt.datetime.fromtimestamp(at_ms / 1000, dt.UTC)
    return moment.strftime(f"%Y-%m-%d{between}%H:%M:%S")
