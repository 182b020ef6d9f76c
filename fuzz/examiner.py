"""The examiner carries out actions on a subject, looks after every one, and lets the auditor judge what is seen.

Rule: it acts and judges nothing by itself: states, answers and figures are the auditor's, bytes the closing audit's.
"""

import contextlib
from collections.abc import Callable
from typing import Any

from attrs import define, field

from siteproof.conformance import verify
from siteproof.conformance.auditor import closing, landings
from siteproof.conformance.lab import Lab, Machine
from siteproof.fuzz.actions import Action, Kind
from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.observation import Observation


@define
class Examiner:
    """One subject under examination; `pairs` collects (verb, protection, direction) that were asked."""

    lab: Lab
    machine: Machine
    pairs: set[tuple[str, str, str]] = field(factory=set)
    _landings: int = 0  # how many moves of production have been judged

    def view(self) -> Observation:
        """What the subject shows now."""
        return self.lab.observe(self.machine)

    def carry_out(self, action: Action) -> None:
        """Do it; raises verify.Failed when the subject contradicts the model or loses bytes."""
        steps: dict[Kind, Callable[[Action], None]] = {
            Kind.WRITE: self._write,
            Kind.DISCARD: self._discard,
            Kind.COMMAND: self._command,
            Kind.FAULT: self._fault,
            Kind.ADVANCE: lambda each: self.lab.advance(milliseconds=each.milliseconds),
            Kind.SETTLE: lambda _: self.lab.settle(),
            Kind.CHECKPOINT: lambda _: self._checkpoint(),
        }
        steps[action.kind](action)

    def end(self) -> None:
        """The closing audit of the walk."""
        closing.audit(self.lab)

    def _write(self, action: Action) -> None:
        self.lab.write(self.machine, action.blocks, disk=action.disk)

    def _discard(self, action: Action) -> None:
        for block in action.blocks:
            self.lab.discard(self.machine, block, 1, disk=action.disk)

    def _fault(self, action: Action) -> None:
        assert action.fault is not None
        self.lab.fault(action.fault.kind, self.machine, action.fault.disk, action.fault.amount)

    def _command(self, action: Action) -> None:
        assert action.command is not None
        regions = self.view().regions
        self.pairs.add((action.command.verb.value, regions.protection.value, regions.direction.value))
        if action.hold:
            self.lab.ask(self.machine, action.command.verb, **_fields(action.command))
            return
        with contextlib.suppress(verify.Inconclusive):  # it was refused; whether rightly, the auditor has said
            self.lab.run(self.machine, action.command.verb, **_fields(action.command))
        self._landings = landings.judge(self.lab, self.machine, self._landings)

    def _checkpoint(self) -> None:
        """Settle, let a point be taken, read back what is worth reading."""
        self.lab.settle()
        self.lab.advance(minutes=self.lab.profile.crash_consistent_minutes + 0.1)
        closing.restore_points(self.lab, self.machine)


def _fields(command: Command) -> dict[str, Any]:
    names = [name for name in Command.__annotations__ if name not in ("verb", "machine")]
    return {name: getattr(command, name) for name in names}
