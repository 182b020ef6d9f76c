"""The replica of one machine: a chain of qcow2 layers per disk at the target, one layer per successful backup.

Rule: a backup always goes into a fresh layer, and a layer whose backup failed on any disk is deleted on all of them;
so every layer that exists is an instant of the whole machine.
"""

import contextlib

from siteproof.conformance.adapters.qemu import disks
from siteproof.conformance.adapters.qemu.monitor import CommandError
from siteproof.conformance.adapters.qemu.process import wait_for
from siteproof.conformance.adapters.qemu.sites import QemuSites
from siteproof.model.nouns.problem import ExitCode, Problem

LAYERS_MAX = 1_000
DRAIN_SECONDS_MAX = 60.0


class QemuReplica:
    """The layers of machine number `machine`; `sizes` maps the numbers of its protected disks to bytes."""

    def __init__(self, sites: QemuSites, machine: int, sizes: dict[int, int]) -> None:
        """Nothing is copied yet."""
        self.layers: list[int] = []
        self._sites = sites
        self._machine = machine
        self.sizes = sizes
        self._next = 0
        self._tracking = False
        self._lost = False

    def begin_full(self) -> bool:
        """Start copying everything as of this instant; False when the target is out of reach."""
        self.stop_tracking()
        self._tracking = self._open_layer() and self._run(disks.full_backup(self._pairs()))
        return self._tracking

    def finish(self) -> bool:
        """Wait for the running backup; its layer joins the chain, or is deleted and False returned."""
        failed = [source for source, _ in self._pairs() if not self._ended_well(source)]
        self._detach()
        if failed:
            self._drop(self._next)
        else:
            self.layers.append(self._next)
        return not failed

    def ship(self) -> bool:
        """Copy what is dirty as of this instant; True when the newest layer now equals the source at this instant."""
        if not self._sites.links[self._machine].up:
            return False
        if self._lost:
            return self._copy_again()
        if not any(self.dirty_bytes().values()):
            return True
        return self._open_layer() and self._run(disks.increment(self._pairs())) and self.finish()

    def dirty_bytes(self) -> dict[int, int]:
        """What still has to travel, by disk number, in bytes of whole granules; nothing when nothing is tracked."""
        if self._lost:
            return dict(self.sizes)
        if not self._tracking:
            return dict.fromkeys(self.sizes, 0)
        counts = disks.dirty_bytes(self._sites.sources[self._machine], [self._source(disk) for disk in self.sizes])
        return {disk: counts[self._source(disk)] for disk in self.sizes}

    def cancel(self) -> None:
        """Stop a running full backup and forget its layer."""
        for source, _ in self._pairs():
            with contextlib.suppress(CommandError):  # it may have ended by itself a moment ago
                self._sites.sources[self._machine].execute("job-cancel", id=disks.job_of(source))
        if self.finish():
            self.drop_layers_above(-1)

    def stop_tracking(self) -> None:
        """Forget which blocks have changed."""
        self._tracking = self._lost = False
        for source, _ in self._pairs():
            with contextlib.suppress(CommandError):  # there may be none, or no daemon any more
                disks.forget_changes(self._sites.sources[self._machine], source)

    def lose_tracking(self) -> None:
        """The source daemon was killed: its bitmaps cannot be trusted any more, and everything has to travel again."""
        self._lost = self._lost or self._tracking
        self._tracking = False

    def drop_layers_above(self, layer: int) -> None:
        """Delete every layer newer than `layer`; all of them for -1."""
        while self.layers and self.layers[-1] > layer:
            self._drop(self.layers.pop())

    def node(self, disk: int, layer: int) -> str:
        """The target's node that holds the disk as of the layer."""
        return f"b{self._machine}-{disk}-{layer}"

    def reopen_layers(self) -> None:
        """Open the finished layers in a new target daemon, the oldest first."""
        for disk in self.sizes:
            below = ""
            for layer in self.layers:
                disks.reopen(self._sites.target, self.node(disk, layer), self._sites.folder, below)
                below = self.node(disk, layer)

    def give_up(self) -> None:
        """The target was killed inside a full backup: end its jobs and delete the files of its half-made layer."""
        for source, remote in self._pairs():
            self._ended_well(source)
            disks.detach(self._sites.sources[self._machine], remote)
        for disk in self.sizes:
            disks.remove_file(self._sites.folder, self.node(disk, self._next))

    def _copy_again(self) -> bool:
        """A full backup into a fresh layer, with new bitmaps: nobody knows what a killed daemon's would have said."""
        self._lost = not (self.begin_full() and self.finish())
        return not self._lost

    def _source(self, disk: int) -> str:
        return f"a{self._machine}-{disk}"

    def _remote(self, disk: int) -> str:
        return f"r{self._machine}-{disk}"

    def _pairs(self) -> list[tuple[str, str]]:
        return [(self._source(disk), self._remote(disk)) for disk in self.sizes]

    def _open_layer(self) -> bool:
        if len(self.layers) >= LAYERS_MAX:
            cause = f"{LAYERS_MAX} increments have been kept"
            raise Problem("the chain of layers is full", cause, "use shorter campaigns", ExitCode.CANNOT_JUDGE)
        self._next += 1
        for disk, size in self.sizes.items():
            below = self.node(disk, self.layers[-1]) if self.layers else ""
            disks.create(self._sites.target, self.node(disk, self._next), self._sites.folder, size, below)
            disks.export(self._sites.target, self.node(disk, self._next), writable=True)
        return self._attempt(self._attach)

    def _run(self, transaction: dict[str, object]) -> bool:
        return self._attempt(lambda: self._sites.sources[self._machine].execute("transaction", **transaction))

    def _attempt(self, act: object) -> bool:
        """Whether `act` succeeded; when it failed the fresh layer is gone again."""
        assert callable(act)
        try:
            act()
        except CommandError:
            self._detach()
            self._drop(self._next)
            return False
        return True

    def _attach(self) -> None:
        entrance = self._sites.entrance(self._machine)
        for disk in self.sizes:
            disks.attach(self._sites.sources[self._machine], self._remote(disk), entrance, self.node(disk, self._next))

    def _detach(self) -> None:
        for disk in self.sizes:
            with contextlib.suppress(CommandError):  # it was never attached when the link was down
                disks.detach(self._sites.sources[self._machine], self._remote(disk))
        # The farewell of each connection is counted by the link's threads: two runs agree only when it has been.
        wait_for(self._sites.links[self._machine].drained, DRAIN_SECONDS_MAX, "the end of what is on the link")
        for disk in self.sizes:
            disks.unexport(self._sites.target, self.node(disk, self._next))

    def _drop(self, layer: int) -> None:
        for disk in self.sizes:
            disks.delete(self._sites.target, self.node(disk, layer), self._sites.folder)

    def _ended_well(self, source: str) -> bool:
        try:
            self._sites.sources[self._machine].finish_job(disks.job_of(source))
        except CommandError:
            return False
        return True
