"""The workload writes while everything else happens: every point is a state that once was, over all disks."""

import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from siteproof.model.nouns.vocabulary import Consistency, Place
from siteproof.reference.datapath.bitmap import DirtyBitmap
from siteproof.reference.datapath.blocks import Blocks
from siteproof.reference.service import protecting
from siteproof.reference.service.devices import MachineDisk
from tests.service.desk import Desk

BLOCK = 4096
BLOCKS = 40


class Workload(threading.Thread):
    """Write number n goes to block n * 7 of the first disk, then of the second; both begin with zeros."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(daemon=True)
        host = desk.web.hosts[Place.PRIMARY]
        self.disks = [MachineDisk(host, name) for name in ("sda", "sdb")]
        self.ended = threading.Event()
        self.written = 0

    def run(self) -> None:
        """Until it is told to end."""
        while not self.ended.is_set():
            self.written += 1
            for disk in self.disks:
                disk.write(self.written * 7 % BLOCKS * BLOCK, struct.pack("<Q", self.written) * (BLOCK // 8))


def newest(image: bytes) -> int:
    """The last write in an image, which has to hold everything before it and nothing behind it, in whole blocks."""
    held = [set(struct.unpack(f"<{BLOCK // 8}Q", image[at : at + BLOCK])) for at in range(0, BLOCKS * BLOCK, BLOCK)]
    assert all(len(numbers) == 1 for numbers in held), "a torn block"
    found = [numbers.pop() for numbers in held]
    last = int(max(found))
    for number in range(max(1, last - BLOCKS + 1), last + 1):
        assert found[number * 7 % BLOCKS] == number
    return last


def slow(take: Callable[[DirtyBitmap], Blocks]) -> Callable[[DirtyBitmap], Blocks]:
    """As it was, but that others have time to come in between two disks."""

    def taken(bitmap: DirtyBitmap) -> Blocks:
        found = take(bitmap)
        time.sleep(0.01)
        return found

    return taken


def test_points_that_are_taken_under_load_are_cuts_over_both_disks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second disk is never ahead, and at most one write behind; every point, also by ship and comparison."""
    desk = Desk(tmp_path, disks=2)
    for image in desk.images:
        image.write_bytes(bytes(BLOCKS * BLOCK))
    desk.protected()
    monkeypatch.setattr(DirtyBitmap, "take", slow(DirtyBitmap.take))
    workload = Workload(desk)
    workload.start()
    for _ in range(12):
        protecting.take_point(desk.service, "web", Consistency.CRASH)
        desk.seconds(2)
    workload.ended.set()
    workload.join(10)
    seen = []
    for point in desk.web.points[1:]:
        first, second = (newest(desk.restored(point.name, disk)) for disk in ("sda", "sdb"))
        assert first - 1 <= second <= first
        seen.append(first)
    assert seen == sorted(seen)
    assert len(set(seen)) > 6, "the workload did not run meanwhile"
    desk.stop()
