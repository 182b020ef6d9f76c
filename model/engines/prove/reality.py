"""Asks the explorer about a gap: is its claim broken in reality (then how, in the fewest steps), or is a lemma missing?

Rule: "not reachable" is said with the bounds, how many states were searched, and whether these are all.
"""

from collections.abc import Iterable

import attrs
from attrs import frozen

from siteproof.model.engines.explore.offence import last_state, offence
from siteproof.model.engines.explore.search import Limits, Search
from siteproof.model.engines.explore.trace import Trace, trace_to
from siteproof.model.engines.prove.proof import Gap, Proof
from siteproof.model.engines.prove.range_guards import Fenced, fenced
from siteproof.model.language.spec import BOUND_MAX, Spec, System
from siteproof.model.nouns.problem import ExitCode, Problem

STATES_MAX = 200_000
Name = tuple[str, str]
"""A goal: its rule id, and its name with its instance."""


@frozen
class Reality:
    """What the explorer says of one goal: its shortest violation, or none among `states` states of `depth` levels."""

    rule: str
    goal: str
    bounds: dict[str, int]
    states: int
    depth: int
    complete: bool
    trace: Trace | None

    @property
    def reachable(self) -> bool:
        """The claim is broken in a state that can be reached."""
        return self.trace is not None


def realities(spec: Spec, proof: Proof, limits: Limits | None = None) -> tuple[Reality, ...]:
    """What the explorer says of every goal that has a gap, in the order of the gaps; nothing for a proof.

    Then follow the properties without a gap that are broken all the same: a goal that fails is assumed by the others.
    """
    goals: dict[Name, dict[str, int]] = {}
    for gap in proof.gaps:
        goals.setdefault((gap.goal_rule, gap.goal), _bounds(proof, gap))
    found: dict[Name, Reality] = {}
    for bounds in {tuple(sorted(each.items())): each for each in goals.values()}.values():
        wanted = [name for name, each in goals.items() if each == bounds]
        found.update({(each.rule, each.goal): each for each in ask(spec.system(bounds), wanted, limits)})
    more = {name: each for name, each in found.items() if name not in goals and each.reachable}
    return (*(found[name] for name in goals), *more.values())


def _bounds(proof: Proof, gap: Gap) -> dict[str, int]:
    """Those of the counterexample, where they were left open and are not too large."""
    open_ones = {name: value for name, value in gap.bounds.items() if 1 <= value <= BOUND_MAX}
    return {**proof.bounds, **open_ones}


def ask(system: System, goals: Iterable[Name], limits: Limits | None = None) -> tuple[Reality, ...]:
    """The explorer's answer for each goal (rule, name with instance), then for every property; one search for all."""
    properties = fenced(attrs.evolve(system, lemmas=())).system.claims
    wanted = list(dict.fromkeys([*goals, *((claim.rule, claim.name) for claim in properties)]))
    fence = only(fenced(system), wanted)
    search = Search(fence.system, limits or Limits(STATES_MAX))
    _search(search)
    names = [(claim.rule, claim.name) for claim in fence.system.claims]
    numbers = {name: number for number, name in enumerate(names)}
    return tuple(_reality(search, fence, name, numbers.get(name)) for name in wanted)


def only(fence: Fenced, goals: Iterable[Name]) -> Fenced:
    """The fenced system with these claims only."""
    wanted = set(goals)
    claims = fence.system.claims
    kept = [number for number, claim in enumerate(claims) if (claim.rule, claim.name) in wanted]
    first = sum(not fence.delay(number) for number in kept)
    return Fenced(attrs.evolve(fence.system, claims=tuple(claims[number] for number in kept)), first)


def _search(search: Search) -> None:
    try:
        for _ in search:
            if len(search.first) == len(search.program.system.claims):
                return
    except Problem as problem:
        if problem.code is not ExitCode.CANNOT_JUDGE:
            raise


def _reality(search: Search, fence: Fenced, name: Name, number: int | None) -> Reality:
    state = search.first.get(number) if number is not None else None
    trace = None if state is None or number is None else violation(search, fence, number, state)
    bounds = dict(fence.system.bounds)
    return Reality(*name, bounds, len(search.states), search.depth, search.complete, trace)


def violation(search: Search, fence: Fenced, number: int, state: int) -> Trace:
    """The trace to the violation of a claim whose first state this is; what is about a step takes one more."""
    trace = trace_to(search, state)
    if not fence.delay(number):
        return trace
    last = offence(fence.system, fence.system.claims[number], last_state(fence.system, trace))
    return attrs.evolve(trace, steps=(*trace.steps, last))
