"""A second opinion without lemmas: one component's own states, while everything else changes as it likes.

Rule: before each step of the component all variables of others take any values. So a claim that holds here holds for
any number of such components, whatever the others do; one that breaks here may still hold: then there is no opinion.
"""

import itertools
from collections.abc import Iterator

import attrs
from attrs import frozen

from siteproof.model.engines.explore.program import Program, State, compiled
from siteproof.model.engines.prove.independence import check_alike, kinds
from siteproof.model.engines.prove.range_guards import RANGE, fenced
from siteproof.model.language.domain import Range
from siteproof.model.language.expression import Expr, variables_of
from siteproof.model.language.spec import Bounds, Claim, Spec, System, Transition
from siteproof.model.language.variable import Variable
from siteproof.model.nouns.problem import ExitCode, Problem

STATES_MAX = 40_000
OTHERS_MAX = 4_096


@frozen
class Opinion:
    """What was found for one component: `held` and `broken` name its claims; a broken one is no refutation.

    `every` is the bound that counts such components (empty: there is one); everything else has `others` states.
    """

    component: str
    every: str
    states: int
    others: int
    held: tuple[str, ...]
    broken: tuple[str, ...]


@frozen
class SecondOpinion:
    """The opinions on all components, and why there is none on others. `silent` are claims about several of them."""

    spec: str
    bounds: dict[str, int]
    opinions: tuple[Opinion, ...]
    refused: tuple[str, ...]
    silent: tuple[str, ...]

    @property
    def held(self) -> frozenset[str]:
        """Every claim that holds under arbitrary interference: `rule name(instance)`."""
        return frozenset(name for opinion in self.opinions for name in opinion.held)


def second_opinion(spec: Spec, bounds: Bounds | None = None) -> SecondOpinion:
    """Explore each kind of component on its own. Counted components are taken once, and stand for any number."""
    chosen = {**(bounds or {}), **{part.count: 1 for part in spec.parts if part.count}}
    system = spec.system(chosen)
    opinions: list[Opinion] = []
    refused: list[str] = []
    for component in dict.fromkeys(variable.component for variable in system.variables):
        try:
            opinions.append(_opinion(spec, system, component))
        except Problem as problem:
            refused.append(f"{component}: {problem.problem}: {problem.cause}")
    spoken = {name for opinion in opinions for name in (*opinion.held, *opinion.broken)}
    silent = tuple(name for name in map(title, _always(system)) if name not in spoken)
    return SecondOpinion(spec.name, dict(system.bounds), tuple(opinions), tuple(refused), silent)


def title(claim: Claim) -> str:
    """The claim as proofs and opinions name it."""
    return f"{claim.rule} {claim.name}"


def _always(system: System) -> tuple[Claim, ...]:
    return fenced(system).system.claims


def _opinion(spec: Spec, system: System, component: str) -> Opinion:
    part = next(part for part in spec.parts if part.kind.__name__.lower() == component)
    if part.count:
        _check_alone(spec, system, part.count, component)
    for count in {each.count for each in spec.parts if each.count}:
        _check_shared(spec, system, count, component)
    alone = _Alone(system, component)
    if alone.claims:
        alone.search()
    return alone.opinion(part.count)


def _check_alone(spec: Spec, system: System, count: str, component: str) -> None:
    """Problem when one step or claim speaks of two of them: then one of them alone is not what each of many is."""
    two = spec.system({**system.bounds, count: 2})
    names = {f"{component}[0]", f"{component}[1]"}
    steps = [
        (step.name, _seen(step) | {effect.target.component for effect in step.effects}) for step in two.transitions
    ]
    claims = [(f"{claim.name}", _components(guard)) for claim in _always(two) for _, guard in claim.instances]
    for name, seen in (*steps, *claims):
        if names <= seen:
            problem = f"{count} are not explored alone"
            raise Problem(problem, f"{name} is about two of them", "prove it for given sizes", ExitCode.CANNOT_JUDGE)


