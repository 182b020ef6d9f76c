"""The lifecycle's specification and its table say the same, and the data plane follows both."""

import itertools
from collections.abc import Iterator

from attrs import asdict, evolve

from siteproof.model import lifecycle
from siteproof.model.engine.search import Search
from siteproof.model.language.table import Happening, Row, moved
from siteproof.model.lifecycle import HAPPENINGS, LIFECYCLE
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.profile import CORE
from siteproof.model.nouns.vocabulary import Direction, Protection, Resync, Site, TestFailover, Verb
from siteproof.model.specs import SPECS

Pair = tuple[Regions, Regions]
RULES: tuple[Row | Happening, ...] = (*LIFECYCLE, *HAPPENINGS)
EVERY_STATE = [Regions(*values) for values in itertools.product(Protection, Direction, Site, TestFailover, Resync)]


def searched(name: str, **bounds: int) -> Search:
    """A finished search."""
    return Search(SPECS[name].system(bounds)).run()


def regions_of(search: Search, state: bytes) -> Regions:
    """The lifecycle regions of a state of the lifecycle's specification."""
    by_name = {v.name.removeprefix("machine."): v for v in search.program.system.variables}
    return Regions(**{name: search.program.value(state, by_name[name]) for name in asdict(Regions())})  # type: ignore[arg-type]


def test_every_command_ends_where_the_table_says() -> None:
    """From each reachable state each allowed command can reach its settled and its failed outcome, phase by phase."""
    search = searched("lifecycle")
    numbers = {regions_of(search, state): state for state in search.states}
    for before in numbers:
        for verb in lifecycle.allowed_operations(before, CORE):
            chain = (before, *lifecycle.phases(before, verb, CORE))
            for here, there in itertools.pairwise(chain):
                successors = {regions_of(search, state) for _, state in search.program.successors(numbers[here])}
                assert there in successors, (before, verb, there)


def test_nothing_goes_on_only_where_the_lifecycle_ends() -> None:
    """Dead ends are the completed migration, and a machine that was disabled in the cloud."""
    search = searched("lifecycle")
    ends = {regions_of(search, search.states[number]) for number in search.stuck}
    assert {(end.protection, end.direction) for end in ends} == {
        (Protection.MIGRATED, Direction.FORWARD),
        (Protection.MIGRATED, Direction.REVERSE),
        (Protection.UNPROTECTED, Direction.FORWARD),
    }
    assert all(end.active is Site.RECOVERY for end in ends)


def test_every_row_of_the_table_fires() -> None:
    """No row is dead text: each one's transitions, failures included, happen in some reachable state."""
    search = searched("lifecycle")
    fired = {t.rule for t, count in zip(search.program.system.transitions, search.fired, strict=True) if count}
    assert fired == {row.rule for row in RULES}


def _steps_of(row: Row | Happening) -> Iterator[Pair]:
    """Pairs of states that one row connects: from its start to each later phase, between phases, to its failure."""
    for before in filter(row.where.holds, EVERY_STATE):
        if isinstance(row, Happening):
            yield before, moved(before, row.to)
        else:
            chain = (before, *row.phases(before))
            yield from itertools.combinations(chain, 2)
            yield from ((phase, moved(phase, row.job.on_failure)) for phase in chain[:-1])


def _data_regions(search: Search, state: bytes) -> Regions:
    """The lifecycle regions that a state of the data plane shows."""
    values = {v.name: search.program.value(state, v) for v in search.program.system.variables}
    protection, runs_in_cloud = values["machine.protection"], values["machine.runs_in_cloud"]
    over = protection in {Protection.FAILED_OVER, Protection.COMMITTED, Protection.MIGRATED}
    ended_there = protection is Protection.UNPROTECTED and runs_in_cloud
    shown = Regions(protection, values["machine.direction"], resync=values["machine.resync"])  # type: ignore[arg-type]
    return evolve(shown, active=Site.RECOVERY if over or ended_there else Site.PRIMARY)


def test_the_data_plane_moves_regions_only_as_the_lifecycle_allows() -> None:
    """Refinement: each step of the data plane leaves the regions alone or moves them along one row of the table."""
    allowed = {pair for row in RULES for pair in _steps_of(row)}
    search = searched("replication")
    seen: set[Pair] = set()
    for state in search.states:
        before = _data_regions(search, state)
        seen |= {(before, _data_regions(search, after)) for _, after in search.program.successors(state)}
    changes = {(before, after) for before, after in seen if before != after}
    assert len(changes) > 20
    assert changes <= allowed, sorted(map(str, changes - allowed))


def test_the_data_plane_knows_every_command_that_moves_data() -> None:
    """Each verb's chapter of the table has an action of the same id, or changes no data (drills, LC-3 and LC-4)."""
    chapters = {row.rule.split(".")[0]: row.verb for row in LIFECYCLE}
    actions = {action.rule for action in SPECS["replication"].actions}
    without = {verb for chapter, verb in chapters.items() if chapter not in actions}
    assert without == {Verb.TEST_FAILOVER, Verb.CLEAN_UP_TEST, Verb.RESYNCHRONIZE}
