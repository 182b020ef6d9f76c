"""The small things beside the device's own speed: one durable block, creating and dropping a point."""

import os
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from siteproof.reference.datapath.folder import FolderExecutor
from siteproof.reference.datapath.keys import KeyEncryptionKey
from siteproof.reference.datapath.replica import Replica
from siteproof.reference.datapath.sealer import Sealer
from siteproof.reference.datapath.tracker import SourceDisk

ROUNDS = 150
BLOCKS = 65536


def small(folder: Path) -> str:
    """What to print; every kind of call is measured in turn within each round."""
    disk = SourceDisk.create(FolderExecutor(folder / "source"), "d.raw", "d.bitmap", BLOCKS)
    disk.start_capture()
    replica = Replica.create(FolderExecutor(folder / "target"), "r", BLOCKS, KeyEncryptionKey.generate(), disk="bench")
    sealer = Sealer(replica.keys, replica.invite())
    bare = os.open(folder / "bare", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    block = os.urandom(4096)
    times: dict[str, list[float]] = {"bare": [], "write": [], "create": [], "drop": []}
    for number in range(ROUNDS):
        times["bare"].append(timed(partial(append, bare, block)))
        disk.write(number * 7, block)
        times["write"].append(timed(partial(ship, disk, sealer, replica)))
        times["create"].append(timed(partial(replica.create_point, f"p{number}")))
        replica.apply()
    for number in range(1, ROUNDS - 1, 2):
        times["drop"].append(timed(partial(replica.drop_point, f"p{number}")))
    os.close(bare)
    equal = Path(disk.path()).read_bytes() == Path(replica.seed_path()).read_bytes()
    return report({name: statistics.median(each) for name, each in times.items()}, equal=equal)


def report(p50: dict[str, float], *, equal: bool) -> str:
    """Three lines."""
    ratio = {name: seconds / p50["bare"] for name, seconds in p50.items()}
    return (
        f"bare append of 4 KiB + fdatasync: p50 {p50['bare'] * 1000:.2f} ms\n"
        f"  durable one-block write {ratio['write']:.2f} x (goal <= 1.5) · create a point {ratio['create']:.2f} x"
        f" (goal <= 1.5) · drop a middle point {ratio['drop']:.2f} x = {p50['drop'] * 1000:.2f} ms (goal <= 1 ms)\n"
        f"  {'bytes equal' if equal else 'BYTES DIFFER: the figures above are worthless'}"
    )


def append(handle: int, data: bytes) -> None:
    """The least that a durable write can cost."""
    os.write(handle, data)
    os.fdatasync(handle)


def ship(disk: SourceDisk, sealer: Sealer, replica: Replica) -> None:
    """What is dirty, durable and acknowledged."""
    cut = disk.take()
    for frame in sealer.seal(cut):
        replica.receive(frame)
    replica.commit(cut.lsn)
    cut.done()


def timed(call: Callable[[], object]) -> float:
    """Seconds of one call."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start
