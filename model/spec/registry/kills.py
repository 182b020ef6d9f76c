"""What a case was seen to stop: a wrong subject that it failed by naming a requirement, measured and kept (kills.toml).

Rule: an entry is a measurement and no intention; it is replayed by a test, and whoever changes the case measures anew.
"""

import functools
import tomllib
from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType

import msgspec

FILE = "kills.toml"


class KeptKill(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A requirement, the case that named it, and what was wrong with the honest subject, as mutants are written."""

    requirement: str
    case: str
    wrong: str


class _KillFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kill: list[KeptKill] = []


@functools.cache
def kept_kills() -> Mapping[str, KeptKill]:
    """Every kill by its requirement, in the order of the file."""
    text = resources.files(__package__ or __name__).joinpath(FILE).read_text(encoding="utf-8")
    return MappingProxyType({each.requirement: each for each in msgspec.convert(tomllib.loads(text), _KillFile).kill})
