"""The specification of administration: it follows its table, the lifecycle and the appliance, and is proved."""

import functools

import pytest
from attrs import asdict, evolve

from siteproof.model.book.graph import reachable
from siteproof.model.engines.explore.program import State
from siteproof.model.engines.explore.search import Search
from siteproof.model.engines.prove.induction import prove
from siteproof.model.language.table import AdminRow, Happening, Row
from siteproof.model.nouns.administration import AdminFacts, AdminVerb, Components
from siteproof.model.nouns.appliances import Condition
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.profile import CORE
from siteproof.model.nouns.vocabulary import Direction, Protection
from siteproof.model.spec.administration import table as administration
from siteproof.model.spec.administration.spec import acts
from siteproof.model.spec.administration.table import ADMIN_HAPPENINGS, ADMINISTRATION
from siteproof.model.spec.lifecycle.table import HAPPENINGS, LIFECYCLE
from siteproof.model.spec.registry.specs import SPECS
from siteproof.model.spec.wrong_designs import EXHIBITS
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign

Known = tuple[Regions, AdminFacts]
WRONG = [each for each in EXHIBITS if each.right == "administration"]
RULES: tuple[Row | Happening | AdminRow, ...] = (*LIFECYCLE, *HAPPENINGS, *ADMINISTRATION, *ADMIN_HAPPENINGS)
ROWS: dict[str, AdminRow] = {row.rule: row for row in ADMINISTRATION}


@functools.cache
def searched(name: str) -> Search:
    """A finished search at the default bounds."""
    return Search(SPECS[name].system()).run()


def known(search: Search, state: State) -> Known:
    """Regions and facts of a state."""
    names = {v.name.removeprefix("machine."): v for v in search.program.system.variables}
    values = {name: search.program.value(state, variable) for name, variable in names.items()}
    regions = Regions(**{name: values[name] for name in asdict(Regions())})  # type: ignore[arg-type]  # as declared
    return regions, AdminFacts(**{name: values[name] for name in asdict(AdminFacts())})  # type: ignore[arg-type]


def test_every_row_of_both_tables_fires() -> None:
    """No row is dead text, but for those that change nothing the specification speaks of."""
    search = searched("administration")
    fired = {t.rule for t, count in zip(search.program.system.transitions, search.fired, strict=True) if count}
    silent = {row.rule for row in ADMINISTRATION if not acts(row)}
    tables = {row.rule for row in RULES}
    assert fired == (tables - silent) | {"ADM-11"}
    assert silent == {"ADM-8.1", "ADM-9.1"}


def test_a_command_is_possible_exactly_where_the_table_does_not_refuse_it_and_leads_where_it_says() -> None:
    """In a sample of reachable states, each administrative command fires or is refused, and ends as `settled` says."""
    search = searched("administration")
    transitions = search.program.system.transitions
    for state in search.states[::7]:
        regions, facts = known(search, state)
        taken = {
            ROWS[transitions[number].rule].verb: known(search, after)
            for number, after in search.program.successors(state)
            if transitions[number].rule in ROWS
        }
        for verb in {row.verb for row in ADMINISTRATION if acts(row)}:
            refused = administration.refusal(regions, facts, verb, CORE)
            assert (verb in taken) == (refused is None), (regions, facts, verb)
            if refused is None:
                assert taken[verb] == administration.settled(regions, facts, verb, CORE)


def test_no_command_but_a_forced_disable_moves_the_protection_region() -> None:
    """Over all reachable states, administration touches resync at most; what happens by itself touches it as well."""
    search = searched("administration")
    transitions = search.program.system.transitions
    for state in search.states[::7]:
        before, _ = known(search, state)
        for number, after in search.program.successors(state):
            rule = transitions[number].rule
            if rule.startswith("ADM-") and (rule not in ROWS or ROWS[rule].verb is not AdminVerb.FORCE_DISABLE):
                there, _ = known(search, after)
                assert evolve(there, resync=before.resync) == before, rule


def test_administration_leads_to_no_state_that_the_lifecycle_does_not_have() -> None:
    """The regions that can be reached beside administration are exactly those of the lifecycle alone."""
    search = searched("administration")
    assert {known(search, state)[0] for state in search.states} == set(reachable())


