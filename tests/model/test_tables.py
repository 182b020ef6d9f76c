"""A literal table refuses to be ambiguous, and says at which line it is."""

from pathlib import Path

import pytest

from siteproof.model.language import SpecError
from siteproof.model.language.table import Row, at, job, moved, table
from siteproof.model.nouns.evidence import Evidence
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.vocabulary import Direction, Protection, Resync, Site, Verb

COMMIT = job(Protection.COMMITTING, to=Protection.COMMITTED, on_failure=Protection.COMMIT_FAILED)


def row(rule: str, *values: Protection | Direction | Resync, verb: Verb = Verb.COMMIT) -> Row:
    """A row of a test's table."""
    return Row(rule, Evidence.PROJECT, verb, at(*values), COMMIT)


def test_one_command_has_one_row_in_a_state() -> None:
    """Two rows that fit the same state are named with the line of the second."""
    with pytest.raises(SpecError, match="T-2 and T-1 overlap") as stopped:
        table(row("T-1", Protection.FAILED_OVER), row("T-2", Protection.FAILED_OVER, Direction.REVERSE))
    assert Path(__file__).name in str(stopped.value)


def test_a_rule_id_is_used_once() -> None:
    """The second row with an id is refused."""
    with pytest.raises(SpecError, match="T-1 stands here"):
        table(row("T-1", Protection.FAILED_OVER), row("T-1", Protection.COMMIT_FAILED))


def test_rows_that_differ_in_one_region_live_side_by_side() -> None:
    """Different commands, or different values of one region, do not compete."""
    rows = (
        row("T-1", Protection.FAILED_OVER, Direction.FORWARD),
        row("T-2", Protection.FAILED_OVER, Direction.REVERSE),
        row("T-3", Protection.FAILED_OVER, verb=Verb.CANCEL),
    )
    assert table(*rows) == rows


def test_a_change_moves_only_the_regions_that_it_names() -> None:
    """Everything else stays as it was."""
    before = Regions(Protection.PROTECTED, Direction.REVERSE, resync=Resync.FAILED)
    after = moved(before, (Protection.FAILED_OVER, Site.RECOVERY))
    assert after == Regions(Protection.FAILED_OVER, Direction.REVERSE, Site.RECOVERY, resync=Resync.FAILED)
    assert moved(before, ()) == before
