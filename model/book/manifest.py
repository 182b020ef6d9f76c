"""The requirements as data: what two states of the book are compared by, and what changes from one to the other.

Rule: the file says what the chapters say, sorted, one field a line, so that any diff of it can be read.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
from attrs import frozen

from siteproof.model.book.traceability import Links
from siteproof.model.nouns.problem import Problem
from siteproof.model.spec.registry.requirements import parse, requirements

FILE = "requirements.json"


class RequirementEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One requirement as it stood in a book; `rules` and `cases` are ids."""

    level: str
    evidence: str
    source: str
    sentence: str
    informative: str = ""
    rules: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()


class BookManifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every requirement of a book by its id; one that is not `linked` knows neither rules nor cases."""

    requirements: dict[str, RequirementEntry]
    linked: bool = True


@frozen
class SpecChange:
    """What became of one requirement: `kind` is added, removed or changed, `said` a line for each difference."""

    id: str
    kind: str
    said: tuple[str, ...]


def manifest_text(links: Links) -> str:
    """The manifest of the present book."""
    entries = {
        each.id: {
            "level": each.level.value,
            "evidence": each.evidence.value,
            "source": each.source,
            "sentence": each.sentence,
            "informative": each.informative,
            "rules": list(dict.fromkeys(rule.id for rule in links.rules_of(each))),
            "cases": [case.id for case in links.cases_of(each.id)],
        }
        for each in requirements()
    }
    return json.dumps({"requirements": entries}, indent=1, ensure_ascii=False) + "\n"


def read_manifest(text: str, name: str) -> BookManifest:
    """A manifest from requirements.json or from a catalogue (requirements.toml); Problem when it is neither."""
    if name.endswith(".toml"):
        found = parse(text).requirements
        return BookManifest(
            {
                each.id: RequirementEntry(
                    each.level.value, each.evidence.value, each.source, each.sentence, each.informative
                )
                for each in found
            },
            linked=False,
        )
    try:
        return msgspec.json.decode(text, type=BookManifest)
    except (msgspec.MsgspecError, UnicodeError) as error:
        hint = f"name the folder of a book that `siteproof spec build` wrote, its {FILE}, or a requirements.toml"
        raise Problem(f"{name!r} is no manifest of a book", str(error), hint) from error


def changes(old: BookManifest, new: BookManifest) -> tuple[SpecChange, ...]:
    """Every requirement that was added, removed or changed, in the order of the newer book, removed ones last."""
    fields = [each for each in RequirementEntry.__struct_fields__ if each not in LINKS or (old.linked and new.linked)]
    return tuple(_changes(old.requirements, new.requirements, fields))


Entries = Mapping[str, RequirementEntry]
LINKS = ("rules", "cases")


def _changes(old: Entries, new: Entries, fields: Iterable[str]) -> Iterator[SpecChange]:
    for name, entry in new.items():
        if name not in old:
            yield SpecChange(name, "added", (f"{entry.level}: {entry.sentence}",))
        elif said := tuple(_differences(old[name], entry, fields)):
            yield SpecChange(name, "changed", said)
    for name, entry in old.items():
        if name not in new:
            yield SpecChange(name, "removed", (f"{entry.level}: {entry.sentence}",))


def _differences(old: RequirementEntry, new: RequirementEntry, fields: Iterable[str]) -> Iterator[str]:
    for field in fields:
        before, after = getattr(old, field), getattr(new, field)
        if before != after:
            yield (
                f"{field}: {_shown(before)} → {_shown(after)}"
                if isinstance(before, str)
                else _ids(field, before, after)
            )


def _ids(field: str, before: tuple[str, ...], after: tuple[str, ...]) -> str:
    gone = [f"-{each}" for each in before if each not in after]
    come = [f"+{each}" for each in after if each not in before]
    return f"{field}: {' '.join([*gone, *come]) or 'another order'}"


def _shown(value: Any) -> str:
    return str(value) or "nothing"
