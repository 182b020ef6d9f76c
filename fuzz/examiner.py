"""The examiner carries out actions on a subject, looks after every one, and lets the auditor judge what is seen.

Rule: it acts and judges nothing by itself: states, answers and figures are the auditor's, bytes the closing audit's.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from attrs import define, field

from siteproof.conformance import together, verify
from siteproof.conformance.auditor import closing, landings
from siteproof.conformance.lab import Lab, Machine
from siteproof.fuzz import administering, liveness
from siteproof.fuzz.actions import ActionKind, Strike, WalkAction
from siteproof.fuzz.cells import CellTrouble, CoverageCell, cell_of
from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.groups import GroupCommand
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.subject import FaultKind
from siteproof.model.spec.lifecycle.table import running_place


@define
class Examiner:
    """One subject under examination; `cells` collects what was done where, under which trouble."""

    lab: Lab
    machines: Mapping[str, Machine]
    cells: set[CoverageCell] = field(factory=set)
    _troubles: dict[str, CellTrouble] = field(factory=dict)
    _landings: dict[str, int] = field(factory=dict)  # of each machine how many moves of production have been judged

    def views(self) -> dict[str, Observation]:
        """What the subject shows of every machine now."""
        return {name: self.lab.observe(machine) for name, machine in self.machines.items()}

    def carry_out(self, action: WalkAction) -> None:
        """Do it; raises verify.Failed when the subject contradicts the model or loses bytes."""
        machine = self.machines[action.machine or next(iter(self.machines))]
        trouble = self._troubles.setdefault(machine.name, CellTrouble())
        self._note(action, self.lab.observe(machine), trouble)
        trouble.hear(action)
        steps: dict[ActionKind, Callable[[Machine, WalkAction], None]] = {
            ActionKind.WRITE: self._write,
            ActionKind.DISCARD: self._discard,
            ActionKind.FLUSH: self._flush,
            ActionKind.COMMAND: self._command,
            ActionKind.FAULT: self._fault,
            ActionKind.ADVANCE: lambda _, each: self.lab.advance(milliseconds=each.milliseconds),
            ActionKind.SETTLE: lambda _, __: self.lab.settle(),
            ActionKind.ADMINISTER: self._administer,
            ActionKind.GROUP: lambda _, each: self._group(each),
            ActionKind.CHECKPOINT: lambda machine, _: self._checkpoint(machine),
        }
        with self._planned(machine, action.plan):
            steps[action.kind](machine, action)

    def end(self) -> None:
        """Safety first: the closing audit of the walk; then liveness: mended, every machine comes to rest."""
        closing.audit(self.lab)
        liveness.converge(self.lab, self.machines.values())

    def _note(self, action: WalkAction, view: Observation, trouble: CellTrouble) -> None:
        self.cells.add(cell_of(action.what, view, trouble))
        self.cells.update(cell_of(strike.kind.value, view, trouble) for strike in action.plan)

    @contextlib.contextmanager
    def _planned(self, machine: Machine, plan: tuple[Strike, ...]) -> Iterator[None]:
        """The faults of the plan can strike while this is open."""
        if not plan:
            yield
            return
        with self.lab.inside(machine) as arrangement:
            for strike in plan:
                arrangement.fault(strike.kind, after_ms=strike.after_ms, after_bytes=strike.after_bytes)
            arrangement.armed()
            yield

    def _write(self, machine: Machine, action: WalkAction) -> None:
        blocks = self._on_disk(machine, action)
        if blocks and self._runs(machine):
            self.lab.write(machine, blocks, disk=action.disk)

    def _discard(self, machine: Machine, action: WalkAction) -> None:
        for block in self._on_disk(machine, action) if self._runs(machine) else ():
            self.lab.discard(machine, block, 1, disk=action.disk)

    def _flush(self, machine: Machine, action: WalkAction) -> None:
        if self._runs(machine):
            self.lab.flush(machine, action.disk)

    def _runs(self, machine: Machine) -> bool:
        """A machine that is off takes no writes; whether it may be off is the auditor's word."""
        seen = self.lab.observe(machine)
        return running_place(seen.regions) in seen.running

    def _on_disk(self, machine: Machine, action: WalkAction) -> tuple[int, ...]:
        """A shortened walk may have left out that a disk grew."""
        size = self.lab.history.ledger(machine.name, action.disk).blocks
        return tuple(block for block in action.blocks if block < size)

    def _fault(self, machine: Machine, action: WalkAction) -> None:
        fault = action.fault
        assert fault is not None
        if fault.kind is FaultKind.DISK_RESIZED:
            size = self.lab.history.ledger(machine.name, fault.disk).blocks
            if fault.amount <= size:
                return
        self.lab.fault(fault.kind, machine, fault.disk, fault.amount)

    def _command(self, machine: Machine, action: WalkAction) -> None:
        assert action.command is not None
        if action.hold:
            self.lab.ask(machine, action.command.verb, **_fields(action.command))
            return
        with contextlib.suppress(verify.Inconclusive):  # it was refused; whether rightly, the auditor has said
            self.lab.run(machine, action.command.verb, **_fields(action.command))
        known = self._landings.get(machine.name, 0)
        self._landings[machine.name] = landings.judge(self.lab, machine, known)

    def _administer(self, machine: Machine, action: WalkAction) -> None:
        assert action.admin is not None
        administering.administer(self.lab, machine, action.admin)

    def _group(self, action: WalkAction) -> None:
        """Production of every member is followed to where the group's command has taken it."""
        command = action.together
        assert command is not None
        members = [each for each in self.machines.values() if self.lab.observe(each).group == command.group]
        with contextlib.suppress(verify.Inconclusive):  # nobody is in it, or it was refused
            verify.given(bool(members), "the group has no member")
            together.run(self.lab, members, command.verb, command.group, **_fields(command))
        for machine in members:
            known = self._landings.get(machine.name, 0)
            self._landings[machine.name] = landings.judge(self.lab, machine, known)

    def _checkpoint(self, machine: Machine) -> None:
        """Settle, let a point be taken, read back what is worth reading."""
        self.lab.settle()
        self.lab.advance(minutes=self.lab.profile.crash_consistent_minutes + 0.1)
        if not any(self.lab.auditor.memory(name).store_fails for name in self.machines):
            closing.restore_points(self.lab, machine)  # a store that fails gives no point, and says so


def _fields(command: Command | GroupCommand) -> dict[str, Any]:
    """What a command says beside its verb and whom it is for."""
    whom = ("verb", "machine") if isinstance(command, Command) else ("verb", "group")
    names = [name for name in type(command).__annotations__ if name not in whom]
    return {name: getattr(command, name) for name in names}
