"""Judges promises on the whole graph: a verdict for each `eventually`, a broken one with a way there and a loop.

Rule: a promise that never begins is broken, like a `sometimes` that never happens; graphs are small, or not judged.
"""

import itertools
from collections.abc import Callable, Sequence

import attrs

from siteproof.model.engines.explore.exploration import ClaimVerdict, Exploration
from siteproof.model.engines.explore.fair import Leaving, Runs, nearest_ways
from siteproof.model.engines.explore.program import predicates
from siteproof.model.engines.explore.search import Search, SearchLevel
from siteproof.model.engines.explore.trace import Trace, TraceStep, VariableChange
from siteproof.model.language.claims import ClaimKind
from siteproof.model.language.promise import Leads
from siteproof.model.language.spec import Promise, System

STATES_MAX = 50_000
"""The largest graph that is judged; it takes some seconds."""


def with_promises(
    found: Exploration, system: System, progress: Callable[[SearchLevel], None] | None = None
) -> Exploration:
    """The exploration with a verdict for each promise, unless it is incomplete or has more than STATES_MAX states."""
    if not system.promises or not found.complete or found.states > STATES_MAX:
        return found
    verdicts = promise_verdicts(Search(system).run(progress))
    return attrs.evolve(found, verdicts=(*found.verdicts, *verdicts))


def promise_verdicts(search: Search) -> tuple[ClaimVerdict, ...]:
    """A verdict for each promise of a complete search's system."""
    successors, numbers = search.program.successors, search.numbers
    leaving = [[(number, numbers[state]) for number, state in successors(here)] for here in search.states]
    return tuple(_verdict(search, leaving, promise) for promise in search.program.system.promises)


def _verdict(search: Search, leaving: Leaving, promise: Promise) -> ClaimVerdict:
    begun, broken = False, None
    for _, leads in promise.instances:
        begins, ends = _where(search, leads)
        begun = begun or bool(begins)
        broken = broken or _broken(search, Runs(leaving, promise), begins, ends)
    facts = (promise.rule, ClaimKind.EVENTUALLY, promise.name, promise.doc, promise.why)
    if broken is not None:
        return ClaimVerdict(*facts, holds=False, trace=broken[0], loop=broken[1])
    return ClaimVerdict(*facts, holds=begun, trace=None)


def _where(search: Search, leads: Leads) -> tuple[set[int], set[int]]:
    holds = predicates(search.program.system, (leads.begins, leads.ends))
    found = [holds(state) for state in search.states]
    return tuple({number for number, each in enumerate(found) if each[which]} for which in (0, 1))  # type: ignore[return-value]  # two


def _broken(search: Search, runs: Runs, begins: set[int], ends: set[int]) -> tuple[Trace, tuple[TraceStep, ...]] | None:
    """The nearest way to break one instance, if there is one."""
    allowed = set(range(len(search.states))) - ends
    ways = nearest_ways(runs.leaving, {state: len(search.path(state)) - 1 for state in begins - ends}, allowed)
    parts = list(runs.fair_sets(ways))
    if not parts:
        return None
    state, part = min(((state, part) for part in parts for state in part), key=lambda pair: (ways[pair[0]], pair[0]))
    stem = [state]
    while ways[stem[-1]][1] != stem[-1]:
        stem.append(ways[stem[-1]][1])
    way = [*search.path(stem[-1]), *reversed(stem[:-1])]
    hops = runs.loop(state, part)
    start = search.program.shown(search.states[0])
    return Trace(start, _steps(search, runs.leaving, way)), tuple(_step(search, *hop) for hop in hops)


def _steps(search: Search, leaving: Leaving, way: Sequence[int]) -> tuple[TraceStep, ...]:
    pairs = itertools.pairwise(way)
    return tuple(_step(search, a, next(n for n, target in leaving[a] if target == b), b) for a, b in pairs)


def _step(search: Search, source: int, number: int, target: int) -> TraceStep:
    before, after = (search.program.shown(search.states[state]) for state in (source, target))
    step = search.program.system.transitions[number]
    changes = tuple(VariableChange(name, before[name], after[name]) for name in after if before[name] != after[name])
    return TraceStep(step.rule, step.name, changes)
