"""Names for other languages: `machine[0].dirty[1]` becomes machine_0_dirty_1, `tracks(machine)` tracks_machine.

Rule: different things never share a name, and the same system always gets the same names.
"""

import re
import textwrap
from collections.abc import Iterator

from attrs import field, frozen

from siteproof.model.language.domain import Domain, Members
from siteproof.model.language.spec import Spec, System, Transition

NAME_MAX = 56
WIDTH = 110
Docs = dict[str, str]


def word(text: str) -> str:
    """The text as one identifier: letters, digits and single underscores, starting with a letter."""
    plain = re.sub(r"\W+", "_", text, flags=re.ASCII).strip("_")
    short = re.sub("_+", "_", plain)[:NAME_MAX].rstrip("_")
    return short if short[:1].isalpha() else f"x_{short}"


@frozen
class Identifiers:
    """Gives names and remembers them; a second thing of the same name gets a number."""

    _taken: dict[str, str] = field(factory=dict)  # name (lower case): what it stands for

    def of(self, text: str, meaning: str) -> str:
        """The name of `meaning`, made from `text`; the same meaning keeps its name."""
        base, number = word(text), 1
        name = base
        while self._taken.setdefault(name.lower(), meaning) != meaning:
            number += 1
            name = f"{base}_{number}"
        return name


def kinds(system: System) -> dict[str, Members]:
    """The enumerations that the variables use, by name, in the order of their first use."""
    found: dict[str, Members] = {}
    for variable in system.variables:
        if isinstance(variable.domain, Members):
            found.setdefault(variable.domain.kind.__name__, variable.domain)
    return found


def members(domain: Members) -> list[str]:
    """The values of an enumeration by name, in its order."""
    return [str(member.value) for member in domain.kind]


def docs_of(spec: Spec) -> Docs:
    """What each action does, by the action's name."""
    return {action.name: action.doc for action in spec.actions}


def doc_lines(text: str, width: int = 100) -> Iterator[str]:
    """The text in lines of plain ASCII that end no comment of any language."""
    for old, new in (("§", "section "), ("→", "->"), ("\N{EN DASH}", "-"), ("*/", "* /"), ("(*", "( *"), ("*)", "* )")):
        text = text.replace(old, new)
    yield from textwrap.wrap(text.encode("ascii", "replace").decode(), width)


def listed(start: str, items: list[str], end: str) -> Iterator[str]:
    """A list in lines of at most WIDTH characters, indented below its start."""
    lines = textwrap.wrap(", ".join(items), WIDTH - len(start) - len(end), break_long_words=False) or [""]
    for number, line in enumerate(lines):
        before = start if number == 0 else " " * len(start)
        yield f"{before}{line}{end if number == len(lines) - 1 else ''}"


def headline(transition: Transition, docs: Docs) -> Iterator[str]:
    """The rule and name of a transition and what its action does, in lines."""
    yield f"{transition.rule}  {transition.name}"
    yield from doc_lines(docs.get(transition.name.split("(")[0], ""))


def title(system: System) -> str:
    """Which system a file is about."""
    bounds = ", ".join(f"{key} = {value}" for key, value in system.bounds.items())
    return f"The specification `{system.name}`{f' with {bounds}' if bounds else ''}, written by siteproof."


def shown(domain: Domain) -> str:
    """The domain in words."""
    return domain.kind.__name__ if isinstance(domain, Members) else str(domain)
