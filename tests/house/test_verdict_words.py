"""The guide to verdicts says what the program says: every word, in the same words."""

from collections.abc import Iterable
from pathlib import Path

from siteproof.conformance.words import OF_CASES, OF_REQUIREMENTS, OF_RUNS, Word

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "verdicts.md").read_text()
ADAPTERS = (ROOT / "docs" / "adapters.md").read_text()


def rows(words: Iterable[Word]) -> list[str]:
    """The page's rows of words that have other forms."""
    return [f"| **{each.word}** | {', '.join(each.forms)} | {each.means} | {each.counts} |" for each in words]


def test_the_guide_explains_every_word_as_the_program_does() -> None:
    """What a legend prints stands on the page, word for word."""
    wanted = [*rows(OF_CASES.values()), *rows(OF_REQUIREMENTS)]
    wanted += [f"| **{each.word}** | {each.means} | {each.counts} |" for each in OF_RUNS]
    assert [row for row in wanted if row not in PAGE.splitlines()] == []


def test_writers_of_adapters_are_led_to_what_a_verdict_speaks_of() -> None:
    """The guide to adapters names every verdict's word and links lifecycle, errors, retention and verdicts."""
    assert [each.word for each in OF_CASES.values() if f"`{each.word}`" not in ADAPTERS] == []
    links = ("spec/lifecycle.md", "spec/errors.md", "spec/ret.md", "verdicts.md")
    assert [link for link in links if f"({link})" not in ADAPTERS] == []
    assert [link for link in links if not (ROOT / "docs" / link).is_file()] == []
