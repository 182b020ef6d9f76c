"""A state variable: its domain, its first value, and the component (machine, site) that it belongs to.

Rule: a variable gets its name once, from the attribute it is assigned to; there is no second place for a name.
"""

from typing import Protocol

from attrs import define, field

from siteproof.model.language.domain import Domain, Value
from siteproof.model.language.source import Source, here


class Owner(Protocol):
    """Whatever gives its variables the first part of their name."""

    @property
    def path(self) -> str:
        """The owner's full name, for example `machine[0]`."""
        ...

    @property
    def root(self) -> str:
        """The name of the part of the system that it belongs to, for example `machine[0]` for a point of it."""
        ...


@define(eq=False)
class Variable:
    """One variable of a system. What is `history` only claims may read: no step depends on it."""

    domain: Domain
    initial: Value
    history: bool = False
    source: Source = field(factory=here)
    owner: Owner | None = None
    label: str = ""

    @property
    def name(self) -> str:
        """The full name, for example `machine[0].dirty[1]`."""
        return f"{self.owner.path}.{self.label}" if self.owner is not None else "(unnamed)"

    @property
    def component(self) -> str:
        """The part of the system it belongs to; engines and proofs factor by it."""
        return self.owner.root if self.owner is not None else ""

    def __str__(self) -> str:
        return self.name
