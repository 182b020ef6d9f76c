"""The lifecycle as a specification: the rows of lifecycle.py as actions over the product of regions, and its claims.

Rule: no transition is written here. Each is made from a row: its start, each next phase, its failure in each phase.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from siteproof.model.language import (
    Action,
    Bool,
    Component,
    Effect,
    Part,
    Spec,
    Step,
    all_of,
    always,
    any_of,
    given,
    sometimes,
)
from siteproof.model.language.claims import Property
from siteproof.model.language.table import REGION_OF, AdminRow, Change, Happening, Row, Value, Where
from siteproof.model.nouns.profile import CORE, Profile
from siteproof.model.nouns.vocabulary import Direction, Protection, Resync, Site, TestFailover
from siteproof.model.spec.lifecycle.table import HAPPENINGS, LIFECYCLE

JOB_REGIONS = {"protection", "direction", "active"}  # what tells one running job from another


class Machine(Component):
    """The regions of one machine."""

    def __init__(self) -> None:
        """Unprotected, on premises."""
        super().__init__()
        self.protection = self.symbol(Protection.UNPROTECTED)
        self.direction = self.symbol(Direction.FORWARD)
        self.active = self.symbol(Site.PRIMARY)
        self.test_failover = self.symbol(TestFailover.NONE)
        self.resync = self.symbol(Resync.NONE)

    def has(self, value: Value) -> Bool:
        """The region (or the fact) of this value has it."""
        guard = getattr(self, REGION_OF[type(value)]) == value
        assert isinstance(guard, Bool)
        return guard

    def lies_in(self, where: Where, regions: Iterable[str] | None = None) -> Bool:
        """The machine's regions (or only some of them) lie in a set of states."""
        chosen = where.fits if regions is None else {name: where.fits[name] for name in regions if name in where.fits}
        return all_of(any_of(self.has(value) for value in sorted(values)) for values in chosen.values())

    def moves(self, change: Change) -> Iterator[Effect]:
        """The named regions take the named values."""
        for value in change:
            effect = getattr(self, REGION_OF[type(value)]).becomes(value)
            assert isinstance(effect, Effect)
            yield effect

    def admits(self, change: Change) -> tuple[Bool, ...]:
        """What the end of a phase takes beside the regions; here nothing."""
        del change
        return ()


M = TypeVar("M", bound=Machine)


def actions_of(row: Row, kind: type[Machine] = Machine) -> Iterator[Action]:
    """The row's start, the end of each phase, and its failure in each phase (the initial copy has its own)."""
    through, to = row.job.through, row.job.to
    chain, verb = (*through, to), row.verb.value
    yield made(row, f"{verb}_starts", lambda m: given(m.lies_in(row.where)).then(*m.moves(chain[0])), kind)
    for phase, following in zip(through, chain[1:], strict=True):
        name = phase[0].value
        yield made(row, f"{verb}_leaves_{name}", _leave(row, phase, following), kind)
        if row.job.on_failure and phase[0] is not Protection.INITIAL_REPLICATION:
            yield made(row, f"{verb}_fails_in_{name}", _leave(row, phase, row.job.on_failure), kind)


def _leave(row: Row, phase: Change, to: Change) -> Callable[[Machine], Step]:
    kept = JOB_REGIONS - {REGION_OF[type(value)] for value in phase}

    def step(m: Machine) -> Step:
        here = (*(m.has(value) for value in phase), m.lies_in(row.where, sorted(kept)))
        return given(*here, *m.admits(to)).then(*m.moves(to))

    return step


def action_of(happening: Happening, kind: type[Machine] = Machine) -> Action:
    """What happens without a command, as an action."""

    def step(m: Machine) -> Step:
        return given(m.lies_in(happening.where)).then(*m.moves(happening.to))

    return made(happening, happening.name, step, kind)


def made(rule: Row | Happening | AdminRow, name: str, step: Callable[[M], Step], kind: type[M]) -> Action:
    """An action of a rule of a table, for the kind of machine that its specification has."""

    def build(m: M) -> Step:
        return step(m)

    build.__annotations__["m"] = kind  # a specification finds the machine by its kind
    return Action(rule.rule, name, name.replace("_", " "), build, {}, rule.source)


@always("LC-16", why="a drill that is open in another state blocks or breaks the real failover (B25)")
def a_drill_stands_beside_forward_protection(m: Machine) -> Bool:
    """A test failover exists only while the machine is protected forward."""
    beside = (m.protection == Protection.PROTECTED) & (m.direction == Direction.FORWARD) & (m.active == Site.PRIMARY)
    return (m.test_failover != TestFailover.NONE).implies(beside)


@sometimes("LC-16")
def a_drill_runs_during_a_resync(m: Machine) -> Bool:
    """Replication, and even a resynchronisation, goes on beside a drill."""
    return (m.test_failover == TestFailover.COMPLETED) & (m.resync == Resync.RUNNING)


@always("LC-17", why="what is not replicated any more must not look as if somebody still watched over it (B28)")
def unprotected_means_nothing_is_left(m: Machine) -> Bool:
    """An unprotected machine has no drill, no mark and no reverse direction."""
    clean = (m.direction == Direction.FORWARD) & (m.test_failover == TestFailover.NONE) & (m.resync == Resync.NONE)
    return (m.protection == Protection.UNPROTECTED).implies(clean)


@sometimes("LC-17")
def a_machine_can_end_unprotected_in_the_cloud(m: Machine) -> Bool:
    """Disabled after a failover, the machine stays where it runs."""
    return (m.protection == Protection.UNPROTECTED) & (m.active == Site.RECOVERY)


@always("LC-18", why="a failed-over machine has no receiver; a mark there would wait for ever")
def a_mark_ends_with_the_failover(m: Machine) -> Bool:
    """Where the recovery side runs, nothing is marked for resynchronisation."""
    return (m.active == Site.RECOVERY).implies(m.resync == Resync.NONE)


@sometimes("LC-18")
def a_failover_starts_during_a_resync(m: Machine) -> Bool:
    """A failover does not wait for a resynchronisation."""
    return (m.protection == Protection.FAILOVER_INITIATED) & (m.resync == Resync.RUNNING)


@always("LC-19", why="a point can be changed, and a failback cancelled, in one direction only")
def each_direction_has_its_own_commands(m: Machine) -> Bool:
    """Changing the point belongs to the forward direction, cancelling to the reverse one."""
    forward_only = m.protection.is_in(Protection.CHANGING_RECOVERY_POINT, Protection.FAILOVER_FAILED)
    reverse_only = m.protection.is_in(Protection.CANCELLING, Protection.CANCEL_FAILED)
    forward, reverse = m.direction == Direction.FORWARD, m.direction == Direction.REVERSE
    return forward_only.implies(forward) & reverse_only.implies(reverse)


@sometimes("LC-19")
def the_workload_is_committed_at_home(m: Machine) -> Bool:
    """The round trip: failed over, reprotected, failed back, committed."""
    return (m.protection == Protection.COMMITTED) & (m.direction == Direction.REVERSE)


def lifecycle_spec(profile: Profile = CORE) -> Spec:
    """The lifecycle that a profile offers."""
    rows = [row for row in LIFECYCLE if row.offered(profile)]
    return Spec(
        name="lifecycle",
        doc="The regions of one machine: every command in every phase, with every job that may fail.",
        parts=(Part(lambda _bounds: Machine(), Machine),),
        actions=(*(action for row in rows for action in actions_of(row)), *map(action_of, HAPPENINGS)),
        properties=tuple(item for item in globals().values() if isinstance(item, Property)),
    )
