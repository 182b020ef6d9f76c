"""What a trigger may ask about: the scenario, what was asked of the subject so far, and the machine as it is now.

Rule: facts come from the contract's own calls and from one glance at the subject, never from what a harm has done to an
answer, so the honest subject and its mutant agree on them up to the first harm.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any

from attrs import define, field, frozen

from siteproof.model.nouns.commands import Accepted, Command
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.scenario import Scenario
from siteproof.model.nouns.subject import DiskAddress, Fault, FaultKind, Subject, Write
from siteproof.model.nouns.vocabulary import Resync, Verb

RESTARTS = frozenset({FaultKind.AGENT_CRASH, FaultKind.FORCED_SHUTDOWN, FaultKind.TARGET_CRASH, FaultKind.SITE_UP})
EXCURSIONS = (Verb.FAIL_OVER, Verb.RESYNCHRONIZE, Verb.TEST_FAILOVER, Verb.REPROTECT)


@frozen
class Glance:
    """A machine at one instant: the subject's steady clock, the regions, and whether a job or comparison runs."""

    time_ms: int
    regions: Regions
    busy: bool


Glancer = Callable[[str], "Glance | None"]
"""A look at the machine of that name; None when there is nothing to see."""


def by_observing(subject: Subject) -> Glancer:
    """The look that any subject allows."""

    def glance(machine: str) -> Glance | None:
        try:
            seen = subject.observe(machine)
        except Exception:  # noqa: BLE001  (a subject may fail in any way; then there is nothing to see)
            return None
        busy = bool(seen.running_job) or seen.regions.resync in (Resync.QUEUED, Resync.RUNNING)
        return Glance(seen.time_ms, seen.regions, busy)

    return glance


@define
class Facts:
    """Everything since the last reset; `machine`, `disk` and `blocks` are those of the call that is running."""

    glancer: Glancer
    scenario: Scenario = field(factory=lambda: Scenario(()))
    machine: str = ""
    disk: str = ""
    blocks: tuple[int, ...] = ()
    calls: Counter[str] = field(factory=Counter)
    accepted: Counter[tuple[str, Verb]] = field(factory=Counter)
    faults: list[FaultKind] = field(factory=list)
    disks: dict[str, dict[str, int]] = field(factory=dict)  # blocks by machine and disk
    swaps: dict[str, str] = field(factory=dict)  # a wrong name for each right one
    fired: set[str] = field(factory=set)  # ids of the mutants whose trigger has held; a reset forgets none

    def begin(self, scenario: Scenario) -> None:
        """A new scenario: nothing has happened."""
        self.scenario = scenario
        self.machine, self.disk, self.blocks = "", "", ()
        for memory in (self.calls, self.accepted, self.faults):
            memory.clear()
        self.disks = {spec.name: {disk.name: disk.blocks for disk in spec.disks} for spec in scenario.machines}
        self.swaps = _swaps(scenario)

    def note(self, arguments: tuple[Any, ...]) -> None:
        """A call of the contract begins."""
        self.machine, self.disk, self.blocks = "", "", ()
        for argument in arguments:
            self._note(argument)

    def _note(self, argument: Any) -> None:
        if isinstance(argument, str) and argument in self.disks:
            self.machine = argument
        elif isinstance(argument, DiskAddress | Fault | Command):
            self.machine, self.disk = argument.machine, getattr(argument, "disk", "")
        elif isinstance(argument, tuple):
            self.blocks = tuple(each.block for each in argument if isinstance(each, Write))
        elif isinstance(argument, int):
            self.blocks = (*self.blocks, argument)

    def learn(self, arguments: tuple[Any, ...], answer: Any) -> None:
        """A call of the contract has ended."""
        first = arguments[0] if arguments else None
        if isinstance(first, Fault):
            self.faults.append(first.kind)
            if first.kind is FaultKind.DISK_RESIZED and first.disk in self.disks.get(first.machine, {}):
                self.disks[first.machine][first.disk] = first.amount
        if isinstance(first, Command) and isinstance(answer, Accepted):
            self.accepted[first.machine, first.verb] += 1

    def look(self, machine: str) -> Glance | None:
        """The machine as it is, or the first one when none is meant."""
        name = machine or self.machine or next(iter(self.disks), "")
        return self.glancer(name) if name else None


def _swaps(scenario: Scenario) -> dict[str, str]:
    """Every machine and every disk name, with another one that exists (on the same machine, if it can)."""
    found: dict[str, str] = {}
    for names in ([m.name for m in scenario.machines], *([d.name for d in m.disks] for m in scenario.machines)):
        for name, other in zip(names, [*names[1:], *names[:1]], strict=True):
            if name != other:
                found.setdefault(name, other)
    return found
