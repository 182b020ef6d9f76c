"""Watches what passes between a case and its subject: which states were shown, which commands asked in them.

Rule: watching changes nothing. It never asks the subject anything by itself and never judges; whoever judges listens.
A state is kept when it is news: another one than before, or the first after an accepted command.
"""

from collections.abc import Callable
from typing import Any

from siteproof.conformance.auditor.call import Call
from siteproof.conformance.carriers.carrier import Carrier
from siteproof.conformance.coverage.events import Begin, Do, Event, Passes, ShownState, is_of_the_contract, state_of
from siteproof.conformance.grouped import member_commands, planned_commands
from siteproof.conformance.needs import capability_of
from siteproof.model.nouns.administration import AdminCommand, AdminVerb
from siteproof.model.nouns.commands import Accepted, Command, Refusal
from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.groups import GroupCommand
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.plans import PlanCommand, SavedPlan
from siteproof.model.nouns.subject import Capability, Subject, Unsupported
from siteproof.model.nouns.vocabulary import Verb
from siteproof.model.spec.groups import TOGETHER

MOVES_TIME = ("advance", "settle", "fault")


class RecordingCarrier(Carrier):
    """A carrier around a subject that records the history of one case; `denied` is what was last unsupported.

    `listener` is told of every call that came back, with the events that it added to the history.
    """

    def __init__(self, inner: Subject) -> None:
        """Calls go to `inner`; nobody listens yet."""
        self._inner = inner
        self.listener: Callable[[Call, tuple[Event, ...]], None] | None = None
        self._shown: dict[str, ShownState] = {}
        self._stale: set[str] = set()  # machines whose state may have changed since it was shown
        self._last: dict[str, Observation] = {}  # what every machine showed last
        self._plans: dict[str, tuple[str, ...]] = {}  # the machines of each plan that was kept
        self.history: list[Event] = []
        self.denied: Capability | None = None
        self.refused: Call | None = None  # what was refused last

    def call(self, op: str, *arguments: Any) -> Any:
        """See Carrier."""
        try:
            answer = getattr(self._inner, op)(*arguments)
        except Unsupported:
            self.denied = capability_of(op, arguments)
            raise
        except Refused as refused:
            self.refused = Call(op, arguments, refused)
            self._tell(self.refused, len(self.history))
            raise
        known = len(self.history)
        self._record(op, arguments, answer)
        self._tell(Call(op, arguments, answer), known)
        if isinstance(answer, Accepted):
            self._asked_of_many(op, arguments[0], answer)
        return answer

    def _record(self, op: str, arguments: tuple[Any, ...], answer: Any) -> None:
        if op == "reset":
            self._began()
        elif isinstance(answer, Observation):
            self._saw(answer)
        elif isinstance(answer, Accepted | Refusal) and isinstance(arguments[0], Command):
            self._asked(arguments[0], answer)
        elif op in MOVES_TIME:
            self._stale.update(self._shown)

    def _is_the_groups(self, command: Command, answer: Accepted | Refusal) -> bool:
        """Whether it was refused because of its group, full or moving as one: its own table does not explain that."""
        refused = isinstance(answer, Refusal) and answer.code is ErrorCode.OPERATION_NOT_ALLOWED
        member = command.machine in self._last and self._last[command.machine].group
        alone = command.verb in TOGETHER and bool(member)
        return refused and (alone or (command.verb is Verb.ENABLE and bool(command.group)))

    def _asked_of_many(self, op: str, asked: object, answer: Accepted) -> None:
        """What a group or a plan takes, each of its machines takes: their own tables say where that leads."""
        commands: tuple[Command, ...] = ()
        if isinstance(asked, SavedPlan):
            self._plans[asked.name] = tuple(name for group in asked.groups for name in group.machines)
        elif isinstance(asked, GroupCommand):
            commands = member_commands(asked, self._last.values())
        elif isinstance(asked, AdminCommand) and asked.verb is AdminVerb.FORCE_DISABLE:
            commands = (Command(Verb.DISABLE, asked.machine, force=True),)
        elif isinstance(asked, PlanCommand):
            machines = self._plans.get(asked.plan, ())
            commands = planned_commands(asked, [self._last[name] for name in machines if name in self._last])
        for each in commands:
            known = len(self.history)
            self._asked(each, answer)
            self._tell(Call(op, (each,), answer), known)

    def _tell(self, call: Call, known: int) -> None:
        if self.listener is not None:
            self.listener(call, tuple(self.history[known:]))

    def abandon(self) -> None:
        """See Carrier."""
        if isinstance(self._inner, Carrier):
            self._inner.abandon()

    def _began(self) -> None:
        self._shown.clear()
        self._stale.clear()
        self._last.clear()
        self._plans.clear()
        self.history.append(Begin())

    def _saw(self, seen: Observation) -> None:
        """What is of another type than the contract's is no state; whoever needs it will say so."""
        if not is_of_the_contract(seen.machine, seen.regions):
            return
        self._stale.discard(seen.machine)
        self._last[seen.machine] = seen
        state = state_of(seen.machine, seen.regions)
        if self._shown.get(seen.machine) != state:
            self.history.append(state)
        self._shown[seen.machine] = state

    def _asked(self, command: Command, answer: Accepted | Refusal) -> None:
        if command.machine in self._stale:
            self.history.append(Passes())
            self._stale.discard(command.machine)
        if self._is_the_groups(command, answer):
            return
        refused = str(answer.code) if isinstance(answer, Refusal) else ""
        self.history.append(Do(command.verb, command.machine, refused))
        if not refused:
            self._shown.pop(command.machine, None)
