"""The glossary: one term for each thing, and the names that the same thing goes by elsewhere.

The words stand in glossary.toml. An alias belongs to exactly one term, and every recorded name of a verb is an alias.
"""

import functools
from collections.abc import Mapping
from importlib import resources
from typing import Any

from attrs import frozen

from siteproof.model.nouns.problem import Problem
from siteproof.model.spec.registry.requirements import read_toml

FILE = "glossary.toml"


@frozen
class Alias:
    """Another name of a term; `system` says where it is used."""

    name: str
    system: str


@frozen
class Term:
    """A word of the specification and its meaning, one sentence."""

    name: str
    means: str
    aliases: tuple[Alias, ...] = ()


@functools.cache
def glossary() -> tuple[Term, ...]:
    """The terms that ship with the package, in alphabetical order."""
    return parse(resources.files(__package__ or __name__).joinpath(FILE).read_text(encoding="utf-8"))


def parse(text: str) -> tuple[Term, ...]:
    """Read and validate a glossary; Problem names the first entry that is not as it should be."""
    terms = sorted(
        (_term(entry) for entry in read_toml(text, FILE).get("term", [])), key=lambda each: each.name.lower()
    )
    _unique([term.name for term in terms] + [alias.name for term in terms for alias in term.aliases])
    return tuple(terms)


def _term(entry: Mapping[str, Any]) -> Term:
    name = _text(entry, "name", "a term")
    means = _text(entry, "means", name)
    if not means.endswith("."):
        raise _wrong(name, "its meaning is not a whole sentence", "end it with a period")
    return Term(name, means, tuple(_alias(alias, name) for alias in entry.get("aliases", [])))


def _alias(entry: Mapping[str, Any], term: str) -> Alias:
    return Alias(_text(entry, "name", f"an alias of {term}"), _text(entry, "system", f"an alias of {term}"))


def _text(entry: Mapping[str, Any], key: str, name: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value.strip():
        raise _wrong(name, f"its {key} is missing or empty", f'write {key} = "..."')
    return value


def _unique(names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise _wrong(twice[0], "it stands there twice", "one name means one thing")


def _wrong(name: str, cause: str, hint: str) -> Problem:
    return Problem(f"{name} is not a valid entry of the glossary", cause, hint)
