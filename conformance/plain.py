"""Values as readers see them: plain words in one order, whatever the process that prints them.

Rule: no text of a verdict comes from Python's `repr`. A set has no order of its own, so its members are sorted; what
cannot be told in words is told by the name of its kind, never by an address.
"""

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from enum import Enum
from typing import TypeVar

import attrs

from siteproof.model.nouns.commands import Accepted, Refusal

NOTHING = "nothing"
T = TypeVar("T")


def plain(value: object) -> str:
    """The value in words: members of a set sorted, those of a sequence in its order, `nothing` for an empty one."""
    if isinstance(value, Refusal):
        return f"refused with {value.code.value}"
    if isinstance(value, Accepted):
        return "accepted"
    parts = _parts(value)
    return _one(value) if parts is None else _joined(parts)


def in_order(items: Iterable[T]) -> tuple[T, ...]:
    """The items, those of a set sorted by their words."""
    return tuple(sorted(items, key=lambda each: _natural(plain(each))) if isinstance(items, AbstractSet) else items)


def _parts(value: object) -> list[object] | None:
    """What a value with parts holds, in the order in which it is told; None when it is one thing."""
    if isinstance(value, AbstractSet):
        return list(in_order(value))
    if isinstance(value, Mapping):
        return [f"{plain(key)} {plain(value[key])}" for key in in_order(value.keys())]
    if attrs.has(kind := type(value)):
        held = {field.name: getattr(value, field.name) for field in attrs.fields(kind)}
        return [f"{name} {plain(each)}" for name, each in held.items() if each not in ("", ())]
    return list(value) if isinstance(value, (tuple, list)) else None


def _joined(parts: Iterable[object]) -> str:
    """Members with commas; of members that have parts themselves, each one ends with a semicolon."""
    several = list(parts)
    nested = any(_parts(each) for each in several)
    return ("; " if nested else ", ").join(plain(each) for each in several) or NOTHING


def _one(value: object) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "none"
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, (str, int, float)) or type(value).__str__ is not object.__str__:
        return str(value)
    return f"a {type(value).__name__}"


def _natural(text: str) -> tuple[tuple[int, str], ...]:
    """A sorting key under which `point10` comes after `point9`."""
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", text))
