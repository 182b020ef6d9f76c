"""Claims over bounded index sets, and predicates with a name.

Rule: a set is a finite collection of the parts of one system (machines, disks, blocks, points); nothing is unbounded.
"""

import functools
from collections.abc import Callable, Iterable
from typing import ParamSpec, TypeVar

from siteproof.model.language.expression import Bool, Op, all_of, any_of, as_guard

T = TypeVar("T")
P = ParamSpec("P")


def for_each(items: Iterable[T], claim: Callable[[T], Bool]) -> Bool:
    """The claim holds for each of the items; true when there are none."""
    return all_of(claim(item) for item in items)


def exists(items: Iterable[T], claim: Callable[[T], Bool]) -> Bool:
    """The claim holds for at least one of the items; false when there are none."""
    return any_of(claim(item) for item in items)


def define(predicate: Callable[P, Bool]) -> Callable[P, Bool]:
    """Give a predicate its function's name wherever it is printed, exported or named in a failure."""

    @functools.wraps(predicate)
    def named(*args: P.args, **kwargs: P.kwargs) -> Bool:
        body = as_guard(predicate(*args, **kwargs))
        shown = ", ".join(_shown(value) for value in (*args, *kwargs.values()))
        return Bool(Op.NAMED, (body,), label=f"{predicate.__name__}({shown})")

    return named


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return _shown(value[0]).removesuffix("[0]") if value else "()"
    return str(getattr(value, "path", value))
