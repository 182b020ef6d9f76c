"""The lifecycle as a map: every reachable state, every move between two of them, and the shortest way to each.

Rule: states and moves come from the model's specification `lifecycle`; a move that nobody asks for is silent. What the
model tells apart and no observer can (two rows that share a phase) is one move with several transitions.
"""

import functools
from collections.abc import Iterable, Iterator, Mapping

from attrs import evolve, field, frozen

from siteproof.conformance.coverage.events import REGIONS, ShownState, state_name
from siteproof.model.engines.explore.search import Search
from siteproof.model.language.table import matching
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.profile import CORE, Profile
from siteproof.model.nouns.provider import ReplicationProvider
from siteproof.model.nouns.vocabulary import Verb
from siteproof.model.spec.lifecycle.spec import lifecycle_spec
from siteproof.model.spec.lifecycle.table import TABLES, allowed_operations, rows_of

States = frozenset[int]
Wanted = tuple[tuple[str, object], ...]


@frozen
class LifecycleEdge:
    """One transition of the model from one state: its source's number, the transition's number, rule and name."""

    source: int
    transition: int
    rule: str
    name: str


@frozen
class LifecycleMove:
    """From one state to another, by a command or (verb None) silently; `edges` are the transitions that do it.

    A command whose failure leaves everything as it was leads back to its state; the model has no transition for that.
    """

    source: int
    verb: Verb | None
    target: int
    edges: tuple[LifecycleEdge, ...] = field(eq=False)

    @property
    def is_trouble(self) -> bool:
        """Whether it needs a cause that no command asks for: a failure, or something that happens."""
        return not any(edge.name.endswith("_starts") or "_leaves_" in edge.name for edge in self.edges)


@frozen(eq=False)
class LifecycleMap:
    """States by number (0 is the start), the moves that leave each, and for each state the edge on the way to it."""

    profile: Profile
    states: tuple[Regions, ...]
    leaving: tuple[tuple[LifecycleMove, ...], ...]
    reached_by: tuple[LifecycleEdge | None, ...]
    _matched: dict[Wanted, States] = field(factory=dict, init=False)  # the same states are asked about all the time

    @property
    def moves(self) -> tuple[LifecycleMove, ...]:
        """Every move."""
        return tuple(move for moves in self.leaving for move in moves)

    @property
    def edges(self) -> tuple[LifecycleEdge, ...]:
        """Every transition of the model, as often as there are states that it leaves."""
        return tuple(edge for move in self.moves for edge in move.edges)

    @property
    def everywhere(self) -> States:
        """The number of each state."""
        return frozenset(range(len(self.states)))

    def allowed(self, state: int) -> frozenset[Verb]:
        """The commands that the model's table lists in the state."""
        return allowed_operations(self.states[state], self.profile)

    def runs_a_job(self, state: int) -> bool:
        """Whether the state is a phase of a job, which ends by itself."""
        return any("_leaves_" in edge.name for move in self.leaving[state] for edge in move.edges)

    def matching(self, shown: ShownState) -> States:
        """The states that show what the event says; none when the model reaches no such state."""
        wanted = tuple((name, getattr(shown, name)) for name in REGIONS if getattr(shown, name) is not None)
        if wanted not in self._matched:
            fits = (number for number, each in enumerate(self.states) if _fits(each, wanted))
            self._matched[wanted] = frozenset(fits)
        return self._matched[wanted]

    def name(self, state: int) -> str:
        """The state in one word."""
        return state_name(self.states[state])

    def way(self, state: int) -> tuple[str, ...]:
        """What to do, and what has to happen, on a shortest way from the start to the state."""
        words: list[str] = []
        edge = self.reached_by[state]
        while edge is not None:
            words.append(words_of(edge))
            edge = self.reached_by[edge.source]
        return tuple(word for word in reversed(words) if word)


def words_of(edge: LifecycleEdge) -> str:
    """`fail_over` for a command, `(commit fails in committing)` for what must happen, nothing for a phase that ends."""
    if edge.name.endswith("_starts"):
        return edge.name.removesuffix("_starts")
    return "" if "_leaves_" in edge.name else f"({edge.name.replace('_', ' ')})"


def lifecycle_map(profile: Profile = CORE) -> LifecycleMap:
    """The map of the lifecycle that the profile offers; only provider and commit decide which that is."""
    return _map(profile.provider, profile.reprotect_requires_commit)


@functools.cache
def _map(provider: ReplicationProvider, reprotect_requires_commit: bool) -> LifecycleMap:
    profile = evolve(CORE, provider=provider, reprotect_requires_commit=reprotect_requires_commit)
    search = Search(lifecycle_spec(profile).system({})).run()
    every = [_edges_of(search, number) for number in range(len(search.states))]
    first = [None, *(_first_edge(search, number) for number in range(1, len(search.states)))]
    states = tuple(_regions(search.program.shown(state)) for state in search.states)
    stays = (_failures_without_a_trace(number, regions, profile) for number, regions in enumerate(states))
    moves = tuple((*_moves(edges), *stay) for edges, stay in zip(every, stays, strict=True))
    return LifecycleMap(profile, states, moves, tuple(first))


def _failures_without_a_trace(number: int, regions: Regions, profile: Profile) -> Iterator[LifecycleMove]:
    """Back to where it was, for each job without a phase and without a state of its failure."""
    for row in matching(rows_of(profile), regions, profile):
        if not row.job.through and not row.job.on_failure:
            yield LifecycleMove(number, row.verb, number, ())


_STARTS: Mapping[tuple[str, str], Verb] = {
    (row.rule, f"{row.verb.value}_starts"): row.verb for rows in TABLES.values() for row in rows
}


def _edges_of(search: Search, number: int) -> list[tuple[int, LifecycleEdge]]:
    found = search.program.successors(search.states[number])
    return [(search.numbers[after], _edge(search, number, via)) for via, after in found]


def _first_edge(search: Search, number: int) -> LifecycleEdge:
    return _edge(search, search.parents[number], search.via[number])


def _edge(search: Search, source: int, via: int) -> LifecycleEdge:
    transition = search.program.system.transitions[via]
    return LifecycleEdge(source, via, transition.rule, transition.name.split("(", 1)[0])


def _moves(edges: Iterable[tuple[int, LifecycleEdge]]) -> tuple[LifecycleMove, ...]:
    grouped: dict[tuple[int, Verb | None], list[LifecycleEdge]] = {}
    for target, edge in edges:
        grouped.setdefault((target, _STARTS.get((edge.rule, edge.name))), []).append(edge)
    return tuple(LifecycleMove(same[0].source, verb, target, tuple(same)) for (target, verb), same in grouped.items())


def _regions(shown: Mapping[str, str]) -> Regions:
    values = {name.rsplit(".", 1)[-1]: text for name, text in shown.items()}
    return Regions(**{name: kind(values[name]) for name, kind in REGIONS.items()})


def _fits(regions: Regions, wanted: Wanted) -> bool:
    return all(getattr(regions, name) == value for name, value in wanted)
