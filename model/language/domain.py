"""The values that an expression can have: truth, a range of whole numbers, or the members of an enumeration.

Rule: every domain is finite and numbers its values from 0, so that a state can be packed, printed and compared.
"""

from enum import Enum

from attrs import frozen

Value = bool | int | Enum


@frozen
class Truth:
    """False and true."""

    size: int = 2

    def encode(self, value: Value) -> int:
        """0 or 1."""
        return int(value is True)

    def decode(self, code: int) -> Value:
        """The truth value of a code."""
        return bool(code)

    def __str__(self) -> str:
        return "true or false"


@frozen
class Range:
    """The whole numbers from `low` to `high`, both included. `limit` names the bound that `high` stands for, if any."""

    low: int
    high: int
    limit: str = ""

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return self.high - self.low + 1

    def holds(self, number: int) -> bool:
        """Whether the number lies in the range."""
        return self.low <= number <= self.high

    def encode(self, value: Value) -> int:
        """A number is its own code: generated code compares and adds numbers as they are."""
        assert isinstance(value, int)
        return value

    def decode(self, code: int) -> Value:
        """A code is its own number."""
        return code

    def __str__(self) -> str:
        return f"{self.low}..{self.high}"


@frozen
class Members:
    """The members of one enumeration, in the order of their declaration."""

    kind: type[Enum]

    @property
    def size(self) -> int:
        """How many members there are."""
        return len(self.kind)

    def encode(self, value: Value) -> int:
        """The member's place in the enumeration."""
        return list(self.kind).index(value)  # type: ignore[arg-type]  # a foreign value raises ValueError

    def decode(self, code: int) -> Value:
        """The member at that place."""
        return list(self.kind)[code]

    def __str__(self) -> str:
        return self.kind.__name__


Domain = Truth | Range | Members
TRUTH = Truth()
