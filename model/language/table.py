"""The literal table: rows that say where a command is allowed, through which phases it goes and where it ends.

Rule: a table is data. What is allowed, refused, visible or reached is read off it; nobody writes a second list.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from attrs import evolve, field, frozen

from siteproof.model.language.source import Source, SpecError, here
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.evidence import Evidence
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.profile import Profile
from siteproof.model.nouns.vocabulary import Direction, Protection, Resync, Site, TestFailover, Verb

RegionValue = Protection | Direction | Site | TestFailover | Resync
Change = tuple[RegionValue, ...]
"""Region values that a phase sets; a region that is not named keeps its value."""

REGION_OF: dict[type, str] = {
    Protection: "protection",
    Direction: "direction",
    Site: "active",
    TestFailover: "test_failover",
    Resync: "resync",
}


@frozen
class Where:
    """A set of states: for each region the values that fit; a region that is not named fits with any value."""

    fits: dict[str, frozenset[RegionValue]]

    def holds(self, regions: Regions) -> bool:
        """Whether the regions lie in the set."""
        return all(getattr(regions, region) in values for region, values in self.fits.items())

    def overlaps(self, other: "Where") -> bool:
        """Whether some state lies in both sets."""
        return all(values & other.fits[region] for region, values in self.fits.items() if region in other.fits)


def at(*values: RegionValue) -> Where:
    """The states with these values; several values of one region are alternatives."""
    names = {REGION_OF[type(value)] for value in values}
    return Where({name: frozenset(v for v in values if REGION_OF[type(v)] == name) for name in sorted(names)})


@frozen
class Fact:
    """Something beside the regions that a command needs; without it the command is refused with `refused_with`."""

    name: str
    meaning: str
    refused_with: ErrorCode


def always_offered(profile: Profile) -> bool:
    """Every profile has this row."""
    del profile
    return True


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


def moved(regions: Regions, change: Change) -> Regions:
    """The regions with the named values set."""
    values: dict[str, Any] = {REGION_OF[type(value)]: value for value in change}
    return evolve(regions, **values)


Ruled = TypeVar("Ruled", Row, Happening)


def table(*rows: Ruled) -> tuple[Ruled, ...]:
    """The rows as they stand; SpecError when a rule id is used twice or two rows of one command overlap."""
    for number, row in enumerate(rows):
        for earlier in rows[:number]:
            _must_differ(row, earlier)
    return rows


def _must_differ(row: Row | Happening, earlier: Row | Happening) -> None:
    if row.rule == earlier.rule:
        raise SpecError(f"{row.rule} stands here and at {earlier.source}", "give each row an id of its own", row.source)
    if isinstance(row, Row) and isinstance(earlier, Row) and _compete(row, earlier):
        raise SpecError(f"{row.rule} and {earlier.rule} overlap", "one command has one row in a state", row.source)


def _compete(row: Row, other: Row) -> bool:
    return row.verb == other.verb and row.where.overlaps(other.where)


def matching(rows: Iterable[Row], regions: Regions, profile: Profile) -> Iterator[Row]:
    """The rows that fit the regions and that the profile offers."""
    return (row for row in rows if row.where.holds(regions) and row.offered(profile))
