"""Changing one leaf of a value: which leaves a harm can take hold of, and the value with one of them made wrong.

Rule: pure. Only values are rebuilt (numbers, words, bytes, sequences, arrays, frozen attrs); an object with a life of
its own is never touched from here.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from typing import Any

import attrs
import numpy as np

from siteproof.fuzz.mutants.words import Harm
from siteproof.model.nouns.stamp import BLOCK_BYTES

DEPTH_MAX = 4
LEAVES_MAX = 64
ELEMENTS_MAX = 3  # of a sequence, the first two and the last are looked into
MINUTE_MS = 60_000
Path = tuple[tuple[str, Any], ...]


class _Nothing:
    """Told by a value in which a harm finds nothing to hold."""


NOTHING = _Nothing()


def changed(value: Any, harm: Harm, pick: int, names: tuple[str, ...] = ()) -> Any:
    """The value with its `pick`-th suitable leaf made wrong, or NOTHING when there is none that would differ.

    `names` are those of the parameters when the value is a tuple of arguments, which itself keeps its length.
    """
    return _picked(value, WRONG[harm], pick, names)


def renamed(value: Any, swaps: Mapping[str, str], pick: int) -> Any:
    """The value with one name of a machine or disk exchanged for another, or NOTHING when it holds none."""

    def wrong(leaf: Any, name: str) -> Any:
        del name
        return swaps.get(leaf, NOTHING) if isinstance(leaf, str) and not isinstance(leaf, Enum) else NOTHING

    return _picked(value, wrong, pick)


Wrong = Callable[[Any, str], Any]
"""The wrong leaf for a leaf and the name of the field in which it stands, or NOTHING."""


def _picked(value: Any, wrong: Wrong, pick: int, names: tuple[str, ...] = ()) -> Any:
    walk = _walk_arguments(value, wrong, names) if names else _walk(value, wrong, (), "")
    found = tuple(itertools.islice(walk, LEAVES_MAX))
    if not found:
        return NOTHING
    path, bad = found[pick % len(found)]
    return _replaced(value, path, bad)


def _walk_arguments(values: tuple[Any, ...], wrong: Wrong, names: tuple[str, ...]) -> Iterator[tuple[Path, Any]]:
    for index, (name, value) in enumerate(zip(names, values, strict=False)):
        yield from _walk(value, wrong, (("item", index),), name)


def _walk(value: Any, wrong: Wrong, path: Path, name: str) -> Iterator[tuple[Path, Any]]:
    bad = wrong(value, name)
    if bad is not NOTHING:
        yield path, bad
    if len(path) < DEPTH_MAX:
        for step, part, label in _parts(value, name):
            yield from _walk(part, wrong, (*path, step), label)


def _parts(value: Any, name: str) -> Iterator[tuple[tuple[str, Any], Any, str]]:
    if is_value(value):
        for field in attrs.fields(type(value)):
            yield ("field", field.name), getattr(value, field.name), field.name
    elif isinstance(value, tuple | list):
        for index in _some(len(value)):
            yield ("item", index), value[index], name
    elif isinstance(value, Mapping) and isinstance(value, dict):
        for key in _some_of(list(value)):
            yield ("item", key), value[key], str(key) if isinstance(key, str) else name


def _some(count: int) -> list[int]:
    return list(range(count)) if count <= ELEMENTS_MAX else [0, 1, count - 1]


def _some_of(keys: list[Any]) -> list[Any]:
    return [keys[index] for index in _some(len(keys))]


def is_frozen(kind: type) -> bool:
    """Whether this is a class of frozen attrs values."""
    return attrs.has(kind) and kind.__setattr__.__name__ == "_frozen_setattrs"


def is_value(thing: Any) -> bool:
    """Whether this is a frozen attrs value."""
    return is_frozen(type(thing))


def _replaced(value: Any, path: Path, wrong: Any) -> Any:
    if not path:
        return wrong
    (how, key), rest = path[0], path[1:]
    if how == "field":
        inner = _replaced(getattr(value, key), rest, wrong)
        return attrs.evolve(value, **{str(attrs.fields_dict(type(value))[key].alias): inner})
    if isinstance(value, dict):
        return {each: _replaced(part, rest, wrong) if each == key else part for each, part in value.items()}
    parts = [_replaced(part, rest, wrong) if index == key else part for index, part in enumerate(value)]
    return type(value)(parts) if type(value) in (tuple, list) else value


# -- the wrong leaf of each harm


def _off_by_one(value: Any, name: str) -> Any:
    del name
    if isinstance(value, np.ndarray):
        return _array_off(value)
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int) and not isinstance(value, Enum) else NOTHING


def _array_off(value: Any) -> Any:
    if value.size == 0 or value.ndim != 1:
        return NOTHING
    wrong = value.copy()
    wrong[-1] = not wrong[-1] if value.dtype == bool else wrong[-1] - 1 if wrong[-1] > 0 else wrong[-1] + 1
    return wrong


def is_time(name: str) -> bool:
    """Whether a number of that name is a time or a place in an order."""
    return name.endswith(("_ms", "milliseconds")) or name in {"sequence", "lsn", "generation", "era", "written"}


def _wrong_time(value: Any, name: str) -> Any:
    if isinstance(value, bool | Enum) or not isinstance(value, int):
        return NOTHING
    if name.endswith(("_ms", "milliseconds")):
        return value - MINUTE_MS if value > MINUTE_MS else value + MINUTE_MS
    return (value - 1 if value else 1) if is_time(name) else NOTHING


def _wrong_word(value: Any, name: str) -> Any:
    del name
    if not isinstance(value, Enum):
        return NOTHING
    members = list(type(value))
    return members[(members.index(value) + 1) % len(members)] if len(members) > 1 else NOTHING


def _shorter(cut: Callable[[int], int]) -> Wrong:
    def wrong(value: Any, name: str) -> Any:
        del name
        if isinstance(value, tuple | list) and type(value) in (tuple, list) and value:
            return value[: cut(len(value))]
        if isinstance(value, np.ndarray) and value.ndim and len(value):
            return value[: cut(len(value))]
        if isinstance(value, set | frozenset) and value:
            return type(value)(sorted(value, key=str)[: cut(len(value))])
        if type(value) is dict and value:
            return dict(list(value.items())[: cut(len(value))])
        return NOTHING

    return wrong


def _reordered(value: Any, name: str) -> Any:
    del name
    if (
        type(value) in (tuple, list)
        and len(value) > 1
        and any(value[index] is not value[-1 - index] for index in range(len(value)))
    ):
        return value[::-1]
    if isinstance(value, np.ndarray) and value.ndim and len(value) > 1:
        return value[::-1].copy()
    if type(value) is dict and len(value) > 1:
        return dict(zip(value, reversed(list(value.values())), strict=True))
    return NOTHING


def _zeroed(value: Any, name: str) -> Any:
    del name
    if isinstance(value, bytes | bytearray) and any(value):
        return _last_block_zeroed(value)
    if isinstance(value, np.ndarray) and value.dtype.kind in "ub" and value.any():
        return np.zeros_like(value)
    return NOTHING


def _last_block_zeroed(value: bytes | bytearray) -> bytes | bytearray:
    """Of a disk's bytes one block, the last that holds anything; of fewer bytes all."""
    start = (len(bytes(value).rstrip(b"\0")) - 1) // BLOCK_BYTES * BLOCK_BYTES
    end = min(start + BLOCK_BYTES, len(value))
    return type(value)(value[:start] + bytes(end - start) + value[end:])


WRONG: Mapping[Harm, Wrong] = {
    Harm.OFF_BY_ONE: _off_by_one,
    Harm.WRONG_TIME: _wrong_time,
    Harm.WRONG_WORD: _wrong_word,
    Harm.DROP_LAST: _shorter(lambda count: count - 1),
    Harm.TRUNCATE: _shorter(lambda count: count // 2),
    Harm.REORDER: _reordered,
    Harm.ZEROS: _zeroed,
}
"""Harms that make one leaf wrong; the others are about whole calls (strike.py)."""
