"""A specification: components, actions and properties; and the finite system that it is for given bounds.

Rule: a specification is made of whole chapters (modules); there is no second list of what they contain.
"""

import inspect
import itertools
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import ModuleType

from attrs import evolve, field, frozen

from siteproof.model.language.action import Action, Step
from siteproof.model.language.claims import ClaimKind, Property
from siteproof.model.language.component import Component
from siteproof.model.language.expression import Bool, Effect, Expr, looks_ahead, nodes_of, variables_of
from siteproof.model.language.promise import Eventually, Leads
from siteproof.model.language.source import Source, SpecError, here
from siteproof.model.language.step_claim import kept_by
from siteproof.model.language.variable import Variable
from siteproof.model.nouns.problem import Problem

BOUND_MAX = 64
SYSTEMS_MAX = 32  # finite systems of one specification that are kept
Bounds = Mapping[str, int]
NO_PARAMETER: Mapping[str, type[Component]] = {}


@frozen(eq=False)
class Transition:
    """One action for one choice of its parameters."""

    rule: str
    name: str
    guard: Bool
    effects: tuple[Effect, ...]
    source: Source


@frozen(eq=False)
class Claim:
    """One property with its instances; `always` and `whenever` need all of them, `sometimes` any.

    What a `whenever` says of a step stands in `said`; `of` are the transitions that it is about, none for all of them.
    Its `instances` are conditions on the state before a step, one for each choice and each transition that could break
    it; `by` names those transitions, place by place.
    """

    rule: str
    kind: ClaimKind
    name: str
    doc: str
    why: str
    instances: tuple[tuple[str, Bool], ...]
    source: Source
    said: tuple[tuple[str, Bool], ...] = ()
    of: tuple[int, ...] = ()
    by: tuple[int, ...] = ()


@frozen(eq=False)
class Promise:
    """One `eventually` with its instances; the sets hold the numbers of the transitions that it counts on."""

    rule: str
    name: str
    doc: str
    why: str
    instances: tuple[tuple[str, Leads], ...]
    fair: frozenset[int]
    strong: frozenset[int]
    ceases: frozenset[int]
    source: Source


@frozen(eq=False)
class System:
    """A specification for given bounds: variables in a fixed order, transitions and claims.

    `unasked` are the properties that need larger bounds; `lemmas` are there for proofs only.
    `promises` speak of runs and not of states: only a search that has the whole graph can judge them.
    """

    name: str
    bounds: Bounds
    variables: tuple[Variable, ...]
    transitions: tuple[Transition, ...]
    claims: tuple[Claim, ...]
    unasked: tuple[Property, ...]
    lemmas: tuple[Claim, ...]
    promises: tuple[Promise, ...] = ()


@frozen(eq=False)
class Part:
    """A kind of component; `count` names the bound that says how many there are, or is empty for exactly one.

    Traces call an instance `name`; without one, as its class is called.
    """

    build: Callable[[Bounds], Component]
    kind: type[Component]
    count: str = ""
    name: str = ""


