"""One machine for the specification of administration: its regions, the facts beside them, and an auditor's memory.

Rule: what the lifecycle does to the facts stands in `Machine.consequences`; what the auditor remembers is written
beside an action and never read by a guard.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from siteproof.model.language import Bool, Effect, Sym, define
from siteproof.model.language.table import REGION_OF, AdminRow, Change, FactChange
from siteproof.model.nouns.administration import (
    AddedDisk,
    AdminFacts,
    OldestPoint,
    SourceMachine,
)
from siteproof.model.nouns.vocabulary import Direction, Protection, Resync, Site
from siteproof.model.spec.administration import table as adm
from siteproof.model.spec.lifecycle import machine as lifecycle

NOTHING_LEFT: Mapping[str, object] = {"disk": AddedDisk.NONE, "oldest": OldestPoint.NONE, "gone": False, "gap": False}
INCOMPLETE = (
    AddedDisk.COPYING,
    AddedDisk.COPY_FAILED,
    AddedDisk.RESIZED,
    AddedDisk.DETACHED,
)  # disks that no new point can hold


class AdministeredMachine(lifecycle.LifecycleMachine):
    """The regions of one machine and the administrative facts beside them.

    An auditor remembers: `gap`, both sides may differ; `gone`, an arriving point drove the oldest one out.
    """

    def __init__(self) -> None:
        """Unprotected, on premises, with everything well."""
        super().__init__()
        facts = AdminFacts()
        self.components = self.symbol(facts.components)
        self.source = self.symbol(facts.source)
        self.disk = self.symbol(facts.disk)
        self.retention = self.symbol(facts.retention)
        self.oldest = self.symbol(facts.oldest)
        self.version = self.symbol(facts.version)
        self.gap = self.history.flag()
        self.gone = self.history.flag()

    def moves(self, change: Change) -> Iterator[Effect]:
        """The named values are taken, and the facts follow the lifecycle."""
        return self.takes({**self.consequences(change), **_named(change)})

    def admits(self, change: Change) -> tuple[Bool, ...]:
        """An ordinary disable of a machine that runs on premises ends only while that machine answers."""
        return (self.source == SourceMachine.THERE,) if change == adm.WAITS_FOR_THE_SOURCE else ()

    def works(self, row: AdminRow) -> Iterator[Effect]:
        """What an administrative command does: to the regions and to the facts."""
        task = row.task
        turns = {REGION_OF[type(turn.before)]: self._turned(turn.before, task.turns) for turn in task.turns}
        return self.takes({**self.consequences(task.to), **_named(task.to), **turns})

    def takes(self, values: Mapping[str, Any]) -> Iterator[Effect]:
        """Variables by name become these values."""
        for name, value in values.items():
            effect = getattr(self, name).becomes(value)
            assert isinstance(effect, Effect)
            yield effect

    def consequences(self, change: Change) -> Mapping[str, object]:
        """What a change of the regions does to facts and memory; disks that no point holds do not fail over."""
        if Protection.UNPROTECTED in change or (
            Protection.INITIAL_REPLICATION in change and {Direction.FORWARD, Direction.REVERSE} & set(change)
        ):
            return NOTHING_LEFT
        if Protection.FAILED_OVER in change:
            stays = self.disk.is_in(AddedDisk.COVERED, AddedDisk.RESIZED, AddedDisk.DETACHED)
            return {"disk": stays.if_else(AddedDisk.COVERED, AddedDisk.NONE), "gap": False}
        if {Protection.COMMITTED, Protection.MIGRATED} & set(change):
            return {"oldest": OldestPoint.NONE, "gone": False}
        if Resync.REQUIRED in change:
            return {"gap": True}
        if Resync.NONE in change:
            return {"gap": False, "disk": (self.disk == AddedDisk.RESIZED).if_else(AddedDisk.COVERED, self.disk)}
        return (
            {"oldest": (self.direction == Direction.FORWARD).if_else(OldestPoint.KEPT, self.oldest)}
            if change == (Protection.PROTECTED,)
            else {}
        )

    def _turned(self, fact: object, turns: tuple[FactChange, ...]) -> Sym[Any]:
        value: Sym[Any] = getattr(self, REGION_OF[type(fact)])
        for turn in turns:
            if type(turn.before) is type(fact):
                value = (getattr(self, REGION_OF[type(fact)]) == turn.before).if_else(turn.after, value)
        return value


def _named(change: Change) -> dict[str, object]:
    return {REGION_OF[type(value)]: value for value in change}


@define
def is_protected_forward(m: AdministeredMachine) -> Bool:
    """Points of this machine are taken at the other site."""
    return (m.protection == Protection.PROTECTED) & (m.direction == Direction.FORWARD) & (m.active == Site.PRIMARY)
