"""Markdown as text: tables, links and anchors with everything escaped that a table cell could trip over.

Rule: pages are written with these functions only, so that a sentence can hold any character.
"""

from collections.abc import Iterable, Sequence

NONE = "—"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; every cell is escaped, an empty one shows a dash."""
    lines = [f"| {' | '.join(head)} |", f"|{'|'.join(' --- ' for _ in head)}|"]
    return "\n".join([*lines, *(f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows)])


def link(name: str, page: str, anchor: str = "") -> str:
    """A link to a place of a page."""
    return f"[{name}]({page}{f'#{anchor}' if anchor else ''})"


def anchor(name: str) -> str:
    """A place that `link` can lead to, invisible."""
    return f'<a id="{name}"></a>'


def code(name: str) -> str:
    """A literal name."""
    return f"`{name}`"


def page(title: str, *parts: str) -> str:
    """A whole page: one title, parts divided by empty lines, one newline at the end."""
    return "\n\n".join([f"# {title}", *(part.strip("\n") for part in parts if part)]) + "\n"


def listed(names: Iterable[str]) -> str:
    """Names with commas between, or a dash when there is none."""
    return ", ".join(names) or NONE


def _cell(cell: str) -> str:
    return cell.replace("|", "\\|").replace("\n", " ") or NONE
