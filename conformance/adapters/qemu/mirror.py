"""QEMU's continuous mirror of one machine: a `blockdev-mirror` job per disk, and layers of the replica as points.

Rule: the job's own figures say whether it has caught up, and a job that an error stopped is resumed, as QEMU documents
it; what the target had acknowledged before is never sent again behind QEMU's back.
"""

import contextlib
import os
import signal
from collections.abc import Iterator
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

from siteproof.conformance.adapters.frame.link import Link
from siteproof.conformance.adapters.frame.product import ForeignProduct, ProductTrouble
from siteproof.conformance.adapters.qemu import disks
from siteproof.conformance.adapters.qemu.copies import DiskCopies
from siteproof.conformance.adapters.qemu.monitor import CommandError
from siteproof.conformance.adapters.qemu.process import wait_for
from siteproof.conformance.adapters.qemu.sites import QemuSites
from siteproof.conformance.adapters.qemu.workload import NbdExports
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.scenario import DiskSpec
from siteproof.model.nouns.vocabulary import Place

READY_SECONDS_MAX = 60.0
GRANULARITY_BYTES = 4096


class CopyMode(StrEnum):
    """QEMU's `copy-mode` of a mirror."""

    BACKGROUND = "background"
    WRITE_BLOCKING = "write-blocking"


class Layers:
    """The replica's chain of layers per disk; the newest one is what the mirror writes to."""

    def __init__(self, machine: int, sizes: dict[int, int], life: int) -> None:
        """One layer; `life` tells replicas apart that a machine had one after the other."""
        self.sizes = sizes
        self.newest = 0
        self._name = f"m{machine}-{life}"

    def node(self, disk: int, layer: int) -> str:
        """The target's node of a disk's layer."""
        return f"{self._name}-{disk}-{layer}"


