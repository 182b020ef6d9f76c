"""campaign.html: one file that needs nothing else, from what a campaign knows at its end.

Rule: the look is the conformance report's, style sheet and all; the page has no script, and nothing that came from a
subject is ever markup.
"""

import base64
import hashlib
import shlex
from collections.abc import Iterable
from importlib import resources

from siteproof.conformance.render.markup import Markup, joined, scrolled, tag
from siteproof.conformance.render.page_cases import badge, trace
from siteproof.fuzz.campaign import CampaignOutcome
from siteproof.fuzz.fingerprint import shape
from siteproof.fuzz.guide import Kept
from siteproof.fuzz.render.curve import curve
from siteproof.fuzz.render.heat_map import heat_map
from siteproof.fuzz.tally import FindingGroup

MISSING_SHOWN_MAX = 60
CORPUS_SHOWN_MAX = 40
Section = tuple[str, str, int | None, Markup | None]


def page(outcome: CampaignOutcome, title: str) -> str:
    """The whole report as HTML text; `title` is the header of the run."""
    style = _file("siteproof.conformance.render", "report.css") + _file("siteproof.fuzz.render", "campaign.css")
    policy = f"default-src 'none'; style-src '{_hash(style)}'; base-uri 'none'; form-action 'none'"
    shown = [section for section in _sections(outcome) if section[3] is not None]
    return "".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            '<meta name="color-scheme" content="light dark">\n',
            tag("title", f"{_word(outcome)} · siteproof campaign").text,
            f"\n<style>{style}</style>\n</head>\n<body>\n",
            _header(outcome, title).text,
            tag("nav", *(_link(section) for section in shown), aria_label="Sections").text,
            tag("main", *(_section(section) for section in shown)).text,
            "\n</body>\n</html>\n",
        ]
    )


def _sections(outcome: CampaignOutcome) -> list[Section]:
    """id, title, how many, content; a section without content is left out."""
    tally = outcome.tally
    missing = sorted(outcome.goals - outcome.met)
    corpus = tally.minimal_corpus()
    return [
        ("findings", "Findings", len(tally.groups), _findings(tally.groups.values())),
        ("coverage", "Coverage over time", len(tally.cells), curve(tally.samples, tally.groups.values())),
        ("heat", "Faults by phase", None, heat_map((cell, count.executions) for cell, count in tally.cells.items())),
        ("risk", "What may be left", None, _risk(outcome)),
        ("goals", "Goals not met", len(missing), _missing(missing)),
        ("corpus", "Corpus", len(corpus), _corpus(corpus)),
    ]


def _word(outcome: CampaignOutcome) -> str:
    count = len(outcome.tally.news)
    if count:
        return f"{count} finding{'s' if count > 1 else ''}"
    return "nothing wrong was found" if outcome.tally.executions else "nothing ran"


def _header(outcome: CampaignOutcome, title: str) -> Markup:
    tally = outcome.tally
    tone = "bad" if tally.news else "good" if tally.executions else "odd"
    tiles = (
        (f"{tally.executions:,}", "executions", ""),
        (f"{tally.steps:,}", "steps", ""),
        (f"{len(tally.cells):,}", "cells seen", ""),
        (f"{len(outcome.met)} of {len(outcome.goals)}", "goals met", ""),
        (f"{len(tally.news)}", "findings", "bad" if tally.news else "good"),
        (f"{len(tally.groups) - len(tally.news)}", "known findings", ""),
        (f"≤ {tally.estimate.news_at_most:.1%}", "next execution is new (95 %)", ""),
    )
    facts = (tag("div", tag("dt", name), tag("dd", value, class_="mono")) for name, value in _facts(outcome, title))
    return tag(
        "header",
        tag("div", "siteproof · campaign report", class_="brand"),
        tag("h1", _word(outcome), tag("small", outcome.end.value)),
        tag("div", *(_tile(*tile) for tile in tiles), class_="tiles"),
        tag("dl", *facts, class_="facts"),
        class_=tone,
        id="top",
    )


def _facts(outcome: CampaignOutcome, title: str) -> list[tuple[str, str]]:
    known = [("time", f"{outcome.tally.samples[-1].seconds:,.0f} s")] if outcome.tally.samples else []
    return [("run", title), *known]


