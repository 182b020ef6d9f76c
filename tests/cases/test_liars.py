"""Subjects which the suite once called conformant: each is the honest fake with one lie, caught by its case."""

import pytest

from siteproof.conformance.auditor import closing
from siteproof.conformance.carriers.in_process import InProcess
from siteproof.conformance.lab import Lab
from siteproof.conformance.verify import Failed
from siteproof.model.nouns.profile import CORE
from tests.cases import liars_about_data, liars_in_relations, liars_in_words
from tests.cases.fake import FakeSubject
from tests.cases.judging import python_in, verdict
from tests.cases.liars import LIARS

FILES = (liars_about_data, liars_in_relations, liars_in_words)  # importing them registers their liars


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


def test_a_time_that_is_not_that_of_the_bytes_is_named_so_in_the_closing_audit() -> None:
    """The requirement of the contradiction, and not the general one of a restored point."""
    lab = Lab(InProcess(liars_about_data.ShowsAnEarlierTime()), CORE, 0)
    machine = lab.protected_machine(disk="64 KiB")
    for _ in range(12):  # so that a write stands half a minute before each point
        lab.write(machine, 3)
        lab.advance(minutes=0.5)
    with pytest.raises(Failed) as found:
        closing.restore_points(lab, machine)
    assert found.value.of == "SP-PT-27"