@frozen(eq=False)
class Spec:
    """A named specification with its default bounds."""

    name: str
    doc: str
    parts: tuple[Part, ...]
    actions: tuple[Action, ...]
    properties: tuple[Property, ...]
    bounds: Bounds = field(factory=dict)
    lemmas: tuple[Property, ...] = ()
    _built: dict[tuple[int, ...], System] = field(factory=dict, init=False)

    def system(self, bounds: Bounds | None = None) -> System:
        """The finite system for these bounds (missing ones take their defaults); Problem when one is unknown.

        It is built once: who asks again gets the same one, as long as fewer than SYSTEMS_MAX others were asked for.
        """
        chosen = {**self.bounds, **self._checked(bounds or {})}
        key = tuple(chosen.values())
        if key not in self._built:
            while len(self._built) >= SYSTEMS_MAX:
                del self._built[next(iter(self._built))]
            self._built[key] = self._build(chosen)
        return self._built[key]

    def _build(self, chosen: Bounds) -> System:
        places = _placed(self.parts, chosen)
        asked = [claim for claim in self.properties if _can_be_asked(claim, chosen)]
        steps = tuple(step for action in self.actions for step in _transitions(action, places, chosen))
        variables = tuple(variable for group in places.values() for part in group for variable in part.variables())
        _must_have_places(steps, frozenset(variables))
        return System(
            self.name,
            chosen,
            variables,
            steps,
            tuple(_claim(claim, steps, places, chosen) for claim in asked if not isinstance(claim, Eventually)),
            tuple(claim for claim in self.properties if claim not in asked),
            tuple(_claim(lemma, steps, places, chosen) for lemma in self.lemmas),
            tuple(_promise(claim, steps, places, chosen) for claim in asked if isinstance(claim, Eventually)),
        )

    def but(self, name: str, doc: str, *changed: Action) -> "Spec":
        """The same specification with actions replaced, by rule id: how wrong designs are written."""
        wrong = {action.rule: action for action in changed}
        unknown = wrong.keys() - {action.rule for action in self.actions}
        if unknown:
            hint = "a wrong design replaces actions of the right one"
            raise SpecError(f"{self.name} has no rule {min(unknown)}", hint, wrong[min(unknown)].source)
        return evolve(self, name=name, doc=doc, actions=tuple(wrong.get(a.rule, a) for a in self.actions))

    def proved_with(self, lemmas: tuple[Property, ...]) -> "Spec":
        """The same specification with the facts that its proofs need beside its claims."""
        return evolve(self, lemmas=lemmas)

    def _checked(self, bounds: Bounds) -> Bounds:
        for name, value in bounds.items():
            if name not in self.bounds:
                hint = f"its bounds: {', '.join(self.bounds) or 'none'}"
                raise Problem(f"{self.name} has no bound `{name}`", "only what it counts can be bounded", hint)
            if not 1 <= value <= BOUND_MAX:
                raise Problem(f"{name} is {value}", "there is no such system", f"bounds are 1 to {BOUND_MAX}")
        return bounds


def spec_of(module: str, name: str, doc: str, parts: tuple[Part, ...], bounds: Bounds) -> Spec:
    """The specification that one module is: every action and property written in it so far, in their order."""
    _must_fit(name, doc, parts, bounds)
    actions, properties = chapter(sys.modules[module])
    return Spec(name, doc, parts, actions, properties, bounds)


def _must_fit(name: object, doc: object, parts: object, bounds: object) -> None:
    """SpecError when a specification is put together from something else than words, parts and bounds."""
    if not (isinstance(name, str) and isinstance(doc, str) and name and doc):
        raise SpecError("a specification needs a name and a sentence", "write both as text", here())
    if not isinstance(parts, tuple) or not all(isinstance(part, Part) for part in parts):
        raise SpecError("the parts are no tuple of Part", "write  (Part(Site, Site),)  with the comma", here())
    if not isinstance(bounds, Mapping) or not all(isinstance(value, int) for value in bounds.values()):
        raise SpecError("the bounds are no numbers by name", 'write  {"most": 3}', here())
    for part in parts:
        _must_be_built(part)
        if part.count and part.count not in bounds:
            hint = f"the bounds are {', '.join(bounds) or 'none'}"
            raise SpecError(f"{part.kind.__name__} is counted by `{part.count}`, which is no bound", hint, here())
    if len({part.kind for part in parts}) < len(parts):
        raise SpecError("two parts are of one kind", "give one of them a class of its own, or a count", here())


def _must_be_built(part: Part) -> None:
    kind: object = part.kind
    if not (isinstance(kind, type) and issubclass(kind, Component) and callable(part.build)):
        raise SpecError(f"{kind!r} is no component", "write  Part(Site, Site)  with a class of yours", here())
    try:
        inspect.signature(part.build).bind({})
    except TypeError as error:
        hint = "write  def __init__(self, bounds: Bounds) -> None"
        raise SpecError(f"{part.kind.__name__} is not built from the bounds: {error}", hint, here()) from error


