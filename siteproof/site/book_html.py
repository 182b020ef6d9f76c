"""The book as HTML: a folder with a page for each of its files, or everything in one file.

Rule: nothing is said here that the Markdown does not say; pictures of the one file stand inside it.
"""

import base64
from collections.abc import Iterable, Iterator, Mapping

from siteproof.model.spec.registry.requirements import chapters
from siteproof.site.rendering import Rendered, rendered
from siteproof.site.shell import MenuEntry, MenuPart, framed

Texts = Mapping[str, str]
"""File name to text: Markdown, SVG, JSON."""
BEGINS = ("index.md", "glossary.md", "sources.md", "disputes.md")
MODEL = ("lifecycle.md", "regions.md", "administration.md", "data-flow.md", "theorems.md", "retention.md", "open.md")
TRACED = ("rules.md", "cases.md", "traceability.md", "witnesses.md", "caught.md", "refinements.md")
LISTS = ("errors.md", "providers.md", "profile.md", "connectivity.md", "contract.md", "formats.md")
TITLE = "The specification · siteproof"


def parts(names: Iterable[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Headings of the navigation with the files under them, in the order of reading; no file is left out."""
    present = [name for name in names if name.endswith(".md")]
    chapter = tuple(f"{each.id.lower()}.md" for each in chapters())
    known = {*BEGINS, *chapter, *MODEL, *TRACED, *LISTS, "specifications.md"}
    specs = ("specifications.md", *(name for name in present if name.startswith("spec-")))
    others = tuple(name for name in present if name not in known and name not in specs)
    wanted = (
        ("The book", BEGINS),
        ("Requirements", chapter),
        ("The model", MODEL),
        ("Traced", TRACED),
        ("Lists", LISTS),
        ("Specifications", specs),
        ("More", others),
    )
    kept = ((title, tuple(name for name in files if name in present)) for title, files in wanted)
    return tuple((title, files) for title, files in kept if files)


def pages(book: Texts, appendices: Texts) -> Mapping[str, str]:
    """The folder: an HTML page for each document of the book and of the appendices, and the pictures as they are."""
    texts = {**book, **appendices}
    made = {name: rendered(name, text, lambda address: _of_pages(address, texts)) for name, text in _documents(texts)}
    order = parts(made)
    html = {
        f"{name.removesuffix('.md')}.html": framed(
            f"{each.title} · siteproof", each.html, _menu(order, made, name), each.contents
        )
        for name, each in made.items()
    }
    return {**html, **{name: text for name, text in texts.items() if not name.endswith(".md")}}


def one_file(book: Texts, appendices: Texts) -> str:
    """The same as one page that needs nothing else."""
    texts = {**book, **appendices}
    made = {name: _in_one(name, text, texts) for name, text in _documents(texts)}
    order = parts(made)
    menu = [
        MenuPart(title, [MenuEntry(made[name].title, f"#{_id(name, '')}") for name in files]) for title, files in order
    ]
    sections = (_section(name, made[name]) for _, files in order for name in files)
    return framed(TITLE, "".join(sections), menu)


def _in_one(here: str, text: str, texts: Texts) -> Rendered:
    return rendered(here, text, lambda address: _of_one(address, texts, here), lambda mark: _id(here, mark))


def _section(name: str, made: Rendered) -> str:
    return f'<section class="page" id="{_id(name, "")}">\n{made.html}</section>\n'


def _documents(texts: Texts) -> Iterator[tuple[str, str]]:
    return ((name, text) for name, text in texts.items() if name.endswith(".md"))


def _menu(order: Iterable[tuple[str, tuple[str, ...]]], made: Mapping[str, Rendered], here: str) -> list[MenuPart]:
    return [
        MenuPart(
            title,
            [MenuEntry(made[name].title, f"{name.removesuffix('.md')}.html", here=name == here) for name in files],
        )
        for title, files in order
    ]


def _known(address: str, texts: Texts) -> tuple[str, str] | None:
    """The file of the book that an address means, and the place in it; None when it leads elsewhere."""
    page, _, place = address.partition("#")
    name = page.rpartition("/")[2]
    return (name, place) if name in texts else None


def _of_pages(address: str, texts: Texts) -> str | None:
    known = _known(address, texts)
    if known is None:
        return address if "://" in address or address.startswith("#") else None
    name, place = known
    page = f"{name.removesuffix('.md')}.html" if name.endswith(".md") else name
    return f"{page}#{place}" if place else page


def _of_one(address: str, texts: Texts, here: str) -> str | None:
    if address.startswith("#"):
        return f"#{_id(here, address[1:])}"
    known = _known(address, texts)
    if known is None:
        return address if "://" in address else None
    name, place = known
    if name.endswith(".svg"):
        return f"data:image/svg+xml;base64,{base64.b64encode(texts[name].encode()).decode()}"
    if not name.endswith(".md"):
        return f"data:application/json;base64,{base64.b64encode(texts[name].encode()).decode()}"
    return f"#{_id(name, place)}"


def _id(name: str, place: str) -> str:
    """An identifier in the one file: the page, then the place in it."""
    page = name.removesuffix(".md")
    return f"{page}--{place}" if place else page
