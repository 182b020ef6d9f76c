"""The vault of a service: what the appliance's vault holds, written down before anybody hears of it.

Maintainers keep: an entry is durable before the command that it is about is answered; names are never used twice. What
the store refused is owed, in order: it is told later, and no work begins before it is written.
"""

from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from attrs import evolve

from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.observation import Event
from siteproof.model.nouns.plans import SavedPlan
from siteproof.reference.datapath.device import StoreFailed
from siteproof.reference.jobs import Job
from siteproof.reference.journal import Note, silent
from siteproof.reference.machine import Machine
from siteproof.reference.points import StoredPoint
from siteproof.reference.service.facts import RunFacts, VaultEntry, facts_of, facts_of_job
from siteproof.reference.service.index import Index
from siteproof.reference.service.vault_log import VaultLog
from siteproof.reference.vault import EVENTS_MAX, Vault

OWED_MAX = 1000


class DurableVault(Vault):
    """A vault over its log; `images` are the disks of each machine that stand where their owner keeps them."""

    def __init__(self, machines: Mapping[str, Machine], log: VaultLog, index: Path, note: Note = silent) -> None:
        """Take up what the log holds: names that were given out, and events; jobs that ended are in the index only."""
        super().__init__(machines, note)
        self.log = log
        self.index_file = index
        self.images = {name: dict(facts.images) for name, facts in log.everything.machines.items()}
        self.index_of = Index(index, self.fill_index)
        self._owed: list[VaultEntry] = []
        self.listeners: list[Callable[[Event], None]] = []
        self._points, self._jobs = log.everything.points, log.everything.jobs
        for name, told in log.everything.events.items():
            if name in self._events:
                self._events[name].extend(told)
        self._listed: dict[str, tuple[StoredPoint, ...]] = {}
        self.time_ms = log.everything.time_ms

    def add(self, machine: Machine, images: dict[str, str]) -> None:
        """One more machine, whose disks stand at these paths."""
        self.machines[machine.name] = machine
        self.images[machine.name] = images
        self._events.setdefault(machine.name, deque(maxlen=EVENTS_MAX))
        try:
            self.keep(machine)
        except StoreFailed:  # then there is none
            self._owed = [entry for entry in self._owed if entry.facts is None or entry.facts.spec != machine.spec]
            del self.machines[machine.name], self.images[machine.name], self._events[machine.name]
            raise

    def remove(self, machine: Machine) -> None:
        """Forget a machine."""
        self.require()
        self._append(VaultEntry(self.time_ms, removed=machine.name))
        del self.machines[machine.name]
        self.images.pop(machine.name, None)
        self._events.pop(machine.name, None)
        self.index_of.remove(machine.name)

    def points_given(self, last: int) -> None:
        """Points up to this number exist already."""
        self._points = max(self._points, last)

    def keep(self, machine: Machine, job: Job | None = None) -> None:
        """Write down what has become of the machine, and of its job, when anything has: in one entry."""
        facts = facts_of(machine, self.images.get(machine.name, {}), self._seen(machine.name))
        told = facts_of_job(job) if job is not None else None
        changed = self.log.everything.machines.get(machine.name) != facts
        if changed or told is not None:
            self._append(VaultEntry(self.time_ms, facts=facts, job=told))
        if told is not None:
            self.index_of.job(told)
        listed = tuple(machine.points)
        if changed or self._listed.get(machine.name) != listed:
            self._listed[machine.name] = listed
            self.index_of.machine(facts, listed)

    def keep_plan(self, plan: SavedPlan) -> None:
        """Write down a plan, in place of the one of that name."""
        self.require()
        self._append(VaultEntry(self.time_ms, plan=plan))

    def keep_run(self, run: RunFacts) -> None:
        """Write down how far the run of a plan has come, when it has."""
        if self.log.everything.runs.get(run.command.plan) != run:
            self._append(VaultEntry(self.time_ms, run=run))

    def drop_run(self, plan: str) -> None:
        """The plan was not run after all."""
        self._append(VaultEntry(self.time_ms, no_run=plan))

    def record(self, machine: Machine, time_ms: int, code: ErrorCode, detail: str = "") -> None:
        """Tell the operator of this machine something, once."""
        super().record(machine, time_ms, code, detail)
        event = Event(time_ms, code, machine.name, detail)
        with suppress(StoreFailed):  # it is owed then; whoever waits for an answer hears of it
            self._append(VaultEntry(time_ms, event=event))
        self.index_of.event(event)
        for hear in self.listeners:
            hear(event)

    def require(self) -> None:
        """Write down what is owed; StoreFailed while the store refuses it."""
        while self._owed:
            self.log.append(self._owed[0])
            self._owed.pop(0)

    def stopped(self, seen: dict[str, dict[str, tuple[int, int]]]) -> None:
        """The last entry of an orderly stop: how the owners' images were left."""
        for name, marks in seen.items():
            facts = evolve(self.log.everything.machines[name], seen=marks)
            self._append(VaultEntry(self.time_ms, facts=facts))
        self._append(VaultEntry(self.time_ms, stopped=True))
        self.index_of.close()

    def _append(self, entry: VaultEntry) -> None:
        self.time_ms = max(self.time_ms, entry.time_ms)
        self._owe(evolve(entry, points=self._points, jobs=self._jobs))
        self.require()

    def _owe(self, entry: VaultEntry) -> None:
        """At the end; how a machine is replaces how it was, so that a store which is full for days owes little."""
        if entry.facts is not None and self._owed:
            name = entry.facts.spec.name
            older = [each for each in self._owed if each.facts is None or each.facts.spec.name != name or each.job]
            self._owed = older
        self._owed = [*self._owed, entry][-OWED_MAX:]

    def fill_index(self) -> None:
        """Everything that lists show."""
        listed = {name: tuple(machine.points) for name, machine in self.machines.items()}
        self.index_of.rebuild(self.log.everything, listed)

    def _seen(self, name: str) -> dict[str, tuple[int, int]]:
        known = self.log.everything.machines.get(name)
        return known.seen if known else {}
