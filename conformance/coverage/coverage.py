"""Coverage as figures: of each aspect how much was visited, and for what is missing the shortest way there.

Rule: `total` counts what the model reaches under the record's profile. A requirement is touched when somebody judged it
here, or when a rule that it links to was taken; touched is not passed.
"""

import functools
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from typing import TypeVar

from attrs import frozen

from siteproof.conformance.case import all_cases
from siteproof.conformance.coverage.lifecycle_map import LifecycleEdge, LifecycleMap, words_of
from siteproof.conformance.coverage.trail import Deviation, Pair, Trail
from siteproof.model.nouns.vocabulary import Verb
from siteproof.model.spec.lifecycle.table import HAPPENINGS
from siteproof.model.spec.registry import requirements

STATES = "states shown"
RULES = "rules taken"
ALLOWED = "allowed commands asked"
OTHER = "other commands asked"
EDGES = "transitions taken"
REQUIREMENTS = "requirements touched"

Thing = TypeVar("Thing", bound=Hashable)


@frozen
class Missing:
    """Something that was not visited; `way` is what to do and what has to happen, from an unprotected machine on."""

    what: str
    way: tuple[str, ...] = ()


@frozen
class Aspect:
    """One figure: `visited` of `total`."""

    name: str
    visited: int
    total: int
    missing: tuple[Missing, ...]


@frozen
class Coverage:
    """All aspects of a record, and each step that the model does not allow."""

    aspects: tuple[Aspect, ...]
    deviations: tuple[Deviation, ...]
    events: int

    def aspect(self, name: str) -> Aspect:
        """The aspect of that name."""
        return {each.name: each for each in self.aspects}[name]


def coverage(trail: Trail) -> Coverage:
    """What a trail comes to."""
    where = trail.where
    edges = {edge for move in trail.moves for edge in move.edges}
    rules = {edge.rule for edge in edges if _takes_its_rule(edge)}
    pairs = [Pair(state, verb) for state in sorted(where.everywhere) for verb in Verb]
    allowed, other = _split(pairs, lambda pair: pair.verb in where.allowed(pair.state))
    aspects = (
        _aspect(
            STATES, sorted(where.everywhere), trail.states, lambda each: Missing(where.name(each), where.way(each))
        ),
        _aspect(RULES, list(_rules(where)), rules, lambda rule: _edge(where, _rules(where)[rule])),
        _aspect(ALLOWED, allowed, trail.pairs, lambda pair: _pair(where, pair)),
        _aspect(OTHER, other, trail.pairs, lambda pair: _pair(where, pair)),
        _aspect(EDGES, where.edges, edges, lambda edge: _edge(where, edge)),
        _requirements(where, trail.judged, rules),
    )
    return Coverage(aspects, tuple(trail.deviations), trail.events)


def _aspect(
    name: str, every: Collection[Thing], visited: Collection[Thing], told: Callable[[Thing], Missing]
) -> Aspect:
    missing = tuple(told(each) for each in every if each not in visited)
    return Aspect(name, len(every) - len(missing), len(every), missing)


def _split(things: Iterable[Thing], holds: Callable[[Thing], bool]) -> tuple[list[Thing], list[Thing]]:
    yes: list[Thing] = []
    no: list[Thing] = []
    for thing in things:
        (yes if holds(thing) else no).append(thing)
    return yes, no


def _takes_its_rule(edge: LifecycleEdge) -> bool:
    """A row is taken when its command starts, a happening when it happens; phases may be shared by several rows."""
    return edge.name.endswith("_starts") or edge.rule in _HAPPEN


_HAPPEN = frozenset(happening.rule for happening in HAPPENINGS)


@functools.cache
def _rules(where: LifecycleMap) -> Mapping[str, LifecycleEdge]:
    """Every rule that can be taken, with the edge on the shortest way to it."""
    found: dict[str, LifecycleEdge] = {}
    for edge in sorted(filter(_takes_its_rule, where.edges), key=lambda each: len(where.way(each.source))):
        found.setdefault(edge.rule, edge)
    return found


def _state(where: LifecycleMap, state: int) -> Missing:
    return Missing(where.name(state), where.way(state))


def _edge(where: LifecycleMap, edge: LifecycleEdge) -> Missing:
    step = words_of(edge) or f"({edge.name.replace('_', ' ')})"
    return Missing(f"{edge.rule} {edge.name} in {where.name(edge.source)}", (*where.way(edge.source), step))


def _pair(where: LifecycleMap, pair: Pair) -> Missing:
    return Missing(f"{pair.verb.value} in {where.name(pair.state)}", (*where.way(pair.state), pair.verb.value))


def _requirements(where: LifecycleMap, judged: Collection[str], rules: Collection[str]) -> Aspect:
    every = [each for each in requirements.requirements() if not each.informative]
    touched = {each.id for each in every if each.id in judged or any(_covers(link, rules) for link in each.rules)}
    known = {each.id: each for each in every}
    return _aspect(REQUIREMENTS, [each.id for each in every], touched, lambda name: _unjudged(where, known[name]))


def _covers(link: str, rules: Iterable[str]) -> bool:
    """`LC-5` is covered by any row LC-5.n."""
    return any(rule == link or rule.startswith(f"{link}.") for rule in rules)


def _unjudged(where: LifecycleMap, each: requirements.Requirement) -> Missing:
    linked = (edge for rule, edge in _rules(where).items() if any(_covers(link, (rule,)) for link in each.rules))
    edge = next(linked, None)
    cases = tuple(f"siteproof conform --case {case}" for case in _cases_of(each.id)[:1])
    return Missing(f"{each.id} ({each.level.value})", _edge(where, edge).way if edge and not cases else cases)


def _cases_of(requirement_id: str) -> list[str]:
    return [case.id for case in all_cases() if requirement_id in case.requires]
