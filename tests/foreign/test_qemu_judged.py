"""QEMU before the judge: the verdict is true, and a second run agrees with it in every word."""

from collections.abc import Sequence

import pytest
from attrs import evolve

from siteproof.conformance.adapters.qemu.adapter import QemuSubject, make_subject
from siteproof.conformance.case import Case, all_cases
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


SAMPLE = 4  # of so many cases one is judged again: of a chapter, or of what a clock disturbs, some are always in it


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_verdict_is_true_and_a_second_run_agrees(qemu: QemuSubject) -> None:
    """The core is judged, QEMU fails nothing, its limits are named, and every fourth case says the same once more."""
    qemu.close()
    first = judged()
    again = judged(all_cases()[::SAMPLE])
    assert differences(evolve(first, results=first.results[::SAMPLE]), again) == []
    assert not any(each.flaky for each in first.results)
    assert [topic for topic, name in TOPICS.items() if not verdicts(first, name) & set(JUDGED)] == []
    assert [each for each in found(first, *JUDGED) if counts_for_qemu(each) and each.verdict is Verdict.FAIL] == []
    assert [(each.case_id, each.detail) for each in found(first, Verdict.DISHONEST, Verdict.ERROR)] == []
    assert COARSE in {name for each in found(first, Verdict.NON_STRICT) for name in each.requirement_ids}
    assert not first.conformant


@pytest.mark.nightly  # the judge of every case, twice: the sample above sees whatever is not rare
@pytest.mark.timeout(900)
def test_two_whole_runs_agree(qemu: QemuSubject) -> None:
    """Two runs of all cases are equal to the word."""
    qemu.close()
    assert differences(judged(), judged()) == []


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
