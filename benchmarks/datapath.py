"""The data path beside restic and borg on one real image, and its parts beside the device's own speed, as ratios.

`python -m benchmarks datapath`. Comparisons run in turn within each round and the best round counts; every copy is
compared byte for byte at the end. This process stays small: a child's peak memory includes what its parent had.
"""

import filecmp
import json
import os
import platform
import shutil
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from benchmarks import datapath_table
from benchmarks.datapath_image import make_image, overwrite_blocks
from benchmarks.datapath_peers import Peer, PeerRun, measure, present
from siteproof import __version__

IMAGE_BYTES = 256 << 20
ROUNDS = 3
SHARE = 0.05
GOALS = {"restic backup": 3.0, "borg create zstd,1": 1.7, "zstd | openssl": 1.0}
PIPE = "zstd -q -1 -T2 -c {image} | openssl enc -aes-256-ctr -pbkdf2 -pass pass:bench -out {out} && sync {out}"
MEGA = 1e6
WITHOUT_STORE = frozenset({"start", "floor", "zstd | openssl"})


def ours(step: str, image: Path, folder: Path) -> PeerRun:
    """One of our steps in its own process."""
    command = [sys.executable, "-m", "benchmarks.datapath_ours", step, str(image), str(folder / "store")]
    return measure(command, folder, folder / "store")


def numbers(step: str, image: Path, folder: Path) -> dict[str, float]:
    """What one of our steps measured inside of its process."""
    measured: dict[str, float] = json.loads(ours(step, image, folder).output)
    return measured


def peer_backup(peer: Peer, image: Path, folder: Path) -> PeerRun:
    """A fresh repository (not timed), then the backup (timed)."""
    repo = folder / peer.package
    shutil.rmtree(repo, ignore_errors=True)
    measure(peer.prepare(repo), folder)
    return measure(peer.backup(repo, image), folder, repo)


def same(left: Path, right: Path) -> str:
    """The byte compare that ends every copy."""
    if not filecmp.cmp(left, right, shallow=False):
        raise SystemExit(f"{left.name} and {right.name} differ: the figures above are worthless")
    return "bytes equal"


def initial_copy(image: Path, folder: Path) -> dict[str, PeerRun]:
    """Initial copy into a durable sealed log, against the floor and the peers; and what their restores took."""
    peers = present()
    best = rounds(peers, image, folder)
    start, own = best["start"], best["ours"]
    print(f"initial copy of {IMAGE_BYTES >> 20} MiB -> durable sealed log, whole processes, best of {ROUNDS}")
    for name, run in best.items():
        print(row(name, run, own))
    share = (own.cpu - start.cpu) / (best["floor"].cpu - start.cpu)
    alone = own.wall - start.wall
    print(f"  without interpreter start: {alone:.2f} s wall, {share:.2f} x the cpu of read + zstd-1 (goal <= 1.4)")
    for peer in peers:
        print(f"  {peer.name}: {best[peer.name].wall / alone:.2f} x our wall without interpreter start")
    restores = {peer.package: compare_restored(peer, image, folder) for peer in peers}
    applied = numbers("apply", image, folder)
    rate = applied["bytes"] / applied["seconds"] / MEGA
    print(f"  apply to the seed disk incl. sync: {rate:.0f} MB/s raw; {same(image, folder / 'store/r/seed.raw')}")
    return restores


def rounds(peers: list[Peer], image: Path, folder: Path) -> dict[str, PeerRun]:
    """The fastest run of each."""
    runs: dict[str, list[PeerRun]] = {
        name: [] for name in ("ours", "floor", "start", "zstd | openssl", *(peer.name for peer in peers))
    }
    for _ in range(ROUNDS):
        shutil.rmtree(folder / "store", ignore_errors=True)
        runs["ours"].append(ours("initial", image, folder))
        for name in ("floor", "start"):
            runs[name].append(ours(name, image, folder))
        piped = folder / "piped"
        runs["zstd | openssl"].append(measure(["sh", "-c", PIPE.format(image=image, out=piped)], folder))
        piped.unlink()
        for peer in peers:
            runs[peer.name].append(peer_backup(peer, image, folder))
    return {name: min(each, key=lambda run: run.wall) for name, each in runs.items()}


