"""What was reported of other products is a violation here, in the case that the report is about, for its own reason."""

import pytest

from siteproof.conformance.case import find
from siteproof.conformance.request import Request
from siteproof.conformance.runner import judge
from siteproof.conformance.verdict import Verdict
from siteproof.reference.subject import ReferenceSubject
from tests.desk import reported

REPORTS = [
    # subject, case, requirement
    (reported.latest_is_a_name, "C-FO-1", "SP-FO-1"),
    (reported.ready_too_early, "C-LC-10", "SP-LC-17"),
    (reported.nothing_runs_after_the_second_way_back, "C-FB-5", "SP-LC-48"),
    (reported.oldest_of_moving_buckets, "C-RET-5", "SP-RET-8"),
    (reported.no_fine_bucket, "C-RET-1", "SP-PT-1"),
    (reported.degraded_for_ever, "C-RES-1", "SP-RES-26"),
    (reported.degraded_for_ever_after_the_site, "C-WIN-13", "SP-RES-26"),
]


@pytest.mark.parametrize(("made", "case", "requirement"), REPORTS, ids=[each[0].__name__ for each in REPORTS])
def test_a_report_of_the_field_is_a_violation(made: type[ReferenceSubject], case: str, requirement: str) -> None:
    """The wrong subject fails in that case; the requirement is the report's."""
    (wrong,) = judge(Request(made, [find(case)])).results
    assert (wrong.verdict, wrong.violated) == (Verdict.FAIL, requirement)


def test_the_first_way_back_is_right() -> None:
    """The report is of the second one: what fails only then is not found by going back once."""
    (once,) = judge(Request(reported.nothing_runs_after_the_second_way_back, [find("C-FB-4")])).results
    assert once.verdict is Verdict.PASS
