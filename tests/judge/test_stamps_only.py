"""An adapter that stores stamps and no bytes fails every requirement about data, however well it talks."""

from siteproof.conformance.case import all_cases
from siteproof.conformance.request import Request
from siteproof.conformance.runner import judge
from siteproof.conformance.verdict import Verdict
from tests.judge.adapters.stamps_only import CLAIMS, make_subject

DATA = tuple(case for case in all_cases() if case.on_bytes and set(case.needs) <= set(CLAIMS))
TALK = tuple(case for case in all_cases() if not case.on_bytes and set(case.needs) <= set(CLAIMS))


def test_stamps_without_bytes_fail_the_data_requirements() -> None:
    """No data case passes on an adapter that keeps numbers only, and most of them fail outright."""
    verdicts = {result.case_id: result.verdict for result in judge(Request(make_subject, DATA)).results}
    assert len(verdicts) >= 5
    assert [name for name, verdict in verdicts.items() if verdict is Verdict.PASS] == []
    assert sum(verdict is Verdict.FAIL for verdict in verdicts.values()) > len(verdicts) / 2


def test_the_liar_talks_well() -> None:
    """In cases that look at its words it passes, or only the bytes of the closing audit give it away."""
    results = judge(Request(make_subject, TALK)).results
    talked = [each for each in results if each.verdict is Verdict.PASS or each.detail == "closing audit"]
    assert len(talked) >= 5
