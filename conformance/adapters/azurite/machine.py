"""One machine's disks: files at home, page blobs in the store, and what an appliance would do with them.

Rule: a shipment counts when its last page and a snapshot of every disk have been acknowledged; points, drills and
failovers stand on such snapshots alone.
"""

import contextlib
import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path

from siteproof.conformance.adapters.azurite.server import AzuriteServer
from siteproof.conformance.adapters.azurite.store import PUT_BYTES_MAX
from siteproof.conformance.adapters.frame.files import DiskFiles
from siteproof.conformance.adapters.frame.product import ForeignProduct, ProductTrouble
from siteproof.model.nouns.scenario import DiskSpec
from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.model.nouns.vocabulary import Place

BLOCKS_OF_A_PUT = PUT_BYTES_MAX // BLOCK_BYTES
Sealed = dict[int, str]  # the snapshot of each disk that belongs to one shipment


class Copying(StrEnum):
    """How a writable disk is made of a snapshot."""

    COPY_BLOB = "copy_blob"  # by the store
    READ_AND_PUT = "read_and_put"  # by the appliance, through its own hands


class AzuriteMachine(ForeignProduct):
    """Files in `folder`, blobs called after `prefix`."""

    def __init__(
        self, server: AzuriteServer, container: str, folder: Path, specs: Sequence[DiskSpec], copying: Copying
    ) -> None:
        """The disks are there, and hold what the scenario says; `folder` is empty."""
        self._server, self._prefix, self._copying = server, folder.name, copying
        self._here, self._there = (server.store(container, by_link=each) for each in (True, False))
        (folder / "disks").mkdir(parents=True)
        self._folder, self._specs = folder, specs
        self._files = DiskFiles(folder / "disks", specs, folder)
        self._dirty: defaultdict[int, set[int]] = defaultdict(set)
        self._disks: tuple[int, ...] = ()
        self._marks: dict[str, Sealed] = {}
        self._sealed: Sealed = {}
        self._taken: Sealed = {}
        self._count = itertools.count()
        self._lives = itertools.count(1)
        self._life = 0
        self._began_bytes = server.link.bytes_sent

    @property
    def bytes_sent(self) -> int:
        """Of all machines: there is one link."""
        return self._server.link.bytes_sent - self._began_bytes

    @property
    def link_up(self) -> bool:
        """See Product."""
        return self._server.link.up

    def write(self, place: Place, disk: int, offset: int, data: bytes) -> None:
        """At home into the file, elsewhere into the blob that the machine runs on."""
        if place is not Place.PRIMARY:
            self._there.put(self._blob(disk, place), offset, data)
            return
        self._files.write(disk, offset, data)
        self._dirty[disk].update(range(offset // BLOCK_BYTES, (offset + len(data)) // BLOCK_BYTES))

    def zero(self, place: Place, disk: int, offset: int, length: int) -> None:
        """Zeros, which travel as Clear Pages."""
        self.write(place, disk, offset, bytes(length))

    def flush(self, place: Place, disk: int) -> None:
        """Every page that was acknowledged is supposed to be safe."""

    def dump(self, place: Place, disk: int) -> Path:
        """See Product."""
        if place is Place.PRIMARY:
            return self._files.copy(disk)
        return self._kept(self._there.read(self._blob(disk, place)))

    def enable(self, disks: tuple[int, ...]) -> None:
        """Page blobs of zeros, and everything that is none is put."""
        self._life = next(self._lives)
        self._disks = disks
        for disk in disks:
            self._here.make(self._blob(disk), self._specs[disk].size_bytes)
            self._dirty[disk] = set(range(self._specs[disk].blocks))
        self.ship()

    def ship(self) -> None:
        """Every dirty range is put, then every disk gets the snapshot that seals this shipment."""
        for disk in self._disks:
            for run in _runs(self._dirty[disk]):
                self._put(disk, run)
        self._seal({disk: self._here.snapshot(self._blob(disk)) for disk in self._disks})

    def mark(self, point: str, *, running: bool) -> None:
        """A point is a shipment whose snapshots are kept."""
        self._marks[point] = self._taken if running else self._sealed

    def drop(self, point: str) -> None:
        """See Product."""
        self._let_go(self._marks.pop(point, {}))

    def restore(self, point: str, disk: int) -> Path:
        """See Product."""
        return self._kept(self._there.read(self._blob(disk), self._marks[point][disk]))

    def start_test(self, point: str) -> None:
        """See Product."""
        self._stand_up(Place.TEST, self._marks[point])

    def end_test(self) -> None:
        """See Product."""
        self._take_down(Place.TEST)

    def fail_over(self, point: str, *, reachable: bool) -> None:
        """With the source in reach what is left is shipped; then a copy of that shipment, or of a point's, runs."""
        if reachable:
            with contextlib.suppress(ProductTrouble):  # the link may die on the way: what was sealed has to do
                self.ship()
        self._server.revive()
        self._taken = self._marks[point] if point else self._sealed
        self._stand_up(Place.RECOVERY, self._taken)

    def change_point(self, point: str) -> None:
        """See Product."""
        self._take_down(Place.RECOVERY)
        self._stand_up(Place.RECOVERY, self._marks[point])

    def forget(self) -> None:
        """The replicas go; what runs stays."""
        for disk in self._disks:
            with contextlib.suppress(ProductTrouble):  # the store may have lost it
                self._there.drop(self._blob(disk))
        self._disks, self._sealed = (), {}

    def cut(self) -> None:
        """See Product."""
        self._server.link.cut()

    def heal(self) -> None:
        """See Product."""
        self._server.link.heal()

    def crash_target(self) -> None:
        """SIGKILL for the store."""
        self._server.crash()

    def revive(self) -> None:
        """See Product."""
        self._server.revive()

    def _put(self, disk: int, run: range) -> None:
        """What is written while it travels stays dirty; so does what the store did not take."""
        self._dirty[disk].difference_update(run)
        try:
            data = self._files.read(disk, run.start * BLOCK_BYTES, len(run) * BLOCK_BYTES)
            self._here.put(self._blob(disk), run.start * BLOCK_BYTES, data)
        except ProductTrouble:
            self._dirty[disk].update(run)
            raise

    def _seal(self, sealed: Sealed) -> None:
        before, self._sealed = self._sealed, sealed
        self._let_go(before)

    def _let_go(self, sealed: Sealed) -> None:
        if sealed and sealed not in (self._sealed, self._taken, *self._marks.values()):
            for disk, snapshot in sealed.items():
                with contextlib.suppress(ProductTrouble):  # one that is left costs nothing but room
                    self._there.drop(self._blob(disk), snapshot)

    def _stand_up(self, place: Place, sealed: Sealed) -> None:
        for disk, snapshot in sealed.items():
            if self._copying is Copying.COPY_BLOB:
                self._there.copy(self._blob(disk), snapshot, self._blob(disk, place))
            else:
                self._put_anew(self._blob(disk, place), self._there.read(self._blob(disk), snapshot))

    def _put_anew(self, blob: str, data: bytes) -> None:
        self._there.make(blob, len(data))
        for offset in range(0, len(data), PUT_BYTES_MAX):
            self._there.put(blob, offset, data[offset : offset + PUT_BYTES_MAX])

    def _take_down(self, place: Place) -> None:
        for disk in self._disks:
            self._there.drop(self._blob(disk, place))

    def _blob(self, disk: int, place: Place = Place.PRIMARY) -> str:
        """The replica of a disk, or the copy that runs at a place."""
        what = "replica" if place is Place.PRIMARY else place.value
        return f"{self._prefix}-{self._life}-{what}-{disk}"

    def _kept(self, data: bytes) -> Path:
        path = self._folder / f"read{next(self._count)}.raw"
        path.write_bytes(data)
        return path


def _runs(blocks: set[int]) -> Iterator[range]:
    """Neighbouring blocks together, as many as one request may carry."""
    run = range(0)
    for block in sorted(blocks):
        if block != run.stop or len(run) == BLOCKS_OF_A_PUT:
            if run:
                yield run
            run = range(block, block)
        run = range(run.start, block + 1)
    if run:
        yield run
