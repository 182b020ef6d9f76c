"""The requirements: each behaviour of the seed and of the domain as one testable sentence with a permanent id.

Rule: an id in requirements.toml is never reused or renumbered, because cases, reports and waivers cite it.
"""

import difflib
import functools
import re
import tomllib
from collections.abc import Iterable, Mapping
from enum import StrEnum
from importlib import resources
from typing import Any, TypeVar

from attrs import frozen

from siteproof.model.nouns.evidence import Evidence
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.subject import Capability

FILE = "requirements.toml"
FEW = 30  # so many known names can be listed in a hint
Kind = TypeVar("Kind", bound=StrEnum)


class Level(StrEnum):
    """How much a subject is bound."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    MAY = "MAY"


EVIDENCE_MEANS: dict[Evidence, str] = {
    Evidence.SEED: "the seed document",
    Evidence.DOCUMENTATION: "public documentation of the service",
    Evidence.API: "the public API: an enum, a field or a recorded response",
    Evidence.OBSERVED: "observed in public sources of comparable systems",
    Evidence.PROJECT: "defined by this project where the sources are silent",
}

SEED_SECTIONS = (
    "Introduction",
    "Architectural components",
    "Set up outbound network connectivity",
    "Outbound connectivity for URLs",
    "Replication process",
    "Resynchronization process",
    "Replication policy",
    "Managing replication policies",
    "Multi-VM consistency",
    "Snapshots and recovery points",
    "Crash-consistent",
    "App-consistent",
    "Failover and failback process",
)

_SOURCE = re.compile(
    rf"seed: (?:{'|'.join(map(re.escape, SEED_SECTIONS))})(?: \d)?"
    r"|domain §[1-8](?:\.\d{1,2}| table| B\d{1,2})?"
    r"|decision: [a-z ]+"
)
_ID = re.compile(r"SP-([A-Z]{2,3})-[1-9]\d*")


@frozen
class Chapter:
    """One chapter of the book; `needs` names what a subject has to offer to be judged on most of it."""

    id: str
    title: str
    about: str
    needs: tuple[Capability, ...] = ()


@frozen
class Requirement:
    """One behaviour. `rules` are ids of rules and properties of the model; `informative` says why none can judge it."""

    id: str
    chapter: str
    sentence: str
    level: Level
    evidence: Evidence
    source: str
    rules: tuple[str, ...] = ()
    informative: str = ""

    @property
    def sources(self) -> tuple[str, ...]:
        """Each place the sentence comes from, the strongest first."""
        return tuple(self.source.split("; "))


@frozen
class RequirementCatalogue:
    """Everything that requirements.toml says."""

    chapters: tuple[Chapter, ...]
    requirements: tuple[Requirement, ...]


def requirements() -> tuple[Requirement, ...]:
    """Every requirement, in the order of the book."""
    return catalogue().requirements


def chapters() -> tuple[Chapter, ...]:
    """Every chapter, in the order of the book."""
    return catalogue().chapters


def requirement(requirement_id: str) -> Requirement:
    """The requirement of that id; Problem with the nearest ids when there is none."""
    found = {each.id: each for each in requirements()}
    if requirement_id not in found:
        raise Problem(f"no requirement {requirement_id!r}", "no such id in the catalogue", near(requirement_id, found))
    return found[requirement_id]


def near(name: str, known: Iterable[str]) -> str:
    """A hint that names up to three known ids close to `name`, whatever its case."""
    folded = {each.casefold(): each for each in known}
    close = difflib.get_close_matches(name.casefold(), folded, n=3, cutoff=0.6)
    if close:
        return f"did you mean {' or '.join(folded[each] for each in close)}?"
    return f"known: {', '.join(sorted(folded.values()))}" if len(folded) <= FEW else "nothing known is similar"


@functools.cache
def catalogue() -> RequirementCatalogue:
    """The catalogue that ships with the package."""
    return parse(resources.files(__package__ or __name__).joinpath(FILE).read_text(encoding="utf-8"))


def parse(text: str) -> RequirementCatalogue:
    """Read and validate a catalogue; Problem names the first entry that is not as it should be."""
    data = read_toml(text, FILE)
    found = tuple(_chapter(entry) for entry in _entries(data, "chapter"))
    _unique("chapter", [each.id for each in found])
    known = {each.id for each in found}
    listed = tuple(_requirement(entry, known) for entry in _entries(data, "requirement"))
    _unique("requirement", [each.id for each in listed])
    return RequirementCatalogue(found, _in_book_order(found, listed))


def read_toml(text: str, name: str) -> Mapping[str, Any]:
    """The file as a mapping; Problem with line and column when it is not TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Problem(f"{name} cannot be read", str(error), "mend the TOML at the place named") from error


