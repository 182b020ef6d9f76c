"""Prover, explorer, bounded search and second opinion about the same mutants: they may never contradict each other.

Rule: each judges on its own; only the contradictions are computed from all of them. A mutant that breaks a property is
refuted when the prover names its action, and explorer and bounded search show equally long traces through it.
"""

from collections.abc import Callable, Iterator
from statistics import median

import attrs
from attrs import frozen

from siteproof.model.engines.crosscheck.mutants import SpecMutant, mutants
from siteproof.model.engines.explore.search import Limits, Search
from siteproof.model.engines.explore.trace import Trace
from siteproof.model.engines.prove.bounded import Bounded, bounded_system
from siteproof.model.engines.prove.induction import Conjunct, attempts_of, goals_of, prove
from siteproof.model.engines.prove.interference import second_opinion
from siteproof.model.engines.prove.lowering import NONE
from siteproof.model.engines.prove.proof import Gap
from siteproof.model.engines.prove.range_guards import fenced
from siteproof.model.engines.prove.reality import violation
from siteproof.model.language.claims import ClaimKind, Property
from siteproof.model.language.spec import Spec, System
from siteproof.model.nouns.problem import ExitCode, Problem

STATES_MAX = 60_000
STEPS_MAX = 6
"""How far the bounded search looks where the explorer finds nothing; otherwise as far as the violation is."""

Clock = Callable[[], float]


@frozen
class Explored:
    """What the explorer says: the nearest violation of a property or a range, and whether it saw every state."""

    broken: str
    trace: Trace | None
    complete: bool


@frozen
class JudgedMutant:
    """One mutant and what everybody says. `gap` is the prover's first one; milliseconds are those to the refutation."""

    edit: str
    gap: Gap | None
    explored: Explored
    bounded: Bounded
    contradictions: tuple[str, ...]
    milliseconds: float

    @property
    def broken(self) -> bool:
        """A property or a range is violated in a reachable state."""
        return self.explored.trace is not None

    @property
    def refuted(self) -> bool:
        """It is broken, and is told so with an action and a trace."""
        return self.broken and self.gap is not None and not self.contradictions


Tell = Callable[[JudgedMutant], None]


@frozen
class AgreementRow:
    """The mutants of one specification. `proved` says whether the specification itself is proved at these bounds."""

    spec: str
    bounds: dict[str, int]
    proved: bool
    judged: tuple[JudgedMutant, ...]

    @property
    def broken(self) -> tuple[JudgedMutant, ...]:
        """The mutants that violate a property."""
        return tuple(each for each in self.judged if each.broken)

    @property
    def refuted(self) -> int:
        """How many of them are refuted."""
        return sum(each.refuted for each in self.judged)

    @property
    def median_ms(self) -> float:
        """The median time of a refutation; 0 when there is none."""
        return median([each.milliseconds for each in self.broken] or [0.0])

    @property
    def contradictions(self) -> tuple[str, ...]:
        """Everything that anybody says against anybody else."""
        return tuple(f"{each.edit}: {text}" for each in self.judged for text in each.contradictions)


def agreement(
    spec: Spec, bounds: dict[str, int], count: int, seed: int, clock: Clock, tell: Tell = lambda _: None
) -> AgreementRow:
    """Judge `count` different mutants of the specification; `clock` is for times only, `tell` hears each verdict."""
    base = _Base(spec, bounds)
    judged = []
    for mutant in distinct(spec, bounds, count, seed):
        judged.append(base.judge(mutant, clock))
        tell(judged[-1])
    return AgreementRow(spec.name, dict(base.system.bounds), base.proved, tuple(judged))


def distinct(spec: Spec, bounds: dict[str, int], count: int, seed: int) -> Iterator[SpecMutant]:
    """The first `count` mutants that differ from each other in their edit."""
    seen: set[str] = set()
    for mutant in mutants(spec, seed, bounds):
        if mutant.edit not in seen:
            yield mutant
        seen.add(mutant.edit)
        if len(seen) == count:
            return


