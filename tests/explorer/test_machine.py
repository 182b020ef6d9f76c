"""The page's interpreter means what the plain search means, on every reachable state, and asks as the engines do."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from siteproof.conformance.coverage.lifecycle_map import lifecycle_map
from siteproof.model.engines.explore.exploration import report
from siteproof.model.engines.explore.goal import goal
from siteproof.model.engines.explore.search import Search, reach
from siteproof.model.engines.explore.trace import trace_to
from siteproof.model.engines.formats.itf import itf
from siteproof.model.engines.formats.walk import walk_tables
from siteproof.model.language.spec import System
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.provider import ReplicationProvider
from siteproof.model.spec.providers.catalogue import profile_of
from siteproof.model.spec.registry.specs import SPECS

NODE = shutil.which("node")
ROOT = Path(__file__).parents[2]
SMALL = {"blocks": 1, "versions": 1, "points": 1}
SYSTEMS = [("lifecycle", {}), ("replication", SMALL), ("plans", {}), ("frames", {}), ("untracked_window", SMALL)]
pytestmark = pytest.mark.skipif(NODE is None, reason="no node on this machine: the page's interpreter is not run alone")

EVERYTHING = """
const W = require(process.argv[1]), asked = JSON.parse(require("fs").readFileSync(0));
const m = new W.Machine(asked.walk), all = [];
const said = (state) => m.claims(state).map(({ labels }) => labels.length > 0);
W.shortest(m, (state) => {
  all.push([[...state], m.enabled(state).map((n) => [n, [...m.after(n, state)]]), said(state)]);
  return false;
}, 1e6, () => null).then(() => console.log(JSON.stringify(all)));
"""
ANSWERS = """
const W = require(process.argv[1]), asked = JSON.parse(require("fs").readFileSync(0)), m = new W.Machine(asked.walk);
(async () => {
  const found = [];
  for (const text of asked.queries) {
    try { found.push((await W.shortest(m, W.query(m, text), 1e6, () => null)).way); }
    catch (mistake) { if (!(mistake instanceof W.Mistake)) throw mistake; found.push(mistake.message); }
  }
  console.log(JSON.stringify(found));
})();
"""
FOLLOWED = """
const W = require(process.argv[1]), asked = JSON.parse(require("fs").readFileSync(0)), m = new W.Machine(asked.walk);
const steps = W.follow(m, asked.trace);
console.log(JSON.stringify([steps.map((n) => m.tables.transitions[n].name), W.itf(m, steps, "")]));
"""


def node(script: str, **asked: Any) -> Any:
    """What the script prints as JSON about what it is asked."""
    command = [str(NODE), "-e", script, str(ROOT / "siteproof" / "explorer" / "machine.js")]
    return json.loads(
        subprocess.run(command, input=json.dumps(asked), text=True, capture_output=True, check=True).stdout
    )


def system_of(name: str, bounds: dict[str, int]) -> System:
    """The system of a specification of ours."""
    return SPECS[name].system(bounds)


@pytest.mark.parametrize(("name", "bounds"), SYSTEMS)
def test_the_page_visits_what_the_plain_search_visits(name: str, bounds: dict[str, int]) -> None:
    """The same states in the same order, the same steps from each, and the same claims speak up in each."""
    system = system_of(name, bounds)
    search = Search(system).run()
    program = search.program
    expected = [
        [
            list(state),
            [[number, list(after)] for number, after in program.successors(state)],
            [bool(program.claims(state) >> number & 1) for number in range(len(system.claims))],
        ]
        for state in search.states
    ]
    assert node(EVERYTHING, walk=walk_tables(system)) == expected


QUERIES = (
    "protection=committed",
    "phase=committed, direction=reverse",
    "protection=committed and not direction=reverse or drill=true",
    "not (link.up=true or runs_in_cloud=false)",
    "not not drill=true",
    "source[0]>=1 and 'dirty[0]' = true",
    "source[0] != 0 and seed[0] < 1 and agent_up==false",
    "runs_on_premises=true and runs_in_cloud=true and direction=reverse",
    "pase=committed",
    "phase=comitted",
    "drill<true",
    "drill=true drill=false",
    "(drill=true",
    "drill=true and",
    "and",
    "drill=",
    "=true",
    "drill=true)",
    "",
)


@pytest.mark.parametrize("name", ["replication", "untracked_window"])
def test_a_query_means_the_same_to_the_page_and_to_the_engines(name: str) -> None:
    """As long a way for each query, none where none leads, and refused with the same words where it is no query."""
    system = system_of(name, SMALL)
    answers = node(ANSWERS, walk=walk_tables(system), queries=QUERIES)
    assert dict(zip(QUERIES, map(brief, answers), strict=True)) == {text: answer(system, text) for text in QUERIES}


def brief(found: list[int] | str | None) -> int | str | None:
    """A way by its length."""
    return len(found) if isinstance(found, list) else found


def answer(system: System, text: str) -> int | str | None:
    """How far away the nearest state is; None when none is like that; what is wrong with the query."""
    search = Search(system)
    try:
        number = reach(search, goal(system, text).holds)
    except Problem as problem:
        return problem.problem
    return None if number is None else len(search.path(number)) - 1


@pytest.mark.parametrize("provider", [*ReplicationProvider])
def test_the_jobs_that_can_begin_are_the_allowed_operations(provider: ReplicationProvider) -> None:
    """What the page lists as allowed in a state of a lifecycle is what the provider's table allows there."""
    where = lifecycle_map(profile_of(provider))
    for number in range(len(where.states)):
        names = [edge.name for move in where.leaving[number] for edge in move.edges]
        begins = {name.removesuffix("_starts") for name in names if name.endswith("_starts")}
        assert begins == {verb.value for verb in where.allowed(number)}, where.name(number)


def test_a_trace_that_we_wrote_is_followed_step_by_step() -> None:
    """The page finds the transitions of a trace in ITF, the ones that the trace names, and writes the same trace."""
    system = SPECS["untracked_window"].system()
    found = report(Search(system).run())
    trace = found.violated[0].trace
    assert trace is not None
    ours = json.loads(itf(system, trace, ""))
    steps, theirs = node(FOLLOWED, walk=walk_tables(system), trace=ours)
    assert steps == [step.name for step in trace.steps]
    assert theirs == ours


def test_a_trace_of_states_only_is_followed_too() -> None:
    """Other tools write no names; a variable that they leave out is not compared."""
    system = SPECS["replication"].system(SMALL)
    search = Search(system)
    number = reach(search, goal(system, "protection=committed").holds)
    assert number is not None
    whole = json.loads(itf(system, trace_to(search, number), ""))
    plain = [
        {name: value for name, value in state.items() if name not in {"#meta", "link.up"}} for state in whole["states"]
    ]
    steps, _ = node(FOLLOWED, walk=walk_tables(system), trace={"states": plain})
    assert len(steps) == len(plain) - 1
