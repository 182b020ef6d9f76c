"""What can be struck: the calls of the Subject contract, and every function of the reference, found by introspection.

Rule: no list of functions and none of bugs is kept here; a new method of the reference is a target by being there.
"""

import enum
import functools
import importlib
import inspect
import pkgutil
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import attrs
import numpy as np
from attrs import frozen

from siteproof.fuzz.mutants.reshape import NOTHING, is_frozen, is_time
from siteproof.fuzz.mutants.words import Layer
from siteproof.model.nouns.subject import Subject

PACKAGE = "siteproof.reference"
OUTSIDE = ("zoo", "crashes", "recording", "journal", "subject")  # exhibits, experiments, and the contract itself
CONTRACT = ("reset", "write", "flush", "discard", "read", "do", "observe", "restore", "fault", "advance", "settle")
NESTED_MAX = 3


class ValueKind(enum.StrEnum):
    """What a target's parameters or answer hold, as far as their types say."""

    NUMBER = "number"
    WORD = "word"
    BYTES = "bytes"
    SEQUENCE = "sequence"
    NAME = "name"
    TIME = "time"
    THING = "thing"  # an object with a life of its own


@frozen
class MutationTarget:
    """One function that can be struck. `takes` and `gives` say what a harm could take hold of."""

    layer: Layer
    room: str
    name: str
    parameters: tuple[str, ...]
    takes: frozenset[ValueKind]
    gives: frozenset[ValueKind]
    neutral: Any
    yields: bool = False
    has_owner: bool = False


@functools.cache
def contract_targets() -> tuple[MutationTarget, ...]:
    """The contract's calls that may go wrong."""
    return tuple(_target(Layer.CONTRACT, "contract", name, getattr(Subject, name), owned=True) for name in CONTRACT)


@functools.cache
def inside_targets() -> tuple[MutationTarget, ...]:
    """Every function and method of the reference that its subject can reach, ordered by name."""
    return tuple(sorted(_inside(), key=lambda target: target.name))


def _inside() -> Iterator[MutationTarget]:
    for module in reference_modules():
        room = module.__name__.removeprefix(f"{PACKAGE}.")
        for name, thing in vars(module).items():
            if getattr(thing, "__module__", "") != module.__name__:
                continue
            if inspect.isfunction(thing):
                yield _target(Layer.INSIDE, room, f"{room}:{name}", thing, owned=False)
            elif inspect.isclass(thing) and not issubclass(thing, BaseException | enum.Enum):
                yield from _methods(room, thing)


def reference_modules() -> list[types.ModuleType]:
    """The modules of the reference, imported, without those that no subject uses."""
    package = importlib.import_module(PACKAGE)
    names = [each.name for each in pkgutil.walk_packages(package.__path__, f"{PACKAGE}.")]
    inner = [name for name in names if not set(name.split(".")) & set(OUTSIDE)]
    return [importlib.import_module(name) for name in inner]


def _methods(room: str, kind: type) -> Iterator[MutationTarget]:
    if getattr(kind, "_is_protocol", False):
        return
    for name, thing in vars(kind).items():
        function = plain(thing)
        own = function is not None and getattr(function, "__module__", "") == kind.__module__
        if own and not name.startswith("__"):
            owned = not isinstance(thing, staticmethod)
            yield _target(Layer.INSIDE, room, f"{room}:{kind.__name__}.{name}", function, owned=owned)


def plain(thing: Any) -> Callable[..., Any] | None:
    """The function behind a method, a property, a class method or a static one."""
    if isinstance(thing, property):
        return thing.fget
    if isinstance(thing, classmethod | staticmethod):
        return typing.cast(Callable[..., Any], thing.__func__)
    return thing if inspect.isfunction(thing) else None


def _target(layer: Layer, room: str, name: str, function: Any, *, owned: bool) -> MutationTarget:
    signature = inspect.signature(function)
    hints = _hints(function)
    parameters = tuple(signature.parameters)
    given = parameters[1:] if owned else parameters
    takes = frozenset(kind for each in given for kind in kinds_of(hints.get(each), each))
    yields = inspect.isgeneratorfunction(function)
    answer = hints.get("return", NOTHING)
    gives = frozenset({ValueKind.SEQUENCE} if yields else kinds_of(answer, ""))
    return MutationTarget(layer, room, name, parameters, takes, gives, _neutral(answer, yields), yields, owned)


def _hints(function: Any) -> dict[str, Any]:
    """The annotations, as far as they can be resolved; names that only a type checker knows stay out."""
    try:
        return typing.get_type_hints(function)
    except NameError:
        return {name: hint for name, hint in function.__annotations__.items() if not isinstance(hint, str)}


def kinds_of(hint: Any, name: str, depth: int = NESTED_MAX) -> frozenset[ValueKind]:
    """What a value of that type holds."""
    if depth == 0 or hint is None or hint is NOTHING or hint is Any:
        return frozenset()
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is not None:
        inner = frozenset(kind for each in arguments for kind in kinds_of(each, name, depth - 1))
        return inner | ({ValueKind.SEQUENCE} if _is_sequence(origin) else frozenset())
    if not isinstance(hint, type):
        return frozenset()
    return _plain_kinds(hint, name, depth)


def _plain_kinds(hint: type, name: str, depth: int) -> frozenset[ValueKind]:
    for type_, kinds in _KINDS:
        if issubclass(hint, type_):
            return kinds | ({ValueKind.TIME} if ValueKind.NUMBER in kinds and is_time(name) else frozenset())
    if is_frozen(hint):
        found = ((field.type, field.name) for field in attrs.fields(hint))
        return frozenset(kind for inner, field in found for kind in kinds_of(inner, field, depth - 1))
    return frozenset({ValueKind.THING})


_KINDS: tuple[tuple[Any, frozenset[ValueKind]], ...] = (
    (type(None), frozenset()),
    (enum.Enum, frozenset({ValueKind.WORD})),
    (bytes | bytearray | memoryview, frozenset({ValueKind.BYTES})),
    (np.ndarray, frozenset({ValueKind.SEQUENCE, ValueKind.NUMBER})),
    (int, frozenset({ValueKind.NUMBER})),
    (str, frozenset({ValueKind.NAME})),
)


def _is_sequence(origin: Any) -> bool:
    return isinstance(origin, type) and issubclass(origin, tuple | list | Mapping | AbstractSet | Sequence | np.ndarray)


def _neutral(answer: Any, yields: bool) -> Any:
    """What a call that did nothing would answer; NOTHING when its type has no such value."""
    if yields or typing.get_origin(answer) in (Iterator, Iterable):
        return iter(())
    if answer is type(None) or type(None) in typing.get_args(answer):
        return None
    empty: dict[Any, Any] = {bool: False, int: 0, str: "", bytes: b""}
    if answer in empty:
        return empty[answer]
    origin = typing.get_origin(answer)
    return origin() if origin in (tuple, list, dict, set, frozenset) else NOTHING
