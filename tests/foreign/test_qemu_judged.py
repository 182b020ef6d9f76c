"""QEMU before the judge: the verdict is true, and a second run agrees with it in every word."""

from collections.abc import Sequence

import pytest

from siteproof.conformance.adapters.qemu.adapter import QemuSubject, make_subject
from siteproof.conformance.case import Case, find
from siteproof.conformance.request import Request
from siteproof.conformance.runner import judge
from siteproof.conformance.verdict import CaseResult, Report, Verdict
from siteproof.model.nouns.subject import Provider

JUDGED = (Verdict.PASS, Verdict.FAIL)
# Each of these has to be really judged by a case at least, whatever comes of it.
TOPICS = {
    "initial replication": "SP-REP-2",
    "delta": "SP-REP-4",
    "crash-consistent point": "SP-PT-1",
    "test failover": "SP-DRL-2",
    "failover": "SP-FO-2",
}
COARSE = "SP-REP-7"  # QEMU copies granules of 64 KiB where eight blocks of 4 KiB were written: kept, not to the letter


# A case for each topic, for what QEMU keeps not to the letter, and for what it does not offer.
SMOKE = ("C-REP-1", "C-REP-3", "C-REP-8", "C-PT-1", "C-DRL-1", "C-FO-1", "C-RES-4", "C-FB-1")


@pytest.mark.timeout(120)
def test_the_smoke_is_true_and_a_second_one_agrees(qemu: QemuSubject) -> None:
    """One case of each topic is judged, QEMU fails none, its limits are named, and a second run says the same."""
    qemu.close()
    first = judged([find(name) for name in SMOKE])
    true(first)
    assert differences(first, judged([find(name) for name in SMOKE])) == []


@pytest.mark.nightly  # the judge of every case, twice
@pytest.mark.timeout(900)
def test_two_whole_runs_agree_and_are_true(qemu: QemuSubject) -> None:
    """Every case is judged: QEMU fails nothing, its limits are named, and two runs are equal to the word."""
    qemu.close()
    first = judged()
    true(first)
    assert differences(first, judged()) == []


def true(first: Report) -> None:
    """What any run of the whole core, or of its smoke, has to say."""
    assert not any(each.flaky for each in first.results)
    assert [topic for topic, name in TOPICS.items() if not verdicts(first, name) & set(JUDGED)] == []
    assert [each for each in found(first, *JUDGED) if counts_for_qemu(each) and each.verdict is Verdict.FAIL] == []
    assert [(each.case_id, each.detail) for each in found(first, Verdict.DISHONEST, Verdict.ERROR)] == []
    assert COARSE in {name for each in found(first, Verdict.NON_STRICT) for name in each.requirement_ids}
    assert not first.conformant


def judged(cases: Sequence[Case] | None = None) -> Report:
    """QEMU before the judge, in these cases or in all."""
    return judge(Request(make_subject, cases=cases, timeout_seconds=120))


def differences(first: Report, second: Report) -> list[tuple[CaseResult, CaseResult]]:
    """The results in which two runs differ."""
    return [(one, other) for one, other in zip(first.results, second.results, strict=True) if one != other]


def found(report: Report, *chosen: Verdict) -> list[CaseResult]:
    """The results of these verdicts."""
    return [each for each in report.results if each.verdict in chosen]


def verdicts(report: Report, requirement: str) -> set[Verdict]:
    """What was said about a requirement."""
    return {each.verdict for each in report.results if requirement in each.requirement_ids}


def counts_for_qemu(result: CaseResult) -> bool:
    """Whether the case rests on nothing that the adapter invented."""
    return result.provider is Provider.PRODUCT
