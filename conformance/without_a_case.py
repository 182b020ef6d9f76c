"""Which MUST requirements no case speaks of, and why: for each either what a case would need, or why none can be.

Rule: a requirement has a case, a handle that is lacking, or a reason in the catalogue; a house test holds it.
"""

import functools
import tomllib
from collections.abc import Iterable
from pathlib import Path

import msgspec
from attrs import frozen
from msgspec import Struct

from siteproof.conformance.case import Case
from siteproof.model.spec.registry.requirements import Level, Requirement, requirements

FILE = Path(__file__).with_suffix(".toml")
NEVER = "informative"


class Handle(Struct, frozen=True, forbid_unknown_fields=True):
    """Something that the contract or the suite lacks, and the requirements that wait for it."""

    name: str
    lacks: str
    requirements: tuple[str, ...]


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    handle: tuple[Handle, ...] = ()


@frozen
class UncoveredRequirement:
    """A MUST without a case: the handle that it waits for (`informative` when nothing can judge it), and the reason."""

    requirement: Requirement
    handle: str
    reason: str


@functools.cache
def handles() -> tuple[Handle, ...]:
    """Everything that is lacking, as the file says."""
    return msgspec.convert(tomllib.loads(FILE.read_text(encoding="utf-8")), _File).handle


def gaps(cases: Iterable[Case]) -> tuple[UncoveredRequirement, ...]:
    """Every MUST that none of these cases speaks of, in the order of the book; without a reason it says so."""
    judged = {name for case in cases for name in case.requires}
    waits = {name: each for each in handles() for name in each.requirements}
    musts = [each for each in requirements() if each.level is Level.MUST and each.id not in judged]
    return tuple(_gap(each, waits.get(each.id)) for each in musts)


def _gap(each: Requirement, handle: Handle | None) -> UncoveredRequirement:
    if each.informative:
        return UncoveredRequirement(each, NEVER, each.informative)
    return UncoveredRequirement(each, handle.name, handle.lacks) if handle else UncoveredRequirement(each, "", "")
