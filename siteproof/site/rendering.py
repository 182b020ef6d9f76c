"""Markdown as HTML: headings that can be linked to, tables that can be read on a telephone, links rewritten.

Rule: raw HTML in a document is an invisible anchor and nothing else; everything else is escaped or refused.
"""

import html
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from attrs import frozen
from markdown_it import MarkdownIt
from markdown_it.token import Token

from siteproof.model.nouns.problem import Problem

ANCHOR = re.compile(r'<a id="([\w.:()-]+)">|</a>')
REACHED = '<pre tabindex="0">'
"""What may be wider than the page can be reached and scrolled by keyboard."""
_MARKUP = re.compile(r"[`*]")
_NO_SLUG = re.compile(r"[^\w\- ]")
Rewrite = Callable[[str], str]
"""From an identifier as it is written to the one of the page."""
Address = Callable[[str], str | None]
"""From an address as it is written to the one of the page; None when it leads to what is not here."""


@frozen
class PagePlace:
    """A place of a page that can be found: its identifier, its name, and the first words that stand there."""

    id: str
    name: str
    words: str


@frozen
class Rendered:
    """A document: its title and HTML, headings of the second level, what can be found in it, where it leads."""

    title: str
    html: str
    contents: tuple[PagePlace, ...]
    places: tuple[PagePlace, ...]
    addresses: tuple[str, ...] = ()


def slug(heading: str) -> str:
    """The identifier of a heading, as code forges make it."""
    return _NO_SLUG.sub("", _MARKUP.sub("", heading).lower()).strip().replace(" ", "-")


def rendered(name: str, text: str, link: Address, mark: Rewrite = lambda each: each) -> Rendered:
    """A document as HTML; `link` rewrites addresses, `mark` identifiers. Problem when it holds other raw HTML."""
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    tokens = parser.parse(text)
    _refuse_markup(name, tokens)
    _mark_headings(tokens, mark)
    _name_cells(tokens)
    for token in _all(tokens):
        _rewrite(token, link, mark)
    places = tuple(_places(tokens))
    body = parser.renderer.render(_wrapped(tokens), parser.options, {}).replace("<pre>", REACHED)
    return Rendered(_title(tokens, name), body, tuple(_contents(tokens)), places, tuple(_addresses(tokens)))


def _addresses(tokens: Sequence[Token]) -> Iterator[str]:
    for token in _all(tokens):
        yield from (str(token.attrs[key]) for key in ("href", "src") if key in token.attrs)


def _all(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from token.children or ()


def _refuse_markup(name: str, tokens: Sequence[Token]) -> None:
    for token in _all(tokens):
        if token.type in {"html_inline", "html_block"} and ANCHOR.sub("", token.content).strip():
            raise Problem(f"{name} holds HTML: {token.content.strip()[:60]}", "documents are Markdown", "write it so")


def _mark_headings(tokens: Sequence[Token], mark: Rewrite) -> None:
    seen: dict[str, int] = {}
    for number, token in enumerate(tokens):
        if token.type == "heading_open":
            plain = slug(tokens[number + 1].content)
            times = seen[plain] = seen.get(plain, -1) + 1
            token.attrSet("id", mark(f"{plain}-{times}" if times else plain))


def _name_cells(tokens: Sequence[Token]) -> None:
    """Each cell says of which column it is: on a narrow screen rows are stacked."""
    heads: list[str] = []
    column = 0
    for number, token in enumerate(tokens):
        if token.type == "table_open":
            heads = []
        elif token.type == "th_open":
            heads.append(_plain(tokens[number + 1]))
        elif token.type == "tr_open":
            column = 0
        elif token.type == "td_open":
            if heads[column]:
                token.attrSet("data-head", heads[column])
            column += 1


def _rewrite(token: Token, link: Address, mark: Rewrite) -> None:
    if token.type == "link_open":
        address = link(str(token.attrs.pop("href")))
        token.attrs |= {"href": address} if address is not None else {}
    elif token.type == "image":
        token.attrSet("src", link(str(token.attrGet("src"))) or "")
    elif token.type in {"html_inline", "html_block"}:
        token.content = ANCHOR.sub(lambda found: f'<a id="{mark(found[1])}">' if found[1] else "</a>", token.content)


def _wrapped(tokens: Sequence[Token]) -> list[Token]:
    """Every table within a region that can be scrolled by keyboard, too."""
    found, tables = [], 0
    for token in tokens:
        if token.type == "table_open":
            tables += 1
            found.append(_raw(f'<div class="scroll" role="region" aria-label="Table {tables}" tabindex="0">'))
        found.append(token)
        if token.type == "table_close":
            found.append(_raw("</div>"))
    return found


def _raw(text: str) -> Token:
    return Token("html_block", "", 0, content=f"{text}\n")


def _plain(inline: Token) -> str:
    """The text of an inline token without its marks."""
    return "".join(_text(child) for child in inline.children or ()).strip()


def _text(child: Any) -> str:
    if child.type in {"softbreak", "hardbreak"}:
        return " "
    return str(child.content) if child.type in {"text", "code_inline"} else ""


def _title(tokens: Sequence[Token], name: str) -> str:
    titles = (_plain(tokens[n + 1]) for n, token in enumerate(tokens) if token.type == "heading_open")
    return next(titles, name)


def _contents(tokens: Sequence[Token]) -> Iterator[PagePlace]:
    for number, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h2":
            yield PagePlace(str(token.attrGet("id")), _plain(tokens[number + 1]), "")


def _places(tokens: Sequence[Token]) -> Iterator[PagePlace]:
    """Each heading with what stands behind it, and each row of a table that has an anchor."""
    for number, token in enumerate(tokens):
        if token.type == "heading_open":
            after = tokens[number + 4] if number + 4 < len(tokens) else None
            words = _plain(after) if after is not None and after.type == "inline" else ""
            yield PagePlace(str(token.attrGet("id")), _plain(tokens[number + 1]), words)
        elif token.type == "inline":
            for child in token.children or ():
                found = ANCHOR.match(child.content) if child.type == "html_inline" else None
                if found and found[1]:
                    yield PagePlace(found[1], _plain(token), _row(tokens, number))


def _row(tokens: Sequence[Token], number: int) -> str:
    """The longest other cell of the row in which the token stands: it says what the name means."""
    cells = []
    for token in tokens[number + 1 :]:
        if token.type == "tr_close":
            break
        if token.type == "inline":
            cells.append(_plain(token))
    return max(cells, key=len, default="")


def escaped(text: str) -> str:
    """Text as HTML."""
    return html.escape(text)
