"""A drive: a scenario and steps as data, carried out on a subject through its contract, every answer kept.

Rule: carrying out draws nothing and judges nothing; a step that makes no sense in a shortened drive is asked all the
same, and the refusal is its answer.
"""

import hashlib
from collections.abc import Callable, Iterator
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from attrs import define, evolve, field, frozen

from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.errors import Refused
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.scenario import MachineSpec, Scenario
from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.model.nouns.subject import DiskAddress, Fault, FaultKind, Image, ImageKind, Subject, Unsupported, Write
from siteproof.model.nouns.vocabulary import Place

NOISE_BYTES = 64
PROBLEM = "problem: "


class DriveAct(StrEnum):
    """What a step asks for."""

    WRITE = "write"
    ZERO = "write zeros"
    FLUSH = "flush"
    DISCARD = "discard"
    COMMAND = "command"
    FAULT = "fault"
    ADVANCE = "advance"
    SETTLE = "settle"
    READ = "read"
    RESTORE = "restore"


@frozen
class DriveStep:
    """One step. `machine`, `disk` and `point` are indexes; a point's counts from the newest that is listed then."""

    do: DriveAct
    machine: int = 0
    disk: int = 0
    blocks: tuple[int, ...] = ()
    amount: int = 0  # blocks of a discard or resize, milliseconds of an advance or a clock jump
    command: Command | None = None
    point: int = 0
    fault: FaultKind | None = None
    place: Place = Place.ACTIVE

    def __str__(self) -> str:
        """One line for a trace."""
        who = f"machine {self.machine}" + (f" disk {self.disk}" if self.disk else "")
        if self.command is not None:
            choice = f" {self.command.selection.value}" if self.command.point else ""
            return f"{self.command.verb.value} {who}{choice}"
        if self.fault is not None:
            return f"fault {self.fault.value} {who}" + (f" {self.amount}" if self.amount else "")
        if self.do in (DriveAct.ADVANCE, DriveAct.SETTLE):
            return f"{self.do.value}" + (f" {self.amount} ms" if self.amount else "")
        more = f" blocks {', '.join(map(str, self.blocks))}" if self.blocks else ""
        return f"{self.do.value} {who}{more}" + (f" at {self.place.value}" if self.do is DriveAct.READ else "")


@frozen
class Drive:
    """Steps in a scenario."""

    scenario: Scenario
    steps: tuple[DriveStep, ...]


@frozen
class StepAnswer:
    """What one step was answered, and what every machine showed after it; `crashed` when it was no answer at all."""

    said: Any
    seen: tuple[Any, ...]
    crashed: bool = False

    @property
    def broken(self) -> bool:
        """Whether the subject broke down, or named a defect of its own, instead of answering."""
        return self.crashed or str(self.said).startswith(PROBLEM)

    def digest(self) -> bytes:
        """Sixteen bytes that tell this answer from any other."""
        return hashlib.blake2b(msgspec.json.encode((self.said, self.seen)), digest_size=16).digest()


