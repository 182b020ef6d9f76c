"""What a call has changed: the attributes of the objects that it was handed, before and after.

Rule: only what lies directly in those objects is compared; the objects below them belong to other calls.
"""

import copy
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

import attrs
import numpy as np
from attrs import frozen

from siteproof.fuzz.mutants.reshape import is_value

COPIED = (list, dict, set, deque, bytearray, np.ndarray)
PLAIN = (str, bytes, int, float, tuple, type, *COPIED)


@frozen(eq=False)
class Attribute:
    """One attribute that a call has changed."""

    owner: Any
    name: str
    old: Any
    new: Any

    def make(self, wrong: Any) -> bool:
        """Give it another value; False when its owner does not let us."""
        try:
            setattr(self.owner, self.name, wrong)
        except (AttributeError, TypeError):
            return False
        return True


@frozen(eq=False)
class Effects:
    """The objects as they were before the call."""

    _held: tuple[tuple[Any, dict[str, Any], dict[str, Any]], ...]

    @classmethod
    def before(cls, things: Iterable[Any]) -> "Effects":
        """Take note of these objects; what is a plain value cannot be changed."""
        found = {id(thing): thing for thing in things if not isinstance(thing, PLAIN) and not is_value(thing)}
        states = ((thing, attributes(thing)) for thing in found.values())
        return cls(tuple((thing, now, {name: _copied(value) for name, value in now.items()}) for thing, now in states))

    def changes(self) -> Iterator[Attribute]:
        """Every attribute that is another one now, or holds something else."""
        for thing, objects, copies in self._held:
            for name, new in attributes(thing).items():
                if name in copies and (new is not objects[name] or not _same(copies[name], new)):
                    yield Attribute(thing, name, copies[name], new)


def attributes(thing: Any) -> dict[str, Any]:
    """The attributes that lie in the object itself, by name."""
    held = getattr(thing, "__dict__", None)
    if isinstance(held, dict):
        return dict(held)
    names = [each.name for each in attrs.fields(type(thing))] if attrs.has(type(thing)) else []
    return {name: getattr(thing, name) for name in names if hasattr(thing, name)}


def _copied(value: Any) -> Any:
    return copy.copy(value) if isinstance(value, COPIED) else value


def _same(old: Any, new: Any) -> bool:
    if not isinstance(new, COPIED):
        return old is new
    if isinstance(new, np.ndarray):
        return type(old) is type(new) and np.array_equal(old, new)
    return len(old) == len(new) and all(a is b or a == b for a, b in zip(old, new, strict=True)) and old == new
