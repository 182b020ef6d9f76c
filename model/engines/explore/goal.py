"""What a query asks of a system: `phase=committed and not direction=reverse`, of any component that has the variable.

Rule: a name or a value that does not exist is a Problem with its near matches, never an unreachable goal. `phase` is
the variable of that name, and where there is none the protection phase of a machine. Every command and the page read
queries here, and every engine takes what comes out as one condition.
"""

import difflib
from collections.abc import Callable, Iterable, Iterator

from attrs import frozen

from siteproof.model.engines.explore.program import State, predicates
from siteproof.model.engines.explore.query import Compared, Negated, Query, Sign, parsed
from siteproof.model.language.domain import Domain, Members, Range
from siteproof.model.language.expression import Bool, Expr, Int, Op, Sym, all_of, any_of
from siteproof.model.language.spec import System
from siteproof.model.language.text import value_text
from siteproof.model.language.variable import Variable
from siteproof.model.nouns.problem import Problem

SYNONYMS = {"phase": "protection"}


@frozen
class Wanted:
    """One `name=value`: it holds when any of the places (in the packed state) compares like this with the code."""

    text: str
    places: tuple[int, ...]
    code: int
    sign: Sign = Sign.IS


@frozen(eq=False)
class Goal:
    """A condition on states, and what it is made of."""

    wanted: tuple[Wanted, ...]
    condition: Bool
    _fits: Callable[[State], tuple[bool, ...]]

    def holds(self, state: State) -> bool:
        """Whether the state is one that was asked for."""
        return bool(self._fits(state)[0])


def goal(system: System, text: str) -> Goal:
    """Read a query; Problem when it is none, or a part of it is unknown to the system."""
    query = parsed(text)
    wanted = {each: _wanted(system, each) for each in _leaves(query)}
    condition = _condition(query, {each: _some(system, found) for each, found in wanted.items()})
    return Goal(tuple(wanted.values()), condition, predicates(system, [condition]))


def _leaves(query: Query) -> Iterator[Compared]:
    if isinstance(query, Compared):
        yield query
    else:
        for each in (query.query,) if isinstance(query, Negated) else query.queries:
            yield from _leaves(each)


def _condition(query: Query, leaves: dict[Compared, Bool]) -> Bool:
    if isinstance(query, Compared):
        return leaves[query]
    if isinstance(query, Negated):
        return ~_condition(query.query, leaves)
    return (all_of if query.every else any_of)(_condition(each, leaves) for each in query.queries)


def _some(system: System, wanted: Wanted) -> Bool:
    """Some of the places compares like this; `!=` is that none of them is equal."""
    sign = Sign.IS if wanted.sign is Sign.IS_NOT else wanted.sign
    some = any_of(_compares(system.variables[place], sign, wanted.code) for place in wanted.places)
    return ~some if wanted.sign is Sign.IS_NOT else some


def _compares(variable: Variable, sign: Sign, code: int) -> Bool:
    leaf = _type_of(variable.domain)(Op.VARIABLE, domain=variable.domain, variable=variable)
    value = type(leaf)(Op.CONSTANT, domain=_domain_of(variable.domain, code), constant=variable.domain.decode(code))
    ops = {Sign.IS: Op.EQUAL, Sign.LESS: Op.LESS, Sign.MORE: Op.LESS}
    pair = (value, leaf) if sign in {Sign.MORE, Sign.AT_LEAST} else (leaf, value)
    return Bool(ops.get(sign, Op.AT_MOST), pair)


def _type_of(domain: Domain) -> type[Expr]:
    return Int if isinstance(domain, Range) else Sym if isinstance(domain, Members) else Bool


def _domain_of(domain: Domain, code: int) -> Domain:
    return Range(code, code) if isinstance(domain, Range) else domain


def _wanted(system: System, part: Compared) -> Wanted:
    places = _places(system, part.name) or _places(system, SYNONYMS.get(part.name, part.name))
    if not places:
        cause = f"it has {len(system.variables)} variables, none of this name"
        raise Problem(f"{system.name} has no variable `{part.name}`", cause, _near(part.name, _short_names(system)))
    domain = system.variables[places[0]].domain
    if part.sign not in {Sign.IS, Sign.IS_NOT} and not isinstance(domain, Range):
        hint = f"write  {part.name}={part.value}  or  {part.name}!={part.value}"
        raise Problem(f"`{part}` compares what has no order", f"{part.name} is no number", hint)
    return Wanted(str(part), places, _code(domain, part.name, part.value), part.sign)


def _places(system: System, name: str) -> tuple[int, ...]:
    return tuple(number for number, variable in enumerate(system.variables) if _named(variable, name))


def _named(variable: Variable, name: str) -> bool:
    return variable.name == name or variable.name.endswith(f".{name}")


def _short_names(system: System) -> list[str]:
    return sorted({variable.name.split(".", 1)[-1] for variable in system.variables} | SYNONYMS.keys())


def _code(domain: Domain, name: str, value: str) -> int:
    low = domain.low if isinstance(domain, Range) else 0
    codes = {value_text(domain.decode(code)): code for code in range(low, low + domain.size)}
    if value not in codes:
        raise Problem(f"`{name}` is never `{value}`", f"it has {len(codes)} values", _near(value, codes))
    return codes[value]


def _near(word: str, known: Iterable[str]) -> str:
    names = list(known)
    near = difflib.get_close_matches(word, names, n=4, cutoff=0.5)
    return f"did you mean {', '.join(near)}?" if near else f"there are: {', '.join(names)}"
