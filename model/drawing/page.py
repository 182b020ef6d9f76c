"""A report as one HTML file that needs nothing else: sections of tables and pictures, no script, nothing loaded.

Rule: everything that came from outside is escaped; style is named by its hash in a policy that allows nothing else, and
a picture is the address of an image, inside of which no script runs.
"""

import base64
import hashlib
import html
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from importlib import resources

from attrs import field, frozen


class Tone(StrEnum):
    """How good what is said is."""

    GOOD = "good"
    BAD = "bad"
    ODD = "odd"
    PLAIN = "plain"


@frozen
class Badge:
    """A word in a coloured field."""

    word: str
    tone: Tone = Tone.PLAIN


Cell = str | Badge


@frozen
class Table:
    """Rows of cells under a head. `narrow` counts the columns, from the left, that are never wrapped."""

    head: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    narrow: int = 1


@frozen
class Figure:
    """A picture as SVG text; its title is read to those who cannot see it."""

    title: str
    svg: str


@frozen
class Fold:
    """What is only shown when it is asked for."""

    summary: str
    parts: Sequence["Part"]


Part = str | Table | Figure | Fold  # a text is a paragraph


@frozen
class Section:
    """A heading with what stands under it."""

    title: str
    parts: Sequence[Part]


@frozen
class Page:
    """A whole report: verdict in a word, what was judged, the facts of the run, the sections."""

    verdict: str
    tone: Tone
    subject: str
    facts: Sequence[tuple[str, str]]
    sections: Sequence[Section] = field(factory=tuple)


def html_of(page: Page) -> str:
    """The page as HTML text."""
    style = resources.files("siteproof.model.drawing").joinpath("page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    shown = [(f"s{number}", section) for number, section in enumerate(page.sections, 1) if section.parts]
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>{html.escape(f'{page.verdict}: {page.subject}')}</title>",
            f"<style>{style}</style>\n</head>\n<body>",
            *_header(page),
            *_navigation(shown),
            "<main>",
            *(part for name, section in shown for part in _section(name, section)),
            "</main>\n</body>\n</html>\n",
        ]
    )


def image_address(svg: str) -> str:
    """An SVG text as the address of an image."""
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def _header(page: Page) -> Iterator[str]:
    yield f'<header class="{page.tone}">\n<p class="brand">siteproof</p>\n<h1>{html.escape(page.verdict)}</h1>'
    yield f'<p class="subject">{html.escape(page.subject)}</p>'
    facts = (f"<div><dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd></div>" for name, value in page.facts)
    yield f"<dl>{''.join(facts)}</dl>\n</header>"


def _navigation(shown: Iterable[tuple[str, Section]]) -> Iterator[str]:
    links = (f'<a href="#{name}">{html.escape(section.title)}</a>' for name, section in shown)
    yield f'<nav aria-label="Sections">{"".join(links)}</nav>'


def _section(name: str, section: Section) -> Iterator[str]:
    yield f'<section id="{name}">\n<h2>{html.escape(section.title)}</h2>'
    yield from (line for part in section.parts for line in _part(part))
    yield "</section>"


def _part(part: Part) -> Iterator[str]:
    match part:
        case str():
            yield f"<p>{html.escape(part)}</p>"
        case Table():
            yield from _table(part)
        case Figure():
            said = html.escape(part.title)
            yield f'<figure><img alt="{said}" src="{image_address(part.svg)}"><figcaption>{said}</figcaption></figure>'
        case Fold():
            yield f"<details><summary>{html.escape(part.summary)}</summary>"
            yield from (line for each in part.parts for line in _part(each))
            yield "</details>"


def _table(table: Table) -> Iterator[str]:
    head = "".join(f"<th>{html.escape(each)}</th>" if each else "<td></td>" for each in table.head)
    yield f'<div class="scroll" tabindex="0"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>'
    for row in table.rows:
        cells = (_cell(each, number < table.narrow, table.head[number]) for number, each in enumerate(row))
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</tbody></table></div>"


def _cell(cell: Cell, narrow: bool, head: str) -> str:
    """A cell names its column itself: on a narrow screen rows are stacked, and no head stands above them."""
    named = f' data-head="{html.escape(head)}"' if head else ""
    if isinstance(cell, Badge):
        return f'<td class="narrow"{named}><span class="badge {cell.tone}">{html.escape(cell.word)}</span></td>'
    style = ' class="narrow"' if narrow else ""
    return f"<td{style}{named}>{html.escape(cell)}</td>"
