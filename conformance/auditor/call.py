"""One call of the subject, as the auditor heard it.

Rule: a call is data; what it means for a machine is said by memory and oracles.
"""

from typing import Any

from attrs import frozen

from siteproof.model.nouns.administration import AdminCommand
from siteproof.model.nouns.commands import Accepted, Command, Refusal
from siteproof.model.nouns.errors import Refused
from siteproof.model.nouns.subject import DiskAddress, During, Fault, FaultKind

LOOKING = frozenset({"observe", "read", "restore", "describe", "arrange", "observe_appliances", "tap"})


@frozen(eq=False)
class Call:
    """Its name, its arguments and what came back: an answer, or the Refused with which it ended."""

    op: str
    arguments: tuple[Any, ...] = ()
    answer: Any = None

    def concerns(self, machine: str) -> bool:
        """Whether it spoke of that machine, or of all."""
        first = self.arguments[0] if self.arguments else None
        if isinstance(first, Fault):
            return first.machine in ("", machine)
        if isinstance(first, Command | DiskAddress | AdminCommand):
            return first.machine == machine
        if self.op == "arrange":
            return True  # what was arranged before, for whichever machine, is replaced
        return self.op in ("advance", "settle", "appliance_event", "inject") or first == machine

    @property
    def command(self) -> Command | None:
        """The command that it gave, when it was accepted."""
        first = self.arguments[0] if isinstance(self.answer, Accepted) else None
        return first if isinstance(first, Command) else None

    @property
    def edited(self) -> AdminCommand | None:
        """The administrative command that was carried out."""
        first = self.arguments[0] if isinstance(self.answer, Accepted) else None
        return first if isinstance(first, AdminCommand) else None

    @property
    def fault(self) -> Fault | None:
        """The fault that it made."""
        return self.arguments[0] if self.op == "fault" else None

    def arranged(self, machine: str) -> frozenset[FaultKind]:
        """The faults that were arranged to happen to the machine inside later calls."""
        during: tuple[During, ...] = self.arguments[0] if self.op == "arrange" else ()
        return frozenset(each.fault.kind for each in during if each.fault is not None and each.machine == machine)

    @property
    def changes(self) -> bool:
        """Whether it may have changed anything; a refused call may not."""
        return self.op not in LOOKING and not isinstance(self.answer, Refusal | Refused)
