"""One side of a differential walk: it carries an action out through the contract and says what the subject shows.

Rule: both sides are asked the same, in the same order; what a side is asked never depends on what the other has said.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial

from attrs import define, evolve, field

from siteproof.conformance import images
from siteproof.conformance.carriers.bench import Bench, Hung
from siteproof.conformance.carriers.broken import CarrierBroken, SubjectFailed
from siteproof.conformance.carriers.carrier import Carrier
from siteproof.conformance.digests import Digests
from siteproof.conformance.history import Workload
from siteproof.fuzz.actions import ActionKind, WalkAction
from siteproof.fuzz.against.shown import NEWEST, RUNNING, SideShown
from siteproof.model.nouns.commands import Command, Refusal
from siteproof.model.nouns.errors import Refused
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.profile import CORE
from siteproof.model.nouns.scenario import Scenario
from siteproof.model.nouns.subject import DiskAddress, FaultKind, Unsupported, Write
from siteproof.model.nouns.vocabulary import Protection, Resync, Selection
from siteproof.model.spec.lifecycle.table import running_place

NOISE_BYTES = 64
POINT_MS = (CORE.crash_consistent_minutes * 60 + 6) * 1000  # by then a crash-consistent point has been taken
LEVELLING = frozenset({FaultKind.LINK_DOWN, FaultKind.SITE_DOWN, FaultKind.AGENT_CRASH, FaultKind.TARGET_CRASH,
                       FaultKind.FORCED_SHUTDOWN, FaultKind.LOW_MEMORY})  # fmt: skip
"""Before these both sides are flushed and settled: what is under way when they strike is a matter of pace."""


@define
class Side:
    """A subject in a scenario; `views` is what each machine showed last."""

    bench: Bench
    scenario: Scenario
    workload: Workload
    views: dict[str, Observation] = field(factory=dict)
    _sizes: dict[tuple[str, str], int] = field(factory=dict)
    _powerless: set[str] = field(factory=set)

    def begin(self) -> SideShown:
        """Reset to the scenario."""
        self._sizes = {(spec.name, disk.name): disk.blocks for spec in self.scenario.machines for disk in spec.disks}
        return self._shown(self._reset, pictures=False)

    def take(self, action: WalkAction) -> SideShown:
        """Carry an action out, and look."""
        return self._shown(partial(self._asked, action=action), pictures=action.kind is ActionKind.CHECKPOINT)

    def _shown(self, ask: Callable[[Carrier], str], *, pictures: bool) -> SideShown:
        """Whatever the subject does instead of answering is told, and stands for its answer."""
        try:
            said = self.bench.run(ask)
            self.views = self.bench.run(self._observed)
            read = dict(self.bench.run(lambda carrier: list(self._pictures(carrier)))) if pictures else {}
            return SideShown(said, self.views, read)
        except Hung as hung:
            return SideShown("", self.views, {}, f"hangs: {hung}")
        except (SubjectFailed, CarrierBroken) as broken:
            return SideShown("", self.views, {}, str(broken))

    def _reset(self, carrier: Carrier) -> str:
        carrier.reset(self.scenario)
        return ""

    def _observed(self, carrier: Carrier) -> dict[str, Observation]:
        return {spec.name: carrier.observe(spec.name) for spec in self.scenario.machines}

    # -- what is asked ------------------------------------------------------------------------------------------------

    def _asked(self, carrier: Carrier, action: WalkAction) -> str:
        steps: Mapping[ActionKind, Callable[[Carrier, WalkAction], str | None]] = {
            ActionKind.WRITE: self._write,
            ActionKind.DISCARD: self._discard,
            ActionKind.FLUSH: self._flush,
            ActionKind.COMMAND: self._command,
            ActionKind.FAULT: self._fault,
            ActionKind.ADVANCE: lambda carrier, action: carrier.advance(action.milliseconds),
            ActionKind.SETTLE: lambda carrier, _: carrier.settle(),
            ActionKind.CHECKPOINT: self._checkpoint,
        }
        try:
            return steps[action.kind](carrier, action) or ""
        except Refused:
            return "refused"
        except Unsupported:
            return "unsupported"

    def _on_disk(self, action: WalkAction) -> tuple[int, ...]:
        """What lies on the disk; none of it while the machine is off."""
        view = self.views[action.machine]
        if running_place(view.regions) not in view.running:
            return ()
        return tuple(block for block in action.blocks if block < self._sizes[action.machine, action.disk])

    def _write(self, carrier: Carrier, action: WalkAction) -> None:
        blocks = self._on_disk(action)
        names = [spec.name for spec in self.scenario.machines]
        disks = [disk.name for disk in self.scenario.machine(action.machine).disks]
        place = names.index(action.machine), disks.index(action.disk)
        stamped: tuple[Write, ...] = self.workload.stamped(*place, blocks, 0, NOISE_BYTES)
        if stamped:
            carrier.write(DiskAddress(action.machine, action.disk), stamped)

    def _discard(self, carrier: Carrier, action: WalkAction) -> None:
        for block in self._on_disk(action):
            carrier.discard(DiskAddress(action.machine, action.disk), block, 1)

    def _flush(self, carrier: Carrier, action: WalkAction) -> None:
        view = self.views[action.machine]
        if running_place(view.regions) in view.running:
            carrier.flush(DiskAddress(action.machine, action.disk))

    def _command(self, carrier: Carrier, action: WalkAction) -> str:
        """Level first, and always the newest state: which older point there is, is a matter of rhythm."""
        assert action.command is not None
        self._level(carrier, action.machine)
        answer = carrier.do(_newest(action.command))
        if not action.hold:
            carrier.settle()
        return "refused" if isinstance(answer, Refusal) else "accepted"

    def _fault(self, carrier: Carrier, action: WalkAction) -> None:
        fault = action.fault
        assert fault is not None
        if fault.kind is FaultKind.DISK_RESIZED:
            if fault.amount <= self._sizes[fault.machine, fault.disk]:
                return
            self._sizes[fault.machine, fault.disk] = fault.amount
        if fault.kind in LEVELLING:
            self._level(carrier, action.machine)
        if fault.kind in (FaultKind.SITE_DOWN, FaultKind.SITE_UP):
            (set.add if fault.kind is FaultKind.SITE_DOWN else set.discard)(self._powerless, fault.machine)
        carrier.fault(fault)

    def _level(self, carrier: Carrier, machine: str) -> None:
        """Everything that was written is on its disk, and has travelled if it can."""
        with suppress(Refused, Unsupported):
            for disk in self.scenario.machine(machine).disks:
                carrier.flush(DiskAddress(machine, disk.name))
        carrier.settle()

    def _checkpoint(self, carrier: Carrier, _: WalkAction) -> None:
        for spec in self.scenario.machines:
            self._level(carrier, spec.name)
        carrier.advance(POINT_MS)
        carrier.settle()

    # -- what is read -------------------------------------------------------------------------------------------------

    def _pictures(self, carrier: Carrier) -> Iterator[tuple[tuple[str, str], Digests]]:
        for spec in self.scenario.machines:
            if spec.name not in self._powerless and not self.views[spec.name].running_job:
                for disk in spec.disks:
                    picture = images.take(carrier.read(DiskAddress(spec.name, disk.name)))
                    yield (f"{spec.name} {RUNNING}", disk.name), picture.digests
                yield from self._newest_point(carrier, spec.name)

    def _newest_point(self, carrier: Carrier, machine: str) -> Iterator[tuple[tuple[str, str], Digests]]:
        """Where everything has travelled, the newest point holds everything."""
        view = self.views[machine]
        travelled = view.link_up and view.regions.resync is Resync.NONE and not any(d.dirty_blocks for d in view.disks)
        if not (view.points and travelled and view.regions.protection is Protection.PROTECTED):
            return
        newest = max(view.points, key=lambda point: point.sequence)
        for image in carrier.restore(machine, newest.name):
            picture = images.take(image)
            yield (f"{machine} {NEWEST}", image.disk), picture.digests


def _newest(command: Command) -> Command:
    return evolve(command, selection=Selection.LATEST, point="")
