"""Our side of the data path's benchmark, each step in a process of its own so that its time and memory are its own.

`python -m benchmarks.datapath_ours STEP IMAGE STORE` prints one line of JSON; the caller measures the process.
"""

import json
import sys
import threading
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import zstandard

from siteproof.reference.datapath.folder import FolderExecutor
from siteproof.reference.datapath.keys import KeyEncryptionKey
from siteproof.reference.datapath.replica import Replica
from siteproof.reference.datapath.resync import ResyncSource, ResyncTarget, pump
from siteproof.reference.datapath.sealer import Sealer
from siteproof.reference.datapath.tracker import SourceDisk
from siteproof.reference.sparse import allocated_blocks

KEK = KeyEncryptionKey(bytes(range(32)))
COMMIT_BYTES = 32 << 20
MIB = 1 << 20


def source_of(image: Path) -> SourceDisk:
    """The image as a captured disk."""
    folder = FolderExecutor(image.parent)
    Path(f"{image}.bitmap").unlink(missing_ok=True)  # every step is its own run of the agent; nothing is carried over
    disk = SourceDisk(folder, image.name, f"{image.name}.bitmap")
    disk.start_capture()
    return disk


def initial(image: Path, store: Path) -> dict[str, float]:
    """Initial copy: every block sealed into the cache log, durable at the end."""
    disk = source_of(image)
    replica = Replica.create(FolderExecutor(store), "r", disk.blocks, KEK, disk="bench")
    replica.open_window()
    cut = disk.take_all()
    sealer = Sealer(replica.keys, replica.invite(), workers=2)
    since = 0
    for frame in sealer.seal(cut):
        replica.receive(frame)
        since += len(frame)
        if since >= COMMIT_BYTES:
            replica.commit(replica.watermarks.cached)
            since = 0
    replica.commit(cut.lsn)
    replica.close_window()
    return {"bytes": sealer.bytes_sent}


def apply(image: Path, store: Path) -> dict[str, float]:
    """The cache log becomes the seed disk."""
    replica = Replica.open(FolderExecutor(store), "r", KEK)
    start = time.perf_counter()
    replica.apply()
    return {"bytes": image.stat().st_size, "seconds": time.perf_counter() - start}


def delta(image: Path, store: Path) -> dict[str, float]:
    """The blocks named beside the image travel as one batch and are applied over a recovery point."""
    disk = source_of(image)
    for block in json.loads(Path(f"{image}.blocks").read_text()):
        disk.dirty.mark(block)
    replica = Replica.open(FolderExecutor(store), "r", KEK)
    replica.create_point("before")
    sealer = Sealer(replica.keys, replica.invite())
    start = time.perf_counter()
    cut = disk.take()
    for frame in sealer.seal(cut):
        replica.receive(frame)
    replica.commit(cut.lsn)
    logged = time.perf_counter() - start
    replica.apply()
    return {"bytes": sealer.bytes_sent, "raw": len(cut.blocks) * 4096, "seconds": logged,
            "applied": time.perf_counter() - start - logged}  # fmt: skip


def resync(image: Path, store: Path) -> dict[str, float]:
    """Both sides are compared and what differs travels."""
    disk = source_of(image)
    replica = Replica.open(FolderExecutor(store), "r", KEK)
    start = time.perf_counter()
    parties = (
        ResyncSource(disk.take_all(), disk.blocks, Sealer(replica.keys, replica.invite()), replica.keys),
        ResyncTarget(replica),
    )
    report = pump(*parties)
    return {"digests": report.bytes_digests, "frames": report.bytes_frames, "blocks": report.blocks_sent,
            "seconds": time.perf_counter() - start}  # fmt: skip


def restore(image: Path, store: Path) -> dict[str, float]:
    """A recovery point becomes a raw image beside the store."""
    folder = FolderExecutor(store)
    replica = Replica.open(folder, "r", KEK)
    name = replica.points()[0].name if replica.points() else None
    start = time.perf_counter()
    replica.promote(name, folder, "restored.raw")
    return {"bytes": image.stat().st_size, "seconds": time.perf_counter() - start}


def sparse(image: Path, store: Path) -> dict[str, float]:
    """A huge disk with little on it: copied as the product does it, compared, restored; its bytes are checked."""
    disk = source_of(image)
    folder = FolderExecutor(store)
    replica = Replica.create(folder, "r", disk.blocks, KEK, disk="bench")
    times = [time.perf_counter()]
    cut = disk.take_all()
    for frame in Sealer(replica.keys, replica.invite(), workers=2).seal(cut, cut.stored(allocated_blocks(image))):
        replica.receive(frame)
    replica.commit(cut.lsn)
    replica.apply()
    cut.done()
    times.append(time.perf_counter())
    resync(image, store)
    replica = Replica.open(folder, "r", KEK)
    times.append(time.perf_counter())
    replica.promote(None, folder, "restored.raw")
    times.append(time.perf_counter())
    stored = allocated_blocks(image).tolist()
    assert stored == allocated_blocks(store / "restored.raw").tolist()
    with image.open("rb") as left, (store / "restored.raw").open("rb") as right:
        for block in stored:
            left.seek(block * 4096)
            right.seek(block * 4096)
            assert left.read(4096) == right.read(4096)
    return dict(zip(("copy", "compare", "restore"), (after - before for before, after in pairwise(times)), strict=True))


def floor(image: Path, store: Path) -> dict[str, float]:
    """What cannot be avoided: reading the image and compressing it with zstd-1 in two threads, no writing."""
    del store
    data_bytes = image.stat().st_size

    def work(first: int) -> None:
        compressor, buffer = zstandard.ZstdCompressor(level=1), bytearray(MIB)
        with image.open("rb", buffering=0) as file:
            for offset in range(first * MIB, data_bytes, 2 * MIB):
                file.seek(offset)
                file.readinto(buffer)
                compressor.compress(buffer)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"bytes": data_bytes}


def start(image: Path, store: Path) -> dict[str, float]:
    """Nothing: what starting an interpreter and importing everything costs."""
    del image, store
    return {}


STEPS: dict[str, Callable[[Path, Path], dict[str, float]]] = {
    step.__name__: step for step in (initial, apply, delta, resync, restore, sparse, floor, start)
}


def whole(step: str, image: Path, store: Path) -> dict[str, float]:
    """What the step says, with the processor seconds that it took and the peak memory of this process in MiB."""
    began = time.process_time()
    found = STEPS[step](image, store)
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = next(
        line for line in status.splitlines() if line.startswith("VmHWM")
    )  # a child's rusage has its parent's, too
    return {**found, "cpu": time.process_time() - began, "peak_mib": int(peak.split()[1]) / 1024}


if __name__ == "__main__" and sys.argv[1] == "small":
    from benchmarks.datapath_small import small

    print(small(Path(sys.argv[3]).parent / "small"))
elif __name__ == "__main__":
    print(json.dumps(whole(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))))