def _entries(data: Mapping[str, Any], kind: str) -> list[Mapping[str, Any]]:
    _only(data, {"chapter", "requirement"}, FILE)
    entries = data.get(kind, [])
    if not isinstance(entries, list) or not entries:
        raise _wrong(FILE, f"it has no [[{kind}]]", f"add at least one [[{kind}]]")
    return entries


def _chapter(entry: Mapping[str, Any]) -> Chapter:
    name = _text(entry, "id", "a chapter")
    _only(entry, {"id", "title", "about", "needs"}, f"chapter {name}")
    needs = tuple(_one_of(Capability, value, f"chapter {name}") for value in entry.get("needs", []))
    return Chapter(name, _text(entry, "title", name), _sentence(_text(entry, "about", name), name), needs)


def _requirement(entry: Mapping[str, Any], chapters_known: set[str]) -> Requirement:
    name = _text(entry, "id", "a requirement")
    fields = {"id", "level", "evidence", "source", "sentence", "rules", "informative"}
    _only(entry, fields, f"requirement {name}")
    return Requirement(
        id=name,
        chapter=_chapter_of(name, chapters_known),
        sentence=_sentence(_text(entry, "sentence", name), name),
        level=_one_of(Level, _text(entry, "level", name), name),
        evidence=_one_of(Evidence, _text(entry, "evidence", name), name),
        source=_source(_text(entry, "source", name), name),
        rules=tuple(_rule(value, name) for value in entry.get("rules", [])),
        informative=_text(entry, "informative", name) if "informative" in entry else "",
    )


def _chapter_of(name: str, known: set[str]) -> str:
    match = _ID.fullmatch(name)
    if match is None:
        raise _wrong(name, "an id is SP-<chapter>-<number>", "for example SP-RES-4")
    if match[1] not in known:
        raise _wrong(name, f"there is no chapter {match[1]}", near(match[1], known))
    return match[1]


def _sentence(text: str, name: str) -> str:
    if not text.endswith("."):
        raise _wrong(name, "its sentence does not end with a period", "write one whole sentence")
    return text


def _source(text: str, name: str) -> str:
    for part in text.split("; "):
        if not _SOURCE.fullmatch(part):
            hint = "write `seed: <section> <number>`, `domain §1.6` or `decision: <topic>`, joined by `; `"
            raise _wrong(name, f"source {part!r} is not understood", hint)
    return text


def _rule(value: object, name: str) -> str:
    if not isinstance(value, str) or not value:
        raise _wrong(name, f"rule {value!r} is not a name", 'write rules = ["RES-4"]')
    return value


def _text(entry: Mapping[str, Any], key: str, name: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value.strip():
        raise _wrong(name, f"its {key} is missing or empty", f'write {key} = "..."')
    return value


def _only(entry: Mapping[str, Any], allowed: set[str], name: str) -> None:
    for key in entry:
        if key not in allowed:
            raise _wrong(name, f"{key!r} is not a field of it", near(key, allowed))


def _one_of(kind: type[Kind], value: object, name: str) -> Kind:
    try:
        return kind(str(value))
    except ValueError:
        raise _wrong(name, f"{kind.__name__.lower()} {value!r} is not known", f"one of {', '.join(kind)}") from None


def _unique(kind: str, names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise _wrong(f"{kind} {twice[0]}", "it stands there twice", "give the newer one the next free number")


def _in_book_order(found: tuple[Chapter, ...], listed: tuple[Requirement, ...]) -> tuple[Requirement, ...]:
    place = {chapter.id: index for index, chapter in enumerate(found)}
    return tuple(sorted(listed, key=lambda each: place[each.chapter]))


def _wrong(name: str, cause: str, hint: str) -> Problem:
    return Problem(f"{name} is not a valid entry of the catalogue", cause, hint)
