"""The site as a mapping from file name to text: every document rendered, linked and found; dead links stop the build.

Rule: texts in, texts out. A link leads to a document, to a place of it, to a file beside the documents, or elsewhere.
"""

import json
import posixpath
from collections.abc import Iterable, Iterator, Mapping

from attrs import field, frozen

from siteproof.model.nouns.problem import Problem
from siteproof.site.navigation import book_menu, menu_of
from siteproof.site.rendering import Rendered, rendered
from siteproof.site.shell import FoundIn, MenuEntry, MenuPart, digest, framed

INDEX = "search-index.js"
WORDS_MAX = 160
"""So much of what stands at a place is searched and shown."""


@frozen
class SiteSource:
    """What a site is made of: documents by name, other files by name, and names in the checkout that are not on it."""

    documents: Mapping[str, str]
    files: Mapping[str, str]
    elsewhere: frozenset[str] = frozenset()


@frozen
class _Site:
    source: SiteSource
    made: dict[str, Rendered] = field(factory=dict)


def site(source: SiteSource) -> Mapping[str, str]:
    """Every file of the site; Problem when a link leads nowhere."""
    found = _Site(source)
    for name, text in source.documents.items():
        found.made[name] = rendered(name, text, lambda address, here=name: _address(found, here, address))  # type: ignore[misc]  # the name of this round
    _refuse_dead(found)
    index = _index(found.made)
    menu = menu_of(found.made)
    pages = {html_name(name): _page(found, name, menu, digest(index)) for name in found.made}
    return {**pages, **source.files, INDEX: index}


def html_name(name: str) -> str:
    """The page of a document."""
    return f"{name.removesuffix('.md')}.html"


def _page(found: _Site, name: str, menu: Iterable[tuple[str, tuple[str, ...]]], hashed: str) -> str:
    made = found.made[name]
    inside = tuple(book_menu(found.made)) if name.startswith("spec/") else ()
    shown = [*((title, files) for title, files in menu if not inside or title == "Begin here"), *inside]
    parts = [MenuPart(title, [_entry(found.made, each, name) for each in files]) for title, files in shown]
    root = "../" * name.count("/")
    return framed(f"{made.title} · siteproof", made.html, parts, made.contents, FoundIn(root + INDEX, hashed, root))


def _entry(made: Mapping[str, Rendered], name: str, here: str) -> MenuEntry:
    return MenuEntry(made[name].title, _relative(here, html_name(name)), here=name == here)


def _relative(here: str, target: str) -> str:
    return posixpath.relpath(target, posixpath.dirname(here) or ".")


def _address(found: _Site, here: str, address: str) -> str | None:
    """The address on the site; None for what stands in the checkout alone; as it is where nothing has that name."""
    if "://" in address or address.startswith("#"):
        return address
    path, _, place = address.partition("#")
    name = _named(posixpath.normpath(posixpath.join(posixpath.dirname(here), path)), found.source.documents)
    mark = f"#{place}" if place else ""
    if name in found.source.documents:
        return _relative(here, html_name(name)) + mark
    if name in found.source.files:
        return _relative(here, name)
    return None if name in found.source.elsewhere else address


def _named(path: str, documents: Mapping[str, str]) -> str:
    """The document that a path means: a folder is its index, what stands beside docs/ stands among them."""
    beside = path.removeprefix("../")
    if path.startswith("../") and beside in documents:
        return beside
    return f"{path}/index.md" if f"{path}/index.md" in documents else path


def _refuse_dead(found: _Site) -> None:
    places = {html_name(name): {each.id for each in made.places} for name, made in found.made.items()}
    dead = [f"{name}: {address}" for name, made in found.made.items() for address in _dead(found, name, made, places)]
    if dead:
        raise Problem(
            f"{dead[0]} leads nowhere", f"{len(dead)} dead links: {', '.join(dead[:9])}", "mend the documents"
        )


def _dead(found: _Site, name: str, made: Rendered, places: Mapping[str, set[str]]) -> Iterator[str]:
    here = html_name(name)
    for address in made.addresses:
        if "://" not in address:
            path, _, place = address.partition("#")
            target = posixpath.normpath(posixpath.join(posixpath.dirname(here), path)) if path else here
            if (target not in places and target not in found.source.files) or (
                place and place not in places.get(target, {place})
            ):
                yield address


def _index(made: Mapping[str, Rendered]) -> str:
    """Every place as [name, address, first words, page], as a script, because a page of a folder may read no file."""
    entries = [
        [place.name, html_name(name) + ("" if number == 0 else f"#{place.id}"), place.words[:WORDS_MAX], each.title]
        for name, each in made.items()
        for number, place in enumerate(each.places)
    ]
    return f"window.siteproofIndex = {json.dumps(entries, ensure_ascii=False, separators=(',', ':'))};\n"
