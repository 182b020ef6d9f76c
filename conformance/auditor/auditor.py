"""The auditor: hears every call of the subject, judges every observation by its oracles, and says what is wrong first.

Rule: it never calls the subject and never chooses what happens; workload and auditor are different objects. It speaks
only when it is asked to (`judge`), so that the step which showed the mistake stands in the trace.
"""

from collections.abc import Iterable

from attrs import define, evolve, field

from siteproof.conformance.auditor import plans
from siteproof.conformance.auditor.call import Call
from siteproof.conformance.auditor.circles import ORACLES as CIRCLES
from siteproof.conformance.auditor.circles import circles
from siteproof.conformance.auditor.look import AuditContext, Look
from siteproof.conformance.auditor.memory import Memory
from siteproof.conformance.auditor.oracle import Oracle, Wrong
from siteproof.conformance.auditor.oracles import ORACLES
from siteproof.conformance.coverage.events import Event, is_of_the_contract
from siteproof.conformance.coverage.lifecycle_map import lifecycle_map
from siteproof.conformance.coverage.trail import Deviation, Trail
from siteproof.conformance.history import WriteHistory
from siteproof.conformance.verify import Dishonest, Failed
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.plans import PlanObservation
from siteproof.model.nouns.policy import ReplicationPolicy
from siteproof.model.nouns.scenario import Scenario
from siteproof.model.nouns.subject import Capability, FaultKind


@define(eq=False)
class _AuditedMachine:
    """One machine under audit, and what happened since it was seen last."""

    memory: Memory
    calls: list[Call] = field(factory=list)
    deviations: list[Deviation] = field(factory=list)


class Auditor:
    """Judges what one lab does with its subject; `oracles` are asked in their order."""

    def __init__(self, bench: AuditContext, oracles: Iterable[Oracle] = ORACLES) -> None:
        """Nothing has been heard yet."""
        self._bench = bench
        self._oracles = tuple(each for each in oracles if bench.offers(*each.needs))
        self._trail = Trail(lifecycle_map(bench.profile))
        self._machines: dict[str, _AuditedMachine] = {}
        self._policy = ReplicationPolicy()
        self._wrong: list[tuple[Oracle, Wrong]] = []

    def begin(self, history: WriteHistory) -> None:
        """The scenario that was just set up is followed by this ledger."""
        self._bench = evolve(self._bench, history=history)

    def offers(self, *capabilities: Capability) -> bool:
        """Whether the subject declares all of them."""
        return self._bench.offers(*capabilities)

    def memory(self, machine: str) -> Memory:
        """What is remembered of a machine."""
        return self._watched(machine).memory

    def hear(self, call: Call, events: Iterable[Event]) -> None:
        """A call came back; `events` are the lines that it adds to the history."""
        if call.op == "reset":
            self._reset(call.arguments[0])
        self._follow(events)
        if isinstance(call.answer, PlanObservation):
            for wrong in plans.contradictions(call.answer):
                raise Failed(wrong.expected, wrong.actual, "auditor: a look at a plan", of=wrong.of)
        if isinstance(call.answer, Observation):
            if is_of_the_contract(call.answer.machine, call.answer.regions):
                self._see(call.answer)
            return
        for name, watched in self._machines.items():
            if call.concerns(name):
                if call.op == "do_group":
                    watched.memory.troubles |= self._troubles_beside(watched.memory)
                watched.calls.append(call)
                watched.memory.hear(call, self._bench.history.position if self._bench.history is not None else 0)

    def _troubles_beside(self, memory: Memory) -> set[FaultKind]:
        """What may make the job of its group fail, though it went wrong at another member."""
        group = memory.seen.group if memory.seen is not None else ""
        others = (each.memory for each in self._machines.values())
        return {kind for each in others if each.seen and each.seen.group == group for kind in each.troubles}

    def judge(self) -> None:
        """Raise the first contradiction that was seen, if there is one."""
        if not self._wrong:
            self._judge_circles()
            return
        by, wrong = self._wrong[0]
        self._wrong.clear()
        if wrong.denies is not None:
            raise Dishonest(wrong.denies, wrong.expected, wrong.actual)
        raise Failed(wrong.expected, wrong.actual, f"auditor: {by.sentence}", of=wrong.of or by.requirement)

    def _judge_circles(self) -> None:
        """Nothing is wrong with a machine by itself: look at what the members of a group show together."""
        still = [each.memory for each in self._machines.values() if not any(call.changes for call in each.calls)]
        if len(still) < len(self._machines) or not self.offers(Capability.GROUPS):
            return
        for circle in circles(still):
            for each in CIRCLES:
                for wrong in each.judge(circle):
                    raise Failed(wrong.expected, wrong.actual, f"auditor: {each.sentence}", of=each.requirement)

    def _reset(self, scenario: Scenario) -> None:
        self._bench = evolve(self._bench, history=None)
        self._policy = scenario.policy
        self._machines.clear()
        self._wrong.clear()

    def _follow(self, events: Iterable[Event]) -> None:
        known = len(self._trail.deviations)
        self._trail.follow(("", event) for event in events)
        for deviation in self._trail.deviations[known:]:
            self._watched(deviation.machine).deviations.append(deviation)

    def _see(self, seen: Observation) -> None:
        """A machine that shows what it showed, and was asked nothing since, is no news: it was judged when it was."""
        watched = self._watched(seen.machine)
        memory = watched.memory
        if watched.calls or watched.deviations or memory.seen != seen:
            look = Look(memory.seen, seen, tuple(watched.calls), memory, self._bench, tuple(watched.deviations))
            self._wrong.extend((each, wrong) for each in self._oracles for wrong in each.judge(look))
            watched.calls.clear()
            watched.deviations.clear()
        memory.see(seen)

    def _watched(self, name: str) -> _AuditedMachine:
        if name not in self._machines:
            self._machines[name] = _AuditedMachine(Memory(name, self._policy))
        return self._machines[name]
