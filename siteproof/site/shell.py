"""The frame of every page: what it may load, where it leads, and what is looked for in it.

Rule: style and script stand in the page and are named by their hashes; the policy allows nothing else but pictures and
the index that is searched, from where the page is from.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from importlib import resources

from attrs import frozen

from siteproof.site.rendering import PagePlace, escaped

STYLE, SCRIPT = "site.css", "site.js"


@frozen
class MenuEntry:
    """A line of the navigation."""

    title: str
    address: str
    here: bool = False


@frozen
class MenuPart:
    """A heading of the navigation with its lines."""

    title: str
    entries: Sequence[MenuEntry]


@frozen
class FoundIn:
    """The index that is searched: where it stands from this page, its hash, and the way back to the first page."""

    address: str
    digest: str
    root: str


def digest(text: str) -> str:
    """The hash of a text as a policy names it."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def framed(
    title: str, body: str, menu: Iterable[MenuPart], contents: Sequence[PagePlace] = (), found_in: FoundIn | None = None
) -> str:
    """A whole page. `contents` are its own headings; `found_in` is what its search field looks into."""
    style, script = read(STYLE), read(SCRIPT)
    allowed = f"'{digest(script)}'" + (" 'self'" if found_in else "")  # the index stands beside the page
    policy = f"default-src 'none'; style-src '{digest(style)}'; script-src {allowed}; img-src 'self' data:"
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            f"<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}; base-uri 'none'; form-action 'none'\">",
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>{escaped(title)}</title>",
            f"<style>{style}</style>\n</head>\n<body>",
            '<a class="skip" href="#site-text">To the text</a>',
            *_head(found_in),
            '<div class="frame">',
            *_menu(menu),
            f'<main id="site-text">\n{body}</main>',
            *_aside(contents),
            "</div>",
            f"<script>{script}</script>\n</body>\n</html>\n",
        ]
    )


def _head(found_in: FoundIn | None) -> Iterator[str]:
    root = escaped(found_in.root) if found_in else ""
    yield (
        f'<header><a class="brand" href="{root}index.html">siteproof</a>'
        if found_in
        else ('<header><span class="brand">siteproof</span>')
    )
    if found_in is not None:
        facts = (
            f'data-index="{escaped(found_in.address)}" data-digest="{found_in.digest}" '
            f'data-root="{escaped(found_in.root)}"'
        )
        field = (
            '<input id="site-search" type="search" placeholder="Search" aria-label="Search" autocomplete="off" hidden>'
        )
        yield f'<div class="search" {facts}>{field}<ol id="site-found" aria-live="polite" hidden></ol></div>'
    yield "</header>"


def _menu(menu: Iterable[MenuPart]) -> Iterator[str]:
    yield '<nav class="menu" aria-label="Pages"><details open><summary>Pages</summary>'
    for part in menu:
        yield f"<h2>{escaped(part.title)}</h2>\n<ul>"
        for entry in part.entries:
            here = ' aria-current="page"' if entry.here else ""
            yield f'<li><a href="{escaped(entry.address)}"{here}>{escaped(entry.title)}</a></li>'
        yield "</ul>"
    yield "</details></nav>"


def _aside(contents: Sequence[PagePlace]) -> Iterator[str]:
    if len(contents) > 1:
        yield '<nav class="contents" aria-label="On this page"><h2>On this page</h2>\n<ul>'
        yield from (f'<li><a href="#{escaped(each.id)}">{escaped(each.name)}</a></li>' for each in contents)
        yield "</ul></nav>"


def read(name: str) -> str:
    """A file that stands beside this module."""
    return resources.files("siteproof.site").joinpath(name).read_text(encoding="utf-8")
