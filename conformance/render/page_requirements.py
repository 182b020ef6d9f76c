"""The requirements: a strip of squares for each chapter, and below it every sentence with its cases.

Rule: a square is a link to its sentence, a sentence links to its cases, and both work without a script.
"""

from siteproof.conformance.render.markup import Markup, joined, tag
from siteproof.conformance.render.page_cases import badge
from siteproof.conformance.render.page_data import MatrixCell, MatrixRow

MARKS = {"fail": "✗", "error": "!", "dishonest": "✗", "inconclusive": "?", "unsupported": "-", "non_strict": "~"}
WORSE = ("fail", "dishonest", "error")
NAME_CHARACTERS_MAX = 6


def matrix(rows: tuple[MatrixRow, ...]) -> Markup | None:
    """Chapters in which something went wrong first, then by how much of them was judged."""
    return joined(*(_chapter(row) for row in sorted(rows, key=_order))) if rows else None


def _order(row: MatrixRow) -> tuple[bool, float]:
    judged = sum(bool(cell.cases) for cell in row.cells)
    return not any(cell.verdict in WORSE for cell in row.cells), -judged / len(row.cells)


def _chapter(row: MatrixRow) -> Markup:
    judged = [cell for cell in row.cells if cell.cases]
    others = [cell for cell in row.cells if not cell.cases]
    passed = sum(cell.verdict == "pass" for cell in judged)
    said = f"{passed} of {len(judged)} judged passed" if judged else "none judged"
    name = tag("div", tag("b", row.id), " ", row.title, tag("br"), said, class_="name")
    strip = tag("div", *(_square(cell) for cell in (*judged, *others)), class_="cells")
    sentences = tag("details", tag("summary", f"{len(row.cells)} sentences"), *(_sentence(cell) for cell in row.cells))
    return tag("div", name, tag("div", strip, sentences), class_="chapter", id=f"chapter-{row.id}")


def _square(cell: MatrixCell) -> Markup:
    looks = (
        "cell",
        cell.verdict,
        "adapter" if cell.provider == "adapter" else "",
        "" if cell.level == "MUST" else "soft",
    )
    number = MARKS.get(cell.verdict, "") + cell.id.rpartition("-")[2][:NAME_CHARACTERS_MAX]
    title = f"{cell.id} ({cell.level}, {cell.verdict.replace('_', ' ')}): {cell.sentence[:300]}"
    return tag("a", number, href=f"#{cell.id}", class_=" ".join(filter(None, looks)), title=title)


def _sentence(cell: MatrixCell) -> Markup:
    by = "provided by the adapter" if cell.provider == "adapter" else ""
    facts = " · ".join(filter(None, (cell.level, cell.source, cell.note, by)))
    links = [part for name in cell.cases for part in (tag("a", name, href=f"#{name}"), " ")]
    return tag(
        "div",
        tag("p", tag("a", cell.id, href=f"#{cell.id}"), " ", badge(cell.verdict), " ", cell.sentence),
        tag("p", facts, tag("br") if links else None, *links, class_="note"),
        class_="sentence",
        id=cell.id,
    )