def chapter(*modules: ModuleType) -> tuple[tuple[Action, ...], tuple[Property, ...]]:
    """The actions and properties that stand in these modules, in the order in which they are written."""
    items = [item for module in modules for item in vars(module).values() if _written_in(item, module)]
    actions = tuple(item for item in items if isinstance(item, Action))
    return actions, tuple(item for item in items if isinstance(item, Property))


def _written_in(item: object, module: ModuleType) -> bool:
    return isinstance(item, Action | Property) and item.build.__module__ == module.__name__


Places = Mapping[type[Component], tuple[Component, ...]]


def _placed(parts: Iterable[Part], bounds: Bounds) -> Places:
    return {part.kind: tuple(_instances(part, bounds)) for part in parts}


def _instances(part: Part, bounds: Bounds) -> Iterator[Component]:
    count = bounds[part.count] if part.count else 1
    name = part.name or part.kind.__name__.lower()
    for number in range(count):
        component = part.build(bounds)
        component.place(f"{name}[{number}]" if count > 1 else name)
        yield component


def _transitions(action: Action, places: Places, bounds: Bounds) -> Iterator[Transition]:
    for label, arguments in _choices(action.build, action.indexes, action.source, places, bounds, action.over):
        step = action.build(**arguments)
        if not isinstance(step, Step):
            raise SpecError(f"{action.name} returns no step", "end with  given(...).then(...)", action.source)
        for node in (step.guard, *(effect.value for effect in step.effects)):
            _must_be_of_one_state(node, action.name)
        _must_not_read_history(step)
        yield Transition(action.rule, f"{action.name}({label})", step.guard, step.effects, action.source)


def _can_be_asked(claim: Property, bounds: Bounds) -> bool:
    return all(bounds[name] >= least for name, least in claim.needs.items())


def _claim(claim: Property, steps: tuple[Transition, ...], places: Places, bounds: Bounds) -> Claim:
    choices = _choices(claim.build, {}, claim.source, places, bounds)
    said = tuple((label, _condition(claim, claim.build(**arguments))) for label, arguments in choices)
    if claim.kind is ClaimKind.WHENEVER:
        of = tuple(number for number, step in enumerate(steps) if step.rule in claim.of)
        if claim.of and not of:
            raise SpecError(f"{claim.name} is about {claim.of[0]}, which is no action here", "name one", claim.source)
        facts = (claim.rule, claim.kind, claim.name, claim.doc, claim.why, (), claim.source)
        return about_steps(Claim(*facts, said, of), steps)
    for _, guard in said:
        _must_be_of_one_state(guard, claim.name)
    return Claim(claim.rule, claim.kind, claim.name, claim.doc, claim.why, said, claim.source)


def _condition(claim: Property, found: object) -> Bool:
    if not isinstance(found, Bool):
        shown = found if isinstance(found, Expr) else repr(found)
        raise SpecError(f"{claim.name} claims {shown}, which is no condition", "return a comparison", claim.source)
    return found


def about_steps(claim: Claim, steps: Sequence[Transition]) -> Claim:
    """The `whenever` with its conditions on the states before these steps; SpecError when it speaks of no step.

    What is about the steps of one rule need not speak of what follows.
    """
    found: list[tuple[str, Bool]] = []
    by: list[int] = []
    for label, predicate in claim.said:
        if looks_ahead(predicate) is None and not claim.of:
            raise SpecError(f"{claim.name} says nothing of what follows", "write  variable.next", claim.source)
        for number, step in enumerate(steps):
            kept = kept_by(predicate, step.guard, step.effects) if number in (claim.of or (number,)) else None
            if kept is not None:
                found.append((label, kept))
                by.append(number)
    return evolve(claim, instances=tuple(found), by=tuple(by))


