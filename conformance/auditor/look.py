"""A look: one observation of one machine, together with everything that can explain it.

Rule: facts only. Whether something is right is said by the oracles, and none of them changes a look.
"""

from collections.abc import Sequence

from attrs import frozen

from siteproof.conformance.auditor.call import Call
from siteproof.conformance.auditor.memory import Memory
from siteproof.conformance.coverage.trail import Deviation
from siteproof.conformance.history import WriteHistory
from siteproof.conformance.ledger import Ledger
from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.profile import Profile
from siteproof.model.nouns.subject import Capability, Description, Fault, FaultKind
from siteproof.model.nouns.vocabulary import Verb


@frozen
class AuditContext:
    """What stays the same through one case: the profile, who is judged, and the ledger (None: nobody keeps one)."""

    profile: Profile
    description: Description
    history: WriteHistory | None = None

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
    bench: AuditContext
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
        return frozenset(self.memory.verbs)

    @property
    def compared(self) -> bool:
        """Whether a comparison has ended, or can have ended since the last look, and nothing was written since."""
        return self.memory.compared or self.memory.marked_ms is not None or Verb.RESYNCHRONIZE in self.memory.verbs

    @property
    def elapsed_ms(self) -> int:
        """How much time was let pass since the machine was seen last."""
        return sum(call.arguments[0] for call in self.calls if call.op == "advance")

    def struck(self, *kinds: FaultKind) -> bool:
        """Whether such a fault came, or may have come, since the machine was seen last."""
        return any(kind in kinds for kind in (*(fault.kind for fault in self.faults), *self.memory.arranged))

    @property
    def stays_cut(self) -> bool:
        """Whether the link was down when the machine was seen last, and ever since."""
        return self.memory.link_down and not self.memory.link_is_open and not self.faults

    def ledgers(self) -> tuple[Ledger, ...]:
        """What was written to the disks that are protected; none when nobody keeps a ledger."""
        if self.bench.history is None:
            return ()
        wanted = self.memory.disks
        return tuple(each for each in self.bench.history.ledgers(self.now.machine) if not wanted or each.name in wanted)

    def missing(self) -> dict[str, set[int]]:
        """Of each disk the blocks that differ from what they were when the link went down; none while it is up.

        Blocks that the disk has grown by are zeros at both sides: whoever does not count them misses nothing.
        """
        cut = None if self.memory.link_is_open else self.memory.cut_position
        if cut is None:
            return {}
        changed = {each: each.changed_since(cut) for each in self.ledgers()}
        return {each.name: {block for block in found if block < each.blocks_at(cut)} for each, found in changed.items()}

    def missing_since_ms(self) -> int | None:
        """The time of the oldest write that cannot have left, because the link was down; None when there is none."""
        cut, missing = self.memory.cut_position, self.missing()
        if not any(missing.values()):  # as almost always: then the ledgers need not be read
            return None
        times = [
            entry.time_ms
            for ledger in self.ledgers()
            for entry in ledger.entries_after(cut or 0)
            if entry.block in missing.get(ledger.name, ())
        ]
        return min(times, default=None)

    @property
    def arrived(self) -> bool:
        """Whether everything that was written has reached the other side: a sound machine at rest."""
        memory = self.memory
        sound = self.now.link_up and not memory.troubles and not memory.held_up
        return memory.settled and memory.trusted(self.now) and sound

    def arrived_ms(self) -> int | None:
        """The time of the newest write, when everything has arrived."""
        newest = [ledger.entry(len(ledger) - 1).time_ms for ledger in self.ledgers() if len(ledger)]
        return max(newest, default=None) if self.arrived else None
