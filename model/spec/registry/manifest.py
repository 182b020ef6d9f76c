"""The manifest of checks: what each specification must yield at which bounds, to the last state (checks.toml).

Rule: the numbers are the fingerprint of a transition relation. Whoever changes a rule changes them knowingly.
"""

import functools
import tomllib
from pathlib import Path

import msgspec

MANIFEST = Path(__file__).with_name("checks.toml")


class Check(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One exploration and what it must find; `breaks` maps violated claims to the length of their shortest trace.

    `stalls` maps broken promises to the steps of the way there and of the loop.
    """

    spec: str
    bounds: dict[str, int]
    states: int
    transitions: int
    depth: int
    breaks: dict[str, int] = {}
    stalls: dict[str, tuple[int, int]] = {}


class _Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    check: list[Check]


@functools.cache
def checks(path: Path = MANIFEST) -> tuple[Check, ...]:
    """Every check of the manifest, in its order."""
    return tuple(msgspec.convert(tomllib.loads(path.read_text()), _Manifest).check)