def _tile(value: str, label: str, tone: str) -> Markup:
    return tag("div", tag("b", value), tag("span", label), class_=f"tile {tone}".strip())


def _link(section: Section) -> Markup:
    name, title, count, _ = section
    return tag("a", title, tag("span", f" {count}") if count is not None else None, href=f"#{name}")


def _section(section: Section) -> Markup:
    name, title, _, content = section
    return joined("\n", tag("section", tag("h2", title), content, id=name))


def _findings(groups: Iterable[FindingGroup]) -> Markup | None:
    """A card for each fingerprint, news first, the first one open."""
    found = sorted(groups, key=lambda group: bool(group.known))
    return joined(*(_card(group, is_open=group is found[0]) for group in found)) if found else None


def _card(group: FindingGroup, *, is_open: bool) -> Markup:
    record = group.record
    word = "known" if group.known else "fail"
    times = f"{group.executions} execution{'s' if group.executions > 1 else ''}"
    where = f"{times} · {group.steps_before} → {len(record.actions)} steps · {group.fingerprint}"
    head = tag("summary", badge(word), tag("strong", record.expected), tag("span", where, class_="where"))
    rows = (
        ("Rule", record.rule, None),
        ("Expected", record.expected, "expected"),
        ("Actual", record.actual, "actual"),
        ("Known", group.known, None),
    )
    says = (joined(tag("dt", name), tag("dd", text, class_=look)) for name, text, look in rows if text)
    chips = (tag("span", step, class_="chip mono") for step in shape(record.actions))
    replay = f"siteproof replay {shlex.quote(f'failures/walk-{group.fingerprint}.json')}"
    inside = tag(
        "div",
        tag("dl", *says, class_="says"),
        tag("p", *chips, class_="shape"),
        trace(group.finding.trace),
        tag("code", replay, class_="replay"),
        class_="inside",
    )
    return tag("details", head, inside, class_=f"card {word}", id=group.fingerprint, open=is_open)


def _risk(outcome: CampaignOutcome) -> Markup:
    risk = outcome.tally.estimate
    rows = (
        ("the next execution shows a cell that none has shown", f"{risk.news:.1%}", "Good and Turing, leaving one out"),
        ("the same, at most", f"{risk.news_at_most:.1%}", "upper end of 95 %"),
        ("cells that this way of walking can show and has not", f"{risk.unseen:,.0f}", "Chao, a lower bound"),
        ("executions since the last news", f"{outcome.tally.executions - 1 - outcome.tally.newest:,}", ""),
    )
    table = tag("table", *(_row(*row) for row in rows))
    said = "Estimates. How far they are off is measured on models where the truth is known (python -m benchmarks fuzz)."
    return joined(scrolled("Estimates", table), tag("p", said, class_="legend"))


def _row(what: str, value: str, how: str) -> Markup:
    return tag("tr", tag("td", what), tag("td", value, class_="number"), tag("td", how, class_="note"))


def _missing(missing: list[tuple[str, str]]) -> Markup | None:
    items = [tag("li", tag("code", f"{verb} in {state}")) for verb, state in missing[:MISSING_SHOWN_MAX]]
    if len(missing) > len(items):
        items.append(tag("li", f"… {len(missing) - len(items)} more"))
    return tag("ul", *items, class_="missing") if items else None


def _corpus(corpus: tuple[Kept, ...]) -> Markup | None:
    """The fewest walks that show every cell, the richest first."""
    head = tag("tr", *(tag("th", name) for name in ("walk", "machines", "steps", "cells")))
    rows = [
        tag("tr", *(tag("td", f"{value:,}", class_="number") for value in (
            each.number, len(each.scenario.machines), len(each.actions), len(each.cells))))
        for each in corpus[:CORPUS_SHOWN_MAX]
    ]  # fmt: skip
    more = tag("p", f"… {len(corpus) - len(rows)} more", class_="legend") if len(corpus) > len(rows) else None
    return joined(scrolled("Walks", tag("table", head, *rows)), more) if rows else None


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _file(package: str, name: str) -> str:
    return resources.files(package).joinpath(name).read_text(encoding="utf-8")
