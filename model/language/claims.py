"""Properties: what always holds, of each state or each step, what has to be possible, and promises.

Rule: every `always` and `whenever` has a `sometimes` twin with the same id, so that it is not true for want of cases,
and says why its violation would hurt.
"""

import inspect
from collections.abc import Callable, Collection, Mapping
from enum import StrEnum
from typing import Any

from attrs import evolve, frozen

from siteproof.model.language.expression import Bool
from siteproof.model.language.source import Source, SpecError, here, must_be_a_rule


class ClaimKind(StrEnum):
    """What is claimed of the reachable states."""

    ALWAYS = "always"  # of every one
    WHENEVER = "whenever"  # of every step between two of them
    SOMETIMES = "sometimes"  # of at least one
    EVENTUALLY = "eventually"  # of every run that is fair (promise.py)

    @property
    def is_safety(self) -> bool:
        """Whether a run that ends is enough to refute it."""
        return self in (ClaimKind.ALWAYS, ClaimKind.WHENEVER)


@frozen(eq=False)
class Property:
    """One claim, to be instantiated for each component that its parameters name.

    `needs` are the smallest bounds at which it can be asked; a mixture of moments, say, takes two blocks.
    """

    rule: str
    kind: ClaimKind
    name: str
    doc: str
    why: str
    build: Callable[..., Any]  # a Bool; of a promise a Leads
    needs: Mapping[str, int]
    source: Source
    of: tuple[str, ...] = ()  # the rules of the steps that a `whenever` is about; none: every step


def always(rule: str, *, why: str) -> Callable[[Callable[..., Bool]], Property]:
    """Declare an invariant; `why` says what its violation would do to the user."""
    return _property(rule, ClaimKind.ALWAYS, why, {}, here())


def whenever(rule: str, *, why: str, of: Collection[str] = ()) -> Callable[[Callable[..., Bool]], Property]:
    """Declare a claim about every step, or about those of the rules `of`: `x` is before it, `x.next` after it.

    A step that changes nothing keeps every claim. `why` says what a violation would do to the user.
    """
    declared = _property(rule, ClaimKind.WHENEVER, why, {}, here())
    return lambda build: evolve(declared(build), of=tuple(of))


def sometimes(rule: str, **needs: int) -> Callable[[Callable[..., Bool]], Property]:
    """Declare what has to be reachable (with bounds of at least `needs`), as the twin of an `always` or `whenever`."""
    return _property(rule, ClaimKind.SOMETIMES, "", needs, here())


def _property(
    rule: str, kind: ClaimKind, why: str, needs: Mapping[str, int], source: Source
) -> Callable[[Callable[..., Bool]], Property]:
    must_be_a_rule(rule, source)
    if kind.is_safety and not why:
        raise SpecError(f"{rule} does not say why it matters", "give it  why=...", source)

    def declare(build: Callable[..., Bool]) -> Property:
        return property_of(rule, kind, why, needs, source, build)

    return declare


def property_of(
    rule: str, kind: ClaimKind, why: str, needs: Mapping[str, int], source: Source, build: Callable[..., Any]
) -> Property:
    """The property that a function declares by its name and its docstring."""
    doc = inspect.cleandoc(build.__doc__ or build.__name__.replace("_", " "))
    return Property(rule, kind, build.__name__, doc, why, build, needs, source)
