"""The suite against real bytes: the reference passes every chapter, and each wrong appliance fails where it is wrong.

Rule: appliances are loaded by dotted name, like anybody's; the judge does not know them.
"""

import importlib

import pytest

from siteproof.conformance.case import all_cases
from siteproof.model.nouns.subject import Subject
from tests.cases.judging import chapters, verdict

HONEST = "siteproof.reference.subject"
KILLED_BY = {"b1": "C-RES-6", "b2": "C-RES-2", "b12": "C-REP-4", "b26": "C-PT-8", "b34": "C-RET-2"}


def appliance(module: str) -> Subject:
    """A fresh one that does not wait for the disk."""
    subject: Subject = importlib.import_module(module).make_subject(durable=False)
    return subject


@pytest.mark.slow
@pytest.mark.parametrize("chapter", chapters())
def test_the_reference_passes_every_case(chapter: str) -> None:
    """Every case of the chapter passes on the appliance that is meant to be right, with a witness."""
    wrong: dict[str, str] = {}
    for case in all_cases():
        if case.chapter == chapter:
            subject = appliance(HONEST)
            said, _ = verdict(case, subject)
            subject.close()
            wrong |= {case.id: said} if said != "pass" else {}
    assert wrong == {}


@pytest.mark.parametrize(("exhibit", "case_id"), KILLED_BY.items())
def test_a_wrong_appliance_fails_where_it_is_wrong(exhibit: str, case_id: str) -> None:
    """The case that was made for the bug class fails on the appliance that has it."""
    subject = appliance(f"siteproof.reference.zoo.{exhibit}")
    said, _ = verdict(case_id, subject)
    subject.close()
    assert said.startswith("fail: expected")


def test_two_runs_of_the_reference_are_the_same() -> None:
    """One seed, two fresh appliances: the same calls show the same changes."""
    traces = []
    for _ in range(2):
        subject = appliance(HONEST)
        traces.append(verdict("C-FLT-5", subject)[1].trace)
        subject.close()
    assert traces[0] == traces[1]
