"""The backup tools beside which the data path is measured, and how a process is measured at all."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from attrs import frozen

ENVIRONMENT = {
    "RESTIC_PASSWORD": "benchmark",
    "BORG_PASSPHRASE": "benchmark",
    "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK": "yes",
    "BORG_RELOCATED_REPO_ACCESS_IS_OK": "yes",
}


@frozen
class PeerRun:
    """One run: wall and processor seconds, peak memory in MiB, what it printed, bytes that it left behind."""

    wall: float
    cpu: float
    rss_mib: float
    output: str
    stored: int = 0


@frozen
class Peer:
    """A tool: how it says its version, prepares a repository, backs up a folder and restores it."""

    name: str
    package: str
    version: Callable[[], str]
    prepare: Callable[[Path], list[str]]
    backup: Callable[[Path, Path], list[str]]
    restore: Callable[[Path, Path], list[str]]


def measure(command: list[str], folder: Path, left: Path | None = None) -> PeerRun:
    """Run a command to its end; a failure raises with its output."""
    caches = {"RESTIC_CACHE_DIR": str(folder / "restic-cache"), "BORG_BASE_DIR": str(folder / "borg-base")}
    start = time.perf_counter()
    process = subprocess.Popen(
        command,
        env={**os.environ, **ENVIRONMENT, **caches},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    if process.returncode:
        raise RuntimeError(f"{command[0]} ended with {process.returncode}: {output[-400:]}")
    return PeerRun(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, output, size_of(left))


def size_of(path: Path | None) -> int:
    """Bytes that the files below a folder take on the device."""
    return sum(file.stat().st_blocks * 512 for file in path.rglob("*") if file.is_file()) if path else 0


def _said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n")[0]


RESTIC = Peer(
    "restic backup",
    "restic",
    lambda: " ".join(_said("restic", "version").split()[:2]),
    lambda repo: ["restic", "-q", "-r", str(repo), "init", "--repository-version", "2"],
    lambda repo, image: ["restic", "-q", "-r", str(repo), "backup", "--compression", "auto", str(image)],
    lambda repo, target: ["restic", "-q", "-r", str(repo), "restore", "latest", "--target", str(target)],
)
BORG = Peer(
    "borg create zstd,1",
    "borgbackup",
    lambda: _said("borg", "--version"),
    lambda repo: ["borg", "init", "-e", "repokey-blake2", str(repo)],
    lambda repo, image: ["borg", "create", "-C", "zstd,1", f"{repo}::a", str(image)],
    lambda repo, target: ["sh", "-c", f"mkdir -p {target} && cd {target} && borg extract {repo}::a"],
)


def present() -> list[Peer]:
    """The peers that are installed; prints a note for each that is not."""
    found = []
    for peer, program in ((RESTIC, "restic"), (BORG, "borg")):
        if shutil.which(program):
            found.append(peer)
        else:
            print(f"note: {program} is not installed, so it is not compared (apt install {peer.package})")
    return found
