"""A table that is written as text says what a table of values says, and a word that is none of it is named."""

from pathlib import Path

import pytest

from siteproof.model.language import SpecError
from siteproof.model.language.columns import ColumnRow, columns
from siteproof.model.language.table import at
from siteproof.model.nouns.administration import AddedDisk
from siteproof.model.nouns.vocabulary import Direction, Protection, Resync, Site, TestFailover

TABLE = columns(
    """
    rule | direction | protection            | drill | leads to                  | turns
    T-1  | forward   | protected, committed, | none  | failed_over, resync:none  | disk:found>copying
         |           | migrated              |       | recovery                  |

    T-2  | -         | not protected         | -     | -                         | -
    """
)


def line(cell: str) -> ColumnRow:
    """A row with one cell under `protection`."""
    return columns(f"rule | protection\nX-1 | {cell}")[0]


def test_a_row_is_the_states_that_its_cells_name() -> None:
    """Alternatives stand behind commas, a cell may go on in the next line, and `-` is any value."""
    first, _ = TABLE
    where = first.where("direction", "protection", "drill")
    stages = (Protection.PROTECTED, Protection.COMMITTED, Protection.MIGRATED)
    assert where == at(Direction.FORWARD, TestFailover.NONE, *stages)


def test_not_means_every_other_value() -> None:
    """`not protected` are all stages but that one."""
    others = (stage for stage in Protection if stage is not Protection.PROTECTED)
    assert TABLE[1].where("direction", "protection", "drill") == at(*others)


def test_phases_stand_behind_commas_and_their_values_beside_each_other() -> None:
    """A word that two regions share has its region before it."""
    assert TABLE[0].changes("leads to") == ((Protection.FAILED_OVER,), (Resync.NONE, Site.RECOVERY))
    assert TABLE[1].changes("leads to") == ()


def test_a_turn_is_what_becomes_what() -> None:
    """The value before stands left of the arrow."""
    assert list(TABLE[0].turns("turns")) == [(AddedDisk.FOUND, AddedDisk.COPYING)]


def test_every_row_knows_its_line() -> None:
    """Whoever reads of a rule finds the line where it stands."""
    lines = Path(__file__).read_text().splitlines()
    assert [lines[row.source.line - 1].split("|")[0].strip() for row in TABLE] == ["T-1", "T-2"]


def test_a_misspelt_word_is_told_with_what_was_meant() -> None:
    """The nearest words of the vocabulary are named."""
    with pytest.raises(SpecError, match="`protectd` is no word here") as stopped:
        line("protectd").where("protection")
    assert "write one of  protected" in stopped.value.hint


def test_a_region_that_does_not_exist_is_told() -> None:
    """What stands before a colon is a region."""
    with pytest.raises(SpecError, match="`dril` is no word here"):
        line("dril:none").change("protection")


def test_a_missing_cell_is_told() -> None:
    """Every line has as many cells as there are headings."""
    with pytest.raises(SpecError, match="1 cells under 2 headings"):
        columns("rule | protection\nX-1")
