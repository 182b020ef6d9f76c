"""Everything of a system that a proof reads, as plain values: two systems with the same fingerprint have one proof.

Rule: nothing is left out but names that a caller asks to be told alike: a bound's value, or the number of a component.
"""

import re
from collections.abc import Callable, Iterator

from attrs import frozen

from siteproof.model.language.domain import Range
from siteproof.model.language.expression import Expr, Op
from siteproof.model.language.spec import System
from siteproof.model.language.variable import Variable

NOTHING = re.compile(r"(?!)()")


@frozen
class Fingerprint:
    """How to read a system: `bound` stands for its value, and what `numbered` matches stands without its number."""

    bound: str = ""
    numbered: re.Pattern[str] = NOTHING

    def of(self, system: System) -> Iterator[object]:
        """Variables, transitions, claims and lemmas in their order; what is only possible is not proved."""
        for variable in system.variables:
            yield ("variable", self.named(variable.name), variable.initial, self._domain(variable))
        for step in system.transitions:
            effects = tuple((self.named(effect.target.name), self._shape(effect.value)) for effect in step.effects)
            yield ("step", step.rule, self.named(step.name), self._shape(step.guard), effects)
        for claim in (each for each in (*system.claims, *system.lemmas) if each.kind.is_safety):
            of = tuple(dict.fromkeys(system.transitions[number].rule for number in claim.of))
            for label, guard in claim.said or claim.instances:
                yield ("claim", claim.rule, claim.name, self.named(label), of, self._shape(guard))

    def named(self, name: str) -> str:
        """The name without the numbers that do not count."""
        return self.numbered.sub(r"\1", name)

    def _domain(self, variable: Variable) -> object:
        domain = variable.domain
        return (domain.low, domain.limit) if isinstance(domain, Range) and domain.limit == self.bound != "" else domain

    def _shape(self, node: Expr) -> object:
        if node.op is Op.CONSTANT and node.label == self.bound != "":
            return node.label
        where = self.named(node.variable.name) if node.variable is not None else ""
        return (node.op, node.constant, where, tuple(map(self._shape, node.args)))


def numbered(kinds: list[str]) -> re.Pattern[str]:
    """What matches a component of one of these kinds: `machine[2]`."""
    return re.compile(rf"\b({'|'.join(kinds)})\[\d+\]")


def alike(build: Callable[[int], System], values: tuple[int, ...], reading: Callable[[System], object]) -> int | None:
    """The first value whose system reads otherwise than that of the first value; None when all read the same."""
    first = reading(build(values[0]))
    return next((value for value in values[1:] if reading(build(value)) != first), None)
