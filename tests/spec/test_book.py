"""The generated book: fresh, complete, linked, and silent about when and where it was made."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from siteproof.cli.links import links
from siteproof.model.book import markdown
from siteproof.model.book.book import book
from siteproof.model.book.graph import reachable
from siteproof.model.book.traceability import CaseLink, Links, RuleLink, covers
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.profile import CORE
from siteproof.model.nouns.subject import Capability, FaultKind
from siteproof.model.nouns.vocabulary import Verb
from siteproof.model.spec.lifecycle.table import LIFECYCLE, allowed_operations
from siteproof.model.spec.registry.requirements import requirements

FOLDER = Path(__file__).parents[2] / "docs" / "spec"


@pytest.fixture(scope="module")
def made() -> Mapping[str, str]:
    """The book, made from the model and the cases as they are."""
    return book(links())


def test_the_committed_book_is_fresh(made: Mapping[str, str]) -> None:
    """docs/spec is exactly what the model says; `siteproof spec build` mends it."""
    present = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}
    assert [name for name in {*made, *present} if made.get(name) != present.get(name)] == []


def test_the_book_is_the_same_every_time(made: Mapping[str, str]) -> None:
    """The same model gives the same bytes."""
    assert book(links()) == made


def test_every_requirement_stands_in_its_chapter(made: Mapping[str, str]) -> None:
    """Each requirement has a heading and its sentence on the page of its chapter."""
    for each in requirements():
        page = made[f"{each.chapter.lower()}.md"]
        assert f"\n## {each.id}\n\n{each.sentence}\n" in page


def test_every_link_leads_to_a_place_that_exists(made: Mapping[str, str]) -> None:
    """No link of the book is dead, neither its page nor its anchor."""
    places = {name: anchors(text) for name, text in made.items()}
    dead = [
        (name, page, anchor)
        for name, text in made.items()
        for page, _, anchor in re.findall(r"\]\(([\w.-]+)(#([^)]+))?\)", text)
        if page not in made or (anchor and anchor not in places[page])
    ]
    assert dead == []


def anchors(text: str) -> set[str]:
    """The places of a page that a link can lead to."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {heading.lower().replace(" ", "-") for heading in headings} | set(re.findall(r'<a id="([^"]+)">', text))


def test_no_anchor_stands_twice_on_a_page(made: Mapping[str, str]) -> None:
    """A link leads to one place."""
    for name, text in made.items():
        ids = re.findall(r'<a id="([^"]+)">', text)
        assert len(ids) == len(set(ids)), name


def test_every_table_has_rows_of_one_width(made: Mapping[str, str]) -> None:
    """A character in a cell never breaks a table."""
    for name, text in made.items():
        for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
            widths = {len(re.split(r"(?<!\\)\|", line)) for line in block.splitlines()}
            assert len(widths) == 1, (name, block[:200])


def test_the_lifecycle_page_lists_every_row(made: Mapping[str, str]) -> None:
    """Each row of the model's table is a line of the transition table."""
    assert [row.rule for row in LIFECYCLE if f"[{row.rule}](rules.md#{row.rule})" not in made["lifecycle.md"]] == []


def test_the_lifecycle_page_shows_what_is_allowed(made: Mapping[str, str]) -> None:
    """For every reachable state a line holds exactly its allowed operations."""
    lines = [line for line in made["lifecycle.md"].splitlines() if line.startswith("| ")]
    for regions in reachable():
        verbs = [f"`{verb.value}`" for verb in Verb if verb in allowed_operations(regions, CORE)]
        place = f"| {regions.direction.value} | {regions.active.value} | `{regions.protection.value}` |"
        cells = [line for line in lines if line.startswith(place) and regions.resync.value in line]
        assert any(line.endswith(f"| {', '.join(verbs) or '—'} |") for line in cells), regions


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("errors.md", [code.value for code in ErrorCode]),
        ("contract.md", [*Capability, *FaultKind, *Verb]),
        ("profile.md", ["point_latency_minutes", "reprotect_requires_commit", "group_members_max"]),
        ("glossary.md", ["UnplannedFailover", "SwitchProtection", "asrseeddisk"]),
    ],
)
def test_the_reference_pages_are_complete(made: Mapping[str, str], page: str, names: list[str]) -> None:
    """Every error, capability, fault, command and parameter stands on its page."""
    assert [name for name in names if name not in made[page]] == []


def test_the_contract_page_shows_every_call_with_its_types(made: Mapping[str, str]) -> None:
    """Calls are listed with parameters, types and what they do."""
    assert "| `write(address: DiskAddress, writes: tuple[Write, ...]) -> None` |" in made["contract.md"]
    assert "| `observe(machine: str) -> Observation` |" in made["contract.md"]


def test_nothing_of_the_workplace_is_in_the_book(made: Mapping[str, str]) -> None:
    """No date, no path of a machine and no object's address stands in the book."""
    wrong = re.compile(r"20\d\d-\d\d-\d\d|/(home|root|work|usr|tmp)/| at 0x|<function|<class")
    assert [(name, wrong.findall(text)) for name, text in made.items() if wrong.search(text)] == []


def test_a_case_shows_on_the_page_of_what_it_witnesses() -> None:
    """Cases come in as plain data and are turned around: the requirement's page names its case."""
    case = CaseLink("X-1", "Something is seen.", "MUST", ("SP-RES-5",))
    made = book(Links((), (case,)))
    assert "- cases: [X-1](cases.md#X-1)" in made["res.md"]
    assert "[SP-RES-5](res.md#sp-res-5)" in made["cases.md"]
    assert "[X-1](cases.md#X-1)" in made["traceability.md"]


def test_a_rule_may_name_the_requirement_itself() -> None:
    """Theorems name what they prove; the link shows on the requirement as well."""
    rule = RuleLink("T-1", "theorem", "It holds.", "policy", requires=("SP-POL-8",))
    known = Links((rule,), ())
    assert [each.id for each in known.kept_by("T-1")] == ["SP-POL-8"]


def test_a_family_covers_its_rows() -> None:
    """LC-2 covers LC-2.7, and not LC-21."""
    assert covers(["LC-2"], "LC-2.7")
    assert covers(["LC-2"], "LC-2")
    assert not covers(["LC-2"], "LC-21")
    assert not covers(["LC-2.1"], "LC-2.10")


def test_a_cell_can_hold_any_character() -> None:
    """Pipes and line breaks in a cell do not end it."""
    assert markdown.table(("a",), [("x | y\nz",)]).splitlines()[-1] == "| x \\| y z |"
