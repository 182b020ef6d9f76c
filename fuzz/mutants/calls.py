"""One intercepted call, and what it speaks of: machines, disks, blocks, sizes, kinds of points.

Rule: looking changes nothing. Names are recognised because the scenario gave them, in whatever the call was handed.
"""

from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
from attrs import define, field

from siteproof.fuzz.mutants.facts import Facts
from siteproof.fuzz.mutants.reshape import NOTHING
from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.model.nouns.vocabulary import Consistency

LOOKED_AT = ("name", "machine", "disk", "spec", "folder", "file", "_file", "_folder", "blocks", "block", "consistency",
             "host", "stream", "agent", "keys", "first_block", "header")  # fmt: skip
BLOCK_NAMES = frozenset({"block", "blocks", "first", "first_block", "start", "numbers"})
COUNT_NAMES = frozenset({"count", "size", "blocks", "length", "milliseconds", "amount"})
DEPTH_MAX = 3
ELEMENTS_MAX = 4


@define
class PendingCall:
    """A call that is about to happen: `names` are its parameters', `owner` the object whose method it is, if any."""

    target: str
    number: int  # of this target since the last reset, from 1
    owner: Any
    names: tuple[str, ...]
    arguments: tuple[Any, ...]
    options: dict[str, Any]
    original: Callable[..., Any]
    neutral: Any = NOTHING  # what a call that did nothing would answer
    _texts: set[str] | None = field(default=None, init=False)

    def happen(self) -> Any:
        """What it would do honestly."""
        return self.original(*self.arguments, **self.options)

    @property
    def returns_something(self) -> bool:
        """Whether somebody may wait for its answer."""
        return self.neutral is not None

    def given(self) -> Iterator[tuple[str, Any]]:
        """Its arguments with the names of their parameters; the owner is none of them."""
        first = 1 if self.owner is not None else 0
        yield from zip(self.names[first:], self.arguments[first:], strict=False)
        yield from self.options.items()

    def texts(self) -> set[str]:
        """Every text in its reach, and the parts of paths among them."""
        if self._texts is None:
            self._texts = set()
            for thing in (*self.arguments, *self.options.values()):
                self._texts.update(_texts(thing, DEPTH_MAX))
        return self._texts

    def machine(self, facts: Facts) -> str:
        """The machine that it is about."""
        return next((name for name in facts.disks if name in self.texts()), facts.machine)

    def disk(self, facts: Facts) -> str:
        """The disk that it is about."""
        names = facts.disks.get(self.machine(facts), {})
        return next((name for name in names if name in self.texts()), facts.disk)

    def blocks(self, facts: Facts) -> tuple[int, ...]:
        """The blocks that it is about: the first and the last of each range or list."""
        found = [number for name, value in self.given() for number in _numbers(name, value)]
        return tuple(found) or facts.blocks

    def size(self) -> int:
        """The largest amount that it is handed: elements, blocks of bytes, or a count."""
        return max((_size(name, value) for name, value in self.given()), default=0)

    def speaks_of(self, word: Consistency) -> bool:
        """Whether that word is in its reach."""
        return any(_holds(value, word, DEPTH_MAX) for _, value in self.given())


def _texts(thing: Any, depth: int) -> Iterator[str]:
    if isinstance(thing, Enum):
        return
    if isinstance(thing, str | Path):
        yield from _parts(str(thing))
    elif depth and not isinstance(thing, int | float | bytes | np.ndarray | type):
        for part in _reach(thing):
            yield from _texts(part, depth - 1)


def _parts(text: str) -> Iterator[str]:
    yield text
    for piece in text.split("/"):
        yield piece
        stem = piece.removesuffix(".bitmap").removesuffix(".raw")
        yield stem
        words = stem.split("-")
        for end in range(1, len(words)):
            yield "-".join(words[:end])
            yield "-".join(words[end:-1])


def _reach(thing: Any) -> Iterator[Any]:
    if isinstance(thing, tuple | list | set | frozenset | dict):
        yield from list(thing)[:ELEMENTS_MAX]
    else:
        for name in LOOKED_AT:
            part = getattr(thing, name, None)
            if part is not None and not callable(part):
                yield part


def _numbers(name: str, value: Any) -> Iterator[int]:
    if isinstance(value, np.ndarray) and value.ndim == 1 and value.dtype.kind == "i" and len(value):
        yield from (int(value[0]), int(value[-1]))
    elif name in BLOCK_NAMES and isinstance(value, int) and not isinstance(value, bool):
        yield value
    elif isinstance(value, tuple):
        yield from (each.block for each in value if isinstance(getattr(each, "block", None), int))


def _size(name: str, value: Any) -> int:
    if isinstance(value, bytes | bytearray | memoryview):
        return len(value) // BLOCK_BYTES
    if isinstance(value, tuple | list | dict | set | frozenset | np.ndarray):
        return len(value) if not isinstance(value, np.ndarray) or value.ndim else 0
    return value if name in COUNT_NAMES and isinstance(value, int) else 0


def _holds(thing: Any, word: Consistency, depth: int) -> bool:
    if thing is word:
        return True
    return (
        depth > 0
        and not isinstance(thing, str | int | bytes)
        and any(_holds(part, word, depth - 1) for part in _reach(thing))
    )
