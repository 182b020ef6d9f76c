"""Edits that show of a claim that it would notice, where no wrong design is kept for it (edits.toml).

Rule: an edit is written as the mutants describe it; whoever changes the action chooses another one.
"""

import functools
import tomllib
from importlib import resources

import msgspec

FILE = "edits.toml"


class KeptEdit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One edit of the action `rule` `action` of a specification, and the claim that it `breaks`."""

    spec: str
    breaks: str
    rule: str
    action: str
    edit: str


class _EditFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    edit: list[KeptEdit]


@functools.cache
def kept_edits() -> tuple[KeptEdit, ...]:
    """Every edit, in the order of the file."""
    text = resources.files(__package__ or __name__).joinpath(FILE).read_text(encoding="utf-8")
    return tuple(msgspec.convert(tomllib.loads(text), _EditFile).edit)
