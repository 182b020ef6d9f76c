"""Reading images: a subject names a file, an NBD export or sends bytes; the judge reads them itself, in chunks.

Rule: everything here comes from outside: existence, kind and size are checked before a byte is believed. Memory does
not grow with the image: a chunk of bytes at a time, eight bytes per block in the end.
"""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
from attrs import define, field, frozen

from siteproof.conformance.digests import Digests, block_digests
from siteproof.conformance.nbd_process import copy_to_file
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.model.nouns.subject import Image, ImageKind
from siteproof.model.nouns.vocabulary import Place

CHUNK_BLOCKS = 1024  # 4 MiB of image in memory at a time
ODD_BLOCKS_MAX = 16

Known = Callable[[int, Digests], "list[int]"]


@frozen(eq=False)
class DiskPicture:
    """One disk as the judge read it: a digest per block, and the bytes of a few blocks that nobody wrote."""

    name: str
    digests: Digests
    odd: Mapping[int, bytes] = field(factory=dict)


@define(eq=False)
class MachineImages:
    """All disks of a machine as the judge read them, or as its ledger says that they are.

    `anchored` is True once the ledger vouches for the bytes: two readings that agree with each other prove nothing.
    `point` names what was restored; `place` is the copy that was read; neither is set of what the ledger says.
    """

    machine: str
    disks: tuple[DiskPicture, ...]
    anchored: bool = False
    point: str = ""
    place: Place | None = None

    @property
    def read(self) -> bool:
        """Whether the subject showed it."""
        return self.place is not None or bool(self.point)

    def disk(self, name: str) -> DiskPicture:
        """The disk of that name; KeyError when it was not read."""
        return {disk.name: disk for disk in self.disks}[name]

    def differences(self, other: "MachineImages") -> list[tuple[str, int]]:
        """(disk, block) of every difference; a block that only one side has differs."""
        names = sorted({disk.name for disk in (*self.disks, *other.disks)})
        return [(name, block) for name in names for block in _differing(_of(self, name), _of(other, name))]


def take(image: Image, strangers: Known | None = None) -> DiskPicture:
    """Read the whole image; `strangers(first_block, digests)` names blocks whose bytes are worth keeping."""
    if image.kind is not ImageKind.NBD:  # thousands of them in a run, and no copy is made of any
        return _take(image.disk, chunks(image, Path()), strangers)
    with tempfile.TemporaryDirectory(prefix="siteproof-image-") as folder:
        return _take(image.disk, chunks(image, Path(folder)), strangers)


def chunks(image: Image, scratch: Path) -> Iterator[memoryview]:
    """The image's bytes, CHUNK_BLOCKS blocks at a time; `scratch` is an empty folder for a copy of an NBD export."""
    if image.kind is ImageKind.INLINE:
        return _slices(memoryview(image.data))
    if image.kind is ImageKind.NBD:
        return _file_chunks(copy_to_file(image.location, scratch / "export.raw"))
    return _file_chunks(Path(image.location))


def read_file(path: str) -> Digests:
    """The digests of a raw image file."""
    return take(Image("", ImageKind.PATH, path)).digests


def _take(name: str, parts: Iterator[memoryview], strangers: Known | None) -> DiskPicture:
    digests: list[Digests] = []
    odd: dict[int, bytes] = {}
    first = 0
    for part in parts:
        digests.append(block_digests(part))
        for block in (strangers(first, digests[-1]) if strangers else [])[: ODD_BLOCKS_MAX - len(odd)]:
            odd[block] = bytes(part[(block - first) * BLOCK_BYTES : (block - first + 1) * BLOCK_BYTES])
        first += len(digests[-1])
    return DiskPicture(name, np.concatenate(digests) if digests else np.zeros(0, np.uint64), odd)


def _slices(data: memoryview) -> Iterator[memoryview]:
    step = CHUNK_BLOCKS * BLOCK_BYTES
    return (data[start : start + step] for start in range(0, len(data), step))


def _file_chunks(path: Path) -> Iterator[memoryview]:
    if not path.is_file():
        raise Problem(
            f"the image {path} cannot be read",
            "the subject named a file that is not there",
            "let the adapter name a raw image file that the judge can open",
            ExitCode.CANNOT_JUDGE,
        )
    return _read_chunks(path)


def _read_chunks(path: Path) -> Iterator[memoryview]:
    """One buffer is reused: a chunk is valid until the next one is asked for."""
    with path.open("rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        buffer = memoryview(bytearray(min(CHUNK_BLOCKS * BLOCK_BYTES, max(size, BLOCK_BYTES))))
        while length := _fill(file.readinto, buffer):
            yield buffer[:length]


def _fill(readinto: Callable[[memoryview], int | None], buffer: memoryview) -> int:
    filled = 0
    while filled < len(buffer) and (count := readinto(buffer[filled:])):
        filled += count
    return filled


def _of(picture: MachineImages, name: str) -> Digests:
    return next((disk.digests for disk in picture.disks if disk.name == name), np.zeros(0, np.uint64))


def _differing(one: Digests, other: Digests) -> list[int]:
    common = min(len(one), len(other))
    found = np.flatnonzero(one[:common] != other[:common]).tolist()
    return [*found, *range(common, max(len(one), len(other)))]
