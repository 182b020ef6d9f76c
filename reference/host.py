"""A machine at one place: its disks and its power (seed: Replicated machines).

The workload side only: a write is acknowledged at once and never waits for replication. Whoever is off takes no write.
"""

import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.stamp import BLOCK_BYTES, Stamp
from siteproof.model.nouns.subject import Write
from siteproof.reference.datapath.effects import Executor, Truncate, Unlink
from siteproof.reference.datapath.tracker import SourceDisk
from siteproof.reference.sparse import copy_sparsely

Writer = Callable[[], None]


class Host:
    """`disks` by name; `writers` are applications that flush their memory when the agent quiesces them."""

    def __init__(self, files: Mapping[str, str], disks: Mapping[str, SourceDisk]) -> None:
        """Powered on, with no application registered; `files` are the disks' raw files in their store."""
        self.files = dict(files)
        self.disks = dict(disks)
        self.running = True
        self.writers: list[Writer] = []
        self.guard = threading.RLock()  # held by whoever writes or cuts while several threads do

    @classmethod
    def opened(cls, store: Executor, files: Mapping[str, str]) -> "Host":
        """The machine whose disks are these raw files of the store."""
        return cls(files, {disk: SourceDisk(store, file, bitmap_of(file)) for disk, file in files.items()})

    def disk(self, name: str) -> SourceDisk:
        """The disk of that name, or a Problem."""
        if name not in self.disks:
            raise Problem(f"no disk {name!r}", f"the machine has {', '.join(self.disks)}", "use a disk of the scenario")
        return self.disks[name]

    def powered(self, name: str) -> SourceDisk:
        """The disk for a writer; Refused when the machine is off."""
        if not self.running:
            raise Refused(ErrorCode.SOURCE_NO_HEARTBEAT, "the machine is off")
        return self.disk(name)

    def write(self, name: str, writes: tuple[Write, ...]) -> None:
        """Write blocks in order; on return all are acknowledged."""
        disk = self.powered(name)
        for write in writes:
            disk.write(write.block, content(write))

    def remove(self, store: Executor) -> None:
        """Remove the machine with its disks."""
        self.running = False
        for file in self.files.values():
            for name in (file, bitmap_of(file)):
                if store.exists(name):
                    store.perform(Unlink(name))


def content(write: Write) -> bytes:
    """A block's bytes: as given, or what its stamp produces."""
    if write.data:
        if len(write.data) != BLOCK_BYTES:
            raise Problem("a write is one block", f"{len(write.data)} bytes came", f"send {BLOCK_BYTES} bytes")
        return write.data
    stamp = Stamp(
        write.machine_index, write.disk_index, write.block, write.sequence, write.time_ms, write.seed, write.noise
    )
    return stamp.to_bytes()


def lay_out(store: Executor, file: str, blocks: int, image: str = "") -> str:
    """Make a raw file of `blocks` zero blocks, or filled from the raw image, and return its name.

    An image that ends inside the last block is kept to the byte; a shorter one is followed by zeros.
    """
    size_bytes = _size_of(image, blocks) if image else blocks * BLOCK_BYTES
    store.perform(Truncate(file, size_bytes))
    if image:
        copy_sparsely(Path(image), Path(store.path(file)), size_bytes)
    return file


def bitmap_of(file: str) -> str:
    """Where a disk's change bitmap is kept."""
    return f"{file}.bitmap"


def _size_of(image: str, blocks: int) -> int:
    """How large the disk of an image is, in bytes; Problem when the image does not fit."""
    path = Path(image)
    if not path.is_file():
        raise Problem(
            f"no image at {image!r}", "the scenario names a file that cannot be read", "give a raw image file"
        )
    held, room = path.stat().st_size, blocks * BLOCK_BYTES
    if held > room:
        raise Problem(f"the image {image!r} does not fit", f"{held} bytes, and the disk has {room}", "enlarge the disk")
    return held if room - held < BLOCK_BYTES else room
