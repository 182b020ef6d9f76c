"""The literal table: rows that say where a command is allowed, through which phases it goes and where it ends.

Rule: a table is data. What is allowed, refused, visible or reached is read off it; nobody writes a second list.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from attrs import evolve, field, frozen

from siteproof.model.language.source import Source, SpecError, here
from siteproof.model.nouns.administration import (
    AddedDisk,
    AdminFacts,
    AdminVerb,
    Components,
    OldestPoint,
    RetentionEdit,
    SourceMachine,
    Version,
)
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.evidence import Evidence
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.profile import Profile
from siteproof.model.nouns.vocabulary import Direction, Protection, Resync, Site, TestFailover, Verb

RegionValue = Protection | Direction | Site | TestFailover | Resync
FactValue = Components | SourceMachine | AddedDisk | RetentionEdit | OldestPoint | Version
Value = RegionValue | FactValue
Change = tuple[Value, ...]
"""Values that a phase sets; a region or fact that is not named keeps its value."""

REGION_OF: dict[type, str] = {
    Protection: "protection",
    Direction: "direction",
    Site: "active",
    TestFailover: "test_failover",
    Resync: "resync",
    Components: "components",
    SourceMachine: "source",
    AddedDisk: "disk",
    RetentionEdit: "retention",
    OldestPoint: "oldest",
    Version: "version",
}
"""The field of Regions or AdminFacts that holds a value of this type."""


@frozen
class Where:
    """A set of states: for each region the values that fit; a region that is not named fits with any value."""

    fits: dict[str, frozenset[Value]]

    def holds(self, known: Regions | AdminFacts) -> bool:
        """Whether the regions (or the facts, for a set of facts) lie in the set."""
        return all(getattr(known, name) in values for name, values in self.fits.items())

    def overlaps(self, other: "Where") -> bool:
        """Whether some state lies in both sets."""
        return all(values & other.fits[region] for region, values in self.fits.items() if region in other.fits)


def at(*values: Value) -> Where:
    """The states with these values; several values of one region are alternatives. Without values: every state."""
    names = {REGION_OF[type(value)] for value in values}
    return Where({name: frozenset(v for v in values if REGION_OF[type(v)] == name) for name in sorted(names)})


@frozen
class Fact:
    """Something beside the regions that a command needs; without it the command is refused with `refused_with`.

    `where` says it in administrative facts; without it the fact is read off the command's arguments.
    """

    name: str
    meaning: str
    refused_with: ErrorCode
    where: Where | None = None


def always_offered(profile: Profile) -> bool:
    """Every profile has this row."""
    del profile
    return True


@frozen
class Unless:
    """Offered by every profile that does not set this flag."""

    flag: str

    def __call__(self, profile: Profile) -> bool:
        """Whether the profile offers the row."""
        return not getattr(profile, self.flag)


@frozen
class Job:
    """What an accepted command does: phases in order, where it ends, and where it ends when it fails.

    An empty `on_failure` leaves the machine as it was. `only_if` are facts beside the regions.
    """

    through: tuple[Change, ...]
    to: Change
    on_failure: Change
    only_if: tuple[Fact, ...] = ()


def job(
    *through: RegionValue | Change,
    to: RegionValue | Change,
    on_failure: RegionValue | Change,
    only_if: tuple[Fact, ...] = (),
) -> Job:
    """A job; a phase is one region value, or a tuple of them when several regions move at once."""
    return Job(tuple(_change(phase) for phase in through), _change(to), _change(on_failure), only_if)


def _change(phase: RegionValue | Change) -> Change:
    return phase if isinstance(phase, tuple) else (phase,)


@frozen
class Row:
    """One transition: a command, where it is allowed, what it does, and which profiles offer it."""

    rule: str
    evidence: Evidence
    verb: Verb
    where: Where
    job: Job
    offered: Callable[[Profile], bool] = always_offered
    source: Source = field(factory=here, eq=False)

    def phases(self, regions: Regions) -> tuple[Regions, ...]:
        """Every state that shows after the command was accepted, in order, ending with the settled one."""
        states = [regions]
        for change in (*self.job.through, self.job.to):
            states.append(moved(states[-1], change))
        return tuple(states[1:])


@frozen
class Happening:
    """A transition that no command asks for: something breaks, or the scheduler acts."""

    rule: str
    evidence: Evidence
    name: str
    where: Where
    to: Change
    source: Source = field(factory=here, eq=False)


@frozen
class FactChange:
    """Where a fact has the value `before`, it has `after` when the command has done its work."""

    before: FactValue
    after: FactValue


@frozen
class AdministrativeTask:
    """What an administrative command does: regions that it sets, facts that it turns; it has no phase in between.

    When it fails nothing has changed, so that giving it again is its retry. `does` says the rest in a sentence.
    """

    does: str
    to: Change = ()
    turns: tuple[FactChange, ...] = ()
    only_if: tuple[Fact, ...] = ()


@frozen
class AdminRow:
    """One administrative command: where it is allowed, what it does, and which profiles offer it."""

    rule: str
    evidence: Evidence
    verb: AdminVerb
    where: Where
    task: AdministrativeTask
    offered: Callable[[Profile], bool] = always_offered
    source: Source = field(factory=here, eq=False)


Known = TypeVar("Known", Regions, AdminFacts)


def moved(known: Known, change: Change) -> Known:
    """The regions (or the facts) with the named values set."""
    values: dict[str, Any] = {REGION_OF[type(value)]: value for value in change}
    return evolve(known, **values)


def turned(facts: AdminFacts, turns: Iterable[FactChange]) -> AdminFacts:
    """The facts after the turns; all of them read what was before."""
    return moved(facts, tuple(turn.after for turn in turns if at(turn.before).holds(facts)))


Ruled = TypeVar("Ruled", Row, Happening, AdminRow)
Offered = TypeVar("Offered", Row, AdminRow)


def table(*rows: Ruled) -> tuple[Ruled, ...]:
    """The rows as they stand; SpecError when a rule id is used twice or two rows of one command overlap."""
    for number, row in enumerate(rows):
        for earlier in rows[:number]:
            _must_differ(row, earlier)
    return rows


def _must_differ(row: Row | Happening | AdminRow, earlier: Row | Happening | AdminRow) -> None:
    if row.rule == earlier.rule:
        raise SpecError(f"{row.rule} stands here and at {earlier.source}", "give each row an id of its own", row.source)
    if _compete(row, earlier):
        raise SpecError(f"{row.rule} and {earlier.rule} overlap", "one command has one row in a state", row.source)


def _compete(row: Row | Happening | AdminRow, other: Row | Happening | AdminRow) -> bool:
    if isinstance(row, Happening) or isinstance(other, Happening):
        return False
    return row.verb == other.verb and row.where.overlaps(other.where)


def matching(rows: Iterable[Offered], regions: Regions, profile: Profile) -> Iterator[Offered]:
    """The rows that fit the regions and that the profile offers."""
    return (row for row in rows if row.where.holds(regions) and row.offered(profile))
