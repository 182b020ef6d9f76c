"""All engines find the same: states, transitions, levels, verdicts, lengths of traces, dead ends, idle transitions."""

import functools
import re

import pytest

from siteproof.model.engines.explore.choice import explorer
from siteproof.model.engines.explore.exploration import Exploration
from siteproof.model.engines.explore.goal import goal
from siteproof.model.engines.explore.search import SearchLevel
from siteproof.model.language import System
from siteproof.model.nouns.problem import Problem
from siteproof.model.spec.registry.manifest import Check, checks
from siteproof.model.spec.registry.specs import SPECS
from tests.engine import toys

COMPARED_STATES_MAX = 4_000
"""Larger checks are compared with the manifest's numbers only, which the plain search has to find as well."""

FAST = ("rows-std", "rows", "packed")
SMALL = [check for check in checks() if check.states <= COMPARED_STATES_MAX]
LARGE = [check for check in checks() if check.states > COMPARED_STATES_MAX]


def _name(check: Check) -> str:
    return "-".join((check.spec, *map(str, check.bounds.values())))


def facts(found: Exploration) -> dict[str, object]:
    """Everything that must not depend on the engine; which of several shortest traces is told may."""
    return {
        "counts": (found.states, found.transitions, found.depth, found.complete),
        "verdicts": [(v.rule, v.name, v.holds, v.trace and v.trace.length) for v in found.verdicts],
        "never fired": found.never_fired,
        "idle": found.idle,
        "dead ends": (found.deadlocks, found.deadlock and found.deadlock.length),
    }


def _able(system: System, engine: str) -> str:
    """The engine, or `auto` where the engine refuses the system by name."""
    try:
        explorer(system, engine)
    except Problem as refused:
        assert re.search("does not factorise|does not fit the engine", refused.problem)  # noqa: PT017  (nothing else)
        return "auto"
    return engine


def explored(system: System, engine: str) -> tuple[dict[str, object], list[SearchLevel]]:
    """Facts and levels."""
    levels: list[SearchLevel] = []
    found = explorer(system, engine).explore(levels.append)
    return facts(found), levels


@functools.cache
def plain(name: str) -> tuple[dict[str, object], list[SearchLevel]]:
    """What the plain search finds in a toy or in a check of the manifest."""
    return explored(_system(name), "plain")


def _system(name: str) -> System:
    by_name = {_name(check): SPECS[check.spec].system(check.bounds) for check in SMALL if _name(check) == name}
    return by_name[name] if by_name else toys.system(name)


@pytest.mark.parametrize("engine", FAST)
@pytest.mark.parametrize("check", SMALL, ids=_name)
def test_fast_engines_find_what_the_plain_one_finds(check: Check, engine: str) -> None:
    """On the manifest's instances every fact and every level is the same; who cannot take one says so, and auto can."""
    assert explored(_system(_name(check)), _able(_system(_name(check)), engine)) == plain(_name(check))


NIGHTLY_STATES_MIN = 30_000


def _when(check: Check) -> object:
    marks = [pytest.mark.nightly] if check.states >= NIGHTLY_STATES_MIN else []
    return pytest.param(check, id=_name(check), marks=marks)


@pytest.mark.parametrize("check", [_when(check) for check in LARGE])
def test_large_checks_have_the_manifests_numbers(check: Check) -> None:
    """Rows, and packed words where a state fits, count what the manifest says."""
    system = SPECS[check.spec].system(check.bounds)
    for engine in {_able(system, "rows"), _able(system, "packed")}:
        found = explorer(system, engine).explore()
        assert (found.states, found.transitions, found.depth) == (check.states, check.transitions, check.depth)
        assert {v.rule: v.trace.length for v in found.violated if v.trace is not None} == check.breaks


@pytest.mark.parametrize("engine", FAST)
@pytest.mark.parametrize("name", toys.NAMES)
def test_moves_that_components_make_together_are_counted_exactly(name: str, engine: str) -> None:
    """Guards, effects, claims and dead ends that speak of several components at once, in every form of the language."""
    assert explored(toys.system(name), engine) == plain(name)


@pytest.mark.parametrize("engine", [*FAST, "plain"])
@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("protection=committed,direction=reverse", 10),
        ("runs_on_premises=true,agent_up=true", 1),
        ("not direction=forward and (protection=committed or drill=true) and seed[0]!=0", 10),
        ("not (log[0]<1 or received=false) and source[0]>=1 or protection=migrated", 3),
    ],
)
def test_the_way_to_a_goal_is_as_short_with_every_engine(engine: str, text: str, length: int) -> None:
    """One machine, one block: the same length, and a trace of that length."""
    system = SPECS["replication"].system({"blocks": 1, "versions": 1, "points": 1})
    way = explorer(system, engine).way_to(goal(system, text))
    assert way.depth == length
    assert way.trace is not None
    assert way.trace.length == length


@pytest.mark.parametrize("engine", [*FAST, "plain"])
def test_an_unreachable_goal_is_said_to_be_so_by_every_engine(engine: str) -> None:
    """None, after all states."""
    system = SPECS["replication"].system({"blocks": 1, "versions": 1, "points": 1})
    way = explorer(system, engine).way_to(goal(system, "runs_on_premises=true,runs_in_cloud=true,direction=reverse"))
    counted = explorer(system, "plain").explore()
    both = [v for v in counted.verdicts if v.name == "never_two_active_sides"]
    assert [v.holds for v in both] == [True]
    assert (way.depth, way.trace, way.states) == (None, None, counted.states)