def _check_shared(spec: Spec, system: System, count: str, component: str) -> None:
    """Problem when the count says more than how many there are, or two of them together move or judge the component."""
    check_alike(spec, system.bounds, count)
    two = spec.system({**system.bounds, count: 2})
    names = kinds(spec, count)
    pairs = [{f"{kind}[0]", f"{kind}[1]"} for kind in names]
    about = [(step.name, _seen(step)) for step in two.transitions if component in _changed(step)]
    about += [(claim.name, _components(guard)) for claim in _always(two) for _, guard in claim.instances]
    for name, seen in about:
        if any(pair <= seen for pair in pairs):
            problem = f"{component} is not explored beside one of many"
            raise Problem(problem, f"{name} is about two of them", "prove it for given sizes", ExitCode.CANNOT_JUDGE)


def _changed(step: Transition) -> set[str]:
    return {effect.target.component for effect in step.effects}


def _seen(step: Transition) -> set[str]:
    return set().union(*map(_components, (step.guard, *(effect.value for effect in step.effects))))


def _components(node: Expr) -> set[str]:
    return {variable.component for variable in variables_of(node)}


class _Alone:
    """The search over one component's states, each of them beside every state of everything else."""

    def __init__(self, system: System, component: str) -> None:
        self.component = component
        fence = fenced(system).system
        mine = [number for number, v in enumerate(fence.variables) if v.component == component]
        self.claims = tuple(claim for claim in fence.claims if _speaks_of(claim, component))
        self.program: Program = compiled(attrs.evolve(fence, claims=self.claims))
        self.mine = frozenset(mine)
        self.variables = fence.variables
        self.others: list[State] = []
        self.states: set[State] = set()
        self.broken = 0

    def search(self) -> None:
        """All of the component's states; Problem when there are too many."""
        self.others.extend(_others(self.variables, self.mine))
        waiting = [self._cut(self.program.initial)]
        self.states.update(waiting)
        while waiting:
            new = {after for each in self._meetings(waiting.pop()) for after in self._after(each)} - self.states
            self.states |= new
            waiting.extend(new)
            if len(self.states) > STATES_MAX:
                cause = f"more than {STATES_MAX} states of its own"
                raise Problem("too large to be explored alone", cause, "smaller bounds", ExitCode.CANNOT_JUDGE)

    def opinion(self, count: str) -> Opinion:
        """What holds and what does not."""
        parts = [(title(claim), bool(self.broken >> number & 1)) for number, claim in enumerate(self.claims)]
        held, broken = (tuple(name for name, wrong in parts if wrong is which) for which in (False, True))
        return Opinion(self.component, count, len(self.states), len(self.others), held, broken)

    def _meetings(self, own: State) -> Iterator[State]:
        """The component's state beside each state of everything else; claims are judged on the way."""
        for other in self.others:
            state = bytes(mine | theirs for mine, theirs in zip(own, other, strict=True))
            self.broken |= self.program.claims(state)
            yield state

    def _after(self, state: State) -> Iterator[State]:
        return (self._cut(after) for _, after in self.program.successors(state))

    def _cut(self, state: State) -> State:
        """The component's own part; the others' places are zero."""
        return bytes(code if number in self.mine else 0 for number, code in enumerate(state))


def _speaks_of(claim: Claim, component: str) -> bool:
    """Whether the claim is about this component; beside it, it may speak of what may be anything."""
    if claim.rule == RANGE:
        return claim.name.partition(".")[0] == component
    return any(component in _components(guard) for _, guard in claim.said or claim.instances)


def _others(variables: tuple[Variable, ...], mine: frozenset[int]) -> Iterator[State]:
    """Every state of everything else, with zero in the component's own places."""
    sets = [[0] if number in mine else _codes(variable) for number, variable in enumerate(variables)]
    room = 1
    for each in sets:
        room *= len(each)
    if room > OTHERS_MAX:
        cause = f"everything else has {room:,} states, at most {OTHERS_MAX:,} are tried"
        raise Problem("too much interference", cause, "smaller bounds", ExitCode.CANNOT_JUDGE)
    return (bytes(codes) for codes in itertools.product(*sets))


def _codes(variable: Variable) -> list[int]:
    low = variable.domain.low if isinstance(variable.domain, Range) else 0
    return list(range(low, low + variable.domain.size))