def row(name: str, run: PeerRun, own: PeerRun) -> str:
    """One line of the table; the ratio says how often our time goes into theirs."""
    ratio = f"{run.wall / own.wall:5.2f} x our wall {run.cpu / own.cpu:5.2f} x our cpu"
    goal = f" (goal >= {GOALS[name]:.1f} x wall)" if name in GOALS else ""
    size = f"{run.stored / MEGA:6.1f} MB" if name not in WITHOUT_STORE else " " * 9
    peak = f"  peak {json.loads(run.output)['peak_mib']:.0f} MiB" if name == "ours" else ""
    return f"  {name:19s} wall {run.wall:5.2f} s  cpu {run.cpu:5.2f} s  {size}  {ratio}{goal}{peak}"


def compare_restored(peer: Peer, image: Path, folder: Path) -> PeerRun:
    """The peer's copy is as good as ours; its restore."""
    target = folder / "restored"
    run = measure(peer.restore(folder / peer.package, target), folder)
    copy = next(path for path in target.rglob(image.name))
    print(f"  {peer.package} restore: wall {run.wall:.2f} s; {same(image, copy)}")
    shutil.rmtree(target)
    return run


def delta(image: Path, before: Path, folder: Path) -> None:
    """A tracked delta over a point, and the point restored."""
    run = numbers("delta", image, folder)
    packed, log_ms, apply_ms = run["bytes"] / run["raw"], run["seconds"] * 1000, run["applied"] * 1000
    print(f"delta of {SHARE:.0%} random blocks, {run['raw'] / MEGA:.1f} MB raw: {log_ms:.0f} ms to the durable log,")
    print(f"  {packed:.2f} of the raw bytes (goal <= 0.75), {apply_ms:.0f} ms to apply over a point;", end=" ")
    print(same(image, folder / "store/r/seed.raw"))
    restored = numbers("restore", image, folder)
    rate = restored["bytes"] / restored["seconds"] / MEGA
    print(f"  restore of the point before it: {rate:.0f} MB/s; {same(before, folder / 'store/restored.raw')}")


def resync(image: Path, folder: Path, what: str) -> dict[str, float]:
    """Both sides compared, what differs sent."""
    run = numbers("resync", image, folder)
    ppm = run["digests"] / IMAGE_BYTES * MEGA
    print(f"resync, {what}: {run['seconds'] * 1000:.0f} ms, digests {ppm:.1f} ppm of the disk,", end=" ")
    print(f"{run['blocks']:.0f} blocks in {run['frames'] / MEGA:.1f} MB of frames;", end=" ")
    print(same(image, folder / "store/r/seed.raw"))
    return run


def main() -> None:
    """Print versions and sizes, then every comparison."""
    peers = ", ".join(peer.version() for peer in present())
    libraries = ", ".join(f"{name} {version(name)}" for name in ("zstandard", "cryptography", "blake3", "numpy"))
    print(f"siteproof {__version__}, Python {platform.python_version()}, {libraries}; {peers};", end=" ")
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} at the start")
    with tempfile.TemporaryDirectory(prefix="siteproof-datapath-") as name:
        folder = Path(name)
        image, before = make_image(folder, IMAGE_BYTES), folder / "before.img"
        restores = initial_copy(image, folder)
        shutil.copyfile(image, before)
        Path(f"{image}.blocks").write_text(json.dumps(overwrite_blocks(image, SHARE)))
        delta(image, before, folder)
        datapath_table.restoring(ours, before, restores, image, folder)
        resync(image, folder, "equal sides (goal <= 6 ppm)")
        datapath_table.equal_sides(ours, image, folder)
        shutil.copyfile(before, folder / "store/r/seed.raw")
        differ = resync(image, folder, f"{SHARE:.0%} random blocks differ")
        datapath_table.differing_sides(differ, image, before, folder)
        datapath_table.sparse(folder)
        print(ours("small", image, folder).output.rstrip())


if __name__ == "__main__":
    main()
