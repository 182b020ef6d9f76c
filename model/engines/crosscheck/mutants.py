"""Single edits of a specification: one guard, effect or constant of one action is changed, as a typo would.

Rule: an edit is chosen by a seeded source and described in words; everything else stays as it was written.
"""

import functools
import random
from collections.abc import Iterator

import attrs
from attrs import frozen

from siteproof.model.language.action import Action, Step
from siteproof.model.language.domain import Members, Range
from siteproof.model.language.expression import Bool, Effect, Expr, Int, Op, as_bool, symbol, with_args
from siteproof.model.language.spec import Bounds, Spec
from siteproof.model.nouns.problem import Problem

Edit = tuple[str, Step]


@frozen(eq=False)
class SpecMutant:
    """A specification with one edit; `edit` says which, `action` is the rule that was edited."""

    spec: Spec
    edit: str
    action: Action


def mutants(spec: Spec, seed: int, bounds: Bounds | None = None) -> Iterator[SpecMutant]:
    """Mutants without end; the same seed gives the same ones. `bounds` are those at which edits are looked for."""
    source = random.Random(f"{spec.name}/{seed}")  # noqa: S311  (a choice that can be repeated, nothing secret)
    while True:
        action = source.choice(spec.actions)
        step = _first_step(spec, action, bounds)
        place = source.randrange(sum(1 for _ in edits(step)))
        edit = next(text for number, (text, _) in enumerate(edits(step)) if number == place)
        yield _with(spec, action, place, edit)


def mutant(spec: Spec, rule: str, action_name: str, edit: str) -> SpecMutant:
    """The mutant whose action has this rule and name and whose edit reads like this; Problem when there is none."""
    for action in spec.actions:
        if (action.rule, action.name) == (rule, action_name):
            for place, (text, _) in enumerate(edits(_first_step(spec, action, None))):
                if text == edit:
                    return _with(spec, action, place, text)
    raise Problem(
        f"no edit of {rule} {action_name} reads {edit!r}",
        f"{spec.name} was changed since it was written",
        "choose another",
    )


def edits(step: Step) -> Iterator[Edit]:
    """Every single edit of a step, with its description."""
    for text, guard in _changed(step.guard):
        assert isinstance(guard, Bool)
        yield f"guard: {text}", attrs.evolve(step, guard=guard)
    for number, effect in enumerate(step.effects):
        others = (step.effects[:number], step.effects[number + 1 :])
        yield f"{effect.target} keeps its value", attrs.evolve(step, effects=(*others[0], *others[1]))
        for text, value in _changed(effect.value):
            changed = Effect(effect.target, value, effect.source)
            yield f"{effect.target}: {text}", attrs.evolve(step, effects=(*others[0], changed, *others[1]))


def _with(spec: Spec, action: Action, place: int, edit: str) -> SpecMutant:
    changed = _edited(action, place)
    actions = tuple(changed if each is action else each for each in spec.actions)
    return SpecMutant(attrs.evolve(spec, actions=actions), f"{action.rule} {action.name}: {edit}", changed)


def _first_step(spec: Spec, action: Action, bounds: Bounds | None) -> Step:
    """The step of the action's first choice of parameters."""
    alone = attrs.evolve(spec, actions=(action,), properties=(), lemmas=())
    transition = alone.system(bounds).transitions[0]
    return Step(transition.guard, transition.effects, transition.source)


def _edited(action: Action, place: int) -> Action:
    """The action with the edit at that place, in every instance that has the place."""

    @functools.wraps(action.build)
    def build(*args: object, **kwargs: object) -> Step:
        step = action.build(*args, **kwargs)
        return next((changed for number, (_, changed) in enumerate(edits(step)) if number == place), step)

    return attrs.evolve(action, build=build)


def _changed(node: Expr) -> Iterator[tuple[str, Expr]]:
    """The expression with one of its nodes changed."""
    yield from ((f"{node} -> {other}", other) for other in _alternatives(node))
    for number, arg in enumerate(node.args):
        for text, other in _changed(arg):
            yield text, with_args(node, (*node.args[:number], other, *node.args[number + 1 :]))


def _alternatives(node: Expr) -> Iterator[Expr]:
    match node.op:
        case Op.CONSTANT:
            yield from _other_constants(node)
        case Op.NOT:
            yield node.args[0]
        case Op.AND | Op.OR if len(node.args) > 1:
            yield attrs.evolve(node, op=Op.OR if node.op is Op.AND else Op.AND)
            yield from (with_args(node, node.args[:n] + node.args[n + 1 :]) for n in range(len(node.args)))
        case Op.EQUAL | Op.NAMED if isinstance(node, Bool):
            yield Bool(Op.NOT, (node,))
        case Op.LESS | Op.AT_MOST:
            yield attrs.evolve(node, op=Op.AT_MOST if node.op is Op.LESS else Op.LESS)
            yield Bool(Op.NOT, (node,))
        case Op.CHOOSE:
            yield attrs.evolve(node, args=(node.args[0], node.args[2], node.args[1]))
        case Op.VARIABLE if isinstance(node, Bool):
            yield Bool(Op.NOT, (node,))


def _other_constants(node: Expr) -> Iterator[Expr]:
    if isinstance(node.constant, bool):
        yield as_bool(not node.constant)
    elif isinstance(node.constant, int):
        yield from (_number(value) for value in (node.constant + 1, node.constant - 1) if value >= 0)
    elif isinstance(node.domain, Members):
        following = list(node.domain.kind)
        yield symbol(following[(following.index(node.constant) + 1) % len(following)])  # type: ignore[arg-type]  # a member


def _number(value: int) -> Int:
    return Int(Op.CONSTANT, domain=Range(value, value), constant=value)