@define
class Driving:
    """A subject on a drive; `seen` is what each machine showed last."""

    subject: Subject
    scenario: Scenario
    seen: dict[str, Observation] = field(factory=dict)
    _sequence: int = 0
    _sizes: dict[tuple[int, int], int] = field(factory=dict)

    def begin(self) -> StepAnswer:
        """Reset to the scenario."""
        for m, spec in enumerate(self.scenario.machines):
            self._sizes.update({(m, d): disk.blocks for d, disk in enumerate(spec.disks)})
        return self._answered(lambda: self.subject.reset(self.scenario))

    def take(self, step: DriveStep) -> StepAnswer:
        """Ask for one step, then look at every machine."""
        return self._answered(lambda: self._asking(step.do)(step))

    def _asking(self, do: DriveAct) -> Callable[[DriveStep], Any]:
        asking: dict[DriveAct, Callable[[DriveStep], Any]] = {
            DriveAct.WRITE: self._write,
            DriveAct.ZERO: self._write,
            DriveAct.FLUSH: lambda step: self.subject.flush(self._address(step)),
            DriveAct.DISCARD: self._discard,
            DriveAct.COMMAND: self._command,
            DriveAct.FAULT: self._fault,
            DriveAct.ADVANCE: lambda step: self.subject.advance(step.amount),
            DriveAct.SETTLE: lambda _: self.subject.settle(),
            DriveAct.READ: self._read,
            DriveAct.RESTORE: self._restore,
        }
        return asking[do]

    def _answered(self, ask: Callable[[], Any]) -> StepAnswer:
        said, crashed = _said(ask)
        if crashed:
            return StepAnswer(said, (), crashed=True)
        shown = [_said(partial(self.subject.observe, each.name)) for each in self.scenario.machines]
        self.seen.update({each.name: view for each, (view, _) in zip(self.scenario.machines, shown, strict=True)
                          if isinstance(view, Observation)})  # fmt: skip
        return StepAnswer(said, tuple(view for view, _ in shown), crashed=any(broke for _, broke in shown))

    # -- steps

    def _spec(self, step: DriveStep) -> MachineSpec:
        return self.scenario.machines[step.machine % len(self.scenario.machines)]

    def _address(self, step: DriveStep) -> DiskAddress:
        spec = self._spec(step)
        return DiskAddress(spec.name, spec.disks[step.disk % len(spec.disks)].name, step.place)

    def _size(self, step: DriveStep) -> int:
        spec = self._spec(step)
        return self._sizes[step.machine % len(self.scenario.machines), step.disk % len(spec.disks)]

    def _write(self, step: DriveStep) -> None:
        self.subject.write(self._address(step), tuple(self._writes(step)))

    def _writes(self, step: DriveStep) -> Iterator[Write]:
        size, zeros = self._size(step), bytes(BLOCK_BYTES) if step.do is DriveAct.ZERO else b""
        for block in step.blocks:
            self._sequence += 1
            yield Write(block % size, self._sequence, 0, NOISE_BYTES, 0, step.machine, step.disk, zeros)

    def _discard(self, step: DriveStep) -> None:
        size = self._size(step)
        first = step.blocks[0] % size
        self.subject.discard(self._address(step), first, min(step.amount, size - first))

    def _command(self, step: DriveStep) -> Any:
        assert step.command is not None
        point = self._point(step) if step.command.point else ""
        return self.subject.do(evolve(step.command, machine=self._spec(step).name, point=point))

    def _point(self, step: DriveStep) -> str:
        view = self.seen.get(self._spec(step).name)
        names = [point.name for point in view.points] if view else []
        return names[-1 - step.point % len(names)] if names else "no-such-point"

    def _fault(self, step: DriveStep) -> None:
        assert step.fault is not None
        address, amount = self._address(step), step.amount
        resizes = step.fault is FaultKind.DISK_RESIZED
        if resizes:
            amount += self._size(step)
        self.subject.fault(Fault(step.fault, address.machine, address.disk if resizes else "", amount))
        if resizes:
            self._sizes[step.machine % len(self.scenario.machines), step.disk % len(self._spec(step).disks)] = amount

    def _read(self, step: DriveStep) -> Any:
        return _digest_of(self.subject.read(self._address(step)))

    def _restore(self, step: DriveStep) -> Any:
        return [_digest_of(each) for each in self.subject.restore(self._spec(step).name, self._point(step))]


def _said(ask: Callable[[], Any]) -> tuple[Any, bool]:
    """The answer, a refusal among them; True beside it when the subject broke down instead."""
    try:
        return ask(), False
    except Refused as refused:
        return f"refused: {refused.code.value}", False
    except Unsupported:
        return "unsupported", False
    except Problem as problem:
        return f"{PROBLEM}{problem.problem}", False
    except Exception as error:  # noqa: BLE001  (a mutant may break down in any way)
        return f"crash: {type(error).__name__}", True


def _digest_of(image: Image) -> tuple[str, str]:
    data = Path(image.location).read_bytes() if image.kind is ImageKind.PATH else image.data
    return image.disk, hashlib.blake2b(data, digest_size=16).hexdigest()


def answers(subject: Subject, drive: Drive) -> Iterator[StepAnswer]:
    """What the subject answers, step by step; the reset comes first."""
    driving = Driving(subject, drive.scenario)
    yield driving.begin()
    for step in drive.steps:
        yield driving.take(step)