class QemuMirror(ForeignProduct):
    """Machine number `index`, mirrored in one mode."""

    def __init__(
        self, sites: QemuSites, exports: NbdExports, index: int, specs: tuple[DiskSpec, ...], mode: CopyMode
    ) -> None:
        """Its disks run at the source, nothing is mirrored."""
        self._sites, self._exports, self._index, self._mode = sites, exports, index, mode
        self._specs = specs
        self._copies = DiskCopies(sites, exports, index)
        self._layers = Layers(index, {}, 0)
        self._lives = 0
        self._marks: dict[str, int] = {}
        self._mirrors = False
        self._dead = False
        self._taken = 0  # the layer on which what took over stands
        self._copies.make_source(specs)

    @property
    def bytes_sent(self) -> int:
        """See Product."""
        return self.link.bytes_sent

    @property
    def link_up(self) -> bool:
        """See Product."""
        return self.link.up

    @property
    def link(self) -> Link:
        """The line of this machine."""
        return self._sites.links[self._index]

    def write(self, place: Place, disk: int, offset: int, data: bytes) -> None:
        """See Product."""
        self._exports.connection(self._copies.node(place, disk)).write(offset, data)

    def zero(self, place: Place, disk: int, offset: int, length: int) -> None:
        """NBD write zeroes."""
        self._exports.connection(self._copies.node(place, disk)).zero(offset, length)

    def flush(self, place: Place, disk: int) -> None:
        """See Product."""
        self._exports.connection(self._copies.node(place, disk)).flush()

    def dump(self, place: Place, disk: int) -> Path:
        """See Product."""
        image = self._exports.read(self._copies.daemon(place), self._copies.node(place, disk), str(disk))
        return Path(image.location)

    def enable(self, disks_: tuple[int, ...]) -> None:
        """A replica of zeros, and a full mirror into it."""
        self._lives += 1
        sizes = {each: self._specs[each].size_bytes for each in disks_}
        self._layers = Layers(self._index, sizes, self._lives)
        for disk, size in self._layers.sizes.items():
            node = self._layers.node(disk, 0)
            disks.create(self._sites.target, node, self._sites.folder, size)
            self._export(disk)
            disks.attach(self._source, self._remote(disk), self._sites.entrance(self._index), self._door(disk))
            self._start(disk)
        self._mirrors = True
        self.ship()

    def ship(self) -> None:
        """The jobs run until they have caught up, and stand still again: between two calls no time passes.

        A write-blocking mirror copies each write all the same; only what lies behind it waits.
        """
        with _troubled():
            self._every_job("block-job-resume")
            try:
                wait_for(self._caught_up, READY_SECONDS_MAX, "the mirror")
            finally:
                self._every_job("block-job-pause")

    def mark(self, point: str, *, running: bool) -> None:
        """A new layer on every disk; what was newest until now is the point."""
        with _troubled():
            self._marks[point] = self._taken if running else self._new_layer()

    def drop(self, point: str) -> None:
        """The layer stays below the others; only its name goes."""
        self._marks.pop(point, None)

    def restore(self, point: str, disk: int) -> Path:
        """See Product."""
        node = self._layers.node(disk, self._marks[point])
        return Path(self._exports.read(self._sites.target, node, str(disk)).location)

    def start_test(self, point: str) -> None:
        """An overlay on the point's layer."""
        self._copies.stand_up(Place.TEST, self._layers, self._marks[point])

    def end_test(self) -> None:
        """See Product."""
        self._copies.take_down(Place.TEST)

    def fail_over(self, point: str, *, reachable: bool) -> None:
        """With the source in reach the mirror ends in step; then an overlay stands on what there is."""
        self._copies.switch_off(Place.PRIMARY)
        if reachable:
            with contextlib.suppress(ProductTrouble):  # the link may die on the way: what has arrived has to do
                self.ship()
        with _troubled():
            self._take_over(point)

    def change_point(self, point: str) -> None:
        """See Product."""
        self._copies.take_down(Place.RECOVERY)
        self._copies.stand_up(Place.RECOVERY, self._layers, self._marks[point])

    def forget(self) -> None:
        """See Product."""
        self._end()

    def cut(self) -> None:
        """See Product."""
        self.link.cut()

    def heal(self) -> None:
        """See Product."""
        self.link.heal()

    def crash_target(self) -> None:
        """SIGKILL for the target's daemon."""
        self._dead = True
        os.kill(self._sites.target.pid, signal.SIGKILL)

    def revive(self) -> None:
        """A new target daemon opens what the old one left, and exports the replica as before."""
        if not self._dead:
            return
        self._dead = False
        self._copies.target_killed()
        self._sites.restart_target()
        for disk in self._layers.sizes:
            below = ""
            for layer in range(self._layers.newest + 1):
                node = self._layers.node(disk, layer)
                disks.reopen(self._sites.target, node, self._sites.folder, below)
                below = node
            if self._mirrors:
                self._export(disk)
        self._copies.target_restarted()

    def _take_over(self, point: str) -> None:
        self.revive()
        self._end()
        self._taken = self._marks[point] if point else self._new_layer()
        self._copies.stand_up(Place.RECOVERY, self._layers, self._taken)

    @property
    def _source(self) -> Any:
        return self._sites.sources[self._index]

    def _node(self, disk: int) -> str:
        return f"a{self._index}-{disk}"

    def _remote(self, disk: int) -> str:
        return f"r{self._index}-{disk}"

    def _door(self, disk: int) -> str:
        """The export through which the mirror comes in, whatever layer is behind it."""
        return f"in{self._index}-{disk}"

    def _job(self, disk: int) -> str:
        return f"mirror{self._index}-{disk}"

    def _start(self, disk: int) -> None:
        self._source.execute(
            "blockdev-mirror",
            job_id=self._job(disk),
            device=self._node(disk),
            target=self._remote(disk),
            sync="full",
            copy_mode=self._mode.value,
            granularity=GRANULARITY_BYTES,
            on_target_error="stop",
            auto_dismiss=True,
        )

    def _every_job(self, command: str) -> None:
        for disk in self._layers.sizes:
            with contextlib.suppress(CommandError):  # one that an error has stopped is not ours to let run
                self._source.execute(command, device=self._job(disk))

    def _caught_up(self) -> bool:
        self.revive()
        if not self.link.up:
            raise CommandError("the link is down")
        nodes = [self._node(disk) for disk in self._layers.sizes]
        waiting = disks.dirty_bytes(self._source, nodes)  # asked first: a job's figures are as old as its last turn
        jobs = {each["device"]: each for each in self._source.execute("query-block-jobs")}
        in_step = [self._is_in_step(jobs.get(self._job(disk)), self._job(disk)) for disk in self._layers.sizes]
        return all(in_step) and not any(waiting.values())

    def _is_in_step(self, job: dict[str, Any] | None, name: str) -> bool:
        if job is None:
            raise CommandError(f"QEMU has ended {name}")
        if job["io-status"] != "ok":
            with contextlib.suppress(CommandError):  # the line may not be there again yet
                self._source.execute("block-job-resume", device=name)
            return False
        return bool(job["ready"] and job["len"] == job["offset"])

    def _new_layer(self) -> int:
        """What was newest, now closed to the mirror."""
        closed = self._layers.newest
        for disk, size in self._layers.sizes.items():
            below, node = self._layers.node(disk, closed), self._layers.node(disk, closed + 1)
            disks.create_overlay(self._sites.target, node, self._sites.folder, size, below)
        self._layers.newest = closed + 1
        return closed

    def _export(self, disk: int) -> None:
        """Under the name that the mirror knows, whatever layer is the newest."""
        node = self._layers.node(disk, self._layers.newest)
        name = self._door(disk)
        self._sites.target.execute("block-export-add", type="nbd", id=name, node_name=node, name=name, writable=True)

    def _end(self) -> None:
        """The mirror is over, however it stands, and nobody writes to the replica any more."""
        if not self._mirrors:
            return
        self._mirrors = False
        for disk in self._layers.sizes:
            with contextlib.suppress(CommandError):
                self._source.execute("block-job-cancel", device=self._job(disk), force=True)
            wait_for(partial(self._has_ended, self._job(disk)), READY_SECONDS_MAX, "the end of the mirror")
            with contextlib.suppress(CommandError):
                disks.detach(self._source, self._remote(disk))
            disks.unexport(self._sites.target, self._door(disk))

    def _has_ended(self, job: str) -> bool:
        return job not in {each["device"] for each in self._source.execute("query-block-jobs")}


@contextlib.contextmanager
def _troubled() -> Iterator[None]:
    """What a daemon refuses, or does not live to answer, is a job that failed."""
    try:
        yield
    except (Problem, CommandError) as error:
        raise ProductTrouble(str(error)) from error
