"""The rest of the table: comparison, delta and restore beside the tools that do only that, and memory on a huge disk.

Each of ours and its peer run one after the other on the same files; every copy is compared byte for byte. Beside the
wall stand processor seconds: they are true on a busy machine too.
"""

import filecmp
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from attrs import frozen

from benchmarks.datapath_peers import PeerRun, measure

ROUNDS = 3
SPARSE_BYTES = 64 << 30
Ours = Callable[[str, Path, Path], PeerRun]


@frozen
class Cost:
    """Wall and processor seconds, each the least of some runs."""

    wall: float
    cpu: float

    def beside(self, own: "Cost") -> str:
        """How often our time goes into theirs."""
        return f"takes {self.wall / own.wall:.2f} x our wall, {self.cpu / own.cpu:.2f} x our cpu"


def _peer(command: list[str], folder: Path) -> Cost:
    runs = [measure(command, folder) for _ in range(ROUNDS)]
    return Cost(min(run.wall for run in runs), min(run.cpu for run in runs))


def _missing(program: str) -> bool:
    if shutil.which(program):
        return False
    print(f"  note: {program} is not installed, so it is not compared")
    return True


def _inside(ours: Ours, step: str, image: Path, folder: Path) -> Cost:
    """A step as it measured itself, without the start of its interpreter."""
    said = [json.loads(ours(step, image, folder).output) for _ in range(ROUNDS)]
    return Cost(min(each["seconds"] for each in said), min(each["cpu"] for each in said))


def equal_sides(ours: Ours, image: Path, folder: Path) -> None:
    """A comparison that finds nothing beside those that only compare."""
    seed = folder / "store/r/seed.raw"
    own = _inside(ours, "resync", image, folder)
    print(f"  equal sides again: {own.wall * 1000:.0f} ms, {own.cpu * 1000:.0f} ms of the processor")
    if not _missing("qemu-img"):
        peer = _peer(["qemu-img", "compare", "-f", "raw", "-F", "raw", str(image), str(seed)], folder)
        print(f"  qemu-img compare {peer.beside(own)} (goal >= 1.5)")
    print(f"  cmp {_peer(['cmp', str(image), str(seed)], folder).beside(own)} (goal >= 3)")


def differing_sides(own: dict[str, float], image: Path, before: Path, folder: Path) -> None:
    """What our comparison of a changed disk took and sent, beside rsync on the same two files."""
    if _missing("rsync"):
        return
    target = folder / "rsynced.raw"
    runs = []
    for _ in range(ROUNDS):
        shutil.copyfile(before, target)
        flags = ["--inplace", "--no-whole-file", "-I", "-B", "4096", "--stats"]
        runs.append(measure(["rsync", *flags, str(image), str(target)], folder))
    best = min(runs, key=lambda run: run.wall)
    sent = sum(_stat(best.output, name) for name in ("Total bytes sent", "Total bytes received"))
    same = filecmp.cmp(image, target, shallow=False)
    share = (own["digests"] + own["frames"]) / sent
    peer = Cost(best.wall, min(run.cpu for run in runs))
    print(f"  rsync -B 4096 {peer.beside(Cost(own['seconds'], own['cpu']))} (goal >= 5),", end=" ")
    print(f"we send {share:.2f} x its bytes (goal <= 0.6); {'bytes equal' if same else 'BYTES DIFFER'}")


def _stat(output: str, name: str) -> int:
    line = next(line for line in output.splitlines() if line.startswith(name))
    return int("".join(filter(str.isdigit, line)))


def restoring(ours: Ours, before: Path, peers: dict[str, PeerRun], image: Path, folder: Path) -> None:
    """A point as a raw image beside the others' restores of the same disk."""
    own = _inside(ours, "restore", image, folder)
    print(f"restore of a point: {own.wall * 1000:.0f} ms, {own.cpu * 1000:.0f} ms of the processor", end="; ")
    print("bytes equal" if filecmp.cmp(before, folder / "store/restored.raw", shallow=False) else "BYTES DIFFER")
    for name, run in peers.items():
        print(f"  {name} restore {Cost(run.wall, run.cpu).beside(own)} (goal >= 3)")
    if not _missing("qemu-img"):
        target = folder / "converted.raw"
        peer = _peer(["qemu-img", "convert", "-f", "raw", "-O", "raw", str(before), str(target)], folder)
        print(f"  qemu-img convert of the plain image {peer.beside(own)} (goal >= 1.1)")


def sparse(folder: Path) -> None:
    """64 GiB with a few blocks: initial copy, comparison and restore in one process, and what it needed."""
    image = folder / "sparse.img"
    with image.open("wb") as file:
        file.truncate(SPARSE_BYTES)
        for place in range(16):
            file.seek(place * (SPARSE_BYTES // 16))
            file.write(bytes([place + 1]) * 4096)
    command = [sys.executable, "-m", "benchmarks.datapath_ours", "sparse", str(image), str(folder / "sparse-store")]
    run = measure(command, folder)
    took = json.loads(run.output)
    print(
        f"64 GiB sparse disk: peak {took['peak_mib']:.0f} MiB (goal <= 128), initial copy {took['copy']:.1f} s,",
        end=" ",
    )
    print(f"comparison {took['compare']:.1f} s, restore {took['restore']:.1f} s")