class _Base:
    """The right specification: its goals are those of every mutant, and only the edited action is proved anew."""

    def __init__(self, spec: Spec, bounds: dict[str, int]) -> None:
        self.spec, self.bounds = spec, bounds
        self.system: System = spec.system(bounds)
        self.goals: tuple[Conjunct, ...] = goals_of(self.system, NONE)
        self.gaps = prove(spec, bounds).gaps
        self.counted = any(part.count for part in spec.parts)

    @property
    def proved(self) -> bool:
        return not self.gaps

    def judge(self, mutant: SpecMutant, clock: Clock) -> JudgedMutant:
        start = clock()
        gap = self.first_gap(mutant)
        system = attrs.evolve(mutant.spec.system(self.bounds), lemmas=())
        explored = explore(system)
        milliseconds = (clock() - start) * 1000
        bounded = bounded_system(system, explored.trace.length if explored.trace is not None else STEPS_MAX)
        found = (*contradictions(mutant, self._any(gap, mutant), explored, bounded), *self._opinion(mutant, explored))
        return JudgedMutant(mutant.edit, gap, explored, bounded, found, milliseconds)

    def first_gap(self, mutant: SpecMutant) -> Gap | None:
        """Where the edited action breaks the induction; the others are as they were."""
        alone = attrs.evolve(mutant.spec, actions=(mutant.action,), properties=tuple(_about(mutant)), lemmas=())
        attempts = attempts_of(alone.system(self.bounds), self.goals, NONE)
        return next((gap for gap in attempts if gap is not None), None)

    def _any(self, gap: Gap | None, mutant: SpecMutant) -> Gap | None:
        """A gap of the whole mutant: its own, or one that was there before the edit."""
        return gap or next((each for each in self.gaps if each.rule != mutant.action.rule), None)

    def _opinion(self, mutant: SpecMutant, explored: Explored) -> Iterator[str]:
        if self.counted and explored.broken in second_opinion(mutant.spec, self.bounds).held:
            yield f"the second opinion proves {explored.broken}, which the explorer breaks"


def _about(mutant: SpecMutant) -> Iterator[Property]:
    """The claims about steps that the edited action could break: they are no goals, and are asked of it anew."""
    for each in mutant.spec.properties:
        if each.kind is ClaimKind.WHENEVER and (not each.of or mutant.action.rule in each.of):
            yield each


def explore(system: System) -> Explored:
    """The nearest violation of the system's claims, breadth first."""
    fence = fenced(system)
    search = Search(fence.system, Limits(STATES_MAX))
    try:
        for _ in search:
            if search.first:
                break
    except Problem as problem:
        if problem.code is not ExitCode.CANNOT_JUDGE:
            raise
    if not search.first:
        return Explored("", None, search.complete)
    number = min(search.first, key=lambda each: _depth(search, each) + fence.delay(each))
    claim = fence.system.claims[number]
    trace = violation(search, fence, number, search.first[number])
    return Explored(f"{claim.rule} {claim.name}", trace, complete=False)


def _depth(search: Search, number: int) -> int:
    return len(search.path(search.first[number])) - 1


def contradictions(mutant: SpecMutant, gap: Gap | None, explored: Explored, bounded: Bounded) -> Iterator[str]:
    """What cannot be true together; nothing when all agree."""
    far = explored.trace.length if explored.trace is not None else None
    near = bounded.violation.trace.length if bounded.violation is not None else None
    if far is not None and gap is None:
        yield f"the prover proves it, the explorer breaks {explored.broken} in {far} steps"
    if near is not None and gap is None:
        yield f"the prover proves it, the bounded search breaks it in {near} steps"
    if near != far and not bounded.undecided and not _beyond(explored, near):
        yield f"the explorer's shortest violation has {far} steps, the bounded search's {near}"
    if explored.trace is not None and mutant.action.rule not in {step.rule for step in explored.trace.steps}:
        yield "the shortest violation does without the edited action"


def _beyond(explored: Explored, near: int | None) -> bool:
    """The explorer ended early and has seen less than the bounded search, which may then find more."""
    return explored.trace is None and not explored.complete and near is not None
