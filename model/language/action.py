"""Actions: what can happen, when, and what it changes. A function with a docstring and a rule id.

Rule: an action says everything about one step; all its effects happen at once and read the state before the step.
"""

import inspect
from collections.abc import Callable, Mapping

from attrs import field, frozen

from siteproof.model.language.component import Component
from siteproof.model.language.expression import Bool, Effect, Expr, all_of
from siteproof.model.language.source import Source, SpecError, here, must_be_a_rule


@frozen(eq=False)
class Step:
    """A guard and the effects of a step that it allows."""

    guard: Bool
    effects: tuple[Effect, ...]
    source: Source = field(factory=here)


@frozen(eq=False)
class Given:
    """A guard that waits for its effects."""

    guard: Bool

    def then(self, *effects: Effect) -> Step:
        """The step: SpecError when something is no effect, or when one variable becomes two things."""
        seen: set[int] = set()
        for effect in effects:
            if not isinstance(effect, Effect):
                shown = effect if isinstance(effect, Expr) else repr(effect)
                raise SpecError(f"{shown} is not an effect", "write  variable.becomes(value)", here())
            if id(effect.target) in seen:
                raise SpecError(f"{effect.target} becomes two things in one step", "give it one value", effect.source)
            seen.add(id(effect.target))
        return Step(self.guard, effects)


def given(*guards: Bool) -> Given:
    """All of these hold before the step."""
    return Given(all_of(guards))


@frozen(eq=False)
class Action:
    """A rule of the specification that changes the state.

    `indexes` maps parameters to bounds, for example blocks. `over` names the component of a parameter whose annotation
    does not: an action that is made from a row of a table serves each kind of machine.
    """

    rule: str
    name: str
    doc: str
    build: Callable[..., Step]
    indexes: Mapping[str, str]
    source: Source
    over: Mapping[str, type[Component]] = field(factory=dict)


def action(rule: str, **indexes: str) -> Callable[[Callable[..., Step]], Action]:
    """Declare an action. Parameters annotated with a component run over its instances, the others over `indexes`.

    `@action("REP-1", block="blocks")` runs the parameter `block` over 0 .. blocks - 1.
    """
    source = here()
    must_be_a_rule(rule, source)

    def declare(build: Callable[..., Step]) -> Action:
        doc = inspect.cleandoc(build.__doc__ or "")
        if not doc:
            raise SpecError(f"{build.__name__} does not say what happens", "give it a docstring", source)
        return Action(rule, build.__name__, doc, build, indexes, source)

    return declare
