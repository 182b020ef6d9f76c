"""A look: one observation of one machine, together with everything that can explain it.

Rule: facts only. Whether something is right is said by the oracles, and none of them changes a look.
"""

from collections.abc import Sequence

from attrs import frozen

from siteproof.conformance.auditor.call import Call
from siteproof.conformance.auditor.memory import Memory
from siteproof.conformance.coverage.trail import Deviation
from siteproof.conformance.history import History
from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.profile import Profile
from siteproof.model.nouns.subject import Capability, Description, Fault, FaultKind
from siteproof.model.nouns.vocabulary import Verb


@frozen
class Bench:
    """What stays the same through one case: the profile, who is judged, and the ledger (None: nobody keeps one)."""

    profile: Profile
    description: Description
    history: History | None = None

    def offers(self, *capabilities: Capability) -> bool:
        """Whether the subject declares all of them."""
        return all(each in self.description.capabilities for each in capabilities)


@frozen(eq=False)
class Look:
    """What a machine shows `now`, what it showed `before` (None after a reset), and the calls in between.

    `memory` has heard every call and seen every earlier observation, not yet this one; `deviations` are the steps since
    then that the model does not allow.
    """

    before: Observation | None
    now: Observation
    calls: tuple[Call, ...]
    memory: Memory
    bench: Bench
    deviations: Sequence[Deviation] = ()

    @property
    def commands(self) -> tuple[Command, ...]:
        """The commands that were accepted since the machine was seen last."""
        return tuple(call.command for call in self.calls if call.command is not None)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults since the machine was seen last."""
        return tuple(call.fault for call in self.calls if call.fault is not None)

    @property
    def ops(self) -> frozenset[str]:
        """The names of the calls that may have changed something."""
        return frozenset(call.op for call in self.calls if call.changes)

    @property
    def verbs(self) -> frozenset[Verb]:
        """The verbs that can have ended since the machine was seen last."""
        last = self.memory.asked
        running = {last.command.verb} if last is not None else set()
        return frozenset(running | {command.verb for command in self.commands})

    @property
    def elapsed_ms(self) -> int:
        """How much time was let pass since the machine was seen last."""
        return sum(call.arguments[0] for call in self.calls if call.op == "advance")

    def struck(self, *kinds: FaultKind) -> bool:
        """Whether such a fault came, or may have come, since the machine was seen last."""
        return any(kind in kinds for kind in (*(fault.kind for fault in self.faults), *self.memory.arranged))
