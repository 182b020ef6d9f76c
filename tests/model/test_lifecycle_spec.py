"""The lifecycle's specification and its table say the same, and the data plane follows both."""

import itertools

from attrs import asdict, evolve

from siteproof.model.engines.explore.search import Search
from siteproof.model.language.table import Happening, Row
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.profile import CORE
from siteproof.model.nouns.vocabulary import Direction, Protection, Site, TestFailover, Verb
from siteproof.model.spec.lifecycle import table as lifecycle
from siteproof.model.spec.lifecycle.table import HAPPENINGS, LIFECYCLE
from siteproof.model.spec.registry.specs import SPECS

Pair = tuple[Regions, Regions]
RULES: tuple[Row | Happening, ...] = (*LIFECYCLE, *HAPPENINGS)


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


def _connected_by_one_rule() -> set[Pair]:
    """Pairs of states that the lifecycle connects by steps of one rule: a command and its phases, or a happening."""
    search = searched("lifecycle")
    steps: dict[str, dict[Regions, set[Regions]]] = {}
    for state in search.states:
        for number, after in search.program.successors(state):
            rule = steps.setdefault(search.program.system.transitions[number].rule, {})
            rule.setdefault(regions_of(search, state), set()).add(regions_of(search, after))
    return {(before, after) for rule in steps.values() for before in rule for after in _beyond(rule, before)}


def _beyond(rule: dict[Regions, set[Regions]], before: Regions) -> set[Regions]:
    seen, todo = set(rule[before]), list(rule[before])
    while todo:
        new = rule.get(todo.pop(), set()) - seen
        seen |= new
        todo.extend(new)
    return seen


def _data_regions(search: Search, state: bytes) -> Regions:
    """The lifecycle regions that a state of the data plane shows."""
    values = {v.name: search.program.value(state, v) for v in search.program.system.variables}
    protection, runs_in_cloud = values["machine.protection"], values["machine.runs_in_cloud"]
    over = protection in {Protection.FAILED_OVER, Protection.COMMITTED, Protection.MIGRATED}
    ended_there = protection is Protection.UNPROTECTED and runs_in_cloud
    shown = Regions(protection, values["machine.direction"], resync=values["machine.resync"])  # type: ignore[arg-type]
    drill = TestFailover.COMPLETED if values["machine.drill"] else TestFailover.NONE
    return evolve(shown, active=Site.RECOVERY if over or ended_there else Site.PRIMARY, test_failover=drill)


def test_the_data_plane_moves_regions_only_as_the_lifecycle_allows() -> None:
    """Refinement: each step of the data plane leaves the regions alone or moves them along one row of the table."""
    allowed = _connected_by_one_rule()
    search = searched("replication", points=1)
    seen: set[Pair] = set()
    for state in search.states:
        before = _data_regions(search, state)
        seen |= {(before, _data_regions(search, after)) for _, after in search.program.successors(state)}
    changes = {(before, after) for before, after in seen if before != after}
    assert len(changes) > 20
    assert changes <= allowed, sorted(map(str, changes - allowed))


def test_the_data_plane_knows_every_command_that_moves_data() -> None:
    """Each verb's chapter of the table has an action of the same id; resynchronize has its own chapter, RES."""
    chapters = {row.rule.split(".")[0]: row.verb for row in LIFECYCLE}
    actions = {action.rule for action in SPECS["replication"].actions}
    without = {verb for chapter, verb in chapters.items() if chapter not in actions}
    assert without == {Verb.RESYNCHRONIZE}
