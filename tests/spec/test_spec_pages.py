"""The specifications' pages: every specification with all that it holds, with figures that the checks confirm."""

import re
from collections.abc import Mapping

import pytest

from siteproof.cli.links import links
from siteproof.model.book.lifecycle_page import lifecycle_page
from siteproof.model.book.spec_pages import spec_pages
from siteproof.model.book.traceability import rules_page, spec_page
from siteproof.model.language import Action, Spec
from siteproof.model.spec.refinement import REFINEMENTS
from siteproof.model.spec.registry.designs import broken_by, items_of
from siteproof.model.spec.registry.manifest import checks
from siteproof.model.spec.registry.specs import RIGHT
from siteproof.model.spec.wrong_designs import EXHIBITS, STALLS

ABSTRACT = ("frames", "resync_protocol", "bitmap", "capture", "pipeline")


@pytest.fixture(scope="module")
def pages() -> Mapping[str, str]:
    """Every page by its name."""
    return spec_pages()


def test_every_specification_has_a_page_and_a_row(pages: Mapping[str, str]) -> None:
    """One page for each right specification and one for all; the table says what each is about."""
    assert pages.keys() == {"specifications.md", *(f"spec-{name}.md" for name in RIGHT)}
    for name, spec in RIGHT.items():
        assert f"| [{name}](spec-{name}.md) | {spec.doc} |" in pages["specifications.md"]


def test_the_figures_are_those_of_the_checks(pages: Mapping[str, str]) -> None:
    """States, transitions and depth at the default bounds stand in the table and on the page."""
    usual = [check for check in checks() if check.spec in RIGHT and check.bounds == dict(RIGHT[check.spec].bounds)]
    assert {check.spec for check in usual} == RIGHT.keys()
    for check in usual:
        assert f"| {check.states:,} | {check.transitions:,} | {check.depth} |" in pages["specifications.md"]
        assert f"{check.states:,} states and {check.transitions:,} transitions" in pages[f"spec-{check.spec}.md"]


@pytest.mark.parametrize("spec", RIGHT.values(), ids=lambda spec: spec.name)
def test_a_page_holds_all_of_its_specification(spec: Spec, pages: Mapping[str, str]) -> None:
    """Each action by its name in traces, each claim, lemma and promise with its reason, each variable, stand there."""
    page = pages[f"spec-{spec.name}.md"]
    lines = page.splitlines()
    for action in spec.actions:
        assert any(line.startswith(f"| [{action.rule}](") and f"| `{action.name}` |" in line for line in lines)
    for claim in (*spec.properties, *spec.lemmas):
        named = [line for line in lines if f"| {claim.name.replace('_', ' ')} |" in line]
        assert len(named) == 1, claim.name
        assert claim.rule in named[0]
        assert claim.why.replace("|", "\\|") in named[0]
    shown = re.findall(r"^\| `([^`]+)` \| (\d+) \|", page, re.MULTILINE)
    variables = [re.sub(r"\[\d+\]", "[n]", variable.name) for variable in spec.system().variables]
    assert {(name, int(count)) for name, count in shown} == {(name, variables.count(name)) for name in variables}


def test_every_wrong_design_stands_on_the_page_of_the_right_one(pages: Mapping[str, str]) -> None:
    """With every claim that it breaks and how far away, and with what it was meant to break among them."""
    for exhibit in (*EXHIBITS, *STALLS):
        name, broken = exhibit.spec.name, broken_by(exhibit.spec.name)
        line = next(line for line in pages[f"spec-{exhibit.right}.md"].splitlines() if f'<a id="{name}">' in line)
        assert exhibit.breaks in dict(broken)
        assert all(f"[{rule}](rules.md#{rule}) ({far})" in line for rule, far in broken)


def test_the_length_of_a_trace_and_of_a_loop_is_told() -> None:
    """A broken claim has its shortest trace, a broken promise also what goes on behind it."""
    assert dict(broken_by("unfenced"))["LC-15"] == "9 steps"
    assert dict(broken_by("sent_again"))["RES-31"].endswith(" again and again")
    assert dict(broken_by("waits_for_the_first_answer"))["FRM-16"].endswith(", then nothing more")


@pytest.mark.parametrize("name", ABSTRACT)
def test_a_chapter_that_abstracts_says_what_it_assumes(name: str, pages: Mapping[str, str]) -> None:
    """What the model leaves out stands at the beginning of the page."""
    assert "Assumes: " in pages[f"spec-{name}.md"].partition("## Variables")[0]


def test_a_page_of_several_modules_names_each(pages: Mapping[str, str]) -> None:
    """What each module of the data plane says of itself stands behind its name; a single module needs none."""
    for module in ("failover", "drill", "replication", "recovery_points"):
        assert re.search(rf"^`{module}`: \w", pages["spec-replication.md"], re.MULTILINE)
    assert "`frames`: " not in pages["spec-frames.md"]


def test_rules_for_maintainers_stay_off_the_pages(pages: Mapping[str, str]) -> None:
    """A reader of the book is told what a specification is, not how its files are kept."""
    assert [name for name, text in pages.items() if "\nRule:" in text] == []


def test_rules_name_their_event_and_lead_to_their_specification() -> None:
    """A happening shows its name, an action the one that traces print, and the module links to the page."""
    lines = rules_page(links()).splitlines()
    resized = next(line for line in lines if '<a id="ADM-10.12">' in line)
    accepted = next(line for line in lines if '<a id="FRM-6">' in line)
    assert "| disk is resized: it can happen in: " in resized
    assert "| `accept_frame`: The frame that is next is applied. |" in accepted
    assert "| [frames](spec-frames.md) |" in accepted


def test_the_lifecycle_page_says_why_an_exploration_counts_more() -> None:
    """The figure of the exploration stands beside the page's own."""
    (check,) = (check for check in checks() if check.spec == "lifecycle")
    assert f"`siteproof explore lifecycle` counts {check.transitions} transitions" in lifecycle_page()


@pytest.mark.parametrize("name", RIGHT)
def test_a_page_shows_guards_and_effects_and_not_prose_alone(name: str, pages: Mapping[str, str]) -> None:
    """Every action has its guard and its effects, every claim its predicate, as they are written in the chapter."""
    made = pages[spec_page(name)]
    for item in items_of(RIGHT[name]):
        written = made.partition(f"**{item.rule}** `{item.name}` — ")[2].partition("```")[2].partition("```")[0]
        assert written.startswith("python\n")
        assert "given" in written or not isinstance(item, Action)
        assert '"""' not in written
    refined = [each.refines for each in REFINEMENTS if each.chapter == name]
    assert all(f"[{each}](spec-{each}.md)" in made.partition("## Refines")[2] for each in refined)