def lost(search: Search, wanted: set[State]) -> set[State]:
    """The reachable states from which no wanted state can be reached."""
    before: dict[State, list[State]] = {}
    for here in search.states:
        for _, there in search.program.successors(here):
            before.setdefault(there, []).append(here)
    found, todo = set(wanted), list(wanted)
    while todo:
        new = set(before.get(todo.pop(), ())) - found
        found |= new
        todo.extend(new)
    return set(search.states) - found


def test_a_machine_can_be_let_go_from_everywhere() -> None:
    """Also after its source is gone for good, every machine can become unprotected, unless it has been migrated."""
    search = searched("administration")
    free = {state for state in search.states if known(search, state)[0].protection is Protection.UNPROTECTED}
    assert {known(search, state)[0].protection for state in lost(search, free)} == {Protection.MIGRATED}


def test_without_force_a_lost_source_keeps_its_machine() -> None:
    """Where disabling failed because the source is gone, only a forced disable or the source's return leads on."""
    search = searched("administration")
    transitions = search.program.system.transitions
    ways: set[str] = set()
    for state in search.states:
        regions, facts = known(search, state)
        if regions == Regions(Protection.DISABLING) and facts.source == "gone":
            ways |= {
                transitions[number].rule
                for number, after in search.program.successors(state)
                if known(search, after)[0] == Regions()
            }
        if regions == Regions(Protection.DISABLING_FAILED) and facts.source == "gone":
            ends = [n for n, after in search.program.successors(state) if known(search, after)[0] == Regions()]
            assert {transitions[number].rule for number in ends} == {"ADM-7.2"}
    assert ways == set()


def components_of(parts: list[str]) -> Components:
    """What administration says of the conditions of an appliance's parts."""
    if all(part in {Condition.HEALTHY, Condition.WARNING} for part in parts):
        return Components.WELL
    return Components.DEAD if all(part == Condition.DEAD for part in parts) else Components.MIXED


def test_a_switch_is_blocked_where_the_appliances_chapter_blocks_it() -> None:
    """Refinement: with a fit successor, APP-10 is possible exactly where the table refuses nothing."""
    search = searched("appliance")
    names = [transition.name for transition in search.program.system.transitions]
    switch = next(number for number, name in enumerate(names) if name.startswith("switch_appliance") and "0" in name)
    judged: set[bool] = set()
    for state in search.states[::5]:
        shown = search.program.shown(state)
        parts = [[shown[f"estate.appliances[{a}].parts[{p}]"] for p in range(2)] for a in range(2)]
        if shown["estate.appliances[0].serves"] == "false" or components_of(parts[1]) is not Components.WELL:
            continue
        direction = "reverse" if shown["estate.machine.reverse"] == "true" else "forward"
        regions = next(each for each in FORWARD_AND_REVERSE if each.direction.value == direction)
        facts = AdminFacts(components_of(parts[0]))
        refused = administration.refusal(regions, facts, AdminVerb.SWITCH_APPLIANCE, CORE)
        possible = switch in {number for number, _ in search.program.successors(state)}
        assert possible == (refused is None), shown
        judged.add(possible)
    assert judged == {True, False}


FORWARD_AND_REVERSE = (Regions(Protection.PROTECTED), Regions(Protection.PROTECTED, Direction.REVERSE))


def test_every_claim_is_proved() -> None:
    """By induction, without visiting a state, with the one lemma that is written beside them."""
    proof = prove(SPECS["administration"])
    assert proof.proved, proof.gaps[:3]


@pytest.mark.parametrize("exhibit", WRONG, ids=lambda exhibit: exhibit.spec.name)
def test_a_wrong_administration_is_not_proved(exhibit: WrongDesign) -> None:
    """Every gap is the fault of the action that was changed, and the claim that was made for it is among them."""
    right = SPECS["administration"].actions
    (changed,) = [new for new, old in zip(exhibit.spec.actions, right, strict=True) if new is not old]
    proof = prove(exhibit.spec)
    assert {gap.rule for gap in proof.gaps} == {changed.rule}
    assert exhibit.breaks in {gap.goal_rule for gap in proof.gaps}
