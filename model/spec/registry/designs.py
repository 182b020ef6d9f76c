"""What is known of each specification beside its text: exact counts, wrong designs, and what each of those breaks.

Rule: counts and traces are those of the manifest of checks, which the tests explore again; none is written here.
"""

import functools

from siteproof.model.language import Action, ClaimKind, Property, Spec
from siteproof.model.nouns.problem import Problem
from siteproof.model.spec.registry.manifest import Check, checks
from siteproof.model.spec.wrong_designs import EXHIBITS, STALLS
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@functools.cache
def checks_of(name: str) -> tuple[Check, ...]:
    """The checks of one specification, right or wrong, in the order of the manifest."""
    return tuple(check for check in checks() if check.spec == name)


def usual_check(spec: Spec) -> Check:
    """The check at the specification's default bounds; Problem when the manifest has none."""
    for check in checks_of(spec.name):
        if check.bounds == dict(spec.bounds):
            return check
    cause = "its counts at the default bounds are not known"
    raise Problem(f"{spec.name} has no check at its default bounds", cause, "add one to checks.toml")


def wrong_designs(name: str) -> tuple[WrongDesign, ...]:
    """The wrong designs that are one action away from the right one of this name."""
    return tuple(exhibit for exhibit in (*EXHIBITS, *STALLS) if exhibit.right == name)


def broken_by(name: str) -> tuple[tuple[str, str], ...]:
    """What a wrong design breaks: (rule, how far away), claims first; a loop is what goes on for ever."""
    claims = [(rule, _steps(length)) for check in checks_of(name) for rule, length in check.breaks.items()]
    stalls = [(rule, _stall(*lengths)) for check in checks_of(name) for rule, lengths in check.stalls.items()]
    return tuple(dict([*claims, *stalls]).items())


def items_of(spec: Spec) -> tuple[Action | Property, ...]:
    """Everything in it that has a rule id and a name: actions, claims, promises and lemmas."""
    return (*spec.actions, *spec.properties, *spec.lemmas)


def bounds_text(spec: Spec) -> str:
    """The default bounds, or that there are none."""
    return ", ".join(f"{name}={value}" for name, value in spec.bounds.items()) or "none"


def kinds(spec: Spec) -> tuple[int, int, int]:
    """How many claims, lemmas and promises it makes."""
    promises = sum(each.kind is ClaimKind.EVENTUALLY for each in spec.properties)
    return len(spec.properties) - promises, len(spec.lemmas), promises


def _stall(way: int, loop: int) -> str:
    return f"{_steps(way)}, then {f'{_steps(loop)} again and again' if loop else 'nothing more'}"


def _steps(count: int) -> str:
    return f"{count} step{'' if count == 1 else 's'}"
