"""report.html: one file that needs nothing else, from one recorded run.

Rule: nothing that came from a subject is ever markup. The page is whole without its script, which only lets a reader
search and walk through traces; style and script are named by their hash in a policy that allows nothing else, and
pictures are data without scripts.
"""

import base64
import hashlib
from importlib import resources

from siteproof.conformance.render import page_cases, page_model, page_requirements
from siteproof.conformance.render.markup import Markup, joined, tag
from siteproof.conformance.render.page_data import PageData, Tile, page_data
from siteproof.conformance.results import RecordedRun

Section = tuple[str, str, int | None, Markup | None]


def page(record: RecordedRun) -> str:
    """The whole report as HTML text."""
    style, script = (_file(name) for name in ("report.css", "report.js"))
    data = page_data(record)
    policy = f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:"
    policy += "; base-uri 'none'; form-action 'none'"
    shown = [section for section in _sections(data) if section[3] is not None]
    return "".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            '<meta name="color-scheme" content="light dark">\n',
            tag("title", f"{data.word} · siteproof report").text,
            f"\n<style>{style}</style>\n</head>\n<body>\n",
            _header(data).text,
            tag("nav", *(_link(section) for section in shown), aria_label="Sections").text,
            tag("main", *(_section(section) for section in shown)).text,
            f"\n<script>{script}</script>\n</body>\n</html>\n",
        ]
    )


def _sections(data: PageData) -> list[Section]:
    """id, title, how many, content; a section without content is left out."""
    cells = sum(len(row.cells) for row in data.rows)
    wrong = len(page_cases.wrong(data.cases))
    heat = page_model.lifecycle(data.heat, data.coverage)
    return [
        ("fix-first", "Fix first", len(data.groups), page_cases.groups(data.groups)),
        ("failures", "What went wrong", wrong, page_cases.failures(data.cases)),
        ("requirements", "Requirements", cells, page_requirements.matrix(data.rows)),
        ("measurements", "Measurements", len(data.measures), page_model.measurements(data.measures)),
        ("cases", "Other cases", len(data.cases) - wrong, page_cases.others(data.cases)),
        ("lifecycle", "Lifecycle states seen", None, heat),
        ("coverage", "Coverage of the model", None, page_model.coverage_table(data.coverage)),
        ("pictures", "Pictures", len(data.pictures), page_model.pictures(data.pictures)),
        ("subject", "What the subject declares", None, page_model.capabilities(data.capabilities)),
        ("words", "The words", None, page_model.words(data.words)),
    ]


def _header(data: PageData) -> Markup:
    facts = (tag("div", tag("dt", name), tag("dd", value, class_="mono")) for name, value in data.facts)
    return tag(
        "header",
        tag(
            "div",
            "siteproof · conformance report",
            tag("b", f" · {data.taken}") if data.taken else None,
            class_="brand",
        ),
        tag("h1", data.word, tag("small", f"profile {data.scope}") if data.scope else None),
        tag("p", data.stopped, class_="stopped") if data.stopped else None,
        tag("div", *(_tile(tile) for tile in data.tiles), class_="tiles"),
        tag("dl", *facts, class_="facts"),
        class_=data.tone,
        id="top",
    )


def _tile(tile: Tile) -> Markup:
    return tag("div", tag("b", tile.value), tag("span", tile.label), class_=f"tile {tile.tone}")


def _link(section: Section) -> Markup:
    name, title, count, _ = section
    return tag("a", title, tag("span", f" {count}") if count is not None else None, href=f"#{name}")


def _section(section: Section) -> Markup:
    name, title, _, content = section
    return joined("\n", tag("section", tag("h2", title), content, id=name))


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _file(name: str) -> str:
    return resources.files("siteproof.conformance.render").joinpath(name).read_text(encoding="utf-8")
