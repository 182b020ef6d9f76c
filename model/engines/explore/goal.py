"""What `--trace-to` asks for: `phase=committed,direction=reverse`, over any component that has such a variable.

Rule: a name or a value that does not exist is a Problem with its near matches, never an unreachable goal. `phase` is
the variable of that name, and where there is none the protection phase of a machine.
"""

import difflib
from collections.abc import Iterable

from attrs import frozen

from siteproof.model.engines.explore.program import State
from siteproof.model.language.domain import Domain, Range
from siteproof.model.language.spec import System
from siteproof.model.language.text import value_text
from siteproof.model.language.variable import Variable
from siteproof.model.nouns.problem import Problem

SYNONYMS = {"phase": "protection"}


@frozen
class Wanted:
    """One `name=value`: it holds when any of the places (in the packed state) has the code."""

    text: str
    places: tuple[int, ...]
    code: int

    def holds(self, state: State) -> bool:
        """Whether some component has the value."""
        return any(state[place] == self.code for place in self.places)


@frozen
class Goal:
    """Everything that has to hold at once."""

    wanted: tuple[Wanted, ...]

    def holds(self, state: State) -> bool:
        """Whether the state is one that was asked for."""
        return all(each.holds(state) for each in self.wanted)


def goal(system: System, text: str) -> Goal:
    """Read a goal; Problem when a part of it is unknown to the system."""
    return Goal(tuple(_wanted(system, part.strip()) for part in text.split(",")))


def _wanted(system: System, part: str) -> Wanted:
    name, separator, value = (piece.strip() for piece in part.partition("="))
    if not separator or not name or not value:
        raise Problem(
            f"`{part}` is not a state", "it needs a name and a value", "write for example protection=committed"
        )
    places = _places(system, name) or _places(system, SYNONYMS.get(name, name))
    if not places:
        cause = f"it has {len(system.variables)} variables, none of this name"
        raise Problem(f"{system.name} has no variable `{name}`", cause, _near(name, _short_names(system)))
    domain = system.variables[places[0]].domain
    return Wanted(part, places, _code(domain, name, value))


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
