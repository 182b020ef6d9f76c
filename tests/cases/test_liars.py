"""Subjects which the suite once called conformant: each is the honest fake with one lie, caught by its case."""

import pytest

from tests.cases import liars_about_data, liars_in_words
from tests.cases.fake import FakeSubject
from tests.cases.judging import python_in, verdict
from tests.cases.liars import LIARS

FILES = (liars_about_data, liars_in_words)  # importing them registers their liars


@pytest.mark.parametrize(("liar", "case_id"), LIARS.items(), ids=lambda each: getattr(each, "__name__", each))
def test_a_liar_is_caught(liar: type[FakeSubject], case_id: str) -> None:
    """The case that was made for the lie fails, with expected and actual in plain words."""
    said, _ = verdict(case_id, liar())
    assert said.startswith("fail: expected")
    assert python_in(said) == []


def test_a_point_without_one_of_its_disks_is_wrong_wherever_it_is_read() -> None:
    """A case that reads points for another reason says so too, and names the requirement; it is no missing witness."""
    said, _ = verdict("C-REP-1", liars_in_words.RestoresOneDisk())
    assert said.startswith("fail: expected")
    assert "disk1" in said
