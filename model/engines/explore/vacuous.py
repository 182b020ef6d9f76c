"""What of a specification says nothing: effects that never change anything, guards that never hold, idle variables.

Rule: judged by family, that is without the numbers of components and blocks: an effect may be idle for one block and
not for another. Only a complete search can tell. What sets a constant that holds already says where a rule leads, and
is told apart: a row of a table names a whole phase.
"""

import re
from collections.abc import Iterable, Iterator

from attrs import frozen

from siteproof.model.engines.explore.search import Search
from siteproof.model.language.expression import Expr, Op, variables_of
from siteproof.model.language.spec import System
from siteproof.model.language.variable import Variable

_NUMBER = re.compile(r"\[\d+\]")


@frozen
class Vacuous:
    """`effects` are rules with a variable that they compute and never change, `restated` those with a constant for it.

    `guards` are rules that never happen. `unwritten` variables no rule sets, `unread` ones nobody asks for: no guard,
    no claim, no other variable's value.
    """

    effects: tuple[str, ...]
    restated: tuple[str, ...]
    guards: tuple[str, ...]
    unwritten: tuple[str, ...]
    unread: tuple[str, ...]


def vacuous(search: Search) -> Vacuous:
    """What a complete search finds to say nothing; sorted names such as `APP-9 machine.torn`."""
    assert search.complete, "only a complete search has seen every step"
    system = search.program.system
    steps = list(zip(system.transitions, search.fired, strict=True))
    changed = _changed(search)
    computed = _said(system, computed=True) - changed
    families = {_family(variable) for variable in system.variables}
    written = {_family(effect.target) for step in system.transitions for effect in step.effects}
    return Vacuous(
        effects=tuple(sorted(computed)),
        restated=tuple(sorted(_said(system, computed=False) - changed - computed)),
        guards=tuple(sorted({step.rule for step, _ in steps} - {step.rule for step, fired in steps if fired})),
        unwritten=tuple(sorted(families - written)),
        unread=tuple(sorted(families - set(_read(system)))),
    )


def _said(system: System, *, computed: bool) -> set[str]:
    """Every rule with each variable that it gives a constant, or a value that it computes."""
    return {
        f"{step.rule} {_family(effect.target)}"
        for step in system.transitions
        for effect in step.effects
        if (effect.value.op is not Op.CONSTANT) is computed
    }


def _changed(search: Search) -> set[str]:
    """Every rule with each variable that it has changed somewhere."""
    steps, variables = search.program.system.transitions, search.program.system.variables
    differences = [0] * len(steps)
    for state in search.states:
        here = int.from_bytes(state, "little")
        for number, following in search.program.successors(state):
            differences[number] |= here ^ int.from_bytes(following, "little")
    return {
        f"{step.rule} {_family(variable)}"
        for step, difference in zip(steps, differences, strict=True)
        for place, variable in enumerate(variables)
        if difference >> 8 * place & 0xFF
    }


def _read(system: System) -> Iterator[str]:
    """What guards, claims, lemmas and promises ask for, and what becomes of other variables."""
    for step in system.transitions:
        yield from _families(step.guard)
        for effect in step.effects:
            yield from set(_families(effect.value)) - {_family(effect.target)}
    for claim in (*system.claims, *system.lemmas):
        for _, guard in claim.said or claim.instances:
            yield from _families(guard)
    for promise in system.promises:
        for _, leads in promise.instances:
            yield from (*_families(leads.begins), *_families(leads.ends))


def _families(node: Expr) -> Iterable[str]:
    return map(_family, variables_of(node))


def _family(variable: Variable) -> str:
    return _NUMBER.sub("", variable.name)
