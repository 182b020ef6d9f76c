"""One call of the subject, as the auditor heard it.

Rule: a call is data; what it means for a machine is said by memory and oracles.
"""

from typing import Any

from attrs import frozen

from siteproof.model.nouns.commands import Accepted, Command, Refusal
from siteproof.model.nouns.errors import Refused
from siteproof.model.nouns.subject import DiskAddress, Fault

LOOKING = frozenset({"observe", "read", "restore", "describe"})


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
        if isinstance(first, Command | DiskAddress):
            return first.machine == machine
        return self.op in ("advance", "settle") or first == machine

    @property
    def command(self) -> Command | None:
        """The command that it gave, when it was accepted."""
        return self.arguments[0] if isinstance(self.answer, Accepted) else None

    @property
    def fault(self) -> Fault | None:
        """The fault that it made."""
        return self.arguments[0] if self.op == "fault" else None

    @property
    def changes(self) -> bool:
        """Whether it may have changed anything; a refused call may not."""
        return self.op not in LOOKING and not isinstance(self.answer, Refusal | Refused)