def _must_have_places(steps: Iterable[Transition], known: frozenset[Variable]) -> None:
    """SpecError when a step changes or asks for a variable that no component of the system owns."""
    hint = "assign it to an attribute in the constructor of a component that is a part of the specification"
    for step in steps:
        for effect in step.effects:
            if effect.target not in known:
                raise SpecError(f"{step.name} changes {effect.target}, which nothing owns", hint, effect.source)
        for node in (step.guard, *(effect.value for effect in step.effects)):
            for variable in variables_of(node) - known:
                raise SpecError(f"{step.name} reads {variable}, which nothing owns", hint, variable.source)


def _must_not_read_history(step: Step) -> None:
    """SpecError when what happens would depend on what only an auditor remembers."""
    deciding: list[tuple[Expr, str]] = [(step.guard, "a guard")]
    deciding += [(e.value, f"the new value of {e.target}") for e in step.effects if not e.target.history]
    for node, what in deciding:
        read = sorted(str(variable) for variable in variables_of(node) if variable.history)
        if read:
            problem = f"{what} reads {read[0]}, which only remembers what happened"
            raise SpecError(problem, "declare it without  history  when steps depend on it", _line_of(node, step))


def _line_of(node: Expr, step: Step) -> Source:
    """Where the history is read: the smallest part around it; a variable itself knows only where it was declared."""
    for part in nodes_of(node):
        if any(arg.variable is not None and arg.variable.history for arg in part.args):
            return part.source
    return step.source


def _must_be_of_one_state(node: Expr, name: str) -> None:
    ahead = looks_ahead(node)
    if ahead is not None:
        raise SpecError(f"{name} speaks of the state after a step: {ahead}", "claim it with @whenever", ahead.source)


def _promise(claim: Eventually, steps: tuple[Transition, ...], places: Places, bounds: Bounds) -> Promise:
    choices = _choices(claim.build, claim.indexes, claim.source, places, bounds)
    instances = tuple((label, claim.build(**arguments)) for label, arguments in choices)
    for _, leads in instances:
        if not isinstance(leads, Leads):
            raise SpecError(f"{claim.name} promises nothing", "end with  after(...).comes(...)", claim.source)
        for node in (leads.begins, leads.ends):
            _must_be_of_one_state(node, claim.name)
    known = {step.rule for step in steps}
    wanted = (claim.fairness.fair, claim.fairness.strong, claim.fairness.ceases)
    for rule in sorted(frozenset().union(*wanted) - known):
        raise SpecError(f"{claim.name} counts on {rule}, which is no action here", "name actions of it", claim.source)
    fair, strong, ceases = (
        frozenset(number for number, step in enumerate(steps) if step.rule in rules) for rules in wanted
    )
    return Promise(claim.rule, claim.name, claim.doc, claim.why, instances, fair, strong, ceases, claim.source)


def _choices(
    build: Callable[..., object],
    indexes: Mapping[str, str],
    source: Source,
    places: Places,
    bounds: Bounds,
    over: Mapping[str, type[Component]] = NO_PARAMETER,
) -> Iterator[tuple[str, dict[str, object]]]:
    """Every assignment of components and indexes to the function's parameters, with a label for each."""
    sets: dict[str, tuple[object, ...]] = {}
    for name, parameter in inspect.signature(build, eval_str=True).parameters.items():
        if name in indexes and indexes[name] in bounds:
            sets[name] = tuple(range(bounds[indexes[name]]))
        elif (kind := over.get(name, parameter.annotation)) in places:
            sets[name] = places[kind]
        else:
            raise SpecError(
                f"nothing is known for the parameter `{name}`", "annotate a component or name a bound", source
            )
    for values in itertools.product(*sets.values()):
        yield ", ".join(str(getattr(v, "path", v)) for v in values), dict(zip(sets, values, strict=True))
